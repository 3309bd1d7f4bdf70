/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Several requests in one sentence: "mes courses demain et que quelqu'un promène mon chien samedi",
 * and behind an answer: "oui, et le chien aussi".
 *
 * The learned understanding hears one service in a sentence, the likelier one, with the day of the
 * other. Cutting wherever both sides are likely requests is wrong too: most sentences with an "et"
 * give a reason on one side ("ma tondeuse est cassée et il faudrait couper l'herbe"). So the cut
 * must be seen in the words: something that joins, behind it something that begins a request
 * (`cues.ask` of when.json, a service's name, `joints.begins` of grammar.json), before it something
 * that asks; and both sides, each understood by itself, must be surely requests for different
 * services. Measured on requests that are one: tests/intents/test_two_requests.py.
 */
#include "intents/sets.h"
#include "intents/understand_private.h"

#include <string.h>

/* All of these were chosen by hand, and stayed since the two sets of docs/understanding.md ("Two
 * requests in one sentence") were parted, or left whole, with them. */
/* Each side is a request this surely; and still seems to be one. */
#define PART_FROM  0.7
#define MIXED_FROM 0.35
/* So sure, and of so few words, is what takes back the yes before it. */
#define TAKEN_BACK_FROM  0.9
#define TAKEN_BACK_WORDS 3
/* "Aussi" this many words behind where a request begins belongs to it. */
#define ALSO_REACH 6
/* Behind a second name so little is said that it is a second request, whatever it sounds like. */
#define NAME_WORDS_MAX 8
/* What is shorter says nothing by itself. */
#define WORDS_MIN 2

/* Before anything else is joined. */
static bool has_also(const struct intents_understander *u, const struct intents_words *words,
                     size_t from, size_t to)
{
    for (size_t at = from;
         at < to && intents_joints_match(u->joints, INTENTS_JOINT_AND, words, at) == at; at++) {
        if (intents_joints_match(u->joints, INTENTS_JOINT_ALSO, words, at) > at)
            return true;
    }
    return false;
}

static bool asks_at(const struct intents_understander *u, const struct intents_words *words,
                    size_t at)
{
    const struct intents_service *named;

    return intents_when_asks(&u->language->when, words, at) > at ||
           intents_joints_match(u->joints, INTENTS_JOINT_BEGINS, words, at) > at ||
           intents_set_match_name(u->language, words, at, &named) > at;
}

/* Behind what joins, fills, or names a moment. */
static size_t skip_opening(const struct intents_understander *u, const struct intents_words *words)
{
    unsigned char tags[INTENTS_WORDS_MAX];
    size_t at = 0, before;

    intents_when_tag(&u->language->when, words, true, tags);
    do {
        before = at;
        at = intents_joints_skip(u->joints, INTENTS_JOINT_FILLER, words, at);
        at = intents_joints_skip(u->joints, INTENTS_JOINT_ALSO, words, at);
        while (at < words->n && tags[at] != INTENTS_TAG_NONE)
            at++;
    } while (at > before);
    return at;
}

/* Whether the words begin with a request; a moment may stand before it. */
static bool begins_request(const struct intents_understander *u, const struct intents_words *words)
{
    return asks_at(u, words, skip_opening(u, words));
}

static bool asks(const struct intents_understander *u, const struct intents_words *words)
{
    const struct intents_service *named;

    for (size_t at = 0; at < words->n; at++) {
        if (intents_when_asks(&u->language->when, words, at) > at ||
            intents_set_match_name(u->language, words, at, &named) > at)
            return true;
    }
    return begins_request(u, words);
}

/* The service that is asked for, of the language. */
static const char *wanted(const struct intents_result *result)
{
    return result->act == INTENTS_REQUEST ? result->service : result->outside_service;
}

static void become_named(const struct intents_understander *u, const struct intents_service *named,
                         const struct intents_words *words, struct base_datetime now,
                         struct intents_result *result)
{
    bool is_offered = intents_is_offered(u, named->id);
    struct intents_when when;

    intents_when_find(&u->language->when, words, now, &when);
    *result = (struct intents_result){.act = is_offered ? INTENTS_REQUEST : INTENTS_NONE,
                                      .confidence = INTENTS_ANSWER_CONFIDENCE,
                                      .date = when.date,
                                      .part = when.part,
                                      .time = when.time,
                                      .is_repeated = when.is_repeated,
                                      .is_off_weekday = when.is_off_weekday};
    strcpy(is_offered ? result->service : result->outside_service, named->id);
}

/* The service that is named and nothing else beside what joins: "le chien aussi". */
static const struct intents_service *named_alone(const struct intents_understander *u,
                                                 const struct intents_words *words)
{
    struct intents_words rest = *words;

    rest.n = 0;
    for (size_t at = 0, end; at < words->n; at = end) {
        end = intents_joints_match(u->joints, INTENTS_JOINT_ALSO, words, at);
        if (end > at)
            continue;
        rest.word[rest.n] = words->word[at];
        rest.start[rest.n] = words->start[at];
        rest.end[rest.n++] = words->end[at];
        end = at + 1;
    }
    return intents_instead_named(u->instead, &rest);
}

/* The words as one request. Returns: how sure that is, 0 none. */
static double read_one(const struct intents_understander *u, const struct intents_words *words,
                       struct base_datetime now, struct intents_result *ret_result)
{
    const struct intents_service *named;

    if (words->n < WORDS_MIN)
        return 0;
    intents_understand_alone(u, words, now, INTENTS_EXPECT_REQUEST, ret_result);
    named = named_alone(u, words);
    if (named && (ret_result->confidence < INTENTS_ANSWER_CONFIDENCE ||
                  strcmp(wanted(ret_result), named->id) != 0))
        become_named(u, named, words, now, ret_result);
    return wanted(ret_result)[0] ? ret_result->confidence : 0;
}

/* The request behind the first one, and those behind it: of more than there is room for, all is to
 * be said again one by one. */
static void add_also(const struct intents_result *other, struct intents_result *result)
{
    struct intents_also *also = &result->also[result->n_also];

    result->is_mixed |= result->n_also + 1 + other->n_also > INTENTS_ALSO_MAX;
    if (result->n_also == INTENTS_ALSO_MAX)
        return;
    *also = (struct intents_also){.is_outside = other->act != INTENTS_REQUEST,
                                  .date = other->date,
                                  .part = other->part,
                                  .time = other->time,
                                  .is_repeated = other->is_repeated,
                                  .is_off_weekday = other->is_off_weekday,
                                  .n_items = other->n_items,
                                  .is_cut = other->is_cut};
    strcpy(also->service, wanted(other));
    memcpy(also->items, other->items, sizeof(also->items));
    result->n_also++;
    for (size_t i = 0; i < other->n_also && result->n_also < INTENTS_ALSO_MAX; i++)
        result->also[result->n_also++] = other->also[i];
}

/* Where a second request would begin if a first one ended at `at`; 0: it does not end there. */
static size_t joint_at(const struct intents_understander *u, const struct intents_words *words,
                       size_t at)
{
    size_t end = intents_joints_match(u->joints, INTENTS_JOINT_AND, words, at);

    if (end == at && !(asks_at(u, words, at) && has_also(u, words, at, at + ALSO_REACH)))
        return 0;
    return end < words->n ? end : 0;
}

static const struct intents_service *first_named(const struct intents_understander *u,
                                                 const struct intents_words *words)
{
    const struct intents_service *named = NULL;

    for (size_t at = 0; !named && at < words->n; at++)
        (void)intents_set_match_name(u->language, words, at, &named);
    return named;
}

/* The service that is named by the very first words, a moment or what joins before them. */
static const struct intents_service *named_at_once(const struct intents_understander *u,
                                                   const struct intents_words *words)
{
    const struct intents_service *named = NULL;
    size_t at = skip_opening(u, words);

    return intents_set_match_name(u->language, words, at, &named) > at ? named : NULL;
}

/* "Mes courses et aussi le chien si on veut": two names with hardly anything else. */
static bool are_two_names(const struct intents_understander *u, const struct intents_words *left,
                          const struct intents_words *right)
{
    const struct intents_service *a = named_at_once(u, left), *b = named_at_once(u, right);

    return a && b && a != b && right->n <= NAME_WORDS_MAX;
}

/* Whether the two sides name two services. */
static bool are_named(const struct intents_understander *u, const struct intents_words *left,
                      const struct intents_words *right)
{
    const struct intents_service *a = first_named(u, left), *b = first_named(u, right);

    return a && b && a != b;
}

/* Cuts the words in two requests. Returns: whether they are. */
static bool cut(const struct intents_understander *u, const struct intents_words *words, size_t at,
                size_t from, struct base_datetime now, struct intents_result *result)
{
    struct intents_words left = intents_words_part(words, 0, at),
                         right = intents_words_part(words, from, words->n);
    struct intents_result first, second;
    double sure, right_sure;

    if (!asks(u, &left) || (!begins_request(u, &right) && !named_alone(u, &right)))
        return false;
    sure = read_one(u, &left, now, &first);
    right_sure = read_one(u, &right, now, &second);
    sure = right_sure < sure ? right_sure : sure;
    if (sure > 0 && strcmp(wanted(&first), wanted(&second)) == 0)
        return false;
    if (sure < PART_FROM) {
        result->is_mixed |=
            (sure >= MIXED_FROM && are_named(u, &left, &right)) || are_two_names(u, &left, &right);
        return false;
    }
    intents_read_also(u, &right, now, INTENTS_EXPECT_REQUEST, &second);
    if (strcmp(wanted(&first), wanted(&second)) == 0)
        return false;
    *result = first;
    result->confidence = sure;
    result->n_also = 0;
    add_also(&second, result);
    return true;
}

static void part(const struct intents_understander *u, const struct intents_words *words,
                 struct base_datetime now, struct intents_result *result)
{
    for (size_t at = WORDS_MIN; at + WORDS_MIN <= words->n; at++) {
        size_t from = joint_at(u, words, at);

        if (from > 0 && cut(u, words, at, from, now, result))
            return;
    }
}

/* "Oui, annulez" is no yes to what was restated, whatever stands first. */
static bool takes_back(const struct intents_understander *u, const struct intents_words *rest,
                       struct base_datetime now, const struct intents_result *result)
{
    struct intents_result behind;

    if (result->act != INTENTS_AFFIRM || result->answer != INTENTS_YES || rest->n == 0 ||
        rest->n > TAKEN_BACK_WORDS)
        return false;
    intents_understand_alone(u, rest, now, INTENTS_EXPECT_CONFIRMATION, &behind);
    return behind.act == INTENTS_CANCEL && !behind.topic[0] && behind.confidence >= TAKEN_BACK_FROM;
}

/* A request behind an answer, or one that is joined to what was restated. Returns: whether. */
static bool read_behind_answer(const struct intents_understander *u,
                               const struct intents_words *words, struct base_datetime now,
                               struct intents_result *result)
{
    enum intents_answer answer;
    size_t at = intents_joints_answer(u->joints, words, &answer),
           from = intents_joints_match(u->joints, INTENTS_JOINT_AND, words, at);
    struct intents_words rest = intents_words_part(words, from, words->n);
    bool is_joined = from > at || has_also(u, words, at, words->n);
    struct intents_result behind;

    result->answer = answer;
    result->is_besides = answer != INTENTS_NO_ANSWER && is_joined;
    if (takes_back(u, &rest, now, result))
        result->act = INTENTS_CANCEL;
    if (!is_joined || result->is_instead || result->n_dropped > 0 ||
        (!begins_request(u, &rest) && !named_alone(u, &rest)) ||
        read_one(u, &rest, now, &behind) < PART_FROM)
        return false;
    part(u, &rest, now, &behind);
    *result = behind;
    result->answer = answer;
    result->is_besides = true;
    return true;
}

void intents_read_also(const struct intents_understander *u, const struct intents_words *words,
                       struct base_datetime now, enum intents_expect expect,
                       struct intents_result *result)
{
    if (intents_expects_answer(expect) && read_behind_answer(u, words, now, result))
        return;
    if (!result->is_instead && result->n_also == 0)
        part(u, words, now, result);
}
