/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads what the service answers, and writes the small bodies that are no requests. Everything
 * that comes in is hostile until checked: sizes, UTF-8, forms of ids and dates. A name that cannot
 * be said is left out, never a reason to lose the news. Pure. Thread: any.
 */
#ifndef MATCHING_ANSWER_H
#define MATCHING_ANSWER_H

#include "matching/outbox.h"
#include "matching/outcome.h"

#include <stddef.h>
#include <stdint.h>

#define MATCHING_NEWS_MAX 64 /* of one answer; the rest comes with the next */

/* What the body is for the request `id`. */
enum matching_body matching_answer_body(const char *body, size_t n_bytes, const char *id);

/*
 * Reads {"cursor": "...", "news": [{"id", "status", "first_name", "when", "service"}]}. Single
 * news that make no sense are passed over. Returns: 0; -EBADMSG when it is no such answer.
 */
int matching_answer_news(const char *body, size_t n_bytes, struct matching_news *ret_news,
                         size_t n_max, size_t *ret_n, char ret_cursor[MATCHING_CURSOR_SIZE]);

/* What the heartbeat says (R23). */
struct matching_heartbeat {
    const char *device;
    const char *version;
    const char *audio;
    int64_t uptime_s;
    unsigned n_restarts;
    unsigned n_waiting;
    int64_t oldest_s; /* 0: nothing waits */
    const char *sent_at;
};

/* Returns: 0, -EINVAL, -ENOMEM. Owns: the caller (free). */
int matching_heartbeat_encode(const struct matching_heartbeat *beat, char **ret_json,
                              size_t *ret_n_bytes);

/* Returns: 0, -EINVAL, -ENOMEM. Owns: the caller (free). */
int matching_alert_encode(const char *id, const char *device, const char *resident,
                          const char *spoken_at, char **ret_json, size_t *ret_n_bytes);

#endif
