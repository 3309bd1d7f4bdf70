/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "intents/sets.h"

#include "intents/match.h"

#include <errno.h>
#include <jansson.h>

int intents_set_fill(struct intents_list *set, const json_t *array)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < json_array_size(array); i++) {
        const char *text = json_string_value(json_array_get(array, i));

        r = text ? intents_list_add(set, "grammar.json", text, INTENTS_NO_GENDER, 1) : -EINVAL;
    }
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
