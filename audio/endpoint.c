/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A ring keeps the last 3 s of blocks with what the voice activity said of each. An opening, in the
 * past or not, sets a cursor into it; each feed moves the cursor on until an event or the newest
 * block. So the past and the present go through the same code.
 *
 * Near and far: the person near the speaker is louder than what goes on in the room. Before the
 * utterance the loudest voice of the last seconds is the room's; during it the person's own level
 * is followed. A block holds the utterance open only when it is above the room's voices and not too
 * far below the person.
 */
#include "audio/endpoint.h"

#include "base/error.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    PAST_BLOCKS = 300, /* 3 s */
    MAX_MS = 15000,
    START_WINDOW_BLOCKS = 25, /* the voice of START may be this scattered */
};

#define ROOM_MARGIN_DB  4.0f  /* above the room's loudest voices */
#define PERSON_BELOW_DB 17.0f /* the weakest word ending, below the person's usual level */
#define PERSON_RISE     0.20f /* how fast the person's level is followed, a block */
#define PERSON_FALL     0.01f
#define ROOM_RISE       0.10f
#define ROOM_FALL_DB    0.02f /* a block: 2 dB a second */

enum state { CLOSED, WAITING, SPEAKING, PAUSED };

struct past {
    int16_t block[AUDIO_BLOCK_SAMPLES];
    struct audio_vad_result vad;
    bool is_skipped;
};

struct audio_endpointer {
    struct audio_endpointer_settings settings;
    struct audio_vad *vad;
    struct audio_vad_result newest;
    struct past past[PAST_BLOCKS];
    int64_t n_fed;  /* blocks */
    int64_t cursor; /* the next block to look at, while open */
    enum state state;
    int patience_ms;
    float room_db;   /* the loudest voices of the room, while no utterance is open */
    float person_db; /* the level of the person's syllables */
    int64_t opened_at, voice_begin, voice_end, start_at; /* blocks; voice_end is one past */
    uint32_t recent_voice;                               /* one bit a block, newest lowest */
    int16_t *sound;
    size_t n_sound, sound_max;
    int64_t sound_start; /* block */
};

void audio_endpointer_settings_default(struct audio_endpointer_settings *ret_settings)
{
    *ret_settings = (struct audio_endpointer_settings){.preroll_ms = 300,
                                                       .start_ms = 100,
                                                       .pause_ms = 350,
                                                       .end_silence_ms = 1600,
                                                       .max_ms = MAX_MS,
                                                       .no_speech_ms = 8000};
}

int audio_endpointer_create(const struct audio_endpointer_settings *settings,
                            struct audio_endpointer **ret_endpointer)
{
    struct audio_endpointer *e;
    int r;

    if (settings->preroll_ms < 0 || settings->start_ms < 0 || settings->pause_ms < 0 ||
        settings->end_silence_ms < 0 || settings->no_speech_ms < 0 || settings->max_ms < 0 ||
        settings->max_ms > MAX_MS)
        return -EINVAL;
    e = calloc(1, sizeof(*e));
    if (!e)
        return -ENOMEM;
    e->settings = *settings;
    e->room_db = e->person_db = -90;
    e->sound_max = (size_t)audio_ms_to_samples(MAX_MS + settings->preroll_ms + 1000);
    e->sound = calloc(e->sound_max, sizeof(*e->sound));
    r = e->sound ? audio_vad_create(&e->vad) : -ENOMEM;
    if (r < 0) {
        audio_endpointer_destroy(e);
        return base_trace(r);
    }
    *ret_endpointer = e;
    return 0;
}

void audio_endpointer_destroy(struct audio_endpointer *e)
{
    if (!e)
        return;
    if (e->sound)
        audio_endpointer_wipe(e);
    audio_vad_destroy(e->vad);
    free(e->sound);
    free(e);
}

static struct past *past_at(struct audio_endpointer *e, int64_t block)
{
    return &e->past[block % PAST_BLOCKS];
}

static int64_t ms_to_blocks(int ms)
{
    return ms / AUDIO_BLOCK_MS;
}

static void keep_sound(struct audio_endpointer *e, const struct past *past)
{
    if (e->n_sound + AUDIO_BLOCK_SAMPLES > e->sound_max)
        return;
    memcpy(e->sound + e->n_sound, past->block, sizeof(past->block));
    e->n_sound += AUDIO_BLOCK_SAMPLES;
}

/* Whether the person near the speaker is heard in this block. */
static bool is_near(const struct audio_endpointer *e, const struct past *past)
{
    if (!past->vad.is_voice || past->is_skipped)
        return false;
    if (past->vad.level_db < e->room_db + ROOM_MARGIN_DB && e->room_db > past->vad.noise_db + 6)
        return false;
    return e->state == WAITING || past->vad.level_db > e->person_db - PERSON_BELOW_DB;
}

static void follow_person(struct audio_endpointer *e, float level_db)
{
    float rate = level_db > e->person_db ? PERSON_RISE : PERSON_FALL;

    e->person_db += rate * (level_db - e->person_db);
}

static void follow_room(struct audio_endpointer *e, const struct audio_vad_result *vad)
{
    if (vad->is_voice && vad->level_db > e->room_db)
        e->room_db += ROOM_RISE * (vad->level_db - e->room_db);
    else
        e->room_db -= ROOM_FALL_DB;
    if (e->room_db < vad->noise_db)
        e->room_db = vad->noise_db;
}

static void set_event(struct audio_endpoint_event *event, enum audio_endpoint_kind kind,
                      int64_t block)
{
    event->kind = kind;
    event->at_sample = block * AUDIO_BLOCK_SAMPLES;
}

static void begin_speech(struct audio_endpointer *e, struct audio_endpoint_event *event)
{
    int64_t first = e->voice_begin - ms_to_blocks(e->settings.preroll_ms);

    if (first < e->opened_at)
        first = e->opened_at;
    if (first < e->n_fed - PAST_BLOCKS)
        first = e->n_fed - PAST_BLOCKS;
    e->n_sound = 0;
    e->sound_start = first;
    for (int64_t block = first; block <= e->cursor; block++)
        keep_sound(e, past_at(e, block));
    e->start_at = e->voice_begin;
    e->voice_end = e->cursor + 1;
    e->person_db = past_at(e, e->cursor)->vad.level_db;
    e->state = SPEAKING;
    set_event(event, AUDIO_ENDPOINT_START, e->voice_begin);
}

static void look_waiting(struct audio_endpointer *e, const struct past *past,
                         struct audio_endpoint_event *event)
{
    bool near = is_near(e, past);

    if (near && (e->recent_voice & ((1u << START_WINDOW_BLOCKS) - 1)) == 0)
        e->voice_begin = e->cursor;
    e->recent_voice = e->recent_voice << 1 | near;
    if (__builtin_popcount(e->recent_voice & ((1u << START_WINDOW_BLOCKS) - 1)) >=
        ms_to_blocks(e->settings.start_ms)) {
        begin_speech(e, event);
    } else if (e->settings.no_speech_ms && !e->recent_voice &&
               e->cursor - e->opened_at >= ms_to_blocks(e->settings.no_speech_ms)) {
        e->state = CLOSED;
        set_event(event, AUDIO_ENDPOINT_NO_SPEECH, e->cursor);
    }
}

static void look_speaking(struct audio_endpointer *e, const struct past *past,
                          struct audio_endpoint_event *event)
{
    int64_t n_silent;

    keep_sound(e, past);
    if (is_near(e, past)) {
        follow_person(e, past->vad.level_db);
        e->recent_voice = e->recent_voice << 1 | 1u;
        /* Two blocks of voice, so that a click does not undo a pause. */
        if (e->state == PAUSED && (e->recent_voice & 3) == 3) {
            e->state = SPEAKING;
            set_event(event, AUDIO_ENDPOINT_RESUME, e->cursor - 1);
        }
        if (e->state == SPEAKING)
            e->voice_end = e->cursor + 1;
    } else {
        e->recent_voice <<= 1;
    }
    n_silent = e->cursor + 1 - e->voice_end;
    if (e->cursor + 1 - e->start_at >= ms_to_blocks(e->settings.max_ms)) {
        e->state = CLOSED;
        event->is_cut = true;
        set_event(event, AUDIO_ENDPOINT_END, e->cursor + 1);
    } else if (n_silent >= ms_to_blocks(e->patience_ms)) {
        e->state = CLOSED;
        set_event(event, AUDIO_ENDPOINT_END, e->voice_end);
    } else if (e->state == SPEAKING && n_silent >= ms_to_blocks(e->settings.pause_ms)) {
        e->state = PAUSED;
        set_event(event, AUDIO_ENDPOINT_PAUSE, e->voice_end);
    }
}

static void look_on(struct audio_endpointer *e, struct audio_endpoint_event *event)
{
    while (e->state != CLOSED && e->cursor < e->n_fed && event->kind == AUDIO_ENDPOINT_NONE) {
        const struct past *past = past_at(e, e->cursor);

        if (e->state == WAITING)
            look_waiting(e, past, event);
        else
            look_speaking(e, past, event);
        e->cursor++;
    }
}

static void take(struct audio_endpointer *e, const int16_t *block)
{
    struct past *past = past_at(e, e->n_fed);

    past->is_skipped = !block;
    if (block) {
        memcpy(past->block, block, sizeof(past->block));
        audio_vad_feed(e->vad, block, &e->newest);
        if (e->state == CLOSED || e->state == WAITING)
            follow_room(e, &e->newest);
    } else {
        memset(past->block, 0, sizeof(past->block));
        e->newest.is_voice = false;
        e->newest.score = 0;
    }
    past->vad = e->newest;
    e->n_fed++;
}

void audio_endpointer_feed(struct audio_endpointer *e, const int16_t block[AUDIO_BLOCK_SAMPLES],
                           struct audio_endpoint_event *ret_event)
{
    struct audio_endpoint_event event = {.kind = AUDIO_ENDPOINT_NONE};

    take(e, block);
    look_on(e, &event);
    *ret_event = event;
}

void audio_endpointer_skip(struct audio_endpointer *e)
{
    take(e, NULL);
    audio_endpointer_close(e);
}

void audio_endpointer_open(struct audio_endpointer *e, int64_t from_sample)
{
    int64_t from = from_sample / AUDIO_BLOCK_SAMPLES;

    if (from < e->n_fed - PAST_BLOCKS)
        from = e->n_fed - PAST_BLOCKS;
    if (from < 0)
        from = 0;
    memset(e->sound, 0, e->n_sound * sizeof(*e->sound));
    e->n_sound = 0;
    e->opened_at = e->cursor = from;
    e->recent_voice = 0;
    e->patience_ms = e->settings.end_silence_ms;
    e->state = WAITING;
}

void audio_endpointer_close(struct audio_endpointer *e)
{
    e->state = CLOSED;
}

bool audio_endpointer_is_open(const struct audio_endpointer *e)
{
    return e->state != CLOSED;
}

void audio_endpointer_set_patience(struct audio_endpointer *e, int end_silence_ms)
{
    e->patience_ms = end_silence_ms;
}

int64_t audio_endpointer_now(const struct audio_endpointer *e)
{
    return e->n_fed * AUDIO_BLOCK_SAMPLES;
}

const struct audio_vad_result *audio_endpointer_vad(const struct audio_endpointer *e)
{
    return &e->newest;
}

const int16_t *audio_endpointer_sound(const struct audio_endpointer *e, size_t *ret_n_samples,
                                      int64_t *ret_start_sample)
{
    if (e->n_sound == 0)
        return NULL;
    *ret_n_samples = e->n_sound;
    *ret_start_sample = e->sound_start * AUDIO_BLOCK_SAMPLES;
    return e->sound;
}

size_t audio_endpointer_recent(const struct audio_endpointer *e, int16_t *ret_samples,
                               size_t n_samples)
{
    int64_t n_blocks = (int64_t)(n_samples / AUDIO_BLOCK_SAMPLES);
    int64_t most = e->n_fed < PAST_BLOCKS ? e->n_fed : PAST_BLOCKS;

    if (n_blocks > most)
        n_blocks = most;
    for (int64_t i = 0; i < n_blocks; i++)
        memcpy(ret_samples + i * AUDIO_BLOCK_SAMPLES,
               e->past[(e->n_fed - n_blocks + i) % PAST_BLOCKS].block, sizeof(e->past[0].block));
    return (size_t)n_blocks * AUDIO_BLOCK_SAMPLES;
}

void audio_endpointer_wipe(struct audio_endpointer *e)
{
    memset(e->sound, 0, e->sound_max * sizeof(*e->sound));
    e->n_sound = 0;
    for (int i = 0; i < PAST_BLOCKS; i++)
        memset(e->past[i].block, 0, sizeof(e->past[i].block));
}
