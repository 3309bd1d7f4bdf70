/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two multinomial logistic regressions over hashed features (intents/features.h), learned at build
 * time from sentences drawn from templates and examples (intents/sampler.h): what the sentence is
 * about, and what it does. A request for a service is as probable as the act "request" times the
 * service's share of the topics.
 *
 * Why two heads: the ways of asking are the same for every service, so they are learned from all
 * thirteen at once, from a skeleton in which the topic's words are only endings and classes; and
 * near misses teach the topic head as well, since "my daughter walks the dog" is about dogs though
 * it asks for nothing. Why linear: it learns in seconds from text drawn on the device itself, its
 * file is 3 MB, and one judgement costs 50 microseconds. Two features of five are left out at
 * random while learning: templates repeat their longest runs of words, free speech does not, and
 * without this the long runs are leaned on (AUC 0.9980 -> 0.9986).
 *
 * Beside the whole sentence, each clause that begins with a way of asking is judged by itself, and
 * counts where it is surer: older people give their reasons first, and a long reason drowns a
 * short question. This gave the largest gain of all that was tried after the features.
 *
 * Refused, with right services at 2 % of unrelated speech taken (580 + 454 sentences, none of which
 * was learned from, all on the same data): multinomial naive Bayes 91.7 %; one flat regression over
 * services and acts 96.7 %; averaged perceptron 96.7 %, and its scores mean nothing; two heads
 * 96.0 to 97.4 %; with clauses 97.9 %. A grammar that must match was never in question: it misses
 * free sentences and takes any noise for a command. docs/understanding-history.md has the path of
 * figures.
 */
#include "intents/classifier.h"

#include "intents/language_private.h"
#include "intents/lexis.h"
#include "intents/when.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define CLAUSES_MAX 6
/* A clause alone has less to be doubted by: this much is taken off its score. */
#define CLAUSE_DISCOUNT 0.5f
#define SMALLEST        1e-6f

struct intents_classifier {
    const struct intents_language *language;
    const struct intents_model *model;
    struct intents_lexis *lexis;
    struct intents_features features;
    struct intents_words clause;
};

int intents_classifier_create(const struct intents_language *language,
                              const struct intents_model *model,
                              struct intents_classifier **ret_classifier)
{
    struct intents_classifier *classifier = calloc(1, sizeof(*classifier));
    int r;

    if (!classifier)
        return -ENOMEM;
    classifier->language = language;
    classifier->model = model;
    r = intents_lexis_create(language, &classifier->lexis);
    if (r < 0) {
        free(classifier);
        return r;
    }
    *ret_classifier = classifier;
    return 0;
}

void intents_classifier_destroy(struct intents_classifier *classifier)
{
    if (!classifier)
        return;
    intents_lexis_destroy(classifier->lexis);
    free(classifier);
}

/* Scores of the acts and probabilities of the topics for some words. */
static void judge_words(struct intents_classifier *classifier, const struct intents_words *words,
                        float act[INTENTS_CLASSES_MAX], float topic[INTENTS_CLASSES_MAX])
{
    const struct intents_model *model = classifier->model;
    const struct intents_calibration *calibration = &model->calibration;
    float other;

    intents_features_extract(classifier->lexis, words, NULL, &classifier->features);
    intents_model_score(model, INTENTS_HEAD_TOPIC, &classifier->features, topic);
    intents_model_score(model, INTENTS_HEAD_ACT, &classifier->features, act);
    intents_model_softmax(topic, model->n_services + 1, calibration->topic_scale);
    other = topic[model->n_services];
    for (size_t i = 0; i < INTENTS_N_ACTS; i++)
        act[i] *= calibration->act_scale;
    act[INTENTS_REQUEST] += calibration->request_offset;
    act[INTENTS_REQUEST] +=
        calibration->topic_weight * logf((1 - other + SMALLEST) / (other + SMALLEST));
}

/* By how much a request leads the best other act. */
static float request_margin(const float act[INTENTS_CLASSES_MAX])
{
    float best = act[INTENTS_NONE];

    for (size_t i = INTENTS_REQUEST + 1; i < INTENTS_N_ACTS; i++)
        best = fmaxf(best, act[i]);
    return act[INTENTS_REQUEST] - best;
}

/* How far the surest asking clause leads, the first word's clause being the whole sentence. */
static float best_clause_margin(struct intents_classifier *classifier,
                                const struct intents_words *words)
{
    struct intents_words *clause = &classifier->clause;
    float act[INTENTS_CLASSES_MAX], topic[INTENTS_CLASSES_MAX], best = -INFINITY;
    int n_clauses = 0;

    for (size_t at = 1; at + 2 < words->n && n_clauses < CLAUSES_MAX; at++) {
        if (intents_when_asks(&classifier->language->when, words, at) == at)
            continue;
        *clause = intents_words_part(words, at, words->n);
        judge_words(classifier, clause, act, topic);
        best = fmaxf(best, request_margin(act) - CLAUSE_DISCOUNT);
        n_clauses++;
    }
    return best;
}

void intents_classifier_judge(struct intents_classifier *classifier,
                              const struct intents_words *words,
                              struct intents_opinion *ret_opinion)
{
    size_t n_services = classifier->model->n_services;
    float topic[INTENTS_CLASSES_MAX], act[INTENTS_CLASSES_MAX], sum = 0;

    judge_words(classifier, words, act, topic);
    ret_opinion->has_topic = classifier->features.has_topic;
    act[INTENTS_REQUEST] += fmaxf(best_clause_margin(classifier, words) - request_margin(act), 0);
    intents_model_softmax(act, INTENTS_N_ACTS, 1);
    memcpy(ret_opinion->act, act, sizeof(ret_opinion->act));
    ret_opinion->other = topic[n_services];
    for (size_t i = 0; i < n_services; i++)
        sum += topic[i];
    for (size_t i = 0; i < n_services; i++)
        ret_opinion->service[i] = topic[i] / (sum > 0 ? sum : 1);
}
