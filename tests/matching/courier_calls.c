/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Calls that are no request: the heartbeat; any call for which memory is short. */
#include "tests/check.h"
#include "tests/matching/stage.h"

static const struct script_call *heartbeat_of(struct stage *stage)
{
    const struct script_call *call = script_call(&stage->script, MATCHING_LANE_DELIVERY);

    REQUIRE(call && strstr(call->path, "heartbeat"));
    return call;
}

/* A heartbeat that is not understood has shown that the speaker lives. */
static void a_heartbeat_refused_waits_for_the_next_day(void)
{
    struct stage stage;

    stage_set_up(&stage);
    stage_turn(&stage);
    (void)heartbeat_of(&stage);
    stage_answer(&stage, 422, "{\"status\":422}");
    stage_advance(&stage, 22 * HOUR_MS);
    CHECK(!script_call(&stage.script, MATCHING_LANE_DELIVERY));
    stage_advance(&stage, 4 * HOUR_MS);
    CHECK(script_call(&stage.script, MATCHING_LANE_DELIVERY) != NULL);
    stage_tear_down(&stage);
}

/* Support sees from afar whether the speaker hears; before that is known, that it is not. */
static void a_heartbeat_tells_how_the_speaker_hears(void)
{
    struct stage stage;

    stage_set_up(&stage);
    stage_turn(&stage);
    CHECK(strstr(heartbeat_of(&stage)->body, "\"unknown\"") != NULL);
    stage_answer(&stage, 200, "{}");
    matching_courier_set_health(stage.courier, 3600, 1, "no-frames");
    stage_advance(&stage, 26 * HOUR_MS);
    CHECK(strstr(heartbeat_of(&stage)->body, "\"no-frames\"") != NULL);
    stage_tear_down(&stage);
}

/* R43: a call that cannot be begun for want of memory is begun later, whatever it is. */
static void what_cannot_be_begun_is_begun_later(void)
{
    struct stage stage;
    char id[MATCHING_ID_SIZE], other[MATCHING_ID_SIZE];

    stage_set_up(&stage);
    stage.script.is_short = true;
    stage_turn(&stage); /* the heartbeat */
    stage_submit(&stage, id);
    matching_courier_alert(stage.courier, "1b4e28ba-2fa1-41d2-883f-0016d3cca427", strdup("{}"), 2);
    stage_turn(&stage);
    CHECK_INT(stage.script.n_calls, 0);
    stage.script.is_short = false;
    stage_advance(&stage, 60000);
    REQUIRE(script_call(&stage.script, MATCHING_LANE_DELIVERY));
    REQUIRE(script_call(&stage.script, MATCHING_LANE_ALERT));
    stage.script.is_short = true;
    stage_accept(&stage, id); /* then the news, and a cancellation */
    matching_courier_cancel(stage.courier, id);
    stage_turn(&stage);
    stage_submit(&stage, other);
    stage_turn(&stage);
    CHECK(!script_call(&stage.script, MATCHING_LANE_DELIVERY));
    stage.script.is_short = false;
    stage_advance(&stage, 60000);
    REQUIRE(stage_is_cancelling(&stage, id));
    stage_accept(&stage, id);
    CHECK(script_call(&stage.script, MATCHING_LANE_DELIVERY) != NULL);
    stage.script.is_short = true;
    stage_accept(&stage, other);
    CHECK(!script_call(&stage.script, MATCHING_LANE_NEWS));
    stage.script.is_short = false;
    stage_advance(&stage, 60000);
    CHECK(script_call(&stage.script, MATCHING_LANE_NEWS) != NULL);
    stage_tear_down(&stage);
}

CHECK_MAIN(a_heartbeat_refused_waits_for_the_next_day, a_heartbeat_tells_how_the_speaker_hears,
           what_cannot_be_begun_is_begun_later)
