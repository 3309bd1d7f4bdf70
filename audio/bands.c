/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/bands.h"

#include <math.h>
#include <string.h>

/* In bins of BASE_FFT_SIZE: 190 Hz to 5.5 kHz, narrow below and wide above, as an ear hears. */
static const int edges[AUDIO_BANDS + 1] = {6,  9,  12, 15, 19, 23,  28,  33, 39,
                                           46, 54, 64, 76, 90, 108, 135, 176};

struct audio_bands audio_bands_measure(const struct base_fft *fft, struct audio_band_meter *meter,
                                       const int16_t block[AUDIO_BLOCK_SAMPLES])
{
    enum { N = 2 * AUDIO_BLOCK_SAMPLES };
    float samples[BASE_FFT_SIZE] = {0}, power[BASE_FFT_BINS];
    struct audio_bands bands;

    for (int i = 0; i < N; i++) {
        int16_t sample =
            i < AUDIO_BLOCK_SAMPLES ? meter->before[i] : block[i - AUDIO_BLOCK_SAMPLES];
        float window = 0.5f - 0.5f * cosf((float)(2 * M_PI) * ((float)i + 0.5f) / N);

        samples[i] = (float)sample / 32768 * window;
    }
    memcpy(meter->before, block, sizeof(meter->before));
    base_fft_power(fft, samples, power);
    for (int band = 0; band < AUDIO_BANDS; band++) {
        float sum = 1e-12f, db;

        for (int bin = edges[band]; bin < edges[band + 1]; bin++)
            sum += power[bin];
        db = 10 * log10f(sum * 4 / ((float)N * N / 4));
        bands.level_db[band] = (int8_t)(db < AUDIO_BANDS_LEAST_DB ? AUDIO_BANDS_LEAST_DB : db);
    }
    return bands;
}
