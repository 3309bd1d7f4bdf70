/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What to send next, and when: pure, so that a simulation of 100,000 devices runs the very code
 * that a device runs.
 *
 * - One delivery at a time. A fresh request is tried at once, even while the service is away: the
 *   resident is waiting for the sentence.
 * - What failed for a cause that concerns every request (network, 503, TLS) closes a gate for the
 *   whole backlog, with full jitter on the number of failures in a row. What failed for a cause of
 *   its own (409, 500) waits by itself too, so that one bad request never holds up the others.
 * - After a start everything but the fresh waits a random time: when the power comes back in a
 *   region, every speaker starts in the same second (R13). With a splay of S the oldest request
 *   goes in 0..S, the other ones and the first question for news in S..3S, the first heartbeat,
 *   which is in no hurry, in S..6S. Five minutes for all of it was measured (tests/fleet): a fleet
 *   that restarts after twelve hours then makes 1.3 % of itself of calls a second.
 * - While the service is away one thing a device asks whether it is back: the oldest request if one
 *   waits, else the news. Heartbeats try at most every quarter of an hour.
 * - All times are monotonic milliseconds; the wall clock plays no part (R17).
 *
 * Thread: one at a time.
 */
#ifndef MATCHING_SCHEDULE_H
#define MATCHING_SCHEDULE_H

#include "base/rng.h"
#include "matching/request.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum matching_turn_kind {
    MATCHING_TURN_SEND,
    MATCHING_TURN_CANCEL,
};

struct matching_turn {
    char id[MATCHING_ID_SIZE];
    enum matching_turn_kind kind;
    bool is_fresh; /* made in this run and not tried yet */
    unsigned n_attempts;
    int64_t due_ms;
};

/* Periodic or repeated calls that belong to no request. */
enum matching_chore {
    MATCHING_CHORE_NEWS,
    MATCHING_CHORE_HEARTBEAT,
    MATCHING_N_CHORES,
};

struct matching_schedule {
    struct base_rng rng;
    int64_t base_ms, cap_ms, splay_ms;
    int64_t started_ms;
    int64_t gate_ms; /* the backlog waits until then */
    unsigned n_failures;
    struct {
        int64_t due_ms;
        unsigned n_failures;
    } chores[MATCHING_N_CHORES];
    struct matching_turn *turns; /* in the order they were noted */
    size_t n_turns, n_turns_max;
};

/* 0 for base_ms and cap_ms, -1 for splay_ms: the defaults of matching/retry.h. */
void matching_schedule_init(struct matching_schedule *schedule, uint64_t seed, int64_t base_ms,
                            int64_t cap_ms, int64_t splay_ms, int64_t now_ms);
void matching_schedule_finish(struct matching_schedule *schedule);

/* Adds a turn; one for the same id is replaced. Returns: 0 or -ENOMEM. */
int matching_schedule_add(struct matching_schedule *schedule, const char *id,
                          enum matching_turn_kind kind, bool is_fresh, int64_t now_ms);
void matching_schedule_remove(struct matching_schedule *schedule, const char *id);
/* Returns: the id's turn or NULL. */
struct matching_turn *matching_schedule_find(struct matching_schedule *schedule, const char *id);

/* The turn to take now, or NULL; ret_wake_ms is then when to ask again (INT64_MAX: never). What it
 * gives stays until the schedule is changed. */
struct matching_turn *matching_schedule_next(struct matching_schedule *schedule, int64_t now_ms,
                                             int64_t *ret_wake_ms);

/* The service took something: the gate is open. */
void matching_schedule_succeeded(struct matching_schedule *schedule, int64_t now_ms);

/*
 * The id's turn failed and stays. retry_after_s: what the service asked for, -1: nothing. Returns:
 * when the backlog or the turn goes on, as a delay.
 */
int64_t matching_schedule_failed(struct matching_schedule *schedule, const char *id,
                                 bool is_service_wide, int64_t retry_after_s, int64_t now_ms);

/* The service was seen alive, or the clock was put right: lets the backlog go on within a few
 * seconds. */
void matching_schedule_hurry(struct matching_schedule *schedule, int64_t now_ms);

/* When the chore is due; INT64_MAX while something else asks for it. */
int64_t matching_schedule_chore_due(const struct matching_schedule *schedule,
                                    enum matching_chore chore);
void matching_schedule_chore_done(struct matching_schedule *schedule, enum matching_chore chore,
                                  bool is_quiet, int64_t now_ms);
int64_t matching_schedule_chore_failed(struct matching_schedule *schedule,
                                       enum matching_chore chore, int64_t retry_after_s,
                                       int64_t now_ms);
/* A request was delivered, and its news are wanted: at once if it is fresh, since the resident may
 * still be listening; else when it was due, or after a part of the splay. */
void matching_schedule_news_wanted(struct matching_schedule *schedule, bool is_fresh,
                                   int64_t now_ms);
/* Makes it due now. */
void matching_schedule_chore_now(struct matching_schedule *schedule, enum matching_chore chore,
                                 int64_t now_ms);

#endif
