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
    bool is_kept_told;   /* KEPT was said of it */
    bool is_overdue_told;
    char news_service[MATCHING_NAME_SIZE]; /* from the service, once ours is erased */
};

struct matching_ledger {
    struct matching_item *items; /* the oldest first */
    size_t n_items, n_items_max;
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

/* Copies the summaries. Returns: 0 or -ENOMEM. Owns: the caller (free). */
int matching_ledger_copy(const struct matching_ledger *ledger, int64_t now_ms,
                         struct matching_summary **ret_summaries);

#endif
