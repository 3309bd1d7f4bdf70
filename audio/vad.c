/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Level in the voice's band against the room's noise by minimum statistics (R. Martin, "Noise power
 * spectral density estimation based on optimal smoothing and minimum statistics", 2001, here in one
 * band with sub-windows), joined with a look for pitch where the level alone does not decide. A
 * trained detector was refused: it would be a model to ship and keep, for a decision that the
 * recogniser's own rejection corrects.
 */
#include "audio/vad.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    N_WINDOWS = 8,       /* of the noise's minimum */
    WINDOW_BLOCKS = 25,  /* 250 ms each: 2 s in all */
    DECIMATION = 4,      /* pitch is looked for at 4 kHz */
    PITCH_SAMPLES = 160, /* 40 ms at 4 kHz */
    LAG_MIN = 10,        /* 400 Hz */
    LAG_MAX = 57,        /* 70 Hz */
};

#define SILENT_DB -90.0f
/* A minimum lies below the mean of the noise that it is taken from. */
#define MINIMUM_BIAS_DB 3.0f
#define VOICE_SNR_DB    7.0f /* above the noise where the score is one half */

struct audio_vad {
    float high_in, high_out, low; /* states of the band filter */
    float smoothed_db;
    float minima[N_WINDOWS];
    int window, n_in_window;
    bool has_noise;
    float history[PITCH_SAMPLES]; /* decimated */
    float score;
    int n_hold; /* blocks for which voice is still believed */
    bool is_voice;
};

int audio_vad_create(struct audio_vad **ret_vad)
{
    struct audio_vad *vad = calloc(1, sizeof(*vad));

    if (!vad)
        return -ENOMEM;
    audio_vad_reset(vad);
    *ret_vad = vad;
    return 0;
}

void audio_vad_destroy(struct audio_vad *vad)
{
    free(vad);
}

void audio_vad_reset(struct audio_vad *vad)
{
    memset(vad, 0, sizeof(*vad));
    vad->smoothed_db = SILENT_DB;
    for (int i = 0; i < N_WINDOWS; i++)
        vad->minima[i] = 0;
}

/* One pole each: above 150 Hz, below 3.4 kHz; gives the block's mean square and feeds the pitch's
 * history. */
static float band_power(struct audio_vad *vad, const int16_t block[AUDIO_BLOCK_SAMPLES])
{
    const float high_pole = 0.943f, low_pole = 0.26f;
    float power = 0, sum = 0;
    int n_new = AUDIO_BLOCK_SAMPLES / DECIMATION;

    memmove(vad->history, vad->history + n_new,
            (size_t)(PITCH_SAMPLES - n_new) * sizeof(vad->history[0]));
    for (int i = 0; i < AUDIO_BLOCK_SAMPLES; i++) {
        float in = (float)block[i] / 32768.0f;

        vad->high_out = high_pole * (vad->high_out + in - vad->high_in);
        vad->high_in = in;
        vad->low += (1 - low_pole) * (vad->high_out - vad->low);
        power += vad->low * vad->low;
        sum += vad->low;
        if (i % DECIMATION == DECIMATION - 1) {
            vad->history[PITCH_SAMPLES - n_new + i / DECIMATION] = sum;
            sum = 0;
        }
    }
    return power / AUDIO_BLOCK_SAMPLES;
}

/* The highest normalised autocorrelation among the lags of a voice. */
static float find_pitch(const float x[PITCH_SAMPLES])
{
    const int n = PITCH_SAMPLES - LAG_MAX;
    float energy = 1e-12f, best = 0;

    for (int i = 0; i < n; i++)
        energy += x[i] * x[i];
    for (int lag = LAG_MIN; lag <= LAG_MAX; lag++) {
        float product = 0, other = 1e-12f;

        for (int i = 0; i < n; i++) {
            product += x[i] * x[i + lag];
            other += x[i + lag] * x[i + lag];
        }
        product /= sqrtf(energy * other);
        if (product > best)
            best = product;
    }
    return best;
}

static float follow_noise(struct audio_vad *vad, float level_db)
{
    float minimum;

    if (!vad->has_noise) {
        for (int i = 0; i < N_WINDOWS; i++)
            vad->minima[i] = level_db;
        vad->smoothed_db = level_db;
        vad->has_noise = true;
    }
    vad->smoothed_db += 0.3f * (level_db - vad->smoothed_db);
    if (vad->smoothed_db < vad->minima[vad->window])
        vad->minima[vad->window] = vad->smoothed_db;
    if (++vad->n_in_window == WINDOW_BLOCKS) {
        vad->n_in_window = 0;
        vad->window = (vad->window + 1) % N_WINDOWS;
        vad->minima[vad->window] = vad->smoothed_db;
    }
    minimum = vad->minima[0];
    for (int i = 1; i < N_WINDOWS; i++)
        minimum = fminf(minimum, vad->minima[i]);
    return fmaxf(minimum + MINIMUM_BIAS_DB, SILENT_DB);
}

void audio_vad_feed(struct audio_vad *vad, const int16_t block[AUDIO_BLOCK_SAMPLES],
                    struct audio_vad_result *ret_result)
{
    struct audio_vad_result result = {0};
    float snr_db, raw;

    result.level_db = fmaxf(10 * log10f(band_power(vad, block) + 1e-10f), SILENT_DB);
    result.noise_db = follow_noise(vad, result.level_db);
    snr_db = result.level_db - result.noise_db;
    if (snr_db > 2 && result.level_db > -65)
        result.pitch = find_pitch(vad->history);
    /* A pitched block counts as 5 dB louder, an unpitched one as 3 dB less. */
    raw = snr_db + (result.pitch > 0.6f ? 5 : -3);
    raw = result.level_db > -68 ? 1 / (1 + expf(-(raw - VOICE_SNR_DB) / 1.5f)) : 0;
    vad->score += (raw > vad->score ? 0.5f : 0.15f) * (raw - vad->score);
    if (vad->score > 0.5f)
        vad->n_hold = 8;
    else if (vad->n_hold > 0)
        vad->n_hold--;
    vad->is_voice = vad->score > 0.5f || (vad->is_voice && vad->n_hold > 0 && vad->score > 0.25f);
    result.score = vad->score;
    result.is_voice = vad->is_voice;
    *ret_result = result;
}
