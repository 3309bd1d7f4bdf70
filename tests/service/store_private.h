/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of the store share this: its database, its lock, and statements in few words. Nobody
 * else includes it. */
#ifndef TESTS_SERVICE_STORE_PRIVATE_H
#define TESTS_SERVICE_STORE_PRIVATE_H

#include "tests/service/store.h"

#include <pthread.h>
#include <sqlite3.h>

struct store {
    sqlite3 *db;
    pthread_mutex_t lock; /* recursive: a change calls a look-up */
    pthread_cond_t changed;
    unsigned version;
    bool is_stopping;
};

/* "s" text (NULL is null), "i" int64_t, "d" double. The lock is held. Owns: the caller
 * (sqlite3_finalize). */
sqlite3_stmt *store_query(struct store *store, const char *sql, const char *types, ...);
/* One step of a change; uses the statement up. Returns: 0 or -EIO. */
int store_run(struct store *store, sqlite3_stmt *stmt);
const char *store_text(sqlite3_stmt *stmt, int column);
json_t *store_text_or_null(const char *value);
void store_begin(struct store *store);
/* Ends what begin began: r 0 keeps it and wakes the waiters, anything else undoes it. Returns: r or
 * -EIO. */
int store_commit(struct store *store, int r);

#endif
