/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Gives every {slot}, <fragment> and @word of a loaded language the list or table it names. */
#include "base/log.h"
#include "intents/language_private.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

static int bind_slot(const struct intents_language *language, struct intents_node *node)
{
    const struct intents_when_data *when = &language->when;
    const struct {
        const char *name;
        enum intents_builtin builtin;
        const struct intents_list *list;
    } slots[] = {
        {"inf", INTENTS_SLOT_INF, NULL},
        {"subj", INTENTS_SLOT_SUBJ, NULL},
        {"noun", INTENTS_SLOT_NOUN, NULL},
        {"reason", INTENTS_SLOT_REASON, NULL},
        {"items", INTENTS_SLOT_ITEMS, intents_lists_find(&language->fragments, "item")},
        {"number", INTENTS_SLOT_NUMBER, when->number},
        {"hour", INTENTS_SLOT_HOUR, when->hour},
        {"minute", INTENTS_SLOT_MINUTE, when->minute},
        {"day", INTENTS_SLOT_DAY, when->day},
        {"weekday", INTENTS_SLOT_WEEKDAY, when->weekday},
        {"month", INTENTS_SLOT_MONTH, when->month},
        {"date", INTENTS_NOT_BUILTIN, when->date},
        {"part", INTENTS_NOT_BUILTIN, when->part},
        {"time", INTENTS_NOT_BUILTIN, when->time},
        {"when", INTENTS_NOT_BUILTIN, when->when},
    };

    for (size_t i = 0; i < sizeof(slots) / sizeof(slots[0]); i++) {
        if (strcmp(node->text, slots[i].name) == 0) {
            node->builtin = slots[i].builtin;
            node->list = slots[i].list;
            return node->list || node->builtin <= INTENTS_SLOT_REASON ? 0 : -ENOENT;
        }
    }
    node->list = intents_lists_find(&language->lexicon, node->text);
    return node->list ? 0 : -ENOENT;
}

static int bind_node(const struct intents_language *language, struct intents_node *node)
{
    int r = 0;

    if (node->kind == INTENTS_NODE_SLOT)
        r = bind_slot(language, node);
    if (node->kind == INTENTS_NODE_FRAGMENT) {
        node->list = intents_lists_find(&language->fragments, node->text);
        r = node->list ? 0 : -ENOENT;
    }
    if (node->kind == INTENTS_NODE_AGREE)
        r = json_object_get(language->grammar.agree, node->text) ? 0 : -ENOENT;
    if (r == -ENOENT)
        log_error("language-bad", "column %d: no slot, fragment or word of agreement called \"%s\"",
                  node->column, node->text);
    for (size_t i = 0; r == 0 && i < node->n_children; i++)
        r = bind_node(language, node->children[i]);
    return r;
}

/* Returns: 0, -ENOENT (logged with `where` and the text). */
static int bind_entry(const struct intents_language *language, struct intents_node *node,
                      const char *where, const char *text)
{
    int r = bind_node(language, node);

    if (r == -ENOENT)
        log_error("language-bad", "%s: in \"%s\"", where, text);
    return r;
}

static int bind_list(const struct intents_language *language, struct intents_list *list,
                     const char *where)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < list->n; i++)
        r = bind_entry(language, list->entries[i].node, where, list->entries[i].text);
    return r == -ENOENT ? -EINVAL : r;
}

/* What a language that understands has no more of (intents/forget.c), or what is never matched: it
 * would be heard in tests that draw, and never by the daemon. */
static bool can_be_heard(const struct intents_node *node)
{
    if (node->kind == INTENTS_NODE_FRAGMENT || node->kind == INTENTS_NODE_AGREE ||
        (node->kind == INTENTS_NODE_SLOT && node->builtin < INTENTS_SLOT_NUMBER))
        return false;
    for (size_t i = 0; i < node->n_children; i++) {
        if (!can_be_heard(node->children[i]))
            return false;
    }
    return true;
}

static int check_heard(const struct intents_node *node, const char *where, const char *text)
{
    if (can_be_heard(node))
        return 0;
    log_error("language-bad",
              "%s: in \"%s\": words are compared with it, so it may hold no fragment, no agreement "
              "and no slot but numbers, weekdays and months",
              where, text);
    return -EINVAL;
}

static int bind_lists(const struct intents_language *language, struct intents_lists *lists)
{
    for (size_t i = 0; i < lists->n; i++) {
        int r = bind_list(language, &lists->lists[i], lists->lists[i].name);

        if (r < 0)
            return r;
    }
    return 0;
}

static int bind_heard(const struct intents_language *language, struct intents_node *node,
                      const char *text)
{
    int r = bind_entry(language, node, "when.json", text);

    return r == 0 ? check_heard(node, "when.json", text) : r;
}

static int bind_when(struct intents_language *language)
{
    struct intents_when_data *when = &language->when;
    struct intents_list *const lists[] = {when->date, when->part, when->time, when->when};
    int r = 0;

    for (size_t i = 0; r == 0 && i < sizeof(lists) / sizeof(lists[0]); i++)
        r = bind_list(language, lists[i], "when.json");
    for (size_t i = 0; r == 0 && i < when->n_rules; i++)
        r = bind_heard(language, when->rules[i].node, when->rules[i].text);
    for (size_t k = 0; r == 0 && k < INTENTS_N_CUES; k++) {
        for (size_t i = 0; r == 0 && i < when->n_cues[k]; i++)
            r = bind_heard(language, when->cues[k][i],
                           intents_when_data_cue_text(when, (enum intents_when_cue)k, i));
    }
    if (r == 0)
        r = intents_when_data_index(when);
    return r == -ENOENT ? -EINVAL : r;
}

/* A phrase with a topic is heard as well as drawn (intents/topic.h). */
static int check_topics(const struct intents_act_data *act)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < act->phrases.n; i++) {
        const struct intents_entry *entry = &act->phrases.entries[i];

        if (entry->topic[0])
            r = check_heard(entry->node, intents_act_name(act->act), entry->text);
    }
    return r;
}

int intents_language_bind(struct intents_language *language)
{
    int r = bind_lists(language, &language->fragments);

    if (r == 0)
        r = bind_lists(language, &language->lexicon);
    if (r == 0)
        r = bind_lists(language, &language->background);
    if (r == 0)
        r = bind_when(language);
    for (size_t i = 0; r == 0 && i < language->n_services; i++) {
        struct intents_service_data *service = &language->services[i];
        struct intents_list *const lists[] = {
            &service->inf,      &service->subj,          &service->noun,
            &service->reasons,  &service->phrases,       &service->near_misses,
            &service->examples, &service->near_examples, &service->names};

        for (size_t k = 0; r == 0 && k < sizeof(lists) / sizeof(lists[0]); k++)
            r = bind_list(language, lists[k], service->info.id);
    }
    for (size_t i = 0; r == 0 && i < language->n_acts; i++) {
        struct intents_act_data *act = &language->acts[i];
        struct intents_list *const lists[] = {&act->phrases, &act->near_misses, &act->examples,
                                              &act->near_examples};

        for (size_t k = 0; r == 0 && k < sizeof(lists) / sizeof(lists[0]); k++)
            r = bind_list(language, lists[k], intents_act_name(act->act));
        if (r == 0)
            r = check_topics(act);
    }
    return r == 0 ? bind_list(language, &language->near_examples, "near_examples") : r;
}
