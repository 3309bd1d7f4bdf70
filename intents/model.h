/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Linear models over hashed features, and their file.
 *
 * A model has two heads that share their features: TOPIC (which service the sentence is about, or
 * other) and ACT (what it does). While learning, weights are floats; a finished model has 8-bit
 * weights with one scale a head, and only the rows that matter, so that the file stays under 3 MB
 * and is read in milliseconds. Learning and use score by the same code after finishing.
 * Thread: any; scoring does not change a model.
 */
#ifndef INTENTS_MODEL_H
#define INTENTS_MODEL_H

#include "intents/act.h"
#include "intents/features.h"
#include "intents/language.h"

#define INTENTS_MODEL_BITS    17
#define INTENTS_MODEL_BUCKETS (1u << INTENTS_MODEL_BITS)
#define INTENTS_CLASSES_MAX   (INTENTS_SERVICES_MAX + 16)
/* Weights are added in blocks of a constant size, which a compiler turns into vector code. */
#define INTENTS_BLOCK 16

enum intents_head_id {
    INTENTS_HEAD_TOPIC, /* one class a service in the order of ids, the last one: other */
    INTENTS_HEAD_ACT,   /* enum intents_act */
    INTENTS_N_HEADS,
};

struct intents_head {
    size_t n_classes;
    size_t stride;     /* of a row of `weights`: n_classes rounded up to whole blocks */
    float *weights;    /* while learning: [bucket][stride] */
    float *bias;       /* [n_classes] */
    float scale;       /* of the 8-bit weights */
    signed char *rows; /* finished: [n_rows][n_classes] */
    uint32_t *row_of;  /* [bucket]: row + 1, 0: none */
    uint32_t n_rows;
};

/* Numbers fitted on held-back phrases, by which scores become probabilities. */
struct intents_calibration {
    float topic_scale, act_scale; /* inverse temperatures */
    float request_offset;         /* added to the act's score for a request */
    float topic_weight;           /* what it counts for a request to be about a service */
};

struct intents_model {
    char services[INTENTS_SERVICES_MAX][INTENTS_SERVICE_ID];
    size_t n_services;
    struct intents_head heads[INTENTS_N_HEADS];
    struct intents_calibration calibration;
};

/* A model to be learned. Returns: 0 or -ENOMEM. Owns: the caller. */
int intents_model_create(const struct intents_language *language, struct intents_model **ret_model);
void intents_model_destroy(struct intents_model *model);

/* Sums of the weights of the features of a head; ret_scores has INTENTS_CLASSES_MAX places. */
void intents_model_score(const struct intents_model *model, enum intents_head_id head,
                         const struct intents_features *features, float *ret_scores);

/* Turns scores into probabilities, in place. */
void intents_model_softmax(float *scores, size_t n, float scale);

/* Makes the weights small; no learning after that. Returns: 0 or -ENOMEM. */
int intents_model_finish(struct intents_model *model, size_t n_rows_max);

/* Returns: 0, -ENOMEM, -errno. */
int intents_model_save(const struct intents_model *model, const char *path);
/* Returns: 0, -ENOMEM, -errno, -EINVAL (damaged). Owns: the caller. */
int intents_model_load(const char *path, struct intents_model **ret_model);

#endif
