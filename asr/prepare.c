/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The television is what matters here. The decoder takes the mean of the whole utterance off, so it
 * does not know what is quiet: a television 20 or even 30 dB below the person is spelled out as
 * words wherever the person is silent (word errors of one voice 5 % clean, 62 % at 20 dB). So what
 * lies clearly below the person's own level is pressed down by 30 dB, and what remains is hidden
 * under a faint hiss. Where the limit lies depends on the noise, measured at both edges, which the
 * endpointer leaves around the voice: in a quiet room only what is 14 dB below the loud parts
 * counts as silence, so that a soft end of a sentence is kept.
 */
#include "asr/prepare.h"

#include "asr/decoder.h"
#include "base/error.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum {
    N_MAX = 15 * ASR_RATE_HZ,
    SMOOTH_FRAMES = 2, /* on both sides of a frame */
    HOLD_FRAMES = 14,  /* kept on both sides of voice: weak consonants, soft syllables */
    EDGE_FRAMES = 15,  /* at both ends, where the noise is measured */
};

#define QUIET_DB     14.0 /* below the loud parts is silence in a quiet room ... */
#define NOISY_DB     5.0  /* ... and in a noisy one */
#define OVER_NOISE   14.0 /* dB over the noise begins the voice */
#define PRESS_FACTOR 0.0316
#define HISS_DB      50.0 /* below the loud parts */

const struct asr_prepare_options asr_prepare_default = {
    .pause_ms = 400, .keep_ms = 150, .edge_ms = 200, .peak = 0.5};

static double frame_power(const int16_t *samples)
{
    double sum = 0, mean = 0;
    for (int i = 0; i < ASR_FRAME_SAMPLES; i++)
        mean += samples[i];
    mean /= ASR_FRAME_SAMPLES;
    for (int i = 0; i < ASR_FRAME_SAMPLES; i++)
        sum += (samples[i] - mean) * (samples[i] - mean);
    return sum / ASR_FRAME_SAMPLES;
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* Power of each frame in dB, smoothed over its neighbours. */
static void measure_levels(const int16_t *samples, size_t n_frames, double *ret_levels)
{
    for (size_t i = 0; i < n_frames; i++) {
        size_t from = i > SMOOTH_FRAMES ? i - SMOOTH_FRAMES : 0;
        size_t to = i + SMOOTH_FRAMES < n_frames ? i + SMOOTH_FRAMES : n_frames - 1;
        double power = 0;
        for (size_t k = from; k <= to; k++)
            power += frame_power(samples + k * ASR_FRAME_SAMPLES);
        ret_levels[i] = 10 * log10(power / (double)(to - from + 1) + 1);
    }
}

static double mean_level(const double *levels, size_t n)
{
    double power = 0;
    for (size_t i = 0; i < n; i++)
        power += pow(10, levels[i] / 10);
    return 10 * log10(power / (double)n);
}

/* The level from which on a frame is voice. `sorted` is room for n_frames. */
static double voice_limit(const double *levels, double *sorted, size_t n_frames, double *ret_loud)
{
    size_t n_edge = n_frames < 4 * EDGE_FRAMES ? n_frames / 4 : EDGE_FRAMES;
    memcpy(sorted, levels, n_frames * sizeof(*sorted));
    qsort(sorted, n_frames, sizeof(*sorted), compare_doubles);
    double loud = sorted[n_frames - 1 - n_frames / 20];
    double noise = sorted[n_frames / 10];
    if (n_edge > 0)
        noise = fmax(noise, fmax(mean_level(levels, n_edge),
                                 mean_level(levels + n_frames - n_edge, n_edge)));
    *ret_loud = loud;
    return fmin(loud - NOISY_DB, fmax(loud - QUIET_DB, noise + OVER_NOISE));
}

/* Marks the frames that are voice or close to it. Returns: 0 or -ENOMEM. */
static int mark_voice(const int16_t *samples, size_t n_frames, bool *ret_is_voice, double *ret_loud)
{
    double *levels = malloc(2 * (n_frames + 1) * sizeof(*levels));
    if (!levels)
        return -ENOMEM;
    measure_levels(samples, n_frames, levels);
    double limit = voice_limit(levels, levels + n_frames, n_frames, ret_loud);
    for (size_t i = 0; i < n_frames; i++) {
        if (levels[i] < limit)
            continue;
        size_t from = i > HOLD_FRAMES ? i - HOLD_FRAMES : 0;
        size_t to = i + HOLD_FRAMES < n_frames ? i + HOLD_FRAMES : n_frames - 1;
        memset(ret_is_voice + from, true, to - from + 1);
    }
    free(levels);
    return 0;
}

/* The even noise that lies over all. */
struct hiss {
    double peak;
    uint32_t random;
};

static struct hiss hiss_below(double loud_db)
{
    return (struct hiss){pow(10, (loud_db - HISS_DB) / 20) * 1.73, 1}; /* its power's peak */
}

static double next_of_hiss(struct hiss *hiss)
{
    hiss->random = hiss->random * 1664525 + 1013904223;
    return ((double)(hiss->random >> 16) - 32768) / 32768 * hiss->peak;
}

/* Presses down what is no voice, with soft edges, and lays the hiss over all. */
static void press(int16_t *samples, const bool *is_voice, size_t n_frames, double loud_db)
{
    struct hiss hiss = hiss_below(loud_db);
    double gain = 1;
    for (size_t i = 0; i < n_frames * ASR_FRAME_SAMPLES; i++) {
        double wanted = is_voice[i / ASR_FRAME_SAMPLES] ? 1 : PRESS_FACTOR;
        gain += (wanted - gain) * 0.02;
        double x = samples[i] * gain + next_of_hiss(&hiss);
        samples[i] = (int16_t)(x > 32767 ? 32767 : x < -32768 ? -32768 : x);
    }
}

static void keep(struct asr_prepared *out, const int16_t *samples, size_t from, size_t n)
{
    if (n == 0)
        return;
    memcpy(out->samples + out->n_samples, samples + from, n * sizeof(*samples));
    out->pieces[out->n_pieces++] = (struct asr_prepare_piece){from, out->n_samples, n};
    out->n_samples += n;
}

/* Copies one run of pause, shortened: half of what is kept from each end. */
static void keep_pause(struct asr_prepared *out, const int16_t *samples, size_t from, size_t n,
                       size_t n_keep)
{
    if (n <= n_keep) {
        keep(out, samples, from, n);
        return;
    }
    keep(out, samples, from, n_keep / 2);
    keep(out, samples, from + n - (n_keep - n_keep / 2), n_keep - n_keep / 2);
}

/* Sound that begins or ends within a word is heard worse: silence that was never there. */
static void add_edge(struct asr_prepared *out, size_t n, double loud_db)
{
    struct hiss hiss = hiss_below(loud_db);
    for (size_t i = 0; i < n; i++)
        out->samples[out->n_samples++] = (int16_t)next_of_hiss(&hiss);
}

static void copy_shortened(struct asr_prepared *out, const int16_t *samples, size_t n_samples,
                           const bool *is_voice, size_t n_frames,
                           const struct asr_prepare_options *options)
{
    size_t per_ms = ASR_RATE_HZ / 1000, n_edge_max = options->edge_ms * per_ms;
    for (size_t begin = 0, end; begin < n_frames; begin = end) {
        for (end = begin; end < n_frames && is_voice[end] == is_voice[begin]; end++)
            ;
        size_t from = begin * ASR_FRAME_SAMPLES;
        size_t n = (end - begin) * ASR_FRAME_SAMPLES;
        size_t n_edge = n < n_edge_max ? n : n_edge_max;
        if (is_voice[begin] || options->keep_ms == 0)
            keep(out, samples, from, n);
        else if (begin == 0)
            keep(out, samples, from + n - n_edge, n_edge);
        else if (end == n_frames)
            keep(out, samples, from, n_edge);
        else if (n > options->pause_ms * per_ms)
            keep_pause(out, samples, from, n, options->keep_ms * per_ms);
        else
            keep(out, samples, from, n);
    }
    if (n_frames > 0 && is_voice[n_frames - 1])
        keep(out, samples, n_frames * ASR_FRAME_SAMPLES, n_samples - n_frames * ASR_FRAME_SAMPLES);
}

double asr_prepare_gain(const int16_t *samples, size_t n_samples, double peak)
{
    size_t bins[129] = {0}, above = 0; /* of 256 steps of amplitude */
    int top = 128;
    for (size_t i = 0; i < n_samples; i++)
        bins[abs(samples[i]) >> 8]++;
    while (top > 0 && (above += bins[top]) * 1000 < n_samples)
        top--;
    return fmin(peak * 32768 / ((top + 1) * 256.0), 30);
}

/* One gain for the whole utterance. */
static void level(struct asr_prepared *out, double peak)
{
    double gain = asr_prepare_gain(out->samples, out->n_samples, peak);
    for (size_t i = 0; i < out->n_samples; i++) {
        double x = out->samples[i] * gain;
        out->samples[i] = (int16_t)(x > 32767 ? 32767 : x < -32768 ? -32768 : x);
    }
}

int asr_prepare(const int16_t *samples, size_t n_samples, const struct asr_prepare_options *options,
                struct asr_prepared *ret_prepared)
{
    n_samples = n_samples > N_MAX ? N_MAX : n_samples;
    size_t n_frames = n_samples / ASR_FRAME_SAMPLES;
    struct asr_prepared out = {0};
    double loud_db = 0;
    size_t n_edge = (size_t)options->edge_ms * (ASR_RATE_HZ / 1000);
    bool *is_voice = calloc(n_frames + 1, sizeof(*is_voice));
    int16_t *pressed = malloc((n_samples + 1) * sizeof(*pressed));
    out.samples = calloc(n_samples + 2 * n_edge + 1, sizeof(*out.samples));
    out.pieces = calloc(2 * n_frames + 2, sizeof(*out.pieces));
    int r = is_voice && pressed && out.samples && out.pieces ? 0 : -ENOMEM;
    if (r == 0 && n_frames > 0)
        r = mark_voice(samples, n_frames, is_voice, &loud_db);
    if (r < 0)
        goto fail;
    memcpy(pressed, samples, n_samples * sizeof(*pressed));
    press(pressed, is_voice, n_frames, loud_db);
    if (n_frames > 0 && is_voice[0])
        add_edge(&out, n_edge, loud_db);
    copy_shortened(&out, pressed, n_samples, is_voice, n_frames, options);
    if (n_frames > 0 && is_voice[n_frames - 1])
        add_edge(&out, n_edge, loud_db);
    if (options->peak > 0)
        level(&out, options->peak);
    free(pressed);
    free(is_voice);
    *ret_prepared = out;
    return 0;
fail:
    free(pressed);
    free(is_voice);
    asr_prepare_finish(&out);
    return base_trace(r);
}

void asr_prepare_finish(struct asr_prepared *prepared)
{
    free(prepared->samples);
    free(prepared->pieces);
    *prepared = (struct asr_prepared){0};
}

size_t asr_prepare_origin(const struct asr_prepared *prepared, size_t sample)
{
    for (size_t i = 0; i < prepared->n_pieces; i++) {
        const struct asr_prepare_piece *piece = &prepared->pieces[i];
        if (sample < piece->to)
            return piece->from; /* an edge that was added */
        if (sample < piece->to + piece->n)
            return piece->from + (sample - piece->to);
    }
    if (prepared->n_pieces == 0)
        return 0;
    const struct asr_prepare_piece *last = &prepared->pieces[prepared->n_pieces - 1];
    return last->from + last->n;
}
