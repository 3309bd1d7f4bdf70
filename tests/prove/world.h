/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The model of R48: a courier with a clock that is moved by hand, a disk that may fail, and a
 * service of a few lines that may answer anything; and beside them what each party knows, in its
 * simplest form. After every step the promises are checked against it.
 *
 * A sequence is an array of steps and depends on nothing else (ids, delays and the service's moods
 * all come from the steps), so that it can be repeated and made shorter.
 */
#ifndef TESTS_PROVE_WORLD_H
#define TESTS_PROVE_WORLD_H

#include <stddef.h>
#include <stdint.h>

enum step_kind {
    STEP_SUBMIT,
    STEP_AGAIN,  /* the same id and bytes once more */
    STEP_CANCEL, /* one that was noted */
    STEP_TOLD,
    STEP_TURN,
    STEP_ANSWER, /* the service answers the delivery lane, in a mood */
    STEP_NEWS,   /* the service answers the long poll, in a mood */
    STEP_HAPPEN, /* a volunteer accepts, it is done, it is called off there */
    STEP_PASS,   /* time, up to 26 hours */
    STEP_CLOCK,  /* the wall clock is set */
    STEP_CRASH,  /* and a start */
    STEP_DISK,   /* the n-th write from now on fails, once or for ever */
    STEP_HEAL,   /* the disk */
    STEP_TIDY,
    N_STEP_KINDS,
};

struct step {
    uint8_t kind;
    uint32_t how;
};

struct verdict {
    size_t n_done;  /* steps until the promise broke, or all */
    char what[160]; /* "" when all held */
};

/* What happened over all sequences: a model that never meets a case proves nothing about it. */
struct tally {
    int is_traced; /* prints each step and what it makes the courier tell */
    unsigned long steps[N_STEP_KINDS];
    unsigned long n_noted, n_not_noted, n_full, n_transmitted, n_refused, n_matched, n_cancelled,
        n_expired, n_crashes, n_calls, n_late;
};

const char *step_name(enum step_kind kind);
void world_run(const struct step *steps, size_t n_steps, struct verdict *ret_verdict,
               struct tally *tally);

#endif
