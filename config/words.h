/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Short lists of words and how near two words are: "did you mean". A failed allocation leaves the
 * list shorter, which only makes a message poorer. Thread: any, one owner.
 */
#ifndef CONFIG_WORDS_H
#define CONFIG_WORDS_H

#include <stddef.h>

struct config_words {
    char **words;
    size_t n_words;
};

/* Copies n_bytes of a word, once. */
void config_words_add(struct config_words *words, const char *word, size_t n_bytes);
void config_words_sort(struct config_words *words);
/* Returns: NULL when memory is short. Owns: the caller. */
char *config_words_join(const struct config_words *words, const char *between);
void config_words_finish(struct config_words *words);

/*
 * How many letters must be put in, left out, changed or swapped with their neighbour to make one of
 * the other (Damerau's distance, restricted). Words are cut at 63 bytes.
 */
int config_words_distance(const char *a, const char *b);

#endif
