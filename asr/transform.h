/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What stands between the analysis of a person's voice and the model: an affine transform of the
 * cepstra whose mean was taken off (x' = a x + b). The deltas that are made of the cepstra are
 * linear in them, so transforming these thirteen numbers a frame is the same as adapting every
 * Gaussian of the model, and the library's own reader of such files, which trusts them, is not
 * needed. Thread: any.
 */
#ifndef ASR_TRANSFORM_H
#define ASR_TRANSFORM_H

#include "asr/cepstra.h"

#include <stdbool.h>

struct asr_transform {
    float a[ASR_CEPSTRA][ASR_CEPSTRA]; /* row: of the result */
    float b[ASR_CEPSTRA];
};

void asr_transform_apply(const struct asr_transform *transform, float (*cepstra)[ASR_CEPSTRA],
                         int n_frames);

void asr_transform_identity(struct asr_transform *ret_transform);

/*
 * Whether it may be used at all: finite, near enough to doing nothing, and turning nothing round.
 * ret_log_volume, which may be NULL, gets the logarithm of how much it stretches. Returns: whether.
 */
bool asr_transform_is_sane(const struct asr_transform *transform, double *ret_log_volume);

#endif
