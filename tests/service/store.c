/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/service/store.h"

#include "base/clock.h"

#include <errno.h>
#include <gnutls/crypto.h>
#include <limits.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NEWS_PAGE 32

struct store {
    sqlite3 *db;
    pthread_mutex_t lock; /* recursive: a change calls a look-up */
    pthread_cond_t changed;
    unsigned version;
    bool is_stopping;
};

static const char schema[] =
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
    "CREATE TABLE IF NOT EXISTS request (seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,"
    " device TEXT NOT NULL, territory TEXT, service TEXT, body BLOB NOT NULL, status TEXT NOT NULL,"
    " first_name TEXT, at_when TEXT, received_ms INTEGER NOT NULL, open_ms INTEGER);"
    "CREATE TABLE IF NOT EXISTS news (seq INTEGER PRIMARY KEY AUTOINCREMENT, device TEXT NOT NULL,"
    " item TEXT NOT NULL);"
    "CREATE TABLE IF NOT EXISTS device (device TEXT PRIMARY KEY, token TEXT, seen_ms INTEGER,"
    " heartbeat TEXT);"
    "CREATE TABLE IF NOT EXISTS alert (id TEXT PRIMARY KEY, device TEXT NOT NULL, body TEXT NOT"
    " NULL, received_ms INTEGER NOT NULL);";

int64_t store_now_ms(void)
{
    const struct base_clock *clock = base_clock_system();

    return clock->wall_ms(clock);
}

int store_open(const char *folder, struct store **ret_store)
{
    struct store *store = calloc(1, sizeof(*store));
    pthread_mutexattr_t recursive;
    pthread_condattr_t monotonic;
    char path[PATH_MAX];

    if (!store)
        return -ENOMEM;
    pthread_mutexattr_init(&recursive);
    pthread_mutexattr_settype(&recursive, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&store->lock, &recursive);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&store->changed, &monotonic);
    snprintf(path, sizeof(path), "%s/service.db", folder);
    if (sqlite3_open(path, &store->db) != SQLITE_OK ||
        sqlite3_exec(store->db, schema, NULL, NULL, NULL) != SQLITE_OK) {
        fprintf(stderr, "%s: %s\n", path, sqlite3_errmsg(store->db));
        store_close(store);
        return -EIO;
    }
    *ret_store = store;
    return 0;
}

void store_close(struct store *store)
{
    if (!store)
        return;
    sqlite3_close(store->db);
    pthread_cond_destroy(&store->changed);
    pthread_mutex_destroy(&store->lock);
    free(store);
}

/* --- waiting --- */

unsigned store_version(struct store *store)
{
    unsigned version;

    pthread_mutex_lock(&store->lock);
    version = store->version;
    pthread_mutex_unlock(&store->lock);
    return version;
}

bool store_wait(struct store *store, unsigned version, int64_t timeout_ms)
{
    struct timespec until;
    bool is_changed;
    int r = 0;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += timeout_ms / 1000;
    until.tv_nsec += timeout_ms % 1000 * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    pthread_mutex_lock(&store->lock);
    while (r == 0 && store->version == version && !store->is_stopping)
        r = pthread_cond_timedwait(&store->changed, &store->lock, &until);
    is_changed = store->version != version && !store->is_stopping;
    pthread_mutex_unlock(&store->lock);
    return is_changed;
}

void store_touch(struct store *store)
{
    pthread_mutex_lock(&store->lock);
    store->version++;
    pthread_cond_broadcast(&store->changed);
    pthread_mutex_unlock(&store->lock);
}

void store_stop(struct store *store)
{
    pthread_mutex_lock(&store->lock);
    store->is_stopping = true;
    pthread_cond_broadcast(&store->changed);
    pthread_mutex_unlock(&store->lock);
}

bool store_is_stopping(struct store *store)
{
    bool is_stopping;

    pthread_mutex_lock(&store->lock);
    is_stopping = store->is_stopping;
    pthread_mutex_unlock(&store->lock);
    return is_stopping;
}

/* --- statements --- */

/* "s" text (NULL is null), "i" int64_t. The lock is held. Owns: the caller (sqlite3_finalize). */
static sqlite3_stmt *query(struct store *store, const char *sql, const char *types, ...)
{
    sqlite3_stmt *stmt = NULL;
    va_list args;

    if (sqlite3_prepare_v2(store->db, sql, -1, &stmt, NULL) != SQLITE_OK) {
        fprintf(stderr, "store: %s\n", sqlite3_errmsg(store->db));
        return NULL;
    }
    va_start(args, types);
    for (int i = 1; *types; types++, i++) {
        if (*types == 's')
            sqlite3_bind_text(stmt, i, va_arg(args, const char *), -1, SQLITE_TRANSIENT);
        else
            sqlite3_bind_int64(stmt, i, va_arg(args, int64_t));
    }
    va_end(args);
    return stmt;
}

/* One step of a change. Returns: 0 or -EIO. */
static int run(struct store *store, sqlite3_stmt *stmt)
{
    int code = stmt ? sqlite3_step(stmt) : SQLITE_ERROR;

    if (code != SQLITE_DONE && code != SQLITE_ROW)
        fprintf(stderr, "store: %s\n", sqlite3_errmsg(store->db));
    sqlite3_finalize(stmt);
    return code == SQLITE_DONE || code == SQLITE_ROW ? 0 : -EIO;
}

static const char *text(sqlite3_stmt *stmt, int column)
{
    return (const char *)sqlite3_column_text(stmt, column);
}

/* Ends what BEGIN began and wakes the waiters. */
static int commit(struct store *store, int r)
{
    if (r == 0 && sqlite3_exec(store->db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
        r = -EIO;
    if (r)
        sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    else
        store_touch(store);
    return r;
}

static void begin(struct store *store)
{
    sqlite3_exec(store->db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
}

/* --- devices --- */

static void hash(const char *token, char ret_hex[65])
{
    unsigned char digest[32];

    gnutls_hash_fast(GNUTLS_DIG_SHA256, token, strlen(token), digest);
    for (int i = 0; i < 32; i++)
        snprintf(ret_hex + 2 * i, 3, "%02x", digest[i]);
}

int store_set_device(struct store *store, const char *device, const char *token)
{
    char hex[65] = "";
    int r;

    if (token)
        hash(token, hex);
    pthread_mutex_lock(&store->lock);
    begin(store);
    r = run(store, query(store,
                         "INSERT INTO device (device, token) VALUES (?, ?)"
                         " ON CONFLICT (device) DO UPDATE SET token = excluded.token",
                         "ss", device, token ? hex : NULL));
    r = commit(store, r);
    pthread_mutex_unlock(&store->lock);
    return r;
}

int store_find_device(struct store *store, const char *token, char *ret_device, size_t size)
{
    char hex[65];
    sqlite3_stmt *stmt;
    int r = STORE_ABSENT;

    hash(token, hex);
    pthread_mutex_lock(&store->lock);
    stmt = query(store, "SELECT device FROM device WHERE token = ?", "s", hex);
    if (stmt && sqlite3_step(stmt) == SQLITE_ROW) {
        snprintf(ret_device, size, "%s", text(stmt, 0));
        r = 0;
    }
    sqlite3_finalize(stmt);
    pthread_mutex_unlock(&store->lock);
    return r;
}

/* --- requests --- */

static int compare_stored(struct store *store, const char *id, const char *body, size_t n_body)
{
    sqlite3_stmt *stmt = query(store, "SELECT body FROM request WHERE id = ?", "s", id);
    int r = STORE_ABSENT;

    if (stmt && sqlite3_step(stmt) == SQLITE_ROW) {
        const void *stored = sqlite3_column_blob(stmt, 0);

        r = (size_t)sqlite3_column_bytes(stmt, 0) == n_body && memcmp(stored, body, n_body) == 0
                ? STORE_SAME
                : STORE_OTHER_BODY;
    }
    sqlite3_finalize(stmt);
    return r;
}

int store_add(struct store *store, const char *id, const char *device, const char *territory,
              const char *service, const char *body, size_t n_body, const char *status)
{
    int64_t now_ms = store_now_ms();
    sqlite3_stmt *stmt;
    int r;

    pthread_mutex_lock(&store->lock);
    r = compare_stored(store, id, body, n_body);
    if (r == STORE_ABSENT) {
        begin(store);
        stmt = query(store,
                     "INSERT INTO request (id, device, territory, service, status, received_ms,"
                     " open_ms, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                     "sssssii", id, device, territory, service, status, now_ms,
                     strcmp(status, "open") == 0 ? now_ms : (int64_t)0);
        if (stmt)
            sqlite3_bind_blob(stmt, 8, body, (int)n_body, SQLITE_TRANSIENT);
        r = commit(store, run(store, stmt));
    }
    pthread_mutex_unlock(&store->lock);
    return r;
}

static json_t *text_or_null(const char *value)
{
    return value && *value ? json_string(value) : json_null();
}

#define REQUEST_COLUMNS                                                                            \
    "id, device, territory, service, status, first_name, at_when, received_ms, body"

static json_t *make_request(sqlite3_stmt *stmt, bool with_all)
{
    const char *when = text(stmt, 6);
    char received_at[32];
    json_t *request;

    base_clock_format_utc(sqlite3_column_int64(stmt, 7), received_at);
    request = json_pack("{s:s, s:s, s:o, s:o, s:o, s:s}", "id", text(stmt, 0), "status",
                        text(stmt, 4), "service", text_or_null(text(stmt, 3)), "first_name",
                        text_or_null(text(stmt, 5)), "when",
                        when ? json_loads(when, 0, NULL) : json_null(), "received_at", received_at);
    if (request && with_all) {
        json_object_set_new(request, "device", json_string(text(stmt, 1)));
        json_object_set_new(request, "territory", text_or_null(text(stmt, 2)));
        json_object_set_new(request, "request",
                            json_loadb(sqlite3_column_blob(stmt, 8),
                                       (size_t)sqlite3_column_bytes(stmt, 8), 0, NULL));
    }
    return request;
}

json_t *store_request(struct store *store, const char *id, bool with_all)
{
    json_t *request = NULL;
    sqlite3_stmt *stmt;

    pthread_mutex_lock(&store->lock);
    stmt = query(store, "SELECT " REQUEST_COLUMNS " FROM request WHERE id = ?", "s", id);
    if (stmt && sqlite3_step(stmt) == SQLITE_ROW)
        request = make_request(stmt, with_all);
    sqlite3_finalize(stmt);
    pthread_mutex_unlock(&store->lock);
    return request;
}

json_t *store_requests(struct store *store)
{
    json_t *list = json_array();
    sqlite3_stmt *stmt;

    pthread_mutex_lock(&store->lock);
    stmt = query(store, "SELECT " REQUEST_COLUMNS " FROM request ORDER BY seq", "");
    while (stmt && sqlite3_step(stmt) == SQLITE_ROW)
        json_array_append_new(list, make_request(stmt, true));
    sqlite3_finalize(stmt);
    pthread_mutex_unlock(&store->lock);
    return list;
}

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
        query(store, "SELECT status, device, service FROM request WHERE id = ?", "s", id);
    int r = STORE_ABSENT;

    if (stmt && sqlite3_step(stmt) == SQLITE_ROW) {
        snprintf(ret_status, 32, "%s", text(stmt, 0));
        snprintf(ret_device, 64, "%s", text(stmt, 1));
        snprintf(ret_service, 64, "%s", text(stmt, 2) ? text(stmt, 2) : "");
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
                     text_or_null(service), "first_name", text_or_null(first_name), "when",
                     when ? json_deep_copy(when) : json_null(), "at", at);
    item = news ? json_dumps(news, JSON_COMPACT) : NULL;
    json_decref(news);
    if (!item)
        return -ENOMEM;
    r = run(store,
            query(store, "INSERT INTO news (device, item) VALUES (?, ?)", "ss", device, item));
    free(item);
    return r;
}

int store_change(struct store *store, const char *id, const char *from, const char *status,
                 const char *first_name, const json_t *when, bool with_news)
{
    char before[32], device[64], service[64], *at_when = when ? json_dumps(when, 0) : NULL;
    bool is_open = strcmp(status, "open") == 0;
    int r;

    pthread_mutex_lock(&store->lock);
    r = find(store, id, before, device, service);
    if (r == 0 && !is_one_of(from, before))
        r = STORE_NOT_NOW;
    if (r == 0) {
        begin(store);
        r = run(store,
                query(store,
                      "UPDATE request SET status = ?, first_name = ?, at_when = ?,"
                      " open_ms = CASE WHEN ? THEN ? ELSE open_ms END WHERE id = ?",
                      "sssiis", status, first_name, at_when, (int64_t)is_open, store_now_ms(), id));
        if (r == 0 && with_news)
            r = add_news(store, device, id, status, service, first_name, when);
        r = commit(store, r);
    }
    pthread_mutex_unlock(&store->lock);
    free(at_when);
    return r;
}

json_t *store_news(struct store *store, const char *device, int64_t after)
{
    json_t *list = json_array();
    char cursor[32];
    sqlite3_stmt *stmt;

    pthread_mutex_lock(&store->lock);
    stmt =
        query(store, "SELECT seq, item FROM news WHERE device = ? AND seq > ? ORDER BY seq LIMIT ?",
              "sii", device, after, (int64_t)NEWS_PAGE);
    while (stmt && sqlite3_step(stmt) == SQLITE_ROW) {
        json_array_append_new(list, json_loads(text(stmt, 1), 0, NULL));
        after = sqlite3_column_int64(stmt, 0);
    }
    sqlite3_finalize(stmt);
    pthread_mutex_unlock(&store->lock);
    snprintf(cursor, sizeof(cursor), "%lld", (long long)after);
    return json_pack("{s:s, s:o}", "cursor", cursor, "news", list);
}

void store_each_open(struct store *store, store_open_fn *fn, void *user)
{
    sqlite3_stmt *stmt;

    pthread_mutex_lock(&store->lock);
    stmt = query(store,
                 "SELECT id, territory, service, open_ms FROM request WHERE status = 'open'"
                 " ORDER BY seq",
                 "");
    while (stmt && sqlite3_step(stmt) == SQLITE_ROW)
        fn(user, text(stmt, 0), text(stmt, 1) ? text(stmt, 1) : "",
           text(stmt, 2) ? text(stmt, 2) : "", sqlite3_column_int64(stmt, 3));
    sqlite3_finalize(stmt);
    pthread_mutex_unlock(&store->lock);
}

/* --- what devices tell besides --- */

int store_beat(struct store *store, const char *device, const char *body)
{
    int r;

    pthread_mutex_lock(&store->lock);
    begin(store);
    r = commit(store, run(store, query(store,
                                       "INSERT INTO device (device, seen_ms, heartbeat) VALUES"
                                       " (?, ?, ?) ON CONFLICT (device) DO UPDATE SET seen_ms ="
                                       " excluded.seen_ms, heartbeat = excluded.heartbeat",
                                       "sis", device, store_now_ms(), body)));
    pthread_mutex_unlock(&store->lock);
    return r;
}

int store_alert(struct store *store, const char *id, const char *device, const char *body)
{
    int r;

    pthread_mutex_lock(&store->lock);
    begin(store);
    r = run(store, query(store,
                         "INSERT INTO alert (id, device, body, received_ms) VALUES (?, ?, ?, ?)"
                         " ON CONFLICT (id) DO NOTHING",
                         "sssi", id, device, body, store_now_ms()));
    if (r == 0 && sqlite3_changes(store->db) == 0)
        r = STORE_SAME;
    r = r == STORE_SAME ? (sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL), STORE_SAME)
                        : commit(store, r);
    pthread_mutex_unlock(&store->lock);
    return r;
}

static json_t *list_devices(struct store *store)
{
    sqlite3_stmt *stmt = query(
        store, "SELECT device, seen_ms, heartbeat, token IS NOT NULL FROM device ORDER BY device",
        "");
    json_t *list = json_array();

    while (stmt && sqlite3_step(stmt) == SQLITE_ROW) {
        const char *beat = text(stmt, 2);
        char seen_at[32] = "";

        if (sqlite3_column_int64(stmt, 1) > 0)
            base_clock_format_utc(sqlite3_column_int64(stmt, 1), seen_at);
        json_array_append_new(list, json_pack("{s:s, s:o, s:b, s:o}", "device", text(stmt, 0),
                                              "seen_at", text_or_null(seen_at), "may_call",
                                              sqlite3_column_int(stmt, 3), "heartbeat",
                                              beat ? json_loads(beat, 0, NULL) : json_null()));
    }
    sqlite3_finalize(stmt);
    return list;
}

json_t *store_devices(struct store *store)
{
    json_t *alerts = json_array(), *devices;
    sqlite3_stmt *stmt;

    pthread_mutex_lock(&store->lock);
    devices = list_devices(store);
    stmt = query(store, "SELECT body FROM alert ORDER BY received_ms", "");
    while (stmt && sqlite3_step(stmt) == SQLITE_ROW)
        json_array_append_new(alerts, json_loads(text(stmt, 0), 0, NULL));
    sqlite3_finalize(stmt);
    pthread_mutex_unlock(&store->lock);
    return json_pack("{s:o, s:o}", "devices", devices, "alerts", alerts);
}
