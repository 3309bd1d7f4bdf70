/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An utterance that may be learned from: its cepstra, and the phones of the words that were heard
 * in each stretch of them. It is taken when the utterance is heard, which costs next to nothing,
 * and worked through only once the person has confirmed the words; a lesson that is not confirmed
 * is destroyed, and its memory wiped. It never leaves memory. Thread: any, one owner.
 */
#ifndef ASR_ADAPT_LESSON_H
#define ASR_ADAPT_LESSON_H

#include "asr/adapt.h"

struct asr_adapt_lesson;

/* Positive result of asr_adapt_lesson_work. */
enum { ASR_ADAPT_MORE = 1 };

/*
 * Takes what a decoder found in an analysed utterance (from its first frame on). Words without
 * phones in the model are passed over. Returns: 0, -ENODATA when there are no words, -ENOMEM. Owns:
 * the caller.
 */
int asr_adapt_lesson_create(const struct asr_adapt_model *model, struct asr_decoder *decoder,
                            const struct asr_analysis *analysis,
                            const struct asr_decoding *decoding, double tract,
                            struct asr_adapt_lesson **ret_lesson);
/* Accepts NULL. */
void asr_adapt_lesson_destroy(struct asr_adapt_lesson *lesson);

/* The scale that the utterance was analysed at. */
double asr_adapt_lesson_tract(const struct asr_adapt_lesson *lesson);

/*
 * Works through the next word, some milliseconds: which state made each frame, in the pronunciation
 * that fits best, and what is learned from that. Returns: 0 when it was the last, ASR_ADAPT_MORE,
 * -ENOMEM.
 */
int asr_adapt_lesson_work(struct asr_adapt_lesson *lesson);

/* What was learned so far. Returns: the lesson's own, which work changes. */
const struct asr_adapt_stats *asr_adapt_lesson_stats(const struct asr_adapt_lesson *lesson);

#endif
