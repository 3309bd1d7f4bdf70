/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * By how much one sound lags behind another one that is in it: our voice in the microphone behind
 * our voice on its way to the loudspeaker. What the devices tell of their latency is wrong by tens
 * of milliseconds, and there are a sound server and a room between; so it is measured.
 *
 * The spectra of both, without their levels (cross-correlation with phase transform): the delay is
 * then one sharp peak, whatever the room does to the voice and whoever talks meanwhile. A second of
 * voice finds an echo well below the other sounds of the room.
 *
 * Thread: any, one owner. Nothing allocates after create.
 */
#ifndef AUDIO_LAG_H
#define AUDIO_LAG_H

#include "audio/format.h"

#include <stddef.h>
#include <stdint.h>

#define AUDIO_LAG_SIZE    32768
#define AUDIO_LAG_HEARD   16000                               /* one second */
#define AUDIO_LAG_RANGE   12800                               /* lags that are told apart: 800 ms */
#define AUDIO_LAG_SOUNDED (AUDIO_LAG_HEARD + AUDIO_LAG_RANGE) /* fits AUDIO_LAG_SIZE */
#define AUDIO_LAG_SURE    9.0f                                /* chance gives 4.5, at most 6 */

struct audio_lag;

/* Returns: 0, -ENOMEM. Owns: the caller. */
int audio_lag_create(struct audio_lag **ret_lag);
/* Accepts NULL. */
void audio_lag_destroy(struct audio_lag *lag);

/*
 * Seeks `sounded` in `heard`. A result of l means: heard[i] holds sounded[i + AUDIO_LAG_RANGE - l].
 * Returns: how far that peak stands out, in standard deviations of the others (AUDIO_LAG_SURE).
 */
float audio_lag_find(struct audio_lag *lag, const int16_t sounded[AUDIO_LAG_SOUNDED],
                     const int16_t heard[AUDIO_LAG_HEARD], int *ret_lag);

#endif
