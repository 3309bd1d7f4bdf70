/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tts/loudness.h"

#include <math.h>

#define TARGET_DB   (-17.0)
#define DB_PER_STEP 0.3
#define FULL_SCALE  32768.0
#define MAX_GAIN    8.0
/* Frames this far below the mean of all are pauses and do not count. */
#define GATE 0.1
/* Up to here samples pass as they are, above they are bent towards full scale. */
#define KNEE 0.7

static double frame_power(const int16_t *samples, size_t n)
{
    double sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += (double)samples[i] * samples[i];
    return sum / (double)n / (FULL_SCALE * FULL_SCALE);
}

/* Mean power of the frames above the floor. */
static double mean_above(const int16_t *samples, size_t n_samples, size_t n_frame, double floor)
{
    double sum = 0;
    size_t n = 0;

    for (size_t at = 0; at + n_frame <= n_samples; at += n_frame) {
        double power = frame_power(samples + at, n_frame);

        if (power > floor) {
            sum += power;
            n++;
        }
    }
    return n ? sum / (double)n : 0;
}

double tts_loudness_measure(const int16_t *samples, size_t n_samples, int rate_hz)
{
    size_t n_frame = (size_t)rate_hz / 50;
    double mean = mean_above(samples, n_samples, n_frame, 1e-9);
    double speech = mean_above(samples, n_samples, n_frame, mean * GATE);

    return speech > 1e-12 ? 10 * log10(speech) : -120;
}

static double bend(double x)
{
    double over = fabs(x) - KNEE;

    if (over <= 0)
        return x;
    return copysign(KNEE + (1 - KNEE) * tanh(over / (1 - KNEE)), x);
}

void tts_loudness_level(int16_t *samples, size_t n_samples, int rate_hz, int volume)
{
    double wanted_db = TARGET_DB - DB_PER_STEP * (100 - volume);
    double level_db = tts_loudness_measure(samples, n_samples, rate_hz);
    double gain = level_db > -119 ? pow(10, (wanted_db - level_db) / 20) : 1;

    if (volume <= 0)
        gain = 0;
    if (gain > MAX_GAIN)
        gain = MAX_GAIN;
    for (size_t i = 0; i < n_samples; i++)
        samples[i] = (int16_t)lrint(bend(samples[i] * gain / FULL_SCALE) * 32767.0);
}
