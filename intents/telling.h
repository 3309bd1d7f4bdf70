/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is told and not asked, by its form.
 *
 * The learned understanding knows what a sentence is about and how asking sounds. Who wants what
 * for whom it knows badly: "la voisine cherche quelqu'un pour son chien", "je ne veux pas qu'on
 * touche à mes rosiers", "si j'avais encore mon chien" share nearly all their words with a request,
 * and near misses enough for each service and each of these forms moved everything else when they
 * were learned from (docs/understanding-history.md). But the forms are few, and the same for every
 * service: refusals, somebody else who wants, what might have been, one's own plans, what was
 * settled, what the television said, advice to somebody in the room. grammar.json lists them under
 * `telling`:
 *
 * - `told`: whatever else is said, nothing is asked of us ("elle m'a dit je voudrais ...").
 * - `unless`: nothing is asked, unless something is asked outside of these words: one of `asks`
 *   or of the cues `ask` of when.json ("je n'ai besoin de rien à l'épicerie mais appelez-moi").
 * - `others`: so a sentence about somebody else begins; it is one if none of `ours` comes behind.
 * - `plainly`: asked so, it is asked of us: a request is likelier, unless it is told.
 * - `parts`: lists that the templates name, `<kin>`; `{any}` is any one word, `-erait` one
 *   that ends so.
 *
 * A language without these lists is understood as before. Refused: to learn from such sentences
 * (above); to lower the score by so much a form, which would have to be fitted anew with each
 * learned model. Thread: main.
 */
#ifndef INTENTS_TELLING_H
#define INTENTS_TELLING_H

#include "intents/language.h"
#include "intents/words.h"

#include <stdbool.h>

struct intents_telling;

/* Returns: 0, -ENOMEM, -EINVAL (logged) for lists that are none. Owns: the caller. The language
 * must outlive it. */
int intents_telling_create(const struct intents_language *language,
                           struct intents_telling **ret_telling);
/* Accepts NULL. */
void intents_telling_destroy(struct intents_telling *telling);

/* Whether words that sound like a request ask for nothing. */
bool intents_telling_is_told(const struct intents_telling *telling,
                             const struct intents_words *words);

/* Whether somebody's help is asked for in so many words. */
bool intents_telling_asks_plainly(const struct intents_telling *telling,
                                  const struct intents_words *words);

#endif
