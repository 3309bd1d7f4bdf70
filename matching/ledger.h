/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the courier knows of each request, in memory: a copy of the outbox's rows with the times
 * that only the monotonic clock can tell. Never the truth: after each change a row is read anew.
 * Thread: one at a time.
 */
#ifndef MATCHING_LEDGER_H
#define MATCHING_LEDGER_H

#include "matching/outbox.h"

struct matching_item {
    struct matching_entry entry;
    int64_t since_ms;    /* monotonic: when this run began to count */
    int64_t age_then_ms; /* age of the request at that moment */
    bool is_of_this_run; /* noted since the program started */
    bool is_kept_told;   /* KEPT was said of it */
    bool is_overdue_told;
    bool is_unknown_there; /* called off, and the service said that it had nothing to call off */
    char news_service[MATCHING_NAME_SIZE]; /* from the service, once ours is erased */
};

#define MATCHING_CHANGED_MAX 8

struct matching_ledger {
    struct matching_item *items; /* the oldest first */
    size_t n_items, n_items_max;
    size_t changed[MATCHING_CHANGED_MAX]; /* places that differ from the copy */
    size_t n_changed;                     /* above MATCHING_CHANGED_MAX: all of them */
};

/* A copy that another thread may read: only what changed is copied again, so that 10,000 requests
 * cost no more than 10. */
struct matching_copy {
    struct matching_summary *summaries; /* age_ms is as of asof_ms[i] */
    int64_t *asof_ms;
    size_t n, n_max;
};

void matching_ledger_finish(struct matching_ledger *ledger);

/* Reads everything anew, keeping what this run has counted. Returns: 0 or -errno. */
int matching_ledger_load(struct matching_ledger *ledger, struct matching_outbox *outbox,
                         int64_t now_ms, int64_t now_wall_ms);
/* Reads one request anew, adding it when it is not there. Returns: 0, MATCHING_OUTBOX_ABSENT,
 * -errno. The item's address holds until the next call that adds. */
int matching_ledger_refresh(struct matching_ledger *ledger, struct matching_outbox *outbox,
                            const char *id, int64_t now_ms, struct matching_item **ret_item);
struct matching_item *matching_ledger_find(struct matching_ledger *ledger, const char *id);

/* How long it has waited unsent, in running time. */
int64_t matching_item_waited_s(const struct matching_item *item, int64_t now_ms);
bool matching_item_is_waiting(const struct matching_item *item);

/* Marks an item as changed without reading it anew. */
void matching_ledger_touch(struct matching_ledger *ledger, const struct matching_item *item);
bool matching_ledger_is_changed(const struct matching_ledger *ledger);
/* Brings the copy up to date. Returns: 0 or -ENOMEM (then the copy is as it was). */
int matching_ledger_publish(struct matching_ledger *ledger, int64_t now_ms,
                            struct matching_copy *copy);
void matching_copy_finish(struct matching_copy *copy);

#endif
