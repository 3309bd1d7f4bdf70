/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A source of sound: a microphone (audio/device.h), a file or samples in memory (audio/twin.h),
 * all read the same way.
 *
 * Order: a backend's open, then, whenever audio_capture_fd is readable, audio_capture_read until it
 * gives 0; close at the end. Thread: main, for all of it.
 */
#ifndef AUDIO_CAPTURE_H
#define AUDIO_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct audio_capture;

/* What read gives when a source that has an end (a file) has reached it. */
enum { AUDIO_CAPTURE_END = -1 };

/* Counts since the capture was made, not since its last reopening. */
struct audio_capture_health {
    int64_t n_callbacks;      /* times the device delivered something */
    int64_t n_samples;        /* delivered by the device, in samples of 16 kHz */
    int64_t zero_run_samples; /* how long the newest samples have been digital zero */
    int64_t n_overflows;      /* the device's own buffer ran over */
    int64_t n_dropped;        /* samples lost because nobody read them in time */
    int64_t last_callback_ms; /* on the clock of base_clock_system's monotonic_ms; 0: never */
    int64_t n_breaks;         /* times that what is read may not go on where it ended */
    bool is_open;
};

/* What a backend provides. `read` follows audio_capture_read. */
struct audio_capture_ops {
    long (*read)(struct audio_capture *capture, int16_t *ret_samples, size_t n_samples);
    int (*fd)(const struct audio_capture *capture);
    void (*health)(const struct audio_capture *capture, struct audio_capture_health *ret_health);
    void (*stop)(struct audio_capture *capture);
    int (*reopen)(struct audio_capture *capture);
    void (*close)(struct audio_capture *capture);
};

/* A backend's own struct begins with this. */
struct audio_capture {
    const struct audio_capture_ops *ops;
};

/*
 * Reads up to n_samples of 16 kHz sound; never waits. Blocks of AUDIO_BLOCK_SAMPLES are what the
 * rest wants: read gives whole blocks only when n_samples is a block (the remainder waits for
 * more). Returns: how many samples, 0 when there are not n_samples yet, AUDIO_CAPTURE_END.
 */
long audio_capture_read(struct audio_capture *capture, int16_t *ret_samples, size_t n_samples);

/* A descriptor that polls readable when there is something to read. Owns: the capture. */
int audio_capture_fd(const struct audio_capture *capture);

void audio_capture_health(const struct audio_capture *capture,
                          struct audio_capture_health *ret_health);

/* Closes the device but keeps the object (mute, R27). What was not read is thrown away. */
void audio_capture_stop(struct audio_capture *capture);

/* Stops and opens the same device again. The descriptor stays. Returns: 0, -errno, or what is
 * positive of the backend (audio/device.h). */
int audio_capture_reopen(struct audio_capture *capture);

/* Accepts NULL. */
void audio_capture_close(struct audio_capture *capture);

#endif
