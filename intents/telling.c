/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "intents/telling.h"

#include "intents/language_private.h"
#include "intents/sets.h"
#include "intents/when.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum set { SET_TOLD, SET_UNLESS, SET_ASKS, SET_OTHERS, SET_OURS, SET_PLAINLY, N_SETS };

static const char *const set_names[N_SETS] = {
    [SET_TOLD] = "told",     [SET_UNLESS] = "unless", [SET_ASKS] = "asks",
    [SET_OTHERS] = "others", [SET_OURS] = "ours",     [SET_PLAINLY] = "plainly"};

struct intents_telling {
    const struct intents_language *language;
    struct intents_lists parts;
    struct intents_list sets[N_SETS];
};

int intents_telling_create(const struct intents_language *language,
                           struct intents_telling **ret_telling)
{
    struct intents_telling *telling = calloc(1, sizeof(*telling));
    int r;

    if (!telling)
        return -ENOMEM;
    telling->language = language;
    r = intents_sets_load_parts(language, "telling", &telling->parts);
    if (r == 0)
        r = intents_sets_load(language, "telling", set_names, N_SETS, &telling->parts,
                              telling->sets);
    if (r < 0) {
        intents_telling_destroy(telling);
        return r;
    }
    *ret_telling = telling;
    return 0;
}

void intents_telling_destroy(struct intents_telling *telling)
{
    if (!telling)
        return;
    intents_sets_finish(telling->sets, N_SETS);
    intents_lists_finish(&telling->parts);
    free(telling);
}

static size_t match(const struct intents_telling *telling, enum set set,
                    const struct intents_words *words, size_t at)
{
    return intents_set_match(telling->language, &telling->sets[set], words, at);
}

static bool has(const struct intents_telling *telling, enum set set,
                const struct intents_words *words, size_t from)
{
    for (size_t at = from; at < words->n; at++) {
        if (match(telling, set, words, at) > at)
            return true;
    }
    return false;
}

/* Marks the words of all that is said under `unless`. Returns: whether there is any. */
static bool mark_unless(const struct intents_telling *telling, const struct intents_words *words,
                        bool covered[INTENTS_WORDS_MAX])
{
    bool has_any = false;

    memset(covered, 0, words->n * sizeof(covered[0]));
    for (size_t at = 0; at < words->n; at++) {
        size_t end = match(telling, SET_UNLESS, words, at);

        for (size_t i = at; i < end; i++)
            covered[i] = has_any = true;
    }
    return has_any;
}

static bool asks_at(const struct intents_telling *telling, const struct intents_words *words,
                    size_t at)
{
    return match(telling, SET_ASKS, words, at) > at ||
           intents_when_asks(&telling->language->when, words, at) > at;
}

static bool asks_elsewhere(const struct intents_telling *telling, const struct intents_words *words,
                           const bool covered[INTENTS_WORDS_MAX])
{
    for (size_t at = 0; at < words->n; at++) {
        if (!covered[at] && asks_at(telling, words, at))
            return true;
    }
    return false;
}

static bool is_about_others(const struct intents_telling *telling,
                            const struct intents_words *words)
{
    size_t behind = match(telling, SET_OTHERS, words, 0);

    return behind > 0 && !has(telling, SET_OURS, words, behind);
}

bool intents_telling_is_told(const struct intents_telling *telling,
                             const struct intents_words *words)
{
    bool covered[INTENTS_WORDS_MAX];
    bool is_told = has(telling, SET_TOLD, words, 0);

    if (is_told)
        return true;
    is_told = mark_unless(telling, words, covered) || is_about_others(telling, words);
    return is_told && !asks_elsewhere(telling, words, covered);
}

bool intents_telling_asks_plainly(const struct intents_telling *telling,
                                  const struct intents_words *words)
{
    return has(telling, SET_PLAINLY, words, 0);
}
