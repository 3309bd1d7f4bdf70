/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Both streams are counted in samples since create; the place is one number, by how much the
 * microphone's count of a sound is greater than the loudspeaker's. It is sought each time that
 * SEEK_BLOCKS of our voice have passed, in the last second. One finding beyond doubt holds, and so
 * do two that agree and have no sound in common: two synthetic voices share the very samples of
 * their consonants, and one "s" of theirs is found in ours with a strength of up to 23.
 *
 * The filter's tail begins MARGIN before the lag found, since the strongest way from the
 * loudspeaker to the microphone is not always the first, and a resampler rings before its sample.
 *
 * When a place is found, the filter is taught by the sound of the last seconds, before the blocks
 * that were held back go through it. The library knows a gap in the sound as little as a person
 * would: a tail of silence is put between.
 */
#include "audio/canceller.h"

#include "audio/lag.h"
#include "audio/level.h"
#include "audio/residue.h"

#include <errno.h>
#include <speex/speex_echo.h>
#include <stdlib.h>
#include <string.h>

#define TAIL_SAMPLES   2048
#define TAIL_BLOCKS    (TAIL_SAMPLES / AUDIO_BLOCK_SAMPLES + 1)
#define MARGIN         128
#define HISTORY_BLOCKS 400 /* of each stream: 4 s */
#define HISTORY        (HISTORY_BLOCKS * AUDIO_BLOCK_SAMPLES)
#define HOLD_BLOCKS    150
#define ENDED_BLOCKS   30   /* of silence of ours: nothing is held back any more */
#define EARLY_SAMPLES  1600 /* by which the microphone may deliver before the loudspeaker asks */
#define SOUND_LEAST    64   /* peak: 54 dB below full scale */

#define SEEK_FIRST   40    /* blocks of our voice before it is sought at all */
#define SEEK_BLOCKS  20    /* and between two attempts */
#define SEEK_AGAIN   100   /* likewise, once it is found or given up */
#define SEEK_ENOUGH  60    /* in a second of the microphone, to say that there is no trace */
#define SURE_AT_ONCE 28.0f /* nobody else talks: 30 to 75, at 30 dB below our voice too */
#define SAME_LAG     24    /* samples: findings that agree */
#define MOVED        4     /* samples: the filter follows less by itself */
#define TEACH_BLOCKS 200
#define TEACH_PASSES 4

struct audio_canceller {
    SpeexEchoState *speex;
    struct audio_lag *lag;
    struct audio_residue residue;
    struct base_fft fft;
    struct audio_band_meter left_meter, sounded_meter;
    int64_t n_sounded, n_heard, n_taken; /* samples; the latter two in whole blocks */
    int16_t sounded[HISTORY], heard[HISTORY];
    bool is_voice[HISTORY_BLOCKS]; /* of each block of `sounded` */
    int64_t voice_end;             /* of `sounded`: where our voice last was */

    int64_t parted_at; /* of `heard`: what lies before has another lag */
    int64_t middle;    /* of `heard` beyond `sounded`, as the devices tell */
    int64_t place;     /* the same as measured */
    bool has_place;
    bool is_clear; /* sought for long enough, and not found */
    int64_t guess; /* a finding that waits for a second one */
    int64_t guessed_at;
    bool has_guess;
    int n_voice; /* blocks of our voice since it was last sought */
    int16_t sought[AUDIO_LAG_SOUNDED], in[AUDIO_LAG_HEARD];
};

int audio_canceller_create(struct audio_canceller **ret_canceller)
{
    struct audio_canceller *canceller = calloc(1, sizeof(*canceller));
    int rate_hz = AUDIO_RATE_HZ, r;

    if (!canceller)
        return -ENOMEM;
    r = audio_lag_create(&canceller->lag);
    if (r == 0)
        canceller->speex = speex_echo_state_init(AUDIO_BLOCK_SAMPLES, TAIL_SAMPLES);
    if (!canceller->speex) {
        audio_canceller_destroy(canceller);
        return -ENOMEM;
    }
    speex_echo_ctl(canceller->speex, SPEEX_ECHO_SET_SAMPLING_RATE, &rate_hz);
    audio_residue_init(&canceller->residue);
    base_fft_init(&canceller->fft);
    audio_canceller_part(canceller);
    *ret_canceller = canceller;
    return 0;
}

void audio_canceller_destroy(struct audio_canceller *canceller)
{
    if (!canceller)
        return;
    if (canceller->speex)
        speex_echo_state_destroy(canceller->speex);
    audio_lag_destroy(canceller->lag);
    explicit_bzero(canceller, sizeof(*canceller));
    free(canceller);
}

/* ---- the two streams ---- */

/* What lies before the beginning, beyond the end or too far back is silence. */
static void get(const int16_t ring[HISTORY], int64_t end, int64_t from, int16_t *ret, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        int64_t at = from + (int64_t)i;

        ret[i] = at < 0 || at >= end || at < end - HISTORY ? 0 : ring[at % HISTORY];
    }
}

/* How many blocks of our voice touch this part of `sounded`. */
static int count_voice(const struct audio_canceller *canceller, int64_t from, int64_t to)
{
    int64_t first = from < 0 ? 0 : from / AUDIO_BLOCK_SAMPLES;
    int64_t last = (to + AUDIO_BLOCK_SAMPLES - 1) / AUDIO_BLOCK_SAMPLES;
    int64_t end = (canceller->n_sounded + AUDIO_BLOCK_SAMPLES - 1) / AUDIO_BLOCK_SAMPLES;
    int n = 0;

    if (first < end - HISTORY_BLOCKS)
        first = end - HISTORY_BLOCKS;
    for (int64_t block = first; block < last && block < end; block++)
        n += canceller->is_voice[block % HISTORY_BLOCKS];
    return n;
}

void audio_canceller_sounded(struct audio_canceller *canceller, const int16_t *samples,
                             size_t n_samples)
{
    size_t at = (size_t)(canceller->n_sounded % HISTORY);

    for (size_t i = 0; i < n_samples; i++, at = at + 1 == HISTORY ? 0 : at + 1) {
        bool *is_voice = &canceller->is_voice[at / AUDIO_BLOCK_SAMPLES];

        if (at % AUDIO_BLOCK_SAMPLES == 0)
            *is_voice = false;
        canceller->sounded[at] = samples[i];
        canceller->n_sounded++;
        if (abs(samples[i]) < SOUND_LEAST)
            continue;
        canceller->n_voice += !*is_voice;
        *is_voice = true;
        canceller->voice_end = canceller->n_sounded;
    }
}

void audio_canceller_meet(struct audio_canceller *canceller)
{
    canceller->middle = canceller->n_heard - canceller->n_sounded;
}

/* Whether our voice may be in a block of `heard`. */
static bool may_hold_voice(const struct audio_canceller *canceller, int64_t at)
{
    int64_t least = canceller->middle - EARLY_SAMPLES, most = least + AUDIO_LAG_RANGE;

    if (canceller->has_place)
        least = most = canceller->place - MARGIN;
    if (at - most - TAIL_SAMPLES >= canceller->voice_end)
        return false;
    return count_voice(canceller, at - most - TAIL_SAMPLES, at - least + AUDIO_BLOCK_SAMPLES) > 0;
}

/* ---- the filter ---- */

static void cancel(struct audio_canceller *canceller, int64_t at,
                   int16_t ret_block[AUDIO_BLOCK_SAMPLES])
{
    int16_t heard[AUDIO_BLOCK_SAMPLES], sounded[AUDIO_BLOCK_SAMPLES];

    get(canceller->heard, canceller->n_heard, at, heard, AUDIO_BLOCK_SAMPLES);
    get(canceller->sounded, canceller->n_sounded, at - canceller->place + MARGIN, sounded,
        AUDIO_BLOCK_SAMPLES);
    speex_echo_cancellation(canceller->speex, heard, sounded, ret_block);
}

static void forget_past(struct audio_canceller *canceller)
{
    static const int16_t silence[AUDIO_BLOCK_SAMPLES];
    int16_t scrap[AUDIO_BLOCK_SAMPLES];

    for (int i = 0; i < TAIL_BLOCKS; i++)
        speex_echo_cancellation(canceller->speex, silence, silence, scrap);
}

static void teach(struct audio_canceller *canceller)
{
    int64_t from = canceller->n_heard - (int64_t)TEACH_BLOCKS * AUDIO_BLOCK_SAMPLES;
    int16_t scrap[AUDIO_BLOCK_SAMPLES];

    if (from < canceller->parted_at)
        from = canceller->parted_at;
    for (int pass = 0; pass < TEACH_PASSES; pass++) {
        forget_past(canceller);
        for (int64_t at = from; at < canceller->n_heard; at += AUDIO_BLOCK_SAMPLES) {
            if (may_hold_voice(canceller, at))
                cancel(canceller, at, scrap);
        }
    }
    forget_past(canceller);
}

/* ---- the place ---- */

static void settle(struct audio_canceller *canceller, int64_t place)
{
    bool is_same = canceller->has_place && llabs(place - canceller->place) <= MOVED;

    canceller->has_guess = false;
    if (is_same)
        return;
    canceller->place = place;
    canceller->has_place = true;
    canceller->is_clear = false;
    teach(canceller);
}

/* Whether it was found before, in another second. */
static bool is_guessed(const struct audio_canceller *canceller, int64_t place)
{
    return canceller->has_guess && llabs(place - canceller->guess) <= SAME_LAG &&
           canceller->n_heard - canceller->guessed_at >= AUDIO_LAG_HEARD;
}

/* An older guess that says the same is the better one. */
static void guess(struct audio_canceller *canceller, int64_t place)
{
    if (canceller->has_guess && llabs(place - canceller->guess) <= SAME_LAG)
        return;
    canceller->guess = place;
    canceller->guessed_at = canceller->n_heard;
    canceller->has_guess = true;
}

static bool is_held_for_long(const struct audio_canceller *canceller)
{
    return canceller->n_heard - canceller->n_taken >= HOLD_BLOCKS * AUDIO_BLOCK_SAMPLES;
}

/* Whether the last second of the microphone would hold enough of our voice, wherever it is. */
static bool is_proof(const struct audio_canceller *canceller)
{
    int64_t to = canceller->n_heard - canceller->middle - AUDIO_LAG_RANGE / 2;

    return count_voice(canceller, to - AUDIO_LAG_HEARD, to) >= SEEK_ENOUGH;
}

static void seek(struct audio_canceller *canceller)
{
    int64_t least = canceller->middle - EARLY_SAMPLES;
    int64_t from = canceller->n_heard - AUDIO_LAG_HEARD;
    int64_t n_other = canceller->parted_at - from;
    int64_t place;
    float strength;
    int lag = 0;

    canceller->n_voice = 0;
    get(canceller->heard, canceller->n_heard, from, canceller->in, AUDIO_LAG_HEARD);
    if (n_other > 0)
        memset(canceller->in, 0,
               (size_t)(n_other < AUDIO_LAG_HEARD ? n_other : AUDIO_LAG_HEARD) * sizeof(int16_t));
    get(canceller->sounded, canceller->n_sounded, from - least - AUDIO_LAG_RANGE, canceller->sought,
        AUDIO_LAG_SOUNDED);
    strength = audio_lag_find(canceller->lag, canceller->sought, canceller->in, &lag);
    place = least + lag;
    if (strength >= SURE_AT_ONCE || (strength >= AUDIO_LAG_SURE && is_guessed(canceller, place)))
        settle(canceller, place);
    else if (strength >= AUDIO_LAG_SURE)
        guess(canceller, place);
    /* What is not sure by now is too faint to matter. */
    if (!canceller->has_place && is_proof(canceller) &&
        (strength < AUDIO_LAG_SURE || is_held_for_long(canceller)))
        canceller->is_clear = true;
}

void audio_canceller_heard(struct audio_canceller *canceller,
                           const int16_t block[AUDIO_BLOCK_SAMPLES])
{
    bool is_settled = canceller->has_place || canceller->is_clear;

    memcpy(canceller->heard + canceller->n_heard % HISTORY, block,
           AUDIO_BLOCK_SAMPLES * sizeof(*block));
    canceller->n_heard += AUDIO_BLOCK_SAMPLES;
    if (canceller->n_voice >= (is_settled ? SEEK_AGAIN : SEEK_BLOCKS))
        seek(canceller);
}

void audio_canceller_wipe(struct audio_canceller *canceller)
{
    explicit_bzero(canceller->heard, sizeof(canceller->heard));
    canceller->n_taken = canceller->n_heard;
}

void audio_canceller_part(struct audio_canceller *canceller)
{
    canceller->has_place = canceller->is_clear = canceller->has_guess = false;
    canceller->parted_at = canceller->n_heard;
    canceller->n_voice = SEEK_BLOCKS - SEEK_FIRST;
}

/* ---- what comes back ---- */

static void cancel_block(struct audio_canceller *canceller, int64_t at,
                         struct audio_canceller_block *block)
{
    int16_t taken[AUDIO_BLOCK_SAMPLES], left[AUDIO_BLOCK_SAMPLES], sounded[AUDIO_BLOCK_SAMPLES];

    cancel(canceller, at, left);
    for (int i = 0; i < AUDIO_BLOCK_SAMPLES; i++)
        taken[i] = (int16_t)((block->samples[i] - left[i]) / 2); /* 17 bits, else */
    memcpy(block->samples, left, sizeof(left));
    block->left_db = audio_level_db(left);
    block->left = audio_bands_measure(&canceller->fft, &canceller->left_meter, left);
    get(canceller->sounded, canceller->n_sounded, at - canceller->place, sounded,
        AUDIO_BLOCK_SAMPLES);
    block->sounded = audio_bands_measure(&canceller->fft, &canceller->sounded_meter, sounded);
    block->hushed_db = audio_residue_hush(&canceller->residue, block->samples, block->left_db,
                                          audio_level_db(taken) + 6.02f);
    block->is_usual_known =
        audio_residue_more(&canceller->residue, block->left_db, &block->more_db);
}

/* As far as is known: where the lag is not, our voice goes on wherever it may lie. */
static bool is_sounding(const struct audio_canceller *canceller, int64_t at)
{
    int64_t from = at - canceller->place, to = from + AUDIO_BLOCK_SAMPLES;

    if (canceller->has_place)
        return count_voice(canceller, from, to) > 0;
    to = at - canceller->middle;
    from = to - AUDIO_LAG_RANGE / 2;
    return count_voice(canceller, from, to) * AUDIO_BLOCK_SAMPLES * 2 > to - from;
}

/* Our voice still goes on, and may be found soon. */
static bool is_worth_holding(const struct audio_canceller *canceller)
{
    return !is_held_for_long(canceller) &&
           canceller->n_sounded - canceller->voice_end < ENDED_BLOCKS * AUDIO_BLOCK_SAMPLES;
}

bool audio_canceller_take(struct audio_canceller *canceller,
                          struct audio_canceller_block *ret_block)
{
    int64_t at = canceller->n_taken;
    bool has_voice;

    if (at == canceller->n_heard)
        return false;
    has_voice = may_hold_voice(canceller, at);
    if (has_voice && !canceller->has_place && !canceller->is_clear && is_worth_holding(canceller))
        return false;
    canceller->n_taken += AUDIO_BLOCK_SAMPLES;
    *ret_block = (struct audio_canceller_block){0};
    memcpy(ret_block->samples, canceller->heard + at % HISTORY, sizeof(ret_block->samples));
    ret_block->heard_db = audio_level_db(ret_block->samples);
    ret_block->state = !has_voice             ? AUDIO_CANCELLER_IDLE
                       : canceller->has_place ? AUDIO_CANCELLER_CANCELLED
                       : canceller->is_clear  ? AUDIO_CANCELLER_NO_TRACE
                                              : AUDIO_CANCELLER_SEEKING;
    if (ret_block->state == AUDIO_CANCELLER_IDLE)
        memset(canceller->heard + at % HISTORY, 0, sizeof(ret_block->samples));
    if (ret_block->state == AUDIO_CANCELLER_IDLE)
        audio_residue_hear_room(&canceller->residue, ret_block->heard_db);
    ret_block->left_db = ret_block->hushed_db = ret_block->heard_db;
    if (ret_block->state == AUDIO_CANCELLER_CANCELLED)
        cancel_block(canceller, at, ret_block);
    ret_block->is_sounding = has_voice && is_sounding(canceller, at);
    return true;
}

bool audio_canceller_lag(const struct audio_canceller *canceller, int64_t *ret_n_samples)
{
    if (!canceller->has_place)
        return false;
    *ret_n_samples = canceller->place;
    return true;
}
