/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which of several days counts. What a past tense or "depuis" governs, what is negated, what a
 * correction took back and the second of "lundi ou mardi" fall away; of the others a group of the
 * asking clause goes before one of a reason. Refused: the first or the last day of the sentence,
 * which is wrong wherever a reason has its own day.
 */
#include "intents/when_private.h"

#include <string.h>

/* A past tense governs a day this many words behind it, at most. Chosen by hand. */
#define PAST_REACH 8

/* Marks where clauses begin and of which kind; a cue takes its words from others ("qu'on me" asks,
 * though "on me" alone tells). */
static void find_clauses(struct intents_when_search *search)
{
    static const enum intents_when_cue kinds[] = {INTENTS_CUE_ASK, INTENTS_CUE_PAST,
                                                  INTENTS_CUE_BECAUSE, INTENTS_CUE_OTHER};

    for (size_t at = 0; at < search->words->n;) {
        size_t longest = at + 1;

        search->clause[at] = INTENTS_N_CUES;
        for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
            size_t end = intents_when_match_cue(search, kinds[k], at);

            if (end == at || search->clause[at] != INTENTS_N_CUES)
                continue;
            search->clause[at] = kinds[k];
            if (kinds[k] == INTENTS_CUE_ASK)
                longest = end;
        }
        for (size_t i = at + 1; i < longest; i++)
            search->clause[i] = INTENTS_N_CUES;
        at = longest;
    }
}

/* What governs a group: the last clause that begins before it. */
static enum intents_when_cue governing_cue(const struct intents_when_search *search,
                                           const struct intents_when_group *group)
{
    for (size_t at = group->start; at-- > 0;) {
        enum intents_when_cue cue = search->clause[at];

        if (cue == INTENTS_CUE_PAST && group->start - at > PAST_REACH)
            continue;
        if (cue != INTENTS_N_CUES)
            return cue;
    }
    return INTENTS_N_CUES;
}

static bool is_negated(const struct intents_when_search *search,
                       const struct intents_when_group *group)
{
    for (size_t back = 1; back <= 3 && back <= group->start; back++) {
        if (intents_when_match_cue(search, INTENTS_CUE_NOT, group->start - back) == group->start)
            return true;
    }
    return false;
}

static void weigh(const struct intents_when_search *search, struct intents_when_group *group)
{
    enum intents_when_cue cue = governing_cue(search, group);

    group->is_void = cue == INTENTS_CUE_PAST || is_negated(search, group);
    group->score = cue == INTENTS_CUE_ASK       ? INTENTS_WHEN_OF_REQUEST
                   : cue == INTENTS_CUE_OTHER   ? INTENTS_WHEN_OF_OTHER
                   : cue == INTENTS_CUE_BECAUSE ? INTENTS_WHEN_OF_REASON
                                                : INTENTS_WHEN_OF_NOTHING;
}

/* The same day said again: "vendredi après-midi euh oui vendredi". */
static bool is_same_date(const struct intents_when_piece *a, const struct intents_when_piece *b)
{
    return a && b && a->rule == b->rule && memcmp(&a->catch, &b->catch, sizeof(a->catch)) == 0;
}

/* "Entre lundi et jeudi" is one day. */
static bool is_range(const struct intents_when_search *search,
                     const struct intents_when_group *group)
{
    for (size_t back = 1; back <= 2 && back <= group->start; back++) {
        if (intents_when_match_cue(search, INTENTS_CUE_RANGE, group->start - back) == group->start)
            return true;
    }
    return false;
}

static bool are_both_meant(const struct intents_when_search *search,
                           const struct intents_when_group *before,
                           const struct intents_when_group *group)
{
    return intents_when_match_cue(search, INTENTS_CUE_AND, before->end) == group->start &&
           before->date && group->date && !is_same_date(before->date, group->date) &&
           !is_range(search, before);
}

/* "Mardi, ah non, mardi j'ai le docteur, jeudi alors": the day is said again to tell what stands
 * against it, and another one comes. */
static bool is_taken_back(const struct intents_when_search *search,
                          const struct intents_when_group *before,
                          const struct intents_when_group *group)
{
    bool has_next = false;

    for (const struct intents_when_group *next = group + 1;
         next < search->groups + search->n_groups; next++)
        has_next |= !next->is_void && next->date;
    return has_next && is_same_date(group->date, before->date) &&
           search->clause[group->end] == INTENTS_CUE_OTHER;
}

/* Corrections and alternatives between neighbouring groups. */
static void settle(struct intents_when_search *search)
{
    struct intents_when_group *before = NULL;
    enum intents_when_score left_score =
        INTENTS_WHEN_OF_REASON; /* of a day that was taken back: the next one stands in its place */

    for (size_t i = 0; i < search->n_groups; i++) {
        struct intents_when_group *group = &search->groups[i];
        size_t or_end = before ? intents_when_match_cue(search, INTENTS_CUE_OR, before->end) : 0;

        if (group->is_void)
            continue;
        if (group->score < left_score)
            group->score = left_score;
        left_score = INTENTS_WHEN_OF_REASON;
        if (before && or_end > before->end && or_end == group->start) {
            group->is_void = true;
            if (!before->second && are_both_meant(search, before, group))
                before->second = group;
            continue;
        }
        if (before && group->start - before->end <= INTENTS_WHEN_CORRECTION_REACH &&
            intents_when_has_cue(search, INTENTS_CUE_CORRECTION, before->end, group->start)) {
            if (is_taken_back(search, before, group)) {
                left_score = before->score;
                before->is_void = group->is_void = true;
                before = NULL;
                continue;
            }
            if (!group->date)
                group->date = before->date;
            else if (is_same_date(group->date, before->date) && !group->part && !group->time) {
                group->part = before->part;
                group->time = before->time;
            }
            if (!group->date || group->score < before->score)
                group->score = before->score;
            before->is_void = true;
        }
        before = group;
    }
}

void intents_when_weigh_groups(struct intents_when_search *search)
{
    find_clauses(search);
    for (size_t i = 0; i < search->n_groups; i++)
        weigh(search, &search->groups[i]);
    settle(search);
}

const struct intents_when_group *intents_when_best_group(const struct intents_when_search *search,
                                                         bool with_date)
{
    const struct intents_when_group *best = NULL;

    for (size_t i = 0; i < search->n_groups; i++) {
        const struct intents_when_group *group = &search->groups[i];

        if (!group->is_void && (group->date != NULL) == with_date &&
            (!best || group->score > best->score))
            best = group;
    }
    return best;
}

static bool is_behind_but(const struct intents_when_search *search,
                          const struct intents_when_group *group)
{
    return group->start > 0 &&
           intents_when_match_cue(search, INTENTS_CUE_BECAUSE, group->start - 1) == group->start;
}

/* "Chaque semaine": said of what is asked for, and not of somebody's habit. */
bool intents_when_says_repeated(const struct intents_when_search *search)
{
    for (size_t i = 0; i < search->n_pieces; i++) {
        const struct intents_when_piece *piece = &search->pieces[i];
        struct intents_when_group group = {.start = piece->start, .end = piece->end};

        if (piece->rule->kind != INTENTS_WHEN_IGNORE || !piece->rule->is_repeated)
            continue;
        weigh(search, &group);
        /* "Oui, mais chaque semaine": no reason begins there. */
        if (!group.is_void &&
            (group.score >= INTENTS_WHEN_OF_NOTHING || is_behind_but(search, &group)))
            return true;
    }
    return false;
}

bool intents_when_has_asking(const struct intents_when_search *search)
{
    for (size_t at = 0; at < search->words->n; at++) {
        if (search->clause[at] == INTENTS_CUE_ASK)
            return true;
    }
    return false;
}
