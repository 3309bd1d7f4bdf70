/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the sources of matching/outbox and matching/mend share: the fields, the schema, and a
 * request's bytes as they lie on disk. Nobody else includes this.
 *
 * A body is stored as the JSON followed by its CRC-32 (four bytes, big end first), in one blob, so
 * that a body found anywhere in a damaged file proves itself. Thread: the worker's.
 */
#ifndef MATCHING_OUTBOX_STORE_H
#define MATCHING_OUTBOX_STORE_H

#include "base/log.h"
#include "matching/database.h"
#include "matching/outbox.h"
#include "matching/reserve.h"

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* 1000 * major + minor, in user_version and in the table meta. A minor step adds columns that have
 * defaults, or indexes. */
#define MATCHING_SCHEMA_VERSION     1000
#define MATCHING_SCHEMA_MAJOR(v)    ((v) / 1000)
#define MATCHING_SCHEMA_APPLICATION 0x566f6973 /* "Vois" */

#define MATCHING_SUM_SIZE 4

/* Every column that travels from a damaged file into a sound one. */
#define MATCHING_STORE_COLUMNS                                                                     \
    "id, state, kind, service, date, part, time, body, noted_ms, settled_ms, waited_s, status,"    \
    " first_name, matched_date, matched_part, matched_time, untold"

/* A folder of at most so many bytes leaves room for every name beside the outbox. */
#define MATCHING_FOLDER_MAX (PATH_MAX - 64)

struct matching_outbox {
    struct matching_db *db;
    char folder[PATH_MAX], reserve[PATH_MAX];
    bool has_old_journal; /* texts that are erased may stand in the journal still */
    unsigned limit;
    struct matching_outbox_counts counts;
};

/* "<folder>/outbox.db<suffix>"; the folder is no longer than MATCHING_FOLDER_MAX. */
void matching_store_path(const char *folder, const char *suffix, char ret_path[PATH_MAX]);
/* Returns: the database's condition as the outbox's; what is none of them as it is. */
int matching_store_result(int r);
/* Noted or sending. */
bool matching_store_is_waiting(enum matching_state state);

/*
 * Runs a change that must not fail for want of room, since a noted request depends on it: the
 * reserve is given up for it. `change` is an expression that gives a result of matching_db_*.
 */
#define WITH_RESERVE(outbox, r, change)                                                            \
    do {                                                                                           \
        (r) = (change);                                                                            \
        if ((r) == MATCHING_DB_NO_SPACE) {                                                         \
            log_error("outbox-no-space", "disk full: the reserve is used");                        \
            matching_reserve_release((outbox)->reserve);                                           \
            (r) = (change);                                                                        \
        }                                                                                          \
    } while (0)

/* Brings an empty or older database to this version. Returns: 0, MATCHING_OUTBOX_NEWER, and as
 * matching_db_exec. */
int matching_store_migrate(struct matching_db *db);

/* The JSON's length if the blob is sound, else 0. */
size_t matching_store_check(const void *blob, size_t n_bytes);
/* The sum that stands behind the JSON. */
uint32_t matching_store_sum(const void *at);
/* Writes the sum behind n_body bytes; `blob` has MATCHING_SUM_SIZE more room. */
void matching_store_seal(char *blob, size_t n_body);
/* The row's text changed on disk: it is never sent. Returns: as matching_db_run. */
int matching_store_mark_damaged(struct matching_outbox *outbox, const char *id);

/*
 * Copies every good row of a damaged outbox into a sound one and puts it in its place; the damaged
 * files are kept beside it as outbox.db.damaged-N (the last three). Finishes what a power cut
 * interrupted. Returns: 0, MATCHING_OUTBOX_NO_SPACE, -errno.
 */
int matching_mend(const char *folder, unsigned *ret_n_saved);
/*
 * SQLite plays the journal up to the first damaged frame and forgets the rest without a word. This
 * looks for requests in the journal's bytes that the table does not have, and puts them in. What
 * was refused, cancelled or erased has a row, so that it stays as it is. Returns: as
 * matching_db_exec.
 */
int matching_mend_journal(const char *folder, struct matching_db *db, unsigned *ret_n_saved);
/* Removes damaged files that were set aside a week ago: they hold texts. */
void matching_mend_forget(const char *folder, int64_t now_wall_ms);
/* Ends a mending that was cut off after its copy was whole. Returns: 0 or -errno. */
int matching_mend_finish(const char *folder);

#endif
