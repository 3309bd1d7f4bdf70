/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The loudspeaker's side of a sound device.
 *
 * Where sound is, is counted in what the device asked for and never told from a clock: a sample is
 * heard when the device asked for `latency` frames more than it. A device that stands still thus
 * never seems to have played anything. The callback writes all that it gave to a second ring, for
 * whom it must be known what sounds in the room. It tells two counts, what it took from the ring
 * and how long it has been silent since; both together say how much of what was taken is still on
 * its way.
 */
#include "audio/format.h"
#include "audio/stream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FADE_FRAMES AUDIO_STREAM_CHUNK

struct device_playback {
    struct audio_playback base; /* first: playback_of relies on it */
    struct audio_stream stream;
    int64_t latency_frames;
    atomic_llong taken, silent_run; /* the callback's, in frames */
    atomic_llong skip_to;           /* main's: what lies before is not to be sounded */
    atomic_llong n_lost;            /* frames that `sounded` had no room for */
    atomic_bool is_awake;
    int64_t written, heard;    /* 16 kHz, since create */
    int64_t written_frames;    /* into the ring, since this stream began */
    int64_t mark, mark_frames; /* `written` and `written_frames` of one same moment */
};

_Static_assert(offsetof(struct device_playback, base) == 0, "playback_of relies on it");

static struct device_playback *playback_of_stream(struct audio_stream *stream)
{
    return (struct device_playback *)((uintptr_t)stream - offsetof(struct device_playback, stream));
}

/* RT. Drops what main no longer wants to be heard, its first frames faded out into `chunk`.
 * Returns: how many frames `chunk` has. */
static size_t drop_flushed(struct device_playback *playback, int16_t *chunk, size_t room,
                           long long *taken)
{
    long long skip_to = atomic_load_explicit(&playback->skip_to, memory_order_acquire);
    int16_t scrap[AUDIO_STREAM_CHUNK];
    size_t n_faded = 0, n;

    if (skip_to <= *taken)
        return 0;
    n = skip_to - *taken < (long long)room ? (size_t)(skip_to - *taken) : room;
    n_faded = base_ring_read(playback->stream.ring, chunk, n < FADE_FRAMES ? n : FADE_FRAMES);
    for (size_t i = 0; i < n_faded; i++)
        chunk[i] = (int16_t)(chunk[i] * (int)(n_faded - i) / (int)n_faded);
    *taken += (long long)n_faded;
    while (*taken < skip_to) {
        n = skip_to - *taken < AUDIO_STREAM_CHUNK ? (size_t)(skip_to - *taken) : AUDIO_STREAM_CHUNK;
        n = base_ring_read(playback->stream.ring, scrap, n);
        if (n == 0)
            break;
        *taken += (long long)n;
    }
    return n_faded;
}

/* RT. */
static void on_wanted(struct audio_stream *stream, const int16_t *in, int16_t *out, size_t n_frames)
{
    struct device_playback *playback = playback_of_stream(stream);
    long long taken = atomic_load_explicit(&playback->taken, memory_order_relaxed);
    long long silent_run = atomic_load_explicit(&playback->silent_run, memory_order_relaxed);

    (void)in;
    for (size_t at = 0; at < n_frames;) {
        int16_t chunk[AUDIO_STREAM_CHUNK];
        size_t n = n_frames - at < AUDIO_STREAM_CHUNK ? n_frames - at : AUDIO_STREAM_CHUNK, got,
               more;

        got = drop_flushed(playback, chunk, n, &taken);
        more = base_ring_read(playback->stream.ring, chunk + got, n - got);
        taken += (long long)more;
        got += more;
        silent_run = got == n ? 0 : (got > 0 ? 0 : silent_run) + (long long)(n - got);
        memset(chunk + got, 0, (n - got) * sizeof(*chunk));
        more = base_ring_write(stream->sounded, chunk, n);
        if (more < n)
            atomic_fetch_add_explicit(&playback->n_lost, (long long)(n - more),
                                      memory_order_relaxed);
        for (size_t i = 0; i < n; i++) {
            for (int c = 0; c < stream->n_channels; c++)
                *out++ = chunk[i];
        }
        at += n;
    }
    /* Main reads them the other way round, so what it takes for heard is never too much. */
    atomic_store_explicit(&playback->silent_run, silent_run, memory_order_release);
    atomic_store_explicit(&playback->taken, taken, memory_order_release);
    if (atomic_load_explicit(&playback->is_awake, memory_order_relaxed))
        audio_stream_ring_bell(stream);
}

static struct device_playback *playback_of(const struct audio_playback *playback)
{
    return (struct device_playback *)(uintptr_t)playback;
}

/* Room in samples of 16 kHz: one frame more may come of it than the rates' ratio says. */
static size_t samples_room(const struct audio_stream *stream)
{
    size_t frames = base_ring_writable(stream->ring);

    return frames < 8 ? 0 : (frames - 4) * AUDIO_RATE_HZ / (size_t)stream->rate_hz;
}

static size_t playback_write(struct audio_playback *base, const int16_t *samples, size_t n_samples)
{
    struct device_playback *playback = playback_of(base);
    struct audio_stream *stream = &playback->stream;
    size_t at = 0;

    if (!stream->handle)
        return 0;
    if (n_samples > samples_room(stream))
        n_samples = samples_room(stream);
    while (at < n_samples) {
        int16_t chunk[AUDIO_STREAM_CHUNK];
        size_t taken, made;

        audio_resampler_run(stream->resampler, samples + at, n_samples - at, chunk,
                            AUDIO_STREAM_CHUNK, &taken, &made);
        playback->written_frames += (int64_t)base_ring_write(stream->ring, chunk, made);
        at += taken;
    }
    playback->written += (int64_t)at;
    return at;
}

static void playback_positions(struct audio_playback *base, int64_t *ret_written,
                               int64_t *ret_heard)
{
    struct device_playback *playback = playback_of(base);
    /* In this order: see on_wanted. */
    int64_t taken = atomic_load_explicit(&playback->taken, memory_order_acquire);
    int64_t silent_run = atomic_load_explicit(&playback->silent_run, memory_order_acquire);
    int64_t in_flight = playback->latency_frames - silent_run;
    int64_t frames = taken - (in_flight > 0 ? in_flight : 0) - playback->mark_frames;
    int64_t heard = playback->mark + audio_stream_to_samples(&playback->stream, frames);

    audio_stream_hush_bell(&playback->stream);
    if (heard > playback->written)
        heard = playback->written;
    if (frames > 0 && heard > playback->heard)
        playback->heard = heard;
    *ret_written = playback->written;
    *ret_heard = playback->heard;
}

static size_t playback_sounded(struct audio_playback *base, int16_t *ret_samples, size_t n_samples)
{
    struct audio_stream *stream = &playback_of(base)->stream;
    size_t at = 0;

    while (stream->sounded_resampler) {
        int16_t chunk[AUDIO_STREAM_CHUNK];
        /* One sample more may come of them than the rates' ratio says. */
        size_t room = (n_samples - at) * (size_t)stream->rate_hz / AUDIO_RATE_HZ;
        size_t n = room < 8 ? 0 : room - 4, taken, made;

        n = base_ring_read(stream->sounded, chunk, n < AUDIO_STREAM_CHUNK ? n : AUDIO_STREAM_CHUNK);
        if (n == 0)
            break;
        audio_resampler_run(stream->sounded_resampler, chunk, n, ret_samples + at, n_samples - at,
                            &taken, &made);
        at += made;
    }
    return at;
}

static void playback_flush(struct audio_playback *base)
{
    struct device_playback *playback = playback_of(base);
    int64_t written, heard;

    playback_positions(base, &written, &heard);
    atomic_store_explicit(&playback->skip_to, playback->written_frames, memory_order_release);
    if (playback->stream.resampler)
        audio_resampler_reset(playback->stream.resampler);
    playback->written = playback->mark = heard;
    playback->mark_frames = playback->written_frames;
}

static void playback_set_awake(struct audio_playback *base, bool is_awake)
{
    atomic_store(&playback_of(base)->is_awake, is_awake);
}

static int playback_fd(const struct audio_playback *base)
{
    return playback_of(base)->stream.fd;
}

static int64_t latency_ms(const struct device_playback *playback)
{
    return playback->stream.rate_hz > 0 ? playback->latency_frames * 1000 / playback->stream.rate_hz
                                        : 0;
}

static void playback_health(const struct audio_playback *base,
                            struct audio_playback_health *ret_health)
{
    struct device_playback *playback = playback_of(base);
    struct audio_stream *stream = &playback->stream;

    *ret_health = (struct audio_playback_health){
        .n_callbacks = stream->n_callbacks,
        .n_samples = audio_stream_samples_seen(stream),
        .n_underflows = stream->n_faults,
        .last_callback_ms = stream->last_callback_ms,
        .latency_ms = latency_ms(playback),
        .n_breaks = stream->n_openings + stream->n_faults + playback->n_lost,
        .is_open = stream->handle != NULL,
        .is_resting = stream->is_resting,
    };
}

static void playback_stop(struct audio_playback *base)
{
    struct device_playback *playback = playback_of(base);

    playback_flush(base);
    audio_stream_stop(&playback->stream);
    atomic_store(&playback->taken, 0);
    atomic_store(&playback->silent_run, 0);
    atomic_store(&playback->skip_to, 0);
    playback->written_frames = playback->mark_frames = 0;
}

static int playback_start(struct device_playback *playback)
{
    int r = audio_stream_start(&playback->stream);

    playback->latency_frames = (int64_t)(playback->stream.latency_s * playback->stream.rate_hz);
    return r;
}

static int playback_reopen(struct audio_playback *base)
{
    playback_stop(base);
    return playback_start(playback_of(base));
}

static int playback_rest(struct audio_playback *base, bool is_resting)
{
    struct device_playback *playback = playback_of(base);

    if (playback->stream.is_resting == is_resting)
        return 0;
    playback->stream.is_resting = is_resting;
    return playback->stream.handle ? playback_reopen(base) : 0;
}

static void playback_close(struct audio_playback *base)
{
    struct device_playback *playback = playback_of(base);

    audio_stream_stop(&playback->stream);
    audio_devices_forget(playback->stream.devices, &playback->stream);
    audio_stream_finish(&playback->stream);
    free(playback);
}

static const struct audio_playback_ops playback_ops = {
    .write = playback_write,
    .positions = playback_positions,
    .sounded = playback_sounded,
    .flush = playback_flush,
    .set_awake = playback_set_awake,
    .fd = playback_fd,
    .health = playback_health,
    .stop = playback_stop,
    .reopen = playback_reopen,
    .rest = playback_rest,
    .close = playback_close,
};

int audio_device_playback_create(struct audio_devices *devices, const char *name,
                                 struct audio_playback **ret_playback,
                                 struct audio_stream **ret_stream)
{
    struct device_playback *playback = calloc(1, sizeof(*playback));
    int r;

    if (!playback)
        return -ENOMEM;
    playback->base.ops = &playback_ops;
    r = audio_stream_init(&playback->stream, devices, name, false, on_wanted);
    if (r == 0)
        r = playback_start(playback);
    if (r != 0) {
        playback_close(&playback->base);
        return r;
    }
    *ret_playback = &playback->base;
    *ret_stream = &playback->stream;
    return 0;
}
