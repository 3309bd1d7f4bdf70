/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The voice's outside: what is common to espeak and its twin. */
#include "tts/voice_ops.h"

#include "base/utf8.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MAX_WORD_LETTERS 40
#define MAX_DIGITS       9

static bool is_punctuation(uint32_t c)
{
    static const uint32_t beyond_ascii[] = {0xA0,   0xAB,   0xB0,   0xBB,  0x2013,
                                            0x2019, 0x2026, 0x202F, 0x20AC};

    if (c < 0x80)
        return strchr(" .,;:?!'-()%+/\"&", (int)c) != NULL;
    for (size_t i = 0; i < sizeof(beyond_ascii) / sizeof(beyond_ascii[0]); i++) {
        if (c == beyond_ascii[i])
            return true;
    }
    return false;
}

bool tts_text_is_safe(const char *text)
{
    size_t n = 0, n_letters = 0, n_digits = 0;
    bool says_something = false;
    uint32_t c;

    while ((c = base_utf8_next(&text)) != 0) {
        bool digit = c >= '0' && c <= '9', letter = base_utf8_is_letter(c);

        if ((!digit && !letter && !is_punctuation(c)) || ++n > TTS_TEXT_MAX)
            return false;
        n_letters = letter ? n_letters + 1 : 0;
        n_digits = digit ? n_digits + 1 : 0;
        if (n_letters > MAX_WORD_LETTERS || n_digits > MAX_DIGITS)
            return false;
        says_something = says_something || digit || letter;
    }
    return says_something;
}

void tts_voice_destroy(struct tts_voice *voice)
{
    if (voice)
        voice->ops->destroy(voice);
}

int tts_voice_set(struct tts_voice *voice, const struct tts_voice_settings *settings)
{
    return voice->ops->set(voice, settings);
}

int tts_voice_render(struct tts_voice *voice, const char *text, struct tts_sound *ret_sound)
{
    if (!tts_text_is_safe(text))
        return TTS_TEXT_REFUSED;
    return voice->ops->render(voice, text, ret_sound);
}

int tts_voice_phonemes(struct tts_voice *voice, const char *word, char *ret_ipa, size_t size)
{
    if (!tts_text_is_safe(word))
        return TTS_TEXT_REFUSED;
    return voice->ops->phonemes(voice, word, ret_ipa, size);
}
