/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A logistic regression over two pieces of evidence and the length: how far the best path lies
 * below the free loop of phones, a frame; the mean posterior of the words in the lattice. Fitted,
 * together with the confidence of the understanding (daemon/interpreter.c), on 329 recordings of 26
 * synthetic voices so that 0.5 separates right requests from wrong and unrelated ones;
 * docs/understanding.md has the curve.
 */
#include "asr/confidence.h"

#include <math.h>

#define WEIGHT_ACOUSTIC  0.146
#define WEIGHT_POSTERIOR 3.38
#define WEIGHT_WORDS     0.05
#define BIAS             2.21
#define WORDS_MAX        15.0

float asr_confidence(const struct asr_hypothesis *hypothesis)
{
    double posterior = 0, n = (double)hypothesis->n_words, score;

    if (hypothesis->n_words == 0)
        return 0;
    for (size_t i = 0; i < hypothesis->n_words; i++)
        posterior += (double)hypothesis->words[i].posterior;
    score = BIAS + WEIGHT_ACOUSTIC * (double)hypothesis->acoustic +
            WEIGHT_POSTERIOR * posterior / n + WEIGHT_WORDS * fmin(n, WORDS_MAX);
    return (float)(1 / (1 + exp(-score)));
}
