/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A request goes out under its key until it is taken, over crashes and damage. */
#include "tests/check.h"
#include "tests/matching/stage.h"

static void a_request_is_sent_with_its_key(void)
{
    const struct script_call *call;
    struct stage stage;
    char id[MATCHING_ID_SIZE];

    stage_set_up(&stage);
    stage_submit(&stage, id);
    CHECK_INT(stage_count(&stage, MATCHING_EVENT_NOTED), 1);
    stage_turn(&stage);
    call = script_call(&stage.script, MATCHING_LANE_DELIVERY);
    REQUIRE(call);
    CHECK_STR(call->method, "POST");
    CHECK_STR(call->path, "/v1/requests");
    CHECK_STR(call->key, id);
    CHECK(strstr(call->body, id) != NULL);
    CHECK_INT(stage_state_of(&stage, id), MATCHING_SENDING);
    CHECK_INT(stage_count(&stage, MATCHING_EVENT_TRANSMITTED), 0);
    stage_accept(&stage, id);
    CHECK_INT(stage_count(&stage, MATCHING_EVENT_TRANSMITTED), 1);
    CHECK_INT(stage_state_of(&stage, id), MATCHING_TRANSMITTED);
    /* The news are asked for at once. */
    call = script_call(&stage.script, MATCHING_LANE_NEWS);
    REQUIRE(call);
    CHECK_STR(call->path, "/v1/devices/device-1/news?after=&wait=50");
    stage_tear_down(&stage);
}

/* Each state a crash may leave: the same bytes go again, and nothing is told twice. */
static void a_crash_at_each_step_sends_the_same_bytes(void)
{
    const struct script_call *call;
    struct stage stage;
    char id[MATCHING_ID_SIZE], *body;

    stage_set_up(&stage);
    stage_submit(&stage, id);
    stage_restart(&stage); /* noted, never tried */
    stage_turn(&stage);
    call = script_call(&stage.script, MATCHING_LANE_DELIVERY);
    REQUIRE(call);
    CHECK_STR(call->key, id);
    body = strdup(call->body);
    stage_restart(&stage); /* tried, answer unknown */
    stage_turn(&stage);
    call = script_call(&stage.script, MATCHING_LANE_DELIVERY);
    REQUIRE(call);
    CHECK_STR(call->body, body);
    stage_accept(&stage, id);
    CHECK_INT(stage_count(&stage, MATCHING_EVENT_TRANSMITTED), 1);
    stage_restart(&stage); /* transmitted */
    stage_turn(&stage);
    call = script_call(&stage.script, MATCHING_LANE_DELIVERY);
    CHECK(!call || strcmp(call->path, "/v1/requests") != 0);
    CHECK_INT(stage_count(&stage, MATCHING_EVENT_TRANSMITTED), 0);
    free(body);
    stage_tear_down(&stage);
}

/* R16: a file found damaged when a request is read for sending is mended without a restart, and the
 * request goes; nobody is told that it was unreadable. */
static void damage_found_while_sending_is_mended(void)
{
    const struct script_call *call;
    struct stage stage;
    char id[MATCHING_ID_SIZE];

    stage_begin_noted(&stage, id);
    stage_spoil(&stage, "ALTER TABLE request RENAME TO lost");
    stage_turn(&stage);
    stage_advance(&stage, 61000);
    call = script_call(&stage.script, MATCHING_LANE_DELIVERY);
    REQUIRE(call);
    CHECK_STR(call->key, id);
    stage_accept(&stage, id);
    CHECK_INT(stage_count(&stage, MATCHING_EVENT_TRANSMITTED), 1);
    REQUIRE(stage_last(&stage, MATCHING_EVENT_DAMAGED)); /* mended, and no request was unreadable */
    CHECK_INT(stage_last(&stage, MATCHING_EVENT_DAMAGED)->n, 0);
    stage_tear_down(&stage);
}

/* A row whose bytes changed is told of, never sent, and holds up nothing. */
static void a_row_found_damaged_while_sending_is_told_of(void)
{
    const struct script_call *call;
    struct stage stage;
    char id[MATCHING_ID_SIZE], other[MATCHING_ID_SIZE];

    stage_begin_noted(&stage, id);
    stage_submit(&stage, other);
    stage_spoil(&stage, "UPDATE request SET body = x'7b7d00000000' WHERE seq = 1");
    stage_turn(&stage);
    REQUIRE(stage_last(&stage, MATCHING_EVENT_DAMAGED));
    CHECK_INT(stage_last(&stage, MATCHING_EVENT_DAMAGED)->n, 1);
    CHECK_INT(stage_state_of(&stage, id), MATCHING_DAMAGED);
    call = script_call(&stage.script, MATCHING_LANE_DELIVERY);
    REQUIRE(call);
    CHECK_STR(call->key, other);
    stage_tear_down(&stage);
}

/* A waiting request without any text cannot be sent: it is told of, not tried for ever. */
static void a_request_without_its_text_is_told_of(void)
{
    struct stage stage;
    char id[MATCHING_ID_SIZE];

    stage_begin_noted(&stage, id);
    stage_spoil(&stage, "UPDATE request SET body = NULL");
    stage_turn(&stage);
    REQUIRE(stage_last(&stage, MATCHING_EVENT_DAMAGED));
    CHECK(!script_call(&stage.script, MATCHING_LANE_DELIVERY));
    stage_tear_down(&stage);
}

CHECK_MAIN(a_request_is_sent_with_its_key, a_crash_at_each_step_sends_the_same_bytes,
           damage_found_while_sending_is_mended, a_row_found_damaged_while_sending_is_told_of,
           a_request_without_its_text_is_told_of)
