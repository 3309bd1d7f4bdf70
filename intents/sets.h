/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Words that grammar.json names by what they are for: lists of templates, of which the longest that
 * begins at a word counts. Thread: any; not changed after filling.
 */
#ifndef INTENTS_SETS_H
#define INTENTS_SETS_H

#include "intents/language_private.h"
#include "intents/words.h"

/* Adds the templates of a JSON array; what is missing is empty. Returns: 0, -ENOMEM, -EINVAL
 * (logged). Owns: the caller, with intents_list_finish. */
int intents_set_fill(struct intents_list *set, const struct json_t *array);

/* Adds a list for each name of a JSON object, in which `<name>` may stand for one further up.
 * Returns: 0, -ENOMEM, -EINVAL (logged). Owns: the caller, with intents_lists_finish. */
int intents_sets_fill(struct intents_lists *sets, const struct json_t *object);

/* Lets each `<name>` of the templates stand for an entry of that list of `parts`, which must
 * outlive the set, {any} for one word and {number}, {weekday} and {month} for theirs. Returns: 0,
 * -EINVAL (logged) for another name. */
int intents_set_bind(struct intents_list *set, const struct intents_lists *parts);

/* Returns: behind the longest entry that begins at a word; `at` when there is none. */
size_t intents_set_match(const struct intents_language *language, const struct intents_list *set,
                         const struct intents_words *words, size_t at);

/* The set, of several, of which an entry begins at a word, the longest of all; of two as long the
 * first set. Returns: its number; n_sets when there is none, then *ret_end is `at`. */
size_t intents_sets_match(const struct intents_language *language, const struct intents_list *sets,
                          size_t n_sets, const struct intents_words *words, size_t at,
                          size_t *ret_end);

/* As intents_set_match for the names of every service; then *ret_service is the one that is named.
 */
size_t intents_set_match_name(const struct intents_language *language,
                              const struct intents_words *words, size_t at,
                              const struct intents_service **ret_service);

#endif
