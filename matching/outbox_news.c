/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The part of matching/outbox that stores what the service tells. */
#include "matching/outbox.h"
#include "matching/outbox_store.h"

#include <stdio.h>
#include <string.h>

/* What the resident called off lives at the service: the sending that was broken off arrived after
 * all, later than its cancellation. It is to be cancelled once more. */
static bool lives_after_all(const struct matching_summary *summary, const char *status)
{
    static const char *const alive[] = {"received", "pending_review", "open", "matched"};

    if (summary->state != MATCHING_CANCELLED || strcmp(summary->status, "cancelled") == 0 ||
        strcmp(summary->status, "not_noted") == 0)
        return false;
    for (size_t i = 0; i < sizeof(alive) / sizeof(alive[0]); i++) {
        if (strcmp(status, alive[i]) == 0)
            return true;
    }
    return false;
}

/* The state that a status of the service puts a request into. */
static enum matching_state state_after(enum matching_state state, const char *status)
{
    static const struct {
        const char *status;
        enum matching_state state;
    } table[] = {
        {"received", MATCHING_TRANSMITTED},
        {"pending_review", MATCHING_TRANSMITTED},
        {"open", MATCHING_TRANSMITTED},
        {"matched", MATCHING_MATCHED},
        {"done", MATCHING_DONE},
        {"cancelled", MATCHING_CANCELLED},
        {"expired", MATCHING_EXPIRED},
    };

    /* What the resident called off stays so, and what was refused here never lives again. */
    if (state == MATCHING_CANCELLING || state == MATCHING_CANCELLED || state == MATCHING_REFUSED)
        return state;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        if (strcmp(status, table[i].status) == 0)
            return table[i].state;
    }
    /* A status of a later version is kept as a word; whatever it is, the service has it. */
    return matching_store_is_waiting(state) ? MATCHING_TRANSMITTED : state;
}

static int store_news(struct matching_outbox *outbox, const struct matching_news *news,
                      int64_t now_wall_ms, bool *ret_is_changed)
{
    struct matching_entry entry;
    enum matching_state state;
    bool is_told;
    int n_changed = 0, r = matching_outbox_get(outbox, news->id, &entry);

    *ret_is_changed = false;
    if (r)
        return r == MATCHING_OUTBOX_ABSENT ? 0 : r;
    state = lives_after_all(&entry.summary, news->status)
                ? MATCHING_CANCELLING
                : state_after(entry.summary.state, news->status);
    if (strcmp(entry.summary.status, news->status) == 0 &&
        strcmp(entry.summary.first_name, news->first_name) == 0 &&
        memcmp(&entry.summary.matched_when, &news->when, sizeof(news->when)) == 0)
        return 0; /* the same again: a long poll may repeat after a lost answer */
    is_told = state == entry.summary.state && state != MATCHING_MATCHED;
    is_told |=
        state == MATCHING_TRANSMITTED || state == MATCHING_DONE || state == MATCHING_CANCELLING;
    r = matching_db_run(outbox->db, &n_changed,
                        "UPDATE request SET state = ?1, status = ?2, first_name = ?3,"
                        " matched_date = ?4, matched_part = ?5, matched_time = ?6,"
                        " settled_ms = CASE settled_ms WHEN 0 THEN ?7 ELSE settled_ms END,"
                        " untold = ?8 WHERE id = ?9",
                        "ssssssiis", matching_state_name(state), news->status, news->first_name,
                        news->when.date, news->when.part, news->when.time, now_wall_ms,
                        (int64_t)!is_told, news->id);
    if (r)
        return r;
    /* Whatever is told of a request, the service has it: it waits no longer. */
    outbox->counts.n_waiting -= matching_store_is_waiting(entry.summary.state);
    *ret_is_changed = true;
    return 0;
}

/* Of several news of one request the last is what is true now. When the service has us begin anew,
 * all of them come again: what is over is not to be told a second time. */
static bool is_superseded(const struct matching_news *news, size_t i, size_t n_news)
{
    for (size_t later = i + 1; later < n_news; later++) {
        if (strcmp(news[later].id, news[i].id) == 0)
            return true;
    }
    return false;
}

static int store_all_news(struct matching_outbox *outbox, const struct matching_news *news,
                          size_t n_news, const char *cursor, int64_t now_wall_ms, bool *ret_changed)
{
    unsigned n_waiting = outbox->counts.n_waiting;
    int r = matching_db_exec(outbox->db, "BEGIN IMMEDIATE");

    for (size_t i = 0; r == 0 && i < n_news; i++) {
        ret_changed[i] = false;
        if (!is_superseded(news, i, n_news))
            r = store_news(outbox, &news[i], now_wall_ms, &ret_changed[i]);
    }
    if (r == 0)
        r = matching_db_run(outbox->db, NULL,
                            "INSERT INTO meta (name, value) VALUES ('cursor', ?)"
                            " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                            "s", cursor);
    if (r == 0)
        r = matching_db_exec(outbox->db, "COMMIT");
    else
        (void)matching_db_exec(outbox->db, "ROLLBACK");
    if (r)
        outbox->counts.n_waiting = n_waiting;
    return r;
}

int matching_outbox_news(struct matching_outbox *outbox, const struct matching_news *news,
                         size_t n_news, const char *cursor, int64_t now_wall_ms, bool *ret_changed)
{
    int r;

    WITH_RESERVE(outbox, r, store_all_news(outbox, news, n_news, cursor, now_wall_ms, ret_changed));
    return matching_store_result(r);
}

int matching_outbox_cursor(struct matching_outbox *outbox, char ret_cursor[MATCHING_CURSOR_SIZE])
{
    struct matching_row *row;
    int r = matching_db_query(outbox->db, &row, "SELECT value FROM meta WHERE name = 'cursor'", "");

    ret_cursor[0] = '\0';
    if (r)
        return matching_store_result(r);
    r = matching_row_next(row);
    if (r == 1)
        snprintf(ret_cursor, MATCHING_CURSOR_SIZE, "%s", matching_row_text(row, 0));
    matching_row_finish(row);
    return r == 0 || r == 1 ? 0 : matching_store_result(r);
}

int matching_outbox_told(struct matching_outbox *outbox, const char *id)
{
    int n_changed = 0, r;

    WITH_RESERVE(outbox, r,
                 matching_db_run(outbox->db, &n_changed,
                                 "UPDATE request SET untold = 0 WHERE id = ? AND untold <> 0", "s",
                                 id));
    return r ? matching_store_result(r) : 0;
}
