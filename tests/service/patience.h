/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Ends connections whose clients dawdle. libmicrohttpd only ends those that are quite silent: a
 * byte a minute would hold a thread for ever, and five hundred of them the whole service. So each
 * phase in which we wait for the client has an end: the handshake and the request, or the pause
 * between two requests; and the reading of the answer. Thread: any.
 */
#ifndef TESTS_SERVICE_PATIENCE_H
#define TESTS_SERVICE_PATIENCE_H

#include <stdint.h>

struct patience;
struct visitor; /* one connection */

/* Returns: 0 or -errno. Owns: the caller. */
int patience_create(int64_t limit_ms, struct patience **ret_patience);
/* After the last connection is gone. Accepts NULL. */
void patience_destroy(struct patience *patience);

/* A connection came; NULL when memory is short: then it has no end. */
struct visitor *patience_came(struct patience *patience, int fd);
/* We are at work; the client need not do anything. Accepts NULL. */
void patience_rests(struct patience *patience, struct visitor *visitor);
/* We wait for the client, from now on, so many times the limit. Accepts NULL. */
void patience_waits(struct patience *patience, struct visitor *visitor, int n_limits);
/* It is gone. Accepts NULL. */
void patience_left(struct patience *patience, struct visitor *visitor);

#endif
