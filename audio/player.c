/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The player writes at most AHEAD_MS in front of what is heard: enough that the main thread may
 * recognise meanwhile what somebody says over our speech, little enough that a volume change comes
 * soon (a flush comes at once). It keeps its own
 * count of what it wrote; where the playback's count falls behind that, samples were lost by a
 * reopening, and the clip they were of begins anew.
 *
 * After the last clip come PAD_MS of silence, so that no conversion filter keeps its last
 * samples; the gate after it is counted in samples that the device asks for, since a device
 * that stopped asking proves nothing about the room.
 */
#include "audio/player.h"

#include "audio/format.h"
#include "audio/resampler.h"
#include "base/error.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define AHEAD_MS      1500
#define PAD_MS        20
#define RAMP_SAMPLES  (AUDIO_RATE_HZ / 20)
#define QUEUE_MAX     (120 * AUDIO_RATE_HZ)
#define CHUNK_SAMPLES AUDIO_BLOCK_SAMPLES

struct clip {
    struct clip *next;
    size_t n_samples;
    size_t at;      /* next sample to write */
    int64_t end_at; /* position of its last sample, once all is written */
    int16_t samples[];
};

struct audio_player {
    struct audio_playback *playback;
    struct base_watch *watch;
    struct audio_player_settings settings;
    struct audio_player_events events;

    struct clip *first; /* not yet heard, oldest first */
    size_t n_queued;

    int64_t n_written, n_heard;
    int64_t pad_left;   /* silence still to be written: lead or pad */
    int64_t last_sound; /* health's n_samples when something was last sounding */
    bool has_sounded;
    bool is_gate_closed;
    bool is_pumping;

    float gain, target_gain, gain_step;
    uint32_t dither;
};

void audio_player_settings_default(struct audio_player_settings *ret_settings)
{
    *ret_settings = (struct audio_player_settings){
        .volume = 100, .gate_ms = 400, .lead_ms = 200, .sleep_ms = 3000, .rest_ms = 20000};
}

static float gain_of(int volume)
{
    return volume <= 0 ? 0.0f : powf(10.0f, 0.4f * (float)(volume - 100) / 20.0f);
}

static int clamp_volume(int volume)
{
    return volume < 0 ? 0 : volume > 100 ? 100 : volume;
}

static void on_playback(void *user, int events)
{
    (void)events;
    audio_player_pump(user);
}

int audio_player_create(struct base_loop *loop, struct audio_playback *playback,
                        const struct audio_player_settings *settings,
                        const struct audio_player_events *events, struct audio_player **ret_player)
{
    struct audio_player *player = calloc(1, sizeof(*player));
    int r;

    if (!player)
        return -ENOMEM;
    player->playback = playback;
    player->settings = *settings;
    player->events = *events;
    player->settings.volume = clamp_volume(settings->volume);
    player->gain = player->target_gain = gain_of(player->settings.volume);
    player->dither = 1;
    audio_playback_positions(playback, &player->n_written, &player->n_heard);
    if (loop) {
        r = base_watch_create(loop, audio_playback_fd(playback), BASE_LOOP_READABLE, on_playback,
                              player, &player->watch);
        if (r < 0) {
            audio_player_destroy(player);
            return base_trace(r);
        }
    }
    *ret_player = player;
    return 0;
}

void audio_player_destroy(struct audio_player *player)
{
    if (!player)
        return;
    base_watch_destroy(player->watch);
    while (player->first) {
        struct clip *clip = player->first;

        player->first = clip->next;
        free(clip);
    }
    free(player);
}

static void close_gate(struct audio_player *player)
{
    struct audio_playback_health health;

    audio_playback_health(player->playback, &health);
    player->last_sound = health.n_samples;
    player->is_gate_closed = true;
    audio_playback_set_awake(player->playback, true);
}

/* Queues the silence that wakes an output, if it sleeps. */
static void wake_output(struct audio_player *player)
{
    struct audio_playback_health health;

    if (player->first || player->pad_left > 0)
        return;
    audio_playback_health(player->playback, &health);
    if (health.is_resting) {
        /* One that does not open again is found and opened by who looks after it. */
        (void)audio_playback_rest(player->playback, false);
        audio_playback_positions(player->playback, &player->n_written, &player->n_heard);
    }
    if (!player->has_sounded ||
        health.n_samples - player->last_sound >= audio_ms_to_samples(player->settings.sleep_ms))
        player->pad_left = audio_ms_to_samples(player->settings.lead_ms);
    player->has_sounded = true;
    player->last_sound = health.n_samples;
}

static int make_clip(const int16_t *samples, size_t n_samples, int rate_hz, struct clip **ret_clip)
{
    int16_t *converted;
    struct clip *clip;
    size_t n;
    int r = audio_resample_clip(samples, n_samples, rate_hz, AUDIO_RATE_HZ, &converted, &n);

    if (r < 0)
        return r;
    clip = calloc(1, sizeof(*clip) + n * sizeof(clip->samples[0]));
    if (clip) {
        clip->n_samples = n;
        memcpy(clip->samples, converted, n * sizeof(clip->samples[0]));
        *ret_clip = clip;
    }
    free(converted);
    return clip ? 0 : -ENOMEM;
}

int audio_player_play(struct audio_player *player, const int16_t *samples, size_t n_samples,
                      int rate_hz)
{
    struct clip *clip, **end = &player->first;
    int r;

    if (n_samples > (size_t)rate_hz * (QUEUE_MAX / AUDIO_RATE_HZ))
        return -E2BIG;
    r = make_clip(samples, n_samples, rate_hz, &clip);
    if (r < 0)
        return r;
    if (player->n_queued + clip->n_samples > QUEUE_MAX) {
        free(clip);
        return -E2BIG;
    }
    wake_output(player);
    while (*end)
        end = &(*end)->next;
    *end = clip;
    player->n_queued += clip->n_samples;
    close_gate(player);
    audio_player_pump(player);
    return 0;
}

void audio_player_rouse(struct audio_player *player)
{
    wake_output(player);
    audio_player_pump(player);
}

void audio_player_rest(struct audio_player *player)
{
    struct audio_playback_health health;

    if (audio_player_is_busy(player) || player->pad_left > 0)
        return;
    audio_playback_health(player->playback, &health);
    if (!health.is_open || health.is_resting ||
        health.n_samples - player->last_sound < audio_ms_to_samples(player->settings.rest_ms))
        return;
    (void)audio_playback_rest(player->playback, true);
    audio_playback_positions(player->playback, &player->n_written, &player->n_heard);
}

static void end_first(struct audio_player *player)
{
    struct clip *clip = player->first;

    player->first = clip->next;
    player->n_queued -= clip->n_samples;
    explicit_bzero(clip->samples, clip->n_samples * sizeof(clip->samples[0]));
    free(clip);
}

void audio_player_flush(struct audio_player *player)
{
    audio_playback_flush(player->playback);
    audio_playback_positions(player->playback, &player->n_written, &player->n_heard);
    player->pad_left = 0;
    if (player->first)
        close_gate(player);
    while (player->first)
        end_first(player);
    audio_player_pump(player);
}

void audio_player_set_volume(struct audio_player *player, int volume)
{
    player->settings.volume = clamp_volume(volume);
    player->target_gain = gain_of(player->settings.volume);
    player->gain_step = (player->target_gain - player->gain) / RAMP_SAMPLES;
}

int audio_player_volume(const struct audio_player *player)
{
    return player->settings.volume;
}

bool audio_player_is_busy(const struct audio_player *player)
{
    return player->first || player->is_gate_closed;
}

static void apply_volume(struct audio_player *player, int16_t *samples, size_t n_samples)
{
    for (size_t i = 0; i < n_samples; i++) {
        float left = player->target_gain - player->gain;

        if (fabsf(left) <= fabsf(player->gain_step) || player->gain_step == 0.0f)
            player->gain = player->target_gain;
        else
            player->gain += player->gain_step;
        samples[i] = (int16_t)lrintf((float)samples[i] * player->gain);
    }
}

/* The silence that wakes or pads is one bit of noise (90 dB down): some amplifiers sleep on digital
 * zero. */
static void render_silence(struct audio_player *player, int16_t *samples, size_t n_samples)
{
    for (size_t i = 0; i < n_samples; i++) {
        player->dither = player->dither * 1664525u + 1013904223u;
        samples[i] = (int16_t)(player->dither >> 31);
    }
}

/* The clip that is being written, NULL when all are. */
static struct clip *writing(const struct audio_player *player)
{
    struct clip *clip = player->first;

    while (clip && clip->at == clip->n_samples)
        clip = clip->next;
    return clip;
}

/* Where the clip's last sample will be heard; after the last clip comes the pad. */
static void mark_written(struct audio_player *player, struct clip *clip)
{
    clip->end_at = player->n_written;
    if (!writing(player))
        player->pad_left += audio_ms_to_samples(PAD_MS);
}

/* Writes one chunk. Returns: whether the playback had room for all of it. */
static bool write_chunk(struct audio_player *player, struct clip *clip)
{
    int16_t chunk[CHUNK_SAMPLES];
    size_t n = CHUNK_SAMPLES, taken;
    float gain = player->gain;

    if (player->pad_left > 0) {
        if ((int64_t)n > player->pad_left)
            n = (size_t)player->pad_left;
        render_silence(player, chunk, n);
    } else {
        if (n > clip->n_samples - clip->at)
            n = clip->n_samples - clip->at;
        memcpy(chunk, clip->samples + clip->at, n * sizeof(*chunk));
        apply_volume(player, chunk, n);
    }
    taken = audio_playback_write(player->playback, chunk, n);
    player->n_written += (int64_t)taken;
    if (player->pad_left > 0) {
        player->pad_left -= (int64_t)taken;
    } else {
        clip->at += taken;
        if (taken == 0)
            player->gain = gain;
        if (clip->at == clip->n_samples)
            mark_written(player, clip);
    }
    return taken == n;
}

static void write_ahead(struct audio_player *player)
{
    struct audio_playback_health health;
    int64_t limit;

    audio_playback_health(player->playback, &health);
    limit = audio_ms_to_samples(AHEAD_MS + health.latency_ms);
    while (player->n_written - player->n_heard < limit) {
        struct clip *clip = writing(player);

        if (player->pad_left == 0 && !clip)
            return;
        if (!write_chunk(player, clip))
            return;
    }
}

/* The playback lost what was not heard: every clip that was not heard to its end begins anew. */
static void begin_anew(struct audio_player *player, int64_t written)
{
    for (struct clip *clip = player->first; clip; clip = clip->next) {
        clip->at = 0;
        clip->end_at = 0;
    }
    player->n_written = written;
    player->pad_left = player->first ? audio_ms_to_samples(player->settings.lead_ms) : 0;
}

static void drop_heard(struct audio_player *player)
{
    while (player->first && player->first->n_samples == player->first->at &&
           player->first->end_at <= player->n_heard) {
        close_gate(player);
        end_first(player);
    }
}

static void fire_quiet(struct audio_player *player)
{
    struct audio_playback_health health;

    if (player->first || !player->is_gate_closed)
        return;
    audio_playback_health(player->playback, &health);
    if (health.is_open &&
        health.n_samples - player->last_sound < audio_ms_to_samples(player->settings.gate_ms))
        return;
    player->is_gate_closed = false;
    audio_playback_set_awake(player->playback, false);
    if (player->events.on_quiet)
        player->events.on_quiet(player->events.user);
}

void audio_player_pump(struct audio_player *player)
{
    int64_t written, heard;

    if (player->is_pumping) /* a callback played or flushed: the outer pump goes on with it */
        return;
    player->is_pumping = true;
    audio_playback_positions(player->playback, &written, &heard);
    player->n_heard = heard;
    if (written < player->n_written)
        begin_anew(player, written);
    drop_heard(player);
    write_ahead(player);
    fire_quiet(player);
    player->is_pumping = false;
}
