/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The microphone and the loudspeaker of a running daemon, kept alive.
 *
 * Hands every 10 ms of sound to on_block, our own voice taken out of it (audio/canceller), judges
 * once a second whether the microphone still hears (audio/hearing), reopens what is stuck, and
 * tells when hearing was lost or came back (R5, R25, R50). A microphone may be missing at the start
 * and come later; a loudspeaker must be there, since without one nothing can be told to anybody.
 * Thread: main.
 */
#ifndef DAEMON_SOUNDCARD_H
#define DAEMON_SOUNDCARD_H

#include "audio/canceller.h"
#include "audio/player.h"
#include "base/clock.h"
#include "base/loop.h"
#include "base/strbuf.h"
#include "daemon/vitals.h"

#include <stdbool.h>

struct soundcard;

struct soundcard_events {
    void (*on_block)(void *user, const struct audio_canceller_block *block);
    void (*on_deaf)(void *user, bool is_deaf);
    void *user;
};

struct soundcard_options {
    const char *capture_name, *playback_name;
    const struct base_clock *clock;
    struct audio_player_settings player;
    struct audio_player_events player_events;
};

/* Positive result: no loudspeaker; `error` tells why and what to do. */
enum { SOUNDCARD_NO_LOUDSPEAKER = 1 };

/* Returns: 0, SOUNDCARD_NO_LOUDSPEAKER (with `error` filled), -errno. Owns: the caller. */
int soundcard_create(struct base_loop *loop, const struct soundcard_options *options,
                     const struct soundcard_events *events, struct soundcard **ret_soundcard,
                     struct base_strbuf *error);
/* Accepts NULL. */
void soundcard_destroy(struct soundcard *soundcard);

/* Returns: the soundcard's own, the same for its life. */
struct audio_player *soundcard_player(struct soundcard *soundcard);

/* Closes the microphone, so that the sound server shows it closed (R27), or opens it again. */
void soundcard_set_muted(struct soundcard *soundcard, bool is_muted);

/* To be called once a second. */
void soundcard_check(struct soundcard *soundcard);

/* What the devices have delivered and asked for; members of others are left alone. */
void soundcard_vitals(const struct soundcard *soundcard, struct vitals *vitals);

/* "ok", "no-microphone", "no-frames", "silent", "muted": for status and heartbeat. */
const char *soundcard_health(const struct soundcard *soundcard);
/* JSON members without braces. */
void soundcard_describe(const struct soundcard *soundcard, struct base_strbuf *json);

#endif
