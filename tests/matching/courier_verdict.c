/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an answer tells of the service as a whole is told once: away, back, a clock that is wrong.
 */
#include "tests/check.h"
#include "tests/matching/stage.h"

/* R18: a certificate not valid yet is our clock; once it is put right, the rest goes soon. */
static void a_wrong_clock_is_named_and_mended(void)
{
    struct stage stage;
    char id[MATCHING_ID_SIZE];

    stage_set_up(&stage);
    stage.clock.wall_now_ms = 0;
    stage_submit(&stage, id);
    for (int i = 0; i < 20; i++) {
        int wait_ms = stage_fail_all(&stage, MATCHING_TRANSPORT_TLS_NOT_YET);

        base_clock_manual_advance(&stage.clock, wait_ms + 1);
    }
    CHECK_INT(stage_count(&stage, MATCHING_EVENT_CLOCK_WRONG), 1);
    stage_fail_all(&stage, MATCHING_TRANSPORT_TLS_NOT_YET);
    stage.clock.wall_now_ms = WALL_MS;
    CHECK(stage_turn(&stage) <= 10000);
    stage_tear_down(&stage);
}

static void away_and_back_are_each_told_once(void)
{
    struct stage stage;
    char id[MATCHING_ID_SIZE];

    stage_set_up(&stage);
    stage_submit(&stage, id);
    stage_pass(&stage, 3 * HOUR_MS);
    CHECK_INT(stage_count(&stage, MATCHING_EVENT_SERVICE_AWAY), 1);
    while (!script_call(&stage.script, MATCHING_LANE_DELIVERY))
        base_clock_manual_advance(&stage.clock, stage_turn(&stage) + 1);
    if (strcmp(script_call(&stage.script, MATCHING_LANE_DELIVERY)->path, "/v1/requests") == 0)
        stage_accept(&stage, id);
    else
        stage_answer(&stage, 200, "{\"device\":\"device-1\"}");
    CHECK_INT(stage_count(&stage, MATCHING_EVENT_SERVICE_BACK), 1);
    stage_tear_down(&stage);
}

/* R18: two years after the service took something, "expired" tells of our clock. */
static void a_clock_that_is_ahead_is_named(void)
{
    struct stage stage;
    char id[MATCHING_ID_SIZE];

    stage_begin_transmitted(&stage, id);
    stage_submit(&stage, id);
    stage.clock.wall_now_ms += 3650 * DAY_MS;
    stage_fail_all(&stage, MATCHING_TRANSPORT_TLS_EXPIRED);
    CHECK_INT(stage_count(&stage, MATCHING_EVENT_CLOCK_WRONG), 1);
    stage_tear_down(&stage);
}

CHECK_MAIN(a_wrong_clock_is_named_and_mended, a_clock_that_is_ahead_is_named,
           away_and_back_are_each_told_once)
