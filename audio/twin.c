/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/twin.h"

#include "base/error.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define QUEUE_SAMPLES  (2 * AUDIO_RATE_HZ) /* as much as a device's ring */
#define READS_A_BREATH 2

/* Samples in memory: written at the end, taken from the start. */
struct samples {
    int16_t *data;
    size_t n, at, room;
};

struct audio_twin {
    struct audio_capture capture;   /* first: twin_of_capture relies on it */
    struct audio_playback playback; /* twin_of_playback takes its offset off */
    int capture_fd, playback_fd;

    struct samples heard; /* by the microphone, still to come */
    bool is_finished, is_dead, is_capture_open, is_playback_open, is_awake, is_resting;
    int n_reads;
    int64_t now, zero_run;

    struct samples queue; /* written, not yet sounded */
    struct samples played;
    size_t n_told_sounded; /* of `played` */
    int64_t latency, silent_run;
    int64_t written, taken, told_heard;
    unsigned n_cut_off;
};

static struct audio_twin *twin_of_capture(const struct audio_capture *capture)
{
    return (struct audio_twin *)(uintptr_t)capture;
}

static struct audio_twin *twin_of_playback(const struct audio_playback *playback)
{
    return (struct audio_twin *)((uintptr_t)playback - offsetof(struct audio_twin, playback));
}

static int samples_append(struct samples *samples, const int16_t *data, size_t n)
{
    if (samples->at > 0 && samples->at >= samples->n / 2) {
        samples->n -= samples->at;
        memmove(samples->data, samples->data + samples->at, samples->n * sizeof(*data));
        samples->at = 0;
    }
    if (samples->n + n > samples->room) {
        size_t room = (samples->n + n) * 2;
        int16_t *more = realloc(samples->data, room * sizeof(*more));

        if (!more)
            return -ENOMEM;
        samples->data = more;
        samples->room = room;
    }
    if (data)
        memcpy(samples->data + samples->n, data, n * sizeof(*data));
    else
        memset(samples->data + samples->n, 0, n * sizeof(*data));
    samples->n += n;
    return 0;
}

/* Takes up to n samples out and fills up with zeros. */
static size_t samples_take(struct samples *samples, int16_t *ret, size_t n)
{
    size_t got = samples->n - samples->at < n ? samples->n - samples->at : n;

    if (got > 0)
        memcpy(ret, samples->data + samples->at, got * sizeof(*ret));
    memset(ret + got, 0, (n - got) * sizeof(*ret));
    samples->at += got;
    return got;
}

static void ring_bell(int fd)
{
    const uint64_t one = 1;

    /* Full means that it is readable already. */
    if (write(fd, &one, sizeof(one)) < 0)
        return;
}

static void hush_bell(int fd)
{
    uint64_t count;

    /* Empty means that there was nothing to hush. */
    if (read(fd, &count, sizeof(count)) < 0)
        return;
}

/* Lets the time of one block pass at the loudspeaker. */
static int sound_block(struct audio_twin *twin)
{
    int16_t block[AUDIO_BLOCK_SAMPLES];
    size_t got =
        twin->is_playback_open ? samples_take(&twin->queue, block, AUDIO_BLOCK_SAMPLES) : 0;
    int r;

    if (got == 0)
        memset(block, 0, sizeof(block));
    twin->taken += (int64_t)got;
    twin->silent_run = got == AUDIO_BLOCK_SAMPLES
                           ? 0
                           : (got > 0 ? 0 : twin->silent_run) + AUDIO_BLOCK_SAMPLES - (int64_t)got;
    twin->now += AUDIO_BLOCK_SAMPLES;
    r = samples_append(&twin->played, block, AUDIO_BLOCK_SAMPLES);
    if (twin->is_awake)
        ring_bell(twin->playback_fd);
    return r;
}

static long twin_read(struct audio_capture *capture, int16_t *ret_samples, size_t n_samples)
{
    struct audio_twin *twin = twin_of_capture(capture);
    size_t got = 0;
    int r;

    if (!twin->is_capture_open || twin->is_dead)
        return 0;
    if (twin->is_finished && twin->heard.at == twin->heard.n)
        return AUDIO_CAPTURE_END;
    if (twin->n_reads++ == READS_A_BREATH) {
        twin->n_reads = 0;
        return 0;
    }
    while (got < n_samples) {
        size_t n = n_samples - got;

        if (n > AUDIO_BLOCK_SAMPLES)
            n = AUDIO_BLOCK_SAMPLES;
        samples_take(&twin->heard, ret_samples + got, n);
        got += n;
        r = sound_block(twin);
        if (r < 0)
            return 0;
    }
    for (size_t i = 0; i < got; i++)
        twin->zero_run = ret_samples[i] == 0 ? twin->zero_run + 1 : 0;
    return (long)got;
}

static int twin_capture_fd(const struct audio_capture *capture)
{
    return twin_of_capture(capture)->capture_fd;
}

static void twin_capture_health(const struct audio_capture *capture,
                                struct audio_capture_health *ret_health)
{
    const struct audio_twin *twin = twin_of_capture(capture);

    *ret_health = (struct audio_capture_health){
        .n_callbacks = twin->now / AUDIO_BLOCK_SAMPLES,
        .n_samples = twin->now,
        .zero_run_samples = twin->zero_run,
        .last_callback_ms = audio_samples_to_ms(twin->now),
        .is_open = twin->is_capture_open,
    };
}

static void twin_capture_stop(struct audio_capture *capture)
{
    struct audio_twin *twin = twin_of_capture(capture);

    twin->is_capture_open = false;
    hush_bell(twin->capture_fd);
}

static int twin_capture_reopen(struct audio_capture *capture)
{
    struct audio_twin *twin = twin_of_capture(capture);

    twin->is_capture_open = true;
    ring_bell(twin->capture_fd);
    return 0;
}

static void twin_capture_close(struct audio_capture *capture)
{
    (void)capture;
}

static size_t twin_write(struct audio_playback *playback, const int16_t *samples, size_t n_samples)
{
    struct audio_twin *twin = twin_of_playback(playback);
    size_t queued = twin->queue.n - twin->queue.at;
    size_t n = n_samples < QUEUE_SAMPLES - queued ? n_samples : QUEUE_SAMPLES - queued;

    if (!twin->is_playback_open || samples_append(&twin->queue, samples, n) < 0)
        return 0;
    twin->written += (int64_t)n;
    return n;
}

static void twin_positions(struct audio_playback *playback, int64_t *ret_written,
                           int64_t *ret_heard)
{
    struct audio_twin *twin = twin_of_playback(playback);
    int64_t in_flight = twin->latency - twin->silent_run;
    int64_t heard = twin->taken - (in_flight > 0 ? in_flight : 0);

    hush_bell(twin->playback_fd);
    if (heard > twin->told_heard)
        twin->told_heard = heard;
    *ret_written = twin->written;
    *ret_heard = twin->told_heard;
}

static size_t twin_sounded(struct audio_playback *playback, int16_t *ret_samples, size_t n_samples)
{
    struct audio_twin *twin = twin_of_playback(playback);
    size_t n = twin->played.n - twin->n_told_sounded;

    if (n > n_samples)
        n = n_samples;
    if (n > 0)
        memcpy(ret_samples, twin->played.data + twin->n_told_sounded, n * sizeof(*ret_samples));
    twin->n_told_sounded += n;
    return n;
}

static void twin_flush(struct audio_playback *playback)
{
    struct audio_twin *twin = twin_of_playback(playback);
    int64_t written, heard;

    twin_positions(playback, &written, &heard);
    twin->n_cut_off += heard < written;
    twin->queue.at = twin->queue.n;
    twin->written = twin->taken = heard;
    twin->silent_run = twin->latency; /* what is in flight will not be asked for again */
}

static void twin_set_awake(struct audio_playback *playback, bool is_awake)
{
    twin_of_playback(playback)->is_awake = is_awake;
}

static int twin_playback_fd(const struct audio_playback *playback)
{
    return twin_of_playback(playback)->playback_fd;
}

static void twin_playback_health(const struct audio_playback *playback,
                                 struct audio_playback_health *ret_health)
{
    const struct audio_twin *twin = twin_of_playback(playback);

    *ret_health = (struct audio_playback_health){
        .n_callbacks = twin->now / AUDIO_BLOCK_SAMPLES,
        .n_samples = twin->now,
        .last_callback_ms = audio_samples_to_ms(twin->now),
        .latency_ms = audio_samples_to_ms(twin->latency),
        .is_open = twin->is_playback_open,
        .is_resting = twin->is_resting,
    };
}

static void twin_playback_stop(struct audio_playback *playback)
{
    twin_flush(playback);
    twin_of_playback(playback)->is_playback_open = false;
}

static int twin_playback_reopen(struct audio_playback *playback)
{
    twin_playback_stop(playback);
    twin_of_playback(playback)->is_playback_open = true;
    return 0;
}

static int twin_rest(struct audio_playback *playback, bool is_resting)
{
    struct audio_twin *twin = twin_of_playback(playback);

    if (twin->is_resting == is_resting)
        return 0;
    twin->is_resting = is_resting;
    return twin_playback_reopen(playback);
}

static void twin_playback_close(struct audio_playback *playback)
{
    (void)playback;
}

static const struct audio_capture_ops capture_ops = {
    .read = twin_read,
    .fd = twin_capture_fd,
    .health = twin_capture_health,
    .stop = twin_capture_stop,
    .reopen = twin_capture_reopen,
    .close = twin_capture_close,
};

static const struct audio_playback_ops playback_ops = {
    .write = twin_write,
    .positions = twin_positions,
    .sounded = twin_sounded,
    .flush = twin_flush,
    .set_awake = twin_set_awake,
    .fd = twin_playback_fd,
    .health = twin_playback_health,
    .stop = twin_playback_stop,
    .reopen = twin_playback_reopen,
    .rest = twin_rest,
    .close = twin_playback_close,
};

int audio_twin_create(int latency_ms, struct audio_twin **ret_twin)
{
    struct audio_twin *twin = calloc(1, sizeof(*twin));
    int r;

    if (!twin)
        return -ENOMEM;
    twin->capture.ops = &capture_ops;
    twin->playback.ops = &playback_ops;
    twin->latency = audio_ms_to_samples(latency_ms);
    twin->silent_run = twin->latency;
    twin->is_capture_open = twin->is_playback_open = true;
    twin->capture_fd = eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK);
    twin->playback_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (twin->capture_fd < 0 || twin->playback_fd < 0) {
        r = -errno;
        audio_twin_destroy(twin);
        return base_trace(r);
    }
    *ret_twin = twin;
    return 0;
}

void audio_twin_destroy(struct audio_twin *twin)
{
    if (!twin)
        return;
    if (twin->capture_fd >= 0)
        close(twin->capture_fd);
    if (twin->playback_fd >= 0)
        close(twin->playback_fd);
    free(twin->heard.data);
    free(twin->queue.data);
    free(twin->played.data);
    free(twin);
}

int audio_twin_append(struct audio_twin *twin, const int16_t *samples, size_t n_samples)
{
    return samples_append(&twin->heard, samples, n_samples);
}

void audio_twin_finish(struct audio_twin *twin)
{
    twin->is_finished = true;
}

void audio_twin_set_dead(struct audio_twin *twin, bool is_dead)
{
    twin->is_dead = is_dead;
}

struct audio_capture *audio_twin_capture(struct audio_twin *twin)
{
    return &twin->capture;
}

struct audio_playback *audio_twin_playback(struct audio_twin *twin)
{
    return &twin->playback;
}

const int16_t *audio_twin_played(const struct audio_twin *twin, size_t *ret_n_samples)
{
    *ret_n_samples = twin->played.n;
    return twin->played.data;
}

unsigned audio_twin_n_cut_off(const struct audio_twin *twin)
{
    return twin->n_cut_off;
}

int64_t audio_twin_now(const struct audio_twin *twin)
{
    return twin->now;
}
