/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A whole phrase as one word of the recogniser: "je suis tombée" is "je_suis_tombée".
 *
 * Decoded word by word, a short sound becomes a salad of short words ("je suis par si mal à"), each
 * of which a language model allows at a price. As one word of its own it is that phrase or none,
 * and the posteriors of the decoding tell phrases apart. Its ways to be said come from those of its
 * words, with the liaisons that their neighbours allow. Thread: any.
 */
#ifndef ASR_WHOLE_H
#define ASR_WHOLE_H

#include "asr/pronounce.h"
#include "base/strbuf.h"

#include <stdbool.h>

/* Joins the recogniser's words (as asr_tokens_split leaves them) in place to one. */
void asr_whole_join(char *words);

bool asr_whole_is(const char *word);

/* The words of a whole phrase, blanks between, in place. */
void asr_whole_part(char *word);

/*
 * Appends up to n_max ways to say a whole phrase, likeliest first, each a line of phones ended by
 * '\n'. Returns: how many, 0 when one of its words cannot be pronounced, or -ENOMEM.
 */
int asr_whole_pronounce(struct asr_pronounce *pronounce, const char *whole, int n_max,
                        struct base_strbuf *ret_lines);

#endif
