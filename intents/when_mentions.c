/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Mentions and groups. A mention is as long as it can be, so that "le lundi de Pâques" is no
 * Monday; neighbours of different kinds with nothing but fillers between them make one group.
 * Refused: one rule for each way of putting day, part and time side by side; there would be
 * hundreds.
 */
#include "intents/when_private.h"

#define FILLERS_MAX 3

/* The end of the longest cue of a kind at a word; `at` when there is none. */
size_t intents_when_match_cue(const struct intents_when_search *search, enum intents_when_cue cue,
                              size_t at)
{
    size_t best = at;

    for (size_t i = 0; at < search->words->n && i < search->data->n_cues[cue]; i++) {
        size_t end =
            intents_match(search->data, search->data->cues[cue][i], search->words, at, NULL);

        if (end > best)
            best = end;
    }
    return best;
}

static bool ends_clause(const struct intents_when_search *search, size_t at)
{
    return at >= search->words->n || intents_when_match_cue(search, INTENTS_CUE_CLOSER, at) > at;
}

/* The best rule at a word: the longest, of those the first. Returns: whether there is one. */
static bool match_rules(const struct intents_when_search *search, size_t at,
                        struct intents_when_piece *ret_piece)
{
    const unsigned short *numbers;
    size_t n =
        intents_match_index_find(search->data->rule_index, search->words->word[at], &numbers);
    size_t best = at;

    for (size_t i = 0; i < n; i++) {
        const struct intents_when_rule *rule = &search->data->rules[numbers[i]];
        struct intents_catch catch;
        size_t end;

        if (rule->is_unseen && search->leaves_unseen)
            continue;
        end = intents_match(search->data, rule->node, search->words, at, &catch);
        if (end <= best || (rule->is_last && !ends_clause(search, end)) ||
            (rule->is_last_of_all && end < search->words->n))
            continue;
        best = end;
        *ret_piece = (struct intents_when_piece){at, end, rule, catch};
    }
    return best > at;
}

void intents_when_find_pieces(struct intents_when_search *search)
{
    for (size_t at = 0; at < search->words->n && search->n_pieces < INTENTS_WHEN_PIECES_MAX;) {
        struct intents_when_piece *piece = &search->pieces[search->n_pieces];

        if (match_rules(search, at, piece)) {
            at = piece->end;
            search->n_pieces++;
        } else {
            at++;
        }
    }
}

/* Whether nothing but fillers stands between two words. */
static bool is_filled(const struct intents_when_search *search, size_t from, size_t to)
{
    for (int i = 0; i < FILLERS_MAX && from < to; i++) {
        size_t end = intents_when_match_cue(search, INTENTS_CUE_FILLER, from);

        if (end == from)
            return false;
        from = end;
    }
    return from == to;
}

/* Whether a cue of a kind begins somewhere in [from, to). */
bool intents_when_has_cue(const struct intents_when_search *search, enum intents_when_cue cue,
                          size_t from, size_t to)
{
    for (size_t at = from; at < to; at++) {
        if (intents_when_match_cue(search, cue, at) > at)
            return true;
    }
    return false;
}

static const struct intents_when_piece **place_of(struct intents_when_group *group,
                                                  const struct intents_when_piece *piece)
{
    if (piece->rule->kind == INTENTS_WHEN_DATE)
        return &group->date;
    if (piece->rule->kind == INTENTS_WHEN_PART)
        return &group->part;
    return &group->time;
}

static bool may_join(const struct intents_when_search *search, struct intents_when_group *group,
                     const struct intents_when_piece *piece)
{
    if (*place_of(group, piece) || !is_filled(search, group->end, piece->start))
        return false;
    /* "ce soir" brings its own part. */
    return piece->rule->kind != INTENTS_WHEN_PART || !group->date ||
           group->date->rule->part == INTENTS_NO_PART || group->time;
}

/* A bare clock time counts beside a day or a part, behind a correction, or nearly alone. */
static bool weak_counts(const struct intents_when_search *search, size_t i)
{
    const struct intents_when_piece *piece = &search->pieces[i];
    const struct intents_when_piece *before = i > 0 ? piece - 1 : NULL;
    const struct intents_when_piece *after = i + 1 < search->n_pieces ? piece + 1 : NULL;
    size_t from = piece->start > INTENTS_WHEN_CORRECTION_REACH
                      ? piece->start - INTENTS_WHEN_CORRECTION_REACH
                      : 0;

    if (piece->rule->kind != INTENTS_WHEN_WEAK)
        return true;
    if (search->words->n <= piece->end - piece->start + 3)
        return true;
    if (before && before->rule->kind <= INTENTS_WHEN_TIME &&
        is_filled(search, before->end, piece->start))
        return true;
    if (after && after->rule->kind <= INTENTS_WHEN_PART &&
        is_filled(search, piece->end, after->start))
        return true;
    return before && before->rule->kind <= INTENTS_WHEN_TIME &&
           intents_when_has_cue(search, INTENTS_CUE_CORRECTION,
                                from > before->end ? from : before->end, piece->start);
}

void intents_when_make_groups(struct intents_when_search *search)
{
    for (size_t i = 0; i < search->n_pieces; i++) {
        const struct intents_when_piece *piece = &search->pieces[i];
        struct intents_when_group *last =
            search->n_groups > 0 ? &search->groups[search->n_groups - 1] : NULL;

        if (piece->rule->kind == INTENTS_WHEN_PAST || piece->rule->kind == INTENTS_WHEN_IGNORE ||
            !weak_counts(search, i))
            continue;
        if (!last || !may_join(search, last, piece)) {
            last = &search->groups[search->n_groups++];
            *last = (struct intents_when_group){.start = piece->start};
        }
        *place_of(last, piece) = piece;
        last->end = piece->end;
    }
}
