/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How probable each act and each service is for the words of an utterance. See classifier.c for
 * the method and what was refused. Thread: any, one owner (it has room to work in).
 */
#ifndef INTENTS_CLASSIFIER_H
#define INTENTS_CLASSIFIER_H

#include "intents/model.h"
#include "intents/words.h"

struct intents_classifier;

struct intents_opinion {
    float act[INTENTS_N_ACTS];           /* sums to 1 */
    float service[INTENTS_SERVICES_MAX]; /* were it a request: sums to 1 */
    bool has_topic;                      /* some word is neither grammar nor a day or time */
    float other;                         /* how little it is about any service */
};

/* Owns: the caller; language and model must outlive it. Returns: 0, -ENOMEM, -EINVAL. */
int intents_classifier_create(const struct intents_language *language,
                              const struct intents_model *model,
                              struct intents_classifier **ret_classifier);
void intents_classifier_destroy(struct intents_classifier *classifier);

void intents_classifier_judge(struct intents_classifier *classifier,
                              const struct intents_words *words,
                              struct intents_opinion *ret_opinion);

#endif
