/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Spelled French <-> the recogniser's words.
 *
 * The recogniser's words are pieces that can be pronounced alone: "qu'on" is "qu'" and "on",
 * "pourrait-on" is "pourrait" and "-on". A piece that ends in an apostrophe or begins with a hyphen
 * joins its neighbour, so the way back needs no table. Words that the dictionary holds whole
 * ("aujourd'hui", "après-midi") stay whole. Thread: any.
 */
#ifndef ASR_TOKENS_H
#define ASR_TOKENS_H

#include "base/strbuf.h"

#include <stdbool.h>

/* Whether a word stands in the dictionary. */
typedef bool (*asr_tokens_lookup)(void *user, const char *word);

/*
 * Appends the recogniser's words of a line, separated by blanks: lower case, punctuation off.
 * `lookup` decides which words stay whole. Errors are remembered in the buffer.
 */
void asr_tokens_split(const char *text, asr_tokens_lookup lookup, void *user,
                      struct base_strbuf *ret_words);

/* Appends a recogniser's word, or several with blanks between, to a text, with a blank before each
 * where French has one. */
void asr_tokens_join(struct base_strbuf *text, const char *words);

#endif
