/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One way of saying for several: "je n'ai plus", "j'ai plus"; "il y a", "y a"; "il faut", "faut";
 * "mon poste il crachote", "mon poste crachote". Spoken French leaves out half of its negations and
 * doubles its subjects; templates written twice for each would still miss the next one. What is
 * learned from and what is heard go through here alike, so that neither knows the difference.
 *
 * The rules are the language's (`grammar.json`, "plain"): `words` writes one word as another or as
 * nothing, `runs` writes some words as others, no more of them, `after_noun` are pronouns that only
 * double a noun before them. The text itself, its days and its goods are never changed.
 * Thread: any.
 */
#ifndef INTENTS_PLAIN_H
#define INTENTS_PLAIN_H

#include <stdbool.h>
#include <stddef.h>

struct intents_language;

/* A word of the sentence: `text` becomes NULL where it is left out. */
struct intents_plain_word {
    const char *text;
    bool is_noun; /* a word with a meaning of its own: no word of grammar */
};

/* Whether the rules can be applied. Returns: 0, -EINVAL (logged). */
int intents_plain_check(const struct intents_language *language);

/* Owns: the texts put in belong to the language. */
void intents_plain_apply(const struct intents_language *language, struct intents_plain_word *words,
                         size_t n);

#endif
