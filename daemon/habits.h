/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is learnt of the resident, slowly and within bounds: how long the pauses inside their
 * sentences are, and whether they usually need the services read aloud. Kept over a restart as a
 * few lines of text; no word that was said is among it. Pure: no clock, no file. Thread: main.
 */
#ifndef DAEMON_HABITS_H
#define DAEMON_HABITS_H

#include "base/strbuf.h"

#include <stdbool.h>
#include <stdint.h>

struct habits {
    int pause_ms;              /* nearly all pauses inside sentences are shorter; 0 not known */
    int choice_permille;       /* of the last requests, those that needed the closed choice */
    int64_t searching_told_ms; /* the youngest request of which was told that nobody was found yet:
                                  when it was noted */
};

/* What is known before anything is. */
struct habits habits_none(void);

/* A pause of so long, and the sentence went on. */
void habits_paused(struct habits *habits, int pause_ms);
/* The silence that ends a sentence of this resident, near what the carer has set. */
int habits_patience_ms(const struct habits *habits, int set_ms);

/* A request was understood, after the closed choice or without. */
void habits_understood(struct habits *habits, bool needed_choice);
/* Whether the closed choice comes at once when something was not understood. */
bool habits_choice_sooner(const struct habits *habits);

/* Whether they differ so much that it is worth a write. */
bool habits_differ(const struct habits *a, const struct habits *b);
void habits_print(const struct habits *habits, struct base_strbuf *text);
/* Unknown or broken lines are left out: what is not known is learnt again. */
void habits_parse(const char *text, struct habits *ret_habits);

#endif
