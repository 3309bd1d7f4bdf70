/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Real samples are packed in pairs into a complex transform of half the size, whose result is then
 * taken apart: half the work of a complex transform with empty imaginary parts. Decimation in time,
 * radix 2; at two transforms a hundredth of a second nothing faster is worth its lines.
 */
#include "base/fft.h"

#include <math.h>

#define HALF (BASE_FFT_SIZE / 2)

void base_fft_init(struct base_fft *fft)
{
    for (int i = 0; i < HALF; i++) {
        unsigned reversed = 0;

        for (int bit = 1; bit < HALF; bit <<= 1)
            reversed = reversed << 1 | ((unsigned)i & (unsigned)bit ? 1u : 0u);
        fft->reversed[i] = (unsigned short)reversed;
        fft->cosine[i] = (float)cos(2 * M_PI * i / BASE_FFT_SIZE);
        fft->sine[i] = (float)sin(2 * M_PI * i / BASE_FFT_SIZE);
    }
}

static void transform_half(const struct base_fft *fft, float *re, float *im)
{
    for (int size = 2; size <= HALF; size *= 2) {
        int step = BASE_FFT_SIZE / size; /* in the tables of the whole size */

        for (int start = 0; start < HALF; start += size) {
            for (int i = 0; i < size / 2; i++) {
                int a = start + i, b = a + size / 2;
                float c = fft->cosine[i * step], s = -fft->sine[i * step];
                float br = re[b] * c - im[b] * s, bi = re[b] * s + im[b] * c;

                re[b] = re[a] - br;
                im[b] = im[a] - bi;
                re[a] += br;
                im[a] += bi;
            }
        }
    }
}

void base_fft_power(const struct base_fft *fft, const float samples[BASE_FFT_SIZE],
                    float ret_power[BASE_FFT_BINS])
{
    float re[HALF], im[HALF];

    for (int i = 0; i < HALF; i++) {
        re[fft->reversed[i]] = samples[2 * i];
        im[fft->reversed[i]] = samples[2 * i + 1];
    }
    transform_half(fft, re, im);
    for (int i = 0; i < HALF; i++) {
        int j = (HALF - i) % HALF;
        float even_re = (re[i] + re[j]) / 2, even_im = (im[i] - im[j]) / 2;
        float odd_re = (im[i] + im[j]) / 2, odd_im = (re[j] - re[i]) / 2;
        float c = fft->cosine[i], s = -fft->sine[i];
        float x = even_re + odd_re * c - odd_im * s, y = even_im + odd_re * s + odd_im * c;

        ret_power[i] = x * x + y * y;
    }
}
