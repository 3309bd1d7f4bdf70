/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The power spectrum of a short piece of sound, by a fast Fourier transform of AUDIO_FFT_SIZE
 * real samples. Its tables are made once at init. Thread: any, one owner; nothing allocates.
 */
#ifndef AUDIO_FFT_H
#define AUDIO_FFT_H

#define AUDIO_FFT_SIZE 512
#define AUDIO_FFT_BINS (AUDIO_FFT_SIZE / 2)

struct audio_fft {
    float cosine[AUDIO_FFT_SIZE / 2], sine[AUDIO_FFT_SIZE / 2];
    unsigned short reversed[AUDIO_FFT_SIZE / 2];
};

void audio_fft_init(struct audio_fft *fft);

/* Bin b is the power at b * rate / AUDIO_FFT_SIZE, for a sine of amplitude a about (a * size /
 * 2)^2. */
void audio_fft_power(const struct audio_fft *fft, const float samples[AUDIO_FFT_SIZE],
                     float ret_power[AUDIO_FFT_BINS]);

#endif
