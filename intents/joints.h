/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The few words that hold a sentence of several parts together: the yes or no with which it begins,
 * what joins two requests, with what a second one begins. They stand in grammar.json, `joints`; a
 * language without them hears one request in each sentence. Thread: any; not changed once made.
 */
#ifndef INTENTS_JOINTS_H
#define INTENTS_JOINTS_H

#include "intents/language.h"
#include "intents/understand.h"
#include "intents/words.h"

enum intents_joint {
    INTENTS_JOINT_YES,    /* "oui", "c'est ça" */
    INTENTS_JOINT_NO,     /* "non" */
    INTENTS_JOINT_FILLER, /* "euh", "merci": beside a yes or a no */
    INTENTS_JOINT_AND,    /* "et puis", "ainsi que" */
    INTENTS_JOINT_ALSO,   /* "aussi", "en plus" */
    INTENTS_JOINT_BEGINS, /* "promener", "pour faire": so a second request may begin */
    INTENTS_N_JOINTS,
};

struct intents_joints;

/* Returns: 0, -ENOMEM, -EINVAL (logged). Owns: the caller; the language must outlive it. */
int intents_joints_create(const struct intents_language *language,
                          struct intents_joints **ret_joints);
/* Accepts NULL. */
void intents_joints_destroy(struct intents_joints *joints);

/* Returns: behind the joint that stands at a word; `at` when none does. */
size_t intents_joints_match(const struct intents_joints *joints, enum intents_joint joint,
                            const struct intents_words *words, size_t at);

/* The same of any number of them in a row. */
size_t intents_joints_skip(const struct intents_joints *joints, enum intents_joint joint,
                           const struct intents_words *words, size_t at);

/* The yes or no with which the words begin, the last one said of several, fillers between them.
 * Returns: behind it; behind the fillers alone when *ret_answer is INTENTS_NO_ANSWER. */
size_t intents_joints_answer(const struct intents_joints *joints, const struct intents_words *words,
                             enum intents_answer *ret_answer);

#endif
