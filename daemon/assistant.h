/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The assistant: the parts joined. Sound goes to the listener, what was heard to the conversation,
 * what it says to the voice and the player, what it stores to the delivery worker, whose events
 * come back as news.
 *
 * It owns none of its parts and knows no device: the daemon gives it real ones, a test their twins,
 * and both call assistant_block for every 10 ms of sound, assistant_delivery when the worker has
 * events, assistant_tick every 100 ms or so, for what waits for time. Its player's events must be
 * assistant_player_events. Thread: main, for all of it.
 */
#ifndef DAEMON_ASSISTANT_H
#define DAEMON_ASSISTANT_H

#include "audio/canceller.h"
#include "audio/player.h"
#include "base/clock.h"
#include "base/strbuf.h"
#include "daemon/conversation.h"
#include "daemon/habits.h"
#include "daemon/kinds.h"
#include "daemon/learning.h"
#include "daemon/listener.h"
#include "daemon/phrasing.h"
#include "daemon/speech.h"
#include "matching/worker.h"
#include "tts/voice.h"

struct assistant;

struct assistant_settings {
    const char *territory, *language, *device, *resident; /* resident may be "" */
    bool sends_transcript;
    bool has_alert; /* a carer is to be told of emergencies */
    int duplicate_minutes;
    bool is_moderated;                   /* the territory's: a person looks at each request first */
    struct base_time news_from, news_to; /* local hours in which news may be spoken */
    int news_repeat_minutes;             /* told once more when nobody reacted; 0 never */
    int search_hours;                    /* told that nobody was found yet after so long; 0 never */
    int end_silence_ms;      /* what the listener was created with; 0: not to be learnt */
    struct habits habits;    /* as last kept */
    struct kinds kinds;      /* likewise */
    bool has_button;         /* can switch the microphone on again */
    bool cannot_understand;  /* what that needs is damaged: deaf for as long as it lives */
    bool is_without_earcons; /* no sound tells that listening begins and ends */
    struct speech_settings speech;
};

struct assistant_parts {
    const struct base_clock *clock;
    struct tts_voice *voice;
    struct phrasing *phrasing;
    struct matching_worker *worker;
    struct learning *learning; /* NULL: the voice is not learned */
};

/* Told of what others may want to know; any may be NULL. */
struct assistant_events {
    /* A sentence begins to sound: its prompt, "again" for a repetition. Not for the log: it may
     * name people. */
    void (*on_spoken)(void *user, const char *key, const char *text);
    void (*on_heard)(void *user, const struct utterance *utterance);
    /* The microphone is to be opened or closed. */
    void (*on_mute)(void *user, bool is_muted);
    /* Rate or volume was changed by voice: to be kept over a restart. */
    void (*on_adjusted)(void *user, int rate_wpm, int volume, int pitch);
    /* The introduction was said, or cut off by a call: not again at the next start. */
    void (*on_introduced)(void *user);
    /* Something was learnt of the resident: to be kept over a restart. */
    void (*on_habits)(void *user, const struct habits *habits);
    /* Whom the last requests were for: likewise. */
    void (*on_kinds)(void *user, const struct kinds *kinds);
    /* Everything is to be erased: makes sure of it, even if the power goes. Returns: 0 or -errno.
     */
    int (*on_erase)(void *user);
    /* The resident was told so: now is the time. */
    void (*on_erase_ready)(void *user);
    void *user;
};

/* Returns: 0, -ENOMEM. Owns: the caller; the parts must outlive it. Texts of the settings are
 * borrowed. */
int assistant_create(const struct assistant_settings *settings, const struct assistant_parts *parts,
                     const struct assistant_events *events, struct assistant **ret_assistant);
/* Accepts NULL. */
void assistant_destroy(struct assistant *assistant);

/* What the player and the listener must be created with; then they are handed over by
 * assistant_join. */
struct audio_player_events assistant_player_events(struct assistant *assistant);
struct listener_events assistant_listener_events(struct assistant *assistant);
void assistant_join(struct assistant *assistant, struct listener *listener,
                    struct audio_player *player);

void assistant_block(struct assistant *assistant, const struct audio_canceller_block *block);
void assistant_delivery(struct assistant *assistant);
void assistant_tick(struct assistant *assistant);

void assistant_button(struct assistant *assistant, bool is_long);
void assistant_set_muted(struct assistant *assistant, bool is_muted);
/* The microphone was lost, or is back. Who cannot understand is deaf from assistant_join on. */
void assistant_set_deaf(struct assistant *assistant, bool is_deaf);
/* Whether the resident was told that nothing is heard, and not yet that it is over. */
bool assistant_is_deafness_told(const struct assistant *assistant);

/* Says a prompt outside any conversation, when nothing else goes on (start, failures). It waits for
 * the hours of news, as what cannot be mended at night may; what came of an erasure, which somebody
 * waits for, does not. */
void assistant_announce(struct assistant *assistant, const char *key);

/* First start: who speaks, how to call, what is heard and kept, that it is no alarm. Begins after a
 * minute of quiet, leaves time to call between its sentences, and ends when somebody does. */
void assistant_introduce(struct assistant *assistant);

enum conversation_state assistant_state(const struct assistant *assistant);
/* Speaks, or waits for the end of what it spoke. */
bool assistant_is_speaking(const struct assistant *assistant);

/* Counters for status and bench, as JSON members without braces. */
void assistant_describe(const struct assistant *assistant, struct base_strbuf *json);

#endif
