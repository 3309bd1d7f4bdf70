/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "intents/emergency.h"

#include "base/log.h"
#include "intents/language_private.h"
#include "intents/sets.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum set { SET_CALM, SET_CALLS, SET_TOLD, N_SETS };

static const char *const set_names[N_SETS] = {
    [SET_CALM] = "calm", [SET_CALLS] = "calls", [SET_TOLD] = "told"};

struct intents_emergency {
    const struct intents_language *language;
    const json_t *signs; /* the language's */
    struct intents_list sets[N_SETS];
};

static int check_signs(const json_t *array)
{
    for (size_t i = 0; i < json_array_size(array); i++) {
        const char *word = json_string_value(json_array_get(array, i));

        if (!word || word[0] == '\0') {
            log_error("language-bad", "grammar.json: \"signs\" of emergency: number %zu is no word",
                      i + 1);
            return -EINVAL;
        }
    }
    return 0;
}

int intents_emergency_create(const struct intents_language *language,
                             struct intents_emergency **ret_emergency)
{
    struct intents_emergency *emergency = calloc(1, sizeof(*emergency));
    int r;

    if (!emergency)
        return -ENOMEM;
    emergency->language = language;
    emergency->signs =
        json_object_get(json_object_get(language->grammar.root, "emergency"), "signs");
    r = check_signs(emergency->signs);
    if (r == 0)
        r = intents_sets_load(language, "emergency", set_names, N_SETS, NULL, emergency->sets);
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
    intents_sets_finish(emergency->sets, N_SETS);
    free(emergency);
}

/* A sign is how a word begins, or, with a stop behind it, a whole word. */
static bool is_sign(const struct intents_emergency *emergency, const char *word)
{
    for (size_t i = 0; i < json_array_size(emergency->signs); i++) {
        const char *sign = json_string_value(json_array_get(emergency->signs, i));
        size_t n = strcspn(sign, ".");

        if (strncmp(word, sign, n) == 0 && (!sign[n] || !word[n]))
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
        size_t end = intents_set_match(emergency->language, &emergency->sets[SET_CALM], words, at);

        if (end == at && is_sign(emergency, words->word[at]))
            return true;
        at = end > at ? end : at + 1;
    }
    return false;
}

static bool is_told(const struct intents_emergency *emergency, const struct intents_words *words)
{
    for (size_t at = 0; at < words->n; at++) {
        if (intents_set_match(emergency->language, &emergency->sets[SET_TOLD], words, at) > at)
            return true;
    }
    return false;
}

static void mark_calm(const struct intents_emergency *emergency, const struct intents_words *words,
                      bool calm[INTENTS_WORDS_MAX])
{
    memset(calm, 0, words->n * sizeof(calm[0]));
    for (size_t at = 0; at < words->n; at++) {
        size_t end = intents_set_match(emergency->language, &emergency->sets[SET_CALM], words, at);

        for (size_t i = at; i < end; i++)
            calm[i] = true;
    }
}

bool intents_emergency_is_call(const struct intents_emergency *emergency,
                               const struct intents_words *words)
{
    bool calm[INTENTS_WORDS_MAX];

    mark_calm(emergency, words, calm);
    for (size_t at = 0; at < words->n; at++) {
        size_t end = intents_set_match(emergency->language, &emergency->sets[SET_CALLS], words, at);

        if (end > at && !memchr(calm + at, true, end - at))
            return !is_told(emergency, words);
    }
    return false;
}
