/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/utterance_json.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>

struct utterance_report utterance_report_of_text(const char *text, const struct intents_result *result)
{
    return (struct utterance_report){.start_s = -1,
                                     .end_s = -1,
                                     .text = text,
                                     .result = result,
                                     .confidence = result->confidence,
                                     .audio_s = -1,
                                     .cpu_s = -1};
}

static json_t *text_or_null(const char *text)
{
    return text && *text ? json_string(text) : json_null();
}

static json_t *number_or_null(double value)
{
    return value >= 0 ? json_real(round(value * 10000) / 10000) : json_null();
}

static json_t *items_or_null(const struct intents_result *result)
{
    json_t *items = result->n_items > 0 ? json_array() : json_null();

    for (size_t i = 0; i < result->n_items; i++)
        json_array_append_new(items, json_string(result->items[i]));
    return items;
}

static int add(json_t *object, const char *key, json_t *value)
{
    return json_object_set_new(object, key, value) < 0 ? -ENOMEM : 0;
}

static int fill(json_t *object, const struct utterance_report *report)
{
    const struct intents_result *result = report->result;
    char date[16], time[8];
    int r = 0;

    base_date_format(result->date, date);
    base_time_format(result->time, time);
    r |= add(object, "file", text_or_null(report->file));
    r |= add(object, "start_s", number_or_null(report->start_s));
    r |= add(object, "end_s", number_or_null(report->end_s));
    r |= add(object, "text", json_string(report->text));
    r |= add(object, "act", json_string(intents_act_name(result->act)));
    r |= add(object, "service", text_or_null(result->service));
    r |= add(object, "date", text_or_null(date));
    r |= add(object, "part", text_or_null(intents_part_name(result->part)));
    r |= add(object, "time", text_or_null(time));
    r |= add(object, "items", items_or_null(result));
    r |= add(object, "confidence", number_or_null(report->confidence));
    r |= add(object, "audio_s", number_or_null(report->audio_s));
    r |= add(object, "cpu_s", number_or_null(report->cpu_s));
    return r ? -ENOMEM : 0;
}

int utterance_json_print(FILE *f, const struct utterance_report *report)
{
    json_t *object = json_object();
    char *line;
    int r;

    if (!object)
        return -ENOMEM;
    r = fill(object, report);
    line = r == 0 ? json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(10)) : NULL;
    if (r == 0 && !line)
        r = -ENOMEM;
    if (r == 0 && (fputs(line, f) == EOF || fputc('\n', f) == EOF))
        r = -EIO;
    free(line);
    json_decref(object);
    return r;
}
