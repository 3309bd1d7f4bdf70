/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/told.h"

#include "base/log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NEWS_MAX 16

struct told {
    struct told_news news[NEWS_MAX];
    size_t n;
};

int told_create(struct told **ret_told)
{
    *ret_told = calloc(1, sizeof(**ret_told));
    return *ret_told ? 0 : -ENOMEM;
}

void told_destroy(struct told *told)
{
    free(told);
}

static void about_request(enum matching_kind kind, const char *service,
                          const struct matching_when *when, const char *who,
                          struct draft *ret_about)
{
    draft_clear(ret_about);
    snprintf(ret_about->service, sizeof(ret_about->service), "%s",
             kind == MATCHING_KIND_CALLBACK ? "callback" : service);
    snprintf(ret_about->part, sizeof(ret_about->part), "%s", when->part);
    snprintf(ret_about->who, sizeof(ret_about->who), "%s", who);
    if (base_date_parse(when->date, &ret_about->date) < 0)
        ret_about->date = BASE_NO_DATE;
    if (base_time_parse(when->time, &ret_about->time) < 0)
        ret_about->time = BASE_NO_TIME;
}

void told_about_summary(const struct matching_summary *summary, struct draft *ret_about)
{
    const struct matching_when *when =
        summary->state == MATCHING_MATCHED ? &summary->matched_when : &summary->when;

    about_request(summary->kind, summary->service, when, summary->first_name, ret_about);
}

/* The prompt for an event outside a conversation; NULL when it is not for a resident's ears. */
static const char *event_key(const struct matching_event *event)
{
    switch ((int)event->type) {
    case MATCHING_EVENT_MATCHED:
        return event->first_name[0] ? "news.matched" : "news.matched_anonymous";
    case MATCHING_EVENT_REFUSED:
        return "news.refused";
    case MATCHING_EVENT_STATUS:
        return strcmp(event->status, "pending_review") == 0 ? "news.pending_review" : NULL;
    case MATCHING_EVENT_CANCELLED:
        return event->by_service ? "news.cancelled" : NULL;
    case MATCHING_EVENT_OVERDUE:
        return "news.unreachable";
    case MATCHING_EVENT_EXPIRED:
        return "news.expired";
    case MATCHING_EVENT_SERVICE_BACK:
        return "news.back";
    case MATCHING_EVENT_ALERT_ACKNOWLEDGED:
        return "emergency.acknowledged";
    case MATCHING_EVENT_ALERT_FAILED:
        return "emergency.alert_failed";
    default:
        return NULL;
    }
}

static void add(struct told *told, const struct told_news *news)
{
    for (size_t i = 0; i < told->n; i++) {
        bool is_same = news->id[0] ? strcmp(told->news[i].id, news->id) == 0
                                   : strcmp(told->news[i].key, news->key) == 0;

        if (is_same) {
            told->news[i] = *news;
            return;
        }
    }
    if (told->n == NEWS_MAX) {
        log_warning("news-dropped", "more than %d news wait", NEWS_MAX);
        memmove(told->news, told->news + 1, (NEWS_MAX - 1) * sizeof(told->news[0]));
        told->n--;
    }
    told->news[told->n++] = *news;
}

void told_add(struct told *told, const struct matching_event *event)
{
    struct told_news news = {.key = event_key(event)};

    if (!news.key)
        return;
    memcpy(news.id, event->id, sizeof(news.id));
    about_request(event->kind, event->service, &event->when, event->first_name, &news.about);
    add(told, &news);
}

void told_add_key(struct told *told, const char *key)
{
    struct told_news news = {.key = key};

    draft_clear(&news.about);
    add(told, &news);
}

bool told_is_waiting(const struct told *told)
{
    return told->n > 0;
}

bool told_take(struct told *told, struct told_news *ret_news)
{
    if (told->n == 0)
        return false;
    *ret_news = told->news[0];
    memmove(told->news, told->news + 1, (told->n - 1) * sizeof(told->news[0]));
    told->n--;
    return true;
}

const char *told_status_key(const struct matching_summary *summary)
{
    switch (summary->state) {
    case MATCHING_NOTED:
    case MATCHING_SENDING:
        return "status.noted";
    case MATCHING_TRANSMITTED:
        return strcmp(summary->status, "pending_review") == 0 ? "status.pending_review"
                                                              : "status.transmitted";
    case MATCHING_MATCHED:
        return summary->first_name[0] ? "status.matched" : "status.matched_anonymous";
    case MATCHING_REFUSED:
        return summary->is_untold ? "status.refused" : NULL;
    case MATCHING_EXPIRED:
        return summary->is_untold ? "news.expired" : NULL;
    case MATCHING_DONE:
    case MATCHING_CANCELLING:
    case MATCHING_CANCELLED:
    case MATCHING_DAMAGED:
    case MATCHING_N_STATES:
        break;
    }
    return NULL;
}

bool told_is_cancellable(const struct matching_summary *summary)
{
    return summary->state <= MATCHING_MATCHED;
}
