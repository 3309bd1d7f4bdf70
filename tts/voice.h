/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The voice: a sentence in, sound out. The door to espeak-ng, and its silent twin for tests.
 *
 * espeak-ng only renders samples here; it never opens a sound device. It is global state inside, so
 * there is one espeak voice at a time, used on one thread. The whole sentence is rendered at once
 * (6 s of speech take some 4 ms), cut at its punctuation so that each chunk is followed by a pause
 * that an older listener needs, then brought to one loudness whatever the voice.
 *
 * Text is refused rather than repaired: at most TTS_TEXT_MAX characters of valid UTF-8, letters,
 * digits, spaces and everyday punctuation only (R26), words of at most 40 letters. So no markup, no
 * phoneme input and none of the texts that overflow espeak-ng before 1.53 get through.
 *
 * Order: create, (set), render or phonemes as often as wanted, destroy. Thread: main, for all of it
 * (or a build tool's only thread).
 */
#ifndef TTS_VOICE_H
#define TTS_VOICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TTS_TEXT_MAX = 300, TTS_SPEECH_MAX = 1200 };

/* Positive results. */
enum {
    TTS_NO_VOICE = 1,     /* espeak-ng has no voice of that name, or no data */
    TTS_TEXT_REFUSED = 2, /* see above */
    TTS_NO_PHONEMES = 3,  /* this voice cannot tell them */
};

struct tts_voice;

struct tts_voice_settings {
    const char *name; /* espeak-ng's: "fr", "fr-be", "fr+f2" */
    int rate_wpm;     /* words a minute as heard, pauses counted in: 100 to 260 */
    int pitch;        /* 0 to 100, 50 is the voice's own */
    int volume;       /* 0 to 100: 100 is as loud as goes without distortion, 0.3 dB a step */
};

/* Mono sound. samples is the caller's to free. */
struct tts_sound {
    int16_t *samples;
    size_t n_samples;
    int rate_hz;
};

/* Returns: 0, TTS_NO_VOICE, -EBUSY while another espeak voice lives, -ENOMEM. Owns: the caller. */
int tts_voice_create(const struct tts_voice_settings *settings, struct tts_voice **ret_voice);
/*
 * The twin: silence of 60 ms a character at 22050 Hz, the text remembered. Returns: 0 or -ENOMEM.
 * Owns: the caller.
 */
int tts_voice_create_silent(struct tts_voice **ret_voice);
/* Accepts NULL. */
void tts_voice_destroy(struct tts_voice *voice);

/* Changes the settings from the next sentence on; after an error the old ones hold. Returns: 0,
 * TTS_NO_VOICE, -ENOMEM. */
int tts_voice_set(struct tts_voice *voice, const struct tts_voice_settings *settings);

/* Renders one text. Returns: 0, TTS_TEXT_REFUSED, -ENOMEM, -EIO. Owns: the caller (samples). */
int tts_voice_render(struct tts_voice *voice, const char *text, struct tts_sound *ret_sound);

/*
 * The same for several sentences in a row, which may be longer together (at most
 * TTS_SPEECH_MAX characters): each piece of at most TTS_TEXT_MAX that ends a sentence is rendered
 * by itself. Returns: as above; TTS_TEXT_REFUSED when a single sentence is too long.
 */
int tts_voice_render_speech(struct tts_voice *voice, const char *text, struct tts_sound *ret_sound);

/*
 * How a word or a name is said: IPA phonemes with one space between each, stress and length marks
 * taken off, words not told apart: "Médor" gives "m e d ɔ ʁ". A word that espeak-ng takes for a
 * foreign one is respelled where tts/<language>/respelling.json can; one that stays foreign is said
 * the foreign way, so a reader must expect phonemes beyond its own language. Works at any setting
 * of rate, pitch and volume. Returns: 0, TTS_TEXT_REFUSED, TTS_NO_PHONEMES, -ENOBUFS.
 */
int tts_voice_phonemes(struct tts_voice *voice, const char *word, char *ret_ipa, size_t size);

/* What the silent twin was last given, "" before; and how many texts. */
const char *tts_voice_silent_text(const struct tts_voice *voice);
size_t tts_voice_silent_count(const struct tts_voice *voice);

/* Whether a voice would take the text. Thread: any. */
bool tts_text_is_safe(const char *text);

#endif
