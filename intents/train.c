/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "intents/train.h"

#include "base/rng.h"
#include "intents/language_private.h"
#include "intents/lexis.h"
#include "intents/understand.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define N_ROWS     80000
#define RATE_FIRST 3.0f
#define RATE_LAST  0.02f
/* What is this sure already is left alone: it saves half of the time and keeps doubts alive. */
#define LEARNED 0.99f
/* Features left out, in percent. */
#define DROPPED 40
/* Each sentence is learned from this often, with other features left out: half of the time goes
 * into drawing and reading it. */
#define TIMES_LEARNED 2
#define RESERVOIR     256
/* The weights are the mean of so many moments of the last part of learning: two runs that differ in
 * their seed alone then differ less. */
#define N_MOMENTS  24
#define MEAN_FROM  0.5f
#define TEXT_BYTES INTENTS_WORDS_BYTES

/* Shares of what is learned from. Near misses weigh more than when one listens: they teach most;
 * bare lists of goods are a request of their own kind, and rare among all the others. */
enum { REQUESTS = 36, LISTS = 12, ACTS = 26, NEAR_MISSES = 18, BACKGROUND = 19, EXAMPLES = 240 };

struct trainer {
    const struct intents_language *language;
    const struct intents_lexis *lexis;
    struct intents_model *model;
    struct base_rng rng;
    size_t n_seen, n_wanted;
    float *sums[INTENTS_N_HEADS]; /* of the weights at each moment, the biases behind them */
    int n_moments;
    /* Sentences seen before: what is said around a request is often something else. */
    char others[RESERVOIR][TEXT_BYTES / 4];
    size_t n_others;
    struct intents_words words;
    struct intents_features all, features; /* of the sentence, and what is left of them */
};

static bool chance(struct trainer *trainer, uint32_t percent)
{
    return base_rng_below(&trainer->rng, 100) < percent;
}

static size_t topic_of(const struct trainer *trainer, const struct intents_label *label)
{
    for (size_t i = 0; label->service && i < trainer->model->n_services; i++) {
        if (strcmp(trainer->model->services[i], label->service) == 0)
            return i;
    }
    return trainer->model->n_services;
}

/* One step of stochastic gradient descent on the logistic loss. */
static void learn(struct trainer *trainer, enum intents_head_id id, size_t class, float rate)
{
    struct intents_head *head = &trainer->model->heads[id];
    const struct intents_features *features = &trainer->features;
    size_t n = id == INTENTS_HEAD_TOPIC ? features->n_topic : features->n;
    float scores[INTENTS_CLASSES_MAX], step = rate / sqrtf((float)(n > 0 ? n : 1));

    intents_model_score(trainer->model, id, features, scores);
    intents_model_softmax(scores, head->n_classes, 1);
    if (scores[class] > LEARNED)
        return;
    scores[class] -= 1;
    for (size_t k = 0; k < head->n_classes; k++)
        head->bias[k] -= 0.1f * rate * scores[k];
    for (size_t k = head->n_classes; k < head->stride; k++)
        scores[k] = 0;
    for (size_t k = 0; k < head->stride; k++)
        scores[k] *= step;
    for (size_t i = 0; i < n; i++) {
        float *row = head->weights + (features->hash[i] % INTENTS_MODEL_BUCKETS) * head->stride;

        for (size_t block = 0; block < head->stride; block += INTENTS_BLOCK) {
            for (size_t k = 0; k < INTENTS_BLOCK; k++)
                row[block + k] -= scores[block + k];
        }
    }
}

static const char *other_sentence(struct trainer *trainer)
{
    return trainer->others[base_rng_below(&trainer->rng, (uint32_t)trainer->n_others)];
}

static void remember(struct trainer *trainer, const char *sentence)
{
    size_t place = trainer->n_others < RESERVOIR ? trainer->n_others++
                                                 : base_rng_below(&trainer->rng, RESERVOIR);

    snprintf(trainer->others[place], sizeof(trainer->others[place]), "%s", sentence);
}

static size_t n_weights(const struct intents_head *head)
{
    return (size_t)INTENTS_MODEL_BUCKETS * head->stride;
}

static void add_moment(struct trainer *trainer)
{
    for (size_t k = 0; k < INTENTS_N_HEADS; k++) {
        const struct intents_head *head = &trainer->model->heads[k];
        float *sum = trainer->sums[k];
        size_t n = n_weights(head);

        for (size_t i = 0; i < n; i++)
            sum[i] += head->weights[i];
        for (size_t i = 0; i < head->n_classes; i++)
            sum[n + i] += head->bias[i];
    }
    trainer->n_moments++;
}

static void take_mean(struct trainer *trainer)
{
    for (size_t k = 0; k < INTENTS_N_HEADS && trainer->n_moments > 0; k++) {
        struct intents_head *head = &trainer->model->heads[k];
        float share = 1 / (float)trainer->n_moments;
        size_t n = n_weights(head);

        for (size_t i = 0; i < n; i++)
            head->weights[i] = trainer->sums[k][i] * share;
        for (size_t i = 0; i < head->n_classes; i++)
            head->bias[i] = trainer->sums[k][n + i] * share;
    }
}

static int make_sums(struct trainer *trainer)
{
    for (size_t k = 0; k < INTENTS_N_HEADS; k++) {
        size_t n = n_weights(&trainer->model->heads[k]) + INTENTS_CLASSES_MAX;

        trainer->sums[k] = calloc(n, sizeof(*trainer->sums[k]));
        if (!trainer->sums[k])
            return -ENOMEM;
    }
    return 0;
}

/* Something said before or after in the same breath. */
static void surround(struct trainer *trainer, const char *sentence,
                     const struct intents_label *label, char text[TEXT_BYTES])
{
    bool may =
        trainer->n_others > 0 && (label->act == INTENTS_REQUEST || label->act == INTENTS_NONE);
    uint32_t where = may ? base_rng_below(&trainer->rng, 100) : 100;

    if (where < 6)
        snprintf(text, TEXT_BYTES, "%s %s", other_sentence(trainer), sentence);
    else if (where < 9)
        snprintf(text, TEXT_BYTES, "%s %s", sentence, other_sentence(trainer));
    else
        snprintf(text, TEXT_BYTES, "%s", sentence);
}

/* A recogniser misses words: half of the sentences lose some. */
static void choose_lost(struct trainer *trainer, unsigned char lost[INTENTS_WORDS_MAX])
{
    uint32_t percent = chance(trainer, 50) ? 12 : 0;

    for (size_t i = 0; i < trainer->words.n; i++)
        lost[i] = percent > 0 && chance(trainer, percent);
}

/* Leaves out features at random, so that no single one is leaned on: what was never heard lacks
 * most of the long ones. */
static void thin_out(struct trainer *trainer)
{
    const struct intents_features *all = &trainer->all;
    struct intents_features *kept = &trainer->features;

    kept->n = kept->n_topic = 0;
    for (size_t i = 0; i < all->n; i++) {
        if (chance(trainer, DROPPED))
            continue;
        kept->hash[kept->n++] = all->hash[i];
        kept->n_topic += i < all->n_topic;
    }
}

static int learn_sentence(void *user, const char *sentence, const struct intents_label *label)
{
    struct trainer *trainer = user;
    float done = (float)trainer->n_seen++ / (float)trainer->n_wanted;
    float rate = RATE_FIRST + (RATE_LAST - RATE_FIRST) * done;
    unsigned char lost[INTENTS_WORDS_MAX];
    char text[TEXT_BYTES];

    surround(trainer, sentence, label, text);
    intents_words_split(text, trainer->language->grammar.whole, &trainer->words);
    choose_lost(trainer, lost);
    intents_features_extract(trainer->lexis, &trainer->words, lost, &trainer->all);
    for (int i = 0; i < TIMES_LEARNED; i++) {
        thin_out(trainer);
        learn(trainer, INTENTS_HEAD_TOPIC, topic_of(trainer, label), rate);
        learn(trainer, INTENTS_HEAD_ACT, label->act, rate);
    }
    if (label->act == INTENTS_NONE)
        remember(trainer, sentence);
    if (done >= MEAN_FROM + (1 - MEAN_FROM) * (float)trainer->n_moments / N_MOMENTS)
        add_moment(trainer);
    return 0;
}

int intents_train_model(const struct intents_language *language,
                        const struct intents_train_options *options,
                        struct intents_model **ret_model)
{
    struct intents_sampler_options draws = {.seed = options->seed,
                                            .n_sentences = options->n_sentences,
                                            .shares = {[INTENTS_DRAW_REQUESTS] = REQUESTS,
                                                       [INTENTS_DRAW_LISTS] = LISTS,
                                                       [INTENTS_DRAW_ACTS] = ACTS,
                                                       [INTENTS_DRAW_NEAR_MISSES] = NEAR_MISSES,
                                                       [INTENTS_DRAW_BACKGROUND] = BACKGROUND,
                                                       [INTENTS_DRAW_EXAMPLES] = EXAMPLES},
                                            .fold = options->fold};
    struct trainer *trainer = calloc(1, sizeof(*trainer));
    struct intents_lexis *lexis = NULL;
    int r = trainer ? 0 : -ENOMEM;

    if (draws.n_sentences == 0)
        draws.n_sentences = INTENTS_TRAIN_SENTENCES;
    if (r == 0)
        r = intents_lexis_create(language, &lexis);
    if (r == 0) {
        trainer->language = language;
        trainer->lexis = lexis;
        trainer->n_wanted = draws.n_sentences;
        base_rng_seed(&trainer->rng, options->seed + 1);
        r = intents_model_create(language, &trainer->model);
    }
    if (r == 0)
        r = make_sums(trainer);
    if (r == 0)
        r = intents_sampler_run(language, &draws, learn_sentence, trainer);
    if (r == 0)
        take_mean(trainer);
    if (r == 0)
        r = intents_model_finish(trainer->model, N_ROWS);
    if (r == 0)
        *ret_model = trainer->model;
    else if (trainer)
        intents_model_destroy(trainer->model);
    intents_lexis_destroy(lexis);
    for (size_t k = 0; trainer && k < INTENTS_N_HEADS; k++)
        free(trainer->sums[k]);
    free(trainer);
    return r;
}

int intents_train(const struct intents_language *language, size_t n_sentences, const char *path)
{
    const struct intents_train_options options = {.seed = 1, .n_sentences = n_sentences};
    struct intents_model *model;
    int r = intents_train_model(language, &options, &model);

    if (r < 0)
        return r;
    r = intents_model_save(model, path);
    intents_model_destroy(model);
    return r;
}
