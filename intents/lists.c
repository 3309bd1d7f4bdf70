/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lists of templates: what a language consists of (intents/language_private.h). */
#include "base/hash.h"
#include "base/log.h"
#include "base/strbuf.h"
#include "intents/forms.h"
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

static void entry_finish(struct intents_entry *entry)
{
    intents_node_destroy(entry->node);
    free(entry->text);
    free(entry->source);
}

/* One form of a template. Returns: 0, -ENOMEM, -EINVAL with *ret_error filled. */
static int add_form(struct intents_list *list, const char *text, const char *source,
                    struct intents_entry entry, struct intents_template_error *ret_error)
{
    struct intents_entry *grown = reallocarray(list->entries, list->n + 1, sizeof(*grown));
    bool is_changed = strcmp(text, source) != 0;
    int r;

    if (!grown)
        return -ENOMEM;
    list->entries = grown;
    r = intents_template_parse(text, &entry.node, ret_error);
    if (r < 0)
        return r;
    entry.text = strdup(text);
    entry.source = is_changed ? strdup(source) : NULL;
    if (!entry.text || (is_changed && !entry.source)) {
        entry_finish(&entry);
        return -ENOMEM;
    }
    entry.fold = fold_of(text);
    if (entry.weight <= 0)
        entry.weight = sqrt((double)intents_node_count(entry.node, WAYS_MAX));
    list->weight += entry.weight;
    list->entries[list->n++] = entry;
    return 0;
}

int intents_list_add(struct intents_list *list, const char *file, const char *text,
                     enum intents_gender gender, double weight)
{
    const struct intents_entry entry = {.gender = gender, .weight = weight};
    struct intents_template_error error;
    struct base_strbuf written;
    int n_forms = 1, r = 0;

    base_strbuf_init(&written);
    for (int form = 0; r == 0 && form < n_forms; form++) {
        n_forms = intents_forms_write(text, form, &written, &error);
        r = n_forms < 0 ? n_forms : add_form(list, base_strbuf_text(&written), text, entry, &error);
    }
    if (r == -EINVAL)
        log_error("language-bad", "%s: \"%s\": column %d: %s", file, text, error.column,
                  error.message);
    base_strbuf_finish(&written);
    return r;
}

void intents_list_finish(struct intents_list *list)
{
    for (size_t i = 0; i < list->n; i++)
        entry_finish(&list->entries[i]);
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
