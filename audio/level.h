/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How loud a block is. Pure. Thread: any. */
#ifndef AUDIO_LEVEL_H
#define AUDIO_LEVEL_H

#include "audio/format.h"

#include <math.h>

/* Mean square of the samples. */
static inline double audio_level_power(const int16_t block[AUDIO_BLOCK_SAMPLES])
{
    double sum = 0;

    for (int i = 0; i < AUDIO_BLOCK_SAMPLES; i++)
        sum += (double)block[i] * block[i];
    return sum / AUDIO_BLOCK_SAMPLES;
}

/* A mean square in dB, full scale = 0; silence is -120. */
static inline double audio_level_of_power_db(double power)
{
    return 10 * log10(power / (32768.0 * 32768.0) + 1e-12);
}

static inline float audio_level_db(const int16_t block[AUDIO_BLOCK_SAMPLES])
{
    return (float)audio_level_of_power_db(audio_level_power(block));
}

#endif
