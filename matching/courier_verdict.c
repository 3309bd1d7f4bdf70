/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The part of matching/courier that tells from any answer how the service as a whole is: there,
 * away, refusing us, or of another time than our clock. Each is told once, until it is over. */
#include "matching/courier_private.h"

#include "base/log.h"

#include <stdio.h>
#include <string.h>

#define AHEAD_MS (2 * 365 * 86400000LL)

/* What the answer means. A certificate that seems to have expired, two years after the service took
 * something the last time, tells of a clock that is ahead rather than of the service (R18). */
struct matching_outcome matching_courier_judge(const struct matching_courier *courier,
                                               const struct matching_reply *reply,
                                               enum matching_body body)
{
    struct matching_outcome outcome = matching_outcome_of(reply->transport, reply->status, body);
    int64_t taken_ms = 0;

    if (reply->transport != MATCHING_TRANSPORT_TLS_EXPIRED)
        return outcome;
    for (size_t i = 0; i < courier->ledger.n_items; i++) {
        const struct matching_entry *entry = &courier->ledger.items[i].entry;
        enum matching_state state = entry->summary.state;

        if ((state == MATCHING_TRANSMITTED || state == MATCHING_MATCHED ||
             state == MATCHING_DONE) &&
            entry->settled_wall_ms > taken_ms)
            taken_ms = entry->settled_wall_ms;
    }
    if (taken_ms > 0 && matching_courier_wall(courier) - taken_ms > AHEAD_MS)
        outcome = matching_outcome_of(MATCHING_TRANSPORT_TLS_NOT_YET, 0, body);
    return outcome;
}

void matching_courier_saw_service(struct matching_courier *courier, int64_t now_ms)
{
    courier->is_clock_told = false;
    courier->is_clock_vouched = true;
    courier->trouble = NULL;
    if (!courier->is_away)
        return;
    courier->is_away = false;
    log_notice("service-back", "answers again");
    matching_schedule_hurry(&courier->schedule, now_ms);
    matching_courier_emit(courier, MATCHING_EVENT_SERVICE_BACK, NULL);
}

void matching_courier_saw_trouble(struct matching_courier *courier,
                                  const struct matching_outcome *outcome)
{
    if (outcome->action == MATCHING_ACTION_KEEP_AND_ALERT &&
        (!courier->trouble || strcmp(courier->trouble, outcome->code) != 0)) {
        struct matching_event event = {.type = MATCHING_EVENT_IDENTITY_REFUSED,
                                       .say = outcome->say};

        courier->trouble = outcome->code;
        snprintf(event.status, sizeof(event.status), "%s", outcome->code);
        log_error(outcome->code, "the service cannot be used: somebody must act");
        courier->emit(courier->user, &event);
    }
    if (outcome->is_clock && !courier->is_clock_told) {
        courier->is_clock_told = true;
        log_error("clock", "certificate of another time: our clock is wrong");
        matching_courier_emit(courier, MATCHING_EVENT_CLOCK_WRONG, NULL);
    }
    if (outcome->is_service_wide && !courier->is_away) {
        courier->is_away = true;
        log_warning("service-away", "cause: %s", outcome->code);
        matching_courier_emit(courier, MATCHING_EVENT_SERVICE_AWAY, NULL);
    }
}
