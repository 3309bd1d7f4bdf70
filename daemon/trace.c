/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/trace.h"

#include "base/strbuf.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

struct trace {
    FILE *file; /* NULL: nothing is written */
    const struct base_clock *clock;
};

int trace_create(const char *path, const struct base_clock *clock, struct trace **ret_trace)
{
    struct trace *trace = calloc(1, sizeof(*trace));

    if (!trace)
        return -ENOMEM;
    trace->clock = clock;
    if (path && !(trace->file = fopen(path, "ae"))) {
        int r = -errno;

        free(trace);
        return r;
    }
    *ret_trace = trace;
    return 0;
}

void trace_destroy(struct trace *trace)
{
    if (!trace)
        return;
    if (trace->file)
        fclose(trace->file);
    free(trace);
}

static void write_event(struct trace *trace, const char *event, const char *members)
{
    if (!trace->file)
        return;
    fprintf(trace->file, "{\"t\":%.3f,\"event\":\"%s\"%s}\n",
            (double)trace->clock->monotonic_ms(trace->clock) / 1000.0, event, members);
    fflush(trace->file);
}

void trace_ready(struct trace *trace)
{
    write_event(trace, "ready", "");
}

void trace_spoken(struct trace *trace, const char *text)
{
    struct base_strbuf members;

    base_strbuf_init(&members);
    base_strbuf_add(&members, ",\"text\":");
    base_strbuf_add_json(&members, text);
    write_event(trace, "spoken", base_strbuf_text(&members));
    base_strbuf_finish(&members);
}

/* A member of the event, left out when it says nothing. */
static void add_said(struct base_strbuf *members, const char *key, const char *value)
{
    if (!value || !*value)
        return;
    base_strbuf_addf(members, ",\"%s\":", key);
    base_strbuf_add_json(members, value);
}

static void add_details(struct base_strbuf *members, const struct intents_result *meaning)
{
    char date[16], time[8];

    base_date_format(meaning->date, date);
    base_time_format(meaning->time, time);
    add_said(members, "date", date);
    add_said(members, "part", intents_part_name(meaning->part));
    add_said(members, "time", time);
    for (size_t i = 0; i < meaning->n_items; i++) {
        base_strbuf_add(members, i == 0 ? ",\"items\":[" : ",");
        base_strbuf_add_json(members, meaning->items[i]);
    }
    if (meaning->n_items > 0)
        base_strbuf_add(members, "]");
}

void trace_heard(struct trace *trace, const struct utterance *utterance)
{
    struct base_strbuf members;

    base_strbuf_init(&members);
    base_strbuf_add(&members, ",\"text\":");
    base_strbuf_add_json(&members, utterance->text);
    base_strbuf_addf(&members, ",\"act\":\"%s\",\"service\":\"%s\"",
                     intents_act_name(utterance->meaning.act), utterance->meaning.service);
    add_details(&members, &utterance->meaning);
    base_strbuf_addf(&members, ",\"confidence\":%.3f", utterance->confidence);
    write_event(trace, "heard", base_strbuf_text(&members));
    base_strbuf_finish(&members);
}
