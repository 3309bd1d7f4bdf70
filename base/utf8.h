/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * UTF-8 text: checking, lower case, accents off. Only what Latin-script languages need
 * (Latin-1, Latin Extended-A); other letters pass unchanged. Thread: any.
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Reads the code point at *text and moves *text behind it. Returns: the code point; 0 at the end;
 * 0xFFFD for a byte that is no valid UTF-8 (RFC 3629: no surrogates, no overlong forms), moving one
 * byte.
 */
uint32_t base_utf8_next(const char **text);

/* Writes a code point. Returns: its length, 1 to 4; nothing is terminated. */
size_t base_utf8_put(uint32_t code_point, char ret_bytes[4]);

bool base_utf8_is_valid(const char *text);

/* Whether it is a letter of a Latin alphabet (with or without accent, and œ, æ). */
bool base_utf8_is_letter(uint32_t code_point);

/*
 * Copies text with upper case made lower, typographic apostrophes made "'", and "oe" ligatures
 * kept. Returns: 0, or -ENOBUFS when it does not fit (ret_text then holds what fits).
 */
int base_utf8_lowercase(const char *text, char *ret_text, size_t size);

/*
 * The same without accents and with œ, æ as two letters: for comparing words that a person typed
 * or a recogniser spelled differently. Returns: as above.
 */
int base_utf8_fold(const char *text, char *ret_text, size_t size);

/* How many words a text with single spaces between them has. */
size_t base_utf8_n_words(const char *text);

/* Writes "oeu" of a lower-case word, and "oeil" at its beginning, with the ligature, as a person
 * whose keyboard lacks it meant them; other "oe" are two letters. The length stays. */
void base_utf8_ligate(char *word);

#endif
