/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "intents/understand_private.h"

#include "intents/topic.h"
#include "intents/train.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A model made from other data would name other services, or lack one of the language's. */
static int check_model(const struct intents_language *language, const struct intents_model *model)
{
    size_t n = intents_language_n_services(language);

    if (model->n_services != n)
        return -EINVAL;
    for (size_t i = 0; i < n; i++) {
        if (strcmp(intents_language_service(language, i)->id, model->services[i]) != 0)
            return -EINVAL;
    }
    return 0;
}

static int get_model(const struct intents_language *language, const char *path,
                     struct intents_model **ret_model)
{
    const struct intents_train_options options = {.seed = 1};

    return path ? intents_model_load(path, ret_model)
                : intents_train_model(language, &options, ret_model);
}

int intents_understander_create(const struct intents_language *language, const char *path,
                                struct intents_understander **ret_understander)
{
    struct intents_understander *understander = calloc(1, sizeof(*understander));
    int r;

    if (!understander)
        return -ENOMEM;
    understander->language = language;
    r = get_model(language, path, &understander->model);
    if (r == 0)
        r = check_model(language, understander->model);
    if (r == 0)
        r = intents_classifier_create(language, understander->model, &understander->classifier);
    if (r == 0)
        r = intents_item_finder_create(language, &understander->items);
    if (r == 0)
        r = intents_instead_create(language, &understander->instead);
    if (r == 0)
        r = intents_aside_create(language, &understander->aside);
    if (r == 0)
        r = intents_emergency_create(language, &understander->emergency);
    if (r == 0)
        r = intents_telling_create(language, &understander->telling);
    if (r == 0)
        r = intents_joints_create(language, &understander->joints);
    if (r < 0) {
        intents_understander_destroy(understander);
        return r;
    }
    intents_understander_offer(understander, NULL, 0);
    *ret_understander = understander;
    return 0;
}

void intents_understander_destroy(struct intents_understander *understander)
{
    if (!understander)
        return;
    intents_joints_destroy(understander->joints);
    intents_telling_destroy(understander->telling);
    intents_emergency_destroy(understander->emergency);
    intents_aside_destroy(understander->aside);
    intents_instead_destroy(understander->instead);
    intents_item_finder_destroy(understander->items);
    intents_classifier_destroy(understander->classifier);
    intents_model_destroy(understander->model);
    free(understander);
}

void intents_understander_offer(struct intents_understander *understander,
                                const char *const *services, size_t n_services)
{
    for (size_t i = 0; i < understander->model->n_services; i++) {
        understander->is_offered[i] = services == NULL;
        for (size_t k = 0; services && k < n_services; k++) {
            if (strcmp(services[k], understander->model->services[i]) == 0)
                understander->is_offered[i] = true;
        }
    }
}

int intents_expect_parse(const char *name, enum intents_expect *ret_expect)
{
    static const char *const names[] = {
        [INTENTS_EXPECT_REQUEST] = "request",
        [INTENTS_EXPECT_CONFIRMATION] = "confirmation",
        [INTENTS_EXPECT_CHOICE] = "choice",
        [INTENTS_EXPECT_DAY] = "day",
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(name, names[i]) == 0) {
            *ret_expect = (enum intents_expect)i;
            return 0;
        }
    }
    return -EINVAL;
}

bool intents_expects_answer(enum intents_expect expect)
{
    return expect == INTENTS_EXPECT_CONFIRMATION || expect == INTENTS_EXPECT_DAY;
}

bool intents_is_offered(const struct intents_understander *understander, const char *service)
{
    for (size_t i = 0; i < understander->model->n_services; i++) {
        if (strcmp(understander->model->services[i], service) == 0)
            return understander->is_offered[i];
    }
    return false;
}

bool intents_takes_items(const struct intents_understander *understander, const char *service)
{
    const struct intents_service *info =
        intents_language_find_service(understander->language, service);

    return info && info->takes_items;
}

/* Days and times belong to requests, and to answers: "non, vendredi plutôt". */
static bool has_when(enum intents_act act)
{
    return act == INTENTS_REQUEST || act == INTENTS_AFFIRM || act == INTENTS_DENY ||
           act == INTENTS_CANCEL || act == INTENTS_STATUS;
}

/* "Plutôt tantôt", of a day that is being confirmed, changes the part alone. */
static void take_when(const struct intents_when *when, enum intents_expect expect,
                      struct intents_result *result)
{
    bool is_part_alone = when->is_implied && expect == INTENTS_EXPECT_CONFIRMATION;

    result->date = is_part_alone ? BASE_NO_DATE : when->date;
    result->part = when->part;
    result->time = when->time;
    result->is_repeated = when->is_repeated;
    result->is_off_weekday = when->is_off_weekday;
}

/* The day of what was said, where it is about what is asked for. */
static void read_moment(const struct intents_understander *understander,
                        const struct intents_words *words, const struct intents_opinion *opinion,
                        enum intents_expect expect, struct intents_when *when,
                        struct intents_result *result)
{
    bool is_none = result->act == INTENTS_NONE;

    if (has_when(result->act) ||
        (is_none && intents_expects_answer(expect) &&
         intents_answer_has_moment(understander->language, words, opinion)))
        take_when(when, expect, result);
    else
        when->has_second = false;
    /* "Je monte l'étagère cet après-midi et demain je peins la porte" asks for no two days. */
    if (is_none && intents_telling_is_told(understander->telling, words))
        when->has_second = false;
}

static void read_items(const struct intents_understander *understander,
                       const struct intents_words *words, enum intents_expect expect,
                       struct intents_result *result)
{
    if (intents_expects_answer(expect))
        intents_answer_read_items(understander, words, result);
    else if (result->act == INTENTS_REQUEST && intents_takes_items(understander, result->service))
        result->n_items =
            intents_items_find(understander->items, words, result->items, &result->is_cut);
}

/* Two days for one service are two requests of it. */
static void add_second_day(const struct intents_when *when, struct intents_result *result)
{
    struct intents_also *also = &result->also[0];

    if (!when->has_second || !(result->act == INTENTS_REQUEST || result->act == INTENTS_NONE))
        return;
    *also = (struct intents_also){
        .date = when->second_date, .part = when->second_part, .time = when->second_time};
    memcpy(also->service, result->service, sizeof(also->service));
    memcpy(also->items, result->items, sizeof(also->items));
    also->n_items = result->n_items;
    also->is_cut = result->is_cut;
    result->n_also = 1;
}

void intents_understand_alone(const struct intents_understander *understander,
                              const struct intents_words *words, struct base_datetime now,
                              enum intents_expect expect, struct intents_result *ret_result)
{
    const struct intents_language *language = understander->language;
    struct intents_opinion opinion;
    struct intents_when when;

    *ret_result = (struct intents_result){.date = BASE_NO_DATE, .time = BASE_NO_TIME};
    intents_opinion_form(understander, words, expect, &opinion);
    intents_decide(understander, &opinion, ret_result);
    intents_when_find(&language->when, words, now, &when);
    if (expect == INTENTS_EXPECT_CHOICE)
        intents_answer_read_choice(understander, words, ret_result);
    if (intents_expects_answer(expect))
        intents_answer_read(understander, words, &opinion, &when, ret_result);
    if (ret_result->act != INTENTS_NONE && ret_result->act != INTENTS_REQUEST)
        snprintf(ret_result->topic, sizeof(ret_result->topic), "%s",
                 intents_topic_find(language, ret_result->act, words));
    read_moment(understander, words, &opinion, expect, &when, ret_result);
    read_items(understander, words, expect, ret_result);
    add_second_day(&when, ret_result);
}

void intents_understand(struct intents_understander *understander, const char *text,
                        struct base_datetime now, enum intents_expect expect,
                        struct intents_result *ret_result)
{
    struct intents_words words;

    intents_words_split(text, understander->language->grammar.whole, &words);
    if (words.n == 0) {
        *ret_result =
            (struct intents_result){.date = BASE_NO_DATE, .time = BASE_NO_TIME, .confidence = 1};
        return;
    }
    intents_understand_alone(understander, &words, now, expect, ret_result);
    if (ret_result->act == INTENTS_EMERGENCY)
        return;
    if (!intents_aside_read(understander->aside, &words, expect, ret_result))
        intents_read_also(understander, &words, now, expect, ret_result);
}
