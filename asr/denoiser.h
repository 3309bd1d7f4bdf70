/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Takes a television, a kitchen or a room out of an utterance's cepstra, and tells what it heard.
 *
 * A network of convolutions over time that was taught, by tools/denoiser, what the front end makes
 * of sound with and without noise around it. It sees the cepstra and the bands of asr/spectrum.h;
 * 0.8 s to both sides of each frame, and what the whole utterance is like, tell it who is near and
 * who is not. It gives two things of each frame: cleaner cepstra, for the model's Gaussians,
 * and how likely it holds each state of each phone itself (a "hybrid" recogniser's other half:
 * asr/scores.h adds the two up). It was also taught voices that the acoustic model hears badly.
 * What it knows is one file that belongs to a front end and a model, asr/fr/denoiser.bin.
 * docs/understanding-history.md has what it gained.
 *
 * Order: open, run as often as wished, close. Read-only after open. Thread: any.
 */
#ifndef ASR_DENOISER_H
#define ASR_DENOISER_H

#include "asr/cepstra.h"
#include "asr/spectrum.h"

#include <stdint.h>

struct asr_denoiser;

/* Returns: 0, -ENOENT, -EINVAL for a file that is none of ours (logged), -ENOMEM. Owns: the caller.
 */
int asr_denoiser_open(const char *path, struct asr_denoiser **ret_denoiser);
/* Accepts NULL. */
void asr_denoiser_close(struct asr_denoiser *denoiser);

/* The states that it knows: those of the model's phones without neighbours, in the model's order.
 */
int asr_denoiser_n_states(const struct asr_denoiser *denoiser);

/*
 * Cleans a whole utterance's cepstra in place, as the front end made them, their mean still on.
 * bands: of the same frames (asr/spectrum.h). ret_states, which
 * may be NULL, gets a row for each frame: how far each state lies below the likeliest, given how
 * often it is spoken, in steps of ASR_MODEL_UNIT. Returns: 0, -ENOMEM; then the cepstra are as they
 * were.
 */
int asr_denoiser_run(const struct asr_denoiser *denoiser, const float (*bands)[ASR_BANDS],
                     int n_frames, float (*cepstra)[ASR_CEPSTRA], uint8_t *ret_states);

#endif
