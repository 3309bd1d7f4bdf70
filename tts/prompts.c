/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tts/prompts.h"

#include "base/error.h"
#include "base/log.h"
#include "base/utf8.h"
#include "tts/prompt_template.h"
#include "tts/voice.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { SAMPLE_LISTS = 4, SAMPLES_MAX = 8 };

/* Every sentence has this line, with its key; some stand for a line of their own besides. */
#define SAY_CODE "say"

struct row {
    const char *key; /* all borrowed from the root */
    const json_t *prompt;
};

struct tts_prompts {
    json_t *root;
    const char *sample_lists[SAMPLE_LISTS][SAMPLES_MAX];
    struct row *rows;
    size_t n_rows;
    struct tts_language language;
};

static struct tts_arg *add(struct tts_args *args, const char *name, enum tts_arg_type type)
{
    struct tts_arg *arg;

    if (args->n == TTS_ARGS_MAX)
        return NULL;
    arg = &args->args[args->n++];
    *arg = (struct tts_arg){.name = name, .type = type};
    return arg;
}

void tts_args_text(struct tts_args *args, const char *name, const char *text)
{
    struct tts_arg *arg = add(args, name, TTS_ARG_TEXT);

    if (arg)
        arg->text = text;
}

void tts_args_number(struct tts_args *args, const char *name, int number)
{
    struct tts_arg *arg = add(args, name, TTS_ARG_NUMBER);

    if (arg)
        arg->number = number;
}

void tts_args_list(struct tts_args *args, const char *name, const char *const *list, size_t n)
{
    struct tts_arg *arg = add(args, name, TTS_ARG_LIST);

    if (arg) {
        arg->list = list;
        arg->n_list = n;
    }
}

void tts_args_when(struct tts_args *args, const char *name, const struct tts_when *when)
{
    struct tts_arg *arg = add(args, name, TTS_ARG_WHEN);

    if (arg)
        arg->when = *when;
}

/* Each prompt needs "when" and at least one wording whose brackets match. */
static int check_prompt(const char *language, const char *key, const json_t *prompt)
{
    const json_t *say = json_object_get(prompt, "say"), *wording;
    size_t i;

    if (!json_is_string(json_object_get(prompt, "when")) || json_array_size(say) == 0)
        goto bad;
    json_array_foreach(say, i, wording)
    {
        const char *text = json_string_value(wording);

        if (!text || !tts_template_is_well_formed(text))
            goto bad;
    }
    return 0;
bad:
    log_error("language-bad",
              "tts/%s/prompts.json: \"%s\" needs \"when\" and \"say\" with balanced "
              "brackets",
              language, key);
    return -EINVAL;
}

static int index_rows(struct tts_prompts *prompts, const char *language)
{
    json_t *list = json_object_get(prompts->root, "prompts"), *prompt;
    const char *key;
    int r = json_object_size(list) > 0 ? 0 : -EINVAL;

    prompts->rows = calloc(json_object_size(list) + 1, sizeof(prompts->rows[0]));
    if (!prompts->rows)
        return -ENOMEM;
    json_object_foreach(list, key, prompt)
    {
        if (r == 0)
            r = check_prompt(language, key, prompt);
        prompts->rows[prompts->n_rows++] = (struct row){key, prompt};
    }
    return r;
}

static void index_samples(struct tts_prompts *prompts)
{
    json_t *list;
    const json_t *entry;
    const char *name;
    size_t n = 0, i;

    json_object_foreach(json_object_get(prompts->root, "samples"), name, list)
    {
        if (!json_is_array(list) || n == SAMPLE_LISTS || json_array_size(list) > SAMPLES_MAX)
            continue;
        json_array_foreach(list, i, entry) prompts->sample_lists[n][i] = json_string_value(entry);
        n++;
    }
}

int tts_prompts_load(const char *language, struct tts_prompts **ret_prompts)
{
    struct tts_prompts *prompts = calloc(1, sizeof(*prompts));
    int r = prompts ? tts_json_load("tts", language, "prompts.json", &prompts->root) : -ENOMEM;

    if (r == 0)
        r = index_rows(prompts, language);
    if (r == 0)
        r = tts_numbers_load(language, &prompts->language.numbers);
    if (r == 0)
        r = tts_spelling_load(language, prompts->root, &prompts->language.spelling);
    if (r < 0) {
        tts_prompts_destroy(prompts);
        return base_trace(r);
    }
    prompts->language.rules = prompts->root;
    index_samples(prompts);
    *ret_prompts = prompts;
    return 0;
}

void tts_prompts_destroy(struct tts_prompts *prompts)
{
    if (!prompts)
        return;
    tts_spelling_destroy(prompts->language.spelling);
    tts_numbers_destroy(prompts->language.numbers);
    json_decref(prompts->root);
    free(prompts->rows);
    free(prompts);
}

static size_t find(const struct tts_prompts *prompts, const char *key)
{
    size_t i = 0;

    while (i < prompts->n_rows && strcmp(prompts->rows[i].key, key) != 0)
        i++;
    return i;
}

static size_t n_characters(const char *text)
{
    size_t n = 0;

    while (base_utf8_next(&text) != 0)
        n++;
    return n;
}

static size_t longest_list(const struct tts_args *args)
{
    size_t n = 0;

    for (size_t i = 0; i < args->n; i++)
        n = args->args[i].n_list > n ? args->args[i].n_list : n;
    return n;
}

/* Lists lose their last entries until the sentence is no longer than a voice takes. */
static int render(const struct tts_prompts *prompts, const char *wording,
                  const struct tts_args *args, struct base_datetime now, struct base_strbuf *out)
{
    size_t max_entries = longest_list(args);
    int r;

    do {
        struct tts_template_job job = {&prompts->language, args, now, max_entries};

        base_strbuf_clear(out);
        r = tts_template_render(&job, wording, out);
        tts_spelling_tidy(out);
        if (r == 0 && out->error)
            r = out->error;
        if (r != 0 || n_characters(base_strbuf_text(out)) <= TTS_TEXT_MAX)
            return r;
    } while (max_entries-- > 1);
    return -ENOBUFS;
}

int tts_prompts_render(const struct tts_prompts *prompts, const char *key, unsigned turn,
                       const struct tts_args *args, struct base_datetime now, char *ret_text,
                       size_t size)
{
    struct tts_args all = args ? *args : (struct tts_args){0};
    struct tts_when clock = {BASE_NO_DATE, "", now.time}, today = {now.date, "", BASE_NO_TIME};
    size_t i = find(prompts, key);
    struct base_strbuf out;
    const json_t *say;
    int r;

    if (i == prompts->n_rows)
        return TTS_PROMPT_UNKNOWN;
    say = json_object_get(prompts->rows[i].prompt, "say");
    tts_args_when(&all, "clock", &clock);
    tts_args_when(&all, "today", &today);
    base_strbuf_init(&out);
    r = render(prompts, json_string_value(json_array_get(say, turn % json_array_size(say))), &all,
               now, &out);
    if (r == 0 && (size_t)snprintf(ret_text, size, "%s", base_strbuf_text(&out)) >= size)
        r = -ENOBUFS;
    base_strbuf_finish(&out);
    return r < 0 ? base_trace(r) : r;
}

size_t tts_prompts_count(const struct tts_prompts *prompts)
{
    return prompts->n_rows;
}

const char *tts_prompts_key(const struct tts_prompts *prompts, size_t i)
{
    return prompts->rows[i].key;
}

/* When it is said, in English, for the reference. */
static const char *when_of(const struct tts_prompts *prompts, size_t i)
{
    return json_string_value(json_object_get(prompts->rows[i].prompt, "when"));
}

/* The stable code of the log line beside it, "" none. */
static const char *code_of(const struct tts_prompts *prompts, size_t i)
{
    const char *code = json_string_value(json_object_get(prompts->rows[i].prompt, "code"));

    return code ? code : "";
}

size_t tts_prompts_n_wordings(const struct tts_prompts *prompts, size_t i)
{
    return json_array_size(json_object_get(prompts->rows[i].prompt, "say"));
}

bool tts_prompts_has(const struct tts_prompts *prompts, const char *key)
{
    return find(prompts, key) < prompts->n_rows;
}

const char *tts_prompts_extra(const struct tts_prompts *prompts, const char *id, const char *field)
{
    const json_t *extra = json_object_get(json_object_get(prompts->root, "extra"), id);

    return json_string_value(json_object_get(extra, field));
}

static void add_samples(const struct tts_prompts *prompts, struct tts_args *args)
{
    json_t *samples = json_object_get(prompts->root, "samples"), *value;
    const char *name;
    size_t n_lists = 0;

    json_object_foreach(samples, name, value)
    {
        if (json_is_string(value))
            tts_args_text(args, name, json_string_value(value));
        else if (n_lists < SAMPLE_LISTS)
            tts_args_list(args, name, prompts->sample_lists[n_lists++], json_array_size(value));
    }
}

void tts_prompts_sample(const struct tts_prompts *prompts, struct tts_args *ret_args,
                        struct base_datetime *ret_now)
{
    static const struct tts_when when = {{2026, 6, 16}, "morning", {-1, 0}},
                                 asked = {{2026, 6, 15}, "", {8, 15}};

    *ret_now = (struct base_datetime){{2026, 6, 15}, {9, 30}};
    *ret_args = (struct tts_args){0};
    add_samples(prompts, ret_args);
    tts_args_when(ret_args, "when", &when);
    tts_args_when(ret_args, "asked", &asked);
    tts_args_number(ret_args, "n", 3);
}

/* The samples, then those of the row's own: the last of a name counts. */
static void sample_row(const struct tts_prompts *prompts, size_t i, struct tts_args *ret_args,
                       struct base_datetime *ret_now)
{
    json_t *own = json_object_get(prompts->rows[i].prompt, "sample"), *value;
    const char *name;

    tts_prompts_sample(prompts, ret_args, ret_now);
    json_object_foreach(own, name, value) tts_args_text(ret_args, name, json_string_value(value));
}

void tts_prompts_print_reference(const struct tts_prompts *prompts, FILE *file)
{
    char text[TTS_PROMPT_SIZE];
    struct base_datetime now;
    struct tts_args args;

    fputs("| key | what is said | when | log code |\n|---|---|---|---|\n", file);
    for (size_t i = 0; i < prompts->n_rows; i++) {
        const char *code = code_of(prompts, i);

        sample_row(prompts, i, &args, &now);
        fprintf(file, "| `%s` | ", prompts->rows[i].key);
        for (unsigned turn = 0; turn < tts_prompts_n_wordings(prompts, i); turn++) {
            if (tts_prompts_render(prompts, prompts->rows[i].key, turn, &args, now, text,
                                   sizeof(text)) != 0)
                snprintf(text, sizeof(text), "?");
            fprintf(file, "%s%s", turn ? "<br>*then:* " : "", text);
        }
        fprintf(file, " | %s | `%s` |\n", when_of(prompts, i), *code ? code : SAY_CODE);
    }
}
