/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From a row of words to a spelled sentence: agreement (@mon -> mon, ma, mes), contraction
 * (de le -> du), elision (que on -> qu'on), all from the tables of grammar.json.
 *
 * Only a word that agrees, or that begins what a slot gave, is contracted: in "de les promener"
 * the pronoun "les" must stay, and no table can tell it from the article. A slot of infinitives
 * never is, for the same reason. Thread: any; a grammar is not changed after loading.
 */
#ifndef INTENTS_SPELLING_H
#define INTENTS_SPELLING_H

#include <stdbool.h>
#include <stddef.h>

struct base_strbuf;
struct json_t;

#define INTENTS_TOKENS_MAX 256

enum intents_gender {
    INTENTS_NO_GENDER,
    INTENTS_MASCULINE,
    INTENTS_FEMININE,
    INTENTS_MASCULINE_PLURAL,
    INTENTS_FEMININE_PLURAL,
};

struct intents_token {
    const char *text;
    enum intents_gender gender; /* of the noun that begins here */
    bool agrees;                /* text is the table's key, without @ */
    bool contracts;             /* may melt with the word before */
};

struct intents_grammar {
    struct json_t *root; /* the file */
    struct json_t *elide, *elide_only_before, *contract, *agree;
    struct json_t *no_elision; /* an object used as a set */
    struct json_t *elide_y;    /* likewise */
    const char *vowels;
    bool elides_h;
    const char *whole[32]; /* words that keep their apostrophe, ended by NULL */
};

/* Takes the file's content. Returns: 0, -ENOMEM, -EINVAL (logged). Owns: the grammar takes a
 * reference to root. */
int intents_grammar_init(struct intents_grammar *grammar, struct json_t *root);
void intents_grammar_finish(struct intents_grammar *grammar);

/* Whether a word stands in a JSON array of the grammar; what is missing is empty. */
bool intents_grammar_has(const struct json_t *array, const char *word);

/* Whether a word makes the one before lose its vowel. */
bool intents_spelling_is_vocalic(const struct intents_grammar *grammar, const char *word);

/* Spells n tokens (at most INTENTS_TOKENS_MAX; they are changed) into `ret_text`, which is cleared
 * first. */
void intents_spelling_join(const struct intents_grammar *grammar, struct intents_token *tokens,
                           size_t n, struct base_strbuf *ret_text);

#endif
