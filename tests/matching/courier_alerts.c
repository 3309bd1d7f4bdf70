/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A call for help goes first, and how it ended is always told. */
#include "matching/alerts.h"
#include "tests/check.h"
#include "tests/matching/stage.h"

static void alerts_go_before_anything_and_are_given_up(void)
{
    struct stage stage;
    char id[MATCHING_ID_SIZE];
    const struct script_call *call;

    stage_set_up(&stage);
    stage_submit(&stage, id);
    stage_turn(&stage);
    matching_courier_alert(stage.courier, "1b4e28ba-2fa1-41d2-883f-0016d3cca427", strdup("{}"), 2);
    stage_turn(&stage);
    call = script_call(&stage.script, MATCHING_LANE_ALERT);
    REQUIRE(call);
    CHECK_STR(call->path, "/v1/alerts");
    stage_pass(&stage, 9 * 60 * 1000);
    CHECK_INT(stage_count(&stage, MATCHING_EVENT_ALERT_FAILED), 0);
    stage_pass(&stage, 2 * 60 * 1000);
    CHECK_INT(stage_count(&stage, MATCHING_EVENT_ALERT_FAILED), 1);
    CHECK_INT(stage_count(&stage, MATCHING_EVENT_ALERT_ACKNOWLEDGED), 0);
    stage_tear_down(&stage);
}

/* What cannot be told to the service is said to the resident (R4). */
static void an_alert_refused_or_one_too_many_is_told(void)
{
    struct stage stage;
    char id[MATCHING_ID_SIZE];

    stage_set_up(&stage);
    for (int i = 0; i < MATCHING_ALERTS_MAX + 1; i++) {
        snprintf(id, sizeof(id), "1b4e28ba-2fa1-41d2-883f-0016d3cca4%02d", i);
        matching_courier_alert(stage.courier, id, strdup("{}"), 2);
    }
    CHECK_INT(stage_count(&stage, MATCHING_EVENT_ALERT_FAILED), 1);
    stage_turn(&stage);
    script_answer(&stage.script, MATCHING_LANE_ALERT, 422, "{\"status\":422}");
    stage_turn(&stage);
    CHECK_INT(stage_count(&stage, MATCHING_EVENT_ALERT_FAILED), 2);
    stage_tear_down(&stage);
}

CHECK_MAIN(alerts_go_before_anything_and_are_given_up, an_alert_refused_or_one_too_many_is_told)
