/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Between the sources of intents/understand.h, in the order a sentence meets them: what is believed
 * of it (opinion.c), the act and service that come of it (decision.c), what it is when a question
 * is open (answer.c), all of it joined and with its day, items and topic (understand.c), and the
 * other requests in it (also.c). What is said beside the matter has a header of its own (aside.h).
 * Nobody else includes this one. Thread: main.
 */
#ifndef INTENTS_UNDERSTAND_PRIVATE_H
#define INTENTS_UNDERSTAND_PRIVATE_H

#include "intents/aside.h"
#include "intents/classifier.h"
#include "intents/emergency.h"
#include "intents/instead.h"
#include "intents/items.h"
#include "intents/joints.h"
#include "intents/language_private.h"
#include "intents/model.h"
#include "intents/telling.h"
#include "intents/understand.h"
#include "intents/when.h"
#include "intents/words.h"

/* How sure one is of what a list of words alone decides: a bare day, a named service. */
#define INTENTS_ANSWER_CONFIDENCE 0.85

struct intents_understander {
    const struct intents_language *language;
    struct intents_model *model;
    struct intents_classifier *classifier;
    struct intents_item_finder *items;
    struct intents_instead *instead;
    struct intents_aside *aside;
    struct intents_emergency *emergency;
    struct intents_telling *telling;
    struct intents_joints *joints;
    bool is_offered[INTENTS_SERVICES_MAX];
};

/* ---- opinion.c ---- */

/* What is believed of the words. */
void intents_opinion_form(const struct intents_understander *understander,
                          const struct intents_words *words, enum intents_expect expect,
                          struct intents_opinion *ret_opinion);

/* Returns: the act that counts: the likeliest one, or a call for help below even odds. */
enum intents_act intents_opinion_act(const struct intents_opinion *opinion);

/* ---- decision.c ---- */

/* Fills of the result act, service, confidence, and the readings that were not taken. */
void intents_decide(const struct intents_understander *understander,
                    const struct intents_opinion *opinion, struct intents_result *result);

/* ---- answer.c: what was decided, read as an answer ---- */

/* To the services that were read aloud: "mon chien" chooses, and "oui, pour mon chien" is no yes,
 * there is nothing to say yes to. */
void intents_answer_read_choice(const struct intents_understander *understander,
                                const struct intents_words *words, struct intents_result *result);

/* To a question for yes or no, or for the day: a day alone, another service instead. */
void intents_answer_read(const struct intents_understander *understander,
                         const struct intents_words *words, const struct intents_opinion *opinion,
                         const struct intents_when *when, struct intents_result *result);

/* Whether the day in an answer that is nothing else is the answer, and not told of. */
bool intents_answer_has_moment(const struct intents_language *language,
                               const struct intents_words *words,
                               const struct intents_opinion *opinion);

/* What is asked for besides, and what leaves the list. To take something off is no yes, and no
 * order to the speaker, whatever the verb: the rest is restated. */
void intents_answer_read_items(const struct intents_understander *understander,
                               const struct intents_words *words, struct intents_result *result);

/* ---- understand.c ---- */

/* Whether a question that waits for yes or no, or for the day, is open. */
bool intents_expects_answer(enum intents_expect expect);

/* Of a service's id. Whether the territory offers it; whether a list belongs to it. */
bool intents_is_offered(const struct intents_understander *understander, const char *service);
bool intents_takes_items(const struct intents_understander *understander, const char *service);

/* Reads the words as one thing. */
void intents_understand_alone(const struct intents_understander *understander,
                              const struct intents_words *words, struct base_datetime now,
                              enum intents_expect expect, struct intents_result *ret_result);

/* ---- also.c ---- */

/* What was read as one thing becomes several requests where it is: after intents_understand_alone,
 * with the same arguments. */
void intents_read_also(const struct intents_understander *understander,
                       const struct intents_words *words, struct base_datetime now,
                       enum intents_expect expect, struct intents_result *result);

#endif
