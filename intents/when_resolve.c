/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From a mention to the calendar and the clock, against a given "now". A day that is said without
 * its month or week is the next one that is not over; a bare hour falls where somebody is awake and
 * up. Nothing here reads a clock.
 */
#include "intents/when_private.h"

/* A weekday with a number and no month is looked for as far as this. */
#define NUMBERED_REACH_DAYS 92

static int value_of(const struct intents_when_value *value, const struct intents_when_piece *piece,
                    int otherwise)
{
    if (!value->is_set)
        return otherwise;
    return value->from == INTENTS_NOT_BUILTIN ? value->constant : piece->catch.value[value->from];
}

static struct base_date next_weekday(struct base_date today, int weekday, bool allows_today)
{
    int n_days = (weekday - base_date_weekday(today) + 7) % 7;

    return base_date_add_days(today, n_days == 0 && !allows_today ? 7 : n_days);
}

static struct base_date add_months(struct base_date date, int n_months, int day)
{
    int months = date.year * 12 + date.month - 1 + n_months;
    struct base_date result = {months / 12, months % 12 + 1, day ? day : date.day};

    while (result.day > 28 && !base_date_is_valid(result.year, result.month, result.day))
        result.day--;
    return result;
}

/* The next day of the calendar with that number, and month if given; today counts. */
static struct base_date next_calendar_day(struct base_date today, int day, int month)
{
    struct base_date date = {today.year, month ? month : today.month, day};

    for (int i = 0; i < 48; i++) {
        if (base_date_is_valid(date.year, date.month, date.day) &&
            base_date_compare(date, today) >= 0)
            return date;
        if (month) {
            date.year++;
        } else {
            date.year += date.month / 12;
            date.month = date.month % 12 + 1;
        }
    }
    return BASE_NO_DATE;
}

/* 0: none. */
static int weekday_said(const struct intents_when_piece *piece)
{
    int weekday = piece->catch.value[INTENTS_SLOT_WEEKDAY];

    return weekday > 0 ? weekday : 0;
}

/* The next day of the calendar with that number that is such a weekday as well. Far away it is
 * likelier that one of the two is wrong: then, as where there is none, the number counts. */
static struct base_date next_numbered_weekday(struct base_date today, int day, int weekday)
{
    struct base_date first = next_calendar_day(today, day, 0), date = first;

    while (base_date_is_set(date) &&
           base_date_to_days(date) - base_date_to_days(today) <= NUMBERED_REACH_DAYS) {
        if (base_date_weekday(date) == weekday)
            return date;
        date = next_calendar_day(base_date_add_days(date, 1), day, 0);
    }
    return first;
}

/* The first, second, ... of its weekdays in a month, the last one for 5 and more. */
static struct base_date nth_of_month(struct base_date month, int weekday, int nth)
{
    struct base_date first = {month.year, month.month, 1}, date;
    int to_weekday = (weekday - base_date_weekday(first) + 7) % 7;

    date = base_date_add_days(first, to_weekday + 7 * (nth - 1));
    while (date.month != first.month)
        date = base_date_add_days(date, -7);
    return date;
}

/* The next of these days that is not over: of the month named, or of any. */
static struct base_date next_nth(struct base_date today, int weekday, int nth, int n_months,
                                 int month)
{
    for (int i = n_months; i < n_months + 13; i++) {
        struct base_date date = nth_of_month(add_months(today, i, 1), weekday, nth);

        if (base_date_compare(date, today) >= 0 && (month <= 0 || date.month == month))
            return date;
    }
    return BASE_NO_DATE;
}

bool intents_when_is_off_weekday(const struct intents_when_piece *piece, struct base_date date)
{
    return piece->rule->day.is_set && weekday_said(piece) && base_date_is_set(date) &&
           base_date_weekday(date) != weekday_said(piece);
}

struct base_date intents_when_resolve_date(const struct intents_when_piece *piece,
                                           struct base_date today)
{
    const struct intents_when_rule *rule = piece->rule;
    int weekday = value_of(&rule->weekday, piece, 0);
    int days = value_of(&rule->days, piece, 0) + 7 * value_of(&rule->weeks, piece, 0);
    int day = value_of(&rule->day, piece, 0);

    if (rule->nth.is_set)
        return next_nth(today, weekday, value_of(&rule->nth, piece, 1),
                        value_of(&rule->months, piece, 0), value_of(&rule->month, piece, 0));
    if (rule->week.is_set) {
        int to_monday = 1 - base_date_weekday(today);

        return base_date_add_days(today, to_monday + 7 * rule->week.constant +
                                             (weekday ? weekday - 1 : 0));
    }
    if (rule->today_or.is_set)
        return next_weekday(today, value_of(&rule->today_or, piece, 1), true);
    if (rule->weekday.is_set)
        return base_date_add_days(next_weekday(today, weekday, false), days);
    if (rule->months.is_set)
        return add_months(today, value_of(&rule->months, piece, 1), day);
    if (rule->day.is_set && !rule->month.is_set && weekday_said(piece))
        return next_numbered_weekday(today, day, weekday_said(piece));
    if (rule->day.is_set)
        return next_calendar_day(today, day, value_of(&rule->month, piece, 0));
    return base_date_add_days(today, days);
}

static int by_part(int hour, enum intents_part part, int afternoon_until)
{
    if (hour < 1 || hour > 11 || part == INTENTS_MORNING)
        return hour;
    if (part == INTENTS_AFTERNOON || part == INTENTS_EVENING)
        return hour + 12;
    if (part == INTENTS_NOON)
        return hour <= 3 ? hour + 12 : hour;
    return hour <= afternoon_until ? hour + 12 : hour;
}

void intents_when_resolve_time(const struct intents_when_data *data,
                               const struct intents_when_piece *piece, struct base_datetime now,
                               struct intents_when *when)
{
    const struct intents_when_rule *rule = piece->rule;
    int hour = value_of(&rule->hour, piece, 0), minute = value_of(&rule->minute, piece, 0);
    int from_now = value_of(&rule->in_minutes, piece, 0) + 60 * value_of(&rule->in_hours, piece, 0);
    int minutes;

    if (from_now > 0) {
        minutes = now.time.hour * 60 + now.time.minute + from_now;
        when->date = base_date_add_days(now.date, minutes / (24 * 60));
    } else {
        minutes = by_part(hour % 24, when->part, data->afternoon_until) * 60 + minute;
        minutes = (minutes - value_of(&rule->to, piece, 0) + 24 * 60) % (24 * 60);
    }
    when->time = (struct base_time){minutes / 60 % 24, minutes % 60};
    when->part = INTENTS_NO_PART;
}
