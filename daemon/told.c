/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/told.h"

#include "base/log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NEWS_MAX = 16, MATCHES_MAX = 32 };

/* News that were told and may be told once more. */
struct spoken {
    struct told_news news;
    int64_t repeat_at_ms;
};

/* The last volunteer of a request, to tell a change from a first match. */
struct match {
    char id[MATCHING_ID_SIZE];
    char who[DRAFT_WHO_MAX];
    struct matching_when when;
};

struct told {
    bool is_moderated;
    struct told_news news[NEWS_MAX];
    size_t n;
    struct spoken spoken[NEWS_MAX];
    size_t n_spoken;
    struct match matches[MATCHES_MAX]; /* the oldest first */
    size_t n_matches;
};

int told_create(bool is_moderated, struct told **ret_told)
{
    struct told *told = calloc(1, sizeof(*told));

    if (!told)
        return -ENOMEM;
    told->is_moderated = is_moderated;
    *ret_told = told;
    return 0;
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

/* ---- the volunteer known so far ---- */

static struct match *find_match(struct told *told, const char *id)
{
    for (size_t i = 0; i < told->n_matches; i++) {
        if (strcmp(told->matches[i].id, id) == 0)
            return &told->matches[i];
    }
    return NULL;
}

static void forget_match(struct told *told, struct match *match)
{
    size_t after = told->n_matches - 1 - (size_t)(match - told->matches);

    memmove(match, match + 1, after * sizeof(*match));
    told->n_matches--;
}

static void remember_match(struct told *told, const char *id, const char *who,
                           const struct matching_when *when)
{
    struct match *match = find_match(told, id);

    if (match)
        forget_match(told, match);
    else if (told->n_matches == MATCHES_MAX)
        forget_match(told, told->matches);
    match = &told->matches[told->n_matches++];
    *match = (struct match){.when = *when};
    snprintf(match->id, sizeof(match->id), "%s", id);
    snprintf(match->who, sizeof(match->who), "%s", who);
}

void told_remember(struct told *told, const struct matching_summary *summary)
{
    if (summary->state == MATCHING_MATCHED && !summary->is_untold)
        remember_match(told, summary->id, summary->first_name, &summary->matched_when);
}

/* ---- how each kind of news is worded ---- */

static bool is_same_when(const struct matching_when *a, const struct matching_when *b)
{
    return strcmp(a->date, b->date) == 0 && strcmp(a->part, b->part) == 0 &&
           strcmp(a->time, b->time) == 0;
}

static const char *matched_key(const struct told *told, const struct matching_event *event)
{
    const struct match *before = find_match((struct told *)told, event->id);

    if (!event->first_name[0])
        return "news.matched_anonymous";
    return before && (strcmp(before->who, event->first_name) != 0 ||
                      !is_same_when(&before->when, &event->when))
               ? "news.changed"
               : "news.matched";
}

static const char *status_event_key(const struct told *told, const struct matching_event *event)
{
    const struct match *before = find_match((struct told *)told, event->id);

    if (strcmp(event->status, "pending_review") == 0)
        return "news.pending_review";
    if (strcmp(event->status, "open") != 0)
        return NULL;
    if (before)
        return before->who[0] ? "news.withdrawn" : "news.withdrawn_anonymous";
    return told->is_moderated ? "news.published" : NULL;
}

/* Given up by the service, or by us since it was never reached. */
static const char *expired_key(const char *status)
{
    return strcmp(status, "expired") == 0 ? "news.expired" : "news.unsent_week";
}

/* The prompt for an event outside a conversation; NULL when it is not for a resident's ears. */
static const char *event_key(const struct told *told, const struct matching_event *event)
{
    switch ((int)event->type) {
    case MATCHING_EVENT_MATCHED:
        return matched_key(told, event);
    case MATCHING_EVENT_REFUSED:
        return "news.refused";
    case MATCHING_EVENT_STATUS:
        return status_event_key(told, event);
    case MATCHING_EVENT_CANCELLED:
        return event->by_service ? "news.cancelled" : NULL;
    case MATCHING_EVENT_OVERDUE:
        return "news.unreachable";
    case MATCHING_EVENT_EXPIRED:
        return expired_key(event->status);
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

/* ---- what waits ---- */

static bool is_same(const struct told_news *a, const struct told_news *b)
{
    return a->id[0] ? strcmp(a->id, b->id) == 0 : !b->id[0] && strcmp(a->key, b->key) == 0;
}

static void drop_spoken(struct told *told, size_t i)
{
    memmove(&told->spoken[i], &told->spoken[i + 1],
            (told->n_spoken - 1 - i) * sizeof(told->spoken[0]));
    told->n_spoken--;
}

static void drop_waiting(struct told *told, size_t i)
{
    memmove(&told->news[i], &told->news[i + 1], (told->n - 1 - i) * sizeof(told->news[0]));
    told->n--;
}

static void log_dropped(const struct told_news *news)
{
    base_log(BASE_LOG_WARNING, "news-dropped", news->id[0] ? news->id : NULL,
             "more than %d news wait", NEWS_MAX);
}

/* The oldest goes, and what is urgent last. */
static void make_room(struct told *told)
{
    size_t i = 0;

    while (i < told->n && told->news[i].is_urgent)
        i++;
    if (i == told->n)
        i = 0;
    log_dropped(&told->news[i]);
    drop_waiting(told, i);
}

static void add(struct told *told, const struct told_news *news)
{
    for (size_t i = told->n_spoken; i-- > 0;) {
        if (is_same(&told->spoken[i].news, news))
            drop_spoken(told, i);
    }
    for (size_t i = 0; i < told->n; i++) {
        if (is_same(&told->news[i], news)) {
            told->news[i] = *news;
            return;
        }
    }
    if (told->n == NEWS_MAX)
        make_room(told);
    told->news[told->n++] = *news;
}

void told_add(struct told *told, const struct matching_event *event)
{
    struct told_news news = {.key = event_key(told, event)};
    struct match *before = find_match(told, event->id);

    if (!news.key)
        return;
    /* One sentence for all requests that wait too long. */
    if (event->type != MATCHING_EVENT_OVERDUE)
        memcpy(news.id, event->id, sizeof(news.id));
    news.is_urgent = event->type == MATCHING_EVENT_ALERT_ACKNOWLEDGED ||
                     event->type == MATCHING_EVENT_ALERT_FAILED;
    about_request(event->kind, event->service, &event->when, event->first_name, &news.about);
    if (event->type == MATCHING_EVENT_MATCHED) {
        remember_match(told, event->id, event->first_name, &event->when);
    } else if (before && event->type == MATCHING_EVENT_STATUS) {
        about_request(event->kind, event->service, &before->when, before->who, &news.about);
        forget_match(told, before);
    }
    add(told, &news);
}

void told_add_as(struct told *told, const char *key, const struct matching_event *event)
{
    struct told_news news = {.key = key};

    memcpy(news.id, event->id, sizeof(news.id));
    about_request(event->kind, event->service, &event->when, event->first_name, &news.about);
    add(told, &news);
}

void told_add_key(struct told *told, const char *key)
{
    /* Who had everything erased waits to hear that it is (R32). */
    struct told_news news = {.key = key,
                             .is_urgent = strncmp(key, "erase.", strlen("erase.")) == 0};

    draft_clear(&news.about);
    add(told, &news);
}

size_t told_n_waiting(const struct told *told, bool only_urgent)
{
    size_t n = 0;

    for (size_t i = 0; i < told->n; i++)
        n += !only_urgent || told->news[i].is_urgent;
    return n;
}

bool told_take(struct told *told, bool only_urgent, struct told_news *ret_news)
{
    size_t i = 0;

    while (i < told->n && !told->news[i].is_urgent)
        i++;
    if (i == told->n) {
        if (only_urgent || told->n == 0)
            return false;
        i = 0;
    }
    *ret_news = told->news[i];
    drop_waiting(told, i);
    return true;
}

void told_put_back(struct told *told, const struct told_news *news)
{
    for (size_t i = 0; i < told->n; i++) {
        if (is_same(&told->news[i], news))
            return; /* newer ones came meanwhile */
    }
    if (told->n == NEWS_MAX && !news->is_urgent) { /* it is the oldest */
        log_dropped(news);
        return;
    }
    if (told->n == NEWS_MAX)
        make_room(told);
    memmove(told->news + 1, told->news, told->n * sizeof(told->news[0]));
    told->news[0] = *news;
    told->n++;
}

/* A trouble that is over needs no second telling: who heard of neither misses nothing. */
static bool is_over(const struct told_news *news)
{
    return strcmp(news->key, "news.back") == 0 || strcmp(news->key, "mic.back") == 0;
}

void told_spoken(struct told *told, const struct told_news *news, int64_t repeat_at_ms)
{
    if (repeat_at_ms == 0 || news->is_repeat || is_over(news))
        return;
    if (told->n_spoken == NEWS_MAX)
        drop_spoken(told, 0);
    told->spoken[told->n_spoken++] = (struct spoken){*news, repeat_at_ms};
}

void told_noticed(struct told *told)
{
    told->n_spoken = 0;
}

void told_forget(struct told *told, const char *id)
{
    for (size_t i = told->n; i-- > 0;) {
        if (strcmp(told->news[i].id, id) == 0)
            drop_waiting(told, i);
    }
    for (size_t i = told->n_spoken; i-- > 0;) {
        if (strcmp(told->spoken[i].news.id, id) == 0)
            drop_spoken(told, i);
    }
}

void told_forget_key(struct told *told, const char *key)
{
    for (size_t i = told->n; i-- > 0;) {
        if (strcmp(told->news[i].key, key) == 0)
            drop_waiting(told, i);
    }
    for (size_t i = told->n_spoken; i-- > 0;) {
        if (strcmp(told->spoken[i].news.key, key) == 0)
            drop_spoken(told, i);
    }
}

void told_tick(struct told *told, int64_t now_ms)
{
    for (size_t i = 0; i < told->n_spoken;) {
        struct told_news news = told->spoken[i].news;

        if (now_ms < told->spoken[i].repeat_at_ms) {
            i++;
            continue;
        }
        drop_spoken(told, i);
        news.is_repeat = true;
        add(told, &news);
        i = 0; /* add may have dropped others */
    }
}

static bool is_in_review(const struct told *told, const struct matching_summary *summary)
{
    return strcmp(summary->status, "pending_review") == 0 ||
           (told->is_moderated &&
            (!summary->status[0] || strcmp(summary->status, "received") == 0));
}

bool told_search(struct told *told, const struct matching_summary *summaries, size_t n,
                 int64_t after_ms, int64_t *marker_ms)
{
    int64_t marker = *marker_ms;

    for (size_t i = 0; i < n; i++) {
        const struct matching_summary *summary = &summaries[i];
        struct told_news news = {.key = "news.searching"};

        if (summary->state != MATCHING_TRANSMITTED || summary->age_ms < after_ms ||
            summary->noted_wall_ms <= *marker_ms)
            continue;
        if (summary->noted_wall_ms > marker)
            marker = summary->noted_wall_ms;
        if (is_in_review(told, summary))
            continue; /* volunteers have not seen it */
        memcpy(news.id, summary->id, sizeof(news.id));
        told_about_summary(summary, &news.about);
        base_log(BASE_LOG_NOTICE, "request-news", summary->id, "nobody yet");
        add(told, &news);
    }
    if (marker == *marker_ms)
        return false;
    *marker_ms = marker;
    return true;
}

const char *told_status_key(const struct told *told, const struct matching_summary *summary)
{
    switch (summary->state) {
    case MATCHING_NOTED:
    case MATCHING_SENDING:
        return "status.noted";
    case MATCHING_TRANSMITTED:
        return is_in_review(told, summary) ? "status.pending_review" : "status.transmitted";
    case MATCHING_MATCHED:
        return summary->first_name[0] ? "status.matched" : "status.matched_anonymous";
    case MATCHING_REFUSED:
        return summary->is_untold ? "status.refused" : NULL;
    case MATCHING_EXPIRED:
        return summary->is_untold ? expired_key(summary->status) : NULL;
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

bool told_is_of_day(const struct matching_summary *summary, struct base_date date)
{
    char text[16];

    base_date_format(date, text);
    return !base_date_is_set(date) || strcmp(summary->when.date, text) == 0 ||
           strcmp(summary->matched_when.date, text) == 0;
}
