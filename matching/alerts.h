/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Emergency alerts on their way, in memory only: an alert that comes an hour late, after a restart,
 * would frighten for nothing, and nobody was promised that it arrives. Each is tried for ten
 * minutes, at short intervals. Pure but for memory. Thread: one at a time.
 */
#ifndef MATCHING_ALERTS_H
#define MATCHING_ALERTS_H

#include "base/rng.h"
#include "matching/request.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MATCHING_ALERTS_MAX 4

struct matching_alert {
    char id[MATCHING_ID_SIZE];
    char *body; /* owned; NULL: this place is free */
    size_t n_body;
    int64_t until_ms, due_ms;
    unsigned n_failures;
};

struct matching_alerts {
    struct matching_alert places[MATCHING_ALERTS_MAX];
};

/* Takes the body over. Returns: 0, or -ENOSPC when all places are taken (body stays the caller's).
 */
int matching_alerts_add(struct matching_alerts *alerts, const char *id, char *body, size_t n_body,
                        int64_t now_ms);
/* The alert to send now, or NULL and when to ask again (INT64_MAX: never). What these three give
 * stays in its place until it is freed. */
struct matching_alert *matching_alerts_next(struct matching_alerts *alerts, int64_t now_ms,
                                            int64_t *ret_wake_ms);
/* The one that has been tried long enough, or NULL. */
struct matching_alert *matching_alerts_overdue(struct matching_alerts *alerts, int64_t now_ms);
struct matching_alert *matching_alerts_find(struct matching_alerts *alerts, const char *id);
void matching_alert_failed(struct matching_alert *alert, struct base_rng *rng, int64_t now_ms);
void matching_alert_free(struct matching_alert *alert);
void matching_alerts_finish(struct matching_alerts *alerts);

#endif
