/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "intents/when.h"

#include "intents/match.h"

#include <stdbool.h>
#include <string.h>

#define PIECES_MAX 32
/* A correction takes back what was said this many words before, at most. */
#define CORRECTION_REACH 9
/* A past tense governs a day this many words behind it, at most. */
#define PAST_REACH  8
#define FILLERS_MAX 3
/* A weekday with a number and no month is looked for as far as this. */
#define NUMBERED_REACH_DAYS 92

struct piece {
    size_t start, end;
    const struct intents_when_rule *rule;
    struct intents_catch catch;
};

/* Mentions side by side that mean one moment. */
struct group {
    size_t start, end;
    const struct piece *date, *part, *time;
    const struct group *second; /* meant as well: "mardi et vendredi" */
    bool is_void;
    int score;
};

struct search {
    const struct intents_when_data *data;
    const struct intents_words *words;
    struct piece pieces[PIECES_MAX];
    size_t n_pieces;
    struct group groups[PIECES_MAX];
    size_t n_groups;
    enum intents_when_cue clause[INTENTS_WORDS_MAX]; /* begins here; N_CUES: none */
    bool leaves_unseen;                              /* without the rules that are unseen */
};

/* The end of the longest cue of a kind at a word; `at` when there is none. */
static size_t match_cue(const struct search *search, enum intents_when_cue cue, size_t at)
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

static bool ends_clause(const struct search *search, size_t at)
{
    return at >= search->words->n || match_cue(search, INTENTS_CUE_CLOSER, at) > at;
}

/* The best rule at a word: the longest, of those the first. Returns: whether there is one. */
static bool match_rules(const struct search *search, size_t at, struct piece *ret_piece)
{
    const unsigned short *numbers;
    size_t n =
        intents_match_index_find(search->data->rule_index, search->words->word[at], &numbers);
    size_t best = at;

    for (size_t i = 0; i < n; i++) {
        const struct intents_when_rule *rule = &search->data->rules[numbers[i]];
        struct intents_catch catch;
        size_t end = intents_match(search->data, rule->node, search->words, at, &catch);

        if (end <= best || (rule->is_unseen && search->leaves_unseen) ||
            (rule->is_last && !ends_clause(search, end)) ||
            (rule->is_last_of_all && end < search->words->n))
            continue;
        best = end;
        *ret_piece = (struct piece){at, end, rule, catch};
    }
    return best > at;
}

static void find_pieces(struct search *search)
{
    for (size_t at = 0; at < search->words->n && search->n_pieces < PIECES_MAX;) {
        struct piece *piece = &search->pieces[search->n_pieces];

        if (match_rules(search, at, piece)) {
            at = piece->end;
            search->n_pieces++;
        } else {
            at++;
        }
    }
}

/* Whether nothing but fillers stands between two words. */
static bool is_filled(const struct search *search, size_t from, size_t to)
{
    for (int i = 0; i < FILLERS_MAX && from < to; i++) {
        size_t end = match_cue(search, INTENTS_CUE_FILLER, from);

        if (end == from)
            return false;
        from = end;
    }
    return from == to;
}

/* Whether a cue of a kind begins somewhere in [from, to). */
static bool has_cue(const struct search *search, enum intents_when_cue cue, size_t from, size_t to)
{
    for (size_t at = from; at < to; at++) {
        if (match_cue(search, cue, at) > at)
            return true;
    }
    return false;
}

static const struct piece **place_of(struct group *group, const struct piece *piece)
{
    if (piece->rule->kind == INTENTS_WHEN_DATE)
        return &group->date;
    if (piece->rule->kind == INTENTS_WHEN_PART)
        return &group->part;
    return &group->time;
}

static bool may_join(const struct search *search, struct group *group, const struct piece *piece)
{
    if (*place_of(group, piece) || !is_filled(search, group->end, piece->start))
        return false;
    /* "ce soir" brings its own part. */
    return piece->rule->kind != INTENTS_WHEN_PART || !group->date ||
           group->date->rule->part == INTENTS_NO_PART || group->time;
}

/* A bare clock time counts beside a day or a part, behind a correction, or nearly alone. */
static bool weak_counts(const struct search *search, size_t i)
{
    const struct piece *piece = &search->pieces[i];
    const struct piece *before = i > 0 ? piece - 1 : NULL;
    const struct piece *after = i + 1 < search->n_pieces ? piece + 1 : NULL;
    size_t from = piece->start > CORRECTION_REACH ? piece->start - CORRECTION_REACH : 0;

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
           has_cue(search, INTENTS_CUE_CORRECTION, from > before->end ? from : before->end,
                   piece->start);
}

static void make_groups(struct search *search)
{
    for (size_t i = 0; i < search->n_pieces; i++) {
        const struct piece *piece = &search->pieces[i];
        struct group *last = search->n_groups > 0 ? &search->groups[search->n_groups - 1] : NULL;

        if (piece->rule->kind == INTENTS_WHEN_PAST || piece->rule->kind == INTENTS_WHEN_IGNORE ||
            !weak_counts(search, i))
            continue;
        if (!last || !may_join(search, last, piece)) {
            last = &search->groups[search->n_groups++];
            *last = (struct group){.start = piece->start};
        }
        *place_of(last, piece) = piece;
        last->end = piece->end;
    }
}

/* Marks where clauses begin and of which kind; a cue takes its words from others ("qu'on me" asks,
 * though "on me" alone tells). */
static void find_clauses(struct search *search)
{
    static const enum intents_when_cue kinds[] = {INTENTS_CUE_ASK, INTENTS_CUE_PAST,
                                                  INTENTS_CUE_BECAUSE, INTENTS_CUE_OTHER};

    for (size_t at = 0; at < search->words->n;) {
        size_t longest = at + 1;

        search->clause[at] = INTENTS_N_CUES;
        for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
            size_t end = match_cue(search, kinds[k], at);

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
static enum intents_when_cue governing_cue(const struct search *search, const struct group *group)
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

static bool is_negated(const struct search *search, const struct group *group)
{
    for (size_t back = 1; back <= 3 && back <= group->start; back++) {
        if (match_cue(search, INTENTS_CUE_NOT, group->start - back) == group->start)
            return true;
    }
    return false;
}

static void weigh(const struct search *search, struct group *group)
{
    enum intents_when_cue cue = governing_cue(search, group);

    group->is_void = cue == INTENTS_CUE_PAST || is_negated(search, group);
    group->score = cue == INTENTS_CUE_ASK       ? 3
                   : cue == INTENTS_CUE_OTHER   ? 1
                   : cue == INTENTS_CUE_BECAUSE ? 0
                                                : 2;
}

/* The same day said again: "vendredi après-midi euh oui vendredi". */
static bool is_same_date(const struct piece *a, const struct piece *b)
{
    return a && b && a->rule == b->rule && memcmp(&a->catch, &b->catch, sizeof(a->catch)) == 0;
}

/* "Entre lundi et jeudi" is one day. */
static bool is_range(const struct search *search, const struct group *group)
{
    for (size_t back = 1; back <= 2 && back <= group->start; back++) {
        if (match_cue(search, INTENTS_CUE_RANGE, group->start - back) == group->start)
            return true;
    }
    return false;
}

static bool are_both_meant(const struct search *search, const struct group *before,
                           const struct group *group)
{
    return match_cue(search, INTENTS_CUE_AND, before->end) == group->start && before->date &&
           group->date && !is_same_date(before->date, group->date) && !is_range(search, before);
}

/* Corrections and alternatives between neighbouring groups. */
static void settle(struct search *search)
{
    struct group *before = NULL;

    for (size_t i = 0; i < search->n_groups; i++) {
        struct group *group = &search->groups[i];
        size_t or_end = before ? match_cue(search, INTENTS_CUE_OR, before->end) : 0;

        if (group->is_void)
            continue;
        if (before && or_end > before->end && or_end == group->start) {
            group->is_void = true;
            if (!before->second && are_both_meant(search, before, group))
                before->second = group;
            continue;
        }
        if (before && group->start - before->end <= CORRECTION_REACH &&
            has_cue(search, INTENTS_CUE_CORRECTION, before->end, group->start)) {
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

static const struct group *best_group(const struct search *search, bool with_date)
{
    const struct group *best = NULL;

    for (size_t i = 0; i < search->n_groups; i++) {
        const struct group *group = &search->groups[i];

        if (!group->is_void && (group->date != NULL) == with_date &&
            (!best || group->score > best->score))
            best = group;
    }
    return best;
}

static int value_of(const struct intents_when_value *value, const struct piece *piece,
                    int otherwise)
{
    if (!value->is_set)
        return otherwise;
    return value->from == INTENTS_NOT_BUILTIN ? value->constant : piece->catch.value[value->from];
}

static struct base_date next_weekday(struct base_date today, int weekday, bool allows_today)
{
    int n_days = (weekday - base_date_weekday(today) + 7) % 7;

    return base_date_add_days(today, n_days == 0 && !allows_today ? 7 : n_days);
}

static struct base_date add_months(struct base_date date, int n_months, int day)
{
    int months = date.year * 12 + date.month - 1 + n_months;
    struct base_date result = {months / 12, months % 12 + 1, day ? day : date.day};

    while (result.day > 28 && !base_date_is_valid(result.year, result.month, result.day))
        result.day--;
    return result;
}

/* The next day of the calendar with that number, and month if given; today counts. */
static struct base_date next_calendar_day(struct base_date today, int day, int month)
{
    struct base_date date = {today.year, month ? month : today.month, day};

    for (int i = 0; i < 48; i++) {
        if (base_date_is_valid(date.year, date.month, date.day) &&
            base_date_compare(date, today) >= 0)
            return date;
        if (month) {
            date.year++;
        } else {
            date.year += date.month / 12;
            date.month = date.month % 12 + 1;
        }
    }
    return BASE_NO_DATE;
}

/* 0: none. */
static int weekday_said(const struct piece *piece)
{
    int weekday = piece->catch.value[INTENTS_SLOT_WEEKDAY];

    return weekday > 0 ? weekday : 0;
}

/* The next day of the calendar with that number that is such a weekday as well. Far away it is
 * likelier that one of the two is wrong: then, as where there is none, the number counts. */
static struct base_date next_numbered_weekday(struct base_date today, int day, int weekday)
{
    struct base_date first = next_calendar_day(today, day, 0), date = first;

    while (base_date_is_set(date) &&
           base_date_to_days(date) - base_date_to_days(today) <= NUMBERED_REACH_DAYS) {
        if (base_date_weekday(date) == weekday)
            return date;
        date = next_calendar_day(base_date_add_days(date, 1), day, 0);
    }
    return first;
}

/* The first, second, ... of its weekdays in a month, the last one for 5 and more. */
static struct base_date nth_of_month(struct base_date month, int weekday, int nth)
{
    struct base_date first = {month.year, month.month, 1}, date;
    int to_weekday = (weekday - base_date_weekday(first) + 7) % 7;

    date = base_date_add_days(first, to_weekday + 7 * (nth - 1));
    while (date.month != first.month)
        date = base_date_add_days(date, -7);
    return date;
}

/* The next of these days that is not over: of the month named, or of any. */
static struct base_date next_nth(struct base_date today, int weekday, int nth, int n_months,
                                 int month)
{
    for (int i = n_months; i < n_months + 13; i++) {
        struct base_date date = nth_of_month(add_months(today, i, 1), weekday, nth);

        if (base_date_compare(date, today) >= 0 && (month <= 0 || date.month == month))
            return date;
    }
    return BASE_NO_DATE;
}

static bool is_off_weekday(const struct piece *piece, struct base_date date)
{
    return piece->rule->day.is_set && weekday_said(piece) && base_date_is_set(date) &&
           base_date_weekday(date) != weekday_said(piece);
}

static struct base_date resolve_date(const struct piece *piece, struct base_date today)
{
    const struct intents_when_rule *rule = piece->rule;
    int weekday = value_of(&rule->weekday, piece, 0);
    int days = value_of(&rule->days, piece, 0) + 7 * value_of(&rule->weeks, piece, 0);
    int day = value_of(&rule->day, piece, 0);

    if (rule->nth.is_set)
        return next_nth(today, weekday, value_of(&rule->nth, piece, 1),
                        value_of(&rule->months, piece, 0), value_of(&rule->month, piece, 0));
    if (rule->week.is_set) {
        int to_monday = 1 - base_date_weekday(today);

        return base_date_add_days(today, to_monday + 7 * rule->week.constant +
                                             (weekday ? weekday - 1 : 0));
    }
    if (rule->today_or.is_set)
        return next_weekday(today, value_of(&rule->today_or, piece, 1), true);
    if (rule->weekday.is_set)
        return base_date_add_days(next_weekday(today, weekday, false), days);
    if (rule->months.is_set)
        return add_months(today, value_of(&rule->months, piece, 1), day);
    if (rule->day.is_set && !rule->month.is_set && weekday_said(piece))
        return next_numbered_weekday(today, day, weekday_said(piece));
    if (rule->day.is_set)
        return next_calendar_day(today, day, value_of(&rule->month, piece, 0));
    return base_date_add_days(today, days);
}

static int by_part(int hour, enum intents_part part, int afternoon_until)
{
    if (hour < 1 || hour > 11 || part == INTENTS_MORNING)
        return hour;
    if (part == INTENTS_AFTERNOON || part == INTENTS_EVENING)
        return hour + 12;
    if (part == INTENTS_NOON)
        return hour <= 3 ? hour + 12 : hour;
    return hour <= afternoon_until ? hour + 12 : hour;
}

static void resolve_time(const struct intents_when_data *data, const struct piece *piece,
                         struct base_datetime now, struct intents_when *when)
{
    const struct intents_when_rule *rule = piece->rule;
    int hour = value_of(&rule->hour, piece, 0), minute = value_of(&rule->minute, piece, 0);
    int from_now = value_of(&rule->in_minutes, piece, 0) + 60 * value_of(&rule->in_hours, piece, 0);
    int minutes;

    if (from_now > 0) {
        minutes = now.time.hour * 60 + now.time.minute + from_now;
        when->date = base_date_add_days(now.date, minutes / (24 * 60));
    } else {
        minutes = by_part(hour % 24, when->part, data->afternoon_until) * 60 + minute;
        minutes = (minutes - value_of(&rule->to, piece, 0) + 24 * 60) % (24 * 60);
    }
    when->time = (struct base_time){minutes / 60 % 24, minutes % 60};
    when->part = INTENTS_NO_PART;
}

static void resolve_second(const struct search *search, const struct group *group,
                           struct base_datetime now, struct intents_when *when)
{
    struct intents_when second = {.part = group->date->rule->part, .time = BASE_NO_TIME};

    if (group->part && second.part == INTENTS_NO_PART)
        second.part = group->part->rule->part;
    second.date = resolve_date(group->date, now.date);
    if (group->time)
        resolve_time(search->data, group->time, now, &second);
    when->has_second = base_date_compare(second.date, when->date) != 0;
    when->second_date = second.date;
    when->second_part = second.part;
    when->second_time = second.time;
}

static bool is_behind_but(const struct search *search, const struct group *group)
{
    return group->start > 0 &&
           match_cue(search, INTENTS_CUE_BECAUSE, group->start - 1) == group->start;
}

/* "Chaque semaine": said of what is asked for, and not of somebody's habit. */
static bool is_repeated(const struct search *search)
{
    for (size_t i = 0; i < search->n_pieces; i++) {
        const struct piece *piece = &search->pieces[i];
        struct group group = {.start = piece->start, .end = piece->end};

        if (piece->rule->kind != INTENTS_WHEN_IGNORE || !piece->rule->is_repeated)
            continue;
        weigh(search, &group);
        /* "Oui, mais chaque semaine": no reason begins there. */
        if (!group.is_void && (group.score >= 2 || is_behind_but(search, &group)))
            return true;
    }
    return false;
}

static bool asks(const struct search *search)
{
    for (size_t at = 0; at < search->words->n; at++) {
        if (search->clause[at] == INTENTS_CUE_ASK)
            return true;
    }
    return false;
}

void intents_when_find(const struct intents_when_data *data, const struct intents_words *words,
                       struct base_datetime now, struct intents_when *ret_when)
{
    struct search search = {.data = data, .words = words};
    const struct group *day, *hour;
    const struct piece *part, *time;

    *ret_when = (struct intents_when){.date = BASE_NO_DATE,
                                      .time = BASE_NO_TIME,
                                      .second_date = BASE_NO_DATE,
                                      .second_time = BASE_NO_TIME};
    find_pieces(&search);
    make_groups(&search);
    find_clauses(&search);
    for (size_t i = 0; i < search.n_groups; i++)
        weigh(&search, &search.groups[i]);
    settle(&search);
    day = best_group(&search, true);
    hour = best_group(&search, false);
    /* A time in a reason ("le relais ferme à midi") is not the time of the request. */
    if (hour && hour->score < 2 && (day ? hour->score < day->score : asks(&search)))
        hour = NULL;
    part = day && day->part ? day->part : hour ? hour->part : NULL;
    time = day && day->time ? day->time : hour ? hour->time : NULL;
    if (day) {
        ret_when->date = resolve_date(day->date, now.date);
        ret_when->is_off_weekday = is_off_weekday(day->date, ret_when->date);
        ret_when->part = day->date->rule->part;
    }
    if (part && ret_when->part == INTENTS_NO_PART)
        ret_when->part = part->rule->part;
    if (time)
        resolve_time(data, time, now, ret_when);
    if (day && day->second)
        resolve_second(&search, day->second, now, ret_when);
    ret_when->is_repeated = (day && day->date->rule->is_repeated) || is_repeated(&search);
}

size_t intents_when_asks(const struct intents_when_data *data, const struct intents_words *words,
                         size_t at)
{
    const struct search search = {.data = data, .words = words};

    return match_cue(&search, INTENTS_CUE_ASK, at);
}

bool intents_when_is_open(const struct intents_when_data *data, const struct intents_words *words)
{
    const struct search search = {.data = data, .words = words};

    for (size_t at = 0; at < words->n; at++) {
        if (match_cue(&search, INTENTS_CUE_OPEN, at) > at)
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
    struct search search = {.data = data, .words = words, .leaves_unseen = !with_unseen};

    memset(ret_tags, INTENTS_TAG_NONE, words->n);
    find_pieces(&search);
    for (size_t i = 0; i < search.n_pieces; i++) {
        const struct piece *piece = &search.pieces[i];

        memset(ret_tags + piece->start, INTENTS_TAG_INSIDE, piece->end - piece->start);
        ret_tags[piece->start] = tags[piece->rule->kind];
    }
}
