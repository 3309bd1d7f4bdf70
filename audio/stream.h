/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Private to audio/device*.c: one direction of a sound device, between PortAudio's door
 * (device.c, which opens, starts and ends it) and what fills or empties it (device_capture.c,
 * device_playback.c, which know nothing of PortAudio).
 *
 * The ring, the counters and the descriptor outlive the device's stream, so that one can be closed
 * and another one opened under the same object. Thread: main, but for audio_stream_fn.
 */
#ifndef AUDIO_STREAM_H
#define AUDIO_STREAM_H

#include "audio/device.h"
#include "audio/resampler.h"
#include "base/ring.h"

#include <stdatomic.h>

/* The most that is moved at once. */
#define AUDIO_STREAM_CHUNK 256

struct audio_stream;

/* RT: touches the ring and atomics only. One of in and out is NULL; interleaved frames of
 * stream->n_channels. */
typedef void audio_stream_fn(struct audio_stream *stream, const int16_t *in, int16_t *out,
                             size_t n_frames);

struct audio_stream {
    struct audio_devices *devices;
    void *handle; /* PortAudio's; NULL: closed */
    audio_stream_fn *fn;
    char *wanted_name; /* "" for the default */
    bool is_input;
    bool is_resting; /* an output that asks seldom; for the next start */
    bool is_wanted;  /* open, or to be opened again by audio_devices_restart */
    int n_channels;
    int rate_hz;
    double latency_s; /* the output's, as the device tells it */
    int fd;
    struct base_ring *ring;            /* at the device's rate */
    struct audio_resampler *resampler; /* NULL when closed */
    /* An output's: what the device took, and its way back to 16 kHz. */
    struct base_ring *sounded;
    struct audio_resampler *sounded_resampler;
    atomic_llong n_callbacks, n_frames, n_faults, last_callback_ms;
    int64_t n_openings;
    int64_t n_samples_earlier; /* 16 kHz, of the device's streams before this one */
};

/* The stream must be zeroed. ring_ms: how much sound the ring holds. Returns: 0 or -errno; finish
 * is due in any case. */
int audio_stream_init(struct audio_stream *stream, struct audio_devices *devices, const char *name,
                      bool is_input, audio_stream_fn *fn);
void audio_stream_finish(struct audio_stream *stream);

/* Opens and starts a stopped one. Returns: as audio_devices_open_capture. */
int audio_stream_start(struct audio_stream *stream);
/* Throws away what the ring has. Never from another thread than start's: PortAudio hangs. */
void audio_stream_stop(struct audio_stream *stream);

int64_t audio_stream_to_samples(const struct audio_stream *stream, int64_t n_frames);
/* All that the device gave or took since init, at 16 kHz. */
int64_t audio_stream_samples_seen(const struct audio_stream *stream);

void audio_stream_ring_bell(struct audio_stream *stream); /* Thread: RT */
void audio_stream_hush_bell(struct audio_stream *stream);

/* The two kinds. Each takes a started or failed stream's place in devices itself. Returns: as
 * audio_devices_open_capture. Owns: the caller, by the capture or playback; ret_stream is its
 * inside. */
int audio_device_capture_create(struct audio_devices *devices, const char *name,
                                struct audio_capture **ret_capture,
                                struct audio_stream **ret_stream);
int audio_device_playback_create(struct audio_devices *devices, const char *name,
                                 struct audio_playback **ret_playback,
                                 struct audio_stream **ret_stream);
/* A closed capture or playback is forgotten by its devices. */
void audio_devices_forget(struct audio_devices *devices, struct audio_stream *stream);

#endif
