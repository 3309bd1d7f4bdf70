/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The twin of the sound devices, without hardware: a room made of samples.
 *
 * Its clock is the reading of the capture: each block that is read lets the same time pass at the
 * loudspeaker, so a whole conversation runs as fast as the machine can, and twice the same. The
 * microphone hears what was appended (a file, samples), and digital silence
 * after it until audio_twin_finish. Like a device, it delivers two blocks at a time and then 0
 * once; the loudspeaker's sound is kept in memory.
 *
 * Order: create, append, open the two sides through audio_twin_capture and audio_twin_playback
 * (they live as long as the twin; their close does nothing), read, look at what was played,
 * destroy. Thread: main.
 */
#ifndef AUDIO_TWIN_H
#define AUDIO_TWIN_H

#include "audio/capture.h"
#include "audio/format.h"
#include "audio/playback.h"

struct audio_twin;

/* latency_ms: how long the loudspeaker takes. Returns: 0 or -errno. Owns: the caller. */
int audio_twin_create(int latency_ms, struct audio_twin **ret_twin);
void audio_twin_destroy(struct audio_twin *twin);

/* Adds sound for the microphone after what is there. Returns: 0, -ENOMEM. */
int audio_twin_append(struct audio_twin *twin, const int16_t *samples, size_t n_samples);
/* What was appended comes to its end: read then gives AUDIO_CAPTURE_END. */
void audio_twin_finish(struct audio_twin *twin);
/* From now on the device delivers nothing (is_dead), as one that was pulled out. */
void audio_twin_set_dead(struct audio_twin *twin, bool is_dead);

/* Returns: the two sides, the twin's own: they end with it. */
struct audio_capture *audio_twin_capture(struct audio_twin *twin);
struct audio_playback *audio_twin_playback(struct audio_twin *twin);

/* Everything the loudspeaker was asked to sound so far, silence included. Owns: the twin; valid
 * until the next read. */
const int16_t *audio_twin_played(const struct audio_twin *twin, size_t *ret_n_samples);
/* How often a sound was cut off: flushed with samples that nobody had heard. */
unsigned audio_twin_n_cut_off(const struct audio_twin *twin);
/* Samples that have passed: the twin's clock. */
int64_t audio_twin_now(const struct audio_twin *twin);

#endif
