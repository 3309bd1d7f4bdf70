/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A made-up voice for tests: syllables of a gliding pitch with the partials of a vowel, four to
 * five a second, the same on every machine. And noise to put under it.
 */
#ifndef TESTS_AUDIO_VOICE_H
#define TESTS_AUDIO_VOICE_H

#include "audio/format.h"
#include "base/rng.h"

#include <math.h>
#include <stddef.h>
#include <stdint.h>

#define SYLLABLE_MS 210

/* Two formants, as gains of a partial. */
static inline double voice_formants(double hz)
{
    double a = (hz - 600) / 200, b = (hz - 1500) / 300;

    return 1 / (1 + a * a) + 0.5 / (1 + b * b) + 0.02;
}

/* Adds n_syllables from sample `at` on; their peak is near `peak`. Returns: one past the last. */
static inline size_t voice_add(float *sound, size_t at, int n_syllables, double pitch_hz,
                               double peak)
{
    size_t n = (size_t)audio_ms_to_samples(SYLLABLE_MS);
    double phase = 0;

    for (int s = 0; s < n_syllables; s++) {
        for (size_t i = 0; i < n; i++) {
            double t = (double)i / (double)n;
            double hz = pitch_hz * (1 + 0.1 * sin(s * 1.7) + 0.05 * t);
            double envelope = pow(sin(M_PI * t), 0.7), sum = 0;

            phase += 2 * M_PI * hz / AUDIO_RATE_HZ;
            for (int h = 1; h * hz < 3500; h++)
                sum += voice_formants(h * hz) * sin(h * phase);
            sound[at + i] += (float)(peak * 0.35 * envelope * sum);
        }
        at += n;
    }
    return at;
}

/* Even noise of that amplitude (its power is a third of the square). */
static inline void noise_add(float *sound, size_t at, size_t n, double amplitude, uint64_t seed)
{
    struct base_rng rng;

    base_rng_seed(&rng, seed);
    for (size_t i = 0; i < n; i++)
        sound[at + i] += (float)(amplitude * (2 * base_rng_unit(&rng) - 1));
}

static inline void voice_block(const float *sound, int16_t ret_block[AUDIO_BLOCK_SAMPLES])
{
    for (int i = 0; i < AUDIO_BLOCK_SAMPLES; i++) {
        float sample = sound[i];

        ret_block[i] = (int16_t)lrintf(sample > 32767 ? 32767 : sample < -32768 ? -32768 : sample);
    }
}

#endif
