/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "asr/confidence.h"

float asr_confidence(const struct asr_hypothesis *hypothesis)
{
    return hypothesis->n_words ? 0.9f : 0; /* not calibrated yet */
}
