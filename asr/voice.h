/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tells whether somebody speaks, all day long: PocketSphinx's voice detector, which its front end
 * holds, without the decoder behind it. The door to it.
 *
 * Rough and cheap: a dishwasher may pass for a voice. audio/vad.h, which is finer, marks where an
 * utterance begins and ends; this one decides when asr/wake.h looks.
 *
 * Order: create, then feed. Thread: any, one owner.
 */
#ifndef ASR_VOICE_H
#define ASR_VOICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct asr_voice;

/* The model tells the front end's bands. Returns: 0, -ENOENT, -EINVAL, -ENOMEM. Owns: the caller.
 */
int asr_voice_create(const char *model_folder, struct asr_voice **ret_voice);
/* Accepts NULL. */
void asr_voice_destroy(struct asr_voice *voice);

/* Returns: 0 or -EIO. */
int asr_voice_feed(struct asr_voice *voice, const int16_t *samples, size_t n_samples);

/* Whether there is voice at the end of what was fed. */
bool asr_voice_is_heard(const struct asr_voice *voice);

/* Nobody speaks, until a voice is found anew. What is known of the noise stays. Returns: 0, -EIO.
 */
int asr_voice_restart(struct asr_voice *voice);

#endif
