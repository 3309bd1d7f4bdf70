/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The part of matching/courier that sends requests and their cancellations, and takes the answers.
 * A request leaves only after its state on disk says that it may have, and is done with only after
 * the disk knows the answer: whatever breaks off between is done again under the same key.
 */
#include "matching/courier_private.h"

#include "base/log.h"
#include "matching/answer.h"
#include "matching/outcome.h"

#include <stdio.h>
#include <stdlib.h>

#define HELD_S 900 /* for as long a request may live on in the network */

/* The turn stays; says so once. */
static void keep(struct matching_courier *courier, const char *id,
                 const struct matching_outcome *outcome, const struct matching_reply *reply)
{
    int64_t now_ms = matching_courier_now(courier);
    struct matching_item *item = matching_ledger_find(&courier->ledger, id);
    struct matching_turn *turn;
    int64_t delay_ms = matching_schedule_failed(&courier->schedule, id, outcome->is_service_wide,
                                                reply->retry_after_s, now_ms);

    turn = matching_schedule_find(&courier->schedule, id);
    base_log(BASE_LOG_WARNING, "request-kept", id,
             "cause: %s, status %d, transport %s, attempt %u, next in %lld s", outcome->code,
             reply->status, matching_transport_name(reply->transport), turn ? turn->n_attempts : 0,
             (long long)(delay_ms / 1000));
    matching_courier_saw_trouble(courier, outcome);
    if (item && matching_item_is_waiting(item) && !item->is_kept_told) {
        item->is_kept_told = true;
        matching_courier_emit(courier, MATCHING_EVENT_KEPT, id);
    }
}

/* Marks and tells. A mark that cannot be written leaves the turn: it is sent again under the same
 * key, which the service recognises. */
static void settle(struct matching_courier *courier, const char *id, enum matching_state state,
                   enum matching_event_type event)
{
    int64_t now_ms = matching_courier_now(courier);

    if (matching_courier_mark(courier, id, state) != 0) {
        base_log_fault(BASE_LOG_ERROR, "outbox-mark", id, "cannot be marked %s: sent again later",
                       matching_state_name(state));
        matching_schedule_failed(&courier->schedule, id, false, -1, now_ms);
        return;
    }
    matching_schedule_remove(&courier->schedule, id);
    matching_courier_refresh(courier, id, NULL);
    if (event != MATCHING_N_EVENT_TYPES)
        matching_courier_emit(courier, event, id);
}

void matching_courier_send_answered(struct matching_courier *courier, const char *id,
                                    const struct matching_reply *reply)
{
    int64_t now_ms = matching_courier_now(courier);
    struct matching_outcome outcome = matching_courier_judge(
        courier, reply, matching_answer_body(reply->body, reply->n_body, id));
    struct matching_item *item = matching_ledger_find(&courier->ledger, id);
    const struct matching_turn *turn = matching_schedule_find(&courier->schedule, id);
    bool is_waiting = item && matching_item_is_waiting(item), was_fresh = turn && turn->is_fresh;
    bool is_taken = outcome.action == MATCHING_ACTION_TRANSMITTED;

    if (!is_taken && outcome.action != MATCHING_ACTION_DEAD_LETTER) {
        keep(courier, id, &outcome, reply);
        return;
    }
    matching_courier_saw_service(courier, now_ms);
    matching_schedule_succeeded(&courier->schedule, now_ms);
    if (!item) { /* short of memory: asked again, under the same key, once the ledger knows it */
        matching_schedule_failed(&courier->schedule, id, false, -1, now_ms);
        return;
    }
    if (is_taken) {
        base_log(BASE_LOG_NOTICE, "request-transmitted", id, "status %d", reply->status);
        matching_schedule_news_wanted(&courier->schedule, was_fresh, now_ms);
        if (is_waiting) /* else it was cancelled meanwhile, or the news were quicker */
            settle(courier, id, MATCHING_TRANSMITTED, MATCHING_EVENT_TRANSMITTED);
        else if (item->entry.summary.state != MATCHING_CANCELLING)
            matching_schedule_remove(&courier->schedule, id);
    } else {
        base_log(BASE_LOG_ERROR, "request-refused", id, "cause: %s, status %d", outcome.code,
                 reply->status);
        if (is_waiting)
            settle(courier, id, MATCHING_REFUSED, MATCHING_EVENT_REFUSED);
        else if (item->entry.summary.state == MATCHING_CANCELLING) /* it never had it */
            settle(courier, id, MATCHING_CANCELLED, MATCHING_N_EVENT_TYPES);
        else
            matching_schedule_remove(&courier->schedule, id);
    }
}

void matching_courier_cancel_answered(struct matching_courier *courier, const char *id,
                                      const struct matching_reply *reply)
{
    enum matching_body body = matching_answer_body(reply->body, reply->n_body, id);
    struct matching_outcome outcome = matching_courier_judge(courier, reply, body);
    struct matching_item *item = matching_ledger_find(&courier->ledger, id);
    int64_t now_ms = matching_courier_now(courier);
    /* A service that does not know the request has nothing to cancel; one that says so in JSON is
     * the service. But a try that was broken off may be held somewhere on the way and arrive after
     * its cancellation; a service that does not remember is asked once more when that is over. */
    bool is_unknown = reply->transport == MATCHING_TRANSPORT_OK &&
                      (reply->status == 404 || reply->status == 410) && body != MATCHING_BODY_OTHER;

    if (!is_unknown && outcome.action != MATCHING_ACTION_TRANSMITTED &&
        outcome.action != MATCHING_ACTION_DEAD_LETTER) {
        keep(courier, id, &outcome, reply);
        return;
    }
    matching_courier_saw_service(courier, now_ms);
    matching_schedule_succeeded(&courier->schedule, now_ms);
    if (is_unknown && item && !item->is_unknown_there) {
        item->is_unknown_there = true;
        base_log(BASE_LOG_NOTICE, "cancel-early", id, "not there: asked again in case it comes");
        matching_schedule_failed(&courier->schedule, id, false, HELD_S, now_ms);
        return;
    }
    base_log(BASE_LOG_NOTICE, "cancel-transmitted", id, "status %d", reply->status);
    settle(courier, id, MATCHING_CANCELLED, MATCHING_N_EVENT_TYPES);
}

int matching_courier_begin_send(struct matching_courier *courier, const char *id)
{
    struct matching_item *item = matching_ledger_find(&courier->ledger, id);
    struct matching_call call = {.method = "POST", .path = "/v1/requests", .idempotency_key = id};
    char *body;
    int r = matching_courier_saw_outbox(
        courier, matching_outbox_body(courier->outbox, id, &body, &call.n_body));

    if (r == MATCHING_OUTBOX_SPOILED || r == MATCHING_OUTBOX_ABSENT) {
        struct matching_event event = {.type = MATCHING_EVENT_DAMAGED, .n = 1};

        matching_schedule_remove(&courier->schedule, id);
        matching_courier_refresh(courier, id, NULL);
        courier->emit(courier->user, &event);
        return 0;
    }
    if (r)
        return r;
    /* Before the first byte leaves: whoever cancels after a crash must know that it may have. */
    if (item && item->entry.summary.state == MATCHING_NOTED) {
        /* On a disk that takes nothing more it goes all the same: kept here for ever it would help
         * nobody, and whoever cancels it in a later run tells the service (see cancel). */
        if (matching_courier_mark(courier, id, MATCHING_SENDING) != 0)
            base_log_fault(BASE_LOG_ERROR, "outbox-mark", id,
                           "cannot be marked sending: sent unmarked");
        item->entry.summary.state = MATCHING_SENDING;
        matching_ledger_touch(&courier->ledger, item);
    }
    call.body = body;
    r = matching_courier_begin(courier, MATCHING_LANE_DELIVERY, &call);
    free(body);
    if (r == 0) {
        courier->delivery = MATCHING_DELIVERY_SEND;
        snprintf(courier->delivering, sizeof(courier->delivering), "%s", id);
        base_log(BASE_LOG_INFO, "request-sending", id, "tried");
    }
    return r;
}

int matching_courier_begin_cancel(struct matching_courier *courier, const char *id)
{
    char path[128];
    struct matching_call call = {.method = "POST", .path = path, .body = "{}", .n_body = 2};
    int r;

    snprintf(path, sizeof(path), "/v1/requests/%s/cancel", id);
    r = matching_courier_begin(courier, MATCHING_LANE_DELIVERY, &call);
    if (r == 0) {
        courier->delivery = MATCHING_DELIVERY_CANCEL;
        snprintf(courier->delivering, sizeof(courier->delivering), "%s", id);
    }
    return r;
}
