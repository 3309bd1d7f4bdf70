/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "matching/outbox.h"

#include "base/file.h"
#include "tests/check.h"
#include "tests/matching/scene.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define NOW_MS  1800000000000LL
#define HOUR_MS (3600 * 1000LL)

static struct matching_outbox *open_box(const char *folder, unsigned limit)
{
    struct matching_outbox *outbox = NULL;

    REQUIRE(matching_outbox_open(folder, limit, &outbox) == 0);
    return outbox;
}

static int put_one(struct matching_outbox *outbox, char ret_id[MATCHING_ID_SIZE])
{
    char *body = scene_body("groceries", ret_id);
    int r = matching_outbox_put(outbox, ret_id, body, strlen(body), NOW_MS);

    free(body);
    return r;
}

/* R1, R3: the same bytes after a restart. */
static void a_request_is_there_after_a_restart(void)
{
    char folder[64], id[MATCHING_ID_SIZE], *body = NULL, *sent;
    struct matching_outbox *outbox;
    struct matching_entry entry;
    size_t n;

    scene_folder(folder);
    outbox = open_box(folder, 10);
    sent = scene_body("groceries", id);
    CHECK_INT(matching_outbox_put(outbox, id, sent, strlen(sent), NOW_MS), 0);
    matching_outbox_close(outbox);

    outbox = open_box(folder, 10);
    CHECK_INT(matching_outbox_get(outbox, id, &entry), 0);
    CHECK_INT(entry.summary.state, MATCHING_NOTED);
    CHECK_STR(entry.summary.service, "groceries");
    CHECK_STR(entry.summary.when.date, "2026-06-16");
    CHECK_INT(entry.summary.noted_wall_ms, NOW_MS);
    REQUIRE(matching_outbox_body(outbox, id, &body, &n) == 0);
    CHECK_STR(body, sent);
    CHECK_INT(n, strlen(sent));
    free(body);
    free(sent);
    matching_outbox_close(outbox);
    scene_remove(folder);
}

static void a_repeated_put_is_recognised(void)
{
    char folder[64], id[MATCHING_ID_SIZE], *body;
    struct matching_outbox *outbox;

    scene_folder(folder);
    outbox = open_box(folder, 10);
    body = scene_body("groceries", id);
    CHECK_INT(matching_outbox_put(outbox, id, body, strlen(body), NOW_MS), 0);
    CHECK_INT(matching_outbox_put(outbox, id, body, strlen(body), NOW_MS), MATCHING_OUTBOX_SEEN);
    CHECK_INT(matching_outbox_put(outbox, id, "{}", 2, NOW_MS), -EINVAL);
    free(body);
    matching_outbox_close(outbox);
    scene_remove(folder);
}

/* R21 */
static void a_full_outbox_refuses_and_drops_nothing(void)
{
    char folder[64], id[MATCHING_ID_SIZE], first[MATCHING_ID_SIZE];
    struct matching_outbox *outbox;
    struct matching_outbox_counts counts;

    scene_folder(folder);
    outbox = open_box(folder, 3);
    CHECK_INT(put_one(outbox, first), 0);
    CHECK_INT(put_one(outbox, id), 0);
    CHECK_INT(put_one(outbox, id), 0);
    CHECK_INT(put_one(outbox, id), MATCHING_OUTBOX_FULL);
    matching_outbox_close(outbox);
    outbox = open_box(folder, 3);
    CHECK_INT(put_one(outbox, id), MATCHING_OUTBOX_FULL);
    CHECK_INT(matching_outbox_mark(outbox, first, MATCHING_TRANSMITTED, NOW_MS), 0);
    CHECK_INT(put_one(outbox, id), 0);
    matching_outbox_counts(outbox, &counts);
    CHECK_INT(counts.n_waiting, 3);
    CHECK_INT(counts.n_all, 4);
    matching_outbox_close(outbox);
    scene_remove(folder);
}

static bool holds(const char *folder, const char *name, const char *text)
{
    char path[128], *data;
    size_t n;
    bool is_there;

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    if (base_file_read(path, 1 << 26, &data, &n) != 0)
        return false;
    is_there = memmem(data, n, text, strlen(text)) != NULL;
    free(data);
    return is_there;
}

/* R31: the text goes after a day, from the journal too; the id after thirty. */
static void delivered_text_is_erased(void)
{
    char folder[64], id[MATCHING_ID_SIZE];
    struct matching_outbox *outbox;
    struct matching_entry entry;
    unsigned n = 0;

    scene_folder(folder);
    outbox = open_box(folder, 10);
    CHECK_INT(put_one(outbox, id), 0);
    CHECK_INT(matching_outbox_mark(outbox, id, MATCHING_TRANSMITTED, NOW_MS), 0);
    CHECK_INT(matching_outbox_erase_old(outbox, NOW_MS + 21 * HOUR_MS, true, &n), 0);
    CHECK_INT(n, 0);
    CHECK(holds(folder, "outbox.db-wal", "du pain") || holds(folder, "outbox.db", "du pain"));
    CHECK_INT(matching_outbox_erase_old(outbox, NOW_MS + 23 * HOUR_MS + 1, true, &n), 0);
    CHECK_INT(n, 1);
    CHECK(!holds(folder, "outbox.db-wal", "du pain"));
    CHECK(!holds(folder, "outbox.db", "du pain"));
    CHECK(holds(folder, "outbox.db", id));
    REQUIRE(matching_outbox_get(outbox, id, &entry) == 0);
    CHECK(entry.is_erased);
    CHECK_INT(matching_outbox_erase_old(outbox, NOW_MS + 31 * 24 * HOUR_MS, true, &n), 0);
    CHECK(!holds(folder, "outbox.db", id));
    CHECK_INT(matching_outbox_get(outbox, id, &entry), MATCHING_OUTBOX_ABSENT);
    matching_outbox_close(outbox);
    scene_remove(folder);
}

/* R17: nothing that waits is lost when the wall clock jumps. */
static void a_clock_step_erases_nothing_that_waits(void)
{
    char folder[64], id[MATCHING_ID_SIZE], *body;
    struct matching_outbox *outbox;
    size_t n;

    scene_folder(folder);
    outbox = open_box(folder, 10);
    CHECK_INT(put_one(outbox, id), 0);
    CHECK_INT(matching_outbox_erase_old(outbox, NOW_MS + 10 * 365 * 24 * HOUR_MS, true, NULL), 0);
    CHECK_INT(matching_outbox_erase_old(outbox, 0, true, NULL), 0);
    CHECK_INT(matching_outbox_body(outbox, id, &body, &n), 0);
    free(body);
    matching_outbox_close(outbox);
    scene_remove(folder);
}

static void news_are_stored_with_their_place(void)
{
    struct matching_news news = {
        .status = "matched", .first_name = "Marie", .when = {"2026-06-16", "", "10:00"}};
    char folder[64], cursor[MATCHING_CURSOR_SIZE];
    struct matching_outbox *outbox;
    struct matching_entry entry;
    bool is_changed;

    scene_folder(folder);
    outbox = open_box(folder, 10);
    CHECK_INT(put_one(outbox, news.id), 0);
    CHECK_INT(matching_outbox_mark(outbox, news.id, MATCHING_TRANSMITTED, NOW_MS), 0);
    CHECK_INT(matching_outbox_news(outbox, &news, 1, "17", NOW_MS, &is_changed), 0);
    CHECK(is_changed);
    CHECK_INT(matching_outbox_news(outbox, &news, 1, "17", NOW_MS, &is_changed), 0);
    CHECK(!is_changed);
    matching_outbox_close(outbox);

    outbox = open_box(folder, 10);
    CHECK_INT(matching_outbox_cursor(outbox, cursor), 0);
    CHECK_STR(cursor, "17");
    REQUIRE(matching_outbox_get(outbox, news.id, &entry) == 0);
    CHECK_INT(entry.summary.state, MATCHING_MATCHED);
    CHECK_STR(entry.summary.first_name, "Marie");
    CHECK_STR(entry.summary.matched_when.time, "10:00");
    CHECK(entry.summary.is_untold);
    CHECK_INT(matching_outbox_told(outbox, news.id), 0);
    REQUIRE(matching_outbox_get(outbox, news.id, &entry) == 0);
    CHECK(!entry.summary.is_untold);
    matching_outbox_close(outbox);
    scene_remove(folder);
}

/* What the resident called off stays so, whatever the service says. */
static void news_do_not_revive_a_cancelled_request(void)
{
    struct matching_news news = {.status = "matched", .first_name = "Marie"};
    char folder[64];
    struct matching_outbox *outbox;
    struct matching_entry entry;
    bool is_changed;

    scene_folder(folder);
    outbox = open_box(folder, 10);
    CHECK_INT(put_one(outbox, news.id), 0);
    CHECK_INT(matching_outbox_mark(outbox, news.id, MATCHING_CANCELLING, NOW_MS), 0);
    CHECK_INT(matching_outbox_news(outbox, &news, 1, "1", NOW_MS, &is_changed), 0);
    REQUIRE(matching_outbox_get(outbox, news.id, &entry) == 0);
    CHECK_INT(entry.summary.state, MATCHING_CANCELLING);
    matching_outbox_close(outbox);
    scene_remove(folder);
}

/* R2, R31: a word that this version does not know says that the service has the request. Before, it
 * waited on, and its text was erased with those that were delivered. */
static void an_unknown_status_is_one_of_a_request_that_arrived(void)
{
    struct matching_news news = {.status = "on_hold"};
    char folder[64];
    struct matching_outbox *outbox;
    struct matching_outbox_counts counts;
    struct matching_entry entry;
    bool is_changed;

    scene_folder(folder);
    outbox = open_box(folder, 10);
    CHECK_INT(put_one(outbox, news.id), 0);
    CHECK_INT(matching_outbox_mark(outbox, news.id, MATCHING_SENDING, NOW_MS), 0);
    CHECK_INT(matching_outbox_news(outbox, &news, 1, "1", NOW_MS, &is_changed), 0);
    REQUIRE(matching_outbox_get(outbox, news.id, &entry) == 0);
    CHECK_INT(entry.summary.state, MATCHING_TRANSMITTED);
    CHECK_STR(entry.summary.status, "on_hold");
    matching_outbox_counts(outbox, &counts);
    CHECK_INT(counts.n_waiting, 0);
    matching_outbox_close(outbox);
    scene_remove(folder);
}

/* R60 */
static void a_newer_version_is_left_alone(void)
{
    char folder[64], path[96], id[MATCHING_ID_SIZE];
    struct matching_outbox *outbox;
    sqlite3 *db;

    scene_folder(folder);
    outbox = open_box(folder, 10);
    CHECK_INT(put_one(outbox, id), 0);
    matching_outbox_close(outbox);

    snprintf(path, sizeof(path), "%s/outbox.db", folder);
    REQUIRE(sqlite3_open(path, &db) == SQLITE_OK);
    sqlite3_exec(db,
                 "ALTER TABLE request ADD COLUMN later TEXT; PRAGMA user_version=1001;"
                 "UPDATE meta SET value = '1001' WHERE name = 'version'",
                 NULL, NULL, NULL);
    sqlite3_close(db);
    outbox = open_box(folder, 10); /* a newer minor version is used as it is */
    CHECK_INT(put_one(outbox, id), 0);
    matching_outbox_close(outbox);

    REQUIRE(sqlite3_open(path, &db) == SQLITE_OK);
    sqlite3_exec(db,
                 "PRAGMA user_version=2000;"
                 "UPDATE meta SET value = '2000' WHERE name = 'version'",
                 NULL, NULL, NULL);
    sqlite3_close(db);
    CHECK_INT(matching_outbox_open(folder, 10, &outbox), MATCHING_OUTBOX_NEWER);
    CHECK_INT(matching_outbox_open_read_only(folder, &outbox), MATCHING_OUTBOX_NEWER);
    CHECK(access(path, F_OK) == 0);
    CHECK(holds(folder, "outbox.db", id) || holds(folder, "outbox.db-wal", id));
    scene_remove(folder);
}

static void a_reader_sees_what_the_daemon_wrote(void)
{
    char folder[64], id[MATCHING_ID_SIZE];
    struct matching_outbox *outbox, *reader;
    struct matching_entry entry;

    scene_folder(folder);
    CHECK_INT(matching_outbox_open_read_only(folder, &reader), MATCHING_OUTBOX_ABSENT);
    outbox = open_box(folder, 10);
    CHECK_INT(put_one(outbox, id), 0);
    REQUIRE(matching_outbox_open_read_only(folder, &reader) == 0);
    CHECK_INT(matching_outbox_get(reader, id, &entry), 0);
    matching_outbox_close(reader);
    CHECK_INT(put_one(outbox, id), 0);
    matching_outbox_close(outbox);
    scene_remove(folder);
}

/* What is told of one request after another. */
static enum matching_state tell(struct matching_outbox *outbox, const struct matching_news *news,
                                bool *ret_is_changed)
{
    struct matching_entry entry;

    CHECK_INT(matching_outbox_news(outbox, news, 1, "1", NOW_MS, ret_is_changed), 0);
    REQUIRE(matching_outbox_get(outbox, news->id, &entry) == 0);
    return entry.summary.state;
}

/* Another volunteer, and another hour, are news; what was refused here never lives again. */
static void each_part_of_the_news_counts(void)
{
    struct matching_news news = {
        .status = "matched", .first_name = "Marie", .when = {.time = "10:00"}};
    char folder[64];
    struct matching_outbox *outbox;
    bool is_changed;

    scene_folder(folder);
    outbox = open_box(folder, 10);
    CHECK_INT(put_one(outbox, news.id), 0);
    CHECK_INT(tell(outbox, &news, &is_changed), MATCHING_MATCHED);
    CHECK(is_changed);
    snprintf(news.first_name, sizeof(news.first_name), "Karim");
    (void)tell(outbox, &news, &is_changed);
    CHECK(is_changed);
    snprintf(news.when.time, sizeof(news.when.time), "11:00");
    (void)tell(outbox, &news, &is_changed);
    CHECK(is_changed);
    (void)tell(outbox, &news, &is_changed);
    CHECK(!is_changed);
    CHECK_INT(put_one(outbox, news.id), 0);
    CHECK_INT(matching_outbox_mark(outbox, news.id, MATCHING_REFUSED, NOW_MS), 0);
    CHECK_INT(tell(outbox, &news, &is_changed), MATCHING_REFUSED);
    matching_outbox_close(outbox);
    scene_remove(folder);
}

static void change(const char *folder, const char *sql)
{
    char path[96];
    sqlite3 *db;

    snprintf(path, sizeof(path), "%s/%s", folder, MATCHING_OUTBOX_FILE);
    REQUIRE(sqlite3_open(path, &db) == SQLITE_OK);
    REQUIRE(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK);
    sqlite3_close(db);
}

/* The same id: again, with another text, once its text is erased, once it is spoiled. */
static void an_id_stands_for_one_text(void)
{
    char folder[64], id[MATCHING_ID_SIZE], *body, *other, *large;
    struct matching_outbox *outbox;
    size_t n;

    scene_folder(folder);
    outbox = open_box(folder, 10);
    body = scene_body("groceries", id);
    n = strlen(body);
    other = strdup(body);
    memcpy(strstr(other, "groceries"), "gardening", 9);
    CHECK_INT(matching_outbox_put(outbox, id, body, n, NOW_MS), 0);
    CHECK_INT(matching_outbox_put(outbox, id, other, n, NOW_MS), -EEXIST);
    CHECK_INT(matching_outbox_put(outbox, "1b4e28ba-2fa1-41d2-883f-0016d3cca427", body, n, NOW_MS),
              -EINVAL);
    large = malloc(MATCHING_BODY_MAX + 2);
    memset(large, ' ', MATCHING_BODY_MAX + 2);
    memcpy(large, body, n);
    CHECK_INT(matching_outbox_put(outbox, id, large, MATCHING_BODY_MAX + 1, NOW_MS), -EINVAL);
    CHECK_INT(matching_outbox_put(outbox, id, large, n + 1, NOW_MS), -EEXIST); /* one space more */
    free(large);
    CHECK_INT(matching_outbox_mark(outbox, id, MATCHING_TRANSMITTED, NOW_MS), 0);
    CHECK_INT(matching_outbox_erase_old(outbox, NOW_MS + 24 * HOUR_MS, true, NULL), 0);
    CHECK_INT(matching_outbox_put(outbox, id, body, n, NOW_MS), MATCHING_OUTBOX_SEEN);
    change(folder, "UPDATE request SET body = x'7b7d00000000'");
    CHECK_INT(matching_outbox_put(outbox, id, body, n, NOW_MS), -EEXIST);
    free(other);
    free(body);
    matching_outbox_close(outbox);
    scene_remove(folder);
}

/* R16: of one that does not wait any more nothing is lost with its text; of one that waits it is
 * told. Texts of every wrong size. */
static void a_spoiled_text_is_never_sent(void)
{
    static const char *const wrong[] = {"x'7b7d00000000'", "x'7b'", "zeroblob(20000)", "NULL"};
    char folder[64], done[MATCHING_ID_SIZE], id[MATCHING_ID_SIZE], sql[128], *body;
    struct matching_outbox *outbox;
    struct matching_outbox_counts counts;
    struct matching_entry entry;
    size_t n;

    scene_folder(folder);
    outbox = open_box(folder, 10);
    CHECK_INT(put_one(outbox, done), 0);
    CHECK_INT(matching_outbox_mark(outbox, done, MATCHING_TRANSMITTED, NOW_MS), 0);
    change(folder, "UPDATE request SET body = x'7b7d00000000'");
    CHECK_INT(matching_outbox_body(outbox, done, &body, &n), MATCHING_OUTBOX_SPOILED);
    REQUIRE(matching_outbox_get(outbox, done, &entry) == 0);
    CHECK_INT(entry.summary.state, MATCHING_TRANSMITTED);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        CHECK_INT(put_one(outbox, id), 0);
        snprintf(sql, sizeof(sql), "UPDATE request SET body = %s WHERE id = '%s'", wrong[i], id);
        change(folder, sql);
        CHECK_INT(matching_outbox_body(outbox, id, &body, &n),
                  i < 3 ? MATCHING_OUTBOX_SPOILED : MATCHING_OUTBOX_ABSENT);
        matching_outbox_counts(outbox, &counts);
        CHECK_INT(counts.n_waiting, i < 3 ? 0 : 1);
    }
    matching_outbox_close(outbox);
    outbox = open_box(folder, 10); /* the one without any text is found at the start */
    REQUIRE(matching_outbox_get(outbox, id, &entry) == 0);
    CHECK_INT(entry.summary.state, MATCHING_DAMAGED);
    matching_outbox_close(outbox);
    scene_remove(folder);
}

/* R31: while somebody reads, the journal cannot be cut; the next time it is. */
static void a_reader_puts_erasing_off(void)
{
    char folder[64], path[96], id[MATCHING_ID_SIZE], second[MATCHING_ID_SIZE];
    struct matching_outbox *outbox;
    sqlite3 *reader;

    scene_folder(folder);
    snprintf(path, sizeof(path), "%s/%s", folder, MATCHING_OUTBOX_FILE);
    outbox = open_box(folder, 10);
    CHECK_INT(put_one(outbox, id), 0);
    CHECK_INT(matching_outbox_mark(outbox, id, MATCHING_TRANSMITTED, NOW_MS), 0);
    REQUIRE(sqlite3_open(path, &reader) == SQLITE_OK);
    REQUIRE(sqlite3_exec(reader, "BEGIN; SELECT * FROM request", NULL, NULL, NULL) == SQLITE_OK);
    CHECK_INT(matching_outbox_erase_old(outbox, NOW_MS + 24 * HOUR_MS, true, NULL), 0);
    CHECK(holds(folder, "outbox.db-wal", "du pain"));
    sqlite3_exec(reader, "COMMIT", NULL, NULL, NULL);
    CHECK_INT(matching_outbox_erase_old(outbox, NOW_MS + 25 * HOUR_MS, true, NULL), 0);
    CHECK(!holds(folder, "outbox.db-wal", "du pain") && !holds(folder, "outbox.db", "du pain"));
    /* The same when a row is forgotten. */
    CHECK_INT(put_one(outbox, second), 0);
    REQUIRE(sqlite3_exec(reader, "BEGIN; SELECT * FROM request", NULL, NULL, NULL) == SQLITE_OK);
    CHECK_INT(matching_outbox_erase_old(outbox, NOW_MS + 31 * 24 * HOUR_MS, true, NULL), 0);
    sqlite3_close(reader);
    matching_outbox_close(outbox);
    outbox = open_box(folder, 10);
    CHECK_INT(put_one(outbox, id), 0);
    matching_outbox_close(outbox);
    scene_remove(folder);
}

static int stop_at_once(void *user, const struct matching_entry *entry)
{
    (void)entry;
    ++*(int *)user;
    return -ECANCELED;
}

static void whoever_looks_may_stop(void)
{
    char folder[64], id[MATCHING_ID_SIZE];
    struct matching_outbox *outbox;
    int n = 0;

    scene_folder(folder);
    outbox = open_box(folder, 10);
    CHECK_INT(put_one(outbox, id), 0);
    CHECK_INT(put_one(outbox, id), 0);
    CHECK_INT(matching_outbox_each(outbox, stop_at_once, &n), -ECANCELED);
    CHECK_INT(n, 1);
    matching_outbox_close(outbox);
    scene_remove(folder);
}

static void a_folder_of_too_long_a_name_is_refused(void)
{
    static char folder[8192];
    struct matching_outbox *outbox;

    memset(folder, 'a', sizeof(folder) - 1);
    CHECK_INT(matching_outbox_open(folder, 10, &outbox), -ENAMETOOLONG);
    CHECK_INT(matching_outbox_open_read_only(folder, &outbox), -ENAMETOOLONG);
}

/* Damaged files hold texts: they go after a week, not before. */
static void what_was_put_aside_goes_after_a_week(void)
{
    char folder[64], path[96];
    struct matching_outbox *outbox;
    int64_t now_ms;

    scene_folder(folder);
    snprintf(path, sizeof(path), "%s/outbox.db.damaged-1", folder);
    REQUIRE(base_file_replace(path, "du pain", 7, 0600) == 0);
    outbox = open_box(folder, 10);
    now_ms = (int64_t)time(NULL) * 1000;
    CHECK_INT(matching_outbox_erase_old(outbox, now_ms + 6 * 24 * HOUR_MS, true, NULL), 0);
    CHECK(access(path, F_OK) == 0);
    CHECK_INT(matching_outbox_erase_old(outbox, now_ms + 8 * 24 * HOUR_MS, true, NULL), 0);
    CHECK(access(path, F_OK) < 0);
    matching_outbox_close(outbox);
    scene_remove(folder);
}

/* R60: the version stands twice, and both must say the same. */
static void a_version_in_doubt_is_damage(void)
{
    char folder[64], id[MATCHING_ID_SIZE];
    struct matching_outbox *outbox;
    struct matching_outbox_counts counts;
    struct matching_entry entry;

    scene_folder(folder);
    outbox = open_box(folder, 10);
    CHECK_INT(put_one(outbox, id), 0);
    matching_outbox_close(outbox);
    change(folder, "PRAGMA user_version = 9000");
    outbox = open_box(folder, 10);
    matching_outbox_counts(outbox, &counts);
    CHECK(counts.was_damaged);
    CHECK_INT(matching_outbox_get(outbox, id, &entry), 0);
    matching_outbox_close(outbox);
    scene_remove(folder);
}

CHECK_MAIN(a_request_is_there_after_a_restart, a_repeated_put_is_recognised,
           a_full_outbox_refuses_and_drops_nothing, delivered_text_is_erased,
           a_clock_step_erases_nothing_that_waits, news_are_stored_with_their_place,
           news_do_not_revive_a_cancelled_request,
           an_unknown_status_is_one_of_a_request_that_arrived, each_part_of_the_news_counts,
           an_id_stands_for_one_text, a_spoiled_text_is_never_sent, a_reader_puts_erasing_off,
           whoever_looks_may_stop, a_folder_of_too_long_a_name_is_refused,
           what_was_put_aside_goes_after_a_week, a_version_in_doubt_is_damage,
           a_newer_version_is_left_alone, a_reader_sees_what_the_daemon_wrote)
