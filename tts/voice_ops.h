/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a kind of voice must be able to do; each struct begins with struct tts_voice. Inside tts/
 * only. The text has been found safe before render and phonemes are called. Thread: one at a time
 * (espeak-ng is global). */
#ifndef TTS_VOICE_OPS_H
#define TTS_VOICE_OPS_H

#include "tts/voice.h"

struct tts_voice_ops {
    void (*destroy)(struct tts_voice *voice);
    int (*set)(struct tts_voice *voice, const struct tts_voice_settings *settings);
    int (*render)(struct tts_voice *voice, const char *text, struct tts_sound *ret_sound);
    int (*phonemes)(struct tts_voice *voice, const char *word, char *ret_ipa, size_t size);
};

struct tts_voice {
    const struct tts_voice_ops *ops;
};

#endif
