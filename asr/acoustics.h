/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The densities of a phonetically tied acoustic model: cepstra in, a score for each of the model's
 * states (senones) out, frame by frame.
 *
 * Why not the library's: it computes them anew for every search and every pass over the same
 * utterance, one Gaussian at a time, which was 60 % of all the recogniser's work. Here all
 * Gaussians of a codebook go side by side, once an utterance; every search then reads the same
 * scores (asr/decoder.h). What comes out is what the library computes, but for rounding: the best
 * four Gaussians a stream, the same floors, the same unit.
 *
 * Order: open, score as often as wished, close. Read-only after open. Thread: any.
 */
#ifndef ASR_ACOUSTICS_H
#define ASR_ACOUSTICS_H

#include "asr/cepstra.h"

#include <stdbool.h>
#include <stdint.h>

struct asr_acoustics;

/* Reads the model's files (asr/model_files.h). Returns: 0, -ENOENT, -EINVAL for files that are no
 * such model or not 128 Gaussians a codebook, -ENOMEM. Owns: the caller (asr_acoustics_close). */
int asr_acoustics_open(const char *model_folder, struct asr_acoustics **ret_acoustics);
/* Accepts NULL. */
void asr_acoustics_close(struct asr_acoustics *acoustics);

/* Phones without neighbours; the states that are told apart. */
int asr_acoustics_n_phones(const struct asr_acoustics *acoustics);
int asr_acoustics_n_senones(const struct asr_acoustics *acoustics);
/* Of those, the first ones, of phones without neighbours. */
int asr_acoustics_n_phone_senones(const struct asr_acoustics *acoustics);
/* Of each senone: that of its phone's same state without neighbours. Lives as long as they do. */
const uint16_t *asr_acoustics_bases(const struct asr_acoustics *acoustics);

/*
 * Scores n_frames of cepstra whose mean was taken off; deltas are made here, the edges repeated.
 * ret_scores gets n_frames rows of n_senones: how far below the frame's best state, in the unit
 * that the library's searches count in (-ln / 0.1024). only_phones: those of the phones without
 * neighbours alone, the rest is 0.
 */
void asr_acoustics_score(const struct asr_acoustics *acoustics, const float (*cepstra)[ASR_CEPSTRA],
                         int n_frames, bool only_phones, int16_t *ret_scores);

#endif
