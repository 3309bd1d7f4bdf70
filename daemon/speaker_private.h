/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the sources of daemon/speaker share: the parts of a running daemon. Thread: main. */
#ifndef DAEMON_SPEAKER_PRIVATE_H
#define DAEMON_SPEAKER_PRIVATE_H

#include "base/loop.h"
#include "base/strbuf.h"
#include "config/catalogue.h"
#include "config/options.h"
#include "config/territory.h"
#include "daemon/assistant.h"
#include "daemon/button.h"
#include "daemon/control.h"
#include "daemon/interpreter.h"
#include "daemon/keepsake.h"
#include "daemon/language.h"
#include "daemon/listener.h"
#include "daemon/own_bundle.h"
#include "daemon/phrasing.h"
#include "daemon/soundcard.h"
#include "daemon/speaker.h"
#include "daemon/trace.h"
#include "daemon/watchdog.h"
#include "matching/worker.h"
#include "tts/voice.h"

#include <limits.h>

struct speaker {
    const struct config_options *config;
    const struct base_clock *clock;
    struct base_strbuf error; /* of the step that failed */
    int64_t started_at_ms;
    int exit_status;
    int64_t stop_by_ms; /* told to stop: at the end of the conversation, or by then; 0: not told */
    struct keepsake keepsake;
    char device_id[64];
    char token_path[PATH_MAX];
    char bundle[PATH_MAX]; /* the language's */
    unsigned n_restarts;

    struct base_loop *loop;
    struct base_timer *tick, *check;
    struct watchdog *watchdog;
    struct config_territory *territory;
    struct config_catalogue *catalogue;
    struct trace *trace;
    struct own_bundle *own_bundle;
    bool has_new_bundle; /* to be taken when nobody speaks */
    struct language language;
    bool cannot_understand;  /* there is no language */
    bool is_wordless;        /* there are no sentences but the stored ones */
    bool is_setting_refused; /* something is done without */
    bool has_button;         /* one that can be pressed */
    const char *voice_name;
    struct tts_voice *voice;
    struct phrasing *phrasing;
    struct matching_worker *worker;
    struct base_watch *worker_watch;
    struct learning *learning; /* NULL: the voice is not learned */
    struct assistant *assistant;
    struct soundcard *soundcard;
    struct interpreter *interpreter;
    struct listener *listener;
    struct control *control;
    struct button *button;
};

/* For the watchdog and for status. `user` is the speaker. */
void speaker_read_vitals(void *user, struct vitals *ret_vitals);

/* 0, or `error` filled for a failure that is no setting's. Returns: the exit status. */
int speaker_cannot(struct speaker *speaker, int r, const char *what);

/* Steps of create: 0, or the exit status with `error` filled. */
int speaker_open_control(struct speaker *speaker);
int speaker_open_language(struct speaker *speaker);
/* Timers, signals, the worker and the watchdog: the last step. */
int speaker_start_loop(struct speaker *speaker);

/* What the parts tell, handed on. */
struct assistant_events speaker_assistant_events(struct speaker *speaker);
struct soundcard_events speaker_soundcard_events(struct speaker *speaker);
struct button_events speaker_button_events(struct speaker *speaker);

/* How it hears, for heartbeats and status: the microphone's word (soundcard_health), "damaged"
 * where a part of the recogniser is, "no-language" where nothing is understood. */
const char *speaker_hearing(const struct speaker *speaker);

/* Takes a bundle that was made meanwhile, if there is one and nobody speaks. */
void speaker_renew_language(struct speaker *speaker);

#endif
