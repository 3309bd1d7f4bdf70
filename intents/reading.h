/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A sentence as the features see it: a row of places between "^" and "$". A mention of a day or
 * time is one place ("%date"), a word that only looks like one is an ordinary word, words that the
 * plain way of saying leaves out are gone. Each place stands three ways: as it is said, as a part
 * of the sentence's skeleton (the ending or class instead of the word), and as a stem.
 * Thread: any.
 */
#ifndef INTENTS_READING_H
#define INTENTS_READING_H

#include "intents/lexis.h"

/* Texts belong to the words, the lexis or its language, or are constants. */
struct intents_place {
    const char *surface;
    const char *skeleton;
    const char *class; /* of the lexicon, NULL: none */
    const char *name;  /* the same, of names of several words as well */
    char stem[INTENTS_STEM_BYTES];
    enum intents_chunk_role role;
    bool may_open;
    bool has_topic; /* neither grammar nor a day */
};

struct intents_reading {
    struct intents_place places[INTENTS_WORDS_MAX + 2];
    size_t n;
};

/* skip, when not NULL, marks words to leave out. ret_reading is good as long as the words are. */
void intents_reading_make(const struct intents_lexis *lexis, const struct intents_words *words,
                          const unsigned char *skip, struct intents_reading *ret_reading);

#endif
