/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tts/prompt_template.h"

#include "base/utf8.h"
#include "tts/voice.h"

#include <string.h>

#define ARG_MAX_CHARS 120
#define NAME_SIZE     32

/* A mark "{name/form}", "{name#one|many}" or "{name~he|she}" taken apart. */
struct mark {
    char name[NAME_SIZE];
    char kind;         /* '/', '#', '~', 0 */
    const char *first; /* after the kind's sign */
    size_t n_first;
    const char *second; /* after "|" */
    size_t n_second;
};

/* `p` is behind "{". Returns: the place behind "}", or NULL. */
static const char *read_mark(const char *p, struct mark *ret_mark)
{
    const char *end = strchr(p, '}'), *bar;
    size_t n = strcspn(p, "/#~}");

    if (!end || n == 0 || n >= NAME_SIZE || p + n > end)
        return NULL;
    *ret_mark = (struct mark){.kind = p[n] == '}' ? '\0' : p[n]};
    memcpy(ret_mark->name, p, n);
    if (ret_mark->kind) {
        ret_mark->first = p + n + 1;
        bar = memchr(ret_mark->first, '|', (size_t)(end - ret_mark->first));
        ret_mark->n_first = (size_t)((bar ? bar : end) - ret_mark->first);
        ret_mark->second = bar ? bar + 1 : end;
        ret_mark->n_second = (size_t)(end - ret_mark->second);
    }
    return end + 1;
}

bool tts_template_is_well_formed(const char *p)
{
    struct mark mark;
    bool inside = false;

    while (*p) {
        if (*p == '[' || *p == ']') {
            if (inside == (*p == '['))
                return false;
            inside = !inside;
        } else if (*p == '}') {
            return false;
        } else if (*p == '{') {
            p = read_mark(p + 1, &mark);
            if (!p)
                return false;
            continue;
        }
        p++;
    }
    return !inside;
}

static bool has_form(const struct mark *mark, const char *form)
{
    return mark->kind == '/' && strlen(form) == mark->n_first &&
           strncmp(mark->first, form, mark->n_first) == 0;
}

/* What a voice would refuse is left out of an argument; what is left may be nothing. */
static void clean(const char *text, struct base_strbuf *out)
{
    size_t n = 0;
    uint32_t c;

    while (text && (c = base_utf8_next(&text)) != 0 && n < ARG_MAX_CHARS) {
        char bytes[4], one[6] = "a";
        size_t length = base_utf8_put(c, bytes);

        memcpy(one + 1, bytes, length);
        one[1 + length] = '\0';
        if (!tts_text_is_safe(one))
            continue;
        base_strbuf_add_n(out, bytes, length);
        n++;
    }
    if (!tts_text_is_safe(base_strbuf_text(out)))
        base_strbuf_clear(out);
}

static int append_text(const struct tts_template_job *job, const char *text,
                       struct base_strbuf *out)
{
    struct base_strbuf cleaned;
    int r = TTS_ARGUMENT_MISSING;

    base_strbuf_init(&cleaned);
    clean(text, &cleaned);
    if (*base_strbuf_text(&cleaned)) {
        tts_spelling_append(job->language->spelling, base_strbuf_text(&cleaned), out);
        r = 0;
    }
    base_strbuf_finish(&cleaned);
    return r;
}

static int append_gendered(const struct tts_template_job *job, const struct mark *mark,
                           const struct tts_arg *arg, struct base_strbuf *out)
{
    bool feminine = arg->type == TTS_ARG_TEXT && arg->text &&
                    tts_spelling_is_feminine(job->language->spelling, arg->text);

    base_strbuf_add_n(out, feminine ? mark->second : mark->first,
                      feminine ? mark->n_second : mark->n_first);
    return 0;
}

static int append_number(const struct tts_template_job *job, const struct mark *mark, int number,
                         struct base_strbuf *out)
{
    const struct tts_numbers *numbers = job->language->numbers;
    const char *p = mark->second, *end = mark->second + mark->n_second;

    if (mark->kind != '#') {
        tts_numbers_cardinal(numbers, number, has_form(mark, "f"), out);
        return 0;
    }
    if (!tts_numbers_is_plural(numbers, number)) {
        base_strbuf_add_n(out, mark->first, mark->n_first);
        return 0;
    }
    while (p < end) {
        bool feminine = p[0] == '#' && p + 1 < end && p[1] == '#';

        if (*p == '#')
            tts_numbers_cardinal(numbers, number, feminine, out);
        else
            base_strbuf_add_n(out, p, 1);
        p += feminine ? 2 : 1;
    }
    return 0;
}

static void append_more(const struct tts_template_job *job, size_t n, struct base_strbuf *out)
{
    const char *wording = json_string_value(json_object_get(job->language->rules, "more"));
    struct tts_args args = {0};
    struct tts_template_job inner = {job->language, &args, job->now, 0};

    tts_args_number(&args, "n", (int)n);
    if (wording)
        (void)tts_template_render(&inner, wording, out); /* all it needs is given */
}

static bool knows_all(const struct tts_template_job *job, const struct tts_arg *arg)
{
    for (size_t i = 0; i < arg->n_list; i++) {
        if (!tts_spelling_knows_item(job->language->spelling, arg->list[i]))
            return false;
    }
    return true;
}

/* Articles only when every entry can have one: "du pain et du lait", but "pain, lait, chou
 * chinois".
 */
static int append_list(const struct tts_template_job *job, const struct mark *mark,
                       const struct tts_arg *arg, struct base_strbuf *out)
{
    size_t n = arg->n_list > job->max_entries ? job->max_entries : arg->n_list;
    size_t n_parts = n + (n < arg->n_list), n_done = 0;
    char form[NAME_SIZE] = "and";
    const json_t *join;

    if (mark->kind == '/' && mark->n_first < NAME_SIZE)
        snprintf(form, sizeof(form), "%.*s", (int)mark->n_first, mark->first);
    join = json_object_get(json_object_get(job->language->rules, "join"), form);
    bool articles = json_is_true(json_object_get(join, "articles")) && knows_all(job, arg);

    for (size_t i = 0; i < n_parts; i++) {
        const char *between =
            json_string_value(json_object_get(join, i + 1 == n_parts ? "last" : "between"));
        struct base_strbuf entry;

        base_strbuf_init(&entry);
        if (i < n)
            clean(arg->list[i], &entry);
        if (i == n || *base_strbuf_text(&entry)) {
            base_strbuf_add(out, n_done++ && between ? between : "");
            if (i == n)
                append_more(job, arg->n_list - n, out);
            else if (articles)
                tts_spelling_add_item(job->language->spelling, base_strbuf_text(&entry), out);
            else
                tts_spelling_append(job->language->spelling, base_strbuf_text(&entry), out);
        }
        base_strbuf_finish(&entry);
    }
    return n_done ? 0 : TTS_ARGUMENT_MISSING;
}

static int append_when(const struct tts_template_job *job, const struct mark *mark,
                       struct tts_when when, struct base_strbuf *out)
{
    const struct tts_numbers *numbers = job->language->numbers;
    struct base_strbuf words;
    int r;

    if (has_form(mark, "day")) {
        when.part = "";
        when.time = BASE_NO_TIME;
    }
    if (has_form(mark, "clock"))
        when.date = BASE_NO_DATE;
    base_strbuf_init(&words);
    if (has_form(mark, "clock") && base_time_is_set(when.time))
        tts_numbers_clock(numbers, when.time, &words);
    else if (has_form(mark, "dated") && base_date_is_set(when.date))
        tts_numbers_dated(numbers, when.date, &words);
    else if (has_form(mark, "moment"))
        tts_numbers_moment(numbers, &when, job->now.date, &words);
    else if (!has_form(mark, "clock"))
        tts_numbers_when(numbers, &when, job->now.date, has_form(mark, "full"), &words);
    r = append_text(job, base_strbuf_text(&words), out);
    base_strbuf_finish(&words);
    return r;
}

/* What stands for an argument that was not given: itself a wording, which must not name another
 * argument that has a default. */
static int append_default(const struct tts_template_job *job, const char *name,
                          struct base_strbuf *out)
{
    const json_t *defaults = json_object_get(job->language->rules, "defaults");
    const char *wording = json_string_value(json_object_get(defaults, name));
    struct tts_language without = *job->language;
    struct tts_template_job inner = *job;

    without.rules = NULL;
    inner.language = &without;
    return wording ? tts_template_render(&inner, wording, out) : TTS_ARGUMENT_MISSING;
}

static int append_mark(const struct tts_template_job *job, const struct mark *mark,
                       struct base_strbuf *out)
{
    const struct tts_arg *arg = NULL;

    for (size_t i = 0; i < job->args->n; i++) {
        if (strcmp(job->args->args[i].name, mark->name) == 0)
            arg = &job->args->args[i];
    }
    if (!arg || (arg->type == TTS_ARG_TEXT && (!arg->text || !*arg->text)))
        return append_default(job, mark->name, out);
    if (mark->kind == '~')
        return append_gendered(job, mark, arg, out);
    switch (arg->type) {
    case TTS_ARG_NUMBER:
        return append_number(job, mark, arg->number, out);
    case TTS_ARG_LIST:
        return append_list(job, mark, arg, out);
    case TTS_ARG_WHEN:
        return append_when(job, mark, arg->when, out);
    case TTS_ARG_TEXT:
    default:
        return append_text(job, arg->text, out);
    }
}

static int render_span(const struct tts_template_job *job, const char *p, const char *end,
                       struct base_strbuf *out);

/* Tries a group aside first: appending may change the word before it, which could not be undone. */
static bool is_complete(const struct tts_template_job *job, const char *p, const char *end)
{
    struct base_strbuf aside;
    int r;

    base_strbuf_init(&aside);
    r = render_span(job, p, end, &aside);
    base_strbuf_finish(&aside);
    return r == 0;
}

/* Up to `end`. Returns: 0 or TTS_ARGUMENT_MISSING, then with half of it appended. */
static int render_span(const struct tts_template_job *job, const char *p, const char *end,
                       struct base_strbuf *out)
{
    while (p < end) {
        size_t n = strcspn(p, "[]{");
        struct mark mark;
        const char *close;

        n = p + n > end ? (size_t)(end - p) : n;
        base_strbuf_add_n(out, p, n);
        p += n;
        if (p >= end)
            break;
        if (*p == '{') {
            p = read_mark(p + 1, &mark);
            if (!p || append_mark(job, &mark, out) != 0)
                return TTS_ARGUMENT_MISSING;
            continue;
        }
        close = *p == '[' ? strchr(p, ']') : NULL;
        if (close && is_complete(job, p + 1, close))
            (void)render_span(job, p + 1, close, out); /* just tried */
        p = close ? close + 1 : p + 1;
    }
    return 0;
}

int tts_template_render(const struct tts_template_job *job, const char *wording,
                        struct base_strbuf *out)
{
    return render_span(job, wording, wording + strlen(wording), out);
}
