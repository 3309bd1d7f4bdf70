/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A frame is a pause when its energy is near the utterance's own floor: the floor is a low
 * percentile of the frames' levels, the height a high one; between them lies the threshold. With no
 * distance between the two (steady noise) nothing is cut, since nothing can be told apart.
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
    FRAME_MS = 10,
    GUARD_FRAMES = 6, /* kept on both sides of sound: weak consonants */
};

const struct asr_prepare_options asr_prepare_default = {
    .pause_ms = 400, .keep_ms = 150, .edge_ms = 300, .peak = 0.5};

static double frame_level_db(const int16_t *samples)
{
    double sum = 0, mean = 0;
    for (int i = 0; i < ASR_FRAME_SAMPLES; i++)
        mean += samples[i];
    mean /= ASR_FRAME_SAMPLES;
    for (int i = 0; i < ASR_FRAME_SAMPLES; i++)
        sum += (samples[i] - mean) * (samples[i] - mean);
    return 10 * log10(sum / ASR_FRAME_SAMPLES + 1);
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* Marks the frames that hold sound. Returns: 0 or -ENOMEM. */
static int mark_sound(const int16_t *samples, size_t n_frames, bool *ret_is_sound)
{
    double *levels = malloc(2 * (n_frames + 1) * sizeof(*levels));
    if (!levels)
        return -ENOMEM;
    double *sorted = levels + n_frames;
    for (size_t i = 0; i < n_frames; i++)
        sorted[i] = levels[i] = frame_level_db(samples + i * ASR_FRAME_SAMPLES);
    qsort(sorted, n_frames, sizeof(*sorted), compare_doubles);
    double low = sorted[n_frames / 20], high = sorted[n_frames - 1 - n_frames / 10];
    double threshold = fmin(low + 0.3 * (high - low), high - 12);
    bool is_flat = high - low < 15;
    for (size_t i = 0; i < n_frames; i++)
        ret_is_sound[i] = is_flat || levels[i] > threshold;
    free(levels);
    return 0;
}

/* Widens sound by the guard on both sides. */
static void widen(bool *is_sound, size_t n_frames)
{
    bool *was = malloc(n_frames + 1);
    if (!was)
        return;
    memcpy(was, is_sound, n_frames);
    for (size_t i = 0; i < n_frames; i++) {
        if (!was[i])
            continue;
        size_t from = i > GUARD_FRAMES ? i - GUARD_FRAMES : 0;
        size_t to = i + GUARD_FRAMES < n_frames ? i + GUARD_FRAMES : n_frames - 1;
        memset(is_sound + from, 1, to - from + 1);
    }
    free(was);
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

static void copy_shortened(struct asr_prepared *out, const int16_t *samples, size_t n_samples,
                           const bool *is_sound, size_t n_frames,
                           const struct asr_prepare_options *options)
{
    size_t per_ms = ASR_RATE_HZ / 1000, n_edge_max = options->edge_ms * per_ms;
    for (size_t begin = 0, end; begin < n_frames; begin = end) {
        for (end = begin; end < n_frames && is_sound[end] == is_sound[begin]; end++)
            ;
        size_t from = begin * ASR_FRAME_SAMPLES;
        size_t n = (end - begin) * ASR_FRAME_SAMPLES;
        size_t n_edge = n < n_edge_max ? n : n_edge_max;
        if (is_sound[begin] || options->keep_ms == 0)
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
    if (n_frames > 0 && is_sound[n_frames - 1])
        keep(out, samples, n_frames * ASR_FRAME_SAMPLES, n_samples - n_frames * ASR_FRAME_SAMPLES);
}

/* One gain for the whole utterance, from the loud part and not from a single click. */
static void level(struct asr_prepared *out, double peak)
{
    size_t bins[129] = {0}; /* of 256 steps of amplitude */
    for (size_t i = 0; i < out->n_samples; i++)
        bins[abs(out->samples[i]) >> 8]++;
    size_t above = 0;
    int top = 128;
    while (top > 0 && (above += bins[top]) * 1000 < out->n_samples)
        top--;
    double gain = peak * 32768 / ((top + 1) * 256.0);
    gain = fmin(gain, 30);
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
    bool *is_sound = calloc(n_frames + 1, sizeof(*is_sound));
    out.samples = calloc(n_samples + 1, sizeof(*out.samples));
    out.pieces = calloc(2 * n_frames + 2, sizeof(*out.pieces));
    int r = is_sound && out.samples && out.pieces ? 0 : -ENOMEM;
    if (r == 0 && n_frames > 0)
        r = mark_sound(samples, n_frames, is_sound);
    if (r < 0) {
        free(is_sound);
        asr_prepare_finish(&out);
        return base_trace(r);
    }
    widen(is_sound, n_frames);
    copy_shortened(&out, samples, n_samples, is_sound, n_frames, options);
    if (options->peak > 0)
        level(&out, options->peak);
    free(is_sound);
    *ret_prepared = out;
    return 0;
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
        if (sample < piece->to + piece->n)
            return piece->from + (sample - piece->to);
    }
    if (prepared->n_pieces == 0)
        return 0;
    const struct asr_prepare_piece *last = &prepared->pieces[prepared->n_pieces - 1];
    return last->from + last->n;
}
