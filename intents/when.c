/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "intents/when_private.h"

#include <string.h>

static void resolve_second(const struct intents_when_search *search,
                           const struct intents_when_group *group, struct base_datetime now,
                           struct intents_when *when)
{
    struct intents_when second = {.part = group->date->rule->part, .time = BASE_NO_TIME};

    if (group->part && second.part == INTENTS_NO_PART)
        second.part = group->part->rule->part;
    second.date = intents_when_resolve_date(group->date, now.date);
    if (group->time)
        intents_when_resolve_time(search->data, group->time, now, &second);
    when->has_second = base_date_compare(second.date, when->date) != 0;
    when->second_date = second.date;
    when->second_part = second.part;
    when->second_time = second.time;
}

/* A day said twice, and its hour only once: "les dimanches sont longs, venez dimanche à trois
 * heures". The hour of a reason is none. Returns: the other mention, or NULL. */
static const struct intents_when_group *find_fuller(const struct intents_when_search *search,
                                                    const struct intents_when_group *day,
                                                    struct base_date today)
{
    struct base_date date = intents_when_resolve_date(day->date, today);

    if (day->part || day->time || day->date->rule->part != INTENTS_NO_PART)
        return NULL;
    for (size_t i = 0; i < search->n_groups; i++) {
        const struct intents_when_group *other = &search->groups[i];

        if (!other->is_void && other->score >= INTENTS_WHEN_OF_NOTHING && other->date &&
            (other->part || other->time) &&
            base_date_compare(intents_when_resolve_date(other->date, today), date) == 0)
            return other;
    }
    return NULL;
}

void intents_when_find(const struct intents_when_data *data, const struct intents_words *words,
                       struct base_datetime now, struct intents_when *ret_when)
{
    struct intents_when_search search = {.data = data, .words = words};
    const struct intents_when_group *day, *hour, *fuller;
    const struct intents_when_piece *part, *time;

    *ret_when = (struct intents_when){.date = BASE_NO_DATE,
                                      .time = BASE_NO_TIME,
                                      .second_date = BASE_NO_DATE,
                                      .second_time = BASE_NO_TIME};
    intents_when_find_pieces(&search);
    intents_when_make_groups(&search);
    intents_when_weigh_groups(&search);
    day = intents_when_best_group(&search, true);
    hour = intents_when_best_group(&search, false);
    /* A time in a reason ("le relais ferme à midi") is not the time of the request. */
    if (hour && hour->score < INTENTS_WHEN_OF_NOTHING &&
        (day ? hour->score < day->score : intents_when_has_asking(&search)))
        hour = NULL;
    fuller = day ? find_fuller(&search, day, now.date) : NULL;
    if (fuller)
        hour = fuller;
    part = day && day->part ? day->part : hour ? hour->part : NULL;
    time = day && day->time ? day->time : hour ? hour->time : NULL;
    if (day) {
        ret_when->date = intents_when_resolve_date(day->date, now.date);
        ret_when->is_off_weekday = intents_when_is_off_weekday(day->date, ret_when->date);
        ret_when->part = day->date->rule->part;
    } else if (part && part->rule->days.is_set) {
        ret_when->date = intents_when_resolve_date(part, now.date);
        ret_when->is_implied = true;
    }
    if (part && ret_when->part == INTENTS_NO_PART)
        ret_when->part = part->rule->part;
    if (time)
        intents_when_resolve_time(data, time, now, ret_when);
    if (day && day->second)
        resolve_second(&search, day->second, now, ret_when);
    ret_when->is_repeated =
        (day && day->date->rule->is_repeated) || intents_when_says_repeated(&search);
}

size_t intents_when_asks(const struct intents_when_data *data, const struct intents_words *words,
                         size_t at)
{
    const struct intents_when_search search = {.data = data, .words = words};

    return intents_when_match_cue(&search, INTENTS_CUE_ASK, at);
}

bool intents_when_is_open(const struct intents_when_data *data, const struct intents_words *words)
{
    const struct intents_when_search search = {.data = data, .words = words};

    for (size_t at = 0; at < words->n; at++) {
        if (intents_when_match_cue(&search, INTENTS_CUE_OPEN, at) > at)
            return true;
    }
    return false;
}

void intents_when_tag(const struct intents_when_data *data, const struct intents_words *words,
                      bool with_unseen, unsigned char ret_tags[INTENTS_WORDS_MAX])
{
    static const unsigned char tags[INTENTS_WHEN_N_KINDS] = {
        [INTENTS_WHEN_DATE] = INTENTS_TAG_DATE, [INTENTS_WHEN_PART] = INTENTS_TAG_PART,
        [INTENTS_WHEN_TIME] = INTENTS_TAG_TIME, [INTENTS_WHEN_PAST] = INTENTS_TAG_PAST,
        [INTENTS_WHEN_WEAK] = INTENTS_TAG_TIME, [INTENTS_WHEN_IGNORE] = INTENTS_TAG_IGNORE,
    };
    struct intents_when_search search = {
        .data = data, .words = words, .leaves_unseen = !with_unseen};

    memset(ret_tags, INTENTS_TAG_NONE, words->n);
    intents_when_find_pieces(&search);
    for (size_t i = 0; i < search.n_pieces; i++) {
        const struct intents_when_piece *piece = &search.pieces[i];

        memset(ret_tags + piece->start, INTENTS_TAG_INSIDE, piece->end - piece->start);
        ret_tags[piece->start] = tags[piece->rule->kind];
    }
}
