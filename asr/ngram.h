/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Trains a trigram language model from a stream of sentences: interpolated Kneser-Ney with three
 * discounts (Chen and Goodman, "An empirical study of smoothing techniques for language modeling",
 * 1999), then pruning of the trigrams that change little. Order: create, add each sentence, write.
 *
 * The sentences are samples of templates, so counts of counts tell nothing reliable of unseen
 * words; the discounts are therefore clamped to a plain range. A sentence may be added with a
 * weight: balance is made by the caller's sampling, the weight only spares him repeating.
 */
#ifndef ASR_NGRAM_H
#define ASR_NGRAM_H

#include <stddef.h>
#include <stdint.h>

struct asr_ngram;

/* Returns: 0 or -ENOMEM. Owns: the caller (asr_ngram_destroy). Thread: any, one owner. */
int asr_ngram_create(struct asr_ngram **ret_ngram);
/* Accepts NULL. */
void asr_ngram_destroy(struct asr_ngram *ngram);

/* Adds a sentence of words separated by blanks, `weight` times. Returns: 0 or -ENOMEM. */
int asr_ngram_add(struct asr_ngram *ngram, const char *sentence, unsigned weight);

/*
 * Leaves out the words that were met less than `n_least` times, with all n-grams they are part of:
 * what is hardly ever sampled costs memory and is hardly ever heard. The others are numbered
 * anew. Returns: 0 or -ENOMEM.
 */
int asr_ngram_forget_rare(struct asr_ngram *ngram, unsigned n_least);

/* The words met so far; `count` is how often. Returns: NULL from `index` n_words on. */
const char *asr_ngram_word(const struct asr_ngram *ngram, size_t index, unsigned *ret_count);
size_t asr_ngram_n_words(const struct asr_ngram *ngram);

/*
 * Writes the model as ARPA text. `prune` drops trigrams whose weighted gain is below it (0: none;
 * 1e-7 is light). Returns: 0, -ENOMEM, or -errno from writing.
 */
int asr_ngram_write(const struct asr_ngram *ngram, const char *path, double prune);

#endif
