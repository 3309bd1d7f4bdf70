/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the parts of the understanding share: understand.c reads a sentence as one thing, also.c
 * finds several requests in it. Nobody else includes it. Thread: main. */
#ifndef INTENTS_UNDERSTAND_PRIVATE_H
#define INTENTS_UNDERSTAND_PRIVATE_H

#include "intents/aside.h"
#include "intents/classifier.h"
#include "intents/emergency.h"
#include "intents/instead.h"
#include "intents/items.h"
#include "intents/language_private.h"
#include "intents/model.h"
#include "intents/telling.h"
#include "intents/understand.h"
#include "intents/words.h"

/* How sure one is of what a list of words alone decides: a bare day, a named service. */
#define INTENTS_ANSWER_CONFIDENCE 0.85

/* What joins two requests, and what may stand around them. */
enum intents_joint {
    INTENTS_JOINT_YES,    /* "oui", "c'est ça" */
    INTENTS_JOINT_NO,     /* "non" */
    INTENTS_JOINT_FILLER, /* "euh", "merci": beside a yes or a no */
    INTENTS_JOINT_AND,    /* "et puis", "ainsi que" */
    INTENTS_JOINT_ALSO,   /* "aussi", "en plus" */
    INTENTS_JOINT_BEGINS, /* "promener", "pour faire": so a second request may begin */
    INTENTS_N_JOINTS,
};

struct intents_understander {
    const struct intents_language *language;
    struct intents_model *model;
    struct intents_classifier *classifier;
    struct intents_item_finder *items;
    struct intents_instead *instead;
    struct intents_aside *aside;
    struct intents_emergency *emergency;
    struct intents_telling *telling;
    struct intents_list joints[INTENTS_N_JOINTS];
    bool is_offered[INTENTS_SERVICES_MAX];
};

/* Whether a question that waits for yes or no is open. */
bool intents_expects_answer(enum intents_expect expect);

bool intents_is_offered(const struct intents_understander *understander, const char *service);

/* Reads the words as one thing. */
void intents_understand_alone(const struct intents_understander *understander,
                              const struct intents_words *words, struct base_datetime now,
                              enum intents_expect expect, struct intents_result *ret_result);

/* What was read as one thing becomes several requests where it is: after intents_understand_alone,
 * with the same arguments. */
void intents_read_also(const struct intents_understander *understander,
                       const struct intents_words *words, struct base_datetime now,
                       enum intents_expect expect, struct intents_result *result);

/* Returns: behind the yes or no with which the words begin; 0 where they begin with none. */
size_t intents_answer_end(const struct intents_understander *understander,
                          const struct intents_words *words);

/* Fills `joints` from grammar.json. Returns: 0, -ENOMEM, -EINVAL (logged). */
int intents_joints_fill(struct intents_understander *understander);

#endif
