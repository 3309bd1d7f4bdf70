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

CHECK_MAIN(every_day_of_a_century_goes_there_and_back, weekdays_are_those_of_the_calendar,
           days_that_do_not_exist_are_refused, moments_are_read_with_and_without_a_time)
