/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the reference service remembers, in SQLite: requests with the very bytes they came in, news
 * for devices, devices and their tokens (only as SHA-256), alerts.
 *
 * A change and the news of it are one transaction. Every function locks; a caller that waits for a
 * change (long poll, tests) uses store_wait. Thread: any.
 */
#ifndef TESTS_SERVICE_STORE_H
#define TESTS_SERVICE_STORE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct store;

/* Conditions. */
enum {
    STORE_ABSENT = 1, /* no such request, device */
    STORE_SAME,       /* the key is known, with these bytes */
    STORE_OTHER_BODY, /* the key is known, with other bytes */
    STORE_NOT_NOW,    /* its status does not allow this */
};

/* Returns: 0 or -errno. Owns: the caller. */
int store_open(const char *folder, struct store **ret_store);
/* Accepts NULL. */
void store_close(struct store *store);

/* Makes a device known with a token (kept hashed); again: replaces the token. NULL revokes it. */
int store_set_device(struct store *store, const char *device, const char *token);
/* The device whose token this is. Returns: 0, STORE_ABSENT, -errno. */
int store_find_device(struct store *store, const char *token, char *ret_device, size_t size);

/* A new request. `status` is "open" or "pending_review". Returns: 0, STORE_SAME, STORE_OTHER_BODY,
 * -errno. */
int store_add(struct store *store, const char *id, const char *device, const char *territory,
              const char *service, const char *body, size_t n_body, const char *status);

/* The request as JSON: what the device may see, or everything. Returns: NULL when absent. Owns:
 * the caller. */
json_t *store_request(struct store *store, const char *id, bool with_all);
/* All of them, in the order they came. Owns: the caller. */
json_t *store_requests(struct store *store);

/*
 * Changes the status if it is one of `from` (separated by spaces; "" is any) and adds the news.
 * first_name and when (object or NULL, borrowed) go with "matched". Returns: 0, STORE_ABSENT,
 * STORE_NOT_NOW, -errno.
 */
int store_change(struct store *store, const char *id, const char *from, const char *status,
                 const char *first_name, const json_t *when, bool with_news);

/* {"cursor", "news"} for a device after a place. Returns: NULL on an error. Owns: the caller. */
json_t *store_news(struct store *store, const char *device, int64_t after);

int store_beat(struct store *store, const char *device, const char *body);
/* Returns: 0, STORE_SAME, -errno. */
int store_alert(struct store *store, const char *id, const char *device, const char *body);
/* {"devices": [{"device", "seen_at", "heartbeat"}], "alerts": [...]}. Owns: the caller. */
json_t *store_devices(struct store *store);

/* The ids that are open, and since when; for accepting by itself. Calls fn for each. */
typedef void store_open_fn(void *user, const char *id, const char *territory, const char *service,
                           int64_t open_at_ms);
void store_each_open(struct store *store, store_open_fn *fn, void *user);

/* Counts changes: a waiter takes the number, looks, and waits until it is another. */
unsigned store_version(struct store *store);
/* Returns: whether it changed before the time was over or store_stop. */
bool store_wait(struct store *store, unsigned version, int64_t timeout_ms);
/* Something outside the tables changed (a call was recorded): wakes the waiters. */
void store_touch(struct store *store);
/* Wakes all waiters for good. */
void store_stop(struct store *store);
bool store_is_stopping(struct store *store);

int64_t store_now_ms(void);

#endif
