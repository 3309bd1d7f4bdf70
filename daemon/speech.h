/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the assistant says: prompts become sentences (daemon/phrasing), sentences become sound (the
 * voice), sound goes to the player; how fast and how loud, by day and by night; what was said last,
 * for "répétez".
 *
 * Several says in a row are one speech; the next one begins after speech_ended, speech_stop or
 * speech_begin. Order: create, join, then the rest. Thread: main.
 */
#ifndef DAEMON_SPEECH_H
#define DAEMON_SPEECH_H

#include "audio/earcon.h"
#include "audio/player.h"
#include "base/clock.h"
#include "daemon/phrasing.h"
#include "tts/voice.h"

#include <stdbool.h>

struct speech;

struct speech_settings {
    struct tts_voice_settings voice;
    int volume;           /* 0 to 100 */
    int night_volume_max; /* 0: the nights are like the days */
    struct base_time night_from, night_to;
    const char
        *stored_folder; /* of sentences for when the voice fails (daemon/stored.h); NULL: none */
};

struct speech_parts {
    const struct base_clock *clock;
    struct tts_voice *voice;
    struct phrasing *phrasing;
};

/* Told of each sentence as it begins to sound. `key` is the prompt's, "again" for a repetition. Not
 * for the log: the text may name people. */
typedef void speech_said_fn(void *user, const char *key, const char *text);

enum speech_change {
    SPEECH_LOUDER,
    SPEECH_SOFTER,
    SPEECH_SLOWER,
    SPEECH_FASTER,
    SPEECH_DEEPER,
    SPEECH_HIGHER,
};

/* `said` may be NULL. Returns: 0 or -ENOMEM. Owns: the caller; the parts must outlive it. */
int speech_create(const struct speech_settings *settings, const struct speech_parts *parts,
                  speech_said_fn *said, void *user, struct speech **ret_speech);
/* Accepts NULL. */
void speech_destroy(struct speech *speech);
void speech_join(struct speech *speech, struct audio_player *player);

/* Returns: 0; -errno or, of a text that the voice refuses, more than 0, when a stored sentence
 * sounds in its place. */
int speech_say(struct speech *speech, const char *key, const struct draft *about);
/* The last speech once more, slower. Returns: as speech_say. */
int speech_again(struct speech *speech);
/* Falls silent. */
void speech_stop(struct speech *speech);
void speech_earcon(struct speech *speech, enum audio_earcon which);

/* Changes rate, volume or pitch by a step, says so (or that it is at its limit), and the last
 * speech again when it was a moment ago. */
void speech_change(struct speech *speech, enum speech_change how);
int speech_rate_wpm(const struct speech *speech);
int speech_volume(const struct speech *speech);
int speech_pitch(const struct speech *speech);
bool speech_is_night(const struct speech *speech);

/* Words sound, or wait for their end. */
bool speech_is_on(const struct speech *speech);
/* The player fell quiet. Returns: whether words had been sounding. */
bool speech_ended(struct speech *speech);
/* What is said next does not belong to what was said before. */
void speech_begin(struct speech *speech);
/* A conversation is over: wordings begin with the first again. */
void speech_forget(struct speech *speech);

#endif
