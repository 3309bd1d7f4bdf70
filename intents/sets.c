/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "intents/sets.h"

#include "base/log.h"
#include "intents/match.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

int intents_set_fill(struct intents_list *set, const json_t *array)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < json_array_size(array); i++) {
        const char *text = json_string_value(json_array_get(array, i));

        r = text ? intents_list_add(set, "grammar.json", text, INTENTS_NO_GENDER, 1) : -EINVAL;
    }
    return r;
}

static int bind_node(struct intents_node *node, const struct intents_lists *parts)
{
    static const struct {
        const char *name;
        enum intents_builtin builtin;
    } slots[] = {{"any", INTENTS_SLOT_ANY},
                 {"number", INTENTS_SLOT_NUMBER},
                 {"weekday", INTENTS_SLOT_WEEKDAY},
                 {"month", INTENTS_SLOT_MONTH}};
    int r = node->kind == INTENTS_NODE_SLOT || node->kind == INTENTS_NODE_AGREE ? -EINVAL : 0;

    for (size_t i = 0; node->kind == INTENTS_NODE_SLOT && i < sizeof(slots) / sizeof(slots[0]);
         i++) {
        if (strcmp(node->text, slots[i].name) != 0)
            continue;
        node->builtin = slots[i].builtin;
        r = 0;
    }
    if (node->kind == INTENTS_NODE_FRAGMENT) {
        node->list = intents_lists_find(parts, node->text);
        r = node->list ? 0 : -EINVAL;
    }
    if (r < 0)
        log_error("language-bad", "grammar.json: no \"%s\" here", node->text);
    for (size_t i = 0; r == 0 && i < node->n_children; i++)
        r = bind_node(node->children[i], parts);
    return r;
}

int intents_set_bind(struct intents_list *set, const struct intents_lists *parts)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < set->n; i++)
        r = bind_node(set->entries[i].node, parts);
    return r;
}

int intents_sets_fill(struct intents_lists *sets, const json_t *object)
{
    struct intents_list *set;
    const char *name;
    json_t *array;
    int r = 0;

    /* Bound when all are there: a list moves while others are added. */
    json_object_foreach((json_t *)object, name, array)
    {
        r = r == 0 ? intents_lists_add(sets, name, &set) : r;
        if (r == 0)
            r = intents_set_fill(set, array);
    }
    for (size_t i = 0; r == 0 && i < sets->n; i++)
        r = intents_set_bind(&sets->lists[i], &(struct intents_lists){sets->lists, i});
    return r;
}

size_t intents_set_match(const struct intents_language *language, const struct intents_list *set,
                         const struct intents_words *words, size_t at)
{
    size_t longest = at;

    for (size_t i = 0; i < set->n; i++) {
        size_t end = intents_match(&language->when, set->entries[i].node, words, at, NULL);

        longest = end > longest ? end : longest;
    }
    return longest;
}

size_t intents_sets_match(const struct intents_language *language, const struct intents_list *sets,
                          size_t n_sets, const struct intents_words *words, size_t at,
                          size_t *ret_end)
{
    size_t found = n_sets;

    *ret_end = at;
    for (size_t i = 0; i < n_sets; i++) {
        size_t end = intents_set_match(language, &sets[i], words, at);

        if (end <= *ret_end)
            continue;
        *ret_end = end;
        found = i;
    }
    return found;
}

size_t intents_set_match_name(const struct intents_language *language,
                              const struct intents_words *words, size_t at,
                              const struct intents_service **ret_service)
{
    size_t longest = at;

    for (size_t i = 0; i < language->n_services; i++) {
        const struct intents_service_data *service = &language->services[i];
        size_t end = intents_set_match(language, &service->names, words, at);

        if (end <= longest)
            continue;
        longest = end;
        *ret_service = &service->info;
    }
    return longest;
}
