/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Decimation in time, radix 2; at two transforms a hundredth of a second nothing faster is worth
 * its lines. Real samples are packed in pairs into a complex transform of half the size, whose
 * result is then taken apart: half the work of one with empty imaginary parts.
 */
#include "base/fft.h"

#include <math.h>

#define HALF (BASE_FFT_SIZE / 2)

void base_fft_fill_tables(int n, float *ret_cosine, float *ret_sine)
{
    for (int i = 0; i < n / 2; i++) {
        ret_cosine[i] = (float)cos(2 * M_PI * i / n);
        ret_sine[i] = (float)sin(2 * M_PI * i / n);
    }
}

void base_fft_init(struct base_fft *fft)
{
    base_fft_fill_tables(BASE_FFT_SIZE, fft->cosine, fft->sine);
}

static void swap(float *a, float *b)
{
    float kept = *a;

    *a = *b;
    *b = kept;
}

/* Each sample to the place whose number has its bits in the other order. */
static void reverse_bits(int n, float *re, float *im)
{
    for (int i = 0, j = 0; i < n; i++) {
        int bit = n / 2;

        if (i < j) {
            swap(&re[i], &re[j]);
            swap(&im[i], &im[j]);
        }
        for (; bit && (j & bit); bit >>= 1)
            j ^= bit;
        j |= bit;
    }
}

void base_fft_transform(int n, float *re, float *im, int n_tables, const float *cosine,
                        const float *sine)
{
    reverse_bits(n, re, im);
    for (int size = 2; size <= n; size *= 2) {
        int step = n_tables / size;

        for (int start = 0; start < n; start += size) {
            for (int i = 0; i < size / 2; i++) {
                int a = start + i, b = a + size / 2;
                float c = cosine[i * step], s = -sine[i * step];
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
        re[i] = samples[2 * i];
        im[i] = samples[2 * i + 1];
    }
    base_fft_transform(HALF, re, im, BASE_FFT_SIZE, fft->cosine, fft->sine);
    for (int i = 0; i < HALF; i++) {
        int j = (HALF - i) % HALF;
        float even_re = (re[i] + re[j]) / 2, even_im = (im[i] - im[j]) / 2;
        float odd_re = (im[i] + im[j]) / 2, odd_im = (re[j] - re[i]) / 2;
        float c = fft->cosine[i], s = -fft->sine[i];
        float x = even_re + odd_re * c - odd_im * s, y = even_im + odd_re * s + odd_im * c;

        ret_power[i] = x * x + y * y;
    }
}
