/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One item of a list of goods, as it stands in a sentence:
 *
 *     [count | article] [size] [unit [size]] noun [what belongs to the noun]...
 *
 * "deux petits paquets de farine", "le gros pain", "gouttes pour les yeux", "olives vertes
 * dénoyautées", "piles numéro cinq". The words behind a noun belong to it up to a word that
 * begins something else. Thread: any, one owner.
 */
#ifndef INTENTS_ITEM_SHAPE_H
#define INTENTS_ITEM_SHAPE_H

#include "intents/item_words.h"
#include "intents/language.h"
#include "intents/words.h"

#include <stdbool.h>

struct intents_item_reader {
    const struct intents_language *language;
    const struct intents_item_words *item_words;
    const struct intents_words *words;
    unsigned char tags[INTENTS_WORDS_MAX]; /* what is a time: enum intents_tag */
    bool is_answer;                        /* to a restated list: things may be dropped from it */
    bool is_lenient; /* "les", "mes" are as good as "des": nothing was found otherwise */
};

/* What stands before a place decides what may be an item there. */
enum intents_item_context {
    INTENTS_ITEM_PLAIN,   /* a known noun with "du", "des", "un" or a number */
    INTENTS_ITEM_OPENING, /* the first word: with "le", "la", too, if a list follows */
    INTENTS_ITEM_WANTED,  /* behind "il faudrait", "euh non": any known noun */
    INTENTS_ITEM_LISTED,  /* behind another item: any noun */
    INTENTS_ITEM_BOUGHT,  /* behind "acheter": any noun */
};

struct intents_item_shape {
    size_t from, last, end; /* first and last word that are kept; behind the item */
    size_t count_end;       /* behind "six", "une"; `from` where nothing of it is kept */
    size_t noun;            /* the first word of the noun */
    bool is_definite;       /* "le", "mes", "de" */
    bool is_bare;           /* "le pain", "pain": no count, no "un", no "du" */
};

/* Returns: whether there is an item at a word. */
bool intents_item_shape_match(const struct intents_item_reader *reader, size_t at,
                              enum intents_item_context context,
                              struct intents_item_shape *ret_shape);

/* Returns: behind "deux", "deux ou trois", "trois quatre"; `at` when there is no number. */
size_t intents_item_shape_count(const struct intents_item_reader *reader, size_t at);

/* Whether a word could be a noun: no grammar, no day, none of the nouns that are no items. */
bool intents_item_shape_is_open(const struct intents_item_reader *reader, size_t at);

/* Whether a phrase of a set ends where the item with its article begins. */
bool intents_item_shape_is_behind(const struct intents_item_reader *reader,
                                  enum intents_item_set set, size_t from);

/* Returns: behind the longest phrase of a set that begins at a word, `at` when there is none. */
static inline size_t intents_item_match(const struct intents_item_reader *reader,
                                        enum intents_item_set set, size_t at)
{
    return intents_item_words_match(reader->item_words, set, reader->words, at);
}

#endif
