/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The voice's twin: says nothing, takes as long as if it did, and remembers. */
#include "tts/voice_ops.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define RATE_HZ      22050
#define MS_PER_CHAR  60
#define N_CHAR_BYTES 4

struct silent {
    struct tts_voice voice; /* must stay first */
    char text[TTS_TEXT_MAX * N_CHAR_BYTES + 1];
    size_t n_texts;
};

static void destroy(struct tts_voice *voice)
{
    free(voice);
}

static int set(struct tts_voice *voice, const struct tts_voice_settings *settings)
{
    (void)voice;
    (void)settings;
    return 0;
}

static int render(struct tts_voice *voice, const char *text, struct tts_sound *ret_sound)
{
    struct silent *silent = (struct silent *)voice;
    size_t n = strlen(text) * MS_PER_CHAR * RATE_HZ / 1000;
    int16_t *samples = calloc(n, sizeof(samples[0]));

    if (!samples)
        return -ENOMEM;
    strcpy(silent->text, text); /* a safe text fits */
    silent->n_texts++;
    *ret_sound = (struct tts_sound){samples, n, RATE_HZ};
    return 0;
}

static int phonemes(struct tts_voice *voice, const char *word, char *ret_ipa, size_t size)
{
    (void)voice;
    (void)word;
    (void)ret_ipa;
    (void)size;
    return TTS_NO_PHONEMES;
}

static const struct tts_voice_ops silent_ops = {destroy, set, render, phonemes};

int tts_voice_create_silent(struct tts_voice **ret_voice)
{
    struct silent *silent = calloc(1, sizeof(*silent));

    if (!silent)
        return -ENOMEM;
    silent->voice.ops = &silent_ops;
    *ret_voice = &silent->voice;
    return 0;
}

const char *tts_voice_silent_text(const struct tts_voice *voice)
{
    return voice->ops == &silent_ops ? ((const struct silent *)voice)->text : "";
}

size_t tts_voice_silent_count(const struct tts_voice *voice)
{
    return voice->ops == &silent_ops ? ((const struct silent *)voice)->n_texts : 0;
}
