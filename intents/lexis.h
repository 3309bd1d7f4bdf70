/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a language's tables tell of single words and names: whether a word is grammar, its class
 * (person, pet, goods), its role in a noun phrase, its stem, what its ending tells. Made once from
 * grammar.json ("structure", "chunks", "classes", "endings", "stems") and the lexicon, since every
 * sentence asks some hundred times. Thread: any; not changed after it is made.
 */
#ifndef INTENTS_LEXIS_H
#define INTENTS_LEXIS_H

#include "intents/chunks.h"
#include "intents/words.h"

#include <stdbool.h>
#include <stddef.h>

#define INTENTS_STEM_BYTES 64
/* Of a name that is known as a whole: "pommes de terre". Of a longer one (88 of the lexicon) each
 * word is known by itself. Refused: 8, which moves the learned model as another seed does. */
#define INTENTS_NAME_WORDS_MAX 4

struct intents_language;
struct intents_lexis;

struct intents_lexis_word {
    const char *class; /* NULL: of none */
    bool is_grammar;
    enum intents_chunk_role role;
    bool may_open; /* as intents_chunk_word's */
};

/* Returns: 0, -ENOMEM, -EINVAL (logged). Owns: the caller; the language must outlive it. */
int intents_lexis_create(const struct intents_language *language, struct intents_lexis **ret_lexis);
/* Accepts NULL. */
void intents_lexis_destroy(struct intents_lexis *lexis);

/* Returns: what is known of the word; all empty for one that no table has. */
struct intents_lexis_word intents_lexis_word(const struct intents_lexis *lexis, const char *word);
/* Returns: the class of the name that is made of n words from `first` on, 2 to NAME_WORDS_MAX;
 * NULL: they are none. */
const char *intents_lexis_name(const struct intents_lexis *lexis, const struct intents_words *words,
                               size_t first, size_t n);
/* The word without its longest known ending, accents off, a doubled last letter made single. */
void intents_lexis_stem(const struct intents_lexis *lexis, const char *word,
                        char ret_stem[INTENTS_STEM_BYTES]);
/* Returns: the name of the word's ending, "-" for none. */
const char *intents_lexis_ending(const struct intents_lexis *lexis, const char *word);

/* Whether the language tells how noun phrases are built. */
bool intents_lexis_has_chunks(const struct intents_lexis *lexis);
/* Returns: the one it was made of. */
const struct intents_language *intents_lexis_language(const struct intents_lexis *lexis);

#endif
