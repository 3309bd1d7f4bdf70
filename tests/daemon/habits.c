/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/habits.h"

#include "tests/check.h"

enum { SET_MS = 1500 };

static struct habits who_pauses(int pause_ms, int n)
{
    struct habits habits = habits_none();

    for (int i = 0; i < n; i++)
        habits_paused(&habits, pause_ms);
    return habits;
}

static void nothing_learnt_is_what_was_set(void)
{
    struct habits habits = habits_none();

    CHECK_INT(habits_patience_ms(&habits, SET_MS), SET_MS);
    CHECK(!habits_choice_sooner(&habits));
}

static void who_pauses_long_gets_more_time_slowly_and_within_bounds(void)
{
    struct habits once = who_pauses(1400, 1), often = who_pauses(1400, 40);
    struct habits for_ever = who_pauses(100000, 10000);

    CHECK(habits_patience_ms(&once, SET_MS) <= SET_MS);
    CHECK(habits_patience_ms(&often, SET_MS) >= 1900);
    CHECK(habits_patience_ms(&often, SET_MS) <= 2100 + 10);
    CHECK_INT(habits_patience_ms(&for_ever, SET_MS), SET_MS + 1000);
}

static void who_hardly_pauses_is_answered_a_little_sooner(void)
{
    struct habits brisk = who_pauses(360, 50);

    CHECK_INT(habits_patience_ms(&brisk, SET_MS), SET_MS - 300);
    CHECK_INT(habits_patience_ms(&brisk, 3000), 3000 - 300);
}

static void the_longest_pauses_count_not_the_mean(void)
{
    struct habits habits = habits_none();

    for (int i = 0; i < 200; i++)
        habits_paused(&habits, i % 10 == 0 ? 1400 : 400);
    CHECK(habits.pause_ms > 800);
}

static void a_choice_needed_most_times_comes_sooner_and_is_unlearnt(void)
{
    struct habits habits = habits_none();
    int n = 0;

    habits_understood(&habits, true);
    CHECK(!habits_choice_sooner(&habits));
    for (; !habits_choice_sooner(&habits) && n < 20; n++)
        habits_understood(&habits, true);
    CHECK_INT(n, 3);
    for (n = 0; habits_choice_sooner(&habits) && n < 20; n++)
        habits_understood(&habits, false);
    CHECK(n <= 2);
}

static void what_is_kept_comes_back(void)
{
    struct habits habits = {
        .pause_ms = 912, .choice_permille = 333, .searching_told_ms = 1781000000000};
    struct habits back;
    struct base_strbuf text;

    base_strbuf_init(&text);
    habits_print(&habits, &text);
    habits_parse(base_strbuf_text(&text), &back);
    base_strbuf_finish(&text);
    CHECK_INT(back.pause_ms, 912);
    CHECK_INT(back.choice_permille, 333);
    CHECK_INT(back.searching_told_ms, 1781000000000);
    CHECK(!habits_differ(&habits, &back));
}

static void what_is_broken_or_of_a_newer_version_is_left_out(void)
{
    struct habits habits;

    habits_parse("pause_ms 99999\nchoice_permille -3\n\n\x01\xff\nsearching_told_ms x\nnew_thing 4",
                 &habits);
    CHECK_INT(habits.pause_ms, 0);
    CHECK_INT(habits.choice_permille, 0);
    CHECK_INT(habits.searching_told_ms, 0);
    habits_parse("", &habits);
    CHECK_INT(habits.pause_ms, 0);
    habits_parse("choice_permille 400", &habits);
    CHECK_INT(habits.choice_permille, 400);
}

CHECK_MAIN(nothing_learnt_is_what_was_set, who_pauses_long_gets_more_time_slowly_and_within_bounds,
           who_hardly_pauses_is_answered_a_little_sooner, the_longest_pauses_count_not_the_mean,
           a_choice_needed_most_times_comes_sooner_and_is_unlearnt, what_is_kept_comes_back,
           what_is_broken_or_of_a_newer_version_is_left_out)
