/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * News for the resident: which prompt tells a delivery event or the state of a request, which news
 * wait and in what order, which were told and are told once more when nobody reacted. What is told
 * of a request is always its latest: newer news of it replace those that wait. Bounded. Thread:
 * main.
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
    bool is_urgent; /* at any hour */
    bool is_repeat; /* told before, nobody reacted */
};

/* is_moderated: a person looks at each request before volunteers see it. Returns: 0 or -ENOMEM.
 * Owns: the caller. */
int told_create(bool is_moderated, struct told **ret_told);
/* Accepts NULL. */
void told_destroy(struct told *told);

/* Queues what the event says, when it is one that a resident should hear. */
void told_add(struct told *told, const struct matching_event *event);
/*
 * Queues that nobody was found yet, for each request that the service has had for after_ms, no
 * volunteer has taken, and that was noted later than *marker_ms; the marker then moves on, so that
 * each is told of once. Returns: whether it moved.
 */
bool told_search(struct told *told, const struct matching_summary *summaries, size_t n,
                 int64_t after_ms, int64_t *marker_ms);
/* Queues this prompt about the event's request. */
void told_add_as(struct told *told, const char *key, const struct matching_event *event);
/* Queues a prompt that concerns no request; one that already waits is not queued twice. */
void told_add_key(struct told *told, const char *key);
/* A volunteer who was known before this start: so that a change can be told as one. */
void told_remember(struct told *told, const struct matching_summary *summary);

/* How many wait; of the urgent ones only, if so asked. */
size_t told_n_waiting(const struct told *told, bool only_urgent);
/* Takes the next, the urgent ones first. Returns: whether there was one. */
bool told_take(struct told *told, bool only_urgent, struct told_news *ret_news);
/* It was not told after all (cut off): it is the next again. */
void told_put_back(struct told *told, const struct told_news *news);
/* It was told; it waits to be told once more at that time unless somebody reacts. 0: never. */
void told_spoken(struct told *told, const struct told_news *news, int64_t repeat_at_ms);
/* Somebody called, pressed or spoke: what was told has been heard. */
void told_noticed(struct told *told);
/* Nothing of this request needs telling any more. */
void told_forget(struct told *told, const char *id);
/* Nor this prompt that concerns no request. */
void told_forget_key(struct told *told, const char *key);
/* Queues what is due to be told once more. */
void told_tick(struct told *told, int64_t now_ms);

/* The prompt that tells how a request stands, NULL when it is over and told. */
const char *told_status_key(const struct told *told, const struct matching_summary *summary);
/* Whether a resident may still cancel it. */
bool told_is_cancellable(const struct matching_summary *summary);
/* Whether it is asked for, or will be done, on that day; any is when none is given. */
bool told_is_of_day(const struct matching_summary *summary, struct base_date date);
/* What a stored request is about: with the volunteer's day, once there is one. */
void told_about_summary(const struct matching_summary *summary, struct draft *ret_about);

#endif
