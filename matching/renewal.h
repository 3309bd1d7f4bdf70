/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * When the daemon replaces its own token, and what it does until the new one has proved itself.
 *
 * - Between 60 and 75 % of its life, at a random point of each device's own, so that a fleet that
 * was paired in a week does not renew in an hour. A token that the service set no end to lives half
 * a year. Trouble is met by trying again for the rest of its life.
 * - The wall clock decides, so nothing is done before the service's TLS agreed with it (R17): the
 *   caller says so. Never because of a boot in 1970 or 2038.
 * - The old token stays beside the new one until a call with the new one was answered well; when
 * the service says that it does not know the new one, the old one comes back.
 *
 * Order: init, then due, begin and answered in turn; prove for each answer of the delivery lane.
 * Thread: one at a time.
 */
#ifndef MATCHING_RENEWAL_H
#define MATCHING_RENEWAL_H

#include "base/rng.h"
#include "matching/client.h"

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

struct matching_renewal {
    char token_path[PATH_MAX]; /* "": nothing to renew */
    bool is_proving;           /* the new token was not used yet */
    double share;              /* of a token's life, after which it is renewed */
    int64_t look_ms, try_ms;   /* monotonic */
};

/* token_path NULL or "": a device without a token (none yet, or a certificate). */
void matching_renewal_init(struct matching_renewal *renewal, const char *token_path,
                           struct base_rng *rng, int64_t now_ms);

/* Looks at the clock if it is time to. Returns: whether to ask the service now; *ret_wake_ms is
 * when to look again. */
bool matching_renewal_is_due(struct matching_renewal *renewal, struct base_rng *rng, int64_t now_ms,
                             int64_t wall_ms, int64_t *ret_wake_ms);

/* The call's body. Returns: 0 or -errno; a failure is tried again later. Owns: the caller. */
int matching_renewal_begin(struct matching_renewal *renewal, const char *device,
                           const char *version, struct base_rng *rng, int64_t now_ms,
                           char **ret_body, size_t *ret_n_body);
/* Returns: whether the new token is in its place and should be used soon. */
bool matching_renewal_answered(struct matching_renewal *renewal, const char *device,
                               const char *version, const struct matching_reply *reply,
                               struct base_rng *rng, int64_t now_ms, int64_t wall_ms);
/* An answer to a call that went with the token as it is. */
void matching_renewal_prove(struct matching_renewal *renewal, const struct matching_reply *reply,
                            struct base_rng *rng, int64_t now_ms);

#endif
