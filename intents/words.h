/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A line of text as words: lower case, punctuation gone, elided words apart ("j'", "ai"), hyphens
 * opened ("pourriez", "vous"), digits apart from letters ("10", "h", "30"). A recogniser and a
 * person spell such things differently; behind this module nobody sees the difference.
 *
 * Words that contain an apostrophe and stay whole ("aujourd'hui") are handed in, as they belong to
 * a language. Each word knows where it stood, so that what was said can be quoted with what stands
 * between the words, in lower case. Nothing is allocated; what is longer than the limits is cut
 * off. Thread: any.
 */
#ifndef INTENTS_WORDS_H
#define INTENTS_WORDS_H

#include <stddef.h>

#define INTENTS_WORDS_MAX   160
#define INTENTS_WORDS_BYTES 2048

struct intents_words {
    size_t n;
    const char *word[INTENTS_WORDS_MAX];
    unsigned short start[INTENTS_WORDS_MAX]; /* in `line` */
    unsigned short end[INTENTS_WORDS_MAX];
    char line[INTENTS_WORDS_BYTES];        /* the text in lower case */
    char storage[INTENTS_WORDS_BYTES * 2]; /* what `word` points into */
};

/* `whole`: words never opened at their apostrophe, ended by NULL; may be NULL. */
void intents_words_split(const char *text, const char *const *whole,
                         struct intents_words *ret_words);

/* The text of words from `first` to `last` inclusive, in lower case, into a buffer; what does not
 * fit is left out by whole words, of a single word by whole letters. Returns: its length. */
size_t intents_words_quote(const struct intents_words *words, size_t first, size_t last,
                           char *ret_text, size_t size);

/* The words from number `from` to before `to`, by themselves; they point into `words`. */
struct intents_words intents_words_part(const struct intents_words *words, size_t from, size_t to);

#endif
