/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "intents/aside.h"

#include "intents/sets.h"
#include "intents/understand_private.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* With words besides, it is no aside where a service is this likely. Chosen by hand. */
#define SERVICE_FROM 0.5

/* In the order in which one goes before another: "merci, au revoir" is a goodbye. */
enum set {
    SET_TORN,  /* "oui... euh, non": neither */
    SET_DOUBT, /* "vous m'avez bien compris ?" */
    SET_CLOCK,
    SET_TODAY,
    SET_WHO,   /* "vous êtes un robot ?" */
    SET_USUAL, /* "comme la dernière fois" */
    SET_WAIT,
    SET_MORE,
    SET_GOODBYE,
    SET_ENOUGH, /* "c'est tout", "ça va": nothing is wanted */
    SET_THANKS,
    SET_HELLO,
    SET_THINKS,
    SET_FILLER,
    N_SETS,             /* of asides */
    SET_LEAVE = N_SETS, /* "laissez tomber": no aside, tells what is cancelled */
    N_LISTS,
};

static const char *const set_names[N_LISTS] = {
    [SET_TORN] = "torn",     [SET_DOUBT] = "doubt",   [SET_CLOCK] = "clock",
    [SET_TODAY] = "today",   [SET_WHO] = "who",       [SET_USUAL] = "usual",
    [SET_WAIT] = "wait",     [SET_MORE] = "more",     [SET_GOODBYE] = "goodbye",
    [SET_ENOUGH] = "enough", [SET_THANKS] = "thanks", [SET_HELLO] = "hello",
    [SET_THINKS] = "thinks", [SET_FILLER] = "filler", [SET_LEAVE] = "leave"};

struct intents_aside {
    const struct intents_language *language;
    struct intents_list sets[N_LISTS];
};

int intents_aside_create(const struct intents_language *language, struct intents_aside **ret_aside)
{
    struct intents_aside *aside = calloc(1, sizeof(*aside));
    int r = aside ? intents_sets_load(language, "asides", set_names, N_LISTS, NULL, aside->sets)
                  : -ENOMEM;

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
    intents_sets_finish(aside->sets, N_LISTS);
    free(aside);
}

/* What the whole of the words is, or how it begins: N_SETS when it is neither. */
static enum set read(const struct intents_aside *aside, const struct intents_words *words,
                     bool *ret_is_whole)
{
    enum set best = SET_FILLER;

    *ret_is_whole = true;
    for (size_t at = 0, end; at < words->n; at = end) {
        enum set set =
            (enum set)intents_sets_match(aside->language, aside->sets, N_SETS, words, at, &end);

        if (set == N_SETS) {
            *ret_is_whole = false;
            return best == SET_WAIT ? SET_WAIT : N_SETS;
        }
        best = set < best ? set : best;
    }
    return best;
}

/* Nothing but words of leaving, and what may stand beside them. */
static bool is_leaving(const struct intents_aside *aside, const struct intents_words *words)
{
    bool leaves = false;

    for (size_t at = 0, end; at < words->n; at = end) {
        size_t set = intents_sets_match(aside->language, aside->sets, N_LISTS, words, at, &end);

        if (set == N_LISTS)
            return false;
        leaves = leaves || set == SET_LEAVE;
    }
    return leaves;
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

static enum set begins_with(const struct intents_aside *aside, const struct intents_words *words)
{
    size_t end;

    return (enum set)intents_sets_match(aside->language, aside->sets, N_SETS, words, 0, &end);
}

static bool is_doubtful_no(const struct intents_result *result)
{
    return result->act == INTENTS_DENY && result->confidence < INTENTS_ANSWER_CONFIDENCE;
}

/* Where yes or no is asked for, it may be one. */
static bool is_like_an_answer(enum set set)
{
    return set == SET_GOODBYE || set == SET_ENOUGH || set == SET_HELLO;
}

bool intents_aside_read(const struct intents_aside *aside, const struct intents_words *words,
                        enum intents_expect expect, struct intents_result *result)
{
    static const struct {
        enum intents_act act;
        const char *topic;
    } meanings[N_SETS] = {
        [SET_TORN] = {INTENTS_NONE, ""},
        [SET_DOUBT] = {INTENTS_REPEAT, INTENTS_TOPIC_DOUBT},
        [SET_CLOCK] = {INTENTS_NONE, INTENTS_TOPIC_CLOCK},
        [SET_TODAY] = {INTENTS_NONE, INTENTS_TOPIC_TODAY},
        [SET_WHO] = {INTENTS_HELP, INTENTS_TOPIC_WHO},
        [SET_USUAL] = {INTENTS_NONE, INTENTS_TOPIC_USUAL},
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

    if (result->act == INTENTS_CANCEL && !result->topic[0] && is_leaving(aside, words))
        strcpy(result->topic, INTENTS_TOPIC_LEAVE);
    if (set == N_SETS || set == SET_FILLER)
        return false;
    /* "Oui, vous m'avez bien compris" doubts nothing. */
    if (set == SET_DOUBT && begins_with(aside, words) != SET_DOUBT)
        return false;
    if (!is_whole && (result->act != INTENTS_NONE || has_details(result) ||
                      result->outside_service[0] || result->best_service_confidence > SERVICE_FROM))
        return false;
    /* To "is that right?", "ça va" is neither yes nor no. */
    if (intents_expects_answer(expect) && set == SET_ENOUGH && is_doubtful_no(result)) {
        become(result, INTENTS_NONE, "");
        return true;
    }
    if (intents_expects_answer(expect) && is_like_an_answer(set))
        return false;
    /* "Rien, merci" is a cancellation or a no: as it was understood. */
    become(result,
           set == SET_ENOUGH && result->act == INTENTS_CANCEL ? INTENTS_CANCEL : meanings[set].act,
           meanings[set].topic);
    return true;
}
