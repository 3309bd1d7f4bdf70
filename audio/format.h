/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The one form of sound inside Voisine: 16 kHz, one channel, signed 16 bit, in blocks of 10 ms.
 *
 * Devices and files of any other form are converted at their doors (device, soundfile). Time on
 * the audio path is a count of samples, an int64_t since a stream's start, and never a clock's
 * reading: a conversation run from a file gives the same result at any speed.
 */
#ifndef AUDIO_FORMAT_H
#define AUDIO_FORMAT_H

#include <stdint.h>

#define AUDIO_RATE_HZ       16000
#define AUDIO_BLOCK_SAMPLES 160
#define AUDIO_BLOCK_MS      10

static inline int64_t audio_ms_to_samples(int64_t ms)
{
    return ms * (AUDIO_RATE_HZ / 1000);
}

static inline int64_t audio_samples_to_ms(int64_t n_samples)
{
    return n_samples / (AUDIO_RATE_HZ / 1000);
}

static inline double audio_samples_to_s(int64_t n_samples)
{
    return (double)n_samples / AUDIO_RATE_HZ;
}

#endif
