/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Called off at every step of the way: here, there, before it arrived, after it was refused. */
#include "tests/check.h"
#include "tests/matching/stage.h"

/* Cancelled before it was tried: it never leaves. */
static void what_never_left_is_cancelled_here(void)
{
    struct stage stage;
    char id[MATCHING_ID_SIZE];

    stage_begin_noted(&stage, id);
    matching_courier_cancel(stage.courier, id);
    stage_turn(&stage);
    CHECK_INT(stage_count(&stage, MATCHING_EVENT_CANCELLED), 1);
    CHECK_INT(stage_state_of(&stage, id), MATCHING_CANCELLED);
    CHECK(!script_call(&stage.script, MATCHING_LANE_DELIVERY));
    stage_tear_down(&stage);
}

/* Cancelled while it is on its way: the service is told afterwards, over a crash as well. */
static void what_may_have_left_is_cancelled_there(void)
{
    struct stage stage;
    const struct script_call *call;
    char id[MATCHING_ID_SIZE], path[96];

    stage_set_up(&stage);
    stage_submit(&stage, id);
    stage_turn(&stage);
    matching_courier_cancel(stage.courier, id);
    CHECK_INT(stage_count(&stage, MATCHING_EVENT_CANCELLED), 1);
    stage_accept(&stage, id);
    CHECK_INT(stage_count(&stage, MATCHING_EVENT_TRANSMITTED), 0);
    snprintf(path, sizeof(path), "/v1/requests/%s/cancel", id);
    call = script_call(&stage.script, MATCHING_LANE_DELIVERY);
    REQUIRE(call);
    CHECK_STR(call->path, path);
    stage_restart(&stage);
    stage_turn(&stage);
    call = script_call(&stage.script, MATCHING_LANE_DELIVERY);
    REQUIRE(call);
    CHECK_STR(call->path, path);
    stage_accept(&stage, id);
    CHECK_INT(stage_state_of(&stage, id), MATCHING_CANCELLED);
    stage_tear_down(&stage);
}

/* A request that is broken off, called off and unknown to the service, which does not remember. */
static void call_off_unknown(struct stage *stage, char ret_id[MATCHING_ID_SIZE])
{
    stage_begin_sending(stage, ret_id);
    script_fail(&stage->script, MATCHING_LANE_DELIVERY, MATCHING_TRANSPORT_TIMEOUT);
    stage_turn(stage);
    matching_courier_cancel(stage->courier, ret_id);
    stage_turn(stage);
    REQUIRE(stage_is_cancelling(stage, ret_id));
    stage_answer(stage, 404, "{\"status\":404}");
}

/* The network may hold what was broken off and let it go after its cancellation: the service is
 * asked once more when that is over, and then no more. */
static void what_the_service_does_not_know_is_cancelled_once_more(void)
{
    struct stage stage;
    char id[MATCHING_ID_SIZE];
    int64_t waited_ms = 0;

    call_off_unknown(&stage, id);
    CHECK_INT(stage_state_of(&stage, id), MATCHING_CANCELLING);
    while (!stage_is_cancelling(&stage, id) && waited_ms < HOUR_MS) {
        base_clock_manual_advance(&stage.clock, 1000);
        waited_ms += 1000;
        stage_turn(&stage);
    }
    CHECK(waited_ms >= 900000 && waited_ms <= 1801000);
    REQUIRE(stage_is_cancelling(&stage, id));
    stage_answer(&stage, 404, "{\"status\":404}");
    CHECK_INT(stage_state_of(&stage, id), MATCHING_CANCELLED);
    stage_advance(&stage, HOUR_MS);
    CHECK(!stage_is_cancelling(&stage, id));
    CHECK_INT(stage_count(&stage, MATCHING_EVENT_CANCELLED), 1);
    stage_tear_down(&stage);
}

/* It came even later: the news tell, the resident is not bothered, and it is cancelled again. */
static void what_comes_after_all_is_cancelled_again(void)
{
    struct stage stage;
    char id[MATCHING_ID_SIZE], other[MATCHING_ID_SIZE];
    size_t n_told;

    call_off_unknown(&stage, id);
    stage_advance(&stage, 1801000);
    REQUIRE(stage_is_cancelling(&stage, id));
    stage_answer(&stage, 404, "{\"status\":404}");
    stage_submit(&stage, other); /* one that is under way: the news are asked for */
    stage_turn(&stage);
    stage_accept(&stage, other);
    n_told = stage.n_events;
    stage_give_status(&stage, id, "1", "matched");
    CHECK_INT(stage.n_events, n_told);
    CHECK_INT(stage_state_of(&stage, id), MATCHING_CANCELLING);
    REQUIRE(stage_is_cancelling(&stage, id));
    stage_accept(&stage, id);
    CHECK_INT(stage_state_of(&stage, id), MATCHING_CANCELLED);
    stage_give_status(&stage, id, "2", "cancelled"); /* our own doing */
    stage_give_status(&stage, id, "3", "open"); /* old news: once called off there, it stays so */
    CHECK_INT(stage_state_of(&stage, id), MATCHING_CANCELLED);
    CHECK_INT(stage_count(&stage, MATCHING_EVENT_MATCHED), 0);
    stage_tear_down(&stage);
}

/* A portal's 404 proves nothing. */
static void a_cancellation_is_repeated_until_the_service_answers(void)
{
    struct stage stage;
    char id[MATCHING_ID_SIZE];

    stage_begin_transmitted(&stage, id);
    matching_courier_cancel(stage.courier, id);
    stage_turn(&stage);
    stage_answer(&stage, 404, "<html>Not found</html>");
    CHECK_INT(stage_state_of(&stage, id), MATCHING_CANCELLING);
    stage_tear_down(&stage);
}

/* Called off on its way, and the service would not have taken it: there is nothing to cancel. */
static void what_is_refused_on_its_way_is_cancelled(void)
{
    struct stage stage;
    char id[MATCHING_ID_SIZE];

    stage_begin_sending(&stage, id);
    matching_courier_cancel(stage.courier, id);
    stage_answer(&stage, 422, "{\"status\":422}");
    CHECK_INT(stage_state_of(&stage, id), MATCHING_CANCELLED);
    CHECK_INT(stage_count(&stage, MATCHING_EVENT_REFUSED), 0);
    CHECK(!script_call(&stage.script, MATCHING_LANE_DELIVERY));
    matching_courier_cancel(stage.courier, id); /* said again: it is so already */
    CHECK_INT(stage_count(&stage, MATCHING_EVENT_CANCELLED), 2);
    stage_tear_down(&stage);
}

/* A cancellation that the service will never take is over; so is one of what it has forgotten. */
static void a_cancellation_comes_to_an_end(void)
{
    static const int statuses[] = {410, 422};
    struct stage stage;
    char id[MATCHING_ID_SIZE];

    for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
        stage_begin_transmitted(&stage, id);
        matching_courier_cancel(stage.courier, id);
        stage_turn(&stage);
        stage_answer(&stage, statuses[i], "{\"status\":0}");
        if (statuses[i] == 410) { /* once more, in case the network holds it */
            CHECK_INT(stage_state_of(&stage, id), MATCHING_CANCELLING);
            stage_advance(&stage, 1801000);
            REQUIRE(stage_is_cancelling(&stage, id));
            stage_answer(&stage, 410, "{\"status\":410}");
        }
        CHECK_INT(stage_state_of(&stage, id), MATCHING_CANCELLED);
        stage_tear_down(&stage);
    }
}

CHECK_MAIN(what_never_left_is_cancelled_here, what_may_have_left_is_cancelled_there,
           what_the_service_does_not_know_is_cancelled_once_more,
           what_comes_after_all_is_cancelled_again,
           a_cancellation_is_repeated_until_the_service_answers,
           what_is_refused_on_its_way_is_cancelled, a_cancellation_comes_to_an_end)
