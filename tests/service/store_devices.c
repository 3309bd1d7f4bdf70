/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/service/store_devices.h"

#include "base/clock.h"
#include "matching/sha256.h"
#include "tests/service/store_private.h"

#include <stdio.h>
#include <string.h>

/* --- tokens --- */

static void sum(const char *token, char ret_hex[MATCHING_SHA256_HEX_SIZE])
{
    matching_sha256_hex(token, strlen(token), ret_hex);
}

/* One statement that changes, as a transaction of its own. Returns: 0, STORE_ABSENT when no row
 * changed, -EIO. */
static int change(struct store *store, sqlite3_stmt *stmt)
{
    int r = store_run(store, stmt);

    return r == 0 && sqlite3_changes(store->db) == 0 ? STORE_ABSENT : r;
}

int store_set_device(struct store *store, const char *device, const char *token)
{
    char hex[MATCHING_SHA256_HEX_SIZE];
    int r;

    if (token)
        sum(token, hex);
    pthread_mutex_lock(&store->lock);
    store_begin(store);
    if (token)
        r = change(store, store_query(store,
                                      "INSERT INTO device (device, token) VALUES (?, ?) ON CONFLICT"
                                      " (device) DO UPDATE SET token = excluded.token,"
                                      " next_token = NULL, revoked_token = NULL",
                                      "ss", device, hex));
    else
        r = change(store, store_query(store,
                                      "UPDATE device SET revoked_token = coalesce(token,"
                                      " revoked_token), token = NULL, next_token = NULL"
                                      " WHERE device = ?",
                                      "s", device));
    r = store_commit(store, r);
    pthread_mutex_unlock(&store->lock);
    return r;
}

static int promote(struct store *store, const char *device)
{
    store_begin(store);
    return store_commit(store, store_run(store, store_query(store,
                                                            "UPDATE device SET token = next_token,"
                                                            " next_token = NULL WHERE device = ?",
                                                            "s", device)));
}

static bool is_over(struct store *store, const char *hex)
{
    sqlite3_stmt *stmt =
        store_query(store, "SELECT 1 FROM token_life WHERE token = ? AND expires_ms <= ?", "si",
                    hex, store_now_ms());
    bool is_found = stmt && sqlite3_step(stmt) == SQLITE_ROW;

    sqlite3_finalize(stmt);
    return is_found;
}

int store_limit_token(struct store *store, const char *token_sha256, int64_t expires_ms)
{
    int r;

    pthread_mutex_lock(&store->lock);
    store_begin(store);
    /* Those that no device has any more need no end. */
    r = store_run(store, store_query(store,
                                     "DELETE FROM token_life WHERE token NOT IN (SELECT token FROM"
                                     " device WHERE token IS NOT NULL UNION SELECT next_token FROM"
                                     " device WHERE next_token IS NOT NULL)",
                                     ""));
    if (r == 0)
        r = store_run(store, store_query(store, "INSERT OR REPLACE INTO token_life VALUES (?, ?)",
                                         "si", token_sha256, expires_ms));
    r = store_commit(store, r);
    pthread_mutex_unlock(&store->lock);
    return r;
}

int store_find_device(struct store *store, const char *token, char *ret_device, size_t size)
{
    char hex[MATCHING_SHA256_HEX_SIZE];
    bool is_next = false;
    sqlite3_stmt *stmt;
    int r = STORE_ABSENT;

    sum(token, hex);
    pthread_mutex_lock(&store->lock);
    stmt = store_query(store,
                       "SELECT device, token IS ?1, next_token IS ?1 FROM device WHERE token = ?1"
                       " OR next_token = ?1 OR revoked_token = ?1 ORDER BY 2 DESC, 3 DESC",
                       "s", hex);
    if (stmt && sqlite3_step(stmt) == SQLITE_ROW) {
        snprintf(ret_device, size, "%s", store_text(stmt, 0));
        is_next = sqlite3_column_int(stmt, 2);
        r = sqlite3_column_int(stmt, 1) || is_next ? 0 : STORE_REVOKED;
    }
    sqlite3_finalize(stmt);
    if (is_next)
        r = promote(store, ret_device);
    if (r == 0 && is_over(store, hex))
        r = STORE_EXPIRED;
    pthread_mutex_unlock(&store->lock);
    return r;
}

int store_renew_device(struct store *store, const char *device, const char *token_sha256)
{
    int r;

    pthread_mutex_lock(&store->lock);
    store_begin(store);
    r = store_commit(store, change(store, store_query(store,
                                                      "UPDATE device SET next_token = ? WHERE"
                                                      " device = ? AND token IS NOT NULL",
                                                      "ss", token_sha256, device)));
    pthread_mutex_unlock(&store->lock);
    return r;
}

/* --- pairing codes --- */

int store_add_code(struct store *store, const char *code, const char *resident, int64_t expires_ms)
{
    char hex[MATCHING_SHA256_HEX_SIZE];
    int r;

    sum(code, hex);
    pthread_mutex_lock(&store->lock);
    store_begin(store);
    r = store_run(store,
                  store_query(store, "DELETE FROM pairing WHERE used_by IS NULL AND expires_ms < ?",
                              "i", store_now_ms()));
    if (r == 0)
        r = store_run(store, store_query(store,
                                         "INSERT INTO pairing (code, resident, made_ms, expires_ms)"
                                         " VALUES (?, ?, ?, ?)",
                                         "ssii", hex, resident, store_now_ms(), expires_ms));
    r = store_commit(store, r);
    pthread_mutex_unlock(&store->lock);
    return r;
}

struct code {
    char used_by[64], resident[64];
};

/* Returns: 0 or STORE_ABSENT. A used one counts for the device that used it: its answer was lost.
 */
static int find_code(struct store *store, const char *hex, const char *device,
                     struct code *ret_code)
{
    sqlite3_stmt *stmt = store_query(store,
                                     "SELECT coalesce(used_by, ''), coalesce(resident, '') FROM"
                                     " pairing WHERE code = ? AND (used_by = ? OR"
                                     " (used_by IS NULL AND expires_ms >= ?))",
                                     "ssi", hex, device, store_now_ms());
    int r = STORE_ABSENT;

    if (stmt && sqlite3_step(stmt) == SQLITE_ROW) {
        snprintf(ret_code->used_by, sizeof(ret_code->used_by), "%s", store_text(stmt, 0));
        snprintf(ret_code->resident, sizeof(ret_code->resident), "%s", store_text(stmt, 1));
        r = 0;
    }
    sqlite3_finalize(stmt);
    return r;
}

/* Returns: STORE_ABSENT when the name is free, STORE_SAME, STORE_TAKEN. */
static int find_name(struct store *store, const char *device, const char *token_sha256)
{
    sqlite3_stmt *stmt = store_query(store,
                                     "SELECT token IS ? FROM device WHERE device = ? AND token IS"
                                     " NOT NULL",
                                     "ss", token_sha256, device);
    int r = STORE_ABSENT;

    if (stmt && sqlite3_step(stmt) == SQLITE_ROW)
        r = sqlite3_column_int(stmt, 0) ? STORE_SAME : STORE_TAKEN;
    sqlite3_finalize(stmt);
    return r;
}

static int write_pairing(struct store *store, const char *hex, const char *device,
                         const char *token_sha256, const char *resident)
{
    int r;

    store_begin(store);
    r = store_run(store,
                  store_query(store,
                              "INSERT INTO device (device, token, resident, paired_ms) VALUES"
                              " (?, ?, nullif(?, ''), ?) ON CONFLICT (device) DO UPDATE SET token"
                              " = excluded.token, next_token = NULL, revoked_token = NULL, resident"
                              " = coalesce(excluded.resident, resident), paired_ms ="
                              " excluded.paired_ms",
                              "sssi", device, token_sha256, resident, store_now_ms()));
    if (r == 0)
        r = store_run(store, store_query(store, "UPDATE pairing SET used_by = ? WHERE code = ?",
                                         "ss", device, hex));
    return store_commit(store, r);
}

int store_use_code(struct store *store, const char *code, const char *device,
                   const char *token_sha256)
{
    char hex[MATCHING_SHA256_HEX_SIZE];
    struct code found;
    int r;

    sum(code, hex);
    pthread_mutex_lock(&store->lock);
    r = find_code(store, hex, device, &found);
    if (r == 0) {
        r = find_name(store, device, token_sha256);
        if (r == STORE_ABSENT && *found.used_by) /* revoked since: a new code is needed */
            r = STORE_ABSENT;
        else if (r == STORE_ABSENT || (r == STORE_SAME && !*found.used_by))
            r = write_pairing(store, hex, device, token_sha256, found.resident);
        else if (r == STORE_TAKEN && *found.used_by)
            r = STORE_ABSENT;
    }
    pthread_mutex_unlock(&store->lock);
    return r;
}

static json_t *make_time(int64_t at_ms)
{
    char text[32] = "";

    if (at_ms > 0)
        base_clock_format_utc(at_ms, text);
    return store_text_or_null(text);
}

json_t *store_codes(struct store *store)
{
    json_t *list = json_array();
    sqlite3_stmt *stmt;

    pthread_mutex_lock(&store->lock);
    stmt = store_query(store,
                       "SELECT p.resident, r.name, p.expires_ms FROM pairing p LEFT JOIN resident r"
                       " ON r.reference = p.resident WHERE p.used_by IS NULL AND p.expires_ms >= ?"
                       " ORDER BY p.made_ms",
                       "i", store_now_ms());
    while (stmt && sqlite3_step(stmt) == SQLITE_ROW)
        json_array_append_new(list, json_pack("{s:o, s:o, s:o}", "resident",
                                              store_text_or_null(store_text(stmt, 0)), "name",
                                              store_text_or_null(store_text(stmt, 1)), "expires_at",
                                              make_time(sqlite3_column_int64(stmt, 2))));
    sqlite3_finalize(stmt);
    pthread_mutex_unlock(&store->lock);
    return list;
}

/* --- residents --- */

static const char *field(const json_t *json, const char *key)
{
    return json_string_value(json_object_get(json, key));
}

/* A number, or null where there is none. */
static void bind_number(sqlite3_stmt *stmt, int column, const json_t *value)
{
    if (json_is_number(value))
        sqlite3_bind_double(stmt, column, json_number_value(value));
    else
        sqlite3_bind_null(stmt, column);
}

int store_set_resident(struct store *store, const json_t *resident)
{
    sqlite3_stmt *stmt;
    int r;

    pthread_mutex_lock(&store->lock);
    store_begin(store);
    stmt = store_query(store,
                       "INSERT OR REPLACE INTO resident (reference, name, phone, address, latitude,"
                       " longitude) VALUES (?, ?, ?, ?, ?, ?)",
                       "ssss", field(resident, "reference"), field(resident, "name"),
                       field(resident, "phone"), field(resident, "address"));
    if (stmt) {
        bind_number(stmt, 5, json_object_get(resident, "latitude"));
        bind_number(stmt, 6, json_object_get(resident, "longitude"));
    }
    r = store_commit(store, store_run(store, stmt));
    pthread_mutex_unlock(&store->lock);
    return r;
}

static json_t *number_or_null(sqlite3_stmt *stmt, int column)
{
    return sqlite3_column_type(stmt, column) == SQLITE_NULL
               ? json_null()
               : json_real(sqlite3_column_double(stmt, column));
}

#define RESIDENT_COLUMNS "r.reference, r.name, r.phone, r.address, r.latitude, r.longitude"

static json_t *make_resident(sqlite3_stmt *stmt)
{
    return json_pack("{s:s, s:s, s:o, s:o, s:o, s:o}", "reference", store_text(stmt, 0), "name",
                     store_text(stmt, 1), "phone", store_text_or_null(store_text(stmt, 2)),
                     "address", store_text_or_null(store_text(stmt, 3)), "latitude",
                     number_or_null(stmt, 4), "longitude", number_or_null(stmt, 5));
}

json_t *store_residents(struct store *store)
{
    json_t *list = json_array();
    sqlite3_stmt *stmt;

    pthread_mutex_lock(&store->lock);
    stmt = store_query(store, "SELECT " RESIDENT_COLUMNS " FROM resident r ORDER BY r.name", "");
    while (stmt && sqlite3_step(stmt) == SQLITE_ROW)
        json_array_append_new(list, make_resident(stmt));
    sqlite3_finalize(stmt);
    pthread_mutex_unlock(&store->lock);
    return list;
}

json_t *store_resident_of(struct store *store, const char *device)
{
    json_t *resident = NULL;
    sqlite3_stmt *stmt;

    pthread_mutex_lock(&store->lock);
    stmt = store_query(store,
                       "SELECT " RESIDENT_COLUMNS " FROM device d JOIN resident r ON r.reference ="
                       " d.resident WHERE d.device = ?",
                       "s", device);
    if (stmt && sqlite3_step(stmt) == SQLITE_ROW)
        resident = make_resident(stmt);
    sqlite3_finalize(stmt);
    pthread_mutex_unlock(&store->lock);
    return resident ? resident : json_null();
}

/* --- what devices tell --- */

int store_beat(struct store *store, const char *device, const char *body)
{
    int r;

    pthread_mutex_lock(&store->lock);
    store_begin(store);
    r = store_commit(store, store_run(store, store_query(store,
                                                         "UPDATE device SET seen_ms = ?, heartbeat"
                                                         " = ? WHERE device = ?",
                                                         "iss", store_now_ms(), body, device)));
    pthread_mutex_unlock(&store->lock);
    return r;
}

int store_alert(struct store *store, const char *id, const char *device, const char *body)
{
    int r;

    pthread_mutex_lock(&store->lock);
    store_begin(store);
    r = change(store, store_query(store,
                                  "INSERT INTO alert (id, device, body, received_ms) VALUES"
                                  " (?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
                                  "sssi", id, device, body, store_now_ms()));
    r = store_commit(store, r == STORE_ABSENT ? STORE_SAME : r);
    pthread_mutex_unlock(&store->lock);
    return r;
}

int store_alert_seen(struct store *store, const char *id)
{
    int r;

    pthread_mutex_lock(&store->lock);
    store_begin(store);
    r = change(store, store_query(store, "UPDATE alert SET seen_ms = ? WHERE id = ?", "is",
                                  store_now_ms(), id));
    r = store_commit(store, r);
    pthread_mutex_unlock(&store->lock);
    return r;
}

static json_t *list_devices(struct store *store)
{
    sqlite3_stmt *stmt = store_query(store,
                                     "SELECT device, seen_ms, heartbeat, token IS NOT NULL,"
                                     " revoked_token IS NOT NULL, paired_ms FROM device ORDER BY"
                                     " device",
                                     "");
    json_t *list = json_array();

    while (stmt && sqlite3_step(stmt) == SQLITE_ROW) {
        const char *beat = store_text(stmt, 2);
        int64_t seen_ms = sqlite3_column_int64(stmt, 1), paired_ms = sqlite3_column_int64(stmt, 5);

        json_array_append_new(
            list, json_pack("{s:s, s:o, s:I, s:b, s:b, s:o, s:o}", "device", store_text(stmt, 0),
                            "seen_at", make_time(seen_ms), "known_ms",
                            (json_int_t)(seen_ms > paired_ms ? seen_ms : paired_ms), "may_call",
                            sqlite3_column_int(stmt, 3), "is_revoked", sqlite3_column_int(stmt, 4),
                            "person", store_resident_of(store, store_text(stmt, 0)), "heartbeat",
                            beat ? json_loads(beat, 0, NULL) : json_null()));
    }
    sqlite3_finalize(stmt);
    return list;
}

static json_t *list_alerts(struct store *store)
{
    sqlite3_stmt *stmt = store_query(
        store, "SELECT body, seen_ms, received_ms, device FROM alert ORDER BY received_ms", "");
    json_t *list = json_array();

    while (stmt && sqlite3_step(stmt) == SQLITE_ROW) {
        json_t *alert = json_loads(store_text(stmt, 0), 0, NULL);

        json_object_set_new(alert, "is_seen", json_boolean(sqlite3_column_int64(stmt, 1) > 0));
        json_object_set_new(alert, "received_at", make_time(sqlite3_column_int64(stmt, 2)));
        json_object_set_new(alert, "person", store_resident_of(store, store_text(stmt, 3)));
        json_array_append_new(list, alert);
    }
    sqlite3_finalize(stmt);
    return list;
}

json_t *store_devices(struct store *store)
{
    json_t *devices, *alerts;

    pthread_mutex_lock(&store->lock);
    devices = list_devices(store);
    alerts = list_alerts(store);
    pthread_mutex_unlock(&store->lock);
    return json_pack("{s:o, s:o}", "devices", devices, "alerts", alerts);
}
