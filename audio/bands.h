/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How loud a sound is in each of the bands of the voice, block by block: enough to tell whether two
 * sounds rise and fall together. Thread: any, one owner. Nothing allocates.
 */
#ifndef AUDIO_BANDS_H
#define AUDIO_BANDS_H

#include "audio/format.h"
#include "base/fft.h"

#include <stdint.h>

#define AUDIO_BANDS 16

/* In dB below full scale, down to AUDIO_BANDS_LEAST_DB. */
struct audio_bands {
    int8_t level_db[AUDIO_BANDS];
};

#define AUDIO_BANDS_LEAST_DB (-90)

struct audio_band_meter {
    int16_t before[AUDIO_BLOCK_SAMPLES]; /* the last block, which overlaps */
};

struct audio_bands audio_bands_measure(const struct base_fft *fft, struct audio_band_meter *meter,
                                       const int16_t block[AUDIO_BLOCK_SAMPLES]);

#endif
