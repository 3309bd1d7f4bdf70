/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The scores of an utterance's frames, and the open file by which the library takes them.
 *
 * Order: create, then for each utterance make, then open as often as there are searches. The
 * library reads such a file once from front to back and then seeks about in it, to look ahead and
 * for its second pass. It notes each frame's place only after it has read it and goes on reading
 * from wherever it last sought, so a plain file gives it wrong frames. This one answers what is
 * meant: it tells each frame's own place, and a read that follows no seek gets the next frame that
 * was never read. Thread: any, one owner.
 */
#ifndef ASR_SCORES_H
#define ASR_SCORES_H

#include "asr/transform.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct asr_scores;

/* Returns: 0, -ENOENT, -EINVAL (no model for asr/acoustics.h), -ENOMEM. Owns: the caller. */
int asr_scores_create(const char *model_folder, struct asr_scores **ret_scores);
/* Accepts NULL. */
void asr_scores_destroy(struct asr_scores *scores);

/* Of the model: phones without neighbours, and senones. */
void asr_scores_sizes(const struct asr_scores *scores, int *ret_n_phones, int *ret_n_senones);
/* States of the phones without neighbours: a row of `states` below must have as many. */
int asr_scores_n_states(const struct asr_scores *scores);

/*
 * Scores an utterance of n_frames times ASR_CEPSTRA numbers, the mean taken off here; what was
 * there before is gone. transform: a person's, applied then; may be NULL. states: rows of
 * asr_denoiser_run, whose evidence is added; may be NULL. phones_alone: the phones
 * without neighbours, every second frame roughly. Returns: 0, -ENOMEM.
 */
int asr_scores_make(struct asr_scores *scores, const float *cepstra, int n_frames,
                    const struct asr_transform *transform, const uint8_t *states,
                    bool phones_alone);
/* The scores that the network alone gives the phones, at next to no cost beside make's. Returns: 0,
 * -ENOMEM. */
int asr_scores_make_of_network(struct asr_scores *scores, const uint8_t *states, int n_frames);
/* Lets go of an utterance's scores. */
void asr_scores_forget(struct asr_scores *scores);
/* Whether there are scores, and enough for a search of words (or of the phones alone). */
bool asr_scores_serve(const struct asr_scores *scores, bool phones_alone);

/* The rows that were made, until the next make: a frame's each, of as many numbers as there are
 * senones. Returns: NULL when there are none. */
const int16_t *asr_scores_rows(const struct asr_scores *scores, int *ret_n_frames);

/*
 * The file. To be closed (fclose) before the next make. Returns: NULL when memory is short.
 */
FILE *asr_scores_open(const struct asr_scores *scores);

#endif
