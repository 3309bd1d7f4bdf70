/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The courier with a clock that stands still and a scripted service: outages, clocks, queue,
 * outbox. */
#include "tests/check.h"
#include "tests/matching/stage.h"

/* R22: told after a day, given up after seven, never in silence; kept said once. */
static void a_long_outage_is_told_of(void)
{
    struct stage stage;
    char id[MATCHING_ID_SIZE];

    stage_set_up(&stage);
    stage_submit(&stage, id);
    stage_pass(&stage, 23 * HOUR_MS);
    CHECK_INT(stage_count(&stage, MATCHING_EVENT_KEPT), 1);
    CHECK_INT(stage_count(&stage, MATCHING_EVENT_SERVICE_AWAY), 1);
    CHECK_INT(stage_count(&stage, MATCHING_EVENT_OVERDUE), 0);
    stage_pass(&stage, 3 * HOUR_MS);
    CHECK_INT(stage_count(&stage, MATCHING_EVENT_OVERDUE), 1);
    stage_restart(&stage); /* the hours waited are counted over a restart */
    stage_pass(&stage, 2 * HOUR_MS);
    CHECK_INT(stage_count(&stage, MATCHING_EVENT_OVERDUE), 1);
    stage_pass(&stage, 5 * DAY_MS);
    CHECK_INT(stage_count(&stage, MATCHING_EVENT_EXPIRED), 0);
    stage_pass(&stage, DAY_MS);
    CHECK_INT(stage_count(&stage, MATCHING_EVENT_EXPIRED), 1);
    CHECK_INT(stage_state_of(&stage, id), MATCHING_EXPIRED);
    stage_restart(&stage);
    CHECK_INT(stage_count(&stage, MATCHING_EVENT_EXPIRED), 1); /* until told */
    stage_tear_down(&stage);
}

/* R17: the wall clock jumps by ten years either way: nothing is lost, expired or sent in a storm.
 */
static void clock_steps_change_nothing(void)
{
    struct stage stage;
    char id[MATCHING_ID_SIZE];
    unsigned n_calls;

    stage_set_up(&stage);
    stage_submit(&stage, id);
    stage_pass(&stage, HOUR_MS);
    n_calls = stage.script.n_calls;
    stage.clock.wall_now_ms += 3650 * DAY_MS;
    stage_turn(&stage);
    stage.clock.wall_now_ms -= 7300 * DAY_MS;
    stage_turn(&stage);
    CHECK(stage.script.n_calls <= n_calls + 1);
    CHECK_INT(stage_count(&stage, MATCHING_EVENT_EXPIRED) +
                  stage_count(&stage, MATCHING_EVENT_OVERDUE),
              0);
    stage_restart(&stage);
    stage.clock.wall_now_ms = 0;
    stage_turn(&stage);
    CHECK_INT(stage_state_of(&stage, id), MATCHING_SENDING);
    stage_tear_down(&stage);
}

static void a_full_queue_refuses_and_goes_on(void)
{
    struct stage stage;
    char id[MATCHING_ID_SIZE];

    stage_set_up(&stage);
    for (int i = 0; i < 4; i++)
        stage_submit(&stage, id);
    CHECK_INT(stage_count(&stage, MATCHING_EVENT_NOTED), 3);
    REQUIRE(stage_last(&stage, MATCHING_EVENT_NOT_NOTED));
    CHECK_INT(stage_last(&stage, MATCHING_EVENT_NOT_NOTED)->reason, MATCHING_REASON_FULL);
    stage_tear_down(&stage);
}

/* R24: without an outbox everything is refused aloud, alerts go out, and it does not spin. */
static void without_an_outbox_it_starts_and_refuses(void)
{
    struct stage stage;
    char id[MATCHING_ID_SIZE], folder[64];

    stage_set_up(&stage);
    memcpy(folder, stage.folder, sizeof(folder));
    snprintf(stage.folder, sizeof(stage.folder), "/proc/nowhere");
    stage_restart(&stage);
    stage_submit(&stage, id);
    CHECK_INT(stage_count(&stage, MATCHING_EVENT_NOTED), 0);
    CHECK_INT(stage_count(&stage, MATCHING_EVENT_NOT_NOTED), 1);
    matching_courier_alert(stage.courier, "1b4e28ba-2fa1-41d2-883f-0016d3cca427", strdup("{}"), 2);
    stage_turn(&stage);
    REQUIRE(script_call(&stage.script, MATCHING_LANE_ALERT));
    script_answer(&stage.script, MATCHING_LANE_ALERT, 200,
                  "{\"id\":\"1b4e28ba-2fa1-41d2-883f-0016d3cca427\"}");
    CHECK(stage_turn(&stage) >= 1000);
    CHECK_INT(stage_count(&stage, MATCHING_EVENT_ALERT_ACKNOWLEDGED), 1);
    memcpy(stage.folder, folder, sizeof(folder));
    stage_restart(&stage); /* and with one it goes on */
    stage_submit(&stage, id);
    CHECK_INT(stage_count(&stage, MATCHING_EVENT_NOTED), 1);
    stage_tear_down(&stage);
}

/* What was untold in an outbox that could not be opened at the start is told once it can. */
static void untold_news_come_with_an_outbox_that_opens_late(void)
{
    struct stage stage;
    char id[MATCHING_ID_SIZE], hidden[96], path[96];

    stage_begin_transmitted(&stage, id);
    stage_give_status(&stage, id, "1", "matched");
    matching_courier_tidy(stage.courier);
    snprintf(path, sizeof(path), "%s", stage.folder);
    snprintf(hidden, sizeof(hidden), "%s-away", stage.folder);
    REQUIRE(rename(path, hidden) == 0); /* as a disk that is not mounted yet */
    stage_restart(&stage);
    CHECK_INT(stage_count(&stage, MATCHING_EVENT_MATCHED), 0);
    REQUIRE(rename(hidden, path) == 0);
    stage_advance(&stage, 61000);
    CHECK_INT(stage_count(&stage, MATCHING_EVENT_MATCHED), 1);
    stage_tear_down(&stage);
}

CHECK_MAIN(a_long_outage_is_told_of, clock_steps_change_nothing, a_full_queue_refuses_and_goes_on,
           without_an_outbox_it_starts_and_refuses, untold_news_come_with_an_outbox_that_opens_late)
