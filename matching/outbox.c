/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "matching/outbox.h"

#include "base/error.h"
#include "base/log.h"
#include "matching/database.h"
#include "matching/outbox_store.h"
#include "matching/request.h"
#include "matching/reserve.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOURS_MS          (3600 * 1000LL)
#define ERASE_AFTER_MS    (23 * HOURS_MS)
#define FORGET_AFTER_MS   (30 * 24 * HOURS_MS)
#define JOURNAL_PAGES_MAX 64

/* Columns of a row, in the order of struct matching_entry. */
#define ENTRY_COLUMNS                                                                              \
    "id, state, kind, service, date, part, time, status, first_name, matched_date, matched_part,"  \
    " matched_time, noted_ms, settled_ms, waited_s, untold, body IS NULL"

static void copy(char *target, size_t size, struct matching_row *row, int column)
{
    snprintf(target, size, "%s", matching_row_text(row, column));
}

static void read_when(struct matching_row *row, int column, struct matching_when *ret_when)
{
    copy(ret_when->date, sizeof(ret_when->date), row, column);
    copy(ret_when->part, sizeof(ret_when->part), row, column + 1);
    copy(ret_when->time, sizeof(ret_when->time), row, column + 2);
}

static void read_entry(struct matching_row *row, struct matching_entry *ret_entry)
{
    struct matching_summary *s = &ret_entry->summary;
    const char *callback = matching_kind_name(MATCHING_KIND_CALLBACK);

    memset(ret_entry, 0, sizeof(*ret_entry));
    copy(s->id, sizeof(s->id), row, 0);
    s->state = matching_state_parse(matching_row_text(row, 1));
    s->kind = strcmp(matching_row_text(row, 2), callback) == 0 ? MATCHING_KIND_CALLBACK
                                                               : MATCHING_KIND_REQUEST;
    copy(s->service, sizeof(s->service), row, 3);
    read_when(row, 4, &s->when);
    copy(s->status, sizeof(s->status), row, 7);
    copy(s->first_name, sizeof(s->first_name), row, 8);
    read_when(row, 9, &s->matched_when);
    s->noted_wall_ms = matching_row_int(row, 12);
    ret_entry->settled_wall_ms = matching_row_int(row, 13);
    ret_entry->waited_s = matching_row_int(row, 14);
    s->is_untold = matching_row_int(row, 15) != 0;
    ret_entry->is_erased = matching_row_int(row, 16) != 0;
}

void matching_outbox_counts(const struct matching_outbox *outbox,
                            struct matching_outbox_counts *ret_counts)
{
    *ret_counts = outbox->counts;
}

/* Whether the id is there with the same text. */
static int find_seen(struct matching_outbox *outbox, const char *id, const char *body,
                     size_t n_body)
{
    char *stored;
    size_t n_stored;
    int r = matching_outbox_body(outbox, id, &stored, &n_stored);

    if (r == MATCHING_OUTBOX_ABSENT) /* erased: it was delivered */
        return MATCHING_OUTBOX_SEEN;
    if (r)
        return r == MATCHING_OUTBOX_SPOILED ? -EEXIST : r;
    r = n_stored == n_body && memcmp(stored, body, n_body) == 0 ? MATCHING_OUTBOX_SEEN : -EEXIST;
    free(stored);
    return r;
}

static int insert(struct matching_outbox *outbox, const struct matching_digest *digest,
                  const void *blob, size_t n_blob, int64_t now_wall_ms, int *ret_n_changed)
{
    return matching_db_run(
        outbox->db, ret_n_changed,
        "INSERT INTO request (id, state, kind, service, date, part, time, body,"
        " noted_ms) VALUES (?, 'noted', ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET state = 'noted', kind = excluded.kind,"
        " service = excluded.service, date = excluded.date, part = excluded.part,"
        " time = excluded.time, body = excluded.body, status = NULL,"
        " settled_ms = 0 WHERE status = 'not_noted'",
        "ssssssbi", digest->id, matching_kind_name(digest->kind), digest->service,
        digest->when.date, digest->when.part, digest->when.time, blob, n_blob, now_wall_ms);
}

/*
 * A commit that failed may stand in the journal, whole but not synced, and come back after a crash
 * although the resident was told no (R15). A row under its id goes over it there, and keeps
 * matching/mend from finding the body. One that is there from an earlier try is written anew: what
 * is not written goes over nothing.
 */
static void leave_tombstone(struct matching_outbox *outbox, const char *id, int64_t now_wall_ms)
{
    int r;

    WITH_RESERVE(outbox, r,
                 matching_db_run(outbox->db, NULL,
                                 "INSERT INTO request (id, state, status, service, noted_ms,"
                                 " settled_ms) VALUES (?, 'cancelled', 'not_noted', '', ?, ?)"
                                 " ON CONFLICT (id) DO UPDATE SET settled_ms = excluded.settled_ms"
                                 " WHERE status = 'not_noted'",
                                 "sii", id, now_wall_ms, now_wall_ms));
    if (r)
        base_log_fault(BASE_LOG_ERROR, "outbox-tombstone", id, "cannot be written");
}

int matching_outbox_put(struct matching_outbox *outbox, const char *id, const char *body,
                        size_t n_body, int64_t now_wall_ms)
{
    struct matching_digest digest;
    int n_changed = 0, r = matching_request_digest(body, n_body, &digest);
    char *blob;

    if (r < 0 || strcmp(digest.id, id) != 0 || n_body > MATCHING_BODY_MAX)
        return -EINVAL;
    if (outbox->counts.n_waiting >= outbox->limit)
        return MATCHING_OUTBOX_FULL;
    r = matching_reserve_make(outbox->reserve);
    if (r < 0)
        return r == -ENOSPC ? MATCHING_OUTBOX_NO_SPACE : base_trace(r);
    blob = malloc(n_body + MATCHING_SUM_SIZE);
    if (!blob)
        return -ENOMEM;
    memcpy(blob, body, n_body);
    matching_store_seal(blob, n_body);
    r = insert(outbox, &digest, blob, n_body + MATCHING_SUM_SIZE, now_wall_ms, &n_changed);
    free(blob);
    if (r) {
        leave_tombstone(outbox, id, now_wall_ms);
        return base_trace(matching_store_result(r));
    }
    if (n_changed == 0)
        return find_seen(outbox, id, body, n_body);
    outbox->counts.n_waiting++;
    outbox->counts.n_all++;
    return 0;
}

int matching_outbox_each(struct matching_outbox *outbox, matching_outbox_fn *fn, void *user)
{
    struct matching_row *row;
    struct matching_entry entry;
    int r = matching_db_query(outbox->db, &row,
                              "SELECT " ENTRY_COLUMNS " FROM request ORDER BY seq", "");

    if (r)
        return matching_store_result(r);
    while ((r = matching_row_next(row)) == 1) {
        read_entry(row, &entry);
        r = fn(user, &entry);
        if (r)
            break;
    }
    matching_row_finish(row);
    return matching_store_result(r);
}

int matching_outbox_get(struct matching_outbox *outbox, const char *id,
                        struct matching_entry *ret_entry)
{
    struct matching_row *row;
    int r = matching_db_query(outbox->db, &row,
                              "SELECT " ENTRY_COLUMNS " FROM request WHERE id = ?", "s", id);

    if (r)
        return matching_store_result(r);
    r = matching_row_next(row);
    if (r == 1)
        read_entry(row, ret_entry);
    matching_row_finish(row);
    if (r == 0)
        return MATCHING_OUTBOX_ABSENT;
    return r == 1 ? 0 : matching_store_result(r);
}

/* Returns: as matching_outbox_body. */
static int copy_body(struct matching_row *row, char **ret_body, size_t *ret_n_body)
{
    size_t n_blob, n_body;
    const void *blob = matching_row_blob(row, 0, &n_blob);
    char *body;

    if (!blob)
        return MATCHING_OUTBOX_ABSENT;
    n_body = matching_store_check(blob, n_blob);
    if (n_body == 0)
        return MATCHING_OUTBOX_SPOILED;
    body = malloc(n_body + 1);
    if (!body)
        return -ENOMEM;
    memcpy(body, blob, n_body);
    body[n_body] = '\0';
    *ret_body = body;
    *ret_n_body = n_body;
    return 0;
}

int matching_outbox_body(struct matching_outbox *outbox, const char *id, char **ret_body,
                         size_t *ret_n_body)
{
    struct matching_row *row;
    bool is_waiting = false;
    int r = matching_db_query(outbox->db, &row, "SELECT body, state FROM request WHERE id = ?", "s",
                              id);

    if (r)
        return matching_store_result(r);
    r = matching_row_next(row);
    if (r == 1) {
        r = copy_body(row, ret_body, ret_n_body);
        is_waiting = matching_store_is_waiting(matching_state_parse(matching_row_text(row, 1)));
    } else if (r == 0) {
        r = MATCHING_OUTBOX_ABSENT;
    }
    matching_row_finish(row);
    if (r == MATCHING_OUTBOX_SPOILED && is_waiting) {
        outbox->counts.n_waiting--;
        outbox->counts.n_damaged++;
        (void)matching_store_mark_damaged(outbox, id);
    }
    return matching_store_result(r);
}

int matching_outbox_mark(struct matching_outbox *outbox, const char *id, enum matching_state state,
                         int64_t now_wall_ms)
{
    bool is_end = !matching_store_is_waiting(state) && state != MATCHING_CANCELLING;
    bool is_news = state == MATCHING_REFUSED || state == MATCHING_EXPIRED;
    /* Called off by the resident: what was still to be told of it is of no interest any more. */
    bool is_own = state == MATCHING_CANCELLING || state == MATCHING_CANCELLED;
    struct matching_entry before;
    int n_changed = 0, r = matching_outbox_get(outbox, id, &before);

    if (r)
        return r;
    WITH_RESERVE(outbox, r,
                 matching_db_run(outbox->db, &n_changed,
                                 "UPDATE request SET state = ?1,"
                                 " settled_ms = CASE WHEN ?2 AND settled_ms = 0 THEN ?3"
                                 " ELSE settled_ms END,"
                                 " untold = CASE WHEN ?7 THEN 0 ELSE max(untold, ?4) END,"
                                 " body = CASE WHEN ?6 THEN NULL ELSE body END WHERE id = ?5",
                                 "siiisii", matching_state_name(state), (int64_t)is_end,
                                 now_wall_ms, (int64_t)is_news, id,
                                 (int64_t)(state == MATCHING_CANCELLED), (int64_t)is_own));
    if (r)
        return base_trace(matching_store_result(r));
    outbox->counts.n_waiting -= matching_store_is_waiting(before.summary.state);
    outbox->counts.n_waiting += matching_store_is_waiting(state);
    return 0;
}

int matching_outbox_add_waited(struct matching_outbox *outbox, int64_t seconds)
{
    int r;

    if (outbox->counts.n_waiting == 0)
        return 0;
    WITH_RESERVE(outbox, r,
                 matching_db_run(outbox->db, NULL,
                                 "UPDATE request SET waited_s = waited_s + ?"
                                 " WHERE state IN ('noted', 'sending')",
                                 "i", seconds));
    return matching_store_result(r);
}

/* Erases what is still there of rows settled long ago; an erased row has no service. A time too far
 * ahead counts as long ago: the wall clock was set back since (R17). */
static int erase_texts(struct matching_outbox *outbox, int64_t now_wall_ms, int *ret_n)
{
    int r;

    WITH_RESERVE(outbox, r,
                 matching_db_run(outbox->db, ret_n,
                                 "UPDATE request SET body = NULL, service = NULL, date = NULL,"
                                 " part = NULL, time = NULL WHERE service IS NOT NULL"
                                 " AND settled_ms > 0 AND (settled_ms <= ?1 OR settled_ms > ?2)",
                                 "ii", now_wall_ms - ERASE_AFTER_MS, now_wall_ms + ERASE_AFTER_MS));
    return r;
}

/* A row keeps matching/mend from taking a copy in the journal for a request that was lost; so it
 * goes only when the journal holds none. */
static int forget_rows(struct matching_outbox *outbox, int64_t now_wall_ms, int *ret_n)
{
    int r;

    WITH_RESERVE(outbox, r,
                 matching_db_run(outbox->db, ret_n,
                                 "DELETE FROM request WHERE service IS NULL AND settled_ms > 0"
                                 " AND settled_ms <= ?",
                                 "i", now_wall_ms - FORGET_AFTER_MS));
    return r;
}

int matching_outbox_erase_old(struct matching_outbox *outbox, int64_t now_wall_ms, bool may_forget,
                              unsigned *ret_n_changed)
{
    int n_erased = 0, n_forgotten = 0, r = erase_texts(outbox, now_wall_ms, &n_erased);

    outbox->has_old_journal |= n_erased > 0;
    if (r == 0 && outbox->has_old_journal) { /* no copy of it stays in the journal */
        WITH_RESERVE(outbox, r, matching_db_checkpoint(outbox->db, true));
        outbox->has_old_journal = r != 0;
        r = r == -EBUSY ? 0 : r;
    }
    if (r == 0 && may_forget && !outbox->has_old_journal)
        r = forget_rows(outbox, now_wall_ms, &n_forgotten);
    if (n_forgotten > 0 && (r = matching_db_checkpoint(outbox->db, true)) == -EBUSY)
        r = 0;
    if (may_forget)
        matching_mend_forget(outbox->folder, now_wall_ms);
    outbox->counts.n_all -= (unsigned)n_forgotten;
    if (ret_n_changed)
        *ret_n_changed = (unsigned)(n_erased + n_forgotten);
    if (n_erased + n_forgotten > 0)
        log_info("outbox-erased", "texts erased: %d, requests forgotten: %d", n_erased,
                 n_forgotten);
    return matching_store_result(r);
}

int matching_outbox_tidy(struct matching_outbox *outbox)
{
    int r = 0;

    if (matching_db_journal_pages(outbox->db) >= JOURNAL_PAGES_MAX) {
        WITH_RESERVE(outbox, r, matching_db_checkpoint(outbox->db, false));
    }
    if (r && r != -EBUSY)
        return matching_store_result(r);
    r = matching_reserve_make(outbox->reserve);
    return r == -ENOSPC ? 0 : base_trace(r);
}
