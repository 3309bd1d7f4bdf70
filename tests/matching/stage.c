/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/matching/stage.h"

#include "tests/check.h"
#include "tests/matching/scene.h"

#include <sqlite3.h>

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

void stage_set_up(struct stage *stage)
{
    memset(stage, 0, sizeof(*stage));
    scene_folder(stage->folder);
    base_clock_manual_init(&stage->clock, WALL_MS);
    script_init(&stage->script);
    open_courier(stage);
}

void stage_begin_noted(struct stage *stage, char ret_id[MATCHING_ID_SIZE])
{
    stage_set_up(stage);
    stage_beat(stage);
    stage_submit(stage, ret_id);
}

void stage_begin_sending(struct stage *stage, char ret_id[MATCHING_ID_SIZE])
{
    stage_begin_noted(stage, ret_id);
    stage_turn(stage);
}

void stage_begin_transmitted(struct stage *stage, char ret_id[MATCHING_ID_SIZE])
{
    stage_begin_sending(stage, ret_id);
    stage_accept(stage, ret_id);
}

void stage_restart(struct stage *stage)
{
    matching_courier_destroy(stage->courier);
    script_finish(&stage->script);
    script_init(&stage->script);
    stage->n_events = 0;
    open_courier(stage);
}

void stage_tear_down(struct stage *stage)
{
    matching_courier_destroy(stage->courier);
    script_finish(&stage->script);
    matching_copy_finish(&stage->copy);
    scene_remove(stage->folder);
}

void stage_submit(struct stage *stage, char ret_id[MATCHING_ID_SIZE])
{
    char *body = scene_body("groceries", ret_id);

    matching_courier_submit(stage->courier, ret_id, body, strlen(body));
}

size_t stage_count(const struct stage *stage, enum matching_event_type type)
{
    size_t n = 0;

    for (size_t i = 0; i < stage->n_events; i++)
        n += stage->events[i].type == type;
    return n;
}

const struct matching_event *stage_last(const struct stage *stage, enum matching_event_type type)
{
    for (size_t i = stage->n_events; i-- > 0;) {
        if (stage->events[i].type == type)
            return &stage->events[i];
    }
    return NULL;
}

int stage_turn(struct stage *stage)
{
    return matching_courier_turn(stage->courier);
}

int stage_fail_all(struct stage *stage, enum matching_transport transport)
{
    bool is_failed;
    int wait_ms;

    do {
        wait_ms = stage_turn(stage);
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

void stage_pass(struct stage *stage, int64_t ms)
{
    int64_t until_ms = stage->clock.monotonic_now_ms + ms;

    while (stage->clock.monotonic_now_ms < until_ms) {
        int64_t left_ms = until_ms - stage->clock.monotonic_now_ms;
        int wait_ms = stage_fail_all(stage, MATCHING_TRANSPORT_CONNECT);

        base_clock_manual_advance(&stage->clock, wait_ms < left_ms ? wait_ms + 1 : left_ms);
    }
}

void stage_advance(struct stage *stage, int64_t ms)
{
    base_clock_manual_advance(&stage->clock, ms);
    stage_turn(stage);
}

void stage_answer(struct stage *stage, int status, const char *body)
{
    script_answer(&stage->script, MATCHING_LANE_DELIVERY, status, body);
    stage_turn(stage);
}

void stage_accept(struct stage *stage, const char *id)
{
    char body[96];

    snprintf(body, sizeof(body), "{\"id\":\"%s\",\"status\":\"open\"}", id);
    stage_answer(stage, 201, body);
}

enum matching_state stage_state_of(struct stage *stage, const char *id)
{
    (void)matching_courier_publish(stage->courier, &stage->copy);
    for (size_t i = 0; i < stage->copy.n; i++) {
        if (strcmp(stage->copy.summaries[i].id, id) == 0)
            return stage->copy.summaries[i].state;
    }
    return MATCHING_N_STATES;
}

void stage_beat(struct stage *stage)
{
    const struct script_call *call;

    stage_turn(stage);
    call = script_call(&stage->script, MATCHING_LANE_DELIVERY);
    REQUIRE(call && strcmp(call->path, "/v1/devices/device-1/heartbeat") == 0);
    stage_answer(stage, 200, "{\"device\":\"device-1\"}");
}

bool stage_is_cancelling(struct stage *stage, const char *id)
{
    const struct script_call *call = script_call(&stage->script, MATCHING_LANE_DELIVERY);
    char path[96];

    snprintf(path, sizeof(path), "/v1/requests/%s/cancel", id);
    return call && strcmp(call->path, path) == 0;
}

void stage_give_status(struct stage *stage, const char *id, const char *cursor, const char *status)
{
    char body[256];

    snprintf(body, sizeof(body), "{\"cursor\":\"%s\",\"news\":[{\"id\":\"%s\",\"status\":\"%s\"}]}",
             cursor, id, status);
    stage_turn(stage);
    REQUIRE(script_call(&stage->script, MATCHING_LANE_NEWS));
    script_answer(&stage->script, MATCHING_LANE_NEWS, 200, body);
    stage_turn(stage);
}

void stage_spoil(struct stage *stage, const char *sql)
{
    char path[96];
    sqlite3 *db;

    snprintf(path, sizeof(path), "%s/%s", stage->folder, MATCHING_OUTBOX_FILE);
    REQUIRE(sqlite3_open(path, &db) == SQLITE_OK);
    REQUIRE(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK);
    sqlite3_close(db);
}
