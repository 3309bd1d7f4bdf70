/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "matching/database.h"

#include "base/log.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define BUSY_MS 2000

struct matching_db {
    sqlite3 *sqlite;
    int journal_pages;
};

/* One allocation a statement would be waste: the row is SQLite's own object. */
static sqlite3_stmt *stmt_of(struct matching_row *row)
{
    return (sqlite3_stmt *)(void *)row;
}

static int of_system_error(sqlite3 *sqlite, int otherwise)
{
    int error = sqlite3_system_errno(sqlite);

    if (error == ENOSPC || error == EDQUOT || error == EFBIG)
        return MATCHING_DB_NO_SPACE;
    return error ? -error : otherwise;
}

/* SQLite's code as ours. */
static int of_code(sqlite3 *sqlite, int code)
{
    if (code == SQLITE_IOERR_NOMEM) /* no fault of the disk: must not look like one */
        return -ENOMEM;
    switch (code & 0xff) {
    case SQLITE_OK:
        return 0;
    case SQLITE_FULL:
        return MATCHING_DB_NO_SPACE;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_FORMAT:
    case SQLITE_ERROR: /* our statements are constant: the schema is not what it was */
        return MATCHING_DB_DAMAGED;
    case SQLITE_NOMEM:
        return -ENOMEM;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return -EBUSY;
    case SQLITE_READONLY:
        return -EROFS;
    case SQLITE_IOERR:
        return of_system_error(sqlite, -EIO);
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
        return of_system_error(sqlite, -EACCES);
    case SQLITE_CONSTRAINT:
        return -EEXIST;
    default:
        return -EINVAL;
    }
}

/* Logs SQLite's own words, which name no content, and gives our code. */
static int fail(struct matching_db *db, int code, const char *doing)
{
    int r = of_code(db->sqlite, code);

    log_warning("outbox-sqlite", "%s: %s (code %d)", doing, sqlite3_errmsg(db->sqlite), code);
    if (!sqlite3_get_autocommit(db->sqlite))
        sqlite3_exec(db->sqlite, "ROLLBACK", NULL, NULL, NULL);
    return r;
}

static int count_journal(void *user, sqlite3 *sqlite, const char *name, int n_pages)
{
    struct matching_db *db = user;

    (void)sqlite;
    (void)name;
    db->journal_pages = n_pages;
    return SQLITE_OK;
}

int matching_db_open(const char *path, bool is_read_only, struct matching_db **ret_db)
{
    static const char setup[] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                                "PRAGMA wal_autocheckpoint=0; PRAGMA secure_delete=ON;"
                                "PRAGMA cache_size=-512; PRAGMA temp_store=MEMORY;"
                                "PRAGMA trusted_schema=OFF;";
    int flags = is_read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    struct matching_db *db = calloc(1, sizeof(*db));
    int r;

    if (!db)
        return -ENOMEM;
    r = sqlite3_open_v2(path, &db->sqlite, flags | SQLITE_OPEN_NOMUTEX, NULL);
    if (!db->sqlite) {
        free(db);
        return -ENOMEM;
    }
    if (r == SQLITE_OK) {
        sqlite3_extended_result_codes(db->sqlite, 1);
        sqlite3_busy_timeout(db->sqlite, BUSY_MS);
        sqlite3_db_config(db->sqlite, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
        /* The last connection's close would fold the journal back: a write at each stop. */
        sqlite3_db_config(db->sqlite, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
        sqlite3_wal_hook(db->sqlite, count_journal, db);
        if (!is_read_only)
            r = sqlite3_exec(db->sqlite, setup, NULL, NULL, NULL);
        /* The pragma takes the hook's place: put it back. */
        sqlite3_wal_hook(db->sqlite, count_journal, db);
    }
    if (r != SQLITE_OK) {
        r = fail(db, r, "open");
        matching_db_close(db);
        return r;
    }
    *ret_db = db;
    return 0;
}

void matching_db_close(struct matching_db *db)
{
    if (!db)
        return;
    sqlite3_close(db->sqlite);
    free(db);
}

int matching_db_exec(struct matching_db *db, const char *sql)
{
    int code = sqlite3_exec(db->sqlite, sql, NULL, NULL, NULL);

    return code == SQLITE_OK ? 0 : fail(db, code, "exec");
}

static int bind_all(sqlite3_stmt *stmt, const char *types, va_list args)
{
    int code = SQLITE_OK;

    for (int i = 1; *types && code == SQLITE_OK; types++, i++) {
        if (*types == 's') {
            code = sqlite3_bind_text(stmt, i, va_arg(args, const char *), -1, SQLITE_STATIC);
        } else if (*types == 'i') {
            code = sqlite3_bind_int64(stmt, i, va_arg(args, int64_t));
        } else {
            const void *data = va_arg(args, const void *);

            code = sqlite3_bind_blob64(stmt, i, data, va_arg(args, size_t), SQLITE_STATIC);
        }
    }
    return code;
}

static int query(struct matching_db *db, struct matching_row **ret_row, const char *sql,
                 const char *types, va_list args)
{
    sqlite3_stmt *stmt = NULL;
    int code = sqlite3_prepare_v2(db->sqlite, sql, -1, &stmt, NULL);

    if (code == SQLITE_OK)
        code = bind_all(stmt, types, args);
    if (code != SQLITE_OK) {
        int r = fail(db, code, "prepare");

        sqlite3_finalize(stmt);
        return r;
    }
    *ret_row = (struct matching_row *)(void *)stmt;
    return 0;
}

int matching_db_query(struct matching_db *db, struct matching_row **ret_row, const char *sql,
                      const char *types, ...)
{
    va_list args;
    int r;

    va_start(args, types);
    r = query(db, ret_row, sql, types, args);
    va_end(args);
    return r;
}

int matching_row_next(struct matching_row *row)
{
    int code = sqlite3_step(stmt_of(row));
    sqlite3 *sqlite = sqlite3_db_handle(stmt_of(row));
    int r;

    if (code == SQLITE_ROW)
        return 1;
    if (code == SQLITE_DONE)
        return 0;
    r = of_code(sqlite, code);
    log_warning("outbox-sqlite", "step: %s (code %d)", sqlite3_errmsg(sqlite), code);
    return r;
}

void matching_row_finish(struct matching_row *row)
{
    sqlite3_finalize(stmt_of(row)); /* accepts NULL */
}

const char *matching_row_text(struct matching_row *row, int column)
{
    const unsigned char *text = sqlite3_column_text(stmt_of(row), column);

    return text ? (const char *)text : "";
}

int64_t matching_row_int(struct matching_row *row, int column)
{
    return sqlite3_column_int64(stmt_of(row), column);
}

const void *matching_row_blob(struct matching_row *row, int column, size_t *ret_n_bytes)
{
    const void *data = sqlite3_column_blob(stmt_of(row), column);

    *ret_n_bytes = data ? (size_t)sqlite3_column_bytes(stmt_of(row), column) : 0;
    return data;
}

int matching_db_run(struct matching_db *db, int *ret_n_changed, const char *sql, const char *types,
                    ...)
{
    struct matching_row *row;
    va_list args;
    int r;

    va_start(args, types);
    r = query(db, &row, sql, types, args);
    va_end(args);
    if (r)
        return r;
    r = matching_row_next(row);
    matching_row_finish(row);
    if (r == 1)
        r = 0;
    if (r == 0 && ret_n_changed)
        *ret_n_changed = sqlite3_changes(db->sqlite);
    if (r && !sqlite3_get_autocommit(db->sqlite))
        sqlite3_exec(db->sqlite, "ROLLBACK", NULL, NULL, NULL);
    return r;
}

int matching_db_number(struct matching_db *db, const char *sql, int64_t *ret_number)
{
    struct matching_row *row;
    int r = matching_db_query(db, &row, sql, "");

    if (r)
        return r;
    r = matching_row_next(row);
    if (r == 1) {
        *ret_number = matching_row_int(row, 0);
        r = 0;
    } else if (r == 0) {
        r = MATCHING_DB_DAMAGED;
    }
    matching_row_finish(row);
    return r;
}

bool matching_db_is_read_only(const struct matching_db *db)
{
    return sqlite3_db_readonly(db->sqlite, "main") == 1;
}

int matching_db_check(struct matching_db *db)
{
    struct matching_row *row;
    int r = matching_db_query(db, &row, "PRAGMA integrity_check(1)", "");

    if (r)
        return r;
    r = matching_row_next(row);
    if (r == 1)
        r = strcmp(matching_row_text(row, 0), "ok") == 0 ? 0 : MATCHING_DB_DAMAGED;
    else if (r == 0)
        r = MATCHING_DB_DAMAGED;
    matching_row_finish(row);
    return r;
}

int matching_db_journal_pages(const struct matching_db *db)
{
    return db->journal_pages;
}

int matching_db_checkpoint(struct matching_db *db, bool truncate)
{
    int code = sqlite3_wal_checkpoint_v2(
        db->sqlite, NULL, truncate ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE, NULL,
        NULL);

    if (code != SQLITE_OK)
        return (code & 0xff) == SQLITE_BUSY ? -EBUSY : fail(db, code, "checkpoint");
    db->journal_pages = 0;
    return 0;
}
