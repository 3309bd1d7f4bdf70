/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "intents/aside.h"

#include "intents/sets.h"
#include "intents/understand_private.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* In the order in which one goes before another: "merci, au revoir" is a goodbye. */
enum set {
    SET_WAIT,
    SET_MORE,
    SET_GOODBYE,
    SET_ENOUGH, /* "c'est tout", "ça va": nothing is wanted */
    SET_THANKS,
    SET_HELLO,
    SET_THINKS,
    SET_FILLER,
    N_SETS,
};

static const char *const set_names[N_SETS] = {"wait",   "more",  "goodbye", "enough",
                                              "thanks", "hello", "thinks",  "filler"};

struct intents_aside {
    const struct intents_language *language;
    struct intents_list sets[N_SETS];
};

int intents_aside_create(const struct intents_language *language, struct intents_aside **ret_aside)
{
    const json_t *sets = json_object_get(language->grammar.root, "asides");
    struct intents_aside *aside = calloc(1, sizeof(*aside));
    int r = aside ? 0 : -ENOMEM;

    for (int i = 0; r == 0 && i < N_SETS; i++)
        r = intents_set_fill(&aside->sets[i], json_object_get(sets, set_names[i]));
    if (r < 0) {
        intents_aside_destroy(aside);
        return r;
    }
    aside->language = language;
    *ret_aside = aside;
    return 0;
}

void intents_aside_destroy(struct intents_aside *aside)
{
    if (!aside)
        return;
    for (int i = 0; i < N_SETS; i++)
        intents_list_finish(&aside->sets[i]);
    free(aside);
}

/* The set of the longest entry at a word. Returns: N_SETS none. */
static enum set match(const struct intents_aside *aside, const struct intents_words *words,
                      size_t at, size_t *ret_end)
{
    enum set found = N_SETS;

    *ret_end = at;
    for (int i = 0; i < N_SETS; i++) {
        size_t end = intents_set_match(aside->language, &aside->sets[i], words, at);

        if (end <= *ret_end)
            continue;
        *ret_end = end;
        found = (enum set)i;
    }
    return found;
}

/* What the whole of the words is, or how it begins: N_SETS when it is neither. */
static enum set read(const struct intents_aside *aside, const struct intents_words *words,
                     bool *ret_is_whole)
{
    enum set best = SET_FILLER;

    *ret_is_whole = true;
    for (size_t at = 0, end; at < words->n; at = end) {
        enum set set = match(aside, words, at, &end);

        if (set == N_SETS) {
            *ret_is_whole = false;
            return best == SET_WAIT ? SET_WAIT : N_SETS;
        }
        best = set < best ? set : best;
    }
    return best;
}

static bool has_details(const struct intents_result *result)
{
    return base_date_is_set(result->date) || base_time_is_set(result->time) || result->part ||
           result->n_items > 0 || result->n_dropped > 0 || result->is_instead;
}

static void become(struct intents_result *result, enum intents_act act, const char *topic)
{
    double confidence = result->confidence;

    *result = (struct intents_result){.act = act, .date = BASE_NO_DATE, .time = BASE_NO_TIME};
    strcpy(result->topic, topic);
    result->confidence =
        confidence > INTENTS_ANSWER_CONFIDENCE ? confidence : INTENTS_ANSWER_CONFIDENCE;
}

bool intents_aside_read(const struct intents_aside *aside, const struct intents_words *words,
                        enum intents_expect expect, struct intents_result *result)
{
    static const struct {
        enum intents_act act;
        const char *topic;
    } meanings[N_SETS] = {
        [SET_WAIT] = {INTENTS_NONE, INTENTS_TOPIC_WAIT},
        [SET_MORE] = {INTENTS_HELP, INTENTS_TOPIC_MORE},
        [SET_GOODBYE] = {INTENTS_CANCEL, INTENTS_TOPIC_GOODBYE},
        [SET_THANKS] = {INTENTS_NONE, INTENTS_TOPIC_THANKS},
        [SET_ENOUGH] = {INTENTS_DENY, INTENTS_TOPIC_ENOUGH},
        [SET_HELLO] = {INTENTS_NONE, INTENTS_TOPIC_HELLO},
        [SET_THINKS] = {INTENTS_NONE, INTENTS_TOPIC_THINKS},
    };
    bool is_whole;
    enum set set = read(aside, words, &is_whole);

    if (set == N_SETS || set == SET_FILLER)
        return false;
    if (!is_whole && (result->act != INTENTS_NONE || has_details(result) ||
                      result->outside_service[0] || result->best_service_confidence > 0.5))
        return false;
    if (intents_expects_answer(expect) && set != SET_WAIT && set != SET_MORE && set != SET_THINKS &&
        set != SET_THANKS)
        return false;
    /* "Rien, merci" is a cancellation or a no: as it was understood. */
    become(result,
           set == SET_ENOUGH && result->act == INTENTS_CANCEL ? INTENTS_CANCEL : meanings[set].act,
           meanings[set].topic);
    return true;
}
