/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "matching/outbox_store.h"

#include "matching/crc.h"

#include <errno.h>
#include <stdio.h>

int matching_store_result(int r)
{
    if (r == MATCHING_DB_NO_SPACE)
        return MATCHING_OUTBOX_NO_SPACE;
    return r == MATCHING_DB_DAMAGED ? -EBADMSG : r;
}

bool matching_store_is_waiting(enum matching_state state)
{
    return state == MATCHING_NOTED || state == MATCHING_SENDING;
}

void matching_store_path(const char *folder, const char *suffix, char ret_path[PATH_MAX])
{
    snprintf(ret_path, PATH_MAX, "%s/" MATCHING_OUTBOX_FILE "%s", folder, suffix);
}

/* What leads from each version to the next; each step is a transaction of its own. Never edit one
 * that was released: add another. */
static const struct {
    int version;
    const char *sql;
} steps[] = {
    {1000,
     "CREATE TABLE request ("
     " seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, state TEXT NOT NULL, kind TEXT,"
     " service TEXT, date TEXT, part TEXT, time TEXT, body BLOB, noted_ms INTEGER NOT NULL,"
     " settled_ms INTEGER NOT NULL DEFAULT 0, waited_s INTEGER NOT NULL DEFAULT 0, status TEXT,"
     " first_name TEXT, matched_date TEXT, matched_part TEXT, matched_time TEXT,"
     " untold INTEGER NOT NULL DEFAULT 0);"
     "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;"},
};

/*
 * Reads the version, 0 of an empty file. It stands twice: a flipped bit in the header must not make
 * the outbox one of a later version, which would be left alone for ever. Returns: as
 * matching_db_exec.
 */
static int read_version(struct matching_db *db, int64_t *ret_version)
{
    int64_t application = 0, inside = 0;
    int r = matching_db_number(db, "PRAGMA user_version", ret_version);

    if (r || *ret_version == 0)
        return r;
    r = matching_db_number(db, "PRAGMA application_id", &application);
    if (r == 0)
        r = matching_db_number(db, "SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'version'",
                               &inside);
    if (r == 0 && (application != MATCHING_SCHEMA_APPLICATION || inside != *ret_version))
        r = MATCHING_DB_DAMAGED; /* another program's, or not ours any more */
    return r;
}

int matching_store_migrate(struct matching_db *db)
{
    int64_t version = 0;
    char sql[2048];
    int r = read_version(db, &version);

    if (r)
        return r;
    if (MATCHING_SCHEMA_MAJOR(version) > MATCHING_SCHEMA_MAJOR(MATCHING_SCHEMA_VERSION)) {
        log_error("outbox-newer", "version %lld of the outbox is not known: left as it is",
                  (long long)version);
        return MATCHING_OUTBOX_NEWER;
    }
    for (size_t i = 0; r == 0 && i < sizeof(steps) / sizeof(steps[0]); i++) {
        if (steps[i].version <= version)
            continue;
        snprintf(sql, sizeof(sql),
                 "BEGIN IMMEDIATE; %s INSERT OR REPLACE INTO meta VALUES ('version', '%d');"
                 "PRAGMA application_id = %d; PRAGMA user_version = %d; COMMIT;",
                 steps[i].sql, steps[i].version, MATCHING_SCHEMA_APPLICATION, steps[i].version);
        r = matching_db_exec(db, sql);
    }
    /* A newer minor version is used as it is, with every column under its name. */
    return r ? r
             : matching_db_run(db, NULL,
                               "SELECT seq, " MATCHING_STORE_COLUMNS " FROM request LIMIT 0", "");
}

uint32_t matching_store_sum(const void *sum)
{
    const unsigned char *at = sum;

    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

size_t matching_store_check(const void *blob, size_t n_bytes)
{
    size_t n_body = n_bytes > MATCHING_SUM_SIZE ? n_bytes - MATCHING_SUM_SIZE : 0;

    if (!blob || n_body == 0 || n_body > MATCHING_BODY_MAX)
        return 0;
    return matching_crc32(blob, n_body) == matching_store_sum((const char *)blob + n_body) ? n_body
                                                                                           : 0;
}

void matching_store_seal(char *blob, size_t n_body)
{
    uint32_t sum = matching_crc32(blob, n_body);

    for (int i = 0; i < MATCHING_SUM_SIZE; i++)
        blob[n_body + (size_t)i] = (char)(sum >> (24 - 8 * i));
}

int matching_store_mark_damaged(struct matching_outbox *outbox, const char *id)
{
    int r;

    base_log_fault(BASE_LOG_ERROR, "outbox-row-damaged", id, "text changed on disk: not sent");
    WITH_RESERVE(outbox, r,
                 matching_db_run(outbox->db, NULL,
                                 "UPDATE request SET state = 'damaged' WHERE id = ?", "s", id));
    return r;
}
