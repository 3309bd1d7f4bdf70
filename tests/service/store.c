/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/service/store_private.h"

#include "base/clock.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* The service of a later version may have changed what the tables mean. */
#define SCHEMA_VERSION 1

static const char schema[] =
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; BEGIN IMMEDIATE;"
    "CREATE TABLE IF NOT EXISTS request (seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,"
    " device TEXT NOT NULL, territory TEXT, service TEXT, body BLOB, body_sum TEXT NOT NULL,"
    " status TEXT NOT NULL, first_name TEXT, at_when TEXT, received_ms INTEGER NOT NULL,"
    " open_ms INTEGER, changed_ms INTEGER NOT NULL);"
    "CREATE INDEX IF NOT EXISTS request_status ON request (status);"
    "CREATE TABLE IF NOT EXISTS news (seq INTEGER PRIMARY KEY AUTOINCREMENT, device TEXT NOT NULL,"
    " item TEXT NOT NULL, at_ms INTEGER NOT NULL);"
    "CREATE INDEX IF NOT EXISTS news_device ON news (device, seq);"
    "CREATE TABLE IF NOT EXISTS device (device TEXT PRIMARY KEY, token TEXT UNIQUE, next_token"
    " TEXT, revoked_token TEXT, resident TEXT, paired_ms INTEGER, seen_ms INTEGER,"
    " heartbeat TEXT);"
    "CREATE TABLE IF NOT EXISTS pairing (code TEXT PRIMARY KEY, resident TEXT, made_ms INTEGER NOT"
    " NULL, expires_ms INTEGER NOT NULL, used_by TEXT);"
    "CREATE TABLE IF NOT EXISTS resident (reference TEXT PRIMARY KEY, name TEXT NOT NULL, phone"
    " TEXT, address TEXT, latitude REAL, longitude REAL);"
    "CREATE TABLE IF NOT EXISTS volunteer (id TEXT PRIMARY KEY, first_name TEXT NOT NULL, phone"
    " TEXT, services TEXT, territories TEXT, days TEXT, latitude REAL, longitude REAL, radius_km"
    " REAL, is_active INTEGER NOT NULL);"
    "CREATE TABLE IF NOT EXISTS proposal (seq INTEGER PRIMARY KEY, request TEXT NOT NULL, volunteer"
    " TEXT NOT NULL, state TEXT NOT NULL, made_ms INTEGER NOT NULL, changed_ms INTEGER NOT NULL,"
    " UNIQUE (request, volunteer));"
    "CREATE TABLE IF NOT EXISTS alert (id TEXT PRIMARY KEY, device TEXT NOT NULL, body TEXT NOT"
    " NULL, received_ms INTEGER NOT NULL, seen_ms INTEGER);"
    "CREATE TABLE IF NOT EXISTS called_off (id TEXT NOT NULL, device TEXT NOT NULL, at_ms INTEGER "
    "NOT"
    " NULL, PRIMARY KEY (id, device)) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS token_life (token TEXT PRIMARY KEY, expires_ms INTEGER NOT NULL)"
    " WITHOUT ROWID;"
    "PRAGMA user_version = 1; COMMIT;";

int64_t store_now_ms(void)
{
    const struct base_clock *clock = base_clock_system();

    return clock->wall_ms(clock);
}

static bool is_version_known(struct store *store)
{
    sqlite3_stmt *stmt = store_query(store, "PRAGMA user_version", "");
    bool is_known =
        stmt && sqlite3_step(stmt) == SQLITE_ROW && sqlite3_column_int(stmt, 0) <= SCHEMA_VERSION;

    sqlite3_finalize(stmt);
    return is_known;
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
    if (sqlite3_open(path, &store->db) != SQLITE_OK || !is_version_known(store) ||
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

sqlite3_stmt *store_query(struct store *store, const char *sql, const char *types, ...)
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
        else if (*types == 'd')
            sqlite3_bind_double(stmt, i, va_arg(args, double));
        else
            sqlite3_bind_int64(stmt, i, va_arg(args, int64_t));
    }
    va_end(args);
    return stmt;
}

int store_run(struct store *store, sqlite3_stmt *stmt)
{
    int code = stmt ? sqlite3_step(stmt) : SQLITE_ERROR;

    if (code != SQLITE_DONE && code != SQLITE_ROW)
        fprintf(stderr, "store: %s\n", sqlite3_errmsg(store->db));
    sqlite3_finalize(stmt);
    return code == SQLITE_DONE || code == SQLITE_ROW ? 0 : -EIO;
}

const char *store_text(sqlite3_stmt *stmt, int column)
{
    return (const char *)sqlite3_column_text(stmt, column);
}

int store_commit(struct store *store, int r)
{
    if (r == 0 && sqlite3_exec(store->db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
        r = -EIO;
    if (r)
        sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    else
        store_touch(store);
    return r;
}

void store_begin(struct store *store)
{
    sqlite3_exec(store->db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
}

json_t *store_text_or_null(const char *value)
{
    return value && *value ? json_string(value) : json_null();
}
