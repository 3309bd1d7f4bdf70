/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The part of matching/courier that asks what became of the requests: a long poll while something
 * is under way, from the place reached. News and place are stored together before anything is told.
 */
#include "matching/courier_private.h"

#include "base/log.h"
#include "matching/answer.h"
#include "matching/outcome.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NEWS_GRACE_MS 10000 /* over the time the service may hold a poll */
#define QUIET_MS      1000  /* an answer before that, with nothing new in it, was no long poll */

enum { NO_NEWS = 1000 }; /* not among the outbox's conditions */

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

void matching_courier_news_answered(struct matching_courier *courier,
                                    const struct matching_reply *reply)
{
    int64_t now_ms = matching_courier_now(courier);
    struct matching_outcome outcome = matching_courier_judge(
        courier, reply, matching_answer_body(reply->body, reply->n_body, ""));
    bool is_answer = reply->transport == MATCHING_TRANSPORT_OK;
    size_t n_changed = 0;
    int r = is_answer && reply->status == 200 ? read_news(courier, reply, &n_changed) : NO_NEWS;

    if (is_answer && reply->status == 410) {
        log_warning("news-cursor", "the service has forgotten our place: from the beginning");
        courier->cursor[0] = '\0';
    }
    if (r != NO_NEWS)
        matching_courier_saw_service(courier, now_ms);
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
        matching_courier_saw_trouble(courier, &outcome);
    } else { /* our own trouble: the service holds them and gives them again */
        log_error("news-not-stored", "result %d: asked for again", r);
    }
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

int64_t matching_courier_begin_news(struct matching_courier *courier, int64_t now_ms)
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
    if (matching_courier_begin(courier, MATCHING_LANE_NEWS, &call) != 0) {
        matching_schedule_chore_failed(&courier->schedule, MATCHING_CHORE_NEWS, -1, now_ms);
        return matching_schedule_chore_due(&courier->schedule, MATCHING_CHORE_NEWS);
    }
    courier->is_polling = true;
    courier->polled_ms = now_ms;
    return INT64_MAX;
}
