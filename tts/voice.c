/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The voice's outside: what is common to espeak and its twin. */
#include "tts/voice_ops.h"

#include "base/utf8.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MAX_WORD_LETTERS 40
#define MAX_DIGITS       9
/* Between pieces; inside one it is the voice's own business. */
#define SENTENCE_PAUSE_MS 400

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

/* Bytes of as many whole sentences as one text may hold, with the spaces after; 0: the first is too
 * long already. */
static size_t piece_length(const char *text)
{
    const char *p = text;
    size_t n_characters = 0, length = 0;
    uint32_t c;

    while ((c = base_utf8_next(&p)) != 0 && n_characters < TTS_TEXT_MAX) {
        n_characters++;
        if ((c == '.' || c == '?' || c == '!') && (*p == ' ' || *p == '\0'))
            length = (size_t)(p - text);
    }
    if (c == 0)
        length = strlen(text);
    return length ? length + strspn(text + length, " ") : 0;
}

static int append(struct tts_sound *sound, const struct tts_sound *more, size_t n_pause)
{
    size_t n = sound->n_samples + n_pause + more->n_samples;
    int16_t *larger = realloc(sound->samples, n * sizeof(larger[0]));

    if (!larger)
        return -ENOMEM;
    memset(larger + sound->n_samples, 0, n_pause * sizeof(larger[0]));
    memcpy(larger + sound->n_samples + n_pause, more->samples, more->n_samples * sizeof(larger[0]));
    *sound = (struct tts_sound){larger, n, more->rate_hz};
    return 0;
}

static int render_piece(struct tts_voice *voice, const char *text, size_t n_bytes,
                        struct tts_sound *sound)
{
    char piece[TTS_TEXT_MAX * 4 + 1];
    struct tts_sound more;
    int r;

    while (n_bytes > 0 && text[n_bytes - 1] == ' ')
        n_bytes--;
    if (n_bytes >= sizeof(piece))
        return TTS_TEXT_REFUSED;
    memcpy(piece, text, n_bytes);
    piece[n_bytes] = '\0';
    r = tts_voice_render(voice, piece, &more);
    if (r != 0)
        return r;
    r = append(sound, &more,
               sound->n_samples ? (size_t)more.rate_hz * SENTENCE_PAUSE_MS / 1000 : 0);
    free(more.samples);
    return r;
}

int tts_voice_render_speech(struct tts_voice *voice, const char *text, struct tts_sound *ret_sound)
{
    struct tts_sound sound = {0};
    int r = strlen(text) > TTS_SPEECH_MAX * 4 ? TTS_TEXT_REFUSED : 0;

    do {
        size_t n = piece_length(text);

        if (r == 0)
            r = n ? render_piece(voice, text, n, &sound) : TTS_TEXT_REFUSED;
        text += n;
    } while (*text && r == 0);
    if (r != 0) {
        free(sound.samples);
        return r;
    }
    *ret_sound = sound;
    return 0;
}

int tts_voice_phonemes(struct tts_voice *voice, const char *word, char *ret_ipa, size_t size)
{
    if (!tts_text_is_safe(word))
        return TTS_TEXT_REFUSED;
    return voice->ops->phonemes(voice, word, ret_ipa, size);
}
