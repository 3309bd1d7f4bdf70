/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The ears: blocks of sound in, "the wake phrase", "an utterance" and "silence" out.
 *
 * The same object hears the microphone of the daemon, the sound files of `voisine listen` and
 * `voisine wake`, and the twins of the tests; time is the count of samples fed. Asleep, only the
 * wake detector works. Awake (listener_open) one utterance is waited for. "Bonjour voisine, je
 * voudrais..." in one breath is one utterance that begins with the wake phrase: on_wake is then not
 * called, the utterance says is_woken.
 *
 * Recognition begins in the first pause of 350 ms and is thrown away if speech goes on, so that the
 * answer is ready when the end is decided; a sentence that is complete needs less patience than one
 * that is not.
 *
 * Order: create, then for each block of 10 ms listener_feed, or listener_skip while our own voice
 * sounds. Callbacks come from within listener_feed and may call listener_open and _sleep. Thread:
 * main.
 */
#ifndef DAEMON_LISTENER_H
#define DAEMON_LISTENER_H

#include "asr/wake.h"
#include "audio/endpoint.h"
#include "daemon/interpreter.h"

struct listener;

struct listener_events {
    /* The wake phrase alone, `delay_ms` ago. The listener stays asleep until listener_open. */
    void (*on_wake)(void *user, int delay_ms);
    void (*on_utterance)(void *user, const struct utterance *utterance);
    /* Nobody spoke in the time allowed. */
    void (*on_silence)(void *user);
    /* Somebody began to speak, or pauses: an answer may be wanted soon. Asleep too, and again and
     * again. May be NULL. */
    void (*on_speech)(void *user);
    /* What is being said went on after a pause of so long. May be NULL. */
    void (*on_pause)(void *user, int pause_ms);
    /* Told in a pause of a whole pause's length what was heard up to it. Returns: whether that is
     * nobody's: it is forgotten, and what follows is an utterance of its own. May be NULL. */
    bool (*is_nobody)(void *user, const struct utterance *so_far);
    void *user;
};

struct listener_options {
    struct interpreter *interpreter; /* NULL: utterances come without text (`voisine wake`) */
    struct asr_wake *wake;           /* NULL: never wakes by itself */
    struct audio_endpointer_settings endpoint;
    int complete_silence_ms; /* ends a sentence that lacks nothing; 0: 700 */
    bool is_patient_always;  /* no shorter patience for complete sentences (evaluation of the
                                endpointer alone) */
};

/* Returns: 0, -EINVAL, -ENOMEM. Owns: the caller; interpreter and wake must outlive it. */
int listener_create(const struct listener_options *options, const struct listener_events *events,
                    struct listener **ret_listener);
/* Accepts NULL. */
void listener_destroy(struct listener *listener);

/* How long a silence ends a sentence that may go on, from the next opening on. */
void listener_set_patience(struct listener *listener, int end_silence_ms);
int listener_patience_ms(const struct listener *listener);

/* The time at which days and hours are understood. To be kept current by the caller. */
void listener_set_now(struct listener *listener, struct base_datetime now);

void listener_feed(struct listener *listener, const int16_t block[AUDIO_BLOCK_SAMPLES]);
/* In place of feed while the loudspeaker sounds: time passes, nothing is heard. */
void listener_skip(struct listener *listener);

/* Waits for one utterance, from now; after the wake phrase alone: from the end of the phrase. */
void listener_open(struct listener *listener, enum intents_expect expect);
/* The same, where nobody need say anything: whoever calls is answered as if it had been asleep, by
 * on_wake or an utterance that is_woken. */
void listener_open_to_calls(struct listener *listener, enum intents_expect expect);
/*
 * Goes on with the utterance in course, for whoever listens from now on: what was said before is
 * heard as well, but only a call for help counts in it (is_before).
 */
void listener_go_on(struct listener *listener, enum intents_expect expect);
/* Somebody has begun to speak since the ears were opened, and has not ended. */
bool listener_hears_voice(const struct listener *listener);
/* Back to the wake phrase alone; all sound that was kept is zeroed (R10). */
void listener_sleep(struct listener *listener);
bool listener_is_open(const struct listener *listener);

/* No more sound will come (end of a file): ends the utterance in course. */
void listener_finish(struct listener *listener);

/* How many blocks were fed or skipped and dealt with without a fault: what must grow while the ears
 * work (daemon/vitals). */
int64_t listener_n_taken(const struct listener *listener);

/* Seconds of sound heard so far. */
double listener_now_s(const struct listener *listener);

#endif
