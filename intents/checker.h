/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Looks through a language's data for what the loader cannot see: sentences that come out badly
 * spelled, words said twice, sentences claimed by two services, and such that are claimed by a
 * service or an act and by what is not for us, or another act; and forms of the same words that
 * stand side by side in a bracket or a list, where intents/forms.h writes them once. Those badly
 * spelled and those of two services are errors, whatever is learned from them is wrong half of the
 * time, and so are forms, of which one is changed and the other forgotten; the rest is told for who
 * reads it. Every template is drawn from several times; the same data give the same
 * findings. Unknown slots and fragments never get here: such a language does not load. Thread: any.
 */
#ifndef INTENTS_CHECKER_H
#define INTENTS_CHECKER_H

#include <stdbool.h>
#include <stddef.h>

struct intents_language;

enum intents_finding_kind {
    INTENTS_FINDING_ELISION, /* "l'haricot", "que on" */
    INTENTS_FINDING_TWICE,   /* the same word twice in a row where it is no hesitation */
    INTENTS_FINDING_CLAIMED, /* one sentence, two labels, not both of them services */
    INTENTS_FINDING_SHARED,  /* one sentence, two services */
    INTENTS_FINDING_FORMS,   /* "(tombée|tombé)": forms of the same words, written twice */
};

struct intents_finding {
    enum intents_finding_kind kind;
    const char *where;    /* service, act or topic */
    const char *template; /* as the file has it */
    const char *sentence; /* what came of it; FORMS: the first of the two */
    const char *other;    /* CLAIMED, SHARED: who else claims it; FORMS: the other; else NULL */
};

typedef void intents_finding_fn(void *user, const struct intents_finding *finding);

/* "elision", "twice", "claimed", "shared", "forms". Thread: any. */
const char *intents_finding_name(enum intents_finding_kind kind);

/* Whether data with such a finding must not be used. Thread: any. */
bool intents_finding_is_error(enum intents_finding_kind kind);

/* Calls fn for each finding, once for a template and kind. Returns: 0 or -ENOMEM. */
int intents_check(const struct intents_language *language, intents_finding_fn *fn, void *user);

#endif
