/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the words of grammar.json ("items") and the lexicon are for in a list of goods: things that
 * are sold, units, articles, words of buying and so on. All phrases stand in one table by their
 * hash, each with the sets it belongs to: eight bytes a phrase, as thousands of goods are known.
 * Two phrases in one place are as likely as 1 in 500,000 lookups. Thread: any; not changed after
 * it was made.
 */
#ifndef INTENTS_ITEM_WORDS_H
#define INTENTS_ITEM_WORDS_H

#include "intents/language.h"
#include "intents/words.h"

#include <stdbool.h>

enum intents_item_set {
    INTENTS_ITEM_NOUNS,     /* things that are sold */
    INTENTS_ITEM_UNITS,     /* "kilo de" */
    INTENTS_ITEM_ARTICLES,  /* dropped before a noun */
    INTENTS_ITEM_DEFINITE,  /* articles that need a list or a word of buying before them */
    INTENTS_ITEM_ONES,      /* "une": a quantity before a unit, an article before a noun */
    INTENTS_ITEM_SIZES,     /* before a noun or a unit, kept: "petit", "belles" */
    INTENTS_ITEM_JOINS,     /* "et" */
    INTENTS_ITEM_CUES,      /* words of wanting: a noun of the lexicon may follow */
    INTENTS_ITEM_BUYS,      /* words of buying: any noun may follow */
    INTENTS_ITEM_DEGREES,   /* between a noun and its adjective: "bien" */
    INTENTS_ITEM_QUALITIES, /* behind a noun, though some are nouns themselves: "bien fait",
                               "nature" */
    INTENTS_ITEM_MARKS,     /* between a noun and its kind: "numéro", "taille" */
    INTENTS_ITEM_SHARES,    /* behind a number of what is in a thing: "pour cent" */
    INTENTS_ITEM_AIMED,     /* nouns that what they are for belongs to: "gouttes" pour les yeux */
    INTENTS_ITEM_AIMS,      /* "pour les" */
    INTENTS_ITEM_MISSING,   /* "plus de" */
    INTENTS_ITEM_BACK,      /* "non pas du": the item behind it is taken back */
    INTENTS_ITEM_REPAIRS,   /* "euh non", "ou plutôt": what follows stands for the item before */
    INTENTS_ITEM_DROPS, /* "enlevez", "mais sans": in an answer, the item behind leaves the list */
    INTENTS_ITEM_DROPS_FIRST, /* "pas", "sans": the same, as the first words only */
    INTENTS_ITEM_MADE,        /* "faire": what is made of the items is none */
    INTENTS_ITEM_NEVER,       /* nouns that are no items: "courses", "aide" */
    INTENTS_ITEM_ADDS,    /* "ajoutez", "et aussi": in an answer, what comes to the list follows */
    INTENTS_ITEM_INNER,   /* between a noun and what it is made of: "de", "à la" */
    INTENTS_ITEM_GRAMMAR, /* words of grammar: no noun */
    INTENTS_N_ITEM_SETS,
};

struct intents_item_words;

/* Owns: the caller. Returns: 0, -ENOMEM, -EINVAL (logged). */
int intents_item_words_create(const struct intents_language *language,
                              struct intents_item_words **ret_item_words);
void intents_item_words_destroy(struct intents_item_words *item_words);

/* Returns: behind the longest phrase of a set that begins at a word; `at` when there is none. A
 * plural's last letter counts for nothing: "pommes de terre" is "pomme de terre". */
size_t intents_item_words_match(const struct intents_item_words *item_words,
                                enum intents_item_set set, const struct intents_words *words,
                                size_t at);

/* Whether adjectives stand behind their noun: "des bananes bien mûres". */
bool intents_item_words_adjectives_follow(const struct intents_item_words *item_words);

#endif
