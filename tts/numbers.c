/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tts/numbers.h"

#include "base/error.h"
#include "base/log.h"
#include "tts/json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A weekday alone names no day farther away than this. */
#define WEEKDAY_REACH 6
/* From here on the year is said too. */
#define YEAR_REACH 300

struct tts_numbers {
    json_t *root;
};

static const char *text_at(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text ? text : "";
}

static const char *text_in(const json_t *root, const char *group, const char *key)
{
    return text_at(json_object_get(root, group), key);
}

static const char *entry(const json_t *root, const char *list, int i)
{
    const char *text = json_string_value(json_array_get(json_object_get(root, list), (size_t)i));

    return text ? text : "";
}

/* A few arrays must be whole, so that no hour or day is ever silent. */
static int check(const json_t *root, const char *language)
{
    const json_t *clock = json_object_get(root, "clock");

    if (json_array_size(json_object_get(root, "below_hundred")) == 100 &&
        json_array_size(json_object_get(root, "days")) == 7 &&
        json_array_size(json_object_get(root, "months")) == 12 &&
        json_array_size(json_object_get(clock, "hour")) == 24 &&
        json_is_object(json_object_get(root, "date")) &&
        json_is_object(json_object_get(root, "parts")))
        return 0;
    log_error("language-bad",
              "tts/%s/numbers.json lacks numbers, days, months, hours, date or parts", language);
    return -EINVAL;
}

int tts_numbers_load(const char *language, struct tts_numbers **ret_numbers)
{
    struct tts_numbers *numbers = calloc(1, sizeof(*numbers));
    int r = numbers ? tts_json_load("tts", language, "numbers.json", &numbers->root) : -ENOMEM;

    if (r == 0)
        r = check(numbers->root, language);
    if (r < 0) {
        tts_numbers_destroy(numbers);
        return base_trace(r);
    }
    *ret_numbers = numbers;
    return 0;
}

void tts_numbers_destroy(struct tts_numbers *numbers)
{
    if (!numbers)
        return;
    json_decref(numbers->root);
    free(numbers);
}

static void add_masculine(const struct tts_numbers *numbers, int n, struct base_strbuf *out)
{
    bool thousands = n >= 1000;
    int unit = thousands ? 1000 : 100, count = n / unit, rest = n % unit;
    struct base_strbuf count_words, rest_words;
    const char *form = count == 1 ? (rest ? "one_more" : "one") : (rest ? "many_more" : "many");

    if (n < 100) {
        base_strbuf_add(out, entry(numbers->root, "below_hundred", n));
        return;
    }
    base_strbuf_init(&count_words);
    base_strbuf_init(&rest_words);
    add_masculine(numbers, count, &count_words);
    if (rest)
        add_masculine(numbers, rest, &rest_words);
    const struct tts_mark marks[] = {{"n", base_strbuf_text(&count_words)},
                                     {"rest", base_strbuf_text(&rest_words)}};

    tts_json_fill(text_in(numbers->root, thousands ? "thousands" : "hundreds", form), marks, 2,
                  out);
    base_strbuf_finish(&count_words);
    base_strbuf_finish(&rest_words);
}

/* Puts the feminine in place of a last word that has one: "vingt et un" -> "vingt et une". */
static void add_feminine(const struct tts_numbers *numbers, const char *words,
                         struct base_strbuf *out)
{
    const json_t *table = json_object_get(numbers->root, "feminine");
    const char *last = words, *feminine;

    for (const char *p = words; *p; p++) {
        if (*p == ' ' || *p == '-')
            last = p + 1;
    }
    feminine = json_string_value(json_object_get(table, last));
    base_strbuf_add_n(out, words, (size_t)(last - words));
    base_strbuf_add(out, feminine ? feminine : last);
}

void tts_numbers_cardinal(const struct tts_numbers *numbers, int n, bool feminine,
                          struct base_strbuf *out)
{
    struct base_strbuf words;

    if (n < 0 || n > 9999) {
        base_strbuf_addf(out, "%d", n);
        return;
    }
    base_strbuf_init(&words);
    add_masculine(numbers, n, &words);
    if (feminine)
        add_feminine(numbers, base_strbuf_text(&words), out);
    else
        base_strbuf_add(out, base_strbuf_text(&words));
    base_strbuf_finish(&words);
}

bool tts_numbers_is_plural(const struct tts_numbers *numbers, int n)
{
    /* French counts zero as singular, English as plural. */
    bool zero_plural = json_is_true(json_object_get(numbers->root, "zero_is_plural"));

    return n >= 2 || (n == 0 && zero_plural);
}

static void add_day_of_month(const struct tts_numbers *numbers, int day, struct base_strbuf *out)
{
    const char *first = text_at(numbers->root, "first_of_month");

    if (json_object_get(numbers->root, "days_of_month"))
        base_strbuf_add(out, entry(numbers->root, "days_of_month", day - 1));
    else if (day == 1 && *first)
        base_strbuf_add(out, first);
    else
        tts_numbers_cardinal(numbers, day, false, out);
}

/* One of the templates of "date". */
static void add_date(const struct tts_numbers *numbers, const char *template, struct base_date date,
                     struct base_strbuf *out)
{
    struct base_strbuf day;

    base_strbuf_init(&day);
    add_day_of_month(numbers, date.day, &day);
    const struct tts_mark marks[] = {
        {"day", base_strbuf_text(&day)},
        {"month", entry(numbers->root, "months", date.month - 1)},
        {"weekday", entry(numbers->root, "days", base_date_weekday(date) - 1)}};

    tts_json_fill(template, marks, 3, out);
    base_strbuf_finish(&day);
}

/* The minute's own template, or NULL. */
static const char *clock_rule(const json_t *clock, struct base_time time)
{
    const json_t *rule;
    char minute[8];
    size_t i;

    snprintf(minute, sizeof(minute), "%d", time.minute);
    json_array_foreach(json_object_get(clock, "rules"), i, rule)
    {
        if (time.hour >= json_integer_value(json_object_get(rule, "from")) &&
            time.hour <= json_integer_value(json_object_get(rule, "to")))
            return json_string_value(json_object_get(rule, minute));
    }
    return NULL;
}

void tts_numbers_clock(const struct tts_numbers *numbers, struct base_time time,
                       struct base_strbuf *out)
{
    const json_t *clock = json_object_get(numbers->root, "clock");
    const char *template = clock_rule(clock, time);
    int next = (time.hour + 1) % 24;
    struct base_strbuf minute;

    base_strbuf_init(&minute);
    tts_numbers_cardinal(numbers, time.minute,
                         json_is_true(json_object_get(clock, "minute_feminine")), &minute);
    const struct tts_mark marks[] = {
        {"hour", entry(clock, "hour", time.hour)},     {"next", entry(clock, "hour", next)},
        {"short", entry(clock, "short", time.hour)},   {"next_short", entry(clock, "short", next)},
        {"suffix", entry(clock, "suffix", time.hour)}, {"minute", base_strbuf_text(&minute)}};

    if (!template)
        template = time.minute == 0 ? "{hour}" : text_at(clock, "other");
    tts_json_fill(template, marks, 6, out);
    base_strbuf_finish(&minute);
}

static void add_day(const struct tts_numbers *numbers, struct base_date date,
                    struct base_date today, bool full, struct base_strbuf *out)
{
    const json_t *words = json_object_get(numbers->root, "date");
    int64_t away = base_date_to_days(date) - base_date_to_days(today);
    const char *relative;
    char key[24];

    snprintf(key, sizeof(key), "%lld", (long long)away);
    relative = text_in(words, full ? "relative_full" : "relative", key);
    if (*relative) {
        add_date(numbers, relative, date, out);
    } else if (away > 0 && away <= WEEKDAY_REACH) {
        add_date(numbers, text_at(words, "weekday"), date, out);
    } else if (away < 0 && away >= -WEEKDAY_REACH) {
        add_date(numbers, text_at(words, "last_weekday"), date, out);
    } else {
        add_date(numbers, text_at(words, "weekday_date"), date, out);
        if (away > YEAR_REACH || away < -YEAR_REACH) {
            base_strbuf_add(out, " ");
            tts_numbers_cardinal(numbers, date.year, false, out);
        }
    }
}

void tts_numbers_dated(const struct tts_numbers *numbers, struct base_date date,
                       struct base_strbuf *out)
{
    add_date(numbers, text_in(numbers->root, "date", "weekday_date"), date, out);
}

/* Which form of a part of the day fits: "ce matin", "demain matin", "mardi sept juin dans ...". */
static const char *part_form(const struct tts_when *when, struct base_date today)
{
    int64_t away = base_date_to_days(when->date) - base_date_to_days(today);

    if (!base_date_is_set(when->date))
        return "alone";
    if (away == 0)
        return "today";
    return away >= -1 && away <= WEEKDAY_REACH ? "near" : "far";
}

static void add_part(const struct tts_numbers *numbers, const struct tts_when *when,
                     struct base_date today, struct base_strbuf *out)
{
    const json_t *part = json_object_get(json_object_get(numbers->root, "parts"), when->part);
    struct base_strbuf day;

    base_strbuf_init(&day);
    if (base_date_is_set(when->date))
        add_day(numbers, when->date, today, false, &day);
    const struct tts_mark marks[] = {{"date", base_strbuf_text(&day)}};

    tts_json_fill(text_at(part, part_form(when, today)), marks, 1, out);
    base_strbuf_finish(&day);
}

static void add_at(const struct tts_numbers *numbers, struct base_time time,
                   struct base_strbuf *out)
{
    struct base_strbuf clock;

    base_strbuf_init(&clock);
    tts_numbers_clock(numbers, time, &clock);
    const struct tts_mark marks[] = {{"clock", base_strbuf_text(&clock)}};

    tts_json_fill(text_at(numbers->root, "at"), marks, 1, out);
    base_strbuf_finish(&clock);
}

void tts_numbers_when(const struct tts_numbers *numbers, const struct tts_when *when,
                      struct base_date today, bool full, struct base_strbuf *out)
{
    bool has_date = base_date_is_set(when->date), has_time = base_time_is_set(when->time);

    if (!has_time && when->part && *when->part) {
        add_part(numbers, when, today, out);
        return;
    }
    if (has_date)
        add_day(numbers, when->date, today, full, out);
    if (has_date && has_time)
        base_strbuf_add(out, " ");
    if (has_time)
        add_at(numbers, when->time, out);
}

void tts_numbers_moment(const struct tts_numbers *numbers, const struct tts_when *when,
                        struct base_date today, struct base_strbuf *out)
{
    struct tts_when said = *when;

    if (base_date_is_set(when->date) && base_date_compare(when->date, today) == 0 &&
        base_time_is_set(when->time))
        said.date = BASE_NO_DATE;
    tts_numbers_when(numbers, &said, today, false, out);
}
