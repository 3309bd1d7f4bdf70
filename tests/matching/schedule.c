/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "matching/schedule.h"

#include "matching/retry.h"
#include "tests/check.h"

#define HOUR_MS 3600000LL

static void make_id(unsigned n, char ret_id[MATCHING_ID_SIZE])
{
    snprintf(ret_id, MATCHING_ID_SIZE, "00000000-0000-4000-8000-%012u", n);
}

static void add(struct matching_schedule *schedule, unsigned n, bool is_fresh, int64_t now_ms)
{
    char id[MATCHING_ID_SIZE];

    make_id(n, id);
    REQUIRE(matching_schedule_add(schedule, id, MATCHING_TURN_SEND, is_fresh, now_ms) == 0);
}

/* The number of the turn to take now, -1 for none. */
static int next(struct matching_schedule *schedule, int64_t now_ms)
{
    int64_t wake_ms;
    struct matching_turn *turn = matching_schedule_next(schedule, now_ms, &wake_ms);

    return turn ? atoi(turn->id + 24) : -1;
}

static void fail(struct matching_schedule *schedule, unsigned n, bool is_service_wide,
                 int64_t retry_after_s, int64_t now_ms)
{
    char id[MATCHING_ID_SIZE];

    make_id(n, id);
    matching_schedule_failed(schedule, id, is_service_wide, retry_after_s, now_ms);
}

/* R13: a thousand speakers whose power comes back together. */
static void the_backlog_is_spread_after_a_start(void)
{
    int minutes[5] = {0};

    for (unsigned seed = 0; seed < 1000; seed++) {
        struct matching_schedule schedule;
        int64_t wake_ms = 0, due_ms;

        matching_schedule_init(&schedule, seed * 7919, 0, 0, -1, 1000);
        add(&schedule, 1, false, 1000);
        (void)matching_schedule_next(&schedule, 1000, &wake_ms);
        REQUIRE(wake_ms >= 1000 && wake_ms <= 1000 + MATCHING_BOOT_SPLAY_MS);
        minutes[(wake_ms - 1000) * 5 / (MATCHING_BOOT_SPLAY_MS + 1)]++;
        /* The rest comes later than that, within a quarter of an hour; the heartbeat within half.
         */
        add(&schedule, 2, false, 1000);
        due_ms = schedule.turns[1].due_ms - 1000;
        CHECK(due_ms >= MATCHING_BOOT_SPLAY_MS && due_ms < 3 * MATCHING_BOOT_SPLAY_MS);
        due_ms = matching_schedule_chore_due(&schedule, MATCHING_CHORE_NEWS) - 1000;
        CHECK(due_ms >= MATCHING_BOOT_SPLAY_MS && due_ms < 3 * MATCHING_BOOT_SPLAY_MS);
        due_ms = matching_schedule_chore_due(&schedule, MATCHING_CHORE_HEARTBEAT) - 1000;
        CHECK(due_ms >= MATCHING_BOOT_SPLAY_MS && due_ms <= 6 * MATCHING_BOOT_SPLAY_MS);
        matching_schedule_finish(&schedule);
    }
    for (int i = 0; i < 5; i++)
        CHECK(minutes[i] > 140 && minutes[i] < 260);
}

/* One question at a time whether the service is back. */
static void news_wait_while_a_request_asks(void)
{
    struct matching_schedule schedule;
    int64_t due_ms;

    matching_schedule_init(&schedule, 5, 0, 0, 0, 0);
    add(&schedule, 1, true, 0);
    fail(&schedule, 1, true, -1, 0);
    CHECK_INT(matching_schedule_chore_due(&schedule, MATCHING_CHORE_NEWS), INT64_MAX);
    matching_schedule_succeeded(&schedule, 1000);
    CHECK_INT(matching_schedule_chore_due(&schedule, MATCHING_CHORE_NEWS), 0);
    matching_schedule_news_wanted(&schedule, true, 2000);
    CHECK_INT(matching_schedule_chore_due(&schedule, MATCHING_CHORE_NEWS), 2000);
    matching_schedule_finish(&schedule);
    matching_schedule_init(&schedule, 5, 0, 0, -1, -86400000);
    schedule.chores[MATCHING_CHORE_NEWS].due_ms = 0;
    matching_schedule_news_wanted(&schedule, false, 2000); /* its resident does not listen now */
    due_ms = matching_schedule_chore_due(&schedule, MATCHING_CHORE_NEWS);
    CHECK(due_ms > 2000 && due_ms <= 2000 + MATCHING_BOOT_SPLAY_MS);
    matching_schedule_finish(&schedule);
}

static void a_fresh_request_goes_at_once(void)
{
    struct matching_schedule schedule;

    matching_schedule_init(&schedule, 1, 0, 0, -1, 0);
    schedule.gate_ms = HOUR_MS;
    add(&schedule, 1, false, 0);
    CHECK_INT(next(&schedule, 10), -1);
    add(&schedule, 2, true, 10);
    CHECK_INT(next(&schedule, 10), 2);
    /* Its failure while the gate is closed leaves the gate as it was. */
    fail(&schedule, 2, true, -1, 20);
    CHECK_INT(schedule.gate_ms, HOUR_MS);
    CHECK_INT(next(&schedule, 30), -1);
    CHECK_INT(next(&schedule, HOUR_MS), 1);
    matching_schedule_finish(&schedule);
}

/* 409 or 500 of one request: the others go on. */
static void one_bad_request_holds_up_nobody(void)
{
    struct matching_schedule schedule;
    int64_t now_ms = 0;
    int n_bad = 0, n_good = 0;

    matching_schedule_init(&schedule, 3, 0, 0, 0, 0);
    for (unsigned n = 0; n < 20; n++)
        add(&schedule, n, false, 0);
    while (n_good < 19 && now_ms < HOUR_MS) {
        int64_t wake_ms;
        struct matching_turn *turn = matching_schedule_next(&schedule, now_ms, &wake_ms);

        if (!turn) {
            now_ms = wake_ms;
        } else if (atoi(turn->id + 24) == 0) {
            n_bad++;
            fail(&schedule, 0, false, -1, now_ms);
        } else {
            n_good++;
            matching_schedule_remove(&schedule, turn->id);
            matching_schedule_succeeded(&schedule, now_ms);
        }
    }
    CHECK_INT(n_good, 19);
    CHECK(n_bad < 19);
    CHECK(now_ms < HOUR_MS);
    matching_schedule_finish(&schedule);
}

/* R12: one device behind an outage of ten hours knocks seldom, and never less than every 15 min. */
static void an_outage_is_knocked_at_seldom(void)
{
    struct matching_schedule schedule;
    int64_t now_ms = 0, before_ms = 0, longest_ms = 0;
    int n_tries = 0;

    matching_schedule_init(&schedule, 4, 0, 0, 0, 0);
    for (unsigned n = 0; n < 200; n++)
        add(&schedule, n, false, 0);
    while (now_ms < 10 * HOUR_MS) {
        int64_t wake_ms;
        struct matching_turn *turn = matching_schedule_next(&schedule, now_ms, &wake_ms);

        if (!turn) {
            REQUIRE(wake_ms > now_ms);
            now_ms = wake_ms;
            continue;
        }
        longest_ms = now_ms - before_ms > longest_ms ? now_ms - before_ms : longest_ms;
        before_ms = now_ms;
        n_tries++;
        fail(&schedule, (unsigned)atoi(turn->id + 24), true, -1, now_ms);
    }
    CHECK(longest_ms <= MATCHING_RETRY_CAP_MS);
    CHECK(n_tries > 40 && n_tries < 200);
    matching_schedule_finish(&schedule);
}

static void retry_after_is_obeyed(void)
{
    struct matching_schedule schedule;

    matching_schedule_init(&schedule, 5, 0, 0, 0, 0);
    add(&schedule, 1, true, 0);
    add(&schedule, 2, false, 0);
    CHECK_INT(next(&schedule, 0), 1);
    fail(&schedule, 1, true, 100, 0);
    CHECK_INT(next(&schedule, 99999), -1);
    CHECK_INT(next(&schedule, 200001), 1);
    matching_schedule_finish(&schedule);
}

static void the_heartbeat_comes_once_a_day(void)
{
    struct matching_schedule schedule;
    int64_t now_ms = 0;

    matching_schedule_init(&schedule, 6, 0, 0, -1, 0);
    for (int day = 0; day < 100; day++) {
        int64_t due_ms;

        matching_schedule_chore_done(&schedule, MATCHING_CHORE_HEARTBEAT, false, now_ms);
        due_ms = matching_schedule_chore_due(&schedule, MATCHING_CHORE_HEARTBEAT);
        CHECK(due_ms - now_ms >= 23 * HOUR_MS && due_ms - now_ms <= 25 * HOUR_MS);
        now_ms = due_ms;
    }
    matching_schedule_finish(&schedule);
}

/* A service that does not hold the poll is not asked in a busy loop. */
static void a_hasty_long_poll_is_slowed(void)
{
    struct matching_schedule schedule;

    matching_schedule_init(&schedule, 7, 0, 0, 0, 0);
    matching_schedule_chore_done(&schedule, MATCHING_CHORE_NEWS, true, 0);
    CHECK(matching_schedule_chore_due(&schedule, MATCHING_CHORE_NEWS) >= 5000);
    matching_schedule_chore_done(&schedule, MATCHING_CHORE_NEWS, false, 0);
    CHECK_INT(matching_schedule_chore_due(&schedule, MATCHING_CHORE_NEWS), 0);
    matching_schedule_finish(&schedule);
}

CHECK_MAIN(the_backlog_is_spread_after_a_start, news_wait_while_a_request_asks,
           a_fresh_request_goes_at_once, one_bad_request_holds_up_nobody,
           an_outage_is_knocked_at_seldom, retry_after_is_obeyed, the_heartbeat_comes_once_a_day,
           a_hasty_long_poll_is_slowed)
