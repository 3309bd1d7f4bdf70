/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Opening the outbox. A damaged file never stops the start (R16): what cannot be read as it is is
 * mended first (matching/mend), and what the mending could not save is counted. Opening also takes
 * stock of what waits, so that the limit holds without asking the database each time.
 */
#include "base/error.h"
#include "base/log.h"
#include "matching/database.h"
#include "matching/outbox_store.h"
#include "matching/reserve.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Counts what waits, and marks rows whose text changed. */
static int take_stock(struct matching_outbox *outbox)
{
    struct matching_row *row;
    int r = matching_db_query(outbox->db, &row, "SELECT id, state, body FROM request", "");

    if (r)
        return r;
    while ((r = matching_row_next(row)) == 1) {
        enum matching_state state = matching_state_parse(matching_row_text(row, 1));
        size_t n;
        const void *blob = matching_row_blob(row, 2, &n);
        bool is_sound = matching_store_check(blob, n) > 0;

        outbox->counts.n_all++;
        if (!matching_store_is_waiting(state))
            continue;
        outbox->counts.n_waiting += is_sound;
        outbox->counts.n_damaged += !is_sound;
        if (!is_sound && (r = matching_store_mark_damaged(outbox, matching_row_text(row, 0))) != 0)
            break;
    }
    matching_row_finish(row);
    return r;
}

/* Opens the file as it is. Returns: conditions of both the database and the outbox. */
static int open_as_is(struct matching_outbox *outbox, const char *path)
{
    int r;

    matching_db_close(outbox->db);
    outbox->db = NULL;
    memset(&outbox->counts, 0, sizeof(outbox->counts));
    r = matching_db_open(path, false, &outbox->db);
    if (r == 0)
        r = matching_db_check(outbox->db);
    if (r == 0 && matching_db_is_read_only(outbox->db)) /* it can be read, and nothing be noted */
        r = -EROFS;
    if (r == 0)
        r = matching_store_migrate(outbox->db);
    if (r == 0)
        r = take_stock(outbox);
    if (r) {
        matching_db_close(outbox->db);
        outbox->db = NULL;
    }
    return r;
}

static int look_into_journal(struct matching_outbox *outbox, const char *folder)
{
    unsigned n_saved;
    int r = matching_mend_journal(folder, outbox->db, &n_saved);

    if (r || n_saved == 0)
        return r;
    log_error("outbox-mended", "requests saved from a damaged journal: %u", n_saved);
    memset(&outbox->counts, 0, sizeof(outbox->counts));
    r = take_stock(outbox);
    outbox->counts.was_damaged = true;
    outbox->counts.n_saved = n_saved;
    return r;
}

static bool has_journal(const char *folder)
{
    char journal[PATH_MAX];
    struct stat st;

    matching_store_path(folder, "-wal", journal);
    return stat(journal, &st) == 0 ? st.st_size > 0 : errno != ENOENT;
}

static int open_and_look(struct matching_outbox *outbox, const char *folder, const char *path)
{
    int r = open_as_is(outbox, path);

    if (r == -EIO) /* a passing error is no damage: mending would lose what is called off */
        r = open_as_is(outbox, path);
    return r ? r : look_into_journal(outbox, folder);
}

static int open_or_mend(struct matching_outbox *outbox, const char *folder)
{
    char path[PATH_MAX];
    unsigned n_saved;
    int r = matching_mend_finish(folder);

    if (r < 0)
        return r;
    matching_store_path(folder, "", path);
    outbox->has_old_journal = has_journal(folder);
    r = open_and_look(outbox, folder, path);
    if (r == MATCHING_DB_NO_SPACE) { /* the reserve may hold what the start itself needs */
        matching_reserve_release(outbox->reserve);
        r = open_and_look(outbox, folder, path);
    }
    if (r == -EROFS && access(folder, W_OK) == 0)
        r = MATCHING_DB_DAMAGED; /* no disk that is read-only: one byte of the header says so */
    if (r != MATCHING_DB_DAMAGED && r != -EIO)
        return matching_store_result(r);
    matching_db_close(outbox->db);
    outbox->db = NULL;
    log_error("outbox-damaged", "cannot be read as it is: good rows are copied");
    matching_reserve_release(outbox->reserve);
    r = matching_mend(folder, &n_saved);
    if (r)
        return r;
    r = open_as_is(outbox, path);
    outbox->counts.was_damaged = true;
    outbox->counts.n_saved = n_saved;
    log_error("outbox-mended", "requests saved: %u", n_saved);
    return matching_store_result(r);
}

int matching_outbox_open(const char *folder, unsigned limit, struct matching_outbox **ret_outbox)
{
    struct matching_outbox *outbox;
    int r;

    if (strlen(folder) > MATCHING_FOLDER_MAX)
        return -ENAMETOOLONG;
    outbox = calloc(1, sizeof(*outbox));
    if (!outbox)
        return -ENOMEM;
    outbox->limit = limit;
    snprintf(outbox->folder, sizeof(outbox->folder), "%s", folder);
    snprintf(outbox->reserve, sizeof(outbox->reserve), "%s/" MATCHING_OUTBOX_RESERVE, folder);
    r = open_or_mend(outbox, folder);
    if (r == 0 && matching_reserve_make(outbox->reserve) == -ENOSPC)
        log_error("outbox-no-space", "no room for the reserve: nothing can be noted");
    if (r) {
        matching_outbox_close(outbox);
        return r < 0 ? base_trace(r) : r;
    }
    *ret_outbox = outbox;
    return 0;
}

int matching_outbox_open_read_only(const char *folder, struct matching_outbox **ret_outbox)
{
    struct matching_outbox *outbox;
    char path[PATH_MAX];
    int64_t version = 0;
    int r;

    if (strlen(folder) > MATCHING_FOLDER_MAX)
        return -ENAMETOOLONG;
    matching_store_path(folder, "", path);
    if (access(path, F_OK) < 0)
        return errno == ENOENT ? MATCHING_OUTBOX_ABSENT : -errno;
    outbox = calloc(1, sizeof(*outbox));
    if (!outbox)
        return -ENOMEM;
    r = matching_db_open(path, true, &outbox->db);
    if (r == 0)
        r = matching_db_number(outbox->db, "PRAGMA user_version", &version);
    if (r == 0 && MATCHING_SCHEMA_MAJOR(version) > MATCHING_SCHEMA_MAJOR(MATCHING_SCHEMA_VERSION))
        r = MATCHING_OUTBOX_NEWER;
    if (r) {
        matching_outbox_close(outbox);
        return matching_store_result(r);
    }
    *ret_outbox = outbox;
    return 0;
}

void matching_outbox_close(struct matching_outbox *outbox)
{
    if (!outbox)
        return;
    matching_db_close(outbox->db);
    free(outbox);
}
