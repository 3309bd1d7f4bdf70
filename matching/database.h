/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The door to SQLite: statements in, rows out, its result codes made ours and its text logged once.
 *
 * Opened WAL, synchronous=FULL, no checkpoint by itself (see matching/outbox.h), deleted content
 * overwritten. Thread: any, one at a time per database.
 */
#ifndef MATCHING_DATABASE_H
#define MATCHING_DATABASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct matching_db;
struct matching_row; /* a prepared statement, and the row it stands on */

/* Conditions. */
enum {
    MATCHING_DB_NO_SPACE = 101, /* the disk, a quota or a size limit */
    MATCHING_DB_DAMAGED,        /* the file is no database any more */
};

/* Returns: 0, a condition, -errno. Owns: the caller. */
int matching_db_open(const char *path, bool is_read_only, struct matching_db **ret_db);
/* Accepts NULL. */
void matching_db_close(struct matching_db *db);

/* Runs statements that give no rows; undoes an open transaction on failure. Returns: as open. */
int matching_db_exec(struct matching_db *db, const char *sql);

/* A number that one pragma or query gives. Returns: as open. */
int matching_db_number(struct matching_db *db, const char *sql, int64_t *ret_number);

/* Whether nothing can be written, as the file's header or its mode have it; known once it was read.
 */
bool matching_db_is_read_only(const struct matching_db *db);

/* Whether SQLite finds the whole file sound. Returns: 0, MATCHING_DB_DAMAGED, as open. */
int matching_db_check(struct matching_db *db);

/*
 * Prepares a statement and binds its arguments, one a letter of `types`: "s" const char * (NULL is
 * null), "i" int64_t, "b" const void * then size_t. Text and blobs must outlive the statement's
 * last step. Returns: as open. Owns: the caller (matching_row_finish).
 */
int matching_db_query(struct matching_db *db, struct matching_row **ret_row, const char *sql,
                      const char *types, ...);
/* Moves to the next row. Returns: 1 on a row, 0 after the last, a condition, -errno. */
int matching_row_next(struct matching_row *row);
/* Accepts NULL. */
void matching_row_finish(struct matching_row *row);

/* Values of the row; valid until it moves. Text is never NULL. */
const char *matching_row_text(struct matching_row *row, int column);
int64_t matching_row_int(struct matching_row *row, int column);
/* NULL for null. */
const void *matching_row_blob(struct matching_row *row, int column, size_t *ret_n_bytes);

/* Query, one step, finish: for changes. Returns: as open; ret_n_changed may be NULL. */
int matching_db_run(struct matching_db *db, int *ret_n_changed, const char *sql, const char *types,
                    ...);

/* Pages in the journal that are not folded back yet, as far as this connection wrote them. */
int matching_db_journal_pages(const struct matching_db *db);
/* Folds the journal back; `truncate` also cuts it to nothing, so that no erased text stays in it.
 * Returns: as open. */
int matching_db_checkpoint(struct matching_db *db, bool truncate);

#endif
