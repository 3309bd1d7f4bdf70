/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/date.h"
#include "tests/check.h"

static void every_day_of_a_century_goes_there_and_back(void)
{
    struct base_date first = {1999, 12, 31};
    int64_t start = base_date_to_days(first);

    for (int64_t i = 0; i < 36600; i++) {
        struct base_date date = base_date_from_days(start + i);

        REQUIRE(base_date_to_days(date) == start + i);
        REQUIRE(base_date_is_valid(date.year, date.month, date.day));
    }
}

static void weekdays_are_those_of_the_calendar(void)
{
    CHECK_INT(base_date_weekday((struct base_date){2020, 6, 15}), 1);
    CHECK_INT(base_date_weekday((struct base_date){2024, 2, 29}), 4);
    CHECK_INT(base_date_weekday((struct base_date){1969, 7, 20}), 7);
}

static void days_that_do_not_exist_are_refused(void)
{
    struct base_date date;

    CHECK(base_date_parse("2023-02-29", &date) < 0);
    CHECK(base_date_parse("2023-13-01", &date) < 0);
    CHECK(base_date_parse("23-1-1", &date) < 0);
    CHECK(base_date_parse("2023-02-28x", &date) < 0);
    CHECK_INT(base_date_parse("2024-02-29", &date), 0);
}

static void moments_are_read_with_and_without_a_time(void)
{
    struct base_datetime moment;

    CHECK_INT(base_datetime_parse("2020-06-15", &moment), 0);
    CHECK_INT(moment.time.hour, 0);
    CHECK_INT(base_datetime_parse("2020-06-15T18:05:59+02:00", &moment), 0);
    CHECK_INT(moment.time.hour, 18);
    CHECK_INT(moment.time.minute, 5);
    CHECK(base_datetime_parse("2020-06-15T25:00", &moment) < 0);
    CHECK(base_datetime_parse("demain", &moment) < 0);
}

static bool is_within(int hour, int from, int to)
{
    return base_time_is_within((struct base_time){hour, 30}, (struct base_time){from, 0},
                               (struct base_time){to, 0});
}

static void a_span_of_the_day_may_go_past_midnight(void)
{
    CHECK(is_within(8, 8, 20) && is_within(19, 8, 20));
    CHECK(!is_within(7, 8, 20) && !is_within(20, 8, 20));
    CHECK(is_within(22, 22, 7) && is_within(0, 22, 7) && is_within(6, 22, 7));
    CHECK(!is_within(21, 22, 7) && !is_within(7, 22, 7));
    CHECK(!is_within(9, 9, 9));
}

CHECK_MAIN(every_day_of_a_century_goes_there_and_back, weekdays_are_those_of_the_calendar,
           days_that_do_not_exist_are_refused, moments_are_read_with_and_without_a_time,
           a_span_of_the_day_may_go_past_midnight)
