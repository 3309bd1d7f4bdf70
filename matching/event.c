/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "matching/event.h"

#include <string.h>

static const char *const state_names[MATCHING_N_STATES] = {
    [MATCHING_NOTED] = "noted",
    [MATCHING_SENDING] = "sending",
    [MATCHING_TRANSMITTED] = "transmitted",
    [MATCHING_MATCHED] = "matched",
    [MATCHING_DONE] = "done",
    [MATCHING_REFUSED] = "refused",
    [MATCHING_CANCELLING] = "cancelling",
    [MATCHING_CANCELLED] = "cancelled",
    [MATCHING_EXPIRED] = "expired",
    [MATCHING_DAMAGED] = "damaged",
};

static const char *const event_names[MATCHING_N_EVENT_TYPES] = {
    [MATCHING_EVENT_NOTED] = "noted",
    [MATCHING_EVENT_NOT_NOTED] = "not-noted",
    [MATCHING_EVENT_TRANSMITTED] = "transmitted",
    [MATCHING_EVENT_KEPT] = "kept",
    [MATCHING_EVENT_REFUSED] = "refused",
    [MATCHING_EVENT_MATCHED] = "matched",
    [MATCHING_EVENT_STATUS] = "status",
    [MATCHING_EVENT_CANCELLED] = "cancelled",
    [MATCHING_EVENT_OVERDUE] = "overdue",
    [MATCHING_EVENT_EXPIRED] = "expired",
    [MATCHING_EVENT_DAMAGED] = "damaged",
    [MATCHING_EVENT_IDENTITY_REFUSED] = "identity-refused",
    [MATCHING_EVENT_CLOCK_WRONG] = "clock-wrong",
    [MATCHING_EVENT_SERVICE_AWAY] = "service-away",
    [MATCHING_EVENT_SERVICE_BACK] = "service-back",
    [MATCHING_EVENT_ALERT_ACKNOWLEDGED] = "alert-acknowledged",
    [MATCHING_EVENT_ALERT_FAILED] = "alert-failed",
};

const char *matching_state_name(enum matching_state state)
{
    return state_names[state];
}

enum matching_state matching_state_parse(const char *name)
{
    for (int i = 0; name && i < MATCHING_N_STATES; i++) {
        if (strcmp(name, state_names[i]) == 0)
            return (enum matching_state)i;
    }
    return MATCHING_NOTED;
}

const char *matching_event_name(enum matching_event_type type)
{
    return event_names[type];
}
