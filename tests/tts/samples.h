/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sample arguments that satisfy every prompt: for the test of all prompts and for the reference
 * docs/conversation.md. */
#ifndef TESTS_TTS_SAMPLES_H
#define TESTS_TTS_SAMPLES_H

#include "tts/prompts.h"

/* Monday 15 June 2026, half past nine. */
#define SAMPLE_NOW ((struct base_datetime){{2026, 6, 15}, {9, 30}})

static inline struct tts_args sample_args(void)
{
    static const char *const items[] = {"pain", "lait", "six œufs"};
    static const char *const choices[] = {"vos courses", "votre chien", "parler à quelqu'un"};
    static const struct tts_when when = {{2026, 6, 16}, "morning", {-1, 0}},
                                 asked = {{2026, 6, 15}, "", {8, 15}};
    struct tts_args args = {0};

    tts_args_text(&args, "want", "que quelqu'un fasse vos courses");
    tts_args_text(&args, "choice", "vos courses");
    tts_args_text(&args, "of", "de vos courses");
    tts_args_text(&args, "name", "Marie");
    tts_args_text(&args, "carer", "Claire");
    tts_args_text(&args, "phrase", "bonjour voisine");
    tts_args_list(&args, "items", items, 3);
    tts_args_list(&args, "choices", choices, 3);
    tts_args_when(&args, "when", &when);
    tts_args_when(&args, "asked", &asked);
    tts_args_number(&args, "n", 3);
    return args;
}

#endif
