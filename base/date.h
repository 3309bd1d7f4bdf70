/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Civil dates of the proleptic Gregorian calendar, as plain values: no time zone, no wall clock.
 * Formulas: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms" (days_from_civil and
 * civil_from_days). Thread: any, for all functions here.
 */
#ifndef BASE_DATE_H
#define BASE_DATE_H

#include <stdbool.h>
#include <stdint.h>

struct base_date {
    int year;  /* 0: no date */
    int month; /* 1 to 12 */
    int day;   /* 1 to 31 */
};

struct base_time {
    int hour;   /* 0 to 23, -1: no time */
    int minute; /* 0 to 59 */
};

struct base_datetime {
    struct base_date date;
    struct base_time time;
};

#define BASE_NO_DATE ((struct base_date){0, 0, 0})
#define BASE_NO_TIME ((struct base_time){-1, 0})

bool base_date_is_set(struct base_date date);
bool base_time_is_set(struct base_time time);

/* Days since 1970-01-01 (negative before). */
int64_t base_date_to_days(struct base_date date);
struct base_date base_date_from_days(int64_t days);
struct base_date base_date_add_days(struct base_date date, int n_days);

/* Whether a time of day lies from one (included) to another (not); from 22:00 to 07:00 is the
 * night. Nothing lies from a time to the same. */
bool base_time_is_within(struct base_time time, struct base_time from, struct base_time to);

/* 1 Monday to 7 Sunday (ISO 8601). */
int base_date_weekday(struct base_date date);

/* Whether such a day exists. */
bool base_date_is_valid(int year, int month, int day);

/* Negative, 0, positive, like memcmp. */
int base_date_compare(struct base_date a, struct base_date b);

/* "2026-06-15" into 16 bytes, "" when not set. */
void base_date_format(struct base_date date, char ret_text[16]);
/* "09:30" into 8 bytes, "" when not set. */
void base_time_format(struct base_time time, char ret_text[8]);

/* Reads "2026-06-15". Returns: 0, or -EINVAL (also for a day that does not exist). */
int base_date_parse(const char *text, struct base_date *ret_date);
/* Reads "09:30". Returns: 0, or -EINVAL. */
int base_time_parse(const char *text, struct base_time *ret_time);

/*
 * Reads ISO 8601 "2026-06-15", "2026-06-15T09:30", "2026-06-15T09:30:00" with or without a
 * trailing "Z" or offset, which is ignored: the value is the local time of the resident. Without a
 * time: noon is not invented, the time is 00:00. Returns: 0, or -EINVAL.
 */
int base_datetime_parse(const char *text, struct base_datetime *ret_datetime);

/* The local time (TZ) at a moment of the wall clock, and back (the first of two moments when the
 * hour is doubled). */
struct base_datetime base_datetime_local(int64_t wall_ms);
int64_t base_datetime_to_wall_ms(struct base_datetime local);

#endif
