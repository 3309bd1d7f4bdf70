/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The microphone's side of a sound device. The callback takes the first channel alone: the mean of
 * two microphones 10 cm apart is a comb filter. The resampler's results wait in a small fifo, so
 * that a reader gets whole blocks whatever the device's rate and period are.
 */
#include "audio/format.h"
#include "audio/stream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FIFO_SAMPLES 2048

struct device_capture {
    struct audio_capture base; /* first: capture_of relies on it */
    struct audio_stream stream;
    atomic_llong zero_run, n_dropped;
    int16_t fifo[FIFO_SAMPLES];
    size_t n_fifo;
};

_Static_assert(offsetof(struct device_capture, base) == 0, "capture_of relies on it");

static struct device_capture *capture_of_stream(struct audio_stream *stream)
{
    return (struct device_capture *)((uintptr_t)stream - offsetof(struct device_capture, stream));
}

/* RT. */
static void on_captured(struct audio_stream *stream, const int16_t *in, int16_t *out,
                        size_t n_frames)
{
    struct device_capture *capture = capture_of_stream(stream);
    long long zero_run = atomic_load_explicit(&capture->zero_run, memory_order_relaxed);
    size_t step = (size_t)stream->n_channels;

    (void)out;
    for (size_t at = 0; in && at < n_frames;) {
        int16_t chunk[AUDIO_STREAM_CHUNK];
        size_t n = n_frames - at < AUDIO_STREAM_CHUNK ? n_frames - at : AUDIO_STREAM_CHUNK, taken;

        for (size_t i = 0; i < n; i++) {
            chunk[i] = in[(at + i) * step];
            zero_run = chunk[i] == 0 ? zero_run + 1 : 0;
        }
        taken = base_ring_write(stream->ring, chunk, n);
        if (taken < n)
            atomic_fetch_add_explicit(&capture->n_dropped, (long long)(n - taken),
                                      memory_order_relaxed);
        at += n;
    }
    atomic_store_explicit(&capture->zero_run, zero_run, memory_order_relaxed);
    audio_stream_ring_bell(stream);
}

static struct device_capture *capture_of(const struct audio_capture *capture)
{
    return (struct device_capture *)(uintptr_t)capture;
}

/* Converts what the ring has until n samples are there. */
static void fill_fifo(struct device_capture *capture, size_t n_samples)
{
    struct audio_stream *stream = &capture->stream;
    int16_t chunk[AUDIO_STREAM_CHUNK];

    while (stream->resampler && capture->n_fifo < n_samples) {
        size_t n = base_ring_read(stream->ring, chunk, AUDIO_STREAM_CHUNK), at = 0;

        while (at < n) {
            size_t taken, made;

            audio_resampler_run(stream->resampler, chunk + at, n - at,
                                capture->fifo + capture->n_fifo, FIFO_SAMPLES - capture->n_fifo,
                                &taken, &made);
            at += taken;
            capture->n_fifo += made;
        }
        if (n == 0)
            return;
    }
}

static long capture_read(struct audio_capture *base, int16_t *ret_samples, size_t n_samples)
{
    struct device_capture *capture = capture_of(base);

    if (n_samples > FIFO_SAMPLES / 2)
        n_samples = FIFO_SAMPLES / 2;
    if (capture->n_fifo < n_samples) {
        audio_stream_hush_bell(&capture->stream); /* first: what comes after it rings again */
        fill_fifo(capture, n_samples);
    }
    if (capture->n_fifo < n_samples)
        return 0;
    memcpy(ret_samples, capture->fifo, n_samples * sizeof(*ret_samples));
    capture->n_fifo -= n_samples;
    memmove(capture->fifo, capture->fifo + n_samples, capture->n_fifo * sizeof(*capture->fifo));
    return (long)n_samples;
}

static int capture_fd(const struct audio_capture *base)
{
    return capture_of(base)->stream.fd;
}

static void capture_health(const struct audio_capture *base,
                           struct audio_capture_health *ret_health)
{
    struct device_capture *capture = capture_of(base);
    struct audio_stream *stream = &capture->stream;

    *ret_health = (struct audio_capture_health){
        .n_callbacks = stream->n_callbacks,
        .n_samples = audio_stream_samples_seen(stream),
        .zero_run_samples = audio_stream_to_samples(stream, capture->zero_run),
        .n_overflows = stream->n_faults,
        .n_dropped = capture->n_dropped,
        .last_callback_ms = stream->last_callback_ms,
        .n_breaks = stream->n_openings + stream->n_faults + capture->n_dropped,
        .is_open = stream->handle != NULL,
    };
}

static void capture_stop(struct audio_capture *base)
{
    struct device_capture *capture = capture_of(base);

    audio_stream_stop(&capture->stream);
    memset(capture->fifo, 0, sizeof(capture->fifo));
    capture->n_fifo = 0;
    atomic_store(&capture->zero_run, 0);
    audio_stream_hush_bell(&capture->stream);
}

static int capture_reopen(struct audio_capture *base)
{
    struct device_capture *capture = capture_of(base);

    capture_stop(base);
    return audio_stream_start(&capture->stream);
}

static void capture_close(struct audio_capture *base)
{
    struct device_capture *capture = capture_of(base);

    capture_stop(base);
    audio_devices_forget(capture->stream.devices, &capture->stream);
    audio_stream_finish(&capture->stream);
    free(capture);
}

static const struct audio_capture_ops capture_ops = {
    .read = capture_read,
    .fd = capture_fd,
    .health = capture_health,
    .stop = capture_stop,
    .reopen = capture_reopen,
    .close = capture_close,
};

int audio_device_capture_create(struct audio_devices *devices, const char *name,
                                struct audio_capture **ret_capture,
                                struct audio_stream **ret_stream)
{
    struct device_capture *capture = calloc(1, sizeof(*capture));
    int r;

    if (!capture)
        return -ENOMEM;
    capture->base.ops = &capture_ops;
    r = audio_stream_init(&capture->stream, devices, name, true, on_captured);
    if (r == 0)
        r = audio_stream_start(&capture->stream);
    if (r != 0) {
        capture_close(&capture->base);
        return r;
    }
    *ret_capture = &capture->base;
    *ret_stream = &capture->stream;
    return 0;
}
