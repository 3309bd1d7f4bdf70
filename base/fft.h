/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The power spectrum of a short piece of sound, by a fast Fourier transform of BASE_FFT_SIZE
 * real samples. Its tables are made once at init. Thread: any, one owner; nothing allocates.
 */
#ifndef BASE_FFT_H
#define BASE_FFT_H

#define BASE_FFT_SIZE 512
#define BASE_FFT_BINS (BASE_FFT_SIZE / 2)

struct base_fft {
    float cosine[BASE_FFT_SIZE / 2], sine[BASE_FFT_SIZE / 2];
    unsigned short reversed[BASE_FFT_SIZE / 2];
};

void base_fft_init(struct base_fft *fft);

/* Bin b is the power at b * rate / BASE_FFT_SIZE, for a sine of amplitude a about (a * size /
 * 2)^2. */
void base_fft_power(const struct base_fft *fft, const float samples[BASE_FFT_SIZE],
                    float ret_power[BASE_FFT_BINS]);

#endif
