/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The part of matching/courier that renews the device's token. */
#include "matching/courier_private.h"

#include <stdio.h>
#include <stdlib.h>

int64_t matching_courier_begin_renewal(struct matching_courier *courier, int64_t now_ms)
{
    struct matching_renewal *renewal = &courier->renewal;
    char path[128 + MATCHING_NAME_SIZE], *body;
    struct matching_call call = {.method = "POST", .path = path};
    int64_t wake_ms;

    if (!courier->is_tls_agreed) /* an answer wakes us */
        return INT64_MAX;
    if (!matching_renewal_is_due(renewal, &courier->schedule.rng, now_ms,
                                 matching_courier_wall(courier), &wake_ms) ||
        matching_renewal_begin(renewal, courier->device, courier->app_version,
                               &courier->schedule.rng, now_ms, &body, &call.n_body) < 0)
        return wake_ms;
    snprintf(path, sizeof(path), "/v1/devices/%s/token", courier->device);
    call.body = body;
    if (matching_courier_begin(courier, MATCHING_LANE_DELIVERY, &call) == 0)
        courier->delivery = MATCHING_DELIVERY_RENEWAL;
    free(body);
    return wake_ms;
}

/* The new token is used at once: until then the old one is kept. */
void matching_courier_renewal_answered(struct matching_courier *courier,
                                       const struct matching_reply *reply)
{
    int64_t now_ms = matching_courier_now(courier);

    if (matching_renewal_answered(&courier->renewal, courier->device, courier->app_version, reply,
                                  &courier->schedule.rng, now_ms, matching_courier_wall(courier)))
        matching_schedule_chore_now(&courier->schedule, MATCHING_CHORE_HEARTBEAT, now_ms);
}
