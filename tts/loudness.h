/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Brings speech to one loudness, so that every voice, variant and sentence is heard alike and the
 * volume setting means the same. Loudness is the level of the frames that hold speech; peaks above
 * full scale are bent, not cut. Thread: any.
 */
#ifndef TTS_LOUDNESS_H
#define TTS_LOUDNESS_H

#include <stddef.h>
#include <stdint.h>

/* volume 100: speech at -17 dBFS; each step below is 0.3 dB less; 0 is silence. */
void tts_loudness_level(int16_t *samples, size_t n_samples, int rate_hz, int volume);

/* The level of the speech in dB below full scale; -120 when there is none. */
double tts_loudness_measure(const int16_t *samples, size_t n_samples, int rate_hz);

#endif
