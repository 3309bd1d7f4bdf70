/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A life of an outbox for tests/prove/faults.c: it is opened in one of several states of its files,
 * everything that the daemon asks of it is asked once, and afterwards every promise is looked at.
 * What has nothing to do with the trouble to be proved and fails all the same ends the program.
 *
 * Order: make_template for a state; any number of lives of it (begin, live, look_after, then its
 * folder is removed with scene_remove); remove_template.
 */
#ifndef TESTS_PROVE_LIFE_H
#define TESTS_PROVE_LIFE_H

#include "matching/outbox.h"

#include <stdbool.h>
#include <stddef.h>

#define NOW_MS 1800000000000LL
#define N_OLD  14
#define N_NEW  2

enum { LIFE_N_STATES = 13 };

/* What was noted before the trouble, in each state that a request may be in; what is asked for
 * during it. */
struct life {
    char folder[64], path[96];
    char old[N_OLD][MATCHING_ID_SIZE], fresh[N_NEW][MATCHING_ID_SIZE];
    char *old_body[N_OLD], *fresh_body[N_NEW]; /* the template's */
    bool is_kept[N_OLD];                       /* waits, and is sound */
    bool is_noted[N_NEW];
};

struct life_state {
    const char *name;
    void (*prepare)(struct life *life);
    unsigned long n_dense; /* of the first places none is left out: here the names change */
    bool is_newer;         /* of a version that this one must not open */
};

/* life_states.c */
extern const struct life_state life_states[LIFE_N_STATES];

/* Once for each state; every life begins with a copy of it. */
void life_make_template(struct life *life, size_t state);
void life_remove_template(struct life *life);

void life_begin(const struct life *template, struct life *life);
/* Every call may fail; only what was noted is believed. */
void life_live(struct life *life);
/* The trouble is over. Returns: how many promises do not hold; each is printed. */
unsigned long life_look_after(struct life *life, size_t state);

/* Whether the outbox has the request with these bytes. */
bool life_is_there(struct matching_outbox *outbox, const char *id, const char *wanted);

#endif
