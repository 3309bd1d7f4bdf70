/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "matching/courier_calls.h"

#include "base/log.h"
#include "matching/answer.h"
#include "matching/outcome.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NEWS_GRACE_MS 10000 /* over the time the service may hold a poll */
#define AHEAD_MS      (2 * 365 * 86400000LL)
#define QUIET_MS      1000 /* an answer before that, with nothing new in it, was no long poll */
#define HELD_S        900  /* for as long a request may live on in the network */

enum { NO_NEWS = 1000 }; /* not among the outbox's conditions */

/* --- what an answer says of the service as a whole --- */

/* What the answer means. A certificate that seems to have expired, two years after the service took
 * something the last time, tells of a clock that is ahead rather than of the service (R18). */
static struct matching_outcome judge(const struct matching_courier *courier,
                                     const struct matching_reply *reply, enum matching_body body)
{
    struct matching_outcome outcome = matching_outcome_of(reply->transport, reply->status, body);
    int64_t taken_ms = 0;

    if (reply->transport != MATCHING_TRANSPORT_TLS_EXPIRED)
        return outcome;
    for (size_t i = 0; i < courier->ledger.n_items; i++) {
        const struct matching_entry *entry = &courier->ledger.items[i].entry;
        enum matching_state state = entry->summary.state;

        if ((state == MATCHING_TRANSMITTED || state == MATCHING_MATCHED ||
             state == MATCHING_DONE) &&
            entry->settled_wall_ms > taken_ms)
            taken_ms = entry->settled_wall_ms;
    }
    if (taken_ms > 0 && matching_courier_wall(courier) - taken_ms > AHEAD_MS)
        outcome = matching_outcome_of(MATCHING_TRANSPORT_TLS_NOT_YET, 0, body);
    return outcome;
}

static void saw_service(struct matching_courier *courier, int64_t now_ms)
{
    courier->is_clock_told = false;
    courier->is_clock_vouched = true;
    courier->trouble = NULL;
    if (!courier->is_away)
        return;
    courier->is_away = false;
    log_notice("service-back", "answers again");
    matching_schedule_hurry(&courier->schedule, now_ms);
    matching_courier_emit(courier, MATCHING_EVENT_SERVICE_BACK, NULL);
}

static void saw_trouble(struct matching_courier *courier, const struct matching_outcome *outcome)
{
    if (outcome->action == MATCHING_ACTION_KEEP_AND_ALERT &&
        (!courier->trouble || strcmp(courier->trouble, outcome->code) != 0)) {
        struct matching_event event = {.type = MATCHING_EVENT_IDENTITY_REFUSED,
                                       .say = outcome->say};

        courier->trouble = outcome->code;
        snprintf(event.status, sizeof(event.status), "%s", outcome->code);
        log_error(outcome->code, "the service cannot be used: somebody must act");
        courier->emit(courier->user, &event);
    }
    if (outcome->is_clock && !courier->is_clock_told) {
        courier->is_clock_told = true;
        log_error("clock", "certificate of another time: our clock is wrong");
        matching_courier_emit(courier, MATCHING_EVENT_CLOCK_WRONG, NULL);
    }
    if (outcome->is_service_wide && !courier->is_away) {
        courier->is_away = true;
        log_warning("service-away", "cause: %s", outcome->code);
        matching_courier_emit(courier, MATCHING_EVENT_SERVICE_AWAY, NULL);
    }
}

/* --- delivery --- */

/* The turn stays; says so once. */
static void keep(struct matching_courier *courier, const char *id,
                 const struct matching_outcome *outcome, const struct matching_reply *reply)
{
    int64_t now_ms = matching_courier_now(courier);
    struct matching_item *item = matching_ledger_find(&courier->ledger, id);
    struct matching_turn *turn;
    int64_t delay_ms = matching_schedule_failed(&courier->schedule, id, outcome->is_service_wide,
                                                reply->retry_after_s, now_ms);

    turn = matching_schedule_find(&courier->schedule, id);
    base_log(BASE_LOG_WARNING, "request-kept", id,
             "cause: %s, status %d, transport %s, attempt %u, next in %lld s", outcome->code,
             reply->status, matching_transport_name(reply->transport), turn ? turn->n_attempts : 0,
             (long long)(delay_ms / 1000));
    saw_trouble(courier, outcome);
    if (item && matching_item_is_waiting(item) && !item->is_kept_told) {
        item->is_kept_told = true;
        matching_courier_emit(courier, MATCHING_EVENT_KEPT, id);
    }
}

/* Marks and tells. A mark that cannot be written leaves the turn: it is sent again under the same
 * key, which the service recognises. */
static void settle(struct matching_courier *courier, const char *id, enum matching_state state,
                   enum matching_event_type event)
{
    int64_t now_ms = matching_courier_now(courier);

    if (matching_courier_mark(courier, id, state) != 0) {
        base_log(BASE_LOG_ERROR, "outbox-mark", id, "cannot be marked %s: sent again later",
                 matching_state_name(state));
        matching_schedule_failed(&courier->schedule, id, false, -1, now_ms);
        return;
    }
    matching_schedule_remove(&courier->schedule, id);
    matching_courier_refresh(courier, id, NULL);
    if (event != MATCHING_N_EVENT_TYPES)
        matching_courier_emit(courier, event, id);
}

static void sent(struct matching_courier *courier, const char *id,
                 const struct matching_reply *reply)
{
    int64_t now_ms = matching_courier_now(courier);
    struct matching_outcome outcome =
        judge(courier, reply, matching_answer_body(reply->body, reply->n_body, id));
    struct matching_item *item = matching_ledger_find(&courier->ledger, id);
    const struct matching_turn *turn = matching_schedule_find(&courier->schedule, id);
    bool is_waiting = item && matching_item_is_waiting(item), was_fresh = turn && turn->is_fresh;
    bool is_taken = outcome.action == MATCHING_ACTION_TRANSMITTED;

    if (!is_taken && outcome.action != MATCHING_ACTION_DEAD_LETTER) {
        keep(courier, id, &outcome, reply);
        return;
    }
    saw_service(courier, now_ms);
    matching_schedule_succeeded(&courier->schedule, now_ms);
    if (!item) { /* short of memory: asked again, under the same key, once the ledger knows it */
        matching_schedule_failed(&courier->schedule, id, false, -1, now_ms);
        return;
    }
    if (is_taken) {
        base_log(BASE_LOG_NOTICE, "request-transmitted", id, "status %d", reply->status);
        matching_schedule_news_wanted(&courier->schedule, was_fresh, now_ms);
        if (is_waiting) /* else it was cancelled meanwhile, or the news were quicker */
            settle(courier, id, MATCHING_TRANSMITTED, MATCHING_EVENT_TRANSMITTED);
        else if (item->entry.summary.state != MATCHING_CANCELLING)
            matching_schedule_remove(&courier->schedule, id);
    } else {
        base_log(BASE_LOG_ERROR, "request-refused", id, "cause: %s, status %d", outcome.code,
                 reply->status);
        if (is_waiting)
            settle(courier, id, MATCHING_REFUSED, MATCHING_EVENT_REFUSED);
        else if (item->entry.summary.state == MATCHING_CANCELLING) /* it never had it */
            settle(courier, id, MATCHING_CANCELLED, MATCHING_N_EVENT_TYPES);
        else
            matching_schedule_remove(&courier->schedule, id);
    }
}

static void cancel_sent(struct matching_courier *courier, const char *id,
                        const struct matching_reply *reply)
{
    enum matching_body body = matching_answer_body(reply->body, reply->n_body, id);
    struct matching_outcome outcome = judge(courier, reply, body);
    struct matching_item *item = matching_ledger_find(&courier->ledger, id);
    int64_t now_ms = matching_courier_now(courier);
    /* A service that does not know the request has nothing to cancel; one that says so in JSON is
     * the service. But a try that was broken off may be held somewhere on the way and arrive after
     * its cancellation; a service that does not remember is asked once more when that is over. */
    bool is_unknown = reply->transport == MATCHING_TRANSPORT_OK &&
                      (reply->status == 404 || reply->status == 410) && body != MATCHING_BODY_OTHER;

    if (!is_unknown && outcome.action != MATCHING_ACTION_TRANSMITTED &&
        outcome.action != MATCHING_ACTION_DEAD_LETTER) {
        keep(courier, id, &outcome, reply);
        return;
    }
    saw_service(courier, now_ms);
    matching_schedule_succeeded(&courier->schedule, now_ms);
    if (is_unknown && item && !item->is_unknown_there) {
        item->is_unknown_there = true;
        base_log(BASE_LOG_NOTICE, "cancel-early", id, "not there: asked again in case it comes");
        matching_schedule_failed(&courier->schedule, id, false, HELD_S, now_ms);
        return;
    }
    base_log(BASE_LOG_NOTICE, "cancel-transmitted", id, "status %d", reply->status);
    settle(courier, id, MATCHING_CANCELLED, MATCHING_N_EVENT_TYPES);
}

static void beat_sent(struct matching_courier *courier, const struct matching_reply *reply)
{
    int64_t now_ms = matching_courier_now(courier);
    enum matching_body body = matching_answer_body(reply->body, reply->n_body, courier->device);
    struct matching_outcome outcome =
        judge(courier, reply, body == MATCHING_BODY_OBJECT ? MATCHING_BODY_ECHO : body);

    if (outcome.action == MATCHING_ACTION_TRANSMITTED ||
        outcome.action == MATCHING_ACTION_DEAD_LETTER) {
        saw_service(courier, now_ms);
        matching_schedule_chore_done(&courier->schedule, MATCHING_CHORE_HEARTBEAT, false, now_ms);
        return;
    }
    matching_schedule_chore_failed(&courier->schedule, MATCHING_CHORE_HEARTBEAT,
                                   reply->retry_after_s, now_ms);
    saw_trouble(courier, &outcome);
}

/* --- news --- */

static void tell_news(struct matching_courier *courier, const struct matching_news *news)
{
    struct matching_item *item = matching_ledger_find(&courier->ledger, news->id);
    bool was_waiting = item && matching_item_is_waiting(item);
    static const enum matching_event_type events[MATCHING_N_STATES] = {
        [MATCHING_NOTED] = MATCHING_EVENT_STATUS,
        [MATCHING_SENDING] = MATCHING_EVENT_STATUS,
        [MATCHING_TRANSMITTED] = MATCHING_EVENT_STATUS,
        [MATCHING_MATCHED] = MATCHING_EVENT_MATCHED,
        [MATCHING_DONE] = MATCHING_EVENT_STATUS,
        [MATCHING_REFUSED] = MATCHING_EVENT_STATUS,
        [MATCHING_CANCELLING] = MATCHING_EVENT_STATUS,
        [MATCHING_CANCELLED] = MATCHING_EVENT_CANCELLED,
        [MATCHING_EXPIRED] = MATCHING_EVENT_EXPIRED,
        [MATCHING_DAMAGED] = MATCHING_EVENT_STATUS,
    };

    matching_courier_refresh(courier, news->id, &item);
    if (!item)
        return;
    memcpy(item->news_service, news->service, sizeof(item->news_service));
    base_log(BASE_LOG_NOTICE, "request-news", news->id, "status: %s", news->status);
    if (item->entry.summary.state == MATCHING_CANCELLING) { /* it arrived after all */
        if (!matching_schedule_find(&courier->schedule, news->id) &&
            matching_schedule_add(&courier->schedule, news->id, MATCHING_TURN_CANCEL, true,
                                  matching_courier_now(courier)) != 0)
            courier->is_stale = true;
        return;
    }
    if (was_waiting) { /* the answer to our sending was lost, but it arrived */
        matching_schedule_remove(&courier->schedule, news->id);
        matching_courier_emit(courier, MATCHING_EVENT_TRANSMITTED, news->id);
    }
    if (item->entry.summary.state == MATCHING_CANCELLED && !item->entry.summary.is_untold)
        matching_courier_emit(courier, MATCHING_EVENT_STATUS, news->id); /* our own doing */
    else
        matching_courier_emit(courier, events[item->entry.summary.state], news->id);
}

/* Stores them with their place, then tells what they change. Returns: 0; NO_NEWS when the answer
 * has none that make sense; else why they could not be stored. */
static int read_news(struct matching_courier *courier, const struct matching_reply *reply,
                     size_t *ret_n_changed)
{
    struct matching_news *news = calloc(MATCHING_NEWS_MAX, sizeof(*news));
    char cursor[MATCHING_CURSOR_SIZE];
    bool changed[MATCHING_NEWS_MAX];
    size_t n = 0;
    int r = 0;

    if (!news)
        return -ENOMEM;
    if (matching_answer_news(reply->body, reply->n_body, news, MATCHING_NEWS_MAX, &n, cursor) != 0)
        r = NO_NEWS;
    /* An answer with nothing in it is not worth a write (R52). */
    if (r == 0 && (n > 0 || strcmp(cursor, courier->cursor) != 0)) {
        r = matching_courier_saw_outbox(
            courier, matching_outbox_news(courier->outbox, news, n, cursor,
                                          matching_courier_wall(courier), changed));
        if (r == 0)
            memcpy(courier->cursor, cursor, sizeof(cursor));
    }
    for (size_t i = 0; r == 0 && i < n; i++) {
        *ret_n_changed += changed[i];
        if (changed[i])
            tell_news(courier, &news[i]);
    }
    free(news);
    return r;
}

static void news_came(struct matching_courier *courier, const struct matching_reply *reply)
{
    int64_t now_ms = matching_courier_now(courier);
    struct matching_outcome outcome =
        judge(courier, reply, matching_answer_body(reply->body, reply->n_body, ""));
    bool is_answer = reply->transport == MATCHING_TRANSPORT_OK;
    size_t n_changed = 0;
    int r = is_answer && reply->status == 200 ? read_news(courier, reply, &n_changed) : NO_NEWS;

    if (is_answer && reply->status == 410) {
        log_warning("news-cursor", "the service has forgotten our place: from the beginning");
        courier->cursor[0] = '\0';
    }
    if (r != NO_NEWS)
        saw_service(courier, now_ms);
    if (r == 0) {
        matching_schedule_chore_done(&courier->schedule, MATCHING_CHORE_NEWS,
                                     n_changed == 0 && now_ms - courier->polled_ms < QUIET_MS,
                                     now_ms);
        return;
    }
    matching_schedule_chore_failed(&courier->schedule, MATCHING_CHORE_NEWS, reply->retry_after_s,
                                   now_ms);
    if (r == NO_NEWS) {
        log_info("news-failed", "cause: %s, status %d", outcome.code, reply->status);
        saw_trouble(courier, &outcome);
    } else { /* our own trouble: the service holds them and gives them again */
        log_error("news-not-stored", "result %d: asked for again", r);
    }
}

/* --- alerts --- */

static void alert_sent(struct matching_courier *courier, const char *id,
                       const struct matching_reply *reply)
{
    struct matching_alert *alert = matching_alerts_find(&courier->alerts, id);
    struct matching_outcome outcome = matching_outcome_of(
        reply->transport, reply->status, matching_answer_body(reply->body, reply->n_body, id));

    if (!alert)
        return;
    if (outcome.action == MATCHING_ACTION_TRANSMITTED) {
        base_log(BASE_LOG_NOTICE, "alert-acknowledged", id, "status %d", reply->status);
        matching_alert_free(alert);
        matching_courier_emit(courier, MATCHING_EVENT_ALERT_ACKNOWLEDGED, id);
    } else if (outcome.action == MATCHING_ACTION_DEAD_LETTER) {
        base_log(BASE_LOG_ERROR, "alert-refused", id, "status %d", reply->status);
        matching_alert_free(alert);
        matching_courier_emit(courier, MATCHING_EVENT_ALERT_FAILED, id);
    } else {
        base_log(BASE_LOG_WARNING, "alert-kept", id, "cause: %s", outcome.code);
        matching_alert_failed(alert, &courier->schedule.rng, matching_courier_now(courier));
    }
}

static void give_up_alerts(struct matching_courier *courier, int64_t now_ms)
{
    struct matching_alert *alert;

    while ((alert = matching_alerts_overdue(&courier->alerts, now_ms)) != NULL) {
        char id[MATCHING_ID_SIZE];

        memcpy(id, alert->id, sizeof(id));
        base_log(BASE_LOG_ERROR, "alert-failed", id, "given up after ten minutes");
        matching_alert_free(alert);
        matching_courier_emit(courier, MATCHING_EVENT_ALERT_FAILED, id);
    }
}

/* --- answers in, calls out --- */

void matching_courier_take_replies(struct matching_courier *courier)
{
    struct matching_reply reply;

    while (courier->client->ops->take(courier->client, &reply) == 1) {
        enum matching_delivery delivery = courier->delivery;
        char id[MATCHING_ID_SIZE];

        courier->is_tls_agreed |= reply.transport == MATCHING_TRANSPORT_OK;
        memcpy(id, reply.lane == MATCHING_LANE_ALERT ? courier->alerting : courier->delivering,
               sizeof(id));
        if (reply.lane == MATCHING_LANE_DELIVERY) {
            courier->delivery = MATCHING_DELIVERY_IDLE;
            courier->delivering[0] = '\0';
            if (delivery != MATCHING_DELIVERY_RENEWAL)
                matching_renewal_prove(&courier->renewal, &reply, &courier->schedule.rng,
                                       matching_courier_now(courier));
            if (delivery == MATCHING_DELIVERY_SEND)
                sent(courier, id, &reply);
            else if (delivery == MATCHING_DELIVERY_CANCEL)
                cancel_sent(courier, id, &reply);
            else if (delivery == MATCHING_DELIVERY_RENEWAL)
                matching_courier_renewal_sent(courier, &reply);
            else
                beat_sent(courier, &reply);
        } else if (reply.lane == MATCHING_LANE_NEWS) {
            courier->is_polling = false;
            news_came(courier, &reply);
        } else {
            courier->is_alerting = false;
            alert_sent(courier, id, &reply);
        }
        matching_reply_finish(&reply);
    }
}

static int begin(struct matching_courier *courier, enum matching_lane lane,
                 const struct matching_call *call)
{
    return courier->client->ops->begin(courier->client, lane, call);
}

static int begin_send(struct matching_courier *courier, const char *id)
{
    struct matching_item *item = matching_ledger_find(&courier->ledger, id);
    struct matching_call call = {.method = "POST", .path = "/v1/requests", .idempotency_key = id};
    char *body;
    int r = matching_courier_saw_outbox(
        courier, matching_outbox_body(courier->outbox, id, &body, &call.n_body));

    if (r == MATCHING_OUTBOX_SPOILED || r == MATCHING_OUTBOX_ABSENT) {
        struct matching_event event = {.type = MATCHING_EVENT_DAMAGED, .n = 1};

        matching_schedule_remove(&courier->schedule, id);
        matching_courier_refresh(courier, id, NULL);
        courier->emit(courier->user, &event);
        return 0;
    }
    if (r)
        return r;
    /* Before the first byte leaves: whoever cancels after a crash must know that it may have. */
    if (item && item->entry.summary.state == MATCHING_NOTED) {
        /* On a disk that takes nothing more it goes all the same: kept here for ever it would help
         * nobody, and whoever cancels it in a later run tells the service (see cancel). */
        if (matching_courier_mark(courier, id, MATCHING_SENDING) != 0)
            base_log(BASE_LOG_ERROR, "outbox-mark", id, "cannot be marked sending: sent unmarked");
        item->entry.summary.state = MATCHING_SENDING;
        matching_ledger_touch(&courier->ledger, item);
    }
    call.body = body;
    r = begin(courier, MATCHING_LANE_DELIVERY, &call);
    free(body);
    if (r == 0) {
        courier->delivery = MATCHING_DELIVERY_SEND;
        snprintf(courier->delivering, sizeof(courier->delivering), "%s", id);
        base_log(BASE_LOG_INFO, "request-sending", id, "tried");
    }
    return r;
}

static int begin_cancel(struct matching_courier *courier, const char *id)
{
    char path[128];
    struct matching_call call = {.method = "POST", .path = path, .body = "{}", .n_body = 2};
    int r;

    snprintf(path, sizeof(path), "/v1/requests/%s/cancel", id);
    r = begin(courier, MATCHING_LANE_DELIVERY, &call);
    if (r == 0) {
        courier->delivery = MATCHING_DELIVERY_CANCEL;
        snprintf(courier->delivering, sizeof(courier->delivering), "%s", id);
    }
    return r;
}

static int begin_heartbeat(struct matching_courier *courier, int64_t now_ms)
{
    char path[128 + MATCHING_NAME_SIZE], sent_at[32], *body;
    struct matching_call call = {.method = "POST", .path = path};
    struct matching_outbox_counts counts;
    struct matching_heartbeat beat = {
        .device = courier->device,
        .version = courier->app_version,
        .audio = *courier->audio ? courier->audio : "unknown",
        .uptime_s = courier->uptime_s,
        .n_restarts = courier->n_restarts,
        .sent_at = sent_at,
    };
    int r;

    matching_outbox_counts(courier->outbox, &counts);
    beat.n_waiting = counts.n_waiting;
    for (size_t i = 0; i < courier->ledger.n_items && beat.oldest_s == 0; i++) {
        if (matching_item_is_waiting(&courier->ledger.items[i]))
            beat.oldest_s = matching_item_waited_s(&courier->ledger.items[i], now_ms);
    }
    base_clock_format_utc(matching_courier_wall(courier), sent_at);
    snprintf(path, sizeof(path), "/v1/devices/%s/heartbeat", courier->device);
    r = matching_heartbeat_encode(&beat, &body, &call.n_body);
    if (r < 0)
        return r;
    call.body = body;
    r = begin(courier, MATCHING_LANE_DELIVERY, &call);
    free(body);
    if (r == 0)
        courier->delivery = MATCHING_DELIVERY_HEARTBEAT;
    return r;
}

static int64_t begin_delivery(struct matching_courier *courier, int64_t now_ms)
{
    int64_t wake_ms = INT64_MAX, beat_ms, renewal_ms;
    struct matching_turn *turn;

    while (courier->delivery == MATCHING_DELIVERY_IDLE &&
           (turn = matching_schedule_next(&courier->schedule, now_ms, &wake_ms)) != NULL) {
        char id[MATCHING_ID_SIZE];
        int r;

        memcpy(id, turn->id, sizeof(id));
        r = turn->kind == MATCHING_TURN_SEND ? begin_send(courier, id) : begin_cancel(courier, id);
        if (r) {
            base_log(BASE_LOG_ERROR, "request-not-begun", id, "error %d: tried again later", r);
            matching_schedule_failed(&courier->schedule, id, false, -1, now_ms);
        }
    }
    if (courier->delivery != MATCHING_DELIVERY_IDLE)
        return INT64_MAX; /* its answer wakes us */
    beat_ms = matching_schedule_chore_due(&courier->schedule, MATCHING_CHORE_HEARTBEAT);
    if (beat_ms <= now_ms) {
        if (begin_heartbeat(courier, now_ms) != 0)
            matching_schedule_chore_failed(&courier->schedule, MATCHING_CHORE_HEARTBEAT, -1,
                                           now_ms);
        return courier->delivery == MATCHING_DELIVERY_IDLE ? now_ms + 1 : INT64_MAX;
    }
    renewal_ms = matching_courier_begin_renewal(courier, now_ms);
    if (renewal_ms < beat_ms)
        beat_ms = renewal_ms;
    return beat_ms < wake_ms ? beat_ms : wake_ms;
}

/* Nobody is asked for news while nothing is under way. */
static bool awaits_news(const struct matching_courier *courier)
{
    for (size_t i = 0; i < courier->ledger.n_items; i++) {
        enum matching_state state = courier->ledger.items[i].entry.summary.state;

        if (state == MATCHING_TRANSMITTED || state == MATCHING_MATCHED)
            return true;
    }
    return false;
}

static int64_t begin_news(struct matching_courier *courier, int64_t now_ms)
{
    char path[128 + MATCHING_NAME_SIZE + MATCHING_CURSOR_SIZE];
    struct matching_call call = {"GET", path,
                                 .total_max_ms = courier->news_wait_ms + NEWS_GRACE_MS};
    int64_t due_ms = matching_schedule_chore_due(&courier->schedule, MATCHING_CHORE_NEWS);

    if (courier->is_polling || !awaits_news(courier))
        return INT64_MAX;
    if (due_ms > now_ms)
        return due_ms;
    snprintf(path, sizeof(path), "/v1/devices/%s/news?after=%s&wait=%lld", courier->device,
             courier->cursor, (long long)((courier->news_wait_ms + 999) / 1000));
    if (begin(courier, MATCHING_LANE_NEWS, &call) != 0) {
        matching_schedule_chore_failed(&courier->schedule, MATCHING_CHORE_NEWS, -1, now_ms);
        return matching_schedule_chore_due(&courier->schedule, MATCHING_CHORE_NEWS);
    }
    courier->is_polling = true;
    courier->polled_ms = now_ms;
    return INT64_MAX;
}

static int64_t begin_alert(struct matching_courier *courier, int64_t now_ms)
{
    struct matching_call call = {.method = "POST", .path = "/v1/alerts"};
    struct matching_alert *alert;
    int64_t wake_ms;

    if (courier->is_alerting)
        return INT64_MAX;
    give_up_alerts(courier, now_ms);
    alert = matching_alerts_next(&courier->alerts, now_ms, &wake_ms);
    if (!alert)
        return wake_ms;
    call.body = alert->body;
    call.n_body = alert->n_body;
    call.idempotency_key = alert->id;
    if (begin(courier, MATCHING_LANE_ALERT, &call) != 0) {
        matching_alert_failed(alert, &courier->schedule.rng, now_ms);
        return alert->due_ms;
    }
    courier->is_alerting = true;
    memcpy(courier->alerting, alert->id, sizeof(courier->alerting));
    return INT64_MAX;
}

int64_t matching_courier_begin_calls(struct matching_courier *courier, int64_t now_ms)
{
    int64_t wake_ms = begin_alert(courier, now_ms), delivery_ms, news_ms;

    if (!courier->outbox) /* alerts do without */
        return wake_ms;
    delivery_ms = begin_delivery(courier, now_ms);
    news_ms = begin_news(courier, now_ms);
    if (delivery_ms < wake_ms)
        wake_ms = delivery_ms;
    return news_ms < wake_ms ? news_ms : wake_ms;
}
