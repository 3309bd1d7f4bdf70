/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "matching/schedule.h"

#include "matching/retry.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HURRY_MS          10000
#define HEARTBEAT_MS      (23 * 3600 * 1000LL) /* and up to two hours: once a day in the mean */
#define HEARTBEAT_MORE_MS (2 * 3600 * 1000LL)
#define REST_TENTHS       19 /* of the splay: the last call of a backlog ends within three of them */
#define BEAT_TENTHS       50
#define QUIET_POLL_MS     5000 /* a service that answers a long poll at once is asked less often */

/* Once the first splay is over, within so many tenths of another one. */
static int64_t draw_after_start(struct matching_schedule *schedule, int n_tenths)
{
    return schedule->started_ms + schedule->splay_ms +
           matching_retry_splay_ms(&schedule->rng, n_tenths * schedule->splay_ms / 10);
}

void matching_schedule_init(struct matching_schedule *schedule, uint64_t seed, int64_t base_ms,
                            int64_t cap_ms, int64_t splay_ms, int64_t now_ms)
{
    memset(schedule, 0, sizeof(*schedule));
    base_rng_seed(&schedule->rng, seed);
    schedule->base_ms = base_ms > 0 ? base_ms : MATCHING_RETRY_BASE_MS;
    schedule->cap_ms = cap_ms > 0 ? cap_ms : MATCHING_RETRY_CAP_MS;
    schedule->splay_ms = splay_ms >= 0 ? splay_ms : MATCHING_BOOT_SPLAY_MS;
    schedule->started_ms = now_ms;
    schedule->gate_ms = now_ms + matching_retry_splay_ms(&schedule->rng, schedule->splay_ms);
    schedule->chores[MATCHING_CHORE_NEWS].due_ms = draw_after_start(schedule, REST_TENTHS);
    schedule->chores[MATCHING_CHORE_HEARTBEAT].due_ms = draw_after_start(schedule, BEAT_TENTHS);
}

void matching_schedule_finish(struct matching_schedule *schedule)
{
    free(schedule->turns);
    schedule->turns = NULL;
    schedule->n_turns = schedule->n_turns_max = 0;
}

struct matching_turn *matching_schedule_find(struct matching_schedule *schedule, const char *id)
{
    for (size_t i = 0; i < schedule->n_turns; i++) {
        if (strcmp(schedule->turns[i].id, id) == 0)
            return &schedule->turns[i];
    }
    return NULL;
}

int matching_schedule_add(struct matching_schedule *schedule, const char *id,
                          enum matching_turn_kind kind, bool is_fresh, int64_t now_ms)
{
    struct matching_turn *turn = matching_schedule_find(schedule, id);
    bool is_of_before = !is_fresh && now_ms - schedule->started_ms < schedule->splay_ms;
    /* The gate holds the first of them back, the others have a time of their own. */
    int64_t due_ms =
        is_of_before && schedule->n_turns > 0 ? draw_after_start(schedule, REST_TENTHS) : now_ms;

    if (!turn) {
        if (schedule->n_turns == schedule->n_turns_max) {
            size_t n_max = schedule->n_turns_max ? schedule->n_turns_max * 2 : 16;
            void *larger = realloc(schedule->turns, n_max * sizeof(*schedule->turns));

            if (!larger)
                return -ENOMEM;
            schedule->turns = larger;
            schedule->n_turns_max = n_max;
        }
        turn = &schedule->turns[schedule->n_turns++];
    }
    *turn = (struct matching_turn){.kind = kind, .is_fresh = is_fresh, .due_ms = due_ms};
    snprintf(turn->id, sizeof(turn->id), "%s", id);
    return 0;
}

void matching_schedule_remove(struct matching_schedule *schedule, const char *id)
{
    struct matching_turn *turn = matching_schedule_find(schedule, id);
    struct matching_turn *end = schedule->turns + schedule->n_turns;

    if (!turn)
        return;
    memmove(turn, turn + 1, (size_t)(end - turn - 1) * sizeof(*turn));
    schedule->n_turns--;
}

struct matching_turn *matching_schedule_next(struct matching_schedule *schedule, int64_t now_ms,
                                             int64_t *ret_wake_ms)
{
    struct matching_turn *best = NULL;
    int64_t best_ms = INT64_MAX;

    for (size_t i = 0; i < schedule->n_turns; i++) {
        struct matching_turn *turn = &schedule->turns[i];
        int64_t at_ms = turn->due_ms;

        if (!turn->is_fresh && at_ms < schedule->gate_ms)
            at_ms = schedule->gate_ms;
        if (at_ms <= now_ms)
            at_ms = turn->is_fresh ? INT64_MIN : now_ms; /* the fresh ones first, then the oldest */
        if (at_ms < best_ms) {
            best = turn;
            best_ms = at_ms;
        }
    }
    *ret_wake_ms = best_ms > now_ms ? best_ms : now_ms;
    return best_ms <= now_ms ? best : NULL;
}

void matching_schedule_succeeded(struct matching_schedule *schedule, int64_t now_ms)
{
    schedule->n_failures = 0;
    schedule->gate_ms = now_ms;
}

static int64_t draw_delay(struct matching_schedule *schedule, unsigned n_failures,
                          int64_t retry_after_s)
{
    if (retry_after_s >= 0)
        return matching_retry_after_ms(&schedule->rng, retry_after_s);
    return matching_retry_delay_ms(&schedule->rng, schedule->base_ms, schedule->cap_ms, n_failures);
}

int64_t matching_schedule_failed(struct matching_schedule *schedule, const char *id,
                                 bool is_service_wide, int64_t retry_after_s, int64_t now_ms)
{
    struct matching_turn *turn = matching_schedule_find(schedule, id);
    bool was_fresh = turn && turn->is_fresh;
    int64_t delay_ms;

    if (turn) {
        turn->is_fresh = false;
        turn->n_attempts++;
    }
    if (turn && !is_service_wide) {
        delay_ms = draw_delay(schedule, turn->n_attempts, retry_after_s);
        turn->due_ms = now_ms + delay_ms;
        /* The others go on, but not all at once should they meet the same fate. */
        schedule->gate_ms = now_ms + draw_delay(schedule, 0, -1);
        return delay_ms;
    }
    /* A fresh try while the gate is closed tells nothing new: it does not lengthen the wait, nor
     * shorten it unless the service named a time. */
    if (was_fresh && schedule->gate_ms > now_ms && retry_after_s < 0)
        return schedule->gate_ms - now_ms;
    delay_ms = draw_delay(schedule, ++schedule->n_failures, retry_after_s);
    schedule->gate_ms = now_ms + delay_ms;
    return delay_ms;
}

void matching_schedule_hurry(struct matching_schedule *schedule, int64_t now_ms)
{
    int64_t soon_ms =
        now_ms + matching_retry_splay_ms(&schedule->rng,
                                         HURRY_MS < schedule->cap_ms ? HURRY_MS : schedule->cap_ms);

    if (schedule->gate_ms > soon_ms)
        schedule->gate_ms = soon_ms;
}

int64_t matching_schedule_chore_due(const struct matching_schedule *schedule,
                                    enum matching_chore chore)
{
    if (chore == MATCHING_CHORE_NEWS && schedule->n_failures > 0 && schedule->n_turns > 0)
        return INT64_MAX;
    return schedule->chores[chore].due_ms;
}

void matching_schedule_chore_done(struct matching_schedule *schedule, enum matching_chore chore,
                                  bool is_quiet, int64_t now_ms)
{
    int64_t delay_ms;

    if (chore == MATCHING_CHORE_HEARTBEAT)
        delay_ms = HEARTBEAT_MS + matching_retry_splay_ms(&schedule->rng, HEARTBEAT_MORE_MS);
    else
        delay_ms =
            is_quiet ? QUIET_POLL_MS + matching_retry_splay_ms(&schedule->rng, QUIET_POLL_MS) : 0;
    schedule->chores[chore].n_failures = 0;
    schedule->chores[chore].due_ms = now_ms + delay_ms;
}

int64_t matching_schedule_chore_failed(struct matching_schedule *schedule,
                                       enum matching_chore chore, int64_t retry_after_s,
                                       int64_t now_ms)
{
    int64_t delay_ms = draw_delay(schedule, ++schedule->chores[chore].n_failures, retry_after_s);

    if (chore == MATCHING_CHORE_HEARTBEAT && retry_after_s < 0)
        delay_ms = schedule->cap_ms + matching_retry_splay_ms(&schedule->rng, 3 * schedule->cap_ms);
    schedule->chores[chore].due_ms = now_ms + delay_ms;
    return delay_ms;
}

void matching_schedule_news_wanted(struct matching_schedule *schedule, bool is_fresh,
                                   int64_t now_ms)
{
    int64_t *due_ms = &schedule->chores[MATCHING_CHORE_NEWS].due_ms;

    if (is_fresh)
        matching_schedule_chore_now(schedule, MATCHING_CHORE_NEWS, now_ms);
    else if (*due_ms <= now_ms)
        *due_ms = now_ms + matching_retry_splay_ms(&schedule->rng, schedule->splay_ms);
}

void matching_schedule_chore_now(struct matching_schedule *schedule, enum matching_chore chore,
                                 int64_t now_ms)
{
    schedule->chores[chore].n_failures = 0;
    schedule->chores[chore].due_ms = now_ms;
}
