/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * R60: an upgrade and a downgrade with a full queue. The first schema stands here as it was
 * released, written by SQLite alone and not by the code under test, so that the code cannot change
 * and the test with it.
 */
#include "matching/courier.h"
#include "matching/crc.h"
#include "matching/outbox.h"
#include "tests/check.h"
#include "tests/matching/scene.h"
#include "tests/matching/script.h"

#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#define N_FULL 200

static const char first_schema[] =
    "PRAGMA journal_mode=WAL; CREATE TABLE request ("
    " seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, state TEXT NOT NULL, kind TEXT,"
    " service TEXT, date TEXT, part TEXT, time TEXT, body BLOB, noted_ms INTEGER NOT NULL,"
    " settled_ms INTEGER NOT NULL DEFAULT 0, waited_s INTEGER NOT NULL DEFAULT 0, status TEXT,"
    " first_name TEXT, matched_date TEXT, matched_part TEXT, matched_time TEXT,"
    " untold INTEGER NOT NULL DEFAULT 0);"
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;"
    "INSERT INTO meta (name, value) VALUES ('version', '1000'), ('cursor', 'c41');"
    "PRAGMA application_id = 1450142067; PRAGMA user_version = 1000;";

/* What a version to come may add within the same major one. */
static const char newer_minor[] =
    "ALTER TABLE request ADD COLUMN later TEXT DEFAULT 'something new';"
    "CREATE INDEX request_state ON request (state);"
    "CREATE TABLE more (name TEXT); INSERT INTO more VALUES ('kept');"
    "UPDATE request SET later = 'of ' || id;"
    "INSERT INTO meta (name, value) VALUES ('of-later', 'kept');"
    "UPDATE meta SET value = '1007' WHERE name = 'version'; PRAGMA user_version = 1007;";

struct queue {
    char folder[64], path[96];
    char ids[N_FULL][MATCHING_ID_SIZE];
    char *bodies[N_FULL];
};

static sqlite3 *open_raw(const struct queue *queue)
{
    sqlite3 *db;

    REQUIRE(sqlite3_open(queue->path, &db) == SQLITE_OK);
    return db;
}

static void run(sqlite3 *db, const char *sql)
{
    char *error = NULL;

    if (sqlite3_exec(db, sql, NULL, NULL, &error) != SQLITE_OK)
        printf("%s\n", error);
    REQUIRE(!error);
}

static int64_t number(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *stmt;
    int64_t value;

    REQUIRE(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) == SQLITE_OK);
    REQUIRE(sqlite3_step(stmt) == SQLITE_ROW);
    value = sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    return value;
}

static void add(sqlite3 *db, const char *id, const char *body, int i)
{
    size_t n = strlen(body);
    uint32_t sum = matching_crc32(body, n);
    char *blob = malloc(n + 4);
    sqlite3_stmt *stmt;

    REQUIRE(blob);
    memcpy(blob, body, n);
    for (int b = 0; b < 4; b++)
        blob[n + (size_t)b] = (char)(sum >> (24 - 8 * b));
    REQUIRE(sqlite3_prepare_v2(db,
                               "INSERT INTO request (id, state, kind, service, date, part, time,"
                               " body, noted_ms) VALUES (?, ?, 'request', 'groceries',"
                               " '2026-06-16', 'morning', '', ?, 1800000000000)",
                               -1, &stmt, NULL) == SQLITE_OK);
    sqlite3_bind_text(stmt, 1, id, -1, SQLITE_STATIC);
    sqlite3_bind_text(stmt, 2, i % 3 ? "noted" : "sending", -1, SQLITE_STATIC);
    sqlite3_bind_blob(stmt, 3, blob, (int)n + 4, SQLITE_STATIC);
    REQUIRE(sqlite3_step(stmt) == SQLITE_DONE);
    sqlite3_finalize(stmt);
    free(blob);
}

/* As the first version would leave it: as many requests as may wait. */
static void fill(struct queue *queue)
{
    sqlite3 *db;

    memset(queue, 0, sizeof(*queue));
    scene_folder(queue->folder);
    snprintf(queue->path, sizeof(queue->path), "%s/%s", queue->folder, MATCHING_OUTBOX_FILE);
    db = open_raw(queue);
    run(db, first_schema);
    run(db, "BEGIN");
    for (int i = 0; i < N_FULL; i++) {
        queue->bodies[i] = scene_body("groceries", queue->ids[i]);
        add(db, queue->ids[i], queue->bodies[i], i);
    }
    run(db, "COMMIT");
    sqlite3_close(db);
}

static void empty(struct queue *queue)
{
    for (int i = 0; i < N_FULL; i++)
        free(queue->bodies[i]);
    scene_remove(queue->folder);
}

static struct matching_outbox *open_box(const struct queue *queue)
{
    struct matching_outbox *outbox = NULL;

    REQUIRE(matching_outbox_open(queue->folder, N_FULL, &outbox) == 0);
    return outbox;
}

/* Every one with its very bytes; the next one is refused, none of the older ones is dropped. */
static void is_whole(const struct queue *queue, struct matching_outbox *outbox, unsigned n_waiting)
{
    struct matching_outbox_counts counts;
    char id[MATCHING_ID_SIZE], *body;
    size_t n;

    matching_outbox_counts(outbox, &counts);
    CHECK_INT(counts.n_waiting, n_waiting);
    CHECK_INT(counts.n_damaged, 0);
    CHECK(!counts.was_damaged);
    for (int i = 0; i < N_FULL; i++) {
        REQUIRE(matching_outbox_body(outbox, queue->ids[i], &body, &n) == 0);
        CHECK(n == strlen(queue->bodies[i]) && memcmp(body, queue->bodies[i], n) == 0);
        free(body);
    }
    if (n_waiting == N_FULL) {
        body = scene_body("groceries", id);
        CHECK_INT(matching_outbox_put(outbox, id, body, strlen(body), 1), MATCHING_OUTBOX_FULL);
        free(body);
    }
}

static void the_first_version_is_read(void)
{
    struct matching_outbox *outbox;
    struct queue queue;
    char cursor[MATCHING_CURSOR_SIZE];

    fill(&queue);
    outbox = open_box(&queue);
    is_whole(&queue, outbox, N_FULL);
    CHECK_INT(matching_outbox_cursor(outbox, cursor), 0);
    CHECK_STR(cursor, "c41");
    matching_outbox_close(outbox);
    empty(&queue);
}

/* A downgrade within the major version: used, changed, and the newer one finds again all that it
 * alone knows of. */
static void a_newer_minor_version_loses_nothing(void)
{
    struct matching_outbox *outbox;
    struct queue queue;
    sqlite3 *db;

    fill(&queue);
    db = open_raw(&queue);
    run(db, newer_minor);
    sqlite3_close(db);
    outbox = open_box(&queue);
    is_whole(&queue, outbox, N_FULL);
    CHECK_INT(matching_outbox_mark(outbox, queue.ids[7], MATCHING_TRANSMITTED, 5), 0);
    CHECK_INT(matching_outbox_mark(outbox, queue.ids[8], MATCHING_SENDING, 5), 0);
    CHECK_INT(matching_outbox_add_waited(outbox, 60), 0);
    matching_outbox_close(outbox);
    outbox = open_box(&queue);
    is_whole(&queue, outbox, N_FULL - 1);
    matching_outbox_close(outbox);

    db = open_raw(&queue);
    CHECK_INT(number(db, "PRAGMA user_version"), 1007);
    CHECK_INT(number(db, "SELECT count(*) FROM request WHERE later = 'of ' || id"), N_FULL);
    CHECK_INT(number(db, "SELECT count(*) FROM more"), 1);
    CHECK_INT(number(db, "SELECT count(*) FROM meta WHERE name = 'of-later'"), 1);
    CHECK_INT(number(db, "SELECT count(*) FROM request WHERE state = 'transmitted'"), 1);
    CHECK_INT(number(db, "SELECT count(*) FROM sqlite_master WHERE name = 'request_state'"), 1);
    sqlite3_close(db);
    empty(&queue);
}

static void count(void *user, const struct matching_event *event)
{
    *(int *)user += event->type == MATCHING_EVENT_NOT_NOTED;
}

/* A downgrade over a major version: the file is not touched, the speaker starts, says of each
 * request that it cannot be noted, and the newer version finds all of them again. */
static void a_newer_major_version_is_not_touched(void)
{
    struct matching_courier *courier;
    struct matching_outbox *outbox;
    struct base_clock_manual clock;
    struct script script;
    struct queue queue;
    char id[MATCHING_ID_SIZE], *body;
    int n_refused = 0;
    sqlite3 *db;

    fill(&queue);
    db = open_raw(&queue);
    run(db, "ALTER TABLE request RENAME TO other;"
            "UPDATE meta SET value = '2000' WHERE name = 'version'; PRAGMA user_version = 2000;");
    sqlite3_close(db);
    CHECK_INT(matching_outbox_open(queue.folder, N_FULL, &outbox), MATCHING_OUTBOX_NEWER);
    base_clock_manual_init(&clock, 1800000000000LL);
    script_init(&script);
    {
        struct matching_settings settings = {
            .state_folder = queue.folder, .device = "device-1", .version = "test"};

        REQUIRE(matching_courier_create(&settings, &clock.base, &script.base, count, &n_refused,
                                        &courier) == 0);
    }
    body = scene_body("groceries", id);
    matching_courier_submit(courier, id, body, strlen(body));
    CHECK_INT(n_refused, 1);
    for (int i = 0; i < 10; i++) {
        base_clock_manual_advance(&clock, 61000);
        (void)matching_courier_turn(courier);
        CHECK(!script_call(&script, MATCHING_LANE_DELIVERY));
    }
    matching_courier_destroy(courier);
    script_finish(&script);
    db = open_raw(&queue);
    CHECK_INT(number(db, "PRAGMA user_version"), 2000);
    CHECK_INT(number(db, "SELECT count(*) FROM other"), N_FULL);
    run(db, "ALTER TABLE other RENAME TO request;"
            "UPDATE meta SET value = '1000' WHERE name = 'version'; PRAGMA user_version = 1000;");
    sqlite3_close(db);
    outbox = open_box(&queue);
    is_whole(&queue, outbox, N_FULL);
    matching_outbox_close(outbox);
    empty(&queue);
}

CHECK_MAIN(the_first_version_is_read, a_newer_minor_version_loses_nothing,
           a_newer_major_version_is_not_touched)
