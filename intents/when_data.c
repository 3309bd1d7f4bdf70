/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "intents/when_data.h"

#include "base/log.h"
#include "intents/language_private.h"
#include "intents/match.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEMPLATE_BYTES INTENTS_TEMPLATE_BYTES

static const char *const cue_names[INTENTS_N_CUES] = {[INTENTS_CUE_CORRECTION] = "correction",
                                                      [INTENTS_CUE_NOT] = "not",
                                                      [INTENTS_CUE_OR] = "or",
                                                      [INTENTS_CUE_AND] = "and",
                                                      [INTENTS_CUE_RANGE] = "range",
                                                      [INTENTS_CUE_BECAUSE] = "because",
                                                      [INTENTS_CUE_ASK] = "ask",
                                                      [INTENTS_CUE_OTHER] = "other",
                                                      [INTENTS_CUE_PAST] = "past",
                                                      [INTENTS_CUE_CLOSER] = "closer",
                                                      [INTENTS_CUE_FILLER] = "filler",
                                                      [INTENTS_CUE_OPEN] = "open"};

static int complain(const char *what, const char *problem)
{
    log_error("language-bad", "when.json: %s: %s", what, problem);
    return -EINVAL;
}

/*
 * A template as the words of intents/words.h have it: hyphens opened, elided words apart, but
 * words of the list `whole` as they are.
 */
static int open_words(const char *text, const json_t *whole, char ret_text[TEMPLATE_BYTES])
{
    size_t n = 0;

    while (*text) {
        size_t n_whole = 0;

        for (size_t i = 0; i < json_array_size(whole); i++) {
            const char *word = json_string_value(json_array_get(whole, i));

            if (word && strncmp(text, word, strlen(word)) == 0)
                n_whole = strlen(word);
        }
        if (n + n_whole + 3 > TEMPLATE_BYTES)
            return -EINVAL;
        if (n_whole > 0) {
            memcpy(ret_text + n, text, n_whole);
            n += n_whole;
            text += n_whole;
            continue;
        }
        ret_text[n++] = *text == '-' ? ' ' : *text;
        if (*text == '\'')
            ret_text[n++] = ' ';
        text++;
    }
    ret_text[n] = '\0';
    return 0;
}

static int parse_opened(const json_t *root, const char *text, struct intents_node **ret_node)
{
    struct intents_template_error error;
    char opened[TEMPLATE_BYTES];
    int r = open_words(text, json_object_get(root, "whole"), opened);

    if (r < 0)
        return complain(text, "too long");
    r = intents_template_parse(opened, ret_node, &error);
    if (r == -EINVAL)
        log_error("language-bad", "when.json: \"%s\": column %d: %s", text, error.column,
                  error.message);
    return r;
}

/* A number, or the name of the slot whose number it is. */
static int read_value(const json_t *rule, const char *key, struct intents_when_value *ret_value)
{
    static const struct {
        const char *name;
        enum intents_builtin slot;
    } slots[] = {
        {"{number}", INTENTS_SLOT_NUMBER}, {"{hour}", INTENTS_SLOT_HOUR},
        {"{minute}", INTENTS_SLOT_MINUTE}, {"{day}", INTENTS_SLOT_DAY},
        {"{month}", INTENTS_SLOT_MONTH},   {"{weekday}", INTENTS_SLOT_WEEKDAY},
    };
    const json_t *value = json_object_get(rule, key);
    const char *text = json_string_value(value);

    *ret_value = (struct intents_when_value){.is_set = value != NULL};
    if (!value)
        return 0;
    if (json_is_integer(value)) {
        ret_value->constant = (int)json_integer_value(value);
        return 0;
    }
    for (size_t i = 0; text && i < sizeof(slots) / sizeof(slots[0]); i++) {
        if (strcmp(text, slots[i].name) == 0) {
            ret_value->from = slots[i].slot;
            return 0;
        }
    }
    return complain(key, "a number or a slot of numbers is wanted");
}

static int read_rule(const json_t *rule, struct intents_when_rule *ret_rule)
{
    static const char *const kinds[INTENTS_WHEN_N_KINDS] = {"date", "part", "time",
                                                            "past", "weak", "ignore"};
    const char *kind = json_string_value(json_object_get(rule, "kind"));
    const char *part = json_string_value(json_object_get(rule, "part"));
    const struct {
        const char *key;
        struct intents_when_value *value;
    } values[] = {
        {"days", &ret_rule->days},
        {"weeks", &ret_rule->weeks},
        {"months", &ret_rule->months},
        {"week", &ret_rule->week},
        {"weekday", &ret_rule->weekday},
        {"nth", &ret_rule->nth},
        {"today_or", &ret_rule->today_or},
        {"day", &ret_rule->day},
        {"month", &ret_rule->month},
        {"hour", &ret_rule->hour},
        {"minute", &ret_rule->minute},
        {"to", &ret_rule->to},
        {"in_minutes", &ret_rule->in_minutes},
        {"in_hours", &ret_rule->in_hours},
    };
    int k = 0;

    while (k < INTENTS_WHEN_N_KINDS && (!kind || strcmp(kind, kinds[k]) != 0))
        k++;
    if (k == INTENTS_WHEN_N_KINDS)
        return complain(kind ? kind : "a rule", "no kind of rule");
    ret_rule->kind = (enum intents_when_kind)k;
    ret_rule->is_last = json_is_true(json_object_get(rule, "last"));
    ret_rule->is_last_of_all = json_is_string(json_object_get(rule, "last"));
    ret_rule->is_repeated = json_is_true(json_object_get(rule, "repeated"));
    ret_rule->is_unseen = json_is_true(json_object_get(rule, "unseen"));
    if (part && intents_part_parse(part, &ret_rule->part) < 0)
        return complain(part, "no part of the day");
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        int r = read_value(rule, values[i].key, values[i].value);

        if (r < 0)
            return r;
    }
    return 0;
}

static struct intents_list *list_of_kind(const struct intents_when_data *data,
                                         enum intents_when_kind kind)
{
    return kind == INTENTS_WHEN_DATE   ? data->date
           : kind == INTENTS_WHEN_PART ? data->part
           : kind == INTENTS_WHEN_TIME ? data->time
                                       : NULL;
}

/* One rule for each way to say it, and the same words for the corpus. */
static int add_rule(struct intents_when_data *data, const json_t *json)
{
    const json_t *say = json_object_get(json, "say");
    const json_t *weight = json_object_get(json, "weight");
    double share = weight ? json_number_value(weight) : 1;
    struct intents_when_rule rule = {0}, *grown;
    int r = read_rule(json, &rule);

    if (r < 0)
        return r;
    if (json_array_size(say) == 0)
        return complain("a rule", "it says nothing");
    grown = reallocarray(data->rules, data->n_rules + json_array_size(say), sizeof(*grown));
    if (!grown)
        return -ENOMEM;
    data->rules = grown;
    for (size_t i = 0; r == 0 && i < json_array_size(say); i++) {
        const char *text = json_string_value(json_array_get(say, i));
        struct intents_list *list = list_of_kind(data, rule.kind);

        if (!text)
            return complain("a rule", "what it says is no string");
        rule.text = text;
        r = parse_opened(data->root, text, &rule.node);
        if (r == 0)
            data->rules[data->n_rules++] = rule;
        if (r == 0 && list && share > 0)
            r = intents_list_add(list, "when.json", text, INTENTS_NO_GENDER,
                                 share / (double)json_array_size(say));
    }
    return r;
}

static int add_cues(struct intents_when_data *data, enum intents_when_cue cue)
{
    const char *name = cue_names[cue];
    const json_t *array = json_object_get(json_object_get(data->root, "cues"), name);

    data->cues[cue] = calloc(json_array_size(array) + 1, sizeof(*data->cues[cue]));
    if (!data->cues[cue])
        return -ENOMEM;
    for (size_t i = 0; i < json_array_size(array); i++) {
        const char *text = json_string_value(json_array_get(array, i));
        int r = text ? parse_opened(data->root, text, &data->cues[cue][i])
                     : complain(name, "a cue is no string");

        if (r < 0)
            return r;
        data->n_cues[cue]++;
    }
    return 0;
}

const char *intents_when_data_cue_text(const struct intents_when_data *data,
                                       enum intents_when_cue cue, size_t i)
{
    const json_t *array = json_object_get(json_object_get(data->root, "cues"), cue_names[cue]);

    return json_string_value(json_array_get(array, i));
}

static int compare_numbers(const void *a, const void *b)
{
    return strcmp(((const struct intents_number *)a)->text,
                  ((const struct intents_number *)b)->text);
}

static int read_numbers(struct intents_when_data *data)
{
    json_t *numbers = json_object_get(data->root, "numbers"), *value;
    const char *text;

    data->numbers = calloc(json_object_size(numbers) + 1, sizeof(*data->numbers));
    if (!data->numbers)
        return -ENOMEM;
    json_object_foreach(numbers, text, value)
    {
        data->numbers[data->n_numbers++] =
            (struct intents_number){text, (int)json_integer_value(value)};
    }
    qsort(data->numbers, data->n_numbers, sizeof(*data->numbers), compare_numbers);
    return 0;
}

static int read_names(const struct intents_when_data *data, const char *key, const char **ret_names,
                      size_t n)
{
    const json_t *array = json_object_get(data->root, key);

    if (json_array_size(array) != n)
        return complain(key, "the wrong number of names");
    for (size_t i = 0; i < n; i++) {
        ret_names[i] = json_string_value(json_array_get(array, i));
        if (!ret_names[i])
            return complain(key, "a name is no string");
    }
    return 0;
}

static int fill_list(struct intents_list **ret_list, const char *name, const json_t *array)
{
    struct intents_list *list = calloc(1, sizeof(*list));

    *ret_list = list;
    if (!list)
        return -ENOMEM;
    for (size_t i = 0; i < json_array_size(array); i++) {
        const char *text = json_string_value(json_array_get(array, i));
        int r = text ? intents_list_add(list, "when.json", text, INTENTS_NO_GENDER, 1)
                     : complain(name, "an entry is no string");

        if (r < 0)
            return r;
    }
    return 0;
}

static int fill_lists(struct intents_when_data *data)
{
    const json_t *spoken = json_object_get(data->root, "spoken");
    const struct {
        struct intents_list **list;
        const char *name; /* NULL: rules fill it */
        const json_t *in;
    } lists[] = {
        {&data->date, NULL, NULL},
        {&data->part, NULL, NULL},
        {&data->time, NULL, NULL},
        {&data->when, "when", data->root},
        {&data->number, "number", spoken},
        {&data->hour, "hour", spoken},
        {&data->minute, "minute", spoken},
        {&data->day, "day", spoken},
        {&data->weekday, "weekdays", data->root},
        {&data->month, "months", data->root},
    };

    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        const char *name = lists[i].name;
        int r = fill_list(lists[i].list, name, name ? json_object_get(lists[i].in, name) : NULL);

        if (r < 0)
            return r;
    }
    return 0;
}

int intents_when_data_init(struct intents_when_data *data, json_t *root)
{
    const json_t *rules = json_object_get(root, "rules");
    int r;

    *data = (struct intents_when_data){.root = json_incref(root)};
    data->afternoon_until = (int)json_integer_value(json_object_get(root, "afternoon_until"));
    r = read_names(data, "weekdays", data->weekdays, 7);
    if (r == 0)
        r = read_names(data, "months", data->months, 12);
    if (r == 0)
        r = read_numbers(data);
    if (r == 0)
        r = fill_lists(data);
    for (int i = 0; r == 0 && i < INTENTS_N_CUES; i++)
        r = add_cues(data, (enum intents_when_cue)i);
    for (size_t i = 0; r == 0 && i < json_array_size(rules); i++)
        r = add_rule(data, json_array_get(rules, i));
    return r;
}

int intents_when_data_index(struct intents_when_data *data)
{
    const struct intents_node **nodes = calloc(data->n_rules + 1, sizeof(*nodes));
    int r;

    if (!nodes)
        return -ENOMEM;
    for (size_t i = 0; i < data->n_rules; i++)
        nodes[i] = data->rules[i].node;
    r = intents_match_index_create(data, nodes, data->n_rules, &data->rule_index);
    free(nodes);
    if (r == -EINVAL)
        complain("a rule", "it begins with any word or an ending, and would never be found");
    return r;
}

static void free_list(struct intents_list *list)
{
    if (list)
        intents_list_finish(list);
    free(list);
}

void intents_when_data_finish(struct intents_when_data *data)
{
    struct intents_list *const lists[] = {data->date,    data->part, data->time,   data->when,
                                          data->number,  data->hour, data->minute, data->day,
                                          data->weekday, data->month};

    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
        free_list(lists[i]);
    for (size_t i = 0; i < data->n_rules; i++)
        intents_node_destroy(data->rules[i].node);
    for (int k = 0; k < INTENTS_N_CUES; k++) {
        for (size_t i = 0; i < data->n_cues[k]; i++)
            intents_node_destroy(data->cues[k][i]);
        free(data->cues[k]);
    }
    intents_match_index_destroy(data->rule_index);
    free(data->rules);
    free(data->numbers);
    json_decref(data->root);
    *data = (struct intents_when_data){0};
}
