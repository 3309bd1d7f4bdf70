/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Learning the resident's voice, when the carer switched it on (privacy.learn_voice): a request
 * that was heard waits in memory; a yes makes it a lesson, which is worked through while nobody
 * speaks; anything else wipes it. What was learned is kept as statistics in the state folder, never
 * as sound or words, and the recogniser uses it only while it helps (asr/adapt_voice.h).
 *
 * Nothing is learned before the resident, asked aloud, has said yes (daemon/consent.h): until then
 * the recogniser keeps nothing of what it heard, and what a folder without a yes holds is erased,
 * not used. Switched off, what was learned and what was answered are erased at the next start. All
 * functions accept NULL, which learns nothing. Thread: main.
 */
#ifndef DAEMON_LEARNING_H
#define DAEMON_LEARNING_H

#include "asr/recogniser.h"
#include "base/date.h"
#include "base/strbuf.h"

#include <stdbool.h>

struct learning;

struct learning_options {
    const char *state_folder, *model_folder; /* used by create only */
    struct asr_recogniser *recogniser;       /* outlives it */
};

/* Reads what was learned before; a file that is refused is logged and left behind. Where what was
 * answered cannot be read, nobody is asked, nothing is learned and nothing erased. Returns: 0,
 * -ENOENT or -EINVAL for a model that cannot be learned from, -ENOMEM. Owns: the caller. */
int learning_create(const struct learning_options *options, struct learning **ret_learning);
void learning_destroy(struct learning *learning);

/* The recogniser is another one from now on; the old one may have ended. */
void learning_use(struct learning *learning, struct asr_recogniser *recogniser);

/* Whether the resident has not answered yet, and may be asked on that day; that the question begins
 * to be said; that it counts as asked. */
bool learning_wants_consent(const struct learning *learning, struct base_date today);
void learning_asking(struct learning *learning, struct base_date today);
void learning_asked(struct learning *learning);
/* What they answered. A yes counts once it is on disk, a no at once. Returns: 0 or -errno, logged.
 */
int learning_answered(struct learning *learning, bool is_yes);
/* Whether they have said yes. */
bool learning_has_consent(const struct learning *learning);
/* Tries again, once a minute, to write what could not be written of it. */
void learning_keep(struct learning *learning, int64_t now_ms);

/* The utterance heard last asks for a service; it replaces the one that waited. */
void learning_heard(struct learning *learning, const char *service);
/* The resident said yes to a request for that service. */
void learning_confirmed(struct learning *learning, const char *service);
/* What waits was not meant, or the conversation is over. */
void learning_drop(struct learning *learning);

/* A slice of work, some milliseconds; call it while nobody speaks. */
void learning_work(struct learning *learning);

/* Forgets everything, what was answered too, on disk as well. Returns: 0, or the first -errno: the
 * rest is tried all the same. */
int learning_erase(struct learning *learning);
/* The same where no daemon runs, or learning is off. Returns: 0 or -errno. */
int learning_erase_folder(const char *state_folder);

/* Members of the status without braces. */
void learning_describe(const struct learning *learning, struct base_strbuf *json);

#endif
