/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/utterance_json.h"

#include "base/strbuf.h"
#include "base/utf8.h"

#include <errno.h>

struct utterance_report utterance_report_of_text(const char *text,
                                                 const struct intents_result *result)
{
    return (struct utterance_report){.start_s = -1,
                                     .end_s = -1,
                                     .text = text,
                                     .result = result,
                                     .confidence = result->confidence,
                                     .audio_s = -1,
                                     .cpu_s = -1};
}

static void add_key(struct base_strbuf *line, const char *key)
{
    base_strbuf_addf(line, "%s\"%s\":", line->length > 1 ? "," : "", key);
}

/* A JSON string; bytes that are no UTF-8 become U+FFFD. */
static void add_string(struct base_strbuf *line, const char *text)
{
    uint32_t c;

    base_strbuf_add(line, "\"");
    while ((c = base_utf8_next(&text)) != 0) {
        char bytes[4];

        if (c == '"' || c == '\\')
            base_strbuf_addf(line, "\\%c", (int)c);
        else if (c < 0x20)
            base_strbuf_addf(line, "\\u%04x", (unsigned)c);
        else
            base_strbuf_add_n(line, bytes, base_utf8_put(c, bytes));
    }
    base_strbuf_add(line, "\"");
}

static void add_text(struct base_strbuf *line, const char *key, const char *text)
{
    add_key(line, key);
    if (text && *text)
        add_string(line, text);
    else
        base_strbuf_add(line, "null");
}

static void add_number(struct base_strbuf *line, const char *key, double value)
{
    add_key(line, key);
    if (value >= 0)
        base_strbuf_addf(line, "%.4f", value);
    else
        base_strbuf_add(line, "null");
}

static void add_items(struct base_strbuf *line, const struct intents_result *result)
{
    add_key(line, "items");
    if (result->n_items == 0) {
        base_strbuf_add(line, "null");
        return;
    }
    for (size_t i = 0; i < result->n_items; i++) {
        base_strbuf_add(line, i > 0 ? "," : "[");
        add_string(line, result->items[i]);
    }
    base_strbuf_add(line, "]");
}

/* The other requests of the sentence. */
static void add_also(struct base_strbuf *line, const struct intents_result *result)
{
    char date[16], time[8];

    add_key(line, "also");
    if (result->n_also == 0) {
        base_strbuf_add(line, "null");
        return;
    }
    for (size_t i = 0; i < result->n_also; i++) {
        const struct intents_also *also = &result->also[i];

        base_date_format(also->date, date);
        base_time_format(also->time, time);
        base_strbuf_add(line, i > 0 ? ",{" : "[{");
        base_strbuf_addf(line, "\"service\":\"%s\"", also->service);
        add_text(line, "date", date);
        add_text(line, "part", intents_part_name(also->part));
        add_text(line, "time", time);
        base_strbuf_add(line, "}");
    }
    base_strbuf_add(line, "]");
}

static void add_flag(struct base_strbuf *line, const char *key, bool is_set)
{
    add_key(line, key);
    base_strbuf_add(line, is_set ? "true" : "false");
}

static void add_evidence(struct base_strbuf *line, const struct trust_evidence *evidence)
{
    base_strbuf_addf(line, "{\"act\":\"%s\",\"service\":\"%s\"", intents_act_name(evidence->act),
                     evidence->service);
    for (int i = 0; i < TRUST_N_EVIDENCE; i++)
        base_strbuf_addf(line, ",\"%s\":%.4f", trust_evidence_names[i], evidence->value[i]);
    base_strbuf_add(line, "}");
}

int utterance_json_print(FILE *f, const struct utterance_report *report)
{
    static const char *const behind[] = {"", "yes", "no"};
    const struct intents_result *result = report->result;
    struct base_strbuf line;
    char date[16], time[8];
    int r;

    base_strbuf_init(&line);
    base_date_format(result->date, date);
    base_time_format(result->time, time);
    base_strbuf_add(&line, "{");
    add_text(&line, "file", report->file);
    add_number(&line, "start_s", report->start_s);
    add_number(&line, "end_s", report->end_s);
    add_key(&line, "text");
    add_string(&line, report->text);
    add_text(&line, "act", intents_act_name(result->act));
    add_text(&line, "service", result->service);
    add_text(&line, "date", date);
    add_text(&line, "part", intents_part_name(result->part));
    add_text(&line, "time", time);
    add_items(&line, result);
    add_text(&line, "topic", result->topic);
    add_text(&line, "behind", behind[result->answer]);
    add_flag(&line, "besides", result->is_besides);
    add_flag(&line, "repeated", result->is_repeated);
    add_flag(&line, "off_weekday", result->is_off_weekday);
    add_flag(&line, "mixed", result->is_mixed);
    add_flag(&line, "misses_item", result->misses_item);
    add_also(&line, result);
    add_number(&line, "confidence", report->confidence);
    add_number(&line, "audio_s", report->audio_s);
    add_number(&line, "cpu_s", report->cpu_s);
    if (report->evidence) {
        add_key(&line, "evidence");
        add_evidence(&line, report->evidence);
    }
    if (report->answer_evidence) {
        add_text(&line, "answer_text", report->answer_text);
        add_key(&line, "answer");
        add_evidence(&line, report->answer_evidence);
    }
    base_strbuf_add(&line, "}\n");
    r = line.error;
    if (r == 0 && fputs(base_strbuf_text(&line), f) == EOF)
        r = -EIO;
    base_strbuf_finish(&line);
    return r;
}
