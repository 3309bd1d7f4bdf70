/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Words that grammar.json names by what they are for: lists of templates, of which the longest that
 * begins at a word counts. Thread: any; not changed after filling.
 */
#ifndef INTENTS_SETS_H
#define INTENTS_SETS_H

#include "intents/language_private.h"
#include "intents/words.h"

/*
 * Fills sets with the lists of those names in a section of grammar.json; what is missing is empty.
 * In their templates `<name>` stands for an entry of that list of `parts` (NULL: there are none),
 * which must outlive them, {any} for one word, {number}, {weekday} and {month} for theirs. Returns:
 * 0, -ENOMEM, -EINVAL (logged) for what is no phrase or another name. Owns: the caller, in any
 * case, with intents_sets_finish; the sets are empty before.
 */
int intents_sets_load(const struct intents_language *language, const char *section,
                      const char *const *names, size_t n_sets, const struct intents_lists *parts,
                      struct intents_list *ret_sets);
void intents_sets_finish(struct intents_list *sets, size_t n_sets);

/* Adds a list for each name of a section's `parts`, in which `<name>` may stand for one further up.
 * Returns: as above. Owns: the caller, in any case, with intents_lists_finish. */
int intents_sets_load_parts(const struct intents_language *language, const char *section,
                            struct intents_lists *ret_parts);

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
