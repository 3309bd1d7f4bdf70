/* SPDX-License-Identifier: GPL-3.0-or-later */
/* News come once, survive a crash, and are asked for only as often as they are worth it. */
#include "tests/check.h"
#include "tests/matching/stage.h"

static void news_are_told_once_and_survive_a_crash(void)
{
    struct stage stage;
    const struct matching_event *event;
    const struct script_call *call;
    char id[MATCHING_ID_SIZE], news[256];

    stage_begin_transmitted(&stage, id);
    snprintf(news, sizeof(news),
             "{\"cursor\":\"5\",\"news\":[{\"id\":\"%s\",\"status\":\"matched\",\"service\":"
             "\"groceries\",\"first_name\":\"Marie\",\"when\":{\"date\":\"2026-06-16\",\"part\":"
             "null,\"time\":\"10:00\"}}]}",
             id);
    script_answer(&stage.script, MATCHING_LANE_NEWS, 200, news);
    stage_turn(&stage);
    event = stage_last(&stage, MATCHING_EVENT_MATCHED);
    REQUIRE(event);
    CHECK_STR(event->first_name, "Marie");
    CHECK_STR(event->when.time, "10:00");
    call = script_call(&stage.script, MATCHING_LANE_NEWS);
    REQUIRE(call);
    CHECK_STR(call->path, "/v1/devices/device-1/news?after=5&wait=50");
    script_answer(&stage.script, MATCHING_LANE_NEWS, 200, news); /* again, as after a lost answer */
    stage_turn(&stage);
    CHECK_INT(stage_count(&stage, MATCHING_EVENT_MATCHED), 1);
    stage_restart(&stage);
    CHECK_INT(stage_count(&stage, MATCHING_EVENT_MATCHED), 1);
    matching_courier_told(stage.courier, id);
    stage_restart(&stage);
    CHECK_INT(stage_count(&stage, MATCHING_EVENT_MATCHED), 0);
    stage_tear_down(&stage);
}

/* The answer to our POST was lost, and the news prove that it arrived. */
static void news_of_a_request_in_doubt_transmit_it(void)
{
    struct stage stage;
    char first[MATCHING_ID_SIZE], second[MATCHING_ID_SIZE], news[160];

    stage_begin_transmitted(&stage, first);
    stage_submit(&stage, second);
    stage_turn(&stage);
    script_fail(&stage.script, MATCHING_LANE_DELIVERY, MATCHING_TRANSPORT_TIMEOUT);
    stage_turn(&stage);
    CHECK_INT(stage_count(&stage, MATCHING_EVENT_KEPT), 1);
    snprintf(news, sizeof(news),
             "{\"cursor\":\"5\",\"news\":[{\"id\":\"%s\",\"status\":\"open\"}]}", second);
    script_answer(&stage.script, MATCHING_LANE_NEWS, 200, news);
    stage_turn(&stage);
    CHECK_INT(stage_count(&stage, MATCHING_EVENT_TRANSMITTED), 2);
    CHECK_INT(stage_state_of(&stage, second), MATCHING_TRANSMITTED);
    stage_tear_down(&stage);
}

/* A place in the news that the service has forgotten: from the beginning, and nothing is told
 * twice. */
static void a_forgotten_cursor_begins_anew(void)
{
    struct stage stage;
    char id[MATCHING_ID_SIZE];
    const struct script_call *call;

    stage_begin_transmitted(&stage, id);
    script_answer(&stage.script, MATCHING_LANE_NEWS, 200, "{\"cursor\":\"77\",\"news\":[]}");
    stage_turn(&stage);
    stage_advance(&stage, 20000);
    call = script_call(&stage.script, MATCHING_LANE_NEWS);
    REQUIRE(call);
    CHECK(strstr(call->path, "after=77&") != NULL);
    script_answer(&stage.script, MATCHING_LANE_NEWS, 410, "{\"status\":410}");
    stage_turn(&stage);
    stage_advance(&stage, 20000);
    call = script_call(&stage.script, MATCHING_LANE_NEWS);
    REQUIRE(call);
    CHECK(strstr(call->path, "after=&") != NULL);
    stage_tear_down(&stage);
}

/* News that cannot be stored are our own trouble: nobody is told that the service is away. */
static void news_that_cannot_be_stored_blame_nobody_else(void)
{
    struct stage stage;
    char id[MATCHING_ID_SIZE];

    stage_begin_transmitted(&stage, id);
    stage_spoil(&stage, "CREATE TRIGGER full BEFORE UPDATE ON request BEGIN"
                        " SELECT RAISE(ABORT, 'no'); END");
    stage_give_status(&stage, id, "1", "matched");
    CHECK_INT(stage_count(&stage, MATCHING_EVENT_SERVICE_AWAY), 0);
    CHECK_INT(stage_count(&stage, MATCHING_EVENT_MATCHED), 0);
    stage_spoil(&stage, "DROP TRIGGER full");
    base_clock_manual_advance(&stage.clock, 10000);
    stage_give_status(&stage, id, "1", "matched");
    CHECK_INT(stage_count(&stage, MATCHING_EVENT_MATCHED), 1);
    stage_tear_down(&stage);
}

/* A service that gives the same news at once, again and again, is not asked in a circle. */
static void news_that_tell_nothing_new_are_asked_for_less_often(void)
{
    struct stage stage;
    char id[MATCHING_ID_SIZE];

    stage_begin_transmitted(&stage, id);
    stage_give_status(&stage, id, "1", "matched");
    stage_give_status(&stage, id, "1", "matched");
    CHECK(!script_call(&stage.script, MATCHING_LANE_NEWS));
    CHECK(stage_turn(&stage) >= 4000);
    CHECK_INT(stage_count(&stage, MATCHING_EVENT_MATCHED), 1);
    stage_tear_down(&stage);
}

CHECK_MAIN(news_are_told_once_and_survive_a_crash, news_of_a_request_in_doubt_transmit_it,
           a_forgotten_cursor_begins_anew, news_that_cannot_be_stored_blame_nobody_else,
           news_that_tell_nothing_new_are_asked_for_less_often)
