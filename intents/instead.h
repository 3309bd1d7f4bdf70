/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * "Non, pas des courses, une promenade": an answer that says no and names the service that is meant
 * instead.
 *
 * The learned understanding hears a no there and no more, since most of what follows a no is talk
 * about what was restated ("non, ma fille fait les courses"). So nothing is guessed: the answer
 * must consist of a no, names of services (`names` of their files) and the few words of
 * grammar.json, `instead`, days and hours apart. One other word, and it is a no. Thread: any.
 */
#ifndef INTENTS_INSTEAD_H
#define INTENTS_INSTEAD_H

#include "intents/language.h"
#include "intents/words.h"

struct intents_instead;

/* Returns: 0, -ENOMEM, -EINVAL (logged). Owns: the caller; the language must outlive it. */
int intents_instead_create(const struct intents_language *language,
                           struct intents_instead **ret_instead);
/* Accepts NULL. */
void intents_instead_destroy(struct intents_instead *instead);

/* Returns: the service that is named instead; NULL when the answer is no such. */
const struct intents_service *intents_instead_find(const struct intents_instead *instead,
                                                   const struct intents_words *words);

/* The same of an answer without a no: "le chien aussi". Returns: the only service that is named;
 * NULL when anything else is said. */
const struct intents_service *intents_instead_named(const struct intents_instead *instead,
                                                    const struct intents_words *words);

#endif
