/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "intents/sets.h"

#include "base/log.h"
#include "intents/match.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

static int fill(struct intents_list *set, const char *name, const json_t *array)
{
    int r = 0;

    if (array && !json_is_array(array)) {
        log_error("language-bad", "grammar.json: \"%s\": a list of phrases is wanted", name);
        return -EINVAL;
    }
    for (size_t i = 0; r == 0 && i < json_array_size(array); i++) {
        const char *text = json_string_value(json_array_get(array, i));

        if (!text) {
            log_error("language-bad", "grammar.json: \"%s\": a phrase is no string", name);
            return -EINVAL;
        }
        r = intents_list_add(set, "grammar.json", text, INTENTS_NO_GENDER, 1);
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
        log_error("language-bad", "grammar.json: column %d: no \"%s\" here", node->column,
                  node->text);
    for (size_t i = 0; r == 0 && i < node->n_children; i++)
        r = bind_node(node->children[i], parts);
    return r;
}

static int bind(struct intents_list *set, const char *name, const struct intents_lists *parts)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < set->n; i++) {
        r = bind_node(set->entries[i].node, parts);
        if (r < 0)
            log_error("language-bad", "grammar.json: \"%s\": in \"%s\"", name,
                      set->entries[i].text);
    }
    return r;
}

int intents_sets_load_parts(const struct intents_language *language, const char *section,
                            struct intents_lists *ret_parts)
{
    json_t *object = json_object_get(json_object_get(language->grammar.root, section), "parts");
    struct intents_list *set;
    const char *name;
    json_t *array;
    int r = 0;

    /* Bound when all are there: a list moves while others are added. */
    json_object_foreach(object, name, array)
    {
        r = r == 0 ? intents_lists_add(ret_parts, name, &set) : r;
        if (r == 0)
            r = fill(set, name, array);
    }
    for (size_t i = 0; r == 0 && i < ret_parts->n; i++)
        r = bind(&ret_parts->lists[i], ret_parts->lists[i].name,
                 &(struct intents_lists){ret_parts->lists, i});
    return r;
}

int intents_sets_load(const struct intents_language *language, const char *section,
                      const char *const *names, size_t n_sets, const struct intents_lists *parts,
                      struct intents_list *ret_sets)
{
    const json_t *object = json_object_get(language->grammar.root, section);
    const struct intents_lists no_parts = {0};
    int r = 0;

    for (size_t i = 0; r == 0 && i < n_sets; i++) {
        r = fill(&ret_sets[i], names[i], json_object_get(object, names[i]));
        if (r == 0)
            r = bind(&ret_sets[i], names[i], parts ? parts : &no_parts);
    }
    return r;
}

void intents_sets_finish(struct intents_list *sets, size_t n_sets)
{
    for (size_t i = 0; i < n_sets; i++)
        intents_list_finish(&sets[i]);
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
