/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the network sees of a sound beside the front end's cepstra (asr/denoiser.h).
 *
 * The acoustic model's cepstra are 13 numbers of 20 broad filters up to 3.7 kHz: they hold neither
 * the harmonics of a voice, by which two people are told apart, nor what an "s" or a "z" has above.
 * Here the first kilohertz stands bin by bin and the rest in bands that widen up to 7.5 kHz. Sound
 * of a telephone's band is sound whose upper bands are always quiet; the network was taught such,
 * too.
 *
 * Order: create, measure as often as wished, destroy. Thread: any, one owner.
 */
#ifndef ASR_SPECTRUM_H
#define ASR_SPECTRUM_H

#include <stddef.h>
#include <stdint.h>

enum { ASR_BANDS = 56 }; /* a frame */

struct asr_spectrum;

/* Returns: 0 or -ENOMEM. Owns: the caller. */
int asr_spectrum_create(struct asr_spectrum **ret_spectrum);
/* Accepts NULL. */
void asr_spectrum_destroy(struct asr_spectrum *spectrum);

/* Of a sound, 16 kHz, however loud; frames as the front end makes them. Returns: 0 or -ENOMEM. */
int asr_spectrum_measure(struct asr_spectrum *spectrum, const int16_t *samples, size_t n_samples);

/*
 * Of the sound that was measured last, a row for each 10 ms: logarithms of the bands' power, each
 * band's mean over the sound taken off. Valid until the next one.
 */
const float (*asr_spectrum_rows(const struct asr_spectrum *spectrum, int *ret_n_frames))[ASR_BANDS];

#endif
