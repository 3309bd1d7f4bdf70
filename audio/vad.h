/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Voice activity: tells for each block of 10 ms how likely a voice is in it. It follows the noise
 * of the room by minimum statistics in bands, and asks for a voice's pitch; it does not care for
 * the level. A voice from a television is a voice to it: to tell near from far is the endpointer's
 * business.
 *
 * Order: create, feed every block in order, destroy. Thread: any, one owner. No allocation after
 * create.
 */
#ifndef AUDIO_VAD_H
#define AUDIO_VAD_H

#include "audio/format.h"

#include <stdbool.h>

struct audio_vad;

struct audio_vad_result {
    float level_db; /* of this block within the voice's band, full scale = 0 */
    float noise_db; /* of the room, same band */
    float score;    /* 0 (no voice) to 1; steady over a syllable */
    float pitch;    /* 0 to 1: how periodic, between 70 and 400 Hz; 0 when not looked at */
    bool is_voice;  /* score with hysteresis */
};

/* Returns: 0, -ENOMEM. Owns: the caller. */
int audio_vad_create(struct audio_vad **ret_vad);
void audio_vad_destroy(struct audio_vad *vad);
/* Forgets the room. */
void audio_vad_reset(struct audio_vad *vad);

void audio_vad_feed(struct audio_vad *vad, const int16_t block[AUDIO_BLOCK_SAMPLES],
                    struct audio_vad_result *ret_result);

#endif
