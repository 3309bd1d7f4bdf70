/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "matching/courier.h"

#include "base/error.h"
#include "base/log.h"
#include "base/rng.h"
#include "matching/alerts.h"
#include "matching/answer.h"
#include "matching/courier_private.h"
#include "matching/ledger.h"
#include "matching/outbox.h"
#include "matching/schedule.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOUR_MS         (3600 * 1000LL)
#define EXPIRE_S        (7 * 86400LL)
#define OVERDUE_S       86400LL
#define CLOCK_STEP_MS   60000
#define RECOVER_MS      60000
#define CLOCK_STANDS_MS (10 * 60 * 1000LL)

/* --- telling --- */

void matching_courier_emit(struct matching_courier *courier, enum matching_event_type type,
                           const char *id)
{
    struct matching_item *item = id ? matching_ledger_find(&courier->ledger, id) : NULL;
    struct matching_event event = {.type = type};

    if (id)
        snprintf(event.id, sizeof(event.id), "%s", id);
    if (item) {
        const struct matching_summary *s = &item->entry.summary;

        event.kind = s->kind;
        event.when = type == MATCHING_EVENT_MATCHED ? s->matched_when : s->when;
        event.by_service = type == MATCHING_EVENT_CANCELLED && s->is_untold;
        memcpy(event.service, *s->service ? s->service : item->news_service, sizeof(event.service));
        memcpy(event.status, s->status, sizeof(event.status));
        memcpy(event.first_name, s->first_name, sizeof(event.first_name));
    }
    courier->emit(courier->user, &event);
}

void matching_courier_refresh(struct matching_courier *courier, const char *id,
                              struct matching_item **ret_item)
{
    if (ret_item)
        *ret_item = NULL;
    if (matching_courier_saw_outbox(
            courier, matching_ledger_refresh(&courier->ledger, courier->outbox, id,
                                             matching_courier_now(courier), ret_item)) != 0)
        courier->is_stale = true;
}

int matching_courier_mark(struct matching_courier *courier, const char *id,
                          enum matching_state state)
{
    return matching_courier_saw_outbox(
        courier, matching_outbox_mark(courier->outbox, id, state, matching_courier_wall(courier)));
}

static void emit_not_noted(struct matching_courier *courier, const char *id,
                           enum matching_reason reason)
{
    struct matching_event event = {.type = MATCHING_EVENT_NOT_NOTED, .reason = reason};

    snprintf(event.id, sizeof(event.id), "%s", id);
    courier->emit(courier->user, &event);
}

static void emit_damaged(struct matching_courier *courier, unsigned n)
{
    struct matching_event event = {.type = MATCHING_EVENT_DAMAGED, .n = n};

    courier->emit(courier->user, &event);
}

/* News that were stored and perhaps never spoken: the process may have died in between. */
static void emit_untold(struct matching_courier *courier)
{
    for (size_t i = 0; i < courier->ledger.n_items; i++) {
        struct matching_summary s = courier->ledger.items[i].entry.summary;

        if (!s.is_untold)
            continue;
        if (s.state == MATCHING_MATCHED)
            matching_courier_emit(courier, MATCHING_EVENT_MATCHED, s.id);
        else if (s.state == MATCHING_REFUSED)
            matching_courier_emit(courier, MATCHING_EVENT_REFUSED, s.id);
        else if (s.state == MATCHING_CANCELLED)
            matching_courier_emit(courier, MATCHING_EVENT_CANCELLED, s.id);
        else if (s.state == MATCHING_EXPIRED)
            matching_courier_emit(courier, MATCHING_EVENT_EXPIRED, s.id);
    }
}

/* --- life --- */

/* Puts everything that is still to be done into the schedule. */
static int plan_backlog(struct matching_courier *courier, int64_t now_ms)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < courier->ledger.n_items; i++) {
        const struct matching_item *item = &courier->ledger.items[i];
        const char *id = item->entry.summary.id;

        if (matching_schedule_find(&courier->schedule, id))
            continue; /* begun before: it keeps its place and its delays */
        if (matching_item_is_waiting(item))
            r = matching_schedule_add(&courier->schedule, id, MATCHING_TURN_SEND, false, now_ms);
        else if (item->entry.summary.state == MATCHING_CANCELLING)
            r = matching_schedule_add(&courier->schedule, id, MATCHING_TURN_CANCEL, false, now_ms);
    }
    return r;
}

/* Opens the outbox (again), reads it and plans. */
static int open_outbox(struct matching_courier *courier)
{
    int64_t now_ms = matching_courier_now(courier), wall_ms = matching_courier_wall(courier);
    struct matching_outbox_counts counts;
    int r;

    matching_outbox_close(courier->outbox);
    courier->outbox = NULL;
    r = matching_outbox_open(courier->folder, courier->queue_max, &courier->outbox);
    if (r == 0)
        r = matching_outbox_cursor(courier->outbox, courier->cursor);
    if (r == 0)
        r = matching_ledger_load(&courier->ledger, courier->outbox, now_ms, wall_ms);
    if (r == 0)
        r = plan_backlog(courier, now_ms);
    if (r) {
        matching_outbox_close(courier->outbox);
        courier->outbox = NULL;
        return r;
    }
    courier->is_stale = courier->is_damaged = false;
    matching_outbox_counts(courier->outbox, &counts);
    log_info("outbox-open", "requests: %u, waiting: %u", counts.n_all, counts.n_waiting);
    if (counts.n_damaged > 0 || counts.was_damaged)
        emit_damaged(courier, counts.n_damaged);
    if (!courier->has_outbox)
        emit_untold(courier);
    courier->has_outbox = true;
    return 0;
}

static int copy_settings(struct matching_courier *courier, const struct matching_settings *settings)
{
    courier->folder = strdup(settings->state_folder);
    courier->device = strdup(settings->device);
    courier->app_version = strdup(settings->version ? settings->version : "");
    courier->queue_max = settings->queue_max ? settings->queue_max : MATCHING_OUTBOX_LIMIT;
    courier->news_wait_ms = settings->news_wait_ms > 0 ? settings->news_wait_ms : 50000;
    courier->audio[0] = '\0';
    return courier->folder && courier->device && courier->app_version ? 0 : -ENOMEM;
}

int matching_courier_create(const struct matching_settings *settings,
                            const struct base_clock *clock, struct matching_client *client,
                            matching_emit_fn *emit, void *user,
                            struct matching_courier **ret_courier)
{
    struct matching_courier *courier = calloc(1, sizeof(*courier));
    struct base_rng seed;
    int r;

    if (!courier)
        return -ENOMEM;
    courier->clock = clock;
    courier->client = client;
    courier->emit = emit;
    courier->user = user;
    base_rng_seed_randomly(&seed);
    matching_schedule_init(&courier->schedule, seed.state, settings->retry_base_ms,
                           settings->retry_cap_ms, settings->boot_splay_ms,
                           matching_courier_now(courier));
    courier->clock_offset_ms = matching_courier_wall(courier) - matching_courier_now(courier);
    courier->hour_ms = matching_courier_now(courier) + HOUR_MS;
    courier->erase_ms = matching_courier_now(courier) + CLOCK_STANDS_MS;
    matching_renewal_init(&courier->renewal, settings->client.token_file, &courier->schedule.rng,
                          matching_courier_now(courier));
    r = copy_settings(courier, settings);
    if (r == 0 && (r = open_outbox(courier)) != 0 && r != -ENOMEM) {
        /* A speaker that does not start answers nothing at all, not even a call for help (R24). It
         * starts, says of each request that it cannot be noted, and tries again. */
        log_error("outbox-unusable", "cannot be opened (%d): nothing can be noted", r);
        r = 0;
    }
    if (r) {
        matching_courier_destroy(courier);
        return base_trace(r);
    }
    *ret_courier = courier;
    return 0;
}

void matching_courier_destroy(struct matching_courier *courier)
{
    if (!courier)
        return;
    matching_outbox_close(courier->outbox);
    matching_ledger_finish(&courier->ledger);
    matching_schedule_finish(&courier->schedule);
    matching_alerts_finish(&courier->alerts);
    free(courier->folder);
    free(courier->device);
    free(courier->app_version);
    free(courier);
}

/* --- commands --- */

/* Breaks off what needs the outbox when it answers: it goes again, under the same key. */
static void forget_calls(struct matching_courier *courier)
{
    courier->client->ops->abandon(courier->client, MATCHING_LANE_DELIVERY);
    courier->client->ops->abandon(courier->client, MATCHING_LANE_NEWS);
    courier->delivery = MATCHING_DELIVERY_IDLE;
    courier->delivering[0] = '\0';
    courier->is_polling = false;
}

/* Puts; an outbox that broke while we ran is mended and tried once more. */
static int put(struct matching_courier *courier, const char *id, const char *body, size_t n_body)
{
    int64_t wall_ms = matching_courier_wall(courier);
    int r = courier->outbox ? matching_outbox_put(courier->outbox, id, body, n_body, wall_ms)
                            : -EBADMSG;

    if (r != -EBADMSG)
        return r;
    forget_calls(courier);
    r = open_outbox(courier);
    return r ? r : matching_outbox_put(courier->outbox, id, body, n_body, wall_ms);
}

void matching_courier_submit(struct matching_courier *courier, const char *id, char *body,
                             size_t n_body)
{
    int64_t now_ms = matching_courier_now(courier);
    struct matching_item *item;
    int r = matching_courier_saw_outbox(courier, put(courier, id, body, n_body));

    free(body);
    if (r == MATCHING_OUTBOX_FULL || r == MATCHING_OUTBOX_NO_SPACE) {
        bool is_full = r == MATCHING_OUTBOX_FULL;

        base_log(BASE_LOG_ERROR, is_full ? "outbox-full" : "outbox-no-space", id, "not noted");
        emit_not_noted(courier, id, is_full ? MATCHING_REASON_FULL : MATCHING_REASON_NO_SPACE);
        return;
    }
    if (r != 0 && r != MATCHING_OUTBOX_SEEN) {
        base_log(BASE_LOG_ERROR, "request-not-noted", id, "cannot be stored: %s",
                 r < 0 ? strerror(-r) : "the outbox is a newer version's");
        emit_not_noted(courier, id, MATCHING_REASON_FAILED);
        return;
    }
    /* Stored. What fails from here on (memory) is made good at a later turn. */
    matching_courier_refresh(courier, id, &item);
    if (item)
        item->is_of_this_run = r == 0;
    if (item && matching_item_is_waiting(item) &&
        matching_schedule_add(&courier->schedule, id, MATCHING_TURN_SEND, true, now_ms) != 0)
        courier->is_stale = true;
    base_log(BASE_LOG_NOTICE, "request-noted", id, "on disk");
    matching_courier_emit(courier, MATCHING_EVENT_NOTED, id);
}

void matching_courier_cancel(struct matching_courier *courier, const char *id)
{
    struct matching_item *item = matching_ledger_find(&courier->ledger, id);
    int64_t now_ms = matching_courier_now(courier);
    enum matching_state state;
    bool is_here;

    if (!item || !courier->outbox) {
        base_log(BASE_LOG_WARNING, "cancel-unknown", id, "no such request");
        return;
    }
    state = item->entry.summary.state;
    if (state == MATCHING_CANCELLING || state == MATCHING_CANCELLED || state == MATCHING_DONE ||
        state == MATCHING_REFUSED || state == MATCHING_EXPIRED || state == MATCHING_DAMAGED) {
        matching_courier_emit(courier, MATCHING_EVENT_CANCELLED, id);
        return;
    }
    /* One that never left is simply not sent; of another the service must be told. One of an
     * earlier run may have left although its state says no: on a full disk it is sent unmarked. */
    is_here = state == MATCHING_NOTED && item->is_of_this_run;
    if (matching_courier_mark(courier, id, is_here ? MATCHING_CANCELLED : MATCHING_CANCELLING) !=
        0) {
        base_log(BASE_LOG_ERROR, "cancel-failed", id, "cannot be stored");
        return;
    }
    if (is_here)
        matching_schedule_remove(&courier->schedule, id);
    else if (matching_schedule_add(&courier->schedule, id, MATCHING_TURN_CANCEL, true, now_ms) != 0)
        courier->is_stale = true;
    matching_courier_refresh(courier, id, NULL);
    base_log(BASE_LOG_NOTICE, "request-cancelled", id, "by the resident");
    matching_courier_emit(courier, MATCHING_EVENT_CANCELLED, id);
}

void matching_courier_told(struct matching_courier *courier, const char *id)
{
    if (!courier->outbox ||
        matching_courier_saw_outbox(courier, matching_outbox_told(courier->outbox, id)) != 0)
        return;
    matching_courier_refresh(courier, id, NULL);
}

void matching_courier_alert(struct matching_courier *courier, const char *id, char *body,
                            size_t n_body)
{
    base_log(BASE_LOG_NOTICE, "alert", id, "to be sent");
    if (matching_alerts_add(&courier->alerts, id, body, n_body, matching_courier_now(courier)) <
        0) {
        free(body);
        matching_courier_emit(courier, MATCHING_EVENT_ALERT_FAILED, id);
    }
}

void matching_courier_set_health(struct matching_courier *courier, int64_t uptime_s,
                                 unsigned n_restarts, const char *audio)
{
    courier->uptime_s = uptime_s;
    courier->n_restarts = n_restarts;
    snprintf(courier->audio, sizeof(courier->audio), "%s", audio);
}

void matching_courier_retry(struct matching_courier *courier)
{
    int64_t now_ms = matching_courier_now(courier);

    log_notice("retry", "asked for: the service is tried now");
    matching_schedule_hurry(&courier->schedule, now_ms);
    matching_schedule_chore_now(&courier->schedule, MATCHING_CHORE_HEARTBEAT, now_ms);
    matching_schedule_chore_now(&courier->schedule, MATCHING_CHORE_NEWS, now_ms);
}

/* --- time --- */

/* A request that waits too long is told of, and given up in the end, but never in silence (R22). */
static void look_at_age(struct matching_courier *courier, int64_t now_ms)
{
    for (size_t i = 0; i < courier->ledger.n_items; i++) {
        struct matching_item *item = &courier->ledger.items[i];
        int64_t waited_s = matching_item_waited_s(item, now_ms);
        char id[MATCHING_ID_SIZE];

        if (!matching_item_is_waiting(item) || waited_s < OVERDUE_S)
            continue;
        memcpy(id, item->entry.summary.id, sizeof(id));
        if (waited_s >= EXPIRE_S && strcmp(courier->delivering, id) != 0 &&
            matching_courier_mark(courier, id, MATCHING_EXPIRED) == 0) {
            matching_schedule_remove(&courier->schedule, id);
            matching_courier_refresh(courier, id, NULL);
            base_log(BASE_LOG_ERROR, "request-expired", id, "unsent for seven days");
            matching_courier_emit(courier, MATCHING_EVENT_EXPIRED, id);
        } else if (!item->is_overdue_told) {
            item->is_overdue_told = true;
            matching_ledger_touch(&courier->ledger, item);
            base_log(BASE_LOG_WARNING, "request-overdue", id, "unsent for a day");
            matching_courier_emit(courier, MATCHING_EVENT_OVERDUE, id);
        }
    }
}

/* Writes only while something waits (R52). */
static void hourly(struct matching_courier *courier, int64_t now_ms)
{
    if (now_ms < courier->hour_ms)
        return;
    courier->hour_ms = now_ms + HOUR_MS;
    (void)matching_courier_saw_outbox(courier,
                                      matching_outbox_add_waited(courier->outbox, HOUR_MS / 1000));
}

/* The wall clock decides, so it must have stood for ten minutes (a speaker without a battery clock
 * starts with any), and for forgetting the service's TLS must have vouched for it (R17). */
static void erase_old(struct matching_courier *courier, int64_t now_ms)
{
    unsigned n_changed = 0;

    if (now_ms < courier->erase_ms)
        return;
    courier->erase_ms = now_ms + HOUR_MS;
    (void)matching_courier_saw_outbox(
        courier, matching_outbox_erase_old(courier->outbox, matching_courier_wall(courier),
                                           courier->is_clock_vouched, &n_changed));
    if (n_changed > 0)
        courier->is_stale = true;
}

/* The network has told the system the time: what failed for the clock may go now (R18). */
static void look_at_clock(struct matching_courier *courier, int64_t now_ms)
{
    int64_t offset_ms = matching_courier_wall(courier) - now_ms;
    int64_t step_ms = offset_ms - courier->clock_offset_ms;

    courier->clock_offset_ms = offset_ms;
    if (step_ms > -CLOCK_STEP_MS && step_ms < CLOCK_STEP_MS)
        return;
    courier->is_clock_vouched = courier->is_tls_agreed = false;
    courier->erase_ms = now_ms + CLOCK_STANDS_MS;
    log_notice("clock-step", "wall clock moved by %lld s", (long long)(step_ms / 1000));
    if (courier->is_clock_told) {
        courier->is_clock_told = false;
        matching_schedule_hurry(&courier->schedule, now_ms);
    }
}

/* Brings memory and disk together again after one of them failed; an outbox found damaged is mended
 * by opening it anew. Tried once a minute. */
static void recover(struct matching_courier *courier, int64_t now_ms)
{
    if ((courier->outbox && !courier->is_damaged && !courier->is_stale) ||
        now_ms < courier->recover_ms)
        return;
    courier->recover_ms = now_ms + RECOVER_MS;
    if (!courier->outbox || courier->is_damaged) {
        forget_calls(courier);
        if (open_outbox(courier) != 0)
            return;
    } else if (matching_courier_saw_outbox(
                   courier, matching_ledger_load(&courier->ledger, courier->outbox, now_ms,
                                                 matching_courier_wall(courier))) != 0 ||
               plan_backlog(courier, now_ms) != 0) {
        return;
    }
    courier->is_stale = false;
    courier->recover_ms = 0;
}

int matching_courier_turn(struct matching_courier *courier)
{
    int64_t now_ms, wake_ms;

    matching_courier_take_replies(courier);
    now_ms = matching_courier_now(courier);
    recover(courier, now_ms);
    look_at_clock(courier, now_ms);
    if (courier->outbox) {
        hourly(courier, now_ms);
        erase_old(courier, now_ms);
        look_at_age(courier, now_ms);
        recover(courier, now_ms);
    }
    wake_ms = matching_courier_begin_calls(courier, now_ms);
    if (wake_ms > courier->hour_ms && courier->outbox)
        wake_ms = courier->hour_ms;
    if (wake_ms > courier->erase_ms && courier->outbox)
        wake_ms = courier->erase_ms;
    if ((courier->is_stale || courier->is_damaged || !courier->outbox) &&
        wake_ms > courier->recover_ms)
        wake_ms = courier->recover_ms;
    wake_ms -= matching_courier_now(courier);
    return wake_ms < 0 ? 0 : wake_ms > HOUR_MS ? (int)HOUR_MS : (int)wake_ms;
}

void matching_courier_tidy(struct matching_courier *courier)
{
    if (courier->outbox)
        (void)matching_courier_saw_outbox(courier, matching_outbox_tidy(courier->outbox));
}

bool matching_courier_publish(struct matching_courier *courier, struct matching_copy *copy)
{
    return matching_ledger_is_changed(&courier->ledger) &&
           matching_ledger_publish(&courier->ledger, matching_courier_now(courier), copy) == 0;
}
