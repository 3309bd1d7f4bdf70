/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the resident answered when they were asked whether their voice may be learned, and how often
 * they were asked. A yes or a no stands until it is erased; without an answer they are asked again
 * on another day, a few times in all. Kept over a restart as a few lines of text. Pure: no clock,
 * no file. Thread: main.
 */
#ifndef DAEMON_CONSENT_H
#define DAEMON_CONSENT_H

#include "base/date.h"
#include "base/strbuf.h"

#include <stdbool.h>

enum { CONSENT_ASKED_MAX = 3 }; /* more would be pestering */

enum consent_answer { CONSENT_OPEN, CONSENT_GIVEN, CONSENT_REFUSED };

struct consent {
    enum consent_answer answer;
    int n_asked;
    struct base_date asked_on; /* last, said to its end or not; unset: never */
};

/* Nobody was asked yet. */
struct consent consent_none(void);

/* Whether they have not answered, and asking once more on that day is no pestering. */
bool consent_may_be_asked(const struct consent *consent, struct base_date today);
/* The question begins to be said: not again on that day. */
void consent_begun(struct consent *consent, struct base_date today);
/* It was said to its end, or they have left it: it counts whether or not an answer comes. */
void consent_asked(struct consent *consent);
void consent_answered(struct consent *consent, bool is_yes);

void consent_print(const struct consent *consent, struct base_strbuf *text);
/* Unknown or broken lines are left out: a yes that cannot be read is none. */
void consent_parse(const char *text, struct consent *ret_consent);

#endif
