/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "intents/classifier.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct intents_classifier {
    const struct intents_model *model;
    struct intents_lexis *lexis;
    struct intents_features features;
};

int intents_classifier_create(const struct intents_language *language,
                              const struct intents_model *model,
                              struct intents_classifier **ret_classifier)
{
    struct intents_classifier *classifier = calloc(1, sizeof(*classifier));
    int r;

    if (!classifier)
        return -ENOMEM;
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

void intents_classifier_judge(struct intents_classifier *classifier,
                              const struct intents_words *words,
                              struct intents_opinion *ret_opinion)
{
    const struct intents_model *model = classifier->model;
    const struct intents_calibration *calibration = &model->calibration;
    float topic[INTENTS_CLASSES_MAX], act[INTENTS_CLASSES_MAX], sum = 0;

    intents_features_extract(classifier->lexis, words, NULL, &classifier->features);
    intents_model_score(model, INTENTS_HEAD_TOPIC, &classifier->features, topic);
    intents_model_score(model, INTENTS_HEAD_ACT, &classifier->features, act);
    intents_model_softmax(topic, model->n_services + 1, calibration->topic_scale);
    for (size_t i = 0; i < INTENTS_N_ACTS; i++)
        act[i] *= calibration->act_scale;
    act[INTENTS_REQUEST] += calibration->request_offset;
    intents_model_softmax(act, INTENTS_N_ACTS, 1);
    memcpy(ret_opinion->act, act, sizeof(ret_opinion->act));
    ret_opinion->other = topic[model->n_services];
    for (size_t i = 0; i < model->n_services; i++)
        sum += topic[i];
    for (size_t i = 0; i < model->n_services; i++)
        ret_opinion->service[i] = topic[i] / (sum > 0 ? sum : 1);
}
