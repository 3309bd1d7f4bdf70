/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What world.c and world_steps.c share. Nobody else includes this. */
#ifndef TESTS_PROVE_WORLD_PRIVATE_H
#define TESTS_PROVE_WORLD_PRIVATE_H

#include "base/clock.h"
#include "matching/courier.h"
#include "tests/matching/script.h"
#include "tests/prove/world.h"

#include <stdbool.h>

#define QUEUE_MAX 12
#define KNOWN_MAX 2048
#define NEWS_MAX  8192
#define WALL_MS   1800000000000LL
#define DAY_MS    86400000LL

/* All that anybody knows of one request. */
struct known {
    char id[MATCHING_ID_SIZE];
    char *body;
    int64_t made_ms, settled_ms;

    /* what the resident was told */
    bool noted, not_noted, cancelled, transmitted, refused, expired, ended;
    bool wants_cancel, is_live; /* asked to be cancelled, while it could still be */

    /* what the service did, and what of that it has told */
    bool applied, told_applied, told_refused;
    bool was_matched, was_called_off, was_expired;
    const char *status;

    int64_t held_until_ms;      /* a sending that was broken off lives on in the network; 0: none */
    bool is_called_off_there;   /* the service remembers that it was called off before it came */
    bool may_be_there;          /* refused by a disk that could not take it back either */
    bool is_in_flight;          /* left before it was cancelled */
    bool is_listed, is_settled; /* in the courier's list; as anything but waiting */
    enum matching_state last;
};

struct world {
    char folder[64];
    struct base_clock_manual clock;
    int64_t wall_off_ms;
    struct script script;
    unsigned n_calls_seen;
    struct matching_courier *courier;
    struct matching_copy copy;
    struct known known[KNOWN_MAX];
    size_t n_known;
    struct {
        size_t who;
        const char *status;
    } news[NEWS_MAX]; /* of the service, in order; the cursor counts them */
    size_t n_news;
    bool remembers; /* the service, what was called off before it came */
    bool disk_fault, disk_forever, disk_was_bad;
    struct verdict *verdict;
    struct tally *tally;
};

void world_break(struct world *world, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
struct known *world_find(struct world *world, const char *id);
bool world_is_waiting(const struct known *known);
void world_turn(struct world *world);
void world_check(struct world *world);
void world_open(struct world *world);
void world_crash(struct world *world);
/* What the network held long enough arrives. */
void world_let_go(struct world *world);
void world_step(struct world *world, const struct step *step);
/* Everything is well again: what was promised must come to its end. */
void world_settle(struct world *world);

#endif
