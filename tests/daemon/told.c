/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/told.h"

#include "base/log.h"
#include "tests/check.h"

#define ID_A "11111111-1111-4111-8111-111111111111"
#define ID_B "22222222-2222-4222-8222-222222222222"

static struct matching_event event(enum matching_event_type type, const char *id)
{
    struct matching_event event = {.type = type, .service = "groceries"};

    snprintf(event.id, sizeof(event.id), "%s", id);
    return event;
}

static struct matching_event given_up_by_the_service(const char *id)
{
    struct matching_event expired = event(MATCHING_EVENT_EXPIRED, id);

    strcpy(expired.status, "expired");
    return expired;
}

static struct matching_event matched(const char *id, const char *who, const char *time)
{
    struct matching_event found = event(MATCHING_EVENT_MATCHED, id);

    snprintf(found.first_name, sizeof(found.first_name), "%s", who);
    snprintf(found.when.time, sizeof(found.when.time), "%s", time);
    return found;
}

static struct told *with(const struct matching_event *first)
{
    struct told *told = NULL;

    base_log_open(BASE_LOG_ERROR, BASE_LOG_HUMAN, NULL);
    REQUIRE(told_create(false, &told) == 0);
    if (first)
        told_add(told, first);
    return told;
}

static const char *take(struct told *told)
{
    static struct told_news news;

    return told_take(told, false, &news) ? news.key : "nothing";
}

static void newer_news_of_a_request_replace_those_that_wait(void)
{
    struct matching_event first = matched(ID_A, "Marie", "10:00");
    struct matching_event then = given_up_by_the_service(ID_A);
    struct told *told = with(&first);

    told_add(told, &then);
    CHECK_INT(told_n_waiting(told, false), 1);
    CHECK_STR(take(told), "news.expired");
    CHECK_STR(take(told), "nothing");
    told_destroy(told);
}

static void a_second_volunteer_or_another_hour_is_a_change(void)
{
    struct matching_event first = matched(ID_A, "Marie", "10:00");
    struct matching_event same = first, later = matched(ID_A, "Marie", "11:00");
    struct matching_event open = event(MATCHING_EVENT_STATUS, ID_A);
    struct told *told = with(&first);

    strcpy(open.status, "open");
    CHECK_STR(take(told), "news.matched");
    told_add(told, &same);
    CHECK_STR(take(told), "news.matched");
    told_add(told, &later);
    CHECK_STR(take(told), "news.changed");
    told_add(told, &open);
    CHECK_STR(take(told), "news.withdrawn");
    told_add(told, &same);
    CHECK_STR(take(told), "news.matched");
    told_destroy(told);
}

static void the_urgent_go_first_and_alone_when_so_asked(void)
{
    struct matching_event plain = matched(ID_A, "Marie", "10:00");
    struct matching_event alert = event(MATCHING_EVENT_ALERT_ACKNOWLEDGED, ID_B);
    struct told *told = with(&plain);
    struct told_news news;

    CHECK(!told_take(told, true, &news));
    told_add(told, &alert);
    CHECK_INT(told_n_waiting(told, true), 1);
    CHECK_STR(take(told), "emergency.acknowledged");
    CHECK_STR(take(told), "news.matched");
    told_destroy(told);
}

static void what_nobody_noticed_is_told_once_more(void)
{
    struct matching_event found = matched(ID_A, "Marie", "10:00");
    struct told *told = with(&found);
    struct told_news news;

    REQUIRE(told_take(told, false, &news));
    told_spoken(told, &news, 1000);
    told_tick(told, 999);
    CHECK_INT(told_n_waiting(told, false), 0);
    told_tick(told, 1000);
    REQUIRE(told_take(told, false, &news));
    CHECK(news.is_repeat);
    told_spoken(told, &news, 2000);
    told_tick(told, 5000);
    CHECK_INT(told_n_waiting(told, false), 0);
    told_destroy(told);
}

static void who_reacts_or_cancels_hears_it_no_more(void)
{
    struct matching_event found = matched(ID_A, "Marie", "10:00");
    struct told *told = with(&found);
    struct told_news news;

    REQUIRE(told_take(told, false, &news));
    told_spoken(told, &news, 1000);
    told_noticed(told);
    told_tick(told, 1000);
    CHECK_INT(told_n_waiting(told, false), 0);
    told_spoken(told, &news, 3000);
    told_forget(told, ID_A);
    told_tick(told, 3000);
    CHECK_INT(told_n_waiting(told, false), 0);
    told_destroy(told);
}

static void what_was_never_sent_is_not_told_as_what_nobody_took(void)
{
    struct matching_event unsent = event(MATCHING_EVENT_EXPIRED, ID_A);
    struct told *told = with(&unsent);

    CHECK_STR(take(told), "news.unsent_week");
    told_destroy(told);
}

static void that_nobody_answered_is_told_once_of_each(void)
{
    struct matching_summary summary[2] = {
        {.id = ID_A, .state = MATCHING_TRANSMITTED, .age_ms = 5000, .noted_wall_ms = 100},
        {.id = ID_B, .state = MATCHING_TRANSMITTED, .age_ms = 3000, .noted_wall_ms = 200}};
    struct told *told = with(NULL);
    int64_t marker_ms = 0;

    CHECK(!told_search(told, summary, 2, 6000, &marker_ms));
    CHECK(told_search(told, summary, 2, 4000, &marker_ms));
    CHECK_STR(take(told), "news.searching");
    CHECK_STR(take(told), "nothing");
    CHECK(!told_search(told, summary, 2, 4000, &marker_ms));
    summary[1].age_ms = 4000;
    CHECK(told_search(told, summary, 2, 4000, &marker_ms));
    CHECK_INT(told_n_waiting(told, false), 1);
    told_destroy(told);
}

static void what_was_cut_off_is_next_unless_newer_came(void)
{
    struct matching_event found = matched(ID_A, "Marie", "10:00");
    struct matching_event then = given_up_by_the_service(ID_A);
    struct told *told = with(&found);
    struct told_news news;

    REQUIRE(told_take(told, false, &news));
    told_put_back(told, &news);
    CHECK_STR(take(told), "news.matched");
    told_add(told, &then);
    told_put_back(told, &news);
    CHECK_STR(take(told), "news.expired");
    CHECK_STR(take(told), "nothing");
    told_destroy(told);
}

static void add_many(struct told *told)
{
    char id[40];

    for (int i = 0; i < 20; i++) {
        struct matching_event found;

        snprintf(id, sizeof(id), "%08d-1111-4111-8111-111111111111", i);
        found = matched(id, "Marie", "");
        told_add(told, &found);
    }
    CHECK_INT(told_n_waiting(told, false), 16);
}

static void more_than_it_holds_drops_the_oldest(void)
{
    struct told *told = with(NULL);
    struct told_news news;

    add_many(told);
    REQUIRE(told_take(told, false, &news));
    CHECK_STR(news.id, "00000004-1111-4111-8111-111111111111");
    told_destroy(told);
}

/* "Claire a été prévenue." */
static void what_is_urgent_is_not_dropped_for_other_news(void)
{
    struct matching_event alert = event(MATCHING_EVENT_ALERT_ACKNOWLEDGED, ID_A);
    struct told *told = with(&alert);
    struct told_news news;

    add_many(told);
    REQUIRE(told_take(told, true, &news));
    CHECK_STR(news.key, "emergency.acknowledged");
    add_many(told); /* and back again, cut off */
    told_put_back(told, &news);
    CHECK_INT(told_n_waiting(told, true), 1);
    CHECK_INT(told_n_waiting(told, false), 16);
    told_destroy(told);
}

static void what_is_over_is_not_told_again(void)
{
    struct matching_event overdue = event(MATCHING_EVENT_OVERDUE, ID_A);
    struct matching_event back = event(MATCHING_EVENT_SERVICE_BACK, "");
    struct told *told = with(&overdue);
    struct told_news news;

    told_forget_key(told, "news.unreachable");
    CHECK_STR(take(told), "nothing");
    told_add(told, &overdue);
    REQUIRE(told_take(told, false, &news));
    told_spoken(told, &news, 1000);
    told_forget_key(told, "news.unreachable");
    told_add(told, &back);
    REQUIRE(told_take(told, false, &news));
    CHECK_STR(news.key, "news.back");
    told_spoken(told, &news, 1000);
    told_tick(told, 2000);
    CHECK_STR(take(told), "nothing");
    told_destroy(told);
}

CHECK_MAIN(what_was_never_sent_is_not_told_as_what_nobody_took,
           that_nobody_answered_is_told_once_of_each,
           newer_news_of_a_request_replace_those_that_wait,
           a_second_volunteer_or_another_hour_is_a_change,
           the_urgent_go_first_and_alone_when_so_asked, what_nobody_noticed_is_told_once_more,
           who_reacts_or_cancels_hears_it_no_more, what_was_cut_off_is_next_unless_newer_came,
           more_than_it_holds_drops_the_oldest, what_is_urgent_is_not_dropped_for_other_news,
           what_is_over_is_not_told_again)
