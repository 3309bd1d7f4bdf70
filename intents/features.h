/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the classifier sees of a sentence: hashed features of its words in two groups.
 *
 * Topic features say what it is about: words, stems, pieces of words, pairs of stems with the
 * grammar between them left out ("faire ... courses"). Form features say what is done with it: the
 * skeleton of the sentence, in which every word that carries a topic is replaced by its ending
 * (infinitive, participle, conditional, ...) or its class (person, pet), so that "quelqu'un
 * pourrait <infinitive>" learned on one service holds for all, and "je suis <participle>" is the
 * past whatever the verb. Days and times are replaced by their kind.
 *
 * The sentence is first read into places (intents/reading.h) with the language's tables
 * (intents/lexis.h). Thread: any.
 */
#ifndef INTENTS_FEATURES_H
#define INTENTS_FEATURES_H

#include "intents/words.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define INTENTS_FEATURES_MAX 4096

struct intents_lexis;

struct intents_features {
    uint32_t hash[INTENTS_FEATURES_MAX]; /* topic features first */
    size_t n_topic;
    size_t n;
    bool has_topic; /* some word is neither grammar nor a day or time */
};

/* Features of the words; those past the most are left out. `skip`, when not NULL, marks words to
 * leave out (as if misheard). */
void intents_features_extract(const struct intents_lexis *lexis, const struct intents_words *words,
                              const unsigned char *skip, struct intents_features *ret_features);

#endif
