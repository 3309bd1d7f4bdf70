/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tones and what can be measured of them, for the tests of audio/. */
#ifndef TESTS_AUDIO_TONE_H
#define TESTS_AUDIO_TONE_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>

static inline void tone_fill(int16_t *ret_samples, size_t n_samples, double hz, int rate_hz,
                             double peak)
{
    for (size_t i = 0; i < n_samples; i++)
        ret_samples[i] = (int16_t)lrint(peak * sin(2 * M_PI * hz * (double)i / rate_hz));
}

/* The peak of the part of a sound that is at one frequency (Goertzel's sum, written out). */
static inline double tone_strength(const int16_t *samples, size_t n_samples, double hz, int rate_hz)
{
    double re = 0, im = 0;

    for (size_t i = 0; i < n_samples; i++) {
        double phase = 2 * M_PI * hz * (double)i / rate_hz;

        re += samples[i] * cos(phase);
        im += samples[i] * sin(phase);
    }
    return 2 * sqrt(re * re + im * im) / (double)n_samples;
}

static inline double tone_rms(const int16_t *samples, size_t n_samples)
{
    double sum = 0;

    for (size_t i = 0; i < n_samples; i++)
        sum += (double)samples[i] * samples[i];
    return n_samples ? sqrt(sum / (double)n_samples) : 0;
}

#endif
