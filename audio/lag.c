/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Both sounds go through one complex transform, as its real and imaginary parts, and are taken
 * apart behind it.
 */
#include "audio/lag.h"

#include "base/fft.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* What neither a voice nor a small loudspeaker has: there the phases are noise. */
#define BIN_LEAST (150 * AUDIO_LAG_SIZE / AUDIO_RATE_HZ)
#define BIN_MOST  (7000 * AUDIO_LAG_SIZE / AUDIO_RATE_HZ)
/* Bins of our voice that lie so far below its mean tell nothing either. */
#define BIN_QUIET 0.01f

struct audio_lag {
    float re[AUDIO_LAG_SIZE], im[AUDIO_LAG_SIZE];
    float cosine[AUDIO_LAG_SIZE / 2], sine[AUDIO_LAG_SIZE / 2];
};

int audio_lag_create(struct audio_lag **ret_lag)
{
    struct audio_lag *lag = calloc(1, sizeof(*lag));

    if (!lag)
        return -ENOMEM;
    base_fft_fill_tables(AUDIO_LAG_SIZE, lag->cosine, lag->sine);
    *ret_lag = lag;
    return 0;
}

void audio_lag_destroy(struct audio_lag *lag)
{
    free(lag);
}

static void transform(struct audio_lag *lag)
{
    base_fft_transform(AUDIO_LAG_SIZE, lag->re, lag->im, AUDIO_LAG_SIZE, lag->cosine, lag->sine);
}

/* The spectra of `sounded` (real part) and `heard` (imaginary part) at one bin. */
struct pair {
    float sounded_re, sounded_im, heard_re, heard_im;
};

static struct pair at_bin(const struct audio_lag *lag, int bin)
{
    float re = lag->re[bin], im = lag->im[bin];
    float mirror_re = lag->re[AUDIO_LAG_SIZE - bin], mirror_im = lag->im[AUDIO_LAG_SIZE - bin];

    return (struct pair){(re + mirror_re) / 2, (im - mirror_im) / 2, (im + mirror_im) / 2,
                         (mirror_re - re) / 2};
}

static float power(float re, float im)
{
    return re * re + im * im;
}

/* In place: the phases by which heard and sounded differ. The conjugate, since it is the forward
 * transform that turns them back. */
static void keep_phases(struct audio_lag *lag)
{
    float sum = 0;

    for (int bin = BIN_LEAST; bin < BIN_MOST; bin++) {
        struct pair pair = at_bin(lag, bin);

        sum += power(pair.sounded_re, pair.sounded_im);
    }
    for (int bin = BIN_LEAST; bin < BIN_MOST; bin++) {
        struct pair p = at_bin(lag, bin);
        float sounded = power(p.sounded_re, p.sounded_im), heard = power(p.heard_re, p.heard_im);
        bool is_quiet = sounded < BIN_QUIET * sum / (BIN_MOST - BIN_LEAST);
        float scale = is_quiet || heard <= 0 ? 0 : 1 / sqrtf(sounded * heard);

        lag->re[bin] = scale * (p.heard_re * p.sounded_re + p.heard_im * p.sounded_im);
        lag->im[bin] = -scale * (p.heard_im * p.sounded_re - p.heard_re * p.sounded_im);
    }
    memset(lag->re, 0, BIN_LEAST * sizeof(*lag->re));
    memset(lag->im, 0, BIN_LEAST * sizeof(*lag->im));
    memset(lag->re + BIN_MOST, 0, (AUDIO_LAG_SIZE - BIN_MOST) * sizeof(*lag->re));
    memset(lag->im + BIN_MOST, 0, (AUDIO_LAG_SIZE - BIN_MOST) * sizeof(*lag->im));
}

float audio_lag_find(struct audio_lag *lag, const int16_t sounded[AUDIO_LAG_SOUNDED],
                     const int16_t heard[AUDIO_LAG_HEARD], int *ret_lag)
{
    float sum = 0, best = 0;
    int at = 0;

    memset(lag->re, 0, sizeof(lag->re));
    memset(lag->im, 0, sizeof(lag->im));
    for (int i = 0; i < AUDIO_LAG_SOUNDED; i++)
        lag->re[i] = sounded[i];
    for (int i = 0; i < AUDIO_LAG_HEARD; i++)
        lag->im[i + AUDIO_LAG_RANGE] = heard[i]; /* where lag 0 would have it */
    transform(lag);
    keep_phases(lag);
    transform(lag);
    for (int i = 0; i < AUDIO_LAG_RANGE; i++) {
        sum += lag->re[i] * lag->re[i];
        if (lag->re[i] > best) {
            best = lag->re[i];
            at = i;
        }
    }
    /* What was heard goes in no log and stays nowhere (R10). */
    memset(lag->re, 0, sizeof(lag->re));
    memset(lag->im, 0, sizeof(lag->im));
    if (sum <= 0)
        return 0;
    *ret_lag = at;
    return best / sqrtf(sum / AUDIO_LAG_RANGE);
}
