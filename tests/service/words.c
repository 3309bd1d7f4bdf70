/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/service/words.h"

#include "base/date.h"
#include "tests/service/html.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define NBSP "&#160;" /* before a unit: a number is never parted from it */

static const char *const days[] = {"lundi",    "mardi",  "mercredi", "jeudi",
                                   "vendredi", "samedi", "dimanche"};
static const char *const months[] = {"janvier",   "février", "mars",     "avril",
                                     "mai",       "juin",    "juillet",  "août",
                                     "septembre", "octobre", "novembre", "décembre"};

static const char *text(const json_t *json, const char *key)
{
    const char *value = json_string_value(json_object_get(json, key));

    return value ? value : "";
}

void words_service(struct base_strbuf *out, const struct config_catalogue *catalogue,
                   const char *service, bool within)
{
    const struct config_service *found =
        catalogue && *service ? config_catalogue_find(catalogue, service) : NULL;
    char name[128];

    snprintf(name, sizeof(name), "%s",
             found      ? found->name
             : *service ? service
                        : "rappeler la personne");
    if (!within)
        name[0] = (char)toupper((unsigned char)name[0]);
    html_text(out, name);
}

static void add_date(struct base_strbuf *out, struct base_date date)
{
    base_strbuf_addf(out, "%s %d%s" NBSP "%s", days[base_date_weekday(date) - 1], date.day,
                     date.day == 1 ? "er" : "", months[date.month - 1]);
}

static void add_clock(struct base_strbuf *out, int hour, int minute)
{
    base_strbuf_addf(out, "%d" NBSP "h", hour);
    if (minute)
        base_strbuf_addf(out, NBSP "%02d", minute);
}

void words_when(struct base_strbuf *out, const json_t *when)
{
    static const char *const parts[][2] = {{"morning", "le matin"},
                                           {"noon", "à midi"},
                                           {"afternoon", "l’après-midi"},
                                           {"evening", "le soir"}};
    struct base_date date;
    struct base_time time;
    bool has_date = base_date_parse(text(when, "date"), &date) == 0;

    if (has_date)
        add_date(out, date);
    if (base_time_parse(text(when, "time"), &time) == 0) {
        base_strbuf_add(out, has_date ? " à " : "à ");
        add_clock(out, time.hour, time.minute);
        return;
    }
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        if (strcmp(text(when, "part"), parts[i][0]) == 0) {
            base_strbuf_addf(out, "%s%s", has_date ? ", " : "", parts[i][1]);
            return;
        }
    }
    if (!has_date)
        base_strbuf_add(out, "sans date");
}

static struct tm local(int64_t at_ms)
{
    time_t at = (time_t)(at_ms / 1000);
    struct tm tm;

    localtime_r(&at, &tm);
    return tm;
}

void words_day(struct base_strbuf *out, int64_t at_ms)
{
    struct tm tm = local(at_ms);

    add_date(out, (struct base_date){tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday});
}

int64_t words_day_start_ms(int64_t now_ms)
{
    struct tm tm = local(now_ms);

    tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
    tm.tm_isdst = -1;
    return (int64_t)mktime(&tm) * 1000;
}

void words_at(struct base_strbuf *out, const char *iso, int64_t now_ms)
{
    struct tm utc = {0}, tm;
    int64_t at_ms;

    if (!iso || !strptime(iso, "%Y-%m-%dT%H:%M:%S", &utc)) {
        base_strbuf_add(out, "jamais");
        return;
    }
    at_ms = (int64_t)timegm(&utc) * 1000;
    tm = local(at_ms);
    if (words_day_start_ms(at_ms) != words_day_start_ms(now_ms)) {
        words_day(out, at_ms);
        base_strbuf_add(out, " ");
    }
    base_strbuf_add(out, "à ");
    add_clock(out, tm.tm_hour, tm.tm_min);
}

void words_clock(struct base_strbuf *out, int64_t at_ms)
{
    struct tm tm = local(at_ms);

    add_clock(out, tm.tm_hour, tm.tm_min);
}

void words_span(struct base_strbuf *out, int64_t span_ms)
{
    static const struct {
        int64_t ms;
        const char *one, *many;
    } units[] = {
        {86400000, "jour", "jours"}, {3600000, "heure", "heures"}, {60000, "minute", "minutes"}};

    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        int64_t n = span_ms / units[i].ms;

        if (n > 0) {
            base_strbuf_addf(out, "%lld" NBSP "%s", (long long)n,
                             n > 1 ? units[i].many : units[i].one);
            return;
        }
    }
    base_strbuf_add(out, "moins d’une minute");
}

void words_km(struct base_strbuf *out, double km)
{
    if (km < 1)
        base_strbuf_addf(out, "à %.0f" NBSP "m", km * 1000);
    else if (km < 10)
        base_strbuf_addf(out, "à %d,%d" NBSP "km", (int)(km * 10) / 10, (int)(km * 10) % 10);
    else
        base_strbuf_addf(out, "à %.0f" NBSP "km", km);
}
