/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Requests, the keys they came under, and the news of them. */
#include "base/clock.h"
#include "matching/sha256.h"
#include "tests/service/store_devices.h"
#include "tests/service/store_private.h"
#include "tests/service/store_volunteers.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NEWS_PAGE 32

static int compare_stored(struct store *store, const char *id, const char *sum)
{
    sqlite3_stmt *stmt = store_query(store, "SELECT body_sum FROM request WHERE id = ?", "s", id);
    int r = STORE_ABSENT;

    if (stmt && sqlite3_step(stmt) == SQLITE_ROW)
        r = strcmp(store_text(stmt, 0), sum) == 0 ? STORE_SAME : STORE_OTHER_BODY;
    sqlite3_finalize(stmt);
    return r;
}

static bool is_called_off(struct store *store, const char *id, const char *device)
{
    sqlite3_stmt *stmt = store_query(store, "SELECT 1 FROM called_off WHERE id = ? AND device = ?",
                                     "ss", id, device);
    bool is_found = stmt && sqlite3_step(stmt) == SQLITE_ROW;

    sqlite3_finalize(stmt);
    return is_found;
}

int store_call_off(struct store *store, const char *id, const char *device)
{
    sqlite3_stmt *stmt;
    bool is_here;
    int r = STORE_SAME;

    pthread_mutex_lock(&store->lock);
    stmt = store_query(store, "SELECT 1 FROM request WHERE id = ?", "s", id);
    is_here = stmt && sqlite3_step(stmt) == SQLITE_ROW;
    sqlite3_finalize(stmt);
    if (!is_here) {
        store_begin(store);
        r = store_commit(store,
                         store_run(store, store_query(store,
                                                      "INSERT OR IGNORE INTO called_off"
                                                      " (id, device, at_ms) VALUES (?, ?, ?)",
                                                      "ssi", id, device, store_now_ms())));
    }
    pthread_mutex_unlock(&store->lock);
    return r;
}

int store_add(struct store *store, const char *id, const char *device, const char *territory,
              const char *service, const char *body, size_t n_body, const char *status)
{
    int64_t now_ms = store_now_ms();
    char sum[MATCHING_SHA256_HEX_SIZE];
    bool is_off = false;
    sqlite3_stmt *stmt;
    int r;

    matching_sha256_hex(body, n_body, sum);
    pthread_mutex_lock(&store->lock);
    r = compare_stored(store, id, sum);
    if (r == STORE_ABSENT) {
        is_off = is_called_off(store, id, device);
        if (is_off)
            status = "cancelled";
        store_begin(store);
        stmt = store_query(store,
                           "INSERT INTO request (id, device, territory, service, status, body_sum,"
                           " received_ms, changed_ms, open_ms, body)"
                           " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                           "ssssssiii", id, device, territory, service, status, sum, now_ms, now_ms,
                           strcmp(status, "open") == 0 ? now_ms : (int64_t)0);
        if (stmt && !is_off)
            sqlite3_bind_blob(stmt, 10, body, (int)n_body, SQLITE_TRANSIENT);
        r = store_commit(store, store_run(store, stmt));
        if (r == 0 && is_off)
            r = STORE_SAME;
    }
    pthread_mutex_unlock(&store->lock);
    return r;
}

#define REQUEST_COLUMNS                                                                            \
    "id, device, territory, service, status, first_name, at_when, received_ms, body, changed_ms,"  \
    " open_ms"

static json_t *make_time(int64_t at_ms)
{
    char text[32];

    base_clock_format_utc(at_ms, text);
    return json_string(text);
}

static json_t *make_request(sqlite3_stmt *stmt, bool with_all)
{
    const char *when = store_text(stmt, 6);
    json_t *body, *request;

    request = json_pack("{s:s, s:s, s:o, s:o, s:o, s:o}", "id", store_text(stmt, 0), "status",
                        store_text(stmt, 4), "service", store_text_or_null(store_text(stmt, 3)),
                        "first_name", store_text_or_null(store_text(stmt, 5)), "when",
                        when ? json_loads(when, 0, NULL) : json_null(), "received_at",
                        make_time(sqlite3_column_int64(stmt, 7)));
    if (request && with_all) {
        body = json_loadb(sqlite3_column_blob(stmt, 8), (size_t)sqlite3_column_bytes(stmt, 8), 0,
                          NULL);
        json_object_set_new(request, "device", json_string(store_text(stmt, 1)));
        json_object_set_new(request, "territory", store_text_or_null(store_text(stmt, 2)));
        json_object_set_new(request, "changed_at", make_time(sqlite3_column_int64(stmt, 9)));
        json_object_set_new(request, "open_ms", json_integer(sqlite3_column_int64(stmt, 10)));
        json_object_set_new(request, "request", body ? body : json_null());
    }
    return request;
}

json_t *store_request(struct store *store, const char *id, bool with_all)
{
    json_t *request = NULL;
    sqlite3_stmt *stmt;

    pthread_mutex_lock(&store->lock);
    stmt = store_query(store, "SELECT " REQUEST_COLUMNS " FROM request WHERE id = ?", "s", id);
    if (stmt && sqlite3_step(stmt) == SQLITE_ROW)
        request = make_request(stmt, with_all);
    sqlite3_finalize(stmt);
    pthread_mutex_unlock(&store->lock);
    return request;
}

/* Uses the statement up. */
static json_t *list_requests(sqlite3_stmt *stmt)
{
    json_t *list = json_array();

    while (stmt && sqlite3_step(stmt) == SQLITE_ROW)
        json_array_append_new(list, make_request(stmt, true));
    sqlite3_finalize(stmt);
    return list;
}

json_t *store_requests(struct store *store)
{
    json_t *list;

    pthread_mutex_lock(&store->lock);
    list = list_requests(
        store_query(store, "SELECT " REQUEST_COLUMNS " FROM request ORDER BY seq", ""));
    pthread_mutex_unlock(&store->lock);
    return list;
}

json_t *store_requests_since(struct store *store, int64_t since_ms)
{
    json_t *list, *request;
    size_t i;

    pthread_mutex_lock(&store->lock);
    list = list_requests(store_query(store,
                                     "SELECT " REQUEST_COLUMNS " FROM request WHERE status IN"
                                     " ('received', 'pending_review', 'open', 'matched')"
                                     " OR changed_ms >= ? ORDER BY seq",
                                     "i", since_ms));
    json_array_foreach(list, i, request)
    {
        const char *id = json_string_value(json_object_get(request, "id"));

        json_object_set_new(
            request, "person",
            store_resident_of(store, json_string_value(json_object_get(request, "device"))));
        json_object_set_new(request, "proposals", store_proposals(store, id));
    }
    pthread_mutex_unlock(&store->lock);
    return list;
}

/* --- changes --- */

static bool is_one_of(const char *words, const char *word)
{
    const char *at = *words ? strstr(words, word) : word;

    return at && (!*words || at[strlen(word)] == ' ' || at[strlen(word)] == '\0');
}

/* Returns: the status and device; 0 or STORE_ABSENT. */
static int find(struct store *store, const char *id, char ret_status[32], char ret_device[64],
                char ret_service[64])
{
    sqlite3_stmt *stmt =
        store_query(store, "SELECT status, device, service FROM request WHERE id = ?", "s", id);
    int r = STORE_ABSENT;

    if (stmt && sqlite3_step(stmt) == SQLITE_ROW) {
        snprintf(ret_status, 32, "%s", store_text(stmt, 0));
        snprintf(ret_device, 64, "%s", store_text(stmt, 1));
        snprintf(ret_service, 64, "%s", store_text(stmt, 2) ? store_text(stmt, 2) : "");
        r = 0;
    }
    sqlite3_finalize(stmt);
    return r;
}

static int add_news(struct store *store, const char *device, const char *id, const char *status,
                    const char *service, const char *first_name, const json_t *when)
{
    char at[32], *item;
    json_t *news;
    int r;

    base_clock_format_utc(store_now_ms(), at);
    news = json_pack("{s:s, s:s, s:o, s:o, s:o, s:s}", "id", id, "status", status, "service",
                     store_text_or_null(service), "first_name", store_text_or_null(first_name),
                     "when", when ? json_deep_copy(when) : json_null(), "at", at);
    item = news ? json_dumps(news, JSON_COMPACT) : NULL;
    json_decref(news);
    if (!item)
        return -ENOMEM;
    r = store_run(store,
                  store_query(store, "INSERT INTO news (device, item, at_ms) VALUES (?, ?, ?)",
                              "ssi", device, item, store_now_ms()));
    free(item);
    return r;
}

/* A change of the request itself; the transaction is the caller's. */
static int write_change(struct store *store, const char *id, const struct store_change *change,
                        const char *at_when)
{
    int64_t now_ms = store_now_ms();
    bool is_open = strcmp(change->status, "open") == 0;
    int r = store_run(store,
                      store_query(store,
                                  "UPDATE request SET status = ?, first_name = ?, at_when = ?,"
                                  " changed_ms = ?, open_ms = CASE WHEN ? THEN ? ELSE open_ms END"
                                  " WHERE id = ?",
                                  "sssiiis", change->status, change->first_name, at_when, now_ms,
                                  (int64_t)is_open, now_ms, id));

    /* Open again: who had taken it cannot come, and is not asked again. */
    if (r == 0 && is_open)
        r = store_run(store, store_query(store,
                                         "UPDATE proposal SET state = 'withdrawn', changed_ms = ?"
                                         " WHERE request = ? AND state = 'accepted'",
                                         "is", now_ms, id));
    if (r == 0 && change->volunteer)
        r = store_run(store, store_query(store,
                                         "INSERT INTO proposal (request, volunteer, state, made_ms,"
                                         " changed_ms) VALUES (?, ?, 'accepted', ?, ?) ON CONFLICT"
                                         " (request, volunteer) DO UPDATE SET state = 'accepted',"
                                         " changed_ms = excluded.changed_ms",
                                         "ssii", id, change->volunteer, now_ms, now_ms));
    return r;
}

int store_change(struct store *store, const char *id, const struct store_change *change)
{
    char before[32], device[64], service[64];
    char *at_when = change->when ? json_dumps(change->when, 0) : NULL;
    int r;

    pthread_mutex_lock(&store->lock);
    r = find(store, id, before, device, service);
    if (r == 0 && !is_one_of(change->from, before))
        r = STORE_NOT_NOW;
    if (r == 0) {
        store_begin(store);
        r = write_change(store, id, change, at_when);
        if (r == 0 && change->with_news)
            r = add_news(store, device, id, change->status, service, change->first_name,
                         change->when);
        r = store_commit(store, r);
    }
    pthread_mutex_unlock(&store->lock);
    free(at_when);
    return r;
}

int store_erase_old(struct store *store, int64_t before_ms)
{
    int r;

    pthread_mutex_lock(&store->lock);
    store_begin(store);
    r = store_run(store,
                  store_query(store,
                              "UPDATE request SET body = NULL, first_name = NULL, at_when = NULL"
                              " WHERE body IS NOT NULL AND changed_ms < ? AND status IN"
                              " ('done', 'cancelled', 'expired')",
                              "i", before_ms));
    if (r == 0)
        r = store_run(store,
                      store_query(store, "DELETE FROM news WHERE at_ms < ?", "i", before_ms));
    if (r == 0)
        r = store_run(
            store, store_query(store, "DELETE FROM alert WHERE received_ms < ?", "i", before_ms));
    if (r == 0)
        r = store_run(store,
                      store_query(store, "DELETE FROM called_off WHERE at_ms < ?", "i", before_ms));
    r = store_commit(store, r);
    pthread_mutex_unlock(&store->lock);
    return r;
}

json_t *store_news(struct store *store, const char *device, int64_t after)
{
    json_t *list = json_array();
    char cursor[32];
    sqlite3_stmt *stmt;

    pthread_mutex_lock(&store->lock);
    stmt = store_query(
        store, "SELECT seq, item FROM news WHERE device = ? AND seq > ? ORDER BY seq LIMIT ?",
        "sii", device, after, (int64_t)NEWS_PAGE);
    while (stmt && sqlite3_step(stmt) == SQLITE_ROW) {
        json_array_append_new(list, json_loads(store_text(stmt, 1), 0, NULL));
        after = sqlite3_column_int64(stmt, 0);
    }
    sqlite3_finalize(stmt);
    pthread_mutex_unlock(&store->lock);
    snprintf(cursor, sizeof(cursor), "%lld", (long long)after);
    return json_pack("{s:s, s:o}", "cursor", cursor, "news", list);
}
