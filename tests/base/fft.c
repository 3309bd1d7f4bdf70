/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/fft.h"
#include "tests/check.h"

#include <math.h>

static void agrees_with_the_sum_written_out(void)
{
    struct base_fft fft;
    float in[BASE_FFT_SIZE], power[BASE_FFT_BINS];
    unsigned seed = 1;

    base_fft_init(&fft);
    for (int i = 0; i < BASE_FFT_SIZE; i++) {
        seed = seed * 1664525u + 1013904223u;
        in[i] = (float)(seed >> 16) - 32768.0f;
    }
    base_fft_power(&fft, in, power);
    for (int bin = 0; bin < BASE_FFT_BINS; bin += 7) {
        double re = 0, im = 0, wanted;

        for (int i = 0; i < BASE_FFT_SIZE; i++) {
            re += (double)in[i] * cos(2 * M_PI * bin * i / BASE_FFT_SIZE);
            im -= (double)in[i] * sin(2 * M_PI * bin * i / BASE_FFT_SIZE);
        }
        wanted = re * re + im * im;
        CHECK(fabs((double)power[bin] - wanted) <= 1e-3 * wanted + 1e4);
    }
}

static void a_sine_stands_in_its_bin(void)
{
    struct base_fft fft;
    float in[BASE_FFT_SIZE], power[BASE_FFT_BINS];

    base_fft_init(&fft);
    for (int i = 0; i < BASE_FFT_SIZE; i++)
        in[i] = (float)sin(2 * M_PI * 32 * i / BASE_FFT_SIZE);
    base_fft_power(&fft, in, power);
    CHECK(fabsf(power[32] - 256.0f * 256.0f) < 10);
    CHECK(power[31] < 1 && power[33] < 1 && power[0] < 1);
}

/* A turning of its own in each of two bins, with the tables of a longer transform. */
static void a_complex_transform_tells_turnings_apart(void)
{
    enum { N = 1024, N_TABLES = 4096 };
    static float re[N], im[N], cosine[N_TABLES / 2], sine[N_TABLES / 2];

    base_fft_fill_tables(N_TABLES, cosine, sine);
    for (int i = 0; i < N; i++) {
        re[i] = (float)(cos(2 * M_PI * 5 * i / N) + 3 * cos(2 * M_PI * 700 * i / N));
        im[i] = (float)(sin(2 * M_PI * 5 * i / N) + 3 * sin(2 * M_PI * 700 * i / N));
    }
    base_fft_transform(N, re, im, N_TABLES, cosine, sine);
    for (int bin = 0; bin < N; bin++) {
        float wanted = bin == 5 ? N : bin == 700 ? 3 * N : 0;

        CHECK(fabsf(re[bin] - wanted) < 0.1f);
        CHECK(fabsf(im[bin]) < 0.1f);
    }
}

CHECK_MAIN(agrees_with_the_sum_written_out, a_sine_stands_in_its_bin,
           a_complex_transform_tells_turnings_apart)
