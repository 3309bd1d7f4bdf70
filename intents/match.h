/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Words matched against a template: the longest beginning of the words from one place on that the
 * template can say. Number slots ({number}, {hour}, {minute}, {day}), {weekday} and {month} match
 * their words or digits and catch the value; the first catch of a kind counts ("entre dix et onze
 * heures" is ten). {any} matches one word, whatever it is, and "-erait" one that ends so; a
 * fragment matches what the entries of its list do, as long as they are there: a language that was
 * loaded to understand has forgotten those of fragments.json (intents/forget.c), so that binding
 * refuses them in what is matched, and only the parts of grammar.json (intents/sets.h) are left.
 *
 * Plain backtracking: a template of when.json is short, and an index by first words (below) leaves
 * a handful of them to try at each place. Thread: any.
 */
#ifndef INTENTS_MATCH_H
#define INTENTS_MATCH_H

#include "intents/template.h"
#include "intents/words.h"

#include <stdbool.h>

struct intents_when_data;

#define INTENTS_N_BUILTINS (INTENTS_SLOT_MONTH + 1)

struct intents_catch {
    int value[INTENTS_N_BUILTINS]; /* by enum intents_builtin, -1: none */
};

/* Returns: behind the last word matched; `start` when nothing is. */
size_t intents_match(const struct intents_when_data *data, const struct intents_node *node,
                     const struct intents_words *words, size_t start,
                     struct intents_catch *ret_catch);

/* Templates by the words they can begin with: none may begin with {any}, an ending or a fragment.
 */
struct intents_match_index;

/* Returns: 0, -ENOMEM, -EINVAL for a template that begins so. Owns: the caller; the nodes must
 * outlive it. */
int intents_match_index_create(const struct intents_when_data *data,
                               const struct intents_node *const *nodes, size_t n_nodes,
                               struct intents_match_index **ret_index);
void intents_match_index_destroy(struct intents_match_index *index);

/* Numbers (in `nodes`) of the templates that can begin with the word. Returns: how many. */
size_t intents_match_index_find(const struct intents_match_index *index, const char *word,
                                const unsigned short **ret_numbers);

/* The number that begins at a word: words or digits. Returns: how many words it takes, at most
 * `n_max`; 0: none. */
size_t intents_match_number(const struct intents_when_data *data, const struct intents_words *words,
                            size_t start, size_t n_max, int *ret_value);

#endif
