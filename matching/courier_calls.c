/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The part of matching/courier that shares the lanes out: which answer goes to whom, and which call
 * is next. One call at a time on the delivery lane: requests first, then the heartbeat, then the
 * token.
 */
#include "matching/courier_private.h"

#include "base/log.h"

#include <string.h>

int matching_courier_begin(struct matching_courier *courier, enum matching_lane lane,
                           const struct matching_call *call)
{
    return courier->client->ops->begin(courier->client, lane, call);
}

void matching_courier_take_replies(struct matching_courier *courier)
{
    struct matching_reply reply;

    while (courier->client->ops->take(courier->client, &reply) == 1) {
        enum matching_delivery delivery = courier->delivery;
        char id[MATCHING_ID_SIZE];

        courier->is_tls_agreed |= reply.transport == MATCHING_TRANSPORT_OK;
        memcpy(id, reply.lane == MATCHING_LANE_ALERT ? courier->alerting : courier->delivering,
               sizeof(id));
        if (reply.lane == MATCHING_LANE_DELIVERY) {
            courier->delivery = MATCHING_DELIVERY_IDLE;
            courier->delivering[0] = '\0';
            if (delivery != MATCHING_DELIVERY_RENEWAL)
                matching_renewal_prove(&courier->renewal, &reply, &courier->schedule.rng,
                                       matching_courier_now(courier));
            if (delivery == MATCHING_DELIVERY_SEND)
                matching_courier_send_answered(courier, id, &reply);
            else if (delivery == MATCHING_DELIVERY_CANCEL)
                matching_courier_cancel_answered(courier, id, &reply);
            else if (delivery == MATCHING_DELIVERY_RENEWAL)
                matching_courier_renewal_answered(courier, &reply);
            else
                matching_courier_heartbeat_answered(courier, &reply);
        } else if (reply.lane == MATCHING_LANE_NEWS) {
            courier->is_polling = false;
            matching_courier_news_answered(courier, &reply);
        } else {
            courier->is_alerting = false;
            matching_courier_alert_answered(courier, id, &reply);
        }
        matching_reply_finish(&reply);
    }
}

static int64_t begin_delivery(struct matching_courier *courier, int64_t now_ms)
{
    int64_t wake_ms = INT64_MAX, beat_ms, renewal_ms;
    struct matching_turn *turn;

    while (courier->delivery == MATCHING_DELIVERY_IDLE &&
           (turn = matching_schedule_next(&courier->schedule, now_ms, &wake_ms)) != NULL) {
        char id[MATCHING_ID_SIZE];
        int r;

        memcpy(id, turn->id, sizeof(id));
        r = turn->kind == MATCHING_TURN_SEND ? matching_courier_begin_send(courier, id)
                                             : matching_courier_begin_cancel(courier, id);
        if (r) {
            base_log_fault(BASE_LOG_ERROR, "request-not-begun", id, "error %d: tried again later",
                           r);
            matching_schedule_failed(&courier->schedule, id, false, -1, now_ms);
        }
    }
    if (courier->delivery != MATCHING_DELIVERY_IDLE)
        return INT64_MAX; /* its answer wakes us */
    beat_ms = matching_schedule_chore_due(&courier->schedule, MATCHING_CHORE_HEARTBEAT);
    if (beat_ms <= now_ms) {
        if (matching_courier_begin_heartbeat(courier, now_ms) != 0)
            matching_schedule_chore_failed(&courier->schedule, MATCHING_CHORE_HEARTBEAT, -1,
                                           now_ms);
        return courier->delivery == MATCHING_DELIVERY_IDLE ? now_ms + 1 : INT64_MAX;
    }
    renewal_ms = matching_courier_begin_renewal(courier, now_ms);
    if (renewal_ms < beat_ms)
        beat_ms = renewal_ms;
    return beat_ms < wake_ms ? beat_ms : wake_ms;
}

int64_t matching_courier_begin_calls(struct matching_courier *courier, int64_t now_ms)
{
    int64_t wake_ms = matching_courier_begin_alert(courier, now_ms), delivery_ms, news_ms;

    if (!courier->outbox) /* alerts do without */
        return wake_ms;
    delivery_ms = begin_delivery(courier, now_ms);
    news_ms = matching_courier_begin_news(courier, now_ms);
    if (delivery_ms < wake_ms)
        wake_ms = delivery_ms;
    return news_ms < wake_ms ? news_ms : wake_ms;
}
