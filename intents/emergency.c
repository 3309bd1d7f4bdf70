/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "intents/emergency.h"

#include "intents/language_private.h"
#include "intents/sets.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

struct intents_emergency {
    const struct intents_language *language;
    const json_t *signs; /* the language's */
    struct intents_list calm;
};

static bool are_words(const json_t *array)
{
    for (size_t i = 0; i < json_array_size(array); i++) {
        const char *word = json_string_value(json_array_get(array, i));

        if (!word || word[0] == '\0')
            return false;
    }
    return true;
}

int intents_emergency_create(const struct intents_language *language,
                             struct intents_emergency **ret_emergency)
{
    const json_t *lists = json_object_get(language->grammar.root, "emergency");
    struct intents_emergency *emergency = calloc(1, sizeof(*emergency));
    int r;

    if (!emergency)
        return -ENOMEM;
    emergency->language = language;
    emergency->signs = json_object_get(lists, "signs");
    r = are_words(emergency->signs) ? 0 : -EINVAL;
    if (r == 0)
        r = intents_set_fill(&emergency->calm, json_object_get(lists, "calm"));
    if (r < 0) {
        intents_emergency_destroy(emergency);
        return r;
    }
    *ret_emergency = emergency;
    return 0;
}

void intents_emergency_destroy(struct intents_emergency *emergency)
{
    if (!emergency)
        return;
    intents_list_finish(&emergency->calm);
    free(emergency);
}

static bool is_sign(const struct intents_emergency *emergency, const char *word)
{
    for (size_t i = 0; i < json_array_size(emergency->signs); i++) {
        const char *sign = json_string_value(json_array_get(emergency->signs, i));

        if (strncmp(word, sign, strlen(sign)) == 0)
            return true;
    }
    return false;
}

bool intents_emergency_has_sign(const struct intents_emergency *emergency,
                                const struct intents_words *words)
{
    if (json_array_size(emergency->signs) == 0)
        return true;
    for (size_t at = 0; at < words->n;) {
        size_t end = intents_set_match(emergency->language, &emergency->calm, words, at);

        if (end == at && is_sign(emergency, words->word[at]))
            return true;
        at = end > at ? end : at + 1;
    }
    return false;
}
