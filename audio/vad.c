/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The noise of each of 22 bands is the least power of the last five seconds (minimum statistics,
 * after Martin 2001) times a bias: speech dips to the noise between its syllables, so the noise is
 * known while someone talks, and no decision feeds back into it. Six pieces of evidence from the
 * bands' distance to their noise and from the pitch go through one logistic function. Its
 * weights were fitted on synthetic and human French speech at 30 to 5 dB above noise of eight kinds
 * (white, pink, brown, vacuum cleaner, water, dishes, refrigerator, music) and tried on other
 * sentences; docs/performance.md has the rates.
 *
 * Refused: a fixed threshold above the noise (fires on each clatter of dishes), a network (needs
 * training data of aged voices that nobody has, costs 20 times more).
 */
#include "audio/vad.h"

#include "base/fft.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define WINDOW           400 /* 25 ms */
#define BANDS            22
#define LOW_BANDS        6 /* up to 1.1 kHz */
#define FIRST_BIN        6 /* 190 Hz */
#define BINS_A_BAND      5 /* 156 Hz; the last band ends at 3.6 kHz */
#define SUBWINDOWS       10
#define SUBWINDOW_BLOCKS 50
#define FILL_BLOCKS      10   /* until window and smoothing are full */
#define NOISE_BIAS       2.0f /* mean over minimum, of stationary noise */
#define FLOOR_POWER      1e4f /* of a band: below one bit of a sample, digital silence */
#define MAX_RATIO_DB     20.0f

/* The pitch is looked for at a quarter of the rate: below 2 kHz is where the voice has it. */
#define DECIMATION  4
#define SLOW_BLOCK  (AUDIO_BLOCK_SAMPLES / DECIMATION)
#define SLOW_RATE   (AUDIO_RATE_HZ / DECIMATION)
#define SLOW_WINDOW 160
#define LAG_MIN     (SLOW_RATE / 400)
#define LAG_MAX     (SLOW_RATE / 70)
#define SLOW_SIZE   (SLOW_WINDOW + LAG_MAX)
#define PITCHES     4 /* the best of so many blocks counts */

#define SCORE_KEEP 0.8f
#define VOICE_ON   0.40f
#define VOICE_OFF  0.25f

struct audio_vad {
    struct base_fft fft;
    float window[WINDOW];
    float past[WINDOW];
    float slow[SLOW_SIZE];
    float low_pass[2];
    float band[BANDS];   /* power, over some 25 ms more than the window */
    float steady[BANDS]; /* the same over some 50 ms, for the minima */
    float minima[SUBWINDOWS][BANDS];
    float pitches[PITCHES];
    int64_t n_blocks;
    float score;
    bool is_voice;
};

/* What the bands say together. */
struct evidence {
    float mean_db, max_db, low_db; /* distance to the noise, over all, the best, the low bands */
    float level, noise;            /* power */
};

int audio_vad_create(struct audio_vad **ret_vad)
{
    struct audio_vad *vad = calloc(1, sizeof(*vad));

    if (!vad)
        return -ENOMEM;
    base_fft_init(&vad->fft);
    for (int i = 0; i < WINDOW; i++)
        vad->window[i] = (float)(0.5 - 0.5 * cos(2 * M_PI * (i + 0.5) / WINDOW));
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
    for (int s = 0; s < SUBWINDOWS; s++) {
        for (int b = 0; b < BANDS; b++)
            vad->minima[s][b] = INFINITY;
    }
    memset(vad->past, 0, sizeof(vad->past));
    memset(vad->slow, 0, sizeof(vad->slow));
    memset(vad->low_pass, 0, sizeof(vad->low_pass));
    memset(vad->pitches, 0, sizeof(vad->pitches));
    vad->n_blocks = 0;
    vad->score = 0;
    vad->is_voice = false;
}

static void push(struct audio_vad *vad, const int16_t *block)
{
    float *new_slow = vad->slow + SLOW_SIZE - SLOW_BLOCK;
    float *new_past = vad->past + WINDOW - AUDIO_BLOCK_SAMPLES;

    memmove(vad->past, vad->past + AUDIO_BLOCK_SAMPLES,
            (WINDOW - AUDIO_BLOCK_SAMPLES) * sizeof(vad->past[0]));
    memmove(vad->slow, vad->slow + SLOW_BLOCK, (SLOW_SIZE - SLOW_BLOCK) * sizeof(vad->slow[0]));
    for (int i = 0; i < AUDIO_BLOCK_SAMPLES; i++) {
        new_past[i] = block[i];
        vad->low_pass[0] += 0.30f * ((float)block[i] - vad->low_pass[0]);
        vad->low_pass[1] += 0.30f * (vad->low_pass[0] - vad->low_pass[1]);
        if (i % DECIMATION == DECIMATION - 1)
            new_slow[i / DECIMATION] = vad->low_pass[1];
    }
}

/* The highest peak of the normalised correlation of the newest 40 ms with what came one pitch
 * period before. Differences are correlated, or a rumble would look periodic. */
static float find_pitch(const struct audio_vad *vad)
{
    float x[SLOW_SIZE];
    const float *now = x + LAG_MAX;
    float energy = 1, lagged = 1, before = 1, best = 0;
    bool is_past_zero = false; /* beyond the slope of the peak at lag zero */

    x[0] = 0;
    for (int i = 1; i < SLOW_SIZE; i++)
        x[i] = vad->slow[i] - 0.9f * vad->slow[i - 1];
    for (int i = 0; i < SLOW_WINDOW; i++) {
        energy += now[i] * now[i];
        lagged += now[i - LAG_MIN] * now[i - LAG_MIN];
    }
    for (int lag = LAG_MIN; lag <= LAG_MAX; lag++) {
        float sum = 0, correlation, in, out;

        for (int i = 0; i < SLOW_WINDOW; i++)
            sum += now[i] * now[i - lag];
        correlation = sum / sqrtf(energy * lagged);
        is_past_zero = is_past_zero || correlation < 0.3f || correlation < before;
        if (is_past_zero && correlation > best)
            best = correlation;
        before = correlation;
        in = lag < LAG_MAX ? now[-lag - 1] : 0;
        out = now[SLOW_WINDOW - 1 - lag];
        lagged = fmaxf(lagged + in * in - out * out, 1);
    }
    return fminf(best, 1);
}

static float to_db(float power)
{
    return 10 * log10f(power);
}

/* Full scale is a sine of amplitude 1: its power through the window is (size of the window / 4)^2,
 * spread over neighbouring bins by a factor of 1.5. */
static float to_full_scale_db(float power)
{
    const float full = 32768.0f * (float)WINDOW / 4;

    return to_db(power / (1.5f * full * full) + 1e-12f);
}

static float band_noise(const struct audio_vad *vad, int band)
{
    float least = INFINITY;

    for (int s = 0; s < SUBWINDOWS; s++)
        least = fminf(least, vad->minima[s][band]);
    return least < INFINITY ? least * NOISE_BIAS : vad->steady[band];
}

static void begin_subwindow(struct audio_vad *vad)
{
    for (int b = 0; b < BANDS; b++)
        vad->minima[vad->n_blocks / SUBWINDOW_BLOCKS % SUBWINDOWS][b] = INFINITY;
}

static struct evidence weigh_bands(struct audio_vad *vad, const float *power)
{
    float *minima = vad->minima[vad->n_blocks / SUBWINDOW_BLOCKS % SUBWINDOWS];
    struct evidence evidence = {0};

    for (int b = 0; b < BANDS; b++) {
        const float *bins = power + FIRST_BIN + b * BINS_A_BAND;
        float sum = FLOOR_POWER, noise, ratio_db;

        for (int i = 0; i < BINS_A_BAND; i++)
            sum += bins[i];
        vad->band[b] = vad->n_blocks > 0 ? 0.3f * vad->band[b] + 0.7f * sum : sum;
        vad->steady[b] = vad->n_blocks > 0 ? 0.6f * vad->steady[b] + 0.4f * sum : sum;
        if (vad->n_blocks >= FILL_BLOCKS)
            minima[b] = fminf(minima[b], vad->steady[b]);
        noise = band_noise(vad, b);
        ratio_db = fminf(fmaxf(to_db(vad->band[b] / noise), 0), MAX_RATIO_DB);
        evidence.mean_db += ratio_db / BANDS;
        evidence.max_db = fmaxf(evidence.max_db, ratio_db);
        evidence.low_db += b < LOW_BANDS ? ratio_db / LOW_BANDS : 0;
        evidence.level += vad->band[b];
        evidence.noise += noise;
    }
    return evidence;
}

/* The logistic function of the fit. */
static float likelihood(const struct evidence *evidence, float pitch)
{
    float sum = -4.01f - 0.139f * evidence->mean_db + 0.0105f * evidence->max_db + 2.59f * pitch +
                0.329f * evidence->low_db - 0.73f * pitch * fminf(evidence->mean_db, 6) / 6 +
                1.65f * fminf(evidence->mean_db, 3) / 3;

    return 1 / (1 + expf(-sum));
}

static float best_pitch(struct audio_vad *vad, float pitch)
{
    vad->pitches[vad->n_blocks % PITCHES] = pitch;
    for (int i = 0; i < PITCHES; i++)
        pitch = fmaxf(pitch, vad->pitches[i]);
    return pitch;
}

void audio_vad_feed(struct audio_vad *vad, const int16_t block[AUDIO_BLOCK_SAMPLES],
                    struct audio_vad_result *ret_result)
{
    float samples[BASE_FFT_SIZE] = {0}, power[BASE_FFT_BINS], pitch;
    struct evidence evidence;

    push(vad, block);
    if (vad->n_blocks % SUBWINDOW_BLOCKS == 0)
        begin_subwindow(vad);
    for (int i = 0; i < WINDOW; i++)
        samples[i] = vad->past[i] * vad->window[i];
    base_fft_power(&vad->fft, samples, power);
    evidence = weigh_bands(vad, power);
    /* Where nothing stands out of the noise there is no pitch to look for: most of the day. */
    pitch = best_pitch(vad, evidence.max_db > 5 && evidence.low_db > 2.5f ? find_pitch(vad) : 0);
    vad->score = SCORE_KEEP * vad->score + (1 - SCORE_KEEP) * likelihood(&evidence, pitch);
    vad->is_voice = vad->score > (vad->is_voice ? VOICE_OFF : VOICE_ON);
    vad->n_blocks++;
    *ret_result = (struct audio_vad_result){
        .level_db = to_full_scale_db(evidence.level),
        .noise_db = to_full_scale_db(evidence.noise),
        .score = vad->score,
        .pitch = pitch,
        .is_voice = vad->is_voice,
    };
}
