/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a call for help must have in it, and what is one whatever stands around it.
 *
 * The learned understanding errs on the safe side: whatever is said like a call counts as one, and
 * "je crois que je vais faire un gâteau" is said like "je crois que je vais faire un malaise". So
 * a call must have a sign of distress in it, a word that grammar.json lists under `emergency`
 * ("signs": beginnings of words, or whole ones with a stop behind them: "vois." is not in
 * "voisine"), and not within what is calm ("calm": templates; "je suis tombée d'accord", "respire
 * la santé"). More of either never hides what has a sign elsewhere: "je suis tombée sur la voisine,
 * au secours". A language without signs believes every call.
 *
 * The other way round it misses, of calls in words that the data have not, one in nine. What is
 * happening now has few forms, though: a person and what they can no more do, a room and fire, gas
 * and its smell. These are `calls`, templates that may stand anywhere outside of what is calm,
 * unless the sentence tells of it ("told": "dans le film", "l'an dernier", "si un jour").
 *
 * Thread: main.
 */
#ifndef INTENTS_EMERGENCY_H
#define INTENTS_EMERGENCY_H

#include "intents/language.h"
#include "intents/words.h"

#include <stdbool.h>

struct intents_emergency;

/* Returns: 0, -ENOMEM, -EINVAL (logged) for lists that are none. Owns: the caller. The language
 * must outlive it. */
int intents_emergency_create(const struct intents_language *language,
                             struct intents_emergency **ret_emergency);
/* Accepts NULL. */
void intents_emergency_destroy(struct intents_emergency *emergency);

bool intents_emergency_has_sign(const struct intents_emergency *emergency,
                                const struct intents_words *words);

/* Whether one of the `calls` is said, and as what happens now. */
bool intents_emergency_is_call(const struct intents_emergency *emergency,
                               const struct intents_words *words);

#endif
