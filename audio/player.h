/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Plays clips one after another on a playback and tells when the last has been *heard*, which is
 * when the microphone may be believed again (peers that reopened it when the sound was sent heard
 * themselves).
 *
 * Order: create, play as often as wished, on_quiet comes from audio_player_pump, destroy. With a
 * loop the player pumps itself; with none (tests on audio/twin.h) the caller pumps after each block
 * of capture. Thread: main. It does not decide what to say, nor mix: one clip at a time.
 */
#ifndef AUDIO_PLAYER_H
#define AUDIO_PLAYER_H

#include "audio/playback.h"
#include "base/loop.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct audio_player;

struct audio_player_settings {
    int volume;   /* 0 to 100; 0 is silence, else 0.4 dB a step */
    int gate_ms;  /* quiet after the last clip before on_quiet: 300 to 500 (the room's echo) */
    int lead_ms;  /* silence before the first clip when the output slept: 200 */
    int sleep_ms; /* an output that was silent for so long is taken to sleep: 3000 */
    int rest_ms;  /* and after so long it may rest (audio_player_rest): 20000 */
};

/* volume 100, gate 400, lead 200, sleep 3000, rest 20000. */
void audio_player_settings_default(struct audio_player_settings *ret_settings);

struct audio_player_events {
    /* gate_ms after the last clip was heard: the microphone may be believed. May play, flush; may
     * not destroy the player. */
    void (*on_quiet)(void *user);
    void *user;
};

/* loop may be NULL. Returns: 0, -ENOMEM, -errno. Owns: the caller, who also keeps the playback
 * open longer than the player. */
int audio_player_create(struct base_loop *loop, struct audio_playback *playback,
                        const struct audio_player_settings *settings,
                        const struct audio_player_events *events, struct audio_player **ret_player);
/* No callback comes from it. Accepts NULL. */
void audio_player_destroy(struct audio_player *player);

/*
 * Queues a clip (copied, converted from rate_hz). Returns: 0; -EINVAL (rate outside 4 to 192 kHz),
 * -ENOMEM; -E2BIG beyond two minutes in the queue.
 */
int audio_player_play(struct audio_player *player, const int16_t *samples, size_t n_samples,
                      int rate_hz);

/* Falls silent at once and drops the queue; on_quiet comes after gate_ms as ever. */
void audio_player_flush(struct audio_player *player);

/*
 * An answer will come soon: wakes an output that sleeps now, so that the lead does not delay the
 * answer itself. Call it when the person falls silent. Nothing is heard.
 */
void audio_player_rouse(struct audio_player *player);

/*
 * Lets an output that was silent for rest_ms ask seldom, until rouse or play. To be called now and
 * then.
 */
void audio_player_rest(struct audio_player *player);

/* Moves to the new volume without a click, in the middle of a clip too (what is queued at the
 * device, 1.5 s, still has the old one). */
void audio_player_set_volume(struct audio_player *player, int volume);
int audio_player_volume(const struct audio_player *player);

/* A clip is queued or sounding, or the gate has not reopened yet. */
bool audio_player_is_busy(const struct audio_player *player);

/* Moves sound on and fires what is due. */
void audio_player_pump(struct audio_player *player);

#endif
