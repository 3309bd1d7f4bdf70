/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Takes our own voice out of what the microphone hears: the door to speexdsp's echo canceller.
 *
 * It is told all that the loudspeaker was given to sound and all that the microphone delivered, and
 * gives the microphone's blocks back in their order. While nothing of ours can be in them they
 * come back at once, untouched to the bit. While our voice sounds:
 *
 * - The place of our voice in the microphone's stream is found by measurement (audio/lag.h). Until
 *   it is, blocks are held back, up to a second and a half, so that a call for help that falls upon
 *   the first words that we ever say is cleaned too, a little late.
 * - From then on each block comes back at once, with our voice taken out as well as the filter has
 *   learnt the room. It learns from what was held back first. Where the lag has moved (clocks that
 *   drift, streams that were opened anew) it is found again.
 * - Where no trace of our voice is found, blocks come back untouched.
 *
 * What the microphone heard is forgotten four seconds after our voice, else at once (R10).
 *
 * What is left of our voice is for others to measure (daemon/echo.h): a small loudspeaker is not
 * linear, and what it adds stays.
 *
 * Order: create; then for each piece of sound audio_canceller_sounded as soon as it is known to
 * have been given to the device, audio_canceller_heard for each block, and after it take until that
 * gives false; audio_canceller_meet when all that the devices have delivered by now was handed in.
 * Pure: no device, no clock. Thread: main. Nothing allocates after create.
 */
#ifndef AUDIO_CANCELLER_H
#define AUDIO_CANCELLER_H

#include "audio/bands.h"
#include "audio/format.h"

#include <stdbool.h>
#include <stddef.h>

struct audio_canceller;

enum audio_canceller_state {
    AUDIO_CANCELLER_IDLE,      /* nothing of ours can be in the block */
    AUDIO_CANCELLER_SEEKING,   /* our voice may be in it; where is not known */
    AUDIO_CANCELLER_NO_TRACE,  /* it was sought for long enough, and is not there */
    AUDIO_CANCELLER_CANCELLED, /* it was taken out */
};

struct audio_canceller_block {
    enum audio_canceller_state state;
    bool is_sounding;    /* a voice of ours, not a pause of it nor what the room keeps of it */
    float heard_db;      /* the level before, full scale = 0 */
    float left_db;       /* and behind */
    float hushed_db;     /* and in the samples, where what is left was hushed */
    bool is_usual_known; /* it was taken out, and how much is usually left is known: */
    float more_db;       /* by how much more is left */
    struct audio_bands left, sounded; /* where it was taken out: behind, and our voice itself */
    int16_t samples[AUDIO_BLOCK_SAMPLES];
};

/* Returns: 0, -ENOMEM. Owns: the caller. */
int audio_canceller_create(struct audio_canceller **ret_canceller);
/* Accepts NULL. */
void audio_canceller_destroy(struct audio_canceller *canceller);

/* What the loudspeaker was given next, silence too. */
void audio_canceller_sounded(struct audio_canceller *canceller, const int16_t *samples,
                             size_t n_samples);
/* What the microphone heard next. */
void audio_canceller_heard(struct audio_canceller *canceller,
                           const int16_t block[AUDIO_BLOCK_SAMPLES]);
/* Returns: whether there is a block. */
bool audio_canceller_take(struct audio_canceller *canceller,
                          struct audio_canceller_block *ret_block);

/* Both streams have been handed in up to the same moment, save what is on its way in the devices:
 * the lag is sought around here. */
void audio_canceller_meet(struct audio_canceller *canceller);

/* One of the streams was opened anew or has lost something: the lag is another one. What was held
 * back is given free. */
void audio_canceller_part(struct audio_canceller *canceller);

/* Forgets what the microphone heard; what was held back will not come (R10, R27). */
void audio_canceller_wipe(struct audio_canceller *canceller);

/* By how much the microphone lags, in samples of the two streams' counts; for status. Returns:
 * whether it is known. */
bool audio_canceller_lag(const struct audio_canceller *canceller, int64_t *ret_n_samples);

#endif
