/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "asr/spectrum.h"

#include "asr/prepare.h"
#include "base/error.h"
#include "base/fft.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    SHIFT = 160,  /* samples from frame to frame */
    LENGTH = 410, /* of the front end's frames, in whose middle ours have theirs */
    FIRST_BIN = 2,
    N_NARROW = 32, /* bands of one bin each, 31 Hz */
};

/* The wide bands end where these bins begin: as wide as a twelfth of their height, from 1.06 to
 * 7.5 kHz. */
static const uint8_t wide_ends[ASR_BANDS - N_NARROW] = {37,  41,  45,  49,  54,  59,  64,  70,
                                                        76,  82,  89,  96,  104, 112, 120, 130,
                                                        140, 150, 162, 174, 187, 201, 220, 240};

/* All sounds are seen as if their loud parts reached half of full scale; below a hiss of three
 * steps, here the power of a bin, is nothing to be told then. */
#define PEAK        0.5
#define FLOOR_POWER 2000.0f

struct asr_spectrum {
    struct base_fft fft;
    float window[BASE_FFT_SIZE];
    int n_frames;
    float (*rows)[ASR_BANDS];
};

int asr_spectrum_create(struct asr_spectrum **ret_spectrum)
{
    struct asr_spectrum *spectrum = calloc(1, sizeof(*spectrum));
    if (!spectrum)
        return base_trace(-ENOMEM);
    base_fft_init(&spectrum->fft);
    for (int i = 0; i < BASE_FFT_SIZE; i++)
        spectrum->window[i] = (float)(0.5 - 0.5 * cos(2 * M_PI * (i + 0.5) / BASE_FFT_SIZE));
    *ret_spectrum = spectrum;
    return 0;
}

void asr_spectrum_destroy(struct asr_spectrum *spectrum)
{
    if (!spectrum)
        return;
    free(spectrum->rows);
    free(spectrum);
}

static void measure_frame(const struct asr_spectrum *spectrum, const int16_t *samples,
                          size_t n_samples, long start, float gain, float bands[ASR_BANDS])
{
    float windowed[BASE_FFT_SIZE], power[BASE_FFT_BINS];
    for (int i = 0; i < BASE_FFT_SIZE; i++) {
        long at = start + i;
        windowed[i] =
            at >= 0 && (size_t)at < n_samples ? gain * spectrum->window[i] * (float)samples[at] : 0;
    }
    base_fft_power(&spectrum->fft, windowed, power);
    for (int b = 0; b < N_NARROW; b++)
        bands[b] = logf(power[FIRST_BIN + b] + FLOOR_POWER);
    int bin = FIRST_BIN + N_NARROW;
    for (int b = N_NARROW; b < ASR_BANDS; b++) {
        int begin = bin;
        float sum = 0;
        for (; bin < wide_ends[b - N_NARROW]; bin++)
            sum += power[bin];
        bands[b] = logf(sum / (float)(bin - begin) + FLOOR_POWER);
    }
}

int asr_spectrum_measure(struct asr_spectrum *spectrum, const int16_t *samples, size_t n_samples)
{
    int n_frames = n_samples < LENGTH ? 0 : (int)((n_samples - LENGTH) / SHIFT) + 1;
    double mean[ASR_BANDS] = {0};
    float gain = (float)asr_prepare_gain(samples, n_samples, PEAK);
    spectrum->n_frames = 0;
    free(spectrum->rows);
    spectrum->rows = malloc(((size_t)n_frames + 1) * sizeof(*spectrum->rows));
    if (!spectrum->rows)
        return base_trace(-ENOMEM);
    spectrum->n_frames = n_frames;
    for (int t = 0; t < n_frames; t++) {
        measure_frame(spectrum, samples, n_samples, (long)t * SHIFT + (LENGTH - BASE_FFT_SIZE) / 2,
                      gain, spectrum->rows[t]);
        for (int b = 0; b < ASR_BANDS; b++)
            mean[b] += (double)spectrum->rows[t][b] / n_frames;
    }
    for (int t = 0; t < n_frames; t++) {
        for (int b = 0; b < ASR_BANDS; b++)
            spectrum->rows[t][b] -= (float)mean[b];
    }
    return 0;
}

const float (*asr_spectrum_rows(const struct asr_spectrum *spectrum, int *ret_n_frames))[ASR_BANDS]
{
    *ret_n_frames = spectrum->n_frames;
    return (const float(*)[ASR_BANDS])spectrum->rows;
}
