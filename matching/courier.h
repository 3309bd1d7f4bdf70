/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The work of delivery, without the thread: takes commands, sends what is due, reads the answers
 * and the news, keeps the outbox true, and tells what happened. matching/worker gives it a thread;
 * tests and simulations call it in their own, with a clock that stands still and a scripted client.
 *
 * The order of things is the promise (R1, R3, R4):
 *   put is durable -> NOTED; state "sending" is durable -> first byte leaves; the answer echoes the
 *   id -> "transmitted" is durable -> TRANSMITTED; news and the place reached are durable ->
 * MATCHED. A crash between any two repeats the step behind, under the same key, and doubles
 * nothing.
 *
 * Order: create, then commands and turns in any order, destroy. Thread: one at a time.
 */
#ifndef MATCHING_COURIER_H
#define MATCHING_COURIER_H

#include "base/clock.h"
#include "matching/client.h"
#include "matching/event.h"
#include "matching/ledger.h"
#include "matching/worker.h"

struct matching_courier;

typedef void matching_emit_fn(void *user, const struct matching_event *event);

/*
 * Opens the outbox. The client stays the caller's and must outlive the courier. `emit` is called
 * from within the other calls. Returns: as matching_worker_create. Owns: the caller.
 */
int matching_courier_create(const struct matching_settings *settings,
                            const struct base_clock *clock, struct matching_client *client,
                            matching_emit_fn *emit, void *user,
                            struct matching_courier **ret_courier);
/* Accepts NULL. */
void matching_courier_destroy(struct matching_courier *courier);

/* Commands; each ends in events. The body of submit and alert is taken over. */
void matching_courier_submit(struct matching_courier *courier, const char *id, char *body,
                             size_t n_body);
void matching_courier_cancel(struct matching_courier *courier, const char *id);
void matching_courier_told(struct matching_courier *courier, const char *id);
void matching_courier_alert(struct matching_courier *courier, const char *id, char *body,
                            size_t n_body);
void matching_courier_set_health(struct matching_courier *courier, int64_t uptime_s,
                                 unsigned n_restarts, const char *audio);

/* Does not wait any longer for what was put right. */
void matching_courier_retry(struct matching_courier *courier);

/* Handles the answers that came and starts the calls that are due. Returns: for how many
 * milliseconds there is nothing to do unless the client has something (at most an hour). */
int matching_courier_turn(struct matching_courier *courier);

/* Folds the journal back and so on: for the moments when nobody waits. */
void matching_courier_tidy(struct matching_courier *courier);

/* Brings a copy of what is known of every request up to date. Returns: whether anything was to be
 * copied. */
bool matching_courier_publish(struct matching_courier *courier, struct matching_copy *copy);

#endif
