/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/soundcard.h"

#include "audio/device.h"
#include "audio/hearing.h"
#include "audio/level.h"
#include "base/error.h"
#include "base/log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    OPEN_AGAIN_MS = 5000,
    PLAYER_STUCK_MS = 2000,
    BLOCKS_AT_ONCE = 200, /* of a backlog: 2 s, then the loop gets its turn */
};

struct soundcard {
    struct base_loop *loop;
    const struct base_clock *clock;
    struct soundcard_events events;
    char capture_name[256];
    struct audio_devices *devices;
    struct audio_capture *capture; /* NULL while there is none */
    struct base_watch *watch;
    struct audio_playback *playback;
    struct audio_player *player;
    struct audio_canceller *canceller;
    int64_t n_breaks; /* of both streams */
    bool has_lag;
    struct audio_hearing hearing;
    int64_t open_again_at_ms;
    double power; /* sums of squares of the second in course */
    int n_power_blocks;
    double second_power;          /* mean square of the last whole second */
    int64_t n_asked, asked_at_ms; /* by the loudspeaker, and when that last grew */
    bool is_playback_lost;
    bool is_deaf, is_muted;
};

static int64_t now_ms(const struct soundcard *card)
{
    return card->clock->monotonic_ms(card->clock);
}

static void measure_level(struct soundcard *card, const int16_t *block)
{
    card->power += audio_level_power(block);
    if (++card->n_power_blocks < 1000 / AUDIO_BLOCK_MS)
        return;
    card->second_power = card->power / card->n_power_blocks;
    card->power = 0;
    card->n_power_blocks = 0;
}

/* Streams that were opened anew, or have lost something, lie otherwise beside each other. */
static void look_for_breaks(struct soundcard *card)
{
    struct audio_capture_health heard;
    struct audio_playback_health sounded;

    audio_capture_health(card->capture, &heard);
    audio_playback_health(card->playback, &sounded);
    if (heard.n_breaks + sounded.n_breaks == card->n_breaks)
        return;
    card->n_breaks = heard.n_breaks + sounded.n_breaks;
    log_debug("echo", "microphone broken off: %lld, loudspeaker: %lld", (long long)heard.n_breaks,
              (long long)sounded.n_breaks);
    audio_canceller_part(card->canceller);
}

static void tell_canceller_what_sounds(struct soundcard *card)
{
    int16_t samples[AUDIO_RATE_HZ / 10];
    size_t n;

    while ((n = audio_playback_sounded(card->playback, samples, AUDIO_RATE_HZ / 10)) > 0)
        audio_canceller_sounded(card->canceller, samples, n);
}

static void give_block(struct soundcard *card, const int16_t heard[AUDIO_BLOCK_SAMPLES])
{
    struct audio_canceller_block block;

    audio_canceller_heard(card->canceller, heard);
    while (audio_canceller_take(card->canceller, &block))
        card->events.on_block(card->events.user, &block);
    explicit_bzero(&block, sizeof(block));
}

static void tell_of_lag(struct soundcard *card)
{
    int64_t n_samples;
    bool has_lag = audio_canceller_lag(card->canceller, &n_samples);

    if (has_lag && !card->has_lag)
        log_info("echo", "the microphone hears the loudspeaker: it is taken out");
    card->has_lag = has_lag;
}

static void on_readable(void *user, int events)
{
    struct soundcard *card = user;
    int16_t block[AUDIO_BLOCK_SAMPLES];
    long n = 1;

    (void)events;
    if (!card->capture || card->is_muted)
        return;
    look_for_breaks(card);
    tell_canceller_what_sounds(card);
    for (int i = 0; i < BLOCKS_AT_ONCE && n > 0 && card->capture && !card->is_muted; i++) {
        n = audio_capture_read(card->capture, block, AUDIO_BLOCK_SAMPLES);
        if (n <= 0)
            break;
        measure_level(card, block);
        give_block(card, block);
    }
    if (n <= 0)
        audio_canceller_meet(card->canceller);
    tell_of_lag(card);
    explicit_bzero(block, sizeof(block));
}

/* Returns: whether there is a microphone now. */
static bool open_capture(struct soundcard *card)
{
    int r = audio_devices_open_capture(card->devices, card->capture_name, &card->capture);

    if (r == 0)
        r = base_watch_create(card->loop, audio_capture_fd(card->capture), BASE_LOOP_READABLE,
                              on_readable, card, &card->watch);
    if (r != 0) {
        log_error("mic-missing",
                  "no microphone: %s; plug one in, or set audio.capture_device (voisine devices)",
                  audio_devices_error(card->devices));
        audio_capture_close(card->capture);
        card->capture = NULL;
        card->open_again_at_ms = now_ms(card) + OPEN_AGAIN_MS;
        return false;
    }
    audio_hearing_init(&card->hearing, now_ms(card));
    log_info("mic-open", "the microphone is open");
    return true;
}

static void set_deaf(struct soundcard *card, bool is_deaf)
{
    if (card->is_deaf == is_deaf)
        return;
    card->is_deaf = is_deaf;
    log_notice(is_deaf ? "mic-lost" : "mic-back", "%s",
               is_deaf ? soundcard_health(card) : "hearing again");
    card->events.on_deaf(card->events.user, is_deaf);
}

int soundcard_create(struct base_loop *loop, const struct soundcard_options *options,
                     const struct soundcard_events *events, struct soundcard **ret_soundcard,
                     struct base_strbuf *error)
{
    struct soundcard *card = calloc(1, sizeof(*card));
    int r;

    if (!card)
        return -ENOMEM;
    card->loop = loop;
    card->clock = options->clock;
    card->events = *events;
    snprintf(card->capture_name, sizeof(card->capture_name), "%s", options->capture_name);
    r = audio_devices_create(&card->devices);
    if (r < 0)
        goto fail;
    r = audio_devices_open_playback(card->devices, options->playback_name, &card->playback);
    if (r > 0) {
        base_strbuf_addf(error,
                         "no loudspeaker: %s; plug one in, or set audio.playback_device (`voisine "
                         "devices` lists them)",
                         audio_devices_error(card->devices));
        soundcard_destroy(card);
        return SOUNDCARD_NO_LOUDSPEAKER;
    }
    if (r == 0)
        r = audio_player_create(loop, card->playback, &options->player, &options->player_events,
                                &card->player);
    if (r == 0)
        r = audio_canceller_create(&card->canceller);
    if (r < 0)
        goto fail;
    card->asked_at_ms = now_ms(card);
    open_capture(card);
    *ret_soundcard = card;
    return 0;
fail:
    soundcard_destroy(card);
    return base_trace(r);
}

void soundcard_destroy(struct soundcard *card)
{
    if (!card)
        return;
    base_watch_destroy(card->watch);
    audio_player_destroy(card->player);
    audio_canceller_destroy(card->canceller);
    audio_capture_close(card->capture);
    audio_playback_close(card->playback);
    audio_devices_destroy(card->devices);
    free(card);
}

struct audio_player *soundcard_player(struct soundcard *card)
{
    return card->player;
}

void soundcard_set_muted(struct soundcard *card, bool is_muted)
{
    if (card->is_muted == is_muted)
        return;
    card->is_muted = is_muted;
    audio_canceller_wipe(card->canceller);
    if (card->capture && is_muted)
        audio_capture_stop(card->capture);
    else if (card->capture && audio_capture_reopen(card->capture) != 0)
        log_error("mic-lost", "the microphone did not open again: %s",
                  audio_devices_error(card->devices));
    audio_hearing_reset(&card->hearing, now_ms(card));
}

/* Of a remedy, in words. */
static const char *outcome(const struct soundcard *card, int r)
{
    return r == 0 ? "opened again" : r < 0 ? strerror(-r) : audio_devices_error(card->devices);
}

static void heal_capture(struct soundcard *card)
{
    struct audio_capture_health health;
    int r = 0;

    audio_capture_health(card->capture, &health);
    switch (audio_hearing_judge(&card->hearing, now_ms(card), &health)) {
    case AUDIO_HEARING_FINE:
        break;
    case AUDIO_HEARING_REOPEN:
        r = audio_capture_reopen(card->capture);
        log_warning("mic-reopen", "%s: %s", soundcard_health(card), outcome(card, r));
        break;
    case AUDIO_HEARING_RESTART:
        /* A restart cuts the loudspeaker too, and what is being said would begin anew. */
        r = audio_player_is_busy(card->player) ? audio_capture_reopen(card->capture)
                                               : audio_devices_restart(card->devices);
        log_warning("sound-restart", "%s: %s", soundcard_health(card), outcome(card, r));
        break;
    }
    set_deaf(card, card->hearing.state != AUDIO_HEARING_HEARS);
}

/*
 * An open loudspeaker asks for sound all the time, silence too; one that has stopped asking is
 * opened anew, whether or not something is to be said, so that the next answer does not wait for it
 * (R25). Streams do stop for good after an underrun: seen with ALSA's pulse plugin.
 */
static void heal_playback(struct soundcard *card)
{
    struct audio_playback_health health;
    int r;

    audio_playback_health(card->playback, &health);
    if (health.is_open && health.n_samples != card->n_asked) {
        card->n_asked = health.n_samples;
        card->asked_at_ms = now_ms(card);
        if (card->is_playback_lost)
            log_notice("playback-back", "the loudspeaker takes sound again");
        card->is_playback_lost = false;
        return;
    }
    if (now_ms(card) - card->asked_at_ms <
        (card->is_playback_lost ? OPEN_AGAIN_MS : PLAYER_STUCK_MS))
        return;
    if (!card->is_playback_lost)
        log_warning("playback-stuck", "the loudspeaker took nothing for %d s: opening it anew",
                    PLAYER_STUCK_MS / 1000);
    card->asked_at_ms = now_ms(card);
    r = audio_playback_reopen(card->playback);
    if (r != 0 && audio_devices_restart(card->devices) != 0 && !card->is_playback_lost)
        log_error("playback-lost", "%s", audio_devices_error(card->devices));
    card->is_playback_lost = true;
}

void soundcard_check(struct soundcard *card)
{
    heal_playback(card);
    audio_player_rest(card->player);
    if (card->is_muted)
        return;
    if (card->capture) {
        heal_capture(card);
        return;
    }
    set_deaf(card, true);
    if (now_ms(card) < card->open_again_at_ms || audio_player_is_busy(card->player))
        return;
    (void)audio_devices_restart(card->devices);
    if (open_capture(card))
        set_deaf(card, false);
}

const char *soundcard_health(const struct soundcard *card)
{
    if (card->is_muted)
        return "muted";
    if (!card->capture)
        return "no-microphone";
    switch (card->hearing.state) {
    case AUDIO_HEARING_STARVED:
        return "no-frames";
    case AUDIO_HEARING_ZERO:
        return "silent";
    case AUDIO_HEARING_HEARS:
        break;
    }
    return "ok";
}

void soundcard_vitals(const struct soundcard *card, struct vitals *vitals)
{
    struct audio_capture_health heard = {0};
    struct audio_playback_health asked;

    if (card->capture)
        audio_capture_health(card->capture, &heard);
    audio_playback_health(card->playback, &asked);
    vitals->is_mic_open = heard.is_open && !card->is_muted;
    vitals->n_heard = heard.n_samples;
    vitals->n_played = asked.n_samples;
}

/* Of the last second, in dB below full scale. */
static double level_db(const struct soundcard *card)
{
    return card->second_power > 0 ? audio_level_of_power_db(card->second_power) : -99;
}

void soundcard_describe(const struct soundcard *card, struct base_strbuf *json)
{
    struct audio_capture_health heard = {0};
    struct audio_playback_health asked;

    if (card->capture)
        audio_capture_health(card->capture, &heard);
    audio_playback_health(card->playback, &asked);
    base_strbuf_addf(json,
                     "\"audio\":\"%s\",\"heard_s\":%.1f,\"silent_s\":%.1f,\"overflows\":%lld,"
                     "\"dropped\":%lld,\"level_db\":%.1f,\"played_s\":%.1f,\"underflows\":%lld,"
                     "\"latency_ms\":%lld,\"resting\":%s",
                     soundcard_health(card), audio_samples_to_s(heard.n_samples),
                     audio_samples_to_s(heard.zero_run_samples), (long long)heard.n_overflows,
                     (long long)heard.n_dropped, level_db(card),
                     audio_samples_to_s(asked.n_samples), (long long)asked.n_underflows,
                     (long long)asked.latency_ms, asked.is_resting ? "true" : "false");
}
