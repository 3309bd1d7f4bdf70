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

void trace_heard(struct trace *trace, const struct utterance *utterance)
{
    struct base_strbuf members;

    base_strbuf_init(&members);
    base_strbuf_add(&members, ",\"text\":");
    base_strbuf_add_json(&members, utterance->text);
    base_strbuf_addf(&members, ",\"act\":\"%s\",\"service\":\"%s\",\"confidence\":%.3f",
                     intents_act_name(utterance->meaning.act), utterance->meaning.service,
                     utterance->confidence);
    write_event(trace, "heard", base_strbuf_text(&members));
    base_strbuf_finish(&members);
}
