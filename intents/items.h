/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is to be bought: the items of a sentence that asks for shopping, in the order they were
 * said, with their quantity and adjectives and without their article ("six bouteilles d'eau",
 * "vin rouge").
 *
 * An item is an optional quantity or article, an optional unit ("kilo de"), and a noun of the
 * lexicon's list "items"; in the middle of a list, or behind a word of buying, any noun will do,
 * as no lexicon knows everything that is sold (intents/item_shape.h has the whole form). What is
 * only said to be missing ("je n'ai plus de lait") counts when nothing else is asked for. The words
 * that steer this stand in grammar.json
 * ("items"). Thread: any, one owner.
 */
#ifndef INTENTS_ITEMS_H
#define INTENTS_ITEMS_H

#include "intents/understand.h"
#include "intents/words.h"

struct intents_item_finder;

/* Owns: the caller; the language must outlive it. Returns: 0, -ENOMEM, -EINVAL (logged). */
int intents_item_finder_create(const struct intents_language *language,
                               struct intents_item_finder **ret_finder);
void intents_item_finder_destroy(struct intents_item_finder *finder);

/* Returns: how many items, at most INTENTS_ITEMS_MAX; *ret_is_cut: there were more. */
size_t intents_items_find(const struct intents_item_finder *finder,
                          const struct intents_words *words,
                          char ret_items[INTENTS_ITEMS_MAX][INTENTS_ITEM_BYTES], bool *ret_is_cut);

/*
 * The same of an answer to a list that was restated: what is asked for besides, and what shall
 * leave it ("enlevez le beurre", "oui, mais sans le lait"). Returns: how many are asked for;
 * *ret_is_cut: more of either.
 */
size_t intents_items_answer(const struct intents_item_finder *finder,
                            const struct intents_words *words,
                            char ret_items[INTENTS_ITEMS_MAX][INTENTS_ITEM_BYTES],
                            char ret_dropped[INTENTS_ITEMS_MAX][INTENTS_ITEM_BYTES],
                            size_t *ret_n_dropped, bool *ret_is_cut);

/* Whether an answer asks for something besides ("ajoutez des...") and what it is was not
 * understood.
 */
bool intents_items_misses_one(const struct intents_item_finder *finder,
                              const struct intents_words *words);

#endif
