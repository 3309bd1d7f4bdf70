/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the reference service remembers, in SQLite: requests and the news of them; devices, with
 * store_devices.h; volunteers, with store_volunteers.h.
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
    STORE_REVOKED,    /* the token was revoked */
    STORE_TAKEN,      /* another device has this name */
    STORE_EXPIRED,    /* the token's time is over: it opens its own renewal and nothing else */
};

/* Returns: 0 or -errno. Owns: the caller. */
int store_open(const char *folder, struct store **ret_store);
/* Accepts NULL. */
void store_close(struct store *store);

/* A new request. `status` is "open" or "pending_review"; one that its device called off before it
 * came is stored as cancelled, without its text. Returns: 0, STORE_SAME (also when called off),
 * STORE_OTHER_BODY, -errno. */
int store_add(struct store *store, const char *id, const char *device, const char *territory,
              const char *service, const char *body, size_t n_body, const char *status);

/* The request as JSON: what the device may see, or everything. Returns: NULL when absent. Owns:
 * the caller. */
json_t *store_request(struct store *store, const char *id, bool with_all);
/* All of them, in the order they came. Owns: the caller. */
json_t *store_requests(struct store *store);

/* Those that are under way and those that changed since, each with "person" (store_resident_of) and
 * "proposals" (store_proposals). Owns: the caller. */
json_t *store_requests_since(struct store *store, int64_t since_ms);

struct store_change {
    const char *from; /* the statuses it may come from, by spaces; "" is any */
    const char *status;
    const char *volunteer;  /* with "matched": whose proposal is accepted by it; NULL: nobody's */
    const char *first_name; /* with "matched" */
    const json_t *when;     /* with "matched": an object; borrowed */
    bool with_news;
};

/* Returns: 0, STORE_ABSENT, STORE_NOT_NOW, -errno. */
int store_change(struct store *store, const char *id, const struct store_change *change);

/* Remembers that the device called off what is not here: the network may hold it still. Returns: 0,
 * STORE_SAME when it is here by now, -errno. */
int store_call_off(struct store *store, const char *id, const char *device);

/* Erases what was said and news of requests that ended before; their keys stay known. */
int store_erase_old(struct store *store, int64_t before_ms);

/* {"cursor", "news"} for a device after a place. Returns: NULL on an error. Owns: the caller. */
json_t *store_news(struct store *store, const char *device, int64_t after);

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
