/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How a sentence is read when a question is open. The learned understanding hears each sentence by
 * itself: "vendredi matin" is a request for whatever is likeliest, "oui, pour mon chien" a yes,
 * "non, pas des courses, une promenade" a no. What was asked tells what they are. Only what cannot
 * be doubted is read otherwise: a call for help stays one, and so does a request or an order that
 * is sure of itself ("qui vient demain").
 */
#include "intents/understand_private.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

/* All but the last of these were chosen by hand. */
/* A service this likely, with a yes to the closed choice, was chosen: "oui, pour mon chien". */
#define CHOSEN_FROM 0.5
/* A request this sure is one, even when its words are all common: "qu'on m'appelle demain". */
#define REQUEST_FROM 0.5
/* An order or question this sure is one, also with a day in it: "qui vient demain". */
#define ORDER_FROM 0.8
/* Talk this sure is talk, also with a day at its end: "ma fille vient demain". */
#define TALK_FROM 0.7f
/* A yes is nearly always surer than 0.9: of 220 in all sets none to three are less sure than this,
 * and as many sentences that are none ("c'est pour ma voisine"). It sends something: no yes.
 */
#define YES_FROM 0.6

static void be_sure(struct intents_result *result)
{
    if (result->confidence < INTENTS_ANSWER_CONFIDENCE)
        result->confidence = INTENTS_ANSWER_CONFIDENCE;
}

/* This service is meant, whether this territory has it or not. */
static void take_service(const struct intents_understander *understander,
                         const struct intents_service *service, struct intents_result *result)
{
    bool is_offered = intents_is_offered(understander, service->id);

    result->act = is_offered ? INTENTS_REQUEST : INTENTS_NONE;
    snprintf(result->service, sizeof(result->service), "%s", is_offered ? service->id : "");
    snprintf(result->outside_service, sizeof(result->outside_service), "%s",
             is_offered ? "" : service->id);
    be_sure(result);
}

/* "Mon chien", "pour les courses": a name that was read aloud is an answer, whatever it is taken
 * for by itself. */
static bool read_name(const struct intents_understander *understander,
                      const struct intents_words *words, struct intents_result *result)
{
    const struct intents_service *service = intents_instead_named(understander->instead, words);

    if (!service || result->act == INTENTS_EMERGENCY)
        return false;
    take_service(understander, service, result);
    return true;
}

void intents_answer_read_choice(const struct intents_understander *understander,
                                const struct intents_words *words, struct intents_result *result)
{
    bool is_doubtful_talk = result->act == INTENTS_NONE && result->confidence < (double)TALK_FROM;

    if (read_name(understander, words, result))
        return;
    if (!(result->act == INTENTS_AFFIRM || is_doubtful_talk) || result->outside_service[0] ||
        result->best_service_confidence < CHOSEN_FROM)
        return;
    if (is_doubtful_talk)
        result->confidence = 1 - result->confidence;
    result->confidence *= result->best_service_confidence;
    result->act = INTENTS_REQUEST;
    memcpy(result->service, result->best_service, sizeof(result->service));
}

/* Whether nothing but a day or hour was said. */
static bool is_bare_when(const struct intents_language *language, const struct intents_words *words)
{
    unsigned char tags[INTENTS_WORDS_MAX];

    intents_when_tag(&language->when, words, true, tags);
    return !memchr(tags, INTENTS_TAG_NONE, words->n);
}

/* "Vendredi matin" and "peu importe" to a question about the day: neither a request for whatever is
 * likeliest nor any other act, however it sounds on its own. */
static void read_moment(const struct intents_language *language, const struct intents_words *words,
                        const struct intents_opinion *opinion, const struct intents_when *when,
                        struct intents_result *result)
{
    bool is_open = intents_when_is_open(&language->when, words);
    bool is_when = !opinion->has_topic &&
                   (base_date_is_set(when->date) || when->part || base_time_is_set(when->time));

    if (result->act == INTENTS_EMERGENCY || result->act == INTENTS_AFFIRM || !(is_when || is_open))
        return;
    if (result->act == INTENTS_REQUEST && result->confidence >= REQUEST_FROM)
        return;
    if (!is_open && result->act != INTENTS_NONE && result->act != INTENTS_DENY &&
        result->act != INTENTS_REQUEST && result->confidence >= ORDER_FROM)
        return;
    if (result->act != INTENTS_DENY || is_open || is_bare_when(language, words))
        result->act = INTENTS_NONE;
    result->service[0] = result->outside_service[0] = '\0';
    result->best_service[0] = '\0';
    result->best_service_confidence = 0;
    be_sure(result);
}

/* "Non, pas des courses, une promenade" is a no, and what is wanted. */
static void read_instead(const struct intents_understander *understander,
                         const struct intents_words *words, struct intents_result *result)
{
    const struct intents_service *service = intents_instead_find(understander->instead, words);

    if (!service || (result->act != INTENTS_DENY && result->act != INTENTS_NONE &&
                     result->act != INTENTS_REQUEST))
        return;
    take_service(understander, service, result);
    result->is_instead = result->act == INTENTS_REQUEST;
}

static void doubt_yes(struct intents_result *result)
{
    if (result->act != INTENTS_AFFIRM || result->confidence >= YES_FROM)
        return;
    result->act = INTENTS_NONE;
    result->confidence = 1 - result->confidence;
}

void intents_answer_read(const struct intents_understander *understander,
                         const struct intents_words *words, const struct intents_opinion *opinion,
                         const struct intents_when *when, struct intents_result *result)
{
    doubt_yes(result);
    read_moment(understander->language, words, opinion, when, result);
    read_instead(understander, words, result);
}

/* Whether something is talked about before the first day or hour: an answer begins with the day, or
 * with words of grammar ("mettez plutôt vendredi, ma fille vient jeudi"). */
static bool has_topic_before_when(const struct intents_language *language,
                                  const struct intents_words *words)
{
    const json_t *structure = json_object_get(language->grammar.root, "structure");
    unsigned char tags[INTENTS_WORDS_MAX];

    intents_when_tag(&language->when, words, true, tags);
    for (size_t i = 0; i < words->n && tags[i] == INTENTS_TAG_NONE; i++) {
        if (!intents_grammar_has(structure, words->word[i]))
            return true;
    }
    return false;
}

bool intents_answer_has_moment(const struct intents_language *language,
                               const struct intents_words *words,
                               const struct intents_opinion *opinion)
{
    return opinion->act[INTENTS_NONE] < TALK_FROM || !has_topic_before_when(language, words);
}

/* "Oui, et aussi du beurre": an answer may add to the list that was restated. */
static bool adds_to_request(const struct intents_result *result)
{
    return !result->outside_service[0] &&
           (result->act == INTENTS_NONE || result->act == INTENTS_AFFIRM ||
            result->act == INTENTS_DENY);
}

void intents_answer_read_items(const struct intents_understander *understander,
                               const struct intents_words *words, struct intents_result *result)
{
    bool adds = adds_to_request(result) || (result->act == INTENTS_REQUEST &&
                                            intents_takes_items(understander, result->service));

    if (result->outside_service[0] || (!adds && result->act != INTENTS_CANCEL))
        return;
    result->n_items = intents_items_answer(understander->items, words, result->items,
                                           result->dropped, &result->n_dropped, &result->is_cut);
    result->misses_item = adds && intents_items_misses_one(understander->items, words);
    if (result->misses_item)
        be_sure(result);
    if (result->n_dropped == 0) {
        result->n_items = adds ? result->n_items : 0;
        return;
    }
    if (result->act == INTENTS_CANCEL || result->act == INTENTS_REQUEST)
        result->act = INTENTS_NONE;
    result->service[0] = '\0';
    be_sure(result);
}
