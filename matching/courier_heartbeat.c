/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The part of matching/courier that tells the service now and then that the speaker is well. */
#include "matching/courier_private.h"

#include "base/clock.h"
#include "matching/answer.h"
#include "matching/outcome.h"

#include <stdio.h>
#include <stdlib.h>

int matching_courier_begin_heartbeat(struct matching_courier *courier, int64_t now_ms)
{
    char path[128 + MATCHING_NAME_SIZE], sent_at[32], *body;
    struct matching_call call = {.method = "POST", .path = path};
    struct matching_outbox_counts counts;
    struct matching_heartbeat beat = {
        .device = courier->device,
        .version = courier->app_version,
        .audio = *courier->audio ? courier->audio : "unknown",
        .uptime_s = courier->uptime_s,
        .n_restarts = courier->n_restarts,
        .sent_at = sent_at,
    };
    int r;

    matching_outbox_counts(courier->outbox, &counts);
    beat.n_waiting = counts.n_waiting;
    for (size_t i = 0; i < courier->ledger.n_items && beat.oldest_s == 0; i++) {
        if (matching_item_is_waiting(&courier->ledger.items[i]))
            beat.oldest_s = matching_item_waited_s(&courier->ledger.items[i], now_ms);
    }
    base_clock_format_utc(matching_courier_wall(courier), sent_at);
    snprintf(path, sizeof(path), "/v1/devices/%s/heartbeat", courier->device);
    r = matching_heartbeat_encode(&beat, &body, &call.n_body);
    if (r < 0)
        return r;
    call.body = body;
    r = matching_courier_begin(courier, MATCHING_LANE_DELIVERY, &call);
    free(body);
    if (r == 0)
        courier->delivery = MATCHING_DELIVERY_HEARTBEAT;
    return r;
}

void matching_courier_heartbeat_answered(struct matching_courier *courier,
                                         const struct matching_reply *reply)
{
    int64_t now_ms = matching_courier_now(courier);
    enum matching_body body = matching_answer_body(reply->body, reply->n_body, courier->device);
    struct matching_outcome outcome = matching_courier_judge(
        courier, reply, body == MATCHING_BODY_OBJECT ? MATCHING_BODY_ECHO : body);

    if (outcome.action == MATCHING_ACTION_TRANSMITTED ||
        outcome.action == MATCHING_ACTION_DEAD_LETTER) {
        matching_courier_saw_service(courier, now_ms);
        matching_schedule_chore_done(&courier->schedule, MATCHING_CHORE_HEARTBEAT, false, now_ms);
        return;
    }
    matching_schedule_chore_failed(&courier->schedule, MATCHING_CHORE_HEARTBEAT,
                                   reply->retry_after_s, now_ms);
    matching_courier_saw_trouble(courier, &outcome);
}
