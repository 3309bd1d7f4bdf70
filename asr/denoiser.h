/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Takes a television, a kitchen or a room out of an utterance's cepstra.
 *
 * A small network of convolutions over time that was taught, by tools/denoiser, what the front end
 * makes of sound with and without noise around it: 0.4 s to both sides of each frame tell it who is
 * near and who is not. It was also taught to make voices that the acoustic model hears badly more
 * like those that it knows. What it knows is one file that belongs to a front end and a model,
 * asr/fr/denoiser.bin. docs/understanding.md has what it gained.
 *
 * Order: open, run as often as wished, close. Read-only after open. Thread: any.
 */
#ifndef ASR_DENOISER_H
#define ASR_DENOISER_H

#include "asr/cepstra.h"

struct asr_denoiser;

/* Returns: 0, -ENOENT, -EINVAL for a file that is none of ours (logged), -ENOMEM. Owns: the caller.
 */
int asr_denoiser_open(const char *path, struct asr_denoiser **ret_denoiser);
/* Accepts NULL. */
void asr_denoiser_close(struct asr_denoiser *denoiser);

/* Cleans a whole utterance in place, as the front end made it, its mean still on. Returns: 0,
 * -ENOMEM; then it is as it was. */
int asr_denoiser_run(const struct asr_denoiser *denoiser, float (*cepstra)[ASR_CEPSTRA],
                     int n_frames);

#endif
