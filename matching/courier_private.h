/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The parts of matching/courier share this: its fields, and what they ask of each other. Nobody
 * else includes it. Each kind of call has a source of its own, where it begins and where its answer
 * is taken: courier_delivery.c, _heartbeat.c, _renewal.c, _news.c, _alerts.c. Thread: the worker's.
 */
#ifndef MATCHING_COURIER_PRIVATE_H
#define MATCHING_COURIER_PRIVATE_H

#include "matching/alerts.h"
#include "matching/courier.h"
#include "matching/ledger.h"
#include "matching/outbox.h"
#include "matching/outcome.h"
#include "matching/renewal.h"
#include "matching/schedule.h"

#include <errno.h>

enum matching_delivery {
    MATCHING_DELIVERY_IDLE,
    MATCHING_DELIVERY_SEND,
    MATCHING_DELIVERY_CANCEL,
    MATCHING_DELIVERY_HEARTBEAT,
    MATCHING_DELIVERY_RENEWAL,
};

struct matching_courier {
    const struct base_clock *clock;
    struct matching_client *client;
    matching_emit_fn *emit;
    void *user;
    char *folder, *device, *app_version;
    unsigned queue_max;
    int64_t news_wait_ms;

    struct matching_outbox *outbox; /* NULL while it cannot be opened */
    struct matching_ledger ledger;
    struct matching_schedule schedule;
    struct matching_alerts alerts;
    struct matching_renewal renewal;

    enum matching_delivery delivery; /* what the delivery lane holds */
    char delivering[MATCHING_ID_SIZE];
    bool is_polling;
    int64_t polled_ms;
    bool is_alerting;
    char alerting[MATCHING_ID_SIZE];
    char cursor[MATCHING_CURSOR_SIZE];

    bool is_stale;   /* the ledger or the schedule is behind the outbox */
    bool is_damaged; /* the outbox is to be opened anew */
    bool has_outbox; /* it could be opened once, so that its news were told */
    int64_t recover_ms;

    bool is_away;        /* each of these is told once, until it is over */
    const char *trouble; /* the code told of last that somebody must act on; NULL: none */
    bool is_clock_told;
    int64_t clock_offset_ms;
    bool is_clock_vouched; /* the service's TLS agreed with it, and it was not set since */
    bool is_tls_agreed;    /* the same, whatever the service then answered */
    int64_t hour_ms, erase_ms;

    int64_t uptime_s; /* health, for the heartbeat */
    unsigned n_restarts;
    char audio[24];
};

static inline int64_t matching_courier_now(const struct matching_courier *courier)
{
    return courier->clock->monotonic_ms(courier->clock);
}

static inline int64_t matching_courier_wall(const struct matching_courier *courier)
{
    return courier->clock->wall_ms(courier->clock);
}

/* Every result of the outbox goes through this: a file found damaged, by whatever call, is opened
 * anew at the next turn. Returns: the result. */
static inline int matching_courier_saw_outbox(struct matching_courier *courier, int r)
{
    courier->is_damaged |= r == -EBADMSG;
    return r;
}

void matching_courier_emit(struct matching_courier *courier, enum matching_event_type type,
                           const char *id);
/* Reads one request anew; when that fails, the whole ledger is read at a later turn (*ret_item,
 * which may be NULL itself, is then NULL). */
void matching_courier_refresh(struct matching_courier *courier, const char *id,
                              struct matching_item **ret_item);
/* Changes a request's state on disk. Returns: as matching_outbox_mark. */
int matching_courier_mark(struct matching_courier *courier, const char *id,
                          enum matching_state state);

/* ---- courier_verdict.c ---- */

/* What the answer means; an expired certificate may be our clock's fault (R18). */
struct matching_outcome matching_courier_judge(const struct matching_courier *courier,
                                               const struct matching_reply *reply,
                                               enum matching_body body);
/* The service has answered, or what keeps it from being used is as in `outcome`: tells what is new
 * about that. */
void matching_courier_saw_service(struct matching_courier *courier, int64_t now_ms);
void matching_courier_saw_trouble(struct matching_courier *courier,
                                  const struct matching_outcome *outcome);

/* ---- what begins a call ---- */

/* Returns: 0 when it is under way (its answer comes by take_replies); else as the outbox or the
 * client says. The delivery lane must be idle. */
int matching_courier_begin_send(struct matching_courier *courier, const char *id);
int matching_courier_begin_cancel(struct matching_courier *courier, const char *id);
int matching_courier_begin_heartbeat(struct matching_courier *courier, int64_t now_ms);
/* Returns: when to look again, by the monotonic clock; INT64_MAX: an answer wakes us. The lane may
 * be taken then. */
int64_t matching_courier_begin_renewal(struct matching_courier *courier, int64_t now_ms);
int64_t matching_courier_begin_news(struct matching_courier *courier, int64_t now_ms);
int64_t matching_courier_begin_alert(struct matching_courier *courier, int64_t now_ms);

/* ---- what takes its answer ---- */

void matching_courier_send_answered(struct matching_courier *courier, const char *id,
                                    const struct matching_reply *reply);
void matching_courier_cancel_answered(struct matching_courier *courier, const char *id,
                                      const struct matching_reply *reply);
void matching_courier_heartbeat_answered(struct matching_courier *courier,
                                         const struct matching_reply *reply);
void matching_courier_renewal_answered(struct matching_courier *courier,
                                       const struct matching_reply *reply);
void matching_courier_news_answered(struct matching_courier *courier,
                                    const struct matching_reply *reply);
void matching_courier_alert_answered(struct matching_courier *courier, const char *id,
                                     const struct matching_reply *reply);

/* ---- courier_calls.c ---- */

/* Returns: as the client's op. */
int matching_courier_begin(struct matching_courier *courier, enum matching_lane lane,
                           const struct matching_call *call);
/* Takes the answers that have come. */
void matching_courier_take_replies(struct matching_courier *courier);
/* Begins what is due. Returns: when something is due next, by the monotonic clock. */
int64_t matching_courier_begin_calls(struct matching_courier *courier, int64_t now_ms);

#endif
