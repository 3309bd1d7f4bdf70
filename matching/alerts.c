/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "matching/alerts.h"

#include "matching/retry.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ALERT_FOR_MS  (10 * 60 * 1000)
#define ALERT_BASE_MS 500
#define ALERT_CAP_MS  15000

int matching_alerts_add(struct matching_alerts *alerts, const char *id, char *body, size_t n_body,
                        int64_t now_ms)
{
    for (int i = 0; i < MATCHING_ALERTS_MAX; i++) {
        struct matching_alert *alert = &alerts->places[i];

        if (alert->body)
            continue;
        *alert = (struct matching_alert){
            .body = body, .n_body = n_body, .until_ms = now_ms + ALERT_FOR_MS, .due_ms = now_ms};
        snprintf(alert->id, sizeof(alert->id), "%s", id);
        return 0;
    }
    return -ENOSPC;
}

struct matching_alert *matching_alerts_next(struct matching_alerts *alerts, int64_t now_ms,
                                            int64_t *ret_wake_ms)
{
    struct matching_alert *best = NULL;

    for (int i = 0; i < MATCHING_ALERTS_MAX; i++) {
        struct matching_alert *alert = &alerts->places[i];

        if (alert->body && (!best || alert->due_ms < best->due_ms))
            best = alert;
    }
    *ret_wake_ms = best ? best->due_ms : INT64_MAX;
    return best && best->due_ms <= now_ms ? best : NULL;
}

struct matching_alert *matching_alerts_overdue(struct matching_alerts *alerts, int64_t now_ms)
{
    for (int i = 0; i < MATCHING_ALERTS_MAX; i++) {
        if (alerts->places[i].body && alerts->places[i].until_ms <= now_ms)
            return &alerts->places[i];
    }
    return NULL;
}

struct matching_alert *matching_alerts_find(struct matching_alerts *alerts, const char *id)
{
    for (int i = 0; i < MATCHING_ALERTS_MAX; i++) {
        if (alerts->places[i].body && strcmp(alerts->places[i].id, id) == 0)
            return &alerts->places[i];
    }
    return NULL;
}

void matching_alert_failed(struct matching_alert *alert, struct base_rng *rng, int64_t now_ms)
{
    /* Half fixed, half drawn: quick, and yet not all speakers of a town at once. */
    int64_t delay_ms =
        matching_retry_delay_ms(rng, ALERT_BASE_MS, ALERT_CAP_MS, ++alert->n_failures);

    alert->due_ms = now_ms + ALERT_BASE_MS + delay_ms;
}

void matching_alert_free(struct matching_alert *alert)
{
    free(alert->body);
    memset(alert, 0, sizeof(*alert));
}

void matching_alerts_finish(struct matching_alerts *alerts)
{
    for (int i = 0; i < MATCHING_ALERTS_MAX; i++)
        matching_alert_free(&alerts->places[i]);
}
