/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Noun phrases of a sentence, each as one token: "six yaourts et du beurre doux" is one list of
 * things to buy, "la pompe du puits" one thing, however many words they take and whichever noun
 * stands there. So the form of "^ LIST $" or "THING marche plus" is learned once for all.
 * Thread: any.
 */
#ifndef INTENTS_CHUNKS_H
#define INTENTS_CHUNKS_H

#include <stdbool.h>
#include <stddef.h>

enum intents_chunk_role {
    INTENTS_ROLE_OTHER,
    INTENTS_ROLE_CONTENT,
    INTENTS_ROLE_ARTICLE, /* and numbers: begins a noun phrase */
    INTENTS_ROLE_INNER,   /* "de": joins two nouns of one phrase; begins none */
    INTENTS_ROLE_JOIN,    /* "et": joins two phrases of a list */
    INTENTS_ROLE_FILLER,  /* "euh": not seen */
};

struct intents_chunk_word {
    const char *text;  /* as it stands when in no phrase */
    const char *class; /* of the lexicon, NULL: none */
    enum intents_chunk_role role;
    bool may_open; /* an INNER that is an article, too: "de la" */
};

struct intents_chunk {
    const char *text; /* the word's, or the phrase's class ("" for none) */
    char kind;        /* 'w' a word, 'n' a noun phrase, 'l' a list of them */
};

/* Returns: how many there are, at most n. */
size_t intents_chunks_make(const struct intents_chunk_word *words, size_t n,
                           struct intents_chunk *ret_chunks);

#endif
