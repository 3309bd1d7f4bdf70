/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "asr/confidence.h"

#include <math.h>

float asr_confidence(const struct asr_hypothesis *hypothesis)
{
    if (hypothesis->n_words == 0)
        return hypothesis->n_words ? 1 : 0;
    return (float)(1 / (1 + exp(-(hypothesis->acoustic + 16) / 4)));
}
