/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sound of one utterance -> what was said and what it means: the recogniser and the understanding
 * joined, and their two kinds of doubt made one number. The daemon and `voisine listen` both come
 * through here.
 *
 * Order: create with a recogniser and an understander (both outlive it), interpret as often as
 * wanted, destroy. Thread: main.
 */
#ifndef DAEMON_INTERPRETER_H
#define DAEMON_INTERPRETER_H

#include "asr/recogniser.h"
#include "base/date.h"
#include "daemon/trust.h"
#include "intents/understand.h"

#include <stdbool.h>

#define UTTERANCE_TEXT_MAX 1024

struct utterance {
    double start_s, end_s; /* in the stream or file */
    double audio_s;        /* length of its sound */
    double cpu_s;          /* spent on it by this thread */
    char text[UTTERANCE_TEXT_MAX];
    struct intents_result meaning;
    double confidence;              /* 0 to 1: that act, service and words are right */
    struct trust_evidence evidence; /* of what was heard freely: what the confidence was made of */
    struct trust_evidence answer_evidence; /* of the same as a short answer; is_short when tried */
    char answer_text[UTTERANCE_TEXT_MAX];
    enum utterance_trust trust;
    bool is_cut;    /* it was longer than the longest allowed */
    bool is_before; /* it began before the ears were opened for it (listener_go_on) */
    bool is_woken;  /* it began with the wake phrase, in one breath */
    double wake_s;  /* then the end of the phrase, as start_s */
};

struct interpreter;

/* `wake_phrase` is taken off the front of what was heard; "" for none. Returns: 0 or -ENOMEM. Owns:
 * the caller. */
int interpreter_create(struct asr_recogniser *recogniser, struct intents_understander *understander,
                       const char *wake_phrase, struct interpreter **ret_interpreter);
/* From now on with these. */
void interpreter_use(struct interpreter *interpreter, struct asr_recogniser *recogniser,
                     struct intents_understander *understander);
/* Accepts NULL. */
void interpreter_destroy(struct interpreter *interpreter);

/*
 * Fills text, meaning, confidence, trust, audio_s and cpu_s. Samples are 16 kHz mono. Returns: 0
 * (also when nothing was understood: act NONE), or -errno of the recogniser.
 */
int interpreter_hear(struct interpreter *interpreter, const int16_t *samples, size_t n_samples,
                     enum intents_expect expect, struct base_datetime now,
                     struct utterance *ret_utterance);

#endif
