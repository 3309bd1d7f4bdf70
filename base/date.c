/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/date.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

bool base_date_is_set(struct base_date date)
{
    return date.year != 0;
}

bool base_time_is_set(struct base_time time)
{
    return time.hour >= 0;
}

int64_t base_date_to_days(struct base_date date)
{
    int64_t y = date.year - (date.month <= 2);
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (date.month + (date.month > 2 ? -3 : 9)) + 2) / 5 + date.day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

    return era * 146097 + day_of_era - 719468;
}

struct base_date base_date_from_days(int64_t days)
{
    int64_t z = days + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;
    struct base_date date;

    date.day = (int)(doy - (153 * mp + 2) / 5 + 1);
    date.month = (int)(mp < 10 ? mp + 3 : mp - 9);
    date.year = (int)(yoe + era * 400 + (date.month <= 2));
    return date;
}

struct base_date base_date_add_days(struct base_date date, int n_days)
{
    return base_date_from_days(base_date_to_days(date) + n_days);
}

int base_date_weekday(struct base_date date)
{
    int64_t days = base_date_to_days(date);

    return (int)(((days + 3) % 7 + 7) % 7) + 1;
}

bool base_date_is_valid(int year, int month, int day)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1)
        return false;
    return day <= lengths[month - 1] + (month == 2 && leap);
}

int base_date_compare(struct base_date a, struct base_date b)
{
    int64_t difference = base_date_to_days(a) - base_date_to_days(b);

    return (difference > 0) - (difference < 0);
}

void base_date_format(struct base_date date, char ret_text[16])
{
    ret_text[0] = '\0';
    if (base_date_is_set(date))
        snprintf(ret_text, 16, "%04d-%02d-%02d", date.year % 10000, date.month % 100,
                 date.day % 100);
}

static int minutes(struct base_time time)
{
    return time.hour * 60 + time.minute;
}

bool base_time_is_within(struct base_time time, struct base_time from, struct base_time to)
{
    int at = minutes(time), first = minutes(from), end = minutes(to);

    return first <= end ? at >= first && at < end : at >= first || at < end;
}

void base_time_format(struct base_time time, char ret_text[8])
{
    ret_text[0] = '\0';
    if (base_time_is_set(time))
        snprintf(ret_text, 8, "%02d:%02d", time.hour % 100, time.minute % 100);
}

int base_date_parse(const char *text, struct base_date *ret_date)
{
    int year, month, day, n = 0;

    if (sscanf(text, "%4d-%2d-%2d%n", &year, &month, &day, &n) != 3 || n != 10 || text[n] != '\0')
        return -EINVAL;
    if (!base_date_is_valid(year, month, day))
        return -EINVAL;
    *ret_date = (struct base_date){year, month, day};
    return 0;
}

int base_time_parse(const char *text, struct base_time *ret_time)
{
    int hour, minute, n = 0;

    if (sscanf(text, "%2d:%2d%n", &hour, &minute, &n) != 2 || n != 5 || text[n] != '\0')
        return -EINVAL;
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59)
        return -EINVAL;
    *ret_time = (struct base_time){hour, minute};
    return 0;
}

int base_datetime_parse(const char *text, struct base_datetime *ret_datetime)
{
    struct base_datetime value = {BASE_NO_DATE, {0, 0}};
    char date[11] = "", time[6] = "";
    size_t length = strlen(text);

    if (length < 10 || (length > 10 && length < 16))
        return -EINVAL;
    memcpy(date, text, 10);
    if (base_date_parse(date, &value.date) < 0)
        return -EINVAL;
    if (length > 10) {
        if (text[10] != 'T' && text[10] != ' ')
            return -EINVAL;
        memcpy(time, text + 11, 5);
        if (base_time_parse(time, &value.time) < 0)
            return -EINVAL;
        if (text[16] != '\0' && !strchr(":Z+-", text[16]))
            return -EINVAL;
    }
    *ret_datetime = value;
    return 0;
}

struct base_datetime base_datetime_local(int64_t wall_ms)
{
    time_t seconds = (time_t)(wall_ms / 1000 - (wall_ms % 1000 < 0));
    struct tm tm = {0};

    localtime_r(&seconds, &tm);
    return (struct base_datetime){{tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday},
                                  {tm.tm_hour, tm.tm_min}};
}

int64_t base_datetime_to_wall_ms(struct base_datetime local)
{
    struct tm tm = {.tm_year = local.date.year - 1900,
                    .tm_mon = local.date.month - 1,
                    .tm_mday = local.date.day,
                    .tm_hour = local.time.hour < 0 ? 0 : local.time.hour,
                    .tm_min = local.time.minute,
                    .tm_isdst = -1};

    return (int64_t)mktime(&tm) * 1000;
}
