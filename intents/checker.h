/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Looks through a language's data for what the loader cannot see: sentences that come out badly
 * spelled, words said twice, and sentences claimed by two services, or by a service and by what
 * is not for us. Every template is drawn from several times; the same data give the same findings.
 * Unknown slots and fragments never get here: such a language does not load. Thread: any.
 */
#ifndef INTENTS_CHECKER_H
#define INTENTS_CHECKER_H

#include <stddef.h>

struct intents_language;

enum intents_finding_kind {
    INTENTS_FINDING_ELISION, /* "l'haricot", "que on" */
    INTENTS_FINDING_TWICE,   /* the same word twice in a row where it is no hesitation */
    INTENTS_FINDING_CLAIMED, /* one sentence, two labels */
};

struct intents_finding {
    enum intents_finding_kind kind;
    const char *where;    /* service, act or topic */
    const char *template; /* as the file has it */
    const char *sentence; /* what came of it */
    const char *other;    /* CLAIMED: who else claims it; else NULL */
};

typedef void intents_finding_fn(void *user, const struct intents_finding *finding);

/* "elision", "twice", "claimed". Thread: any. */
const char *intents_finding_name(enum intents_finding_kind kind);

/* Calls fn for each finding, once for a template and kind. Returns: 0 or -ENOMEM. */
int intents_check(const struct intents_language *language, intents_finding_fn *fn, void *user);

#endif
