/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The fast Fourier transform: the power spectrum of a short piece of sound, BASE_FFT_SIZE real
 * samples, with tables that are made once at init; and beneath it the complex transform of any
 * power of two, for who has tables of their own. Thread: any, one owner; nothing allocates.
 */
#ifndef BASE_FFT_H
#define BASE_FFT_H

#define BASE_FFT_SIZE 512
#define BASE_FFT_BINS (BASE_FFT_SIZE / 2)

struct base_fft {
    float cosine[BASE_FFT_SIZE / 2], sine[BASE_FFT_SIZE / 2];
};

void base_fft_init(struct base_fft *fft);

/* Bin b is the power at b * rate / BASE_FFT_SIZE, for a sine of amplitude a about (a * size /
 * 2)^2. */
void base_fft_power(const struct base_fft *fft, const float samples[BASE_FFT_SIZE],
                    float ret_power[BASE_FFT_BINS]);

/* The tables of a transform of n samples: n / 2 of each. */
void base_fft_fill_tables(int n, float *ret_cosine, float *ret_sine);

/* In place: the complex transform of n samples, a power of two, with the tables of n_tables
 * samples, n or a multiple that is a power of two. */
void base_fft_transform(int n, float *re, float *im, int n_tables, const float *cosine,
                        const float *sine);

#endif
