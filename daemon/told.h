/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * News that wait to be told to the resident, in the order they came, and how each kind of news is
 * worded: which prompt says a delivery event or the state of a request. Bounded: the oldest of the
 * same request is replaced by the newer. Thread: main.
 */
#ifndef DAEMON_TOLD_H
#define DAEMON_TOLD_H

#include "daemon/draft.h"
#include "matching/event.h"

#include <stdbool.h>

struct told;

struct told_news {
    const char *key;           /* of the prompt catalogue */
    char id[MATCHING_ID_SIZE]; /* the request to mark as told, "" none */
    struct draft about;
};

/* Returns: 0 or -ENOMEM. Owns: the caller. */
int told_create(struct told **ret_told);
/* Accepts NULL. */
void told_destroy(struct told *told);

/* Queues what the event says, when it is one that a resident should hear. */
void told_add(struct told *told, const struct matching_event *event);
/* Queues a prompt that concerns no request; one that already waits is not queued twice. */
void told_add_key(struct told *told, const char *key);

bool told_is_waiting(const struct told *told);
/* Takes the next. Returns: whether there was one. */
bool told_take(struct told *told, struct told_news *ret_news);

/* The prompt that tells how a request stands, NULL when it is over and told. */
const char *told_status_key(const struct matching_summary *summary);
/* Whether a resident may still cancel it. */
bool told_is_cancellable(const struct matching_summary *summary);
/* What a stored request is about: with the volunteer's day, once there is one. */
void told_about_summary(const struct matching_summary *summary, struct draft *ret_about);

#endif
