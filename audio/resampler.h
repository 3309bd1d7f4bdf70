/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The door to speexdsp's resampler (its echo canceller's is audio/canceller.h): sample-rate
 * conversion of one channel, streaming or of a whole clip.
 * Thread: any, one owner; not RT (the first call may allocate inside the library).
 */
#ifndef AUDIO_RESAMPLER_H
#define AUDIO_RESAMPLER_H

#include <stddef.h>
#include <stdint.h>

struct audio_resampler;

/* Returns: 0, -EINVAL (a rate outside 4 to 192 kHz), -ENOMEM. Owns: the caller. */
int audio_resampler_create(int from_hz, int to_hz, struct audio_resampler **ret_resampler);
void audio_resampler_destroy(struct audio_resampler *resampler);
/* Forgets what it holds of the past. */
void audio_resampler_reset(struct audio_resampler *resampler);

/*
 * Converts what fits. ret_n_in: how many were taken of n_in; ret_n_out: how many were written, at
 * most n_out. Equal rates copy. A sample of the result lies at the same time as in
 * what was fed: the filter looks ahead some 2 ms, so the last results come out when more is fed.
 */
void audio_resampler_run(struct audio_resampler *resampler, const int16_t *in, size_t n_in,
                         int16_t *out, size_t n_out, size_t *ret_n_in, size_t *ret_n_out);

/* Converts a whole clip. Returns: 0, -EINVAL, -ENOMEM. Owns: free() by the caller. */
int audio_resample_clip(const int16_t *in, size_t n_in, int from_hz, int to_hz,
                        int16_t **ret_samples, size_t *ret_n_samples);

#endif
