/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One wording of the prompt catalogue with its arguments filled in. The language is described in
 * tts/prompts.h. Inside tts/ only. Thread: any. */
#ifndef TTS_PROMPT_TEMPLATE_H
#define TTS_PROMPT_TEMPLATE_H

#include "tts/json.h"
#include "tts/numbers.h"
#include "tts/prompts.h"
#include "tts/spelling.h"

struct tts_language {
    const json_t *rules; /* prompts.json */
    struct tts_numbers *numbers;
    struct tts_spelling *spelling;
};

struct tts_template_job {
    const struct tts_language *language;
    const struct tts_args *args;
    struct base_datetime now;
    size_t max_entries; /* of a list; the rest is counted */
};

bool tts_template_is_well_formed(const char *wording);

/* Appends to out. Returns: 0 or TTS_ARGUMENT_MISSING. */
int tts_template_render(const struct tts_template_job *job, const char *wording,
                        struct base_strbuf *out);

#endif
