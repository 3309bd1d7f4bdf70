/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A block is of the person near the speaker ("near") when the voice activity hears a voice in it
 * and it is loud enough to be theirs (audio/nearness.h).
 *
 * One block proves little. Voice counts from the moment that 80 ms of the last 200 ms are near
 * ("solid"), so that neither a click nor a peak of the television resets the silence.
 *
 * Where the background is not known (the television was turned on in mid-sentence), a second,
 * slower silence ends the utterance: 0.7 s more than the patience below a cut 7 dB under the
 * person, 2.5 s more where the room was quiet before. What went on during that silence is known
 * for background from then on.
 */
#include "audio/endpoint.h"

#include "audio/nearness.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define HISTORY_BLOCKS      300
#define MAX_MS              15000
#define WINDOW_BLOCKS       20 /* "solid" looks so far back */
#define SOLID_BLOCKS        8
#define START_WINDOW        30
#define START_PITCHED       5 /* so many blocks of a start have a pitch */
#define PITCHED             0.6f
#define DOUBT_BLOCKS        10 /* near voice within these may be the sentence going on: */
#define DOUBT_MOST          20 /* the end waits for it so long */
#define VAD_DELAY           3  /* blocks by which its smoothing is late */
#define SLOW_EXTRA_MS       700
#define SLOW_EXTRA_QUIET_MS 2500 /* where the room was quiet before, the voice itself fell */
#define MAX_EVENTS          8

#define LEARN_BLOCKS     250  /* how late */
#define END_FADES_BLOCKS 20   /* of the last word in the room */
#define REMEMBER_BLOCKS  6000 /* the person's level, after their last word */

/* What the past keeps of each block. */
struct past_block {
    float level_db, noise_db;
    bool is_voice;
    bool is_pitched; /* a voice has vowels; dishes and doors have not */
    bool is_skipped;
};

enum state { CLOSED, WAITING, SPEAKING };

struct audio_endpointer {
    struct audio_endpointer_settings settings;
    struct audio_vad *vad;
    struct audio_vad_result heard;
    int64_t n_blocks; /* fed or skipped */
    struct past_block past[HISTORY_BLOCKS];
    int16_t past_sound[HISTORY_BLOCKS][AUDIO_BLOCK_SAMPLES];

    struct audio_nearness nearness;
    int64_t learn_from; /* what lies before was somebody's words to us */
    int64_t near_at;    /* the block of the person's last word */

    enum state state;
    int patience_ms;
    int64_t opened_at;     /* block */
    uint32_t near_bits;    /* of the last 32 blocks, the newest lowest */
    uint32_t slow_bits;    /* the same for the slower cut */
    uint32_t pitched_bits; /* near and with a pitch */
    int64_t last_solid;    /* block of the last near voice that counts */
    int64_t last_slow;     /* the same for the slower cut */
    bool is_paused;
    struct audio_endpoint_event events[MAX_EVENTS];
    size_t n_events;

    int16_t *sound;
    size_t n_sound, sound_room;
    int64_t sound_start; /* sample */
};

void audio_endpointer_settings_default(struct audio_endpointer_settings *ret_settings)
{
    *ret_settings = (struct audio_endpointer_settings){
        .preroll_ms = 300,
        .start_ms = 100,
        .pause_ms = 350,
        .end_silence_ms = 1600,
        .max_ms = MAX_MS,
        .no_speech_ms = 8000,
    };
}

static bool is_sane(const struct audio_endpointer_settings *settings)
{
    return settings->preroll_ms >= 0 && settings->preroll_ms <= 2000 && settings->start_ms >= 0 &&
           settings->pause_ms >= 0 && settings->end_silence_ms >= 0 && settings->max_ms > 0 &&
           settings->max_ms <= MAX_MS && settings->no_speech_ms >= 0;
}

int audio_endpointer_create(const struct audio_endpointer_settings *settings,
                            struct audio_endpointer **ret_endpointer)
{
    struct audio_endpointer *endpointer;
    int r = -ENOMEM;

    if (!is_sane(settings))
        return -EINVAL;
    endpointer = calloc(1, sizeof(*endpointer));
    if (!endpointer)
        return -ENOMEM;
    endpointer->settings = *settings;
    audio_nearness_init(&endpointer->nearness);
    endpointer->sound_room = (size_t)audio_ms_to_samples(settings->max_ms);
    endpointer->sound = calloc(endpointer->sound_room, sizeof(*endpointer->sound));
    if (endpointer->sound)
        r = audio_vad_create(&endpointer->vad);
    if (r < 0) {
        audio_endpointer_destroy(endpointer);
        return r;
    }
    *ret_endpointer = endpointer;
    return 0;
}

void audio_endpointer_destroy(struct audio_endpointer *endpointer)
{
    if (!endpointer)
        return;
    if (endpointer->sound)
        audio_endpointer_wipe(endpointer);
    audio_vad_destroy(endpointer->vad);
    free(endpointer->sound);
    free(endpointer);
}

static int64_t to_blocks(int ms)
{
    return ms / AUDIO_BLOCK_MS;
}

static struct past_block *past_of(struct audio_endpointer *endpointer, int64_t block)
{
    return &endpointer->past[block % HISTORY_BLOCKS];
}

/* Of the past that is kept, while the present block is being taken. */
static int64_t oldest_block(const struct audio_endpointer *endpointer)
{
    return endpointer->n_blocks - HISTORY_BLOCKS + 1;
}

static void tell(struct audio_endpointer *endpointer, enum audio_endpoint_kind kind, int64_t block,
                 bool is_cut)
{
    if (endpointer->n_events < MAX_EVENTS)
        endpointer->events[endpointer->n_events++] = (struct audio_endpoint_event){
            .kind = kind,
            .at_sample = block * AUDIO_BLOCK_SAMPLES,
            .is_cut = is_cut,
        };
}

static void learn_block(struct audio_endpointer *endpointer, const struct past_block *block)
{
    if (!block->is_skipped)
        audio_nearness_learn_background(&endpointer->nearness, block->level_db);
}

/* Levels of the time that nobody is listened to, learnt late: what comes to be the wake phrase must
 * not count as background. */
static void learn_background(struct audio_endpointer *endpointer, int64_t now)
{
    int64_t at = now - LEARN_BLOCKS;

    if (at >= endpointer->learn_from)
        learn_block(endpointer, past_of(endpointer, at));
}

/* What went on behind the person's last word, and was not theirs: the television that was not
 * known before does not pass for their next sentence. */
static void learn_from_end(struct audio_endpointer *endpointer, int64_t from, int64_t now)
{
    from += END_FADES_BLOCKS;
    if (from < oldest_block(endpointer))
        from = oldest_block(endpointer);
    for (int64_t at = from; at <= now; at++)
        learn_block(endpointer, past_of(endpointer, at));
}

static int count_bits(uint32_t bits, int n_newest)
{
    return __builtin_popcount(bits & (uint32_t)(((uint64_t)1 << n_newest) - 1));
}

/* How many blocks back the oldest near one within the window lies. */
static int oldest_bit(uint32_t bits, int n_newest)
{
    bits &= (uint32_t)(((uint64_t)1 << n_newest) - 1);
    return bits ? 31 - __builtin_clz(bits) : 0;
}

static void keep_sound(struct audio_endpointer *endpointer, int64_t block)
{
    size_t n = endpointer->sound_room - endpointer->n_sound;

    if (n > AUDIO_BLOCK_SAMPLES)
        n = AUDIO_BLOCK_SAMPLES;
    memcpy(endpointer->sound + endpointer->n_sound, endpointer->past_sound[block % HISTORY_BLOCKS],
           n * sizeof(*endpointer->sound));
    endpointer->n_sound += n;
}

static void finish(struct audio_endpointer *endpointer, enum audio_endpoint_kind kind,
                   int64_t block, bool is_cut)
{
    tell(endpointer, kind, block, is_cut);
    endpointer->state = CLOSED;
}

/* The utterance ends behind the block of the last word. */
static void finish_behind(struct audio_endpointer *endpointer, int64_t last, int64_t now)
{
    learn_from_end(endpointer, last, now);
    finish(endpointer, AUDIO_ENDPOINT_END, last + 1 - VAD_DELAY, false);
}

static void begin_speech(struct audio_endpointer *endpointer, int64_t now, int64_t first)
{
    int64_t from = first - to_blocks(endpointer->settings.preroll_ms);

    if (from < endpointer->opened_at)
        from = endpointer->opened_at;
    if (from < oldest_block(endpointer))
        from = oldest_block(endpointer);
    endpointer->state = SPEAKING;
    endpointer->is_paused = false;
    endpointer->last_solid = endpointer->last_slow = now;
    endpointer->n_sound = 0;
    endpointer->sound_start = from * AUDIO_BLOCK_SAMPLES;
    for (int64_t block = from; block <= now; block++)
        keep_sound(endpointer, block);
    tell(endpointer, AUDIO_ENDPOINT_START, first, false);
}

static void step_waiting(struct audio_endpointer *endpointer, int64_t now)
{
    int64_t needed = to_blocks(endpointer->settings.start_ms);
    int64_t limit = to_blocks(endpointer->settings.no_speech_ms);

    if (needed > START_WINDOW)
        needed = START_WINDOW;
    if ((endpointer->near_bits & 1) && count_bits(endpointer->near_bits, START_WINDOW) >= needed &&
        count_bits(endpointer->pitched_bits, START_WINDOW) >= START_PITCHED) {
        int64_t first = now - oldest_bit(endpointer->near_bits, START_WINDOW) - VAD_DELAY;

        begin_speech(endpointer, now,
                     first > endpointer->opened_at ? first : endpointer->opened_at);
    } else if (limit > 0 && now + 1 - endpointer->opened_at >= limit) {
        finish(endpointer, AUDIO_ENDPOINT_NO_SPEECH, now + 1, false);
    }
}

/* Notes when near voice last counted, and that it came back. */
static void follow_voice(struct audio_endpointer *endpointer, int64_t now)
{
    if ((endpointer->slow_bits & 1) &&
        count_bits(endpointer->slow_bits, WINDOW_BLOCKS) >= SOLID_BLOCKS)
        endpointer->last_slow = now;
    if (!(endpointer->near_bits & 1) ||
        count_bits(endpointer->near_bits, WINDOW_BLOCKS) < SOLID_BLOCKS)
        return;
    endpointer->last_solid = now;
    if (endpointer->is_paused) {
        endpointer->is_paused = false;
        tell(endpointer, AUDIO_ENDPOINT_RESUME,
             now - oldest_bit(endpointer->near_bits, WINDOW_BLOCKS) - VAD_DELAY, false);
    }
}

static int slow_extra_ms(const struct audio_endpointer *endpointer)
{
    return audio_nearness_is_quiet(&endpointer->nearness) ? SLOW_EXTRA_QUIET_MS : SLOW_EXTRA_MS;
}

/* Near voice that is not solid yet, at the very moment that patience ends. */
static bool is_in_doubt(const struct audio_endpointer *endpointer, int64_t beyond)
{
    return beyond < DOUBT_MOST && count_bits(endpointer->near_bits, DOUBT_BLOCKS) >= 2;
}

static void step_speaking(struct audio_endpointer *endpointer, int64_t now)
{
    int64_t silent, slowly_silent, patience = to_blocks(endpointer->patience_ms);

    keep_sound(endpointer, now);
    follow_voice(endpointer, now);
    silent = now - endpointer->last_solid + VAD_DELAY;
    slowly_silent = now - endpointer->last_slow + VAD_DELAY;
    if (silent >= patience && !is_in_doubt(endpointer, silent - patience))
        finish_behind(endpointer, endpointer->last_solid, now);
    else if (slowly_silent >= patience + to_blocks(slow_extra_ms(endpointer)))
        finish_behind(endpointer, endpointer->last_slow, now);
    else if (endpointer->n_sound == endpointer->sound_room)
        finish(endpointer, AUDIO_ENDPOINT_END, now + 1, true);
    else if (!endpointer->is_paused && silent >= to_blocks(endpointer->settings.pause_ms)) {
        endpointer->is_paused = true;
        tell(endpointer, AUDIO_ENDPOINT_PAUSE, endpointer->last_solid + 1 - VAD_DELAY, false);
    }
}

/* Moves an open endpointer on by one block of the past or the present. */
static void step(struct audio_endpointer *endpointer, int64_t now)
{
    const struct past_block *block = past_of(endpointer, now);
    bool is_near = block->is_voice &&
                   block->level_db > audio_nearness_cut_db(&endpointer->nearness, block->noise_db);
    bool is_slow = is_near && block->level_db > audio_nearness_high_cut_db(&endpointer->nearness);

    endpointer->near_bits = endpointer->near_bits << 1 | (is_near ? 1u : 0u);
    endpointer->slow_bits = endpointer->slow_bits << 1 | (is_slow ? 1u : 0u);
    endpointer->pitched_bits =
        endpointer->pitched_bits << 1 | (is_near && block->is_pitched ? 1u : 0u);
    if (is_near) {
        audio_nearness_learn_person(&endpointer->nearness, block->level_db);
        endpointer->near_at = now;
    }
    if (endpointer->state == WAITING)
        step_waiting(endpointer, now);
    else
        step_speaking(endpointer, now);
}

static void next_event(struct audio_endpointer *endpointer, struct audio_endpoint_event *ret_event)
{
    *ret_event = (struct audio_endpoint_event){.kind = AUDIO_ENDPOINT_NONE};
    if (endpointer->n_events == 0)
        return;
    *ret_event = endpointer->events[0];
    endpointer->n_events--;
    memmove(endpointer->events, endpointer->events + 1,
            endpointer->n_events * sizeof(endpointer->events[0]));
}

void audio_endpointer_feed(struct audio_endpointer *endpointer,
                           const int16_t block[AUDIO_BLOCK_SAMPLES],
                           struct audio_endpoint_event *ret_event)
{
    int64_t now = endpointer->n_blocks;

    audio_vad_feed(endpointer->vad, block, &endpointer->heard);
    memcpy(endpointer->past_sound[now % HISTORY_BLOCKS], block, sizeof(endpointer->past_sound[0]));
    *past_of(endpointer, now) = (struct past_block){
        .level_db = endpointer->heard.level_db,
        .noise_db = endpointer->heard.noise_db,
        .is_voice = endpointer->heard.is_voice,
        .is_pitched = endpointer->heard.pitch > PITCHED,
    };
    if (endpointer->state != CLOSED) {
        step(endpointer, now);
        endpointer->learn_from = now + 1;
    } else
        learn_background(endpointer, now);
    endpointer->n_blocks++;
    next_event(endpointer, ret_event);
}

void audio_endpointer_skip(struct audio_endpointer *endpointer)
{
    int64_t now = endpointer->n_blocks++;

    audio_endpointer_close(endpointer);
    memset(endpointer->past_sound[now % HISTORY_BLOCKS], 0, sizeof(endpointer->past_sound[0]));
    *past_of(endpointer, now) = (struct past_block){.is_skipped = true};
}

/* The words before an opening in the past (the wake phrase) tell how loud the person is. */
static void learn_from_wake_phrase(struct audio_endpointer *endpointer, int64_t until)
{
    int64_t from = until - 120;

    audio_nearness_forget_person(&endpointer->nearness);
    if (from < endpointer->n_blocks - HISTORY_BLOCKS)
        from = endpointer->n_blocks - HISTORY_BLOCKS;
    for (int64_t at = from < 0 ? 0 : from; at < until; at++) {
        const struct past_block *block = past_of(endpointer, at);

        if (block->is_voice && !block->is_skipped)
            audio_nearness_learn_person(&endpointer->nearness, block->level_db);
    }
}

void audio_endpointer_open(struct audio_endpointer *endpointer, int64_t from_sample)
{
    int64_t from = from_sample / AUDIO_BLOCK_SAMPLES;
    int64_t now = endpointer->n_blocks;

    audio_endpointer_close(endpointer);
    memset(endpointer->sound, 0, endpointer->n_sound * sizeof(*endpointer->sound));
    endpointer->n_sound = 0;
    if (from > now)
        from = now;
    if (from < oldest_block(endpointer))
        from = oldest_block(endpointer);
    if (from < 0)
        from = 0;
    if (from < now)
        learn_from_wake_phrase(endpointer, from);
    else if (now - endpointer->near_at > REMEMBER_BLOCKS)
        audio_nearness_forget_person(&endpointer->nearness);
    endpointer->state = WAITING;
    endpointer->learn_from = now;
    endpointer->opened_at = from;
    endpointer->patience_ms = endpointer->settings.end_silence_ms;
    endpointer->near_bits = endpointer->slow_bits = endpointer->pitched_bits = 0;
    for (int64_t at = from; at < now && endpointer->state != CLOSED; at++) {
        if (past_of(endpointer, at)->is_skipped)
            endpointer->near_bits = endpointer->slow_bits = endpointer->pitched_bits = 0;
        else
            step(endpointer, at);
    }
}

void audio_endpointer_close(struct audio_endpointer *endpointer)
{
    endpointer->state = CLOSED;
    endpointer->n_events = 0;
}

bool audio_endpointer_is_open(const struct audio_endpointer *endpointer)
{
    return endpointer->state != CLOSED;
}

void audio_endpointer_set_patience(struct audio_endpointer *endpointer, int end_silence_ms)
{
    endpointer->patience_ms = end_silence_ms;
}

int64_t audio_endpointer_now(const struct audio_endpointer *endpointer)
{
    return endpointer->n_blocks * AUDIO_BLOCK_SAMPLES;
}

const struct audio_vad_result *audio_endpointer_vad(const struct audio_endpointer *endpointer)
{
    return &endpointer->heard;
}

const int16_t *audio_endpointer_sound(const struct audio_endpointer *endpointer,
                                      size_t *ret_n_samples, int64_t *ret_start_sample)
{
    *ret_n_samples = endpointer->n_sound;
    *ret_start_sample = endpointer->sound_start;
    return endpointer->n_sound > 0 ? endpointer->sound : NULL;
}

size_t audio_endpointer_recent(const struct audio_endpointer *endpointer, int16_t *ret_samples,
                               size_t n_samples)
{
    int64_t have = endpointer->n_blocks < HISTORY_BLOCKS ? endpointer->n_blocks : HISTORY_BLOCKS;
    int64_t n = (int64_t)n_samples / AUDIO_BLOCK_SAMPLES;

    if (n > have)
        n = have;
    for (int64_t i = 0; i < n; i++)
        memcpy(ret_samples + i * AUDIO_BLOCK_SAMPLES,
               endpointer->past_sound[(endpointer->n_blocks - n + i) % HISTORY_BLOCKS],
               sizeof(endpointer->past_sound[0]));
    return (size_t)n * AUDIO_BLOCK_SAMPLES;
}

void audio_endpointer_wipe(struct audio_endpointer *endpointer)
{
    explicit_bzero(endpointer->sound, endpointer->sound_room * sizeof(*endpointer->sound));
    explicit_bzero(endpointer->past_sound, sizeof(endpointer->past_sound));
    endpointer->n_sound = 0;
}
