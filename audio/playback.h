/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A sink of sound: a loudspeaker (audio/device.h), a file or memory (audio/twin.h), all written the
 * same way. The player (audio/player.h) is its only user.
 *
 * A playback is one endless stream at 16 kHz which sounds silent where nothing was written. Its
 * two positions, in samples of 16 kHz, order a sample's life: written (into the queue), heard (it
 * has left the loudspeaker, the output's latency included). Thread: main, for all of it.
 */
#ifndef AUDIO_PLAYBACK_H
#define AUDIO_PLAYBACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct audio_playback;

struct audio_playback_health {
    int64_t n_callbacks;      /* times the device asked for sound */
    int64_t n_samples;        /* what it asked for in all, in samples of 16 kHz */
    int64_t n_underflows;     /* the device's own buffer ran dry */
    int64_t last_callback_ms; /* on the clock of base_clock_system's monotonic_ms; 0: never */
    int64_t latency_ms;       /* from the device's asking to the air */
    int64_t n_breaks;         /* times that audio_playback_sounded does not go on where it ended */
    bool is_open;
    bool is_resting; /* asks seldom: audio_playback_rest */
};

struct audio_playback_ops {
    size_t (*write)(struct audio_playback *playback, const int16_t *samples, size_t n_samples);
    void (*positions)(struct audio_playback *playback, int64_t *ret_written, int64_t *ret_heard);
    size_t (*sounded)(struct audio_playback *playback, int16_t *ret_samples, size_t n_samples);
    void (*flush)(struct audio_playback *playback);
    void (*set_awake)(struct audio_playback *playback, bool is_awake);
    int (*fd)(const struct audio_playback *playback);
    void (*health)(const struct audio_playback *playback, struct audio_playback_health *ret_health);
    void (*stop)(struct audio_playback *playback);
    int (*reopen)(struct audio_playback *playback);
    int (*rest)(struct audio_playback *playback, bool is_resting);
    void (*close)(struct audio_playback *playback);
};

/* A backend's own struct begins with this. */
struct audio_playback {
    const struct audio_playback_ops *ops;
};

/* Queues samples; takes as many as there is room for. Returns: how many. */
size_t audio_playback_write(struct audio_playback *playback, const int16_t *samples,
                            size_t n_samples);

/*
 * What was written and what of it was heard. Heard never exceeds written nor goes back. Written
 * falls back to heard when what lay between was lost: by flush, stop or reopen. So a writer that
 * keeps its own count sees that, and from where to write again.
 */
void audio_playback_positions(struct audio_playback *playback, int64_t *ret_written,
                              int64_t *ret_heard);

/*
 * What the device took to sound it, the silence between included, as a second reader would have it:
 * what an echo canceller is told (audio/canceller.h). Kept for 4 s; what nobody reads in time is a
 * break, and so is each opening (n_breaks of the health). Returns: how many, 0 when all was read.
 */
size_t audio_playback_sounded(struct audio_playback *playback, int16_t *ret_samples,
                              size_t n_samples);

/* Falls silent within one device buffer (faded out). What was queued is lost. */
void audio_playback_flush(struct audio_playback *playback);

/* While awake the descriptor polls readable each time the device took something. Asleep, the main
 * thread is left alone. Reading the descriptor is audio_playback_positions' business. */
void audio_playback_set_awake(struct audio_playback *playback, bool is_awake);
int audio_playback_fd(const struct audio_playback *playback);

void audio_playback_health(const struct audio_playback *playback,
                           struct audio_playback_health *ret_health);

/* Closes the device but keeps the object; what was queued is lost. Writes take nothing. */
void audio_playback_stop(struct audio_playback *playback);
/* Stops and opens the same device again. The descriptor stays. Returns: 0, -errno, or what is
 * positive of the backend (audio/device.h). */
int audio_playback_reopen(struct audio_playback *playback);
/*
 * A resting device asks for sound seldom, in long stretches, which costs a third; what is written
 * then is heard late. The stream stays open but is opened anew by each change, so what was queued
 * is lost. Returns: as reopen.
 */
int audio_playback_rest(struct audio_playback *playback, bool is_resting);
/* Accepts NULL. */
void audio_playback_close(struct audio_playback *playback);

#endif
