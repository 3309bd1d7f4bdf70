/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The part of matching/courier that calls for help: on a lane of its own, without the outbox, until
 * it is acknowledged, refused or given up. */
#include "matching/courier_private.h"

#include "base/log.h"
#include "matching/answer.h"
#include "matching/outcome.h"

#include <string.h>

void matching_courier_alert_answered(struct matching_courier *courier, const char *id,
                                     const struct matching_reply *reply)
{
    struct matching_alert *alert = matching_alerts_find(&courier->alerts, id);
    struct matching_outcome outcome = matching_outcome_of(
        reply->transport, reply->status, matching_answer_body(reply->body, reply->n_body, id));

    if (!alert)
        return;
    if (outcome.action == MATCHING_ACTION_TRANSMITTED) {
        base_log(BASE_LOG_NOTICE, "alert-acknowledged", id, "status %d", reply->status);
        matching_alert_free(alert);
        matching_courier_emit(courier, MATCHING_EVENT_ALERT_ACKNOWLEDGED, id);
    } else if (outcome.action == MATCHING_ACTION_DEAD_LETTER) {
        base_log(BASE_LOG_ERROR, "alert-refused", id, "status %d", reply->status);
        matching_alert_free(alert);
        matching_courier_emit(courier, MATCHING_EVENT_ALERT_FAILED, id);
    } else {
        base_log_fault(BASE_LOG_WARNING, "alert-kept", id, "cause: %s", outcome.code);
        matching_alert_failed(alert, &courier->schedule.rng, matching_courier_now(courier));
    }
}

static void give_up_alerts(struct matching_courier *courier, int64_t now_ms)
{
    struct matching_alert *alert;

    while ((alert = matching_alerts_overdue(&courier->alerts, now_ms)) != NULL) {
        char id[MATCHING_ID_SIZE];

        memcpy(id, alert->id, sizeof(id));
        base_log(BASE_LOG_ERROR, "alert-failed", id, "given up after ten minutes");
        matching_alert_free(alert);
        matching_courier_emit(courier, MATCHING_EVENT_ALERT_FAILED, id);
    }
}

int64_t matching_courier_begin_alert(struct matching_courier *courier, int64_t now_ms)
{
    struct matching_call call = {.method = "POST", .path = "/v1/alerts"};
    struct matching_alert *alert;
    int64_t wake_ms;

    if (courier->is_alerting)
        return INT64_MAX;
    give_up_alerts(courier, now_ms);
    alert = matching_alerts_next(&courier->alerts, now_ms, &wake_ms);
    if (!alert)
        return wake_ms;
    call.body = alert->body;
    call.n_body = alert->n_body;
    call.idempotency_key = alert->id;
    if (matching_courier_begin(courier, MATCHING_LANE_ALERT, &call) != 0) {
        matching_alert_failed(alert, &courier->schedule.rng, now_ms);
        return alert->due_ms;
    }
    courier->is_alerting = true;
    memcpy(courier->alerting, alert->id, sizeof(courier->alerting));
    return INT64_MAX;
}
