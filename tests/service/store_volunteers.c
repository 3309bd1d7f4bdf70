/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/service/store_volunteers.h"

#include "tests/service/store_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *field(const json_t *json, const char *key)
{
    return json_string_value(json_object_get(json, key));
}

static void bind_list(sqlite3_stmt *stmt, int column, const json_t *list)
{
    char *text = json_is_array(list) ? json_dumps(list, JSON_COMPACT) : NULL;

    if (text)
        sqlite3_bind_text(stmt, column, text, -1, SQLITE_TRANSIENT);
    free(text);
}

static void bind_number(sqlite3_stmt *stmt, int column, const json_t *value)
{
    if (json_is_number(value))
        sqlite3_bind_double(stmt, column, json_number_value(value));
}

/* Commits what the statement does. Returns: 0, STORE_ABSENT when no row changed, -EIO. */
static int change(struct store *store, sqlite3_stmt *stmt)
{
    int r = store_run(store, stmt);

    if (r == 0 && sqlite3_changes(store->db) == 0)
        r = STORE_ABSENT;
    return store_commit(store, r);
}

int store_set_volunteer(struct store *store, const json_t *volunteer)
{
    static const char *const lists[] = {"services", "territories", "days"};
    static const char *const numbers[] = {"latitude", "longitude", "radius_km"};
    sqlite3_stmt *stmt;
    int r;

    if (!field(volunteer, "id") || !*field(volunteer, "id") || !field(volunteer, "first_name"))
        return -EINVAL;
    pthread_mutex_lock(&store->lock);
    store_begin(store);
    stmt = store_query(store,
                       "INSERT OR REPLACE INTO volunteer (id, first_name, phone, services,"
                       " territories, days, latitude, longitude, radius_km, is_active)"
                       " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 1)",
                       "sss", field(volunteer, "id"), field(volunteer, "first_name"),
                       field(volunteer, "phone"));
    for (int i = 0; stmt && i < 3; i++) {
        bind_list(stmt, 4 + i, json_object_get(volunteer, lists[i]));
        bind_number(stmt, 7 + i, json_object_get(volunteer, numbers[i]));
    }
    r = change(store, stmt);
    pthread_mutex_unlock(&store->lock);
    return r;
}

int store_set_volunteer_active(struct store *store, const char *id, bool is_active)
{
    int r;

    pthread_mutex_lock(&store->lock);
    store_begin(store);
    r = change(store, store_query(store, "UPDATE volunteer SET is_active = ? WHERE id = ?", "is",
                                  (int64_t)is_active, id));
    pthread_mutex_unlock(&store->lock);
    return r;
}

int store_remove_volunteer(struct store *store, const char *id)
{
    int r;

    pthread_mutex_lock(&store->lock);
    store_begin(store);
    r = change(store, store_query(store, "DELETE FROM volunteer WHERE id = ?", "s", id));
    pthread_mutex_unlock(&store->lock);
    return r;
}

static json_t *list_or_null(sqlite3_stmt *stmt, int column)
{
    const char *text = store_text(stmt, column);
    json_t *list = text ? json_loads(text, 0, NULL) : NULL;

    return list ? list : json_null();
}

static json_t *number_or_null(sqlite3_stmt *stmt, int column)
{
    return sqlite3_column_type(stmt, column) == SQLITE_NULL
               ? json_null()
               : json_real(sqlite3_column_double(stmt, column));
}

#define VOLUNTEER_COLUMNS                                                                          \
    "id, first_name, phone, services, territories, days, latitude, longitude, radius_km, "         \
    "is_active"

static json_t *make_volunteer(sqlite3_stmt *stmt)
{
    return json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:b}", "id",
                     store_text(stmt, 0), "first_name", store_text(stmt, 1), "phone",
                     store_text_or_null(store_text(stmt, 2)), "services", list_or_null(stmt, 3),
                     "territories", list_or_null(stmt, 4), "days", list_or_null(stmt, 5),
                     "latitude", number_or_null(stmt, 6), "longitude", number_or_null(stmt, 7),
                     "radius_km", number_or_null(stmt, 8), "is_active",
                     sqlite3_column_int(stmt, 9));
}

json_t *store_volunteers(struct store *store)
{
    json_t *list = json_array();
    sqlite3_stmt *stmt;

    pthread_mutex_lock(&store->lock);
    stmt = store_query(
        store, "SELECT " VOLUNTEER_COLUMNS " FROM volunteer ORDER BY first_name, rowid", "");
    while (stmt && sqlite3_step(stmt) == SQLITE_ROW)
        json_array_append_new(list, make_volunteer(stmt));
    sqlite3_finalize(stmt);
    pthread_mutex_unlock(&store->lock);
    return list;
}

json_t *store_volunteer(struct store *store, const char *id)
{
    json_t *volunteer = NULL;
    sqlite3_stmt *stmt;

    pthread_mutex_lock(&store->lock);
    stmt = store_query(store, "SELECT " VOLUNTEER_COLUMNS " FROM volunteer WHERE id = ?", "s", id);
    if (stmt && sqlite3_step(stmt) == SQLITE_ROW)
        volunteer = make_volunteer(stmt);
    sqlite3_finalize(stmt);
    pthread_mutex_unlock(&store->lock);
    return volunteer;
}

/* --- proposals --- */

int store_propose(struct store *store, const char *request, const char *volunteer)
{
    int64_t now_ms = store_now_ms();
    int r;

    pthread_mutex_lock(&store->lock);
    store_begin(store);
    r = change(store, store_query(store,
                                  "INSERT INTO proposal (request, volunteer, state, made_ms,"
                                  " changed_ms) VALUES (?, ?, 'waiting', ?, ?)",
                                  "ssii", request, volunteer, now_ms, now_ms));
    pthread_mutex_unlock(&store->lock);
    return r;
}

int store_end_proposal(struct store *store, const char *request, const char *volunteer,
                       const char *state)
{
    int r;

    pthread_mutex_lock(&store->lock);
    store_begin(store);
    r = change(store, store_query(store,
                                  "UPDATE proposal SET state = ?, changed_ms = ? WHERE request = ?"
                                  " AND volunteer = ? AND state = 'waiting'",
                                  "siss", state, store_now_ms(), request, volunteer));
    pthread_mutex_unlock(&store->lock);
    return r == STORE_ABSENT ? STORE_NOT_NOW : r;
}

json_t *store_proposals(struct store *store, const char *request)
{
    json_t *list = json_array();
    sqlite3_stmt *stmt;

    pthread_mutex_lock(&store->lock);
    stmt = store_query(store,
                       "SELECT p.volunteer, coalesce(v.first_name, p.volunteer), v.phone, p.state,"
                       " p.made_ms, p.seq FROM proposal p LEFT JOIN volunteer v ON v.id ="
                       " p.volunteer WHERE p.request = ? ORDER BY p.seq",
                       "s", request);
    while (stmt && sqlite3_step(stmt) == SQLITE_ROW)
        json_array_append_new(
            list, json_pack("{s:s, s:s, s:o, s:s, s:I, s:I}", "volunteer", store_text(stmt, 0),
                            "first_name", store_text(stmt, 1), "phone",
                            store_text_or_null(store_text(stmt, 2)), "state", store_text(stmt, 3),
                            "made_ms", (json_int_t)sqlite3_column_int64(stmt, 4), "seq",
                            (json_int_t)sqlite3_column_int64(stmt, 5)));
    sqlite3_finalize(stmt);
    pthread_mutex_unlock(&store->lock);
    return list;
}
