/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lists of templates: what a language consists of (intents/language_private.h). */
#include "base/hash.h"
#include "base/log.h"
#include "intents/language_private.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define N_FOLDS 5
/* A phrase with many ways to be said is drawn more often, up to this many ways. */
#define WAYS_MAX 64

/* By the text alone: a fold must not change when a phrase is added elsewhere. */
static unsigned fold_of(const char *text)
{
    uint32_t hash = base_hash_text(BASE_HASH_START, text);

    return ((hash >> 16) ^ hash) % N_FOLDS;
}

int intents_list_add(struct intents_list *list, const char *file, const char *text,
                     enum intents_gender gender, double weight)
{
    struct intents_template_error error;
    struct intents_entry *grown, entry = {.gender = gender, .weight = weight};
    int r;

    grown = reallocarray(list->entries, list->n + 1, sizeof(*grown));
    if (!grown)
        return -ENOMEM;
    list->entries = grown;
    r = intents_template_parse(text, &entry.node, &error);
    if (r == -EINVAL)
        log_error("language-bad", "%s: \"%s\": column %d: %s", file, text, error.column,
                  error.message);
    if (r < 0)
        return r;
    entry.text = strdup(text);
    if (!entry.text) {
        intents_node_destroy(entry.node);
        return -ENOMEM;
    }
    entry.fold = fold_of(text);
    if (weight <= 0)
        entry.weight = sqrt((double)intents_node_count(entry.node, WAYS_MAX));
    list->weight += entry.weight;
    list->entries[list->n++] = entry;
    return 0;
}

void intents_list_finish(struct intents_list *list)
{
    for (size_t i = 0; i < list->n; i++) {
        intents_node_destroy(list->entries[i].node);
        free(list->entries[i].text);
    }
    free(list->entries);
    free(list->name);
    *list = (struct intents_list){0};
}

const struct intents_list *intents_lists_find(const struct intents_lists *lists, const char *name)
{
    for (size_t i = 0; i < lists->n; i++) {
        if (strcmp(lists->lists[i].name, name) == 0)
            return &lists->lists[i];
    }
    return NULL;
}

int intents_lists_add(struct intents_lists *lists, const char *name, struct intents_list **ret_list)
{
    struct intents_list *grown = reallocarray(lists->lists, lists->n + 1, sizeof(*grown));
    char *copy = strdup(name);

    if (grown)
        lists->lists = grown;
    if (!grown || !copy) {
        free(copy);
        return -ENOMEM;
    }
    lists->lists[lists->n] = (struct intents_list){.name = copy};
    *ret_list = &lists->lists[lists->n++];
    return 0;
}

void intents_lists_finish(struct intents_lists *lists)
{
    for (size_t i = 0; i < lists->n; i++)
        intents_list_finish(&lists->lists[i]);
    free(lists->lists);
    *lists = (struct intents_lists){0};
}
