/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The courier with a clock that stands still and a scripted service. */
#include "matching/courier.h"
#include "matching/alerts.h"

#include "base/clock.h"
#include "tests/check.h"
#include "tests/matching/scene.h"
#include "tests/matching/script.h"

#include <sqlite3.h>

#define WALL_MS 1800000000000LL
#define HOUR_MS 3600000LL
#define DAY_MS  (24 * HOUR_MS)

struct stage {
    char folder[64];
    struct base_clock_manual clock;
    struct script script;
    struct matching_courier *courier;
    struct matching_event events[256];
    size_t n_events;
    struct matching_copy copy;
};

static void emit(void *user, const struct matching_event *event)
{
    struct stage *stage = user;

    REQUIRE(stage->n_events < 256);
    stage->events[stage->n_events++] = *event;
}

static void open_courier(struct stage *stage)
{
    struct matching_settings settings = {.state_folder = stage->folder,
                                         .device = "device-1",
                                         .version = "test",
                                         .queue_max = 3,
                                         .boot_splay_ms = 0};

    REQUIRE(matching_courier_create(&settings, &stage->clock.base, &stage->script.base, emit, stage,
                                    &stage->courier) == 0);
}

static void set_up(struct stage *stage)
{
    memset(stage, 0, sizeof(*stage));
    scene_folder(stage->folder);
    base_clock_manual_init(&stage->clock, WALL_MS);
    script_init(&stage->script);
    open_courier(stage);
}

/* As a crash would: nothing is told to the courier. */
static void restart(struct stage *stage)
{
    matching_courier_destroy(stage->courier);
    script_finish(&stage->script);
    script_init(&stage->script);
    stage->n_events = 0;
    open_courier(stage);
}

static void tear_down(struct stage *stage)
{
    matching_courier_destroy(stage->courier);
    script_finish(&stage->script);
    matching_copy_finish(&stage->copy);
    scene_remove(stage->folder);
}

static void submit(struct stage *stage, char ret_id[MATCHING_ID_SIZE])
{
    char *body = scene_body("groceries", ret_id);

    matching_courier_submit(stage->courier, ret_id, body, strlen(body));
}

static size_t count(const struct stage *stage, enum matching_event_type type)
{
    size_t n = 0;

    for (size_t i = 0; i < stage->n_events; i++)
        n += stage->events[i].type == type;
    return n;
}

static const struct matching_event *last(const struct stage *stage, enum matching_event_type type)
{
    for (size_t i = stage->n_events; i-- > 0;) {
        if (stage->events[i].type == type)
            return &stage->events[i];
    }
    return NULL;
}

static int turn(struct stage *stage)
{
    return matching_courier_turn(stage->courier);
}

/* Answers whatever is sent with a broken network until nothing is. Returns: what turn gives. */
static int fail_all(struct stage *stage, enum matching_transport transport)
{
    bool is_failed;
    int wait_ms;

    do {
        wait_ms = turn(stage);
        is_failed = false;
        for (int lane = 0; lane < MATCHING_N_LANES; lane++) {
            if (script_call(&stage->script, (enum matching_lane)lane)) {
                script_fail(&stage->script, (enum matching_lane)lane, transport);
                is_failed = true;
            }
        }
    } while (is_failed);
    return wait_ms;
}

/* Lets time go by as the worker would, without a network. */
static void pass(struct stage *stage, int64_t ms)
{
    int64_t until_ms = stage->clock.monotonic_now_ms + ms;

    while (stage->clock.monotonic_now_ms < until_ms) {
        int64_t left_ms = until_ms - stage->clock.monotonic_now_ms;
        int wait_ms = fail_all(stage, MATCHING_TRANSPORT_CONNECT);

        base_clock_manual_advance(&stage->clock, wait_ms < left_ms ? wait_ms + 1 : left_ms);
    }
}

static void accept(struct stage *stage, const char *id)
{
    char body[96];

    snprintf(body, sizeof(body), "{\"id\":\"%s\",\"status\":\"open\"}", id);
    script_answer(&stage->script, MATCHING_LANE_DELIVERY, 201, body);
}

static enum matching_state state_of(struct stage *stage, const char *id)
{
    (void)matching_courier_publish(stage->courier, &stage->copy);
    for (size_t i = 0; i < stage->copy.n; i++) {
        if (strcmp(stage->copy.summaries[i].id, id) == 0)
            return stage->copy.summaries[i].state;
    }
    return MATCHING_N_STATES;
}

/* The start sends a heartbeat when nothing else is due: out of the way. */
static void beat(struct stage *stage)
{
    const struct script_call *call;

    turn(stage);
    call = script_call(&stage->script, MATCHING_LANE_DELIVERY);
    REQUIRE(call && strcmp(call->path, "/v1/devices/device-1/heartbeat") == 0);
    script_answer(&stage->script, MATCHING_LANE_DELIVERY, 200, "{\"device\":\"device-1\"}");
    turn(stage);
}

static void a_request_is_sent_with_its_key(void)
{
    const struct script_call *call;
    struct stage stage;
    char id[MATCHING_ID_SIZE];

    set_up(&stage);
    submit(&stage, id);
    CHECK_INT(count(&stage, MATCHING_EVENT_NOTED), 1);
    turn(&stage);
    call = script_call(&stage.script, MATCHING_LANE_DELIVERY);
    REQUIRE(call);
    CHECK_STR(call->method, "POST");
    CHECK_STR(call->path, "/v1/requests");
    CHECK_STR(call->key, id);
    CHECK(strstr(call->body, id) != NULL);
    CHECK_INT(state_of(&stage, id), MATCHING_SENDING);
    CHECK_INT(count(&stage, MATCHING_EVENT_TRANSMITTED), 0);
    accept(&stage, id);
    turn(&stage);
    CHECK_INT(count(&stage, MATCHING_EVENT_TRANSMITTED), 1);
    CHECK_INT(state_of(&stage, id), MATCHING_TRANSMITTED);
    /* The news are asked for at once. */
    call = script_call(&stage.script, MATCHING_LANE_NEWS);
    REQUIRE(call);
    CHECK_STR(call->path, "/v1/devices/device-1/news?after=&wait=50");
    tear_down(&stage);
}

/* Each state a crash may leave: the same bytes go again, and nothing is told twice. */
static void a_crash_at_each_step_sends_the_same_bytes(void)
{
    const struct script_call *call;
    struct stage stage;
    char id[MATCHING_ID_SIZE], *body;

    set_up(&stage);
    submit(&stage, id);
    restart(&stage); /* noted, never tried */
    turn(&stage);
    call = script_call(&stage.script, MATCHING_LANE_DELIVERY);
    REQUIRE(call);
    CHECK_STR(call->key, id);
    body = strdup(call->body);
    restart(&stage); /* tried, answer unknown */
    turn(&stage);
    call = script_call(&stage.script, MATCHING_LANE_DELIVERY);
    REQUIRE(call);
    CHECK_STR(call->body, body);
    accept(&stage, id);
    turn(&stage);
    CHECK_INT(count(&stage, MATCHING_EVENT_TRANSMITTED), 1);
    restart(&stage); /* transmitted */
    turn(&stage);
    call = script_call(&stage.script, MATCHING_LANE_DELIVERY);
    CHECK(!call || strcmp(call->path, "/v1/requests") != 0);
    CHECK_INT(count(&stage, MATCHING_EVENT_TRANSMITTED), 0);
    free(body);
    tear_down(&stage);
}

static void news_are_told_once_and_survive_a_crash(void)
{
    struct stage stage;
    const struct matching_event *event;
    const struct script_call *call;
    char id[MATCHING_ID_SIZE], news[256];

    set_up(&stage);
    beat(&stage);
    submit(&stage, id);
    turn(&stage);
    accept(&stage, id);
    turn(&stage);
    snprintf(news, sizeof(news),
             "{\"cursor\":\"5\",\"news\":[{\"id\":\"%s\",\"status\":\"matched\",\"service\":"
             "\"groceries\",\"first_name\":\"Marie\",\"when\":{\"date\":\"2026-06-16\",\"part\":"
             "null,\"time\":\"10:00\"}}]}",
             id);
    script_answer(&stage.script, MATCHING_LANE_NEWS, 200, news);
    turn(&stage);
    event = last(&stage, MATCHING_EVENT_MATCHED);
    REQUIRE(event);
    CHECK_STR(event->first_name, "Marie");
    CHECK_STR(event->when.time, "10:00");
    call = script_call(&stage.script, MATCHING_LANE_NEWS);
    REQUIRE(call);
    CHECK_STR(call->path, "/v1/devices/device-1/news?after=5&wait=50");
    script_answer(&stage.script, MATCHING_LANE_NEWS, 200, news); /* again, as after a lost answer */
    turn(&stage);
    CHECK_INT(count(&stage, MATCHING_EVENT_MATCHED), 1);
    restart(&stage);
    CHECK_INT(count(&stage, MATCHING_EVENT_MATCHED), 1);
    matching_courier_told(stage.courier, id);
    restart(&stage);
    CHECK_INT(count(&stage, MATCHING_EVENT_MATCHED), 0);
    tear_down(&stage);
}

/* The answer to our POST was lost, and the news prove that it arrived. */
static void news_of_a_request_in_doubt_transmit_it(void)
{
    struct stage stage;
    char first[MATCHING_ID_SIZE], second[MATCHING_ID_SIZE], news[160];

    set_up(&stage);
    beat(&stage);
    submit(&stage, first);
    turn(&stage);
    accept(&stage, first);
    turn(&stage);
    submit(&stage, second);
    turn(&stage);
    script_fail(&stage.script, MATCHING_LANE_DELIVERY, MATCHING_TRANSPORT_TIMEOUT);
    turn(&stage);
    CHECK_INT(count(&stage, MATCHING_EVENT_KEPT), 1);
    snprintf(news, sizeof(news),
             "{\"cursor\":\"5\",\"news\":[{\"id\":\"%s\",\"status\":\"open\"}]}", second);
    script_answer(&stage.script, MATCHING_LANE_NEWS, 200, news);
    turn(&stage);
    CHECK_INT(count(&stage, MATCHING_EVENT_TRANSMITTED), 2);
    CHECK_INT(state_of(&stage, second), MATCHING_TRANSMITTED);
    tear_down(&stage);
}

/* R22: told after a day, given up after seven, never in silence; kept said once. */
static void a_long_outage_is_told_of(void)
{
    struct stage stage;
    char id[MATCHING_ID_SIZE];

    set_up(&stage);
    submit(&stage, id);
    pass(&stage, 23 * HOUR_MS);
    CHECK_INT(count(&stage, MATCHING_EVENT_KEPT), 1);
    CHECK_INT(count(&stage, MATCHING_EVENT_SERVICE_AWAY), 1);
    CHECK_INT(count(&stage, MATCHING_EVENT_OVERDUE), 0);
    pass(&stage, 3 * HOUR_MS);
    CHECK_INT(count(&stage, MATCHING_EVENT_OVERDUE), 1);
    restart(&stage); /* the hours waited are counted over a restart */
    pass(&stage, 2 * HOUR_MS);
    CHECK_INT(count(&stage, MATCHING_EVENT_OVERDUE), 1);
    pass(&stage, 5 * DAY_MS);
    CHECK_INT(count(&stage, MATCHING_EVENT_EXPIRED), 0);
    pass(&stage, DAY_MS);
    CHECK_INT(count(&stage, MATCHING_EVENT_EXPIRED), 1);
    CHECK_INT(state_of(&stage, id), MATCHING_EXPIRED);
    restart(&stage);
    CHECK_INT(count(&stage, MATCHING_EVENT_EXPIRED), 1); /* until told */
    tear_down(&stage);
}

/* R17: the wall clock jumps by ten years either way: nothing is lost, expired or sent in a storm.
 */
static void clock_steps_change_nothing(void)
{
    struct stage stage;
    char id[MATCHING_ID_SIZE];
    unsigned n_calls;

    set_up(&stage);
    submit(&stage, id);
    pass(&stage, HOUR_MS);
    n_calls = stage.script.n_calls;
    stage.clock.wall_now_ms += 3650 * DAY_MS;
    turn(&stage);
    stage.clock.wall_now_ms -= 7300 * DAY_MS;
    turn(&stage);
    CHECK(stage.script.n_calls <= n_calls + 1);
    CHECK_INT(count(&stage, MATCHING_EVENT_EXPIRED) + count(&stage, MATCHING_EVENT_OVERDUE), 0);
    restart(&stage);
    stage.clock.wall_now_ms = 0;
    turn(&stage);
    CHECK_INT(state_of(&stage, id), MATCHING_SENDING);
    tear_down(&stage);
}

/* R18: a certificate not valid yet is our clock; once it is put right, the rest goes soon. */
static void a_wrong_clock_is_named_and_mended(void)
{
    struct stage stage;
    char id[MATCHING_ID_SIZE];

    set_up(&stage);
    stage.clock.wall_now_ms = 0;
    submit(&stage, id);
    for (int i = 0; i < 20; i++) {
        int wait_ms = fail_all(&stage, MATCHING_TRANSPORT_TLS_NOT_YET);

        base_clock_manual_advance(&stage.clock, wait_ms + 1);
    }
    CHECK_INT(count(&stage, MATCHING_EVENT_CLOCK_WRONG), 1);
    fail_all(&stage, MATCHING_TRANSPORT_TLS_NOT_YET);
    stage.clock.wall_now_ms = WALL_MS;
    CHECK(turn(&stage) <= 10000);
    tear_down(&stage);
}

static void a_full_queue_refuses_and_goes_on(void)
{
    struct stage stage;
    char id[MATCHING_ID_SIZE];

    set_up(&stage);
    for (int i = 0; i < 4; i++)
        submit(&stage, id);
    CHECK_INT(count(&stage, MATCHING_EVENT_NOTED), 3);
    REQUIRE(last(&stage, MATCHING_EVENT_NOT_NOTED));
    CHECK_INT(last(&stage, MATCHING_EVENT_NOT_NOTED)->reason, MATCHING_REASON_FULL);
    tear_down(&stage);
}

static bool is_cancelling(struct stage *stage, const char *id)
{
    const struct script_call *call = script_call(&stage->script, MATCHING_LANE_DELIVERY);
    char path[96];

    snprintf(path, sizeof(path), "/v1/requests/%s/cancel", id);
    return call && strcmp(call->path, path) == 0;
}

/* Cancelled before it was tried: it never leaves. */
static void what_never_left_is_cancelled_here(void)
{
    struct stage stage;
    char id[MATCHING_ID_SIZE];

    set_up(&stage);
    beat(&stage);
    submit(&stage, id);
    matching_courier_cancel(stage.courier, id);
    turn(&stage);
    CHECK_INT(count(&stage, MATCHING_EVENT_CANCELLED), 1);
    CHECK_INT(state_of(&stage, id), MATCHING_CANCELLED);
    CHECK(!script_call(&stage.script, MATCHING_LANE_DELIVERY));
    tear_down(&stage);
}

/* Cancelled while it is on its way: the service is told afterwards, over a crash as well. */
static void what_may_have_left_is_cancelled_there(void)
{
    struct stage stage;
    const struct script_call *call;
    char id[MATCHING_ID_SIZE], path[96];

    set_up(&stage);
    submit(&stage, id);
    turn(&stage);
    matching_courier_cancel(stage.courier, id);
    CHECK_INT(count(&stage, MATCHING_EVENT_CANCELLED), 1);
    accept(&stage, id);
    turn(&stage);
    CHECK_INT(count(&stage, MATCHING_EVENT_TRANSMITTED), 0);
    snprintf(path, sizeof(path), "/v1/requests/%s/cancel", id);
    call = script_call(&stage.script, MATCHING_LANE_DELIVERY);
    REQUIRE(call);
    CHECK_STR(call->path, path);
    restart(&stage);
    turn(&stage);
    call = script_call(&stage.script, MATCHING_LANE_DELIVERY);
    REQUIRE(call);
    CHECK_STR(call->path, path);
    accept(&stage, id);
    turn(&stage);
    CHECK_INT(state_of(&stage, id), MATCHING_CANCELLED);
    tear_down(&stage);
}

/* A request that is broken off, called off and unknown to the service, which does not remember. */
static void call_off_unknown(struct stage *stage, char ret_id[MATCHING_ID_SIZE])
{
    set_up(stage);
    beat(stage);
    submit(stage, ret_id);
    turn(stage);
    script_fail(&stage->script, MATCHING_LANE_DELIVERY, MATCHING_TRANSPORT_TIMEOUT);
    turn(stage);
    matching_courier_cancel(stage->courier, ret_id);
    turn(stage);
    REQUIRE(is_cancelling(stage, ret_id));
    script_answer(&stage->script, MATCHING_LANE_DELIVERY, 404, "{\"status\":404}");
    turn(stage);
}

/* The network may hold what was broken off and let it go after its cancellation: the service is
 * asked once more when that is over, and then no more. */
static void what_the_service_does_not_know_is_cancelled_once_more(void)
{
    struct stage stage;
    char id[MATCHING_ID_SIZE];
    int64_t waited_ms = 0;

    call_off_unknown(&stage, id);
    CHECK_INT(state_of(&stage, id), MATCHING_CANCELLING);
    while (!is_cancelling(&stage, id) && waited_ms < HOUR_MS) {
        base_clock_manual_advance(&stage.clock, 1000);
        waited_ms += 1000;
        turn(&stage);
    }
    CHECK(waited_ms >= 900000 && waited_ms <= 1801000);
    REQUIRE(is_cancelling(&stage, id));
    script_answer(&stage.script, MATCHING_LANE_DELIVERY, 404, "{\"status\":404}");
    turn(&stage);
    CHECK_INT(state_of(&stage, id), MATCHING_CANCELLED);
    base_clock_manual_advance(&stage.clock, HOUR_MS);
    turn(&stage);
    CHECK(!is_cancelling(&stage, id));
    CHECK_INT(count(&stage, MATCHING_EVENT_CANCELLED), 1);
    tear_down(&stage);
}

static void give_status(struct stage *stage, const char *id, const char *cursor, const char *status)
{
    char body[256];

    snprintf(body, sizeof(body), "{\"cursor\":\"%s\",\"news\":[{\"id\":\"%s\",\"status\":\"%s\"}]}",
             cursor, id, status);
    turn(stage);
    REQUIRE(script_call(&stage->script, MATCHING_LANE_NEWS));
    script_answer(&stage->script, MATCHING_LANE_NEWS, 200, body);
    turn(stage);
}

/* It came even later: the news tell, the resident is not bothered, and it is cancelled again. */
static void what_comes_after_all_is_cancelled_again(void)
{
    struct stage stage;
    char id[MATCHING_ID_SIZE], other[MATCHING_ID_SIZE];
    size_t n_told;

    call_off_unknown(&stage, id);
    base_clock_manual_advance(&stage.clock, 1801000);
    turn(&stage);
    REQUIRE(is_cancelling(&stage, id));
    script_answer(&stage.script, MATCHING_LANE_DELIVERY, 404, "{\"status\":404}");
    turn(&stage);
    submit(&stage, other); /* one that is under way: the news are asked for */
    turn(&stage);
    accept(&stage, other);
    n_told = stage.n_events + 1; /* TRANSMITTED, of the other one */
    give_status(&stage, id, "1", "matched");
    CHECK_INT(stage.n_events, n_told);
    CHECK_INT(state_of(&stage, id), MATCHING_CANCELLING);
    REQUIRE(is_cancelling(&stage, id));
    accept(&stage, id);
    turn(&stage);
    CHECK_INT(state_of(&stage, id), MATCHING_CANCELLED);
    give_status(&stage, id, "2", "cancelled"); /* our own doing */
    give_status(&stage, id, "3", "open");      /* old news: once called off there, it stays so */
    CHECK_INT(state_of(&stage, id), MATCHING_CANCELLED);
    CHECK_INT(count(&stage, MATCHING_EVENT_MATCHED), 0);
    tear_down(&stage);
}

/* A portal's 404 proves nothing. */
static void a_cancellation_is_repeated_until_the_service_answers(void)
{
    struct stage stage;
    char id[MATCHING_ID_SIZE];

    set_up(&stage);
    beat(&stage);
    submit(&stage, id);
    turn(&stage);
    accept(&stage, id);
    turn(&stage);
    matching_courier_cancel(stage.courier, id);
    turn(&stage);
    script_answer(&stage.script, MATCHING_LANE_DELIVERY, 404, "<html>Not found</html>");
    turn(&stage);
    CHECK_INT(state_of(&stage, id), MATCHING_CANCELLING);
    tear_down(&stage);
}

static void alerts_go_before_anything_and_are_given_up(void)
{
    struct stage stage;
    char id[MATCHING_ID_SIZE];
    const struct script_call *call;

    set_up(&stage);
    submit(&stage, id);
    turn(&stage);
    matching_courier_alert(stage.courier, "1b4e28ba-2fa1-41d2-883f-0016d3cca427", strdup("{}"), 2);
    turn(&stage);
    call = script_call(&stage.script, MATCHING_LANE_ALERT);
    REQUIRE(call);
    CHECK_STR(call->path, "/v1/alerts");
    pass(&stage, 9 * 60 * 1000);
    CHECK_INT(count(&stage, MATCHING_EVENT_ALERT_FAILED), 0);
    pass(&stage, 2 * 60 * 1000);
    CHECK_INT(count(&stage, MATCHING_EVENT_ALERT_FAILED), 1);
    CHECK_INT(count(&stage, MATCHING_EVENT_ALERT_ACKNOWLEDGED), 0);
    tear_down(&stage);
}

static void away_and_back_are_each_told_once(void)
{
    struct stage stage;
    char id[MATCHING_ID_SIZE];

    set_up(&stage);
    submit(&stage, id);
    pass(&stage, 3 * HOUR_MS);
    CHECK_INT(count(&stage, MATCHING_EVENT_SERVICE_AWAY), 1);
    while (!script_call(&stage.script, MATCHING_LANE_DELIVERY))
        base_clock_manual_advance(&stage.clock, turn(&stage) + 1);
    if (strcmp(script_call(&stage.script, MATCHING_LANE_DELIVERY)->path, "/v1/requests") == 0)
        accept(&stage, id);
    else
        script_answer(&stage.script, MATCHING_LANE_DELIVERY, 200, "{\"device\":\"device-1\"}");
    turn(&stage);
    CHECK_INT(count(&stage, MATCHING_EVENT_SERVICE_BACK), 1);
    tear_down(&stage);
}

/* A place in the news that the service has forgotten: from the beginning, and nothing is told
 * twice. */
static void a_forgotten_cursor_begins_anew(void)
{
    struct stage stage;
    char id[MATCHING_ID_SIZE];
    const struct script_call *call;

    set_up(&stage);
    beat(&stage);
    submit(&stage, id);
    turn(&stage);
    accept(&stage, id);
    turn(&stage);
    script_answer(&stage.script, MATCHING_LANE_NEWS, 200, "{\"cursor\":\"77\",\"news\":[]}");
    turn(&stage);
    base_clock_manual_advance(&stage.clock, 20000);
    turn(&stage);
    call = script_call(&stage.script, MATCHING_LANE_NEWS);
    REQUIRE(call);
    CHECK(strstr(call->path, "after=77&") != NULL);
    script_answer(&stage.script, MATCHING_LANE_NEWS, 410, "{\"status\":410}");
    turn(&stage);
    base_clock_manual_advance(&stage.clock, 20000);
    turn(&stage);
    call = script_call(&stage.script, MATCHING_LANE_NEWS);
    REQUIRE(call);
    CHECK(strstr(call->path, "after=&") != NULL);
    tear_down(&stage);
}

/* R18: two years after the service took something, "expired" tells of our clock. */
static void a_clock_that_is_ahead_is_named(void)
{
    struct stage stage;
    char id[MATCHING_ID_SIZE];

    set_up(&stage);
    beat(&stage);
    submit(&stage, id);
    turn(&stage);
    accept(&stage, id);
    turn(&stage);
    submit(&stage, id);
    stage.clock.wall_now_ms += 3650 * DAY_MS;
    fail_all(&stage, MATCHING_TRANSPORT_TLS_EXPIRED);
    CHECK_INT(count(&stage, MATCHING_EVENT_CLOCK_WRONG), 1);
    tear_down(&stage);
}

/* R24: without an outbox everything is refused aloud, alerts go out, and it does not spin. */
static void without_an_outbox_it_starts_and_refuses(void)
{
    struct stage stage;
    char id[MATCHING_ID_SIZE], folder[64];

    set_up(&stage);
    memcpy(folder, stage.folder, sizeof(folder));
    snprintf(stage.folder, sizeof(stage.folder), "/proc/nowhere");
    restart(&stage);
    submit(&stage, id);
    CHECK_INT(count(&stage, MATCHING_EVENT_NOTED), 0);
    CHECK_INT(count(&stage, MATCHING_EVENT_NOT_NOTED), 1);
    matching_courier_alert(stage.courier, "1b4e28ba-2fa1-41d2-883f-0016d3cca427", strdup("{}"), 2);
    turn(&stage);
    REQUIRE(script_call(&stage.script, MATCHING_LANE_ALERT));
    script_answer(&stage.script, MATCHING_LANE_ALERT, 200,
                  "{\"id\":\"1b4e28ba-2fa1-41d2-883f-0016d3cca427\"}");
    CHECK(turn(&stage) >= 1000);
    CHECK_INT(count(&stage, MATCHING_EVENT_ALERT_ACKNOWLEDGED), 1);
    memcpy(stage.folder, folder, sizeof(folder));
    restart(&stage); /* and with one it goes on */
    submit(&stage, id);
    CHECK_INT(count(&stage, MATCHING_EVENT_NOTED), 1);
    tear_down(&stage);
}

/* Damages the file under the running courier, as another hand or a dying disk would. */
static void spoil(struct stage *stage, const char *sql)
{
    char path[96];
    sqlite3 *db;

    snprintf(path, sizeof(path), "%s/%s", stage->folder, MATCHING_OUTBOX_FILE);
    REQUIRE(sqlite3_open(path, &db) == SQLITE_OK);
    REQUIRE(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK);
    sqlite3_close(db);
}

/* R16: a file found damaged when a request is read for sending is mended without a restart, and the
 * request goes; nobody is told that it was unreadable. */
static void damage_found_while_sending_is_mended(void)
{
    const struct script_call *call;
    struct stage stage;
    char id[MATCHING_ID_SIZE];

    set_up(&stage);
    beat(&stage);
    submit(&stage, id);
    spoil(&stage, "ALTER TABLE request RENAME TO lost");
    turn(&stage);
    base_clock_manual_advance(&stage.clock, 61000);
    turn(&stage);
    call = script_call(&stage.script, MATCHING_LANE_DELIVERY);
    REQUIRE(call);
    CHECK_STR(call->key, id);
    accept(&stage, id);
    turn(&stage);
    CHECK_INT(count(&stage, MATCHING_EVENT_TRANSMITTED), 1);
    REQUIRE(last(&stage, MATCHING_EVENT_DAMAGED)); /* mended, and no request was unreadable */
    CHECK_INT(last(&stage, MATCHING_EVENT_DAMAGED)->n, 0);
    tear_down(&stage);
}

/* A row whose bytes changed is told of, never sent, and holds up nothing. */
static void a_row_found_damaged_while_sending_is_told_of(void)
{
    const struct script_call *call;
    struct stage stage;
    char id[MATCHING_ID_SIZE], other[MATCHING_ID_SIZE];

    set_up(&stage);
    beat(&stage);
    submit(&stage, id);
    submit(&stage, other);
    spoil(&stage, "UPDATE request SET body = x'7b7d00000000' WHERE seq = 1");
    turn(&stage);
    REQUIRE(last(&stage, MATCHING_EVENT_DAMAGED));
    CHECK_INT(last(&stage, MATCHING_EVENT_DAMAGED)->n, 1);
    CHECK_INT(state_of(&stage, id), MATCHING_DAMAGED);
    call = script_call(&stage.script, MATCHING_LANE_DELIVERY);
    REQUIRE(call);
    CHECK_STR(call->key, other);
    tear_down(&stage);
}

/* News that cannot be stored are our own trouble: nobody is told that the service is away. */
static void news_that_cannot_be_stored_blame_nobody_else(void)
{
    struct stage stage;
    char id[MATCHING_ID_SIZE];

    set_up(&stage);
    beat(&stage);
    submit(&stage, id);
    turn(&stage);
    accept(&stage, id);
    turn(&stage);
    spoil(&stage, "CREATE TRIGGER full BEFORE UPDATE ON request BEGIN"
                  " SELECT RAISE(ABORT, 'no'); END");
    give_status(&stage, id, "1", "matched");
    CHECK_INT(count(&stage, MATCHING_EVENT_SERVICE_AWAY), 0);
    CHECK_INT(count(&stage, MATCHING_EVENT_MATCHED), 0);
    spoil(&stage, "DROP TRIGGER full");
    base_clock_manual_advance(&stage.clock, 10000);
    give_status(&stage, id, "1", "matched");
    CHECK_INT(count(&stage, MATCHING_EVENT_MATCHED), 1);
    tear_down(&stage);
}

/* A service that gives the same news at once, again and again, is not asked in a circle. */
static void news_that_tell_nothing_new_are_asked_for_less_often(void)
{
    struct stage stage;
    char id[MATCHING_ID_SIZE];

    set_up(&stage);
    beat(&stage);
    submit(&stage, id);
    turn(&stage);
    accept(&stage, id);
    give_status(&stage, id, "1", "matched");
    give_status(&stage, id, "1", "matched");
    CHECK(!script_call(&stage.script, MATCHING_LANE_NEWS));
    CHECK(turn(&stage) >= 4000);
    CHECK_INT(count(&stage, MATCHING_EVENT_MATCHED), 1);
    tear_down(&stage);
}

/* What was untold in an outbox that could not be opened at the start is told once it can. */
static void untold_news_come_with_an_outbox_that_opens_late(void)
{
    struct stage stage;
    char id[MATCHING_ID_SIZE], hidden[96], path[96];

    set_up(&stage);
    beat(&stage);
    submit(&stage, id);
    turn(&stage);
    accept(&stage, id);
    give_status(&stage, id, "1", "matched");
    matching_courier_tidy(stage.courier);
    snprintf(path, sizeof(path), "%s", stage.folder);
    snprintf(hidden, sizeof(hidden), "%s-away", stage.folder);
    REQUIRE(rename(path, hidden) == 0); /* as a disk that is not mounted yet */
    restart(&stage);
    CHECK_INT(count(&stage, MATCHING_EVENT_MATCHED), 0);
    REQUIRE(rename(hidden, path) == 0);
    base_clock_manual_advance(&stage.clock, 61000);
    turn(&stage);
    CHECK_INT(count(&stage, MATCHING_EVENT_MATCHED), 1);
    tear_down(&stage);
}

/* Called off on its way, and the service would not have taken it: there is nothing to cancel. */
static void what_is_refused_on_its_way_is_cancelled(void)
{
    struct stage stage;
    char id[MATCHING_ID_SIZE];

    set_up(&stage);
    beat(&stage);
    submit(&stage, id);
    turn(&stage);
    matching_courier_cancel(stage.courier, id);
    script_answer(&stage.script, MATCHING_LANE_DELIVERY, 422, "{\"status\":422}");
    turn(&stage);
    CHECK_INT(state_of(&stage, id), MATCHING_CANCELLED);
    CHECK_INT(count(&stage, MATCHING_EVENT_REFUSED), 0);
    CHECK(!script_call(&stage.script, MATCHING_LANE_DELIVERY));
    matching_courier_cancel(stage.courier, id); /* said again: it is so already */
    CHECK_INT(count(&stage, MATCHING_EVENT_CANCELLED), 2);
    tear_down(&stage);
}

/* A cancellation that the service will never take is over; so is one of what it has forgotten. */
static void a_cancellation_comes_to_an_end(void)
{
    static const int statuses[] = {410, 422};
    struct stage stage;
    char id[MATCHING_ID_SIZE];

    for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
        set_up(&stage);
        beat(&stage);
        submit(&stage, id);
        turn(&stage);
        accept(&stage, id);
        turn(&stage);
        matching_courier_cancel(stage.courier, id);
        turn(&stage);
        script_answer(&stage.script, MATCHING_LANE_DELIVERY, statuses[i], "{\"status\":0}");
        turn(&stage);
        if (statuses[i] == 410) { /* once more, in case the network holds it */
            CHECK_INT(state_of(&stage, id), MATCHING_CANCELLING);
            base_clock_manual_advance(&stage.clock, 1801000);
            turn(&stage);
            REQUIRE(is_cancelling(&stage, id));
            script_answer(&stage.script, MATCHING_LANE_DELIVERY, 410, "{\"status\":410}");
            turn(&stage);
        }
        CHECK_INT(state_of(&stage, id), MATCHING_CANCELLED);
        tear_down(&stage);
    }
}

/* A heartbeat that is not understood has shown that the speaker lives. */
static void a_heartbeat_refused_waits_for_the_next_day(void)
{
    struct stage stage;
    const struct script_call *call;

    set_up(&stage);
    turn(&stage);
    call = script_call(&stage.script, MATCHING_LANE_DELIVERY);
    REQUIRE(call && strstr(call->path, "heartbeat"));
    script_answer(&stage.script, MATCHING_LANE_DELIVERY, 422, "{\"status\":422}");
    turn(&stage);
    base_clock_manual_advance(&stage.clock, 22 * HOUR_MS);
    turn(&stage);
    CHECK(!script_call(&stage.script, MATCHING_LANE_DELIVERY));
    base_clock_manual_advance(&stage.clock, 4 * HOUR_MS);
    turn(&stage);
    CHECK(script_call(&stage.script, MATCHING_LANE_DELIVERY) != NULL);
    tear_down(&stage);
}

/* What cannot be told to the service is said to the resident (R4). */
static void an_alert_refused_or_one_too_many_is_told(void)
{
    struct stage stage;
    char id[MATCHING_ID_SIZE];

    set_up(&stage);
    for (int i = 0; i < MATCHING_ALERTS_MAX + 1; i++) {
        snprintf(id, sizeof(id), "1b4e28ba-2fa1-41d2-883f-0016d3cca4%02d", i);
        matching_courier_alert(stage.courier, id, strdup("{}"), 2);
    }
    CHECK_INT(count(&stage, MATCHING_EVENT_ALERT_FAILED), 1);
    turn(&stage);
    script_answer(&stage.script, MATCHING_LANE_ALERT, 422, "{\"status\":422}");
    turn(&stage);
    CHECK_INT(count(&stage, MATCHING_EVENT_ALERT_FAILED), 2);
    tear_down(&stage);
}

/* R43: a call that cannot be begun for want of memory is begun later, whatever it is. */
static void what_cannot_be_begun_is_begun_later(void)
{
    struct stage stage;
    char id[MATCHING_ID_SIZE], other[MATCHING_ID_SIZE];

    set_up(&stage);
    stage.script.is_short = true;
    turn(&stage); /* the heartbeat */
    submit(&stage, id);
    matching_courier_alert(stage.courier, "1b4e28ba-2fa1-41d2-883f-0016d3cca427", strdup("{}"), 2);
    turn(&stage);
    CHECK_INT(stage.script.n_calls, 0);
    stage.script.is_short = false;
    base_clock_manual_advance(&stage.clock, 60000);
    turn(&stage);
    REQUIRE(script_call(&stage.script, MATCHING_LANE_DELIVERY));
    REQUIRE(script_call(&stage.script, MATCHING_LANE_ALERT));
    stage.script.is_short = true;
    accept(&stage, id); /* then the news, and a cancellation */
    matching_courier_cancel(stage.courier, id);
    turn(&stage);
    submit(&stage, other);
    turn(&stage);
    CHECK(!script_call(&stage.script, MATCHING_LANE_DELIVERY));
    stage.script.is_short = false;
    base_clock_manual_advance(&stage.clock, 60000);
    turn(&stage);
    REQUIRE(is_cancelling(&stage, id));
    accept(&stage, id);
    turn(&stage);
    CHECK(script_call(&stage.script, MATCHING_LANE_DELIVERY) != NULL);
    accept(&stage, other);
    stage.script.is_short = true;
    turn(&stage);
    CHECK(!script_call(&stage.script, MATCHING_LANE_NEWS));
    stage.script.is_short = false;
    base_clock_manual_advance(&stage.clock, 60000);
    turn(&stage);
    CHECK(script_call(&stage.script, MATCHING_LANE_NEWS) != NULL);
    tear_down(&stage);
}

/* A waiting request without any text cannot be sent: it is told of, not tried for ever. */
static void a_request_without_its_text_is_told_of(void)
{
    struct stage stage;
    char id[MATCHING_ID_SIZE];

    set_up(&stage);
    beat(&stage);
    submit(&stage, id);
    spoil(&stage, "UPDATE request SET body = NULL");
    turn(&stage);
    REQUIRE(last(&stage, MATCHING_EVENT_DAMAGED));
    CHECK(!script_call(&stage.script, MATCHING_LANE_DELIVERY));
    tear_down(&stage);
}

CHECK_MAIN(a_request_is_sent_with_its_key, a_clock_that_is_ahead_is_named,
           without_an_outbox_it_starts_and_refuses, a_crash_at_each_step_sends_the_same_bytes,
           news_are_told_once_and_survive_a_crash, news_of_a_request_in_doubt_transmit_it,
           a_long_outage_is_told_of, clock_steps_change_nothing, a_wrong_clock_is_named_and_mended,
           a_full_queue_refuses_and_goes_on, what_never_left_is_cancelled_here,
           what_may_have_left_is_cancelled_there,
           what_the_service_does_not_know_is_cancelled_once_more,
           what_comes_after_all_is_cancelled_again,
           a_cancellation_is_repeated_until_the_service_answers,
           alerts_go_before_anything_and_are_given_up, away_and_back_are_each_told_once,
           a_forgotten_cursor_begins_anew, damage_found_while_sending_is_mended,
           a_row_found_damaged_while_sending_is_told_of,
           news_that_cannot_be_stored_blame_nobody_else,
           news_that_tell_nothing_new_are_asked_for_less_often,
           untold_news_come_with_an_outbox_that_opens_late, what_is_refused_on_its_way_is_cancelled,
           a_cancellation_comes_to_an_end, a_heartbeat_refused_waits_for_the_next_day,
           an_alert_refused_or_one_too_many_is_told, what_cannot_be_begun_is_begun_later,
           a_request_without_its_text_is_told_of)
