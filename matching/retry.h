/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How long to wait before trying again. Pure: random numbers are handed in.
 *
 * Full jitter, random(0, min(cap, base * 2^n)) (Brooker, "Exponential Backoff And Jitter", 2015):
 * with 100,000 devices behind one outage a fixed delay makes them all come back in the same second.
 * Thread: any.
 */
#ifndef MATCHING_RETRY_H
#define MATCHING_RETRY_H

#include "base/rng.h"

#include <stdint.h>

#define MATCHING_RETRY_BASE_MS   2000
#define MATCHING_RETRY_CAP_MS    (900 * 1000)
#define MATCHING_BOOT_SPLAY_MS   (300 * 1000)
#define MATCHING_RETRY_AFTER_MAX 3600 /* seconds */

/* The wait after the n-th failure in a row (1, 2, ...). */
int64_t matching_retry_delay_ms(struct base_rng *rng, int64_t base_ms, int64_t cap_ms,
                                unsigned n_failures);

/* The wait a service asked for: clamped to 1 to 3600 s, then up to twice that, so that those who
 * were told the same do not come back together. */
int64_t matching_retry_after_ms(struct base_rng *rng, int64_t retry_after_s);

/*
 * Reads the header's value: seconds, or an HTTP date against the answer's own Date header (never
 * our clock, which may be years off; NULL: none). Returns: seconds, not clamped but never
 * negative; -1 when it cannot be read.
 */
int64_t matching_retry_after_parse(const char *value, const char *date);

/* From 0 to splay_ms, evenly. */
int64_t matching_retry_splay_ms(struct base_rng *rng, int64_t splay_ms);

#endif
