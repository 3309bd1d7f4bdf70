/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Learning the understanding from a language's data (intents/understand.h has the public
 * function). Separate so that tests can learn from four fifths of the phrases and measure on the
 * fifth that was held back. Thread: any.
 */
#ifndef INTENTS_TRAIN_H
#define INTENTS_TRAIN_H

#include "intents/model.h"
#include "intents/sampler.h"

struct intents_train_options {
    uint64_t seed;
    size_t n_sentences; /* 0: as many as are good for everyday use */
    enum intents_fold fold;
};

/* Returns: 0, -ENOMEM, -EINVAL (nothing can be drawn, or the language was not loaded for it). Owns:
 * the caller (intents_model_destroy). */
int intents_train_model(const struct intents_language *language,
                        const struct intents_train_options *options,
                        struct intents_model **ret_model);

#endif
