/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The assistant's requests: what was confirmed goes to the delivery worker, what the worker tells
 * of it comes back; which stored request the resident means. */
#include "base/log.h"
#include "daemon/assistant_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A request that is older was told to be sent or to be kept. */
#define KEPT_TOLD_AFTER_MS 60000

/* A request as the service wants it; points into the draft and the caller's buffers. */
static struct matching_request to_request(const struct assistant *a, const struct draft *draft,
                                          const char *items[DRAFT_ITEMS_MAX])
{
    struct matching_request request = {
        .kind = MATCHING_KIND_REQUEST,
        .service = draft->service,
        .items = items,
        .n_items = draft->n_items,
        .language = a->settings.language,
        .territory = a->settings.territory,
        .device = a->settings.device,
        .resident = a->settings.resident[0] ? a->settings.resident : NULL,
        .transcript = a->settings.sends_transcript && a->transcript[0] ? a->transcript : NULL,
    };

    if (strcmp(draft->service, "callback") == 0) {
        request.kind = MATCHING_KIND_CALLBACK;
        request.service = NULL;
    }
    base_date_format(draft->date, request.when.date);
    base_time_format(draft->time, request.when.time);
    snprintf(request.when.part, sizeof(request.when.part), "%s", draft->part);
    for (size_t i = 0; i < draft->n_items; i++)
        items[i] = draft->items[i];
    return request;
}

static void remember_kind(struct assistant *a, const char *kind)
{
    kinds_add(&a->kinds, a->store_id, kind);
    a->are_kinds_new = true;
}

void assistant_recall_kind(const struct assistant *a, const char *id, struct draft *about)
{
    const char *kind = kinds_find(&a->kinds, id);

    snprintf(about->kind, sizeof(about->kind), "%s", kind ? kind : HOUSEHOLD_KIND_FORGOTTEN);
}

void assistant_store(void *user, const struct draft *draft)
{
    struct assistant *a = user;
    const char *items[DRAFT_ITEMS_MAX];
    struct matching_request request = to_request(a, draft, items);
    char spoken_at[40];
    int r;

    if (a->is_erasing) { /* it would be erased with the rest */
        log_error("store-failed", "everything is being erased");
        assistant_happen(a, EVENT_NOT_STORED);
        return;
    }
    base_clock_format_local(a->parts.clock->wall_ms(a->parts.clock), spoken_at);
    request.spoken_at = spoken_at;
    learning_confirmed(a->parts.learning, draft->service);
    r = matching_worker_submit(a->parts.worker, &request, a->store_id);
    if (r < 0) {
        base_log(BASE_LOG_ERROR, "store-failed", NULL, "%s", strerror(-r));
        assistant_happen(a, EVENT_NOT_STORED);
        return;
    }
    remember_kind(a, draft->kind);
}

/* The worker obeys in order: what was not stored yet is stored and called off, and never sent. */
void assistant_give_up(void *user)
{
    struct assistant *a = user;

    memcpy(a->given_up_id, a->store_id, sizeof(a->given_up_id));
    a->store_id[0] = '\0';
    base_log(BASE_LOG_ERROR, "store-failed", a->given_up_id, "the disk takes too long");
    if (matching_worker_cancel(a->parts.worker, a->given_up_id) < 0)
        base_log(BASE_LOG_ERROR, "cancel-failed", a->given_up_id, "memory is short");
}

void assistant_cancel(void *user, const char *id)
{
    struct assistant *a = user;

    snprintf(a->cancel_id, sizeof(a->cancel_id), "%s", id);
    if (strcmp(id, a->store_id) == 0)
        a->is_request_noted = false;
    if (matching_worker_cancel(a->parts.worker, id) < 0)
        base_log(BASE_LOG_ERROR, "cancel-failed", id, "memory is short");
}

void assistant_alert(void *user)
{
    struct assistant *a = user;
    char id[MATCHING_ID_SIZE], spoken_at[40];
    int r;

    base_log(BASE_LOG_WARNING, "emergency", NULL, "emergency words were heard");
    a->was_alarmed = true;
    if (!a->settings.has_alert)
        return;
    base_clock_format_local(a->parts.clock->wall_ms(a->parts.clock), spoken_at);
    r = matching_worker_alert(a->parts.worker, a->settings.resident, spoken_at, id);
    if (r < 0)
        base_log(BASE_LOG_ERROR, "alert-failed", NULL, "%s", strerror(-r));
}

/* How well a stored request fits what was named. */
static int fit(const struct matching_summary *summary, const struct draft *named)
{
    return 2 * (named->service[0] && strcmp(named->service, summary->service) == 0) +
           (base_date_is_set(named->date) && told_is_of_day(summary, named->date));
}

bool assistant_find_cancelled(struct assistant *a, const struct draft *named,
                              char ret_id[MATCHING_ID_SIZE], struct draft *ret_about)
{
    struct matching_summary *summaries;
    size_t n;
    int best = -1;

    a->is_list_lost = matching_worker_list(a->parts.worker, &summaries, &n) < 0;
    if (a->is_list_lost) {
        log_error("cancel-failed", "what is stored cannot be looked at: memory is short");
        return false;
    }
    for (size_t i = n; i-- > 0;) {
        if (!told_is_cancellable(&summaries[i]) || fit(&summaries[i], named) <= best)
            continue;
        best = fit(&summaries[i], named);
        memcpy(ret_id, summaries[i].id, MATCHING_ID_SIZE);
        told_about_summary(&summaries[i], ret_about);
        assistant_recall_kind(a, summaries[i].id, ret_about);
    }
    free(summaries);
    return best >= 0;
}

bool assistant_asked_before(struct assistant *a, struct draft *draft)
{
    const char *items[DRAFT_ITEMS_MAX];
    struct matching_request request = to_request(a, draft, items);
    struct matching_summary before;
    int64_t within_ms = (int64_t)a->settings.duplicate_minutes * 60000;

    if (within_ms == 0 ||
        !matching_worker_find_similar(a->parts.worker, &request, within_ms, &before))
        return false;
    draft->asked = base_datetime_local(before.noted_wall_ms).time;
    return true;
}

/* ---- what the worker brings ---- */

static bool is_of(const struct matching_event *event, const char *id)
{
    return id[0] && strcmp(event->id, id) == 0;
}

static const char *reason_words(enum matching_reason reason)
{
    return reason == MATCHING_REASON_FULL       ? "the outbox holds all it may"
           : reason == MATCHING_REASON_NO_SPACE ? "the disk is full"
                                                : "the outbox cannot be written";
}

static void log_not_noted(const struct matching_event *event)
{
    base_log(BASE_LOG_ERROR, "store-failed", event->id, "%s", reason_words(event->reason));
}

static void not_noted(struct assistant *a, const struct matching_event *event)
{
    log_not_noted(event);
    assistant_happen(a,
                     event->reason == MATCHING_REASON_FULL ? EVENT_STORE_FULL : EVENT_NOT_STORED);
}

/* What the service's answer says of the service itself. */
static void learn_of_service(struct assistant *a, const struct matching_event *event)
{
    if (event->type == MATCHING_EVENT_IDENTITY_REFUSED) {
        memcpy(a->trouble, event->status, sizeof(a->trouble));
        a->trouble_say = event->say;
    }
    if (event->type == MATCHING_EVENT_TRANSMITTED || event->type == MATCHING_EVENT_SERVICE_BACK)
        a->trouble[0] = '\0';
}

static void tell_not_noted(struct assistant *a, const struct matching_event *event)
{
    log_not_noted(event);
    told_add_key(a->told, event->reason == MATCHING_REASON_FULL ? "store.full" : "store.failed");
}

static void wait_to_be_told(struct assistant *a, const struct matching_event *event)
{
    if (event->type == MATCHING_EVENT_SERVICE_BACK) {
        told_forget_key(a->told, "news.unreachable");
        if (!a->is_away_told)
            return; /* no failure had been announced */
        a->is_away_told = a->is_away_before = false;
    }
    /* The service was back before this start tried it. */
    if (event->type == MATCHING_EVENT_TRANSMITTED && a->is_away_before) {
        a->is_away_told = a->is_away_before = false;
        told_forget_key(a->told, "news.unreachable");
        told_add_key(a->told, "news.back");
    }
    /* The yes was said, and an emergency came between. */
    if (event->type == MATCHING_EVENT_NOTED)
        told_add_as(a->told, "news.noted", event);
    else if (event->type == MATCHING_EVENT_NOT_NOTED)
        tell_not_noted(a, event);
    told_add(a->told, event);
}

/* Of a request that was told not to be noted: when it could not be taken back, that it is. */
static void given_up(struct assistant *a, const struct matching_event *event)
{
    if (event->type == MATCHING_EVENT_NOTED)
        return; /* the cancellation stands behind it in the worker's queue */
    a->given_up_id[0] = '\0';
    if (event->type == MATCHING_EVENT_TRANSMITTED || event->type == MATCHING_EVENT_KEPT)
        told_add_as(a->told, "news.noted", event);
}

/* By the resident. What comes when "je n'arrive pas à annuler" was said already is news. */
static void cancelled(struct assistant *a, const struct matching_event *event)
{
    enum conversation_state state = conversation_state(a->conversation);
    bool is_ordered = is_of(event, a->cancel_id);

    /* News of it that nobody has heard are none any more, after a restart neither. */
    told_forget(a->told, event->id);
    (void)matching_worker_told(a->parts.worker, event->id);
    if (!is_ordered)
        return;
    a->cancel_id[0] = '\0';
    if (state == STATE_WITHDRAWING || state == STATE_ALARMED || state == STATE_MUTED)
        assistant_happen(a, EVENT_WITHDRAWN);
    else
        told_add_as(a->told, "news.cancelled_late", event);
}

/* Events of the request in hand move the conversation; the others wait to be told. */
static void delivery_event(struct assistant *a, const struct matching_event *event)
{
    bool is_in_hand = is_of(event, a->store_id);

    base_log(BASE_LOG_INFO, "delivery", event->id[0] ? event->id : NULL, "%s",
             matching_event_name(event->type));
    learn_of_service(a, event);
    if (is_of(event, a->given_up_id)) {
        given_up(a, event);
    } else if (event->type == MATCHING_EVENT_CANCELLED &&
               (!event->by_service || is_of(event, a->cancel_id))) {
        cancelled(a, event);
    } else if (is_in_hand && event->type == MATCHING_EVENT_NOTED) {
        a->n_stored++;
        assistant_happen(a, EVENT_STORED);
        a->is_request_noted = conversation_state(a->conversation) == STATE_SENDING;
    } else if (is_in_hand && event->type == MATCHING_EVENT_NOT_NOTED) {
        not_noted(a, event);
    } else if (is_in_hand && event->type == MATCHING_EVENT_TRANSMITTED) {
        assistant_happen(a, EVENT_TRANSMITTED);
    } else if (is_in_hand && event->type == MATCHING_EVENT_KEPT) {
        assistant_happen(a, EVENT_KEPT);
    } else if (is_in_hand && event->type == MATCHING_EVENT_REFUSED &&
               conversation_state(a->conversation) == STATE_SENDING) {
        matching_worker_told(a->parts.worker, event->id);
        assistant_happen(a, EVENT_REFUSED);
    } else {
        wait_to_be_told(a, event);
    }
}

void assistant_delivery(struct assistant *a)
{
    struct matching_event event;

    while (matching_worker_next_event(a->parts.worker, &event))
        delivery_event(a, &event);
}

/* One that still waits was told to be kept, unless the end came at that very moment. */
static bool was_told_kept(const struct assistant *a, const struct matching_summary *summary)
{
    int64_t age_ms = a->parts.clock->wall_ms(a->parts.clock) - summary->noted_wall_ms;

    return (summary->state == MATCHING_NOTED || summary->state == MATCHING_SENDING) &&
           age_ms > KEPT_TOLD_AFTER_MS;
}

int assistant_remember_told(struct assistant *a)
{
    struct matching_summary *summaries;
    size_t n;
    int r = matching_worker_list(a->parts.worker, &summaries, &n);

    if (r < 0)
        return r;
    for (size_t i = 0; i < n; i++) {
        told_remember(a->told, &summaries[i]);
        a->is_away_before |= was_told_kept(a, &summaries[i]);
    }
    a->is_away_told = a->is_away_before;
    free(summaries);
    return 0;
}
