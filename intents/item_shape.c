/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "intents/item_shape.h"

#include "intents/language_private.h"
#include "intents/match.h"
#include "intents/when.h"

#include <string.h>

#define NOUN_LETTERS_LEAST 3
#define NUMBER_WORDS_MAX   3
/* What belongs to a noun is said in so many steps, at most: "dos | de cabillaud | sans peau". */
#define STEPS_MAX      5
#define ADJECTIVES_MAX 3
#define SIZES_MAX      2
/* What stands before an article is said in so many words, at most: "plus qu'un fond de". */
#define BEFORE_WORDS_MAX 5

static bool begins(const struct intents_item_reader *reader, enum intents_item_set set, size_t at)
{
    return intents_item_match(reader, set, at) > at;
}

/* No grammar and no time. */
static bool is_content(const struct intents_item_reader *reader, size_t at)
{
    return at < reader->words->n && reader->tags[at] == INTENTS_TAG_NONE &&
           !begins(reader, INTENTS_ITEM_GRAMMAR, at) &&
           strlen(reader->words->word[at]) >= NOUN_LETTERS_LEAST;
}

bool intents_item_shape_is_open(const struct intents_item_reader *reader, size_t at)
{
    return is_content(reader, at) && !begins(reader, INTENTS_ITEM_NEVER, at) &&
           !begins(reader, INTENTS_ITEM_CUES, at) && !begins(reader, INTENTS_ITEM_BUYS, at);
}

static size_t match_number(const struct intents_item_reader *reader, size_t at)
{
    int value;

    return at + intents_match_number(&reader->language->when, reader->words, at, NUMBER_WORDS_MAX,
                                     &value);
}

size_t intents_item_shape_count(const struct intents_item_reader *reader, size_t at)
{
    size_t end = match_number(reader, at), other;

    if (end == at || intents_item_match(reader, INTENTS_ITEM_ONES, at) == end)
        return at;
    other = intents_item_match(reader, INTENTS_ITEM_JOINS, end);
    if (other != end + 1)
        other = end;
    return match_number(reader, other) > other ? match_number(reader, other) : end;
}

/* Whether a word ends what is said of a noun. */
static bool is_boundary(const struct intents_item_reader *reader, size_t at)
{
    static const enum intents_item_set sets[] = {INTENTS_ITEM_JOINS,   INTENTS_ITEM_ARTICLES,
                                                 INTENTS_ITEM_GRAMMAR, INTENTS_ITEM_REPAIRS,
                                                 INTENTS_ITEM_NEVER,   INTENTS_ITEM_BUYS};

    if (at >= reader->words->n || reader->tags[at] != INTENTS_TAG_NONE)
        return true;
    for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
        if (begins(reader, sets[i], at))
            return true;
    }
    return intents_item_shape_count(reader, at) > at;
}

/* "de trente litres", "à soixante-dix pour cent": behind the number. */
static size_t match_measure(const struct intents_item_reader *reader, size_t at)
{
    size_t end = match_number(reader, at);

    /* No number of a clock is above sixty. */
    for (size_t word = at; word < at + NUMBER_WORDS_MAX && is_content(reader, word); word++) {
        if (begins(reader, INTENTS_ITEM_SHARES, word + 1))
            return intents_item_match(reader, INTENTS_ITEM_SHARES, word + 1);
    }
    return end > at && intents_item_shape_is_open(reader, end) ? end + 1 : at;
}

/* "numéro cinq", "taille moyenne" */
static size_t match_mark(const struct intents_item_reader *reader, size_t at)
{
    size_t mark = intents_item_match(reader, INTENTS_ITEM_MARKS, at);

    if (mark == at)
        return at;
    if (match_number(reader, mark) > mark)
        return match_number(reader, mark);
    return intents_item_shape_is_open(reader, mark) ? mark + 1 : at;
}

/* "d'orange", "aux noix", "sans sel", "de trente litres" */
static size_t match_inner(const struct intents_item_reader *reader, size_t at)
{
    size_t inner = intents_item_match(reader, INTENTS_ITEM_INNER, at), noun;

    if (inner == at || begins(reader, INTENTS_ITEM_NEVER, at))
        return at;
    if (match_measure(reader, inner) > inner)
        return match_measure(reader, inner);
    noun = intents_item_match(reader, INTENTS_ITEM_NOUNS, inner);
    if (noun > inner)
        return noun;
    return intents_item_shape_is_open(reader, inner) ? inner + 1 : at;
}

/* "pour les yeux", "pour chat" */
static size_t match_aim(const struct intents_item_reader *reader, size_t at)
{
    size_t aim = intents_item_match(reader, INTENTS_ITEM_AIMS, at);

    return aim > at && is_content(reader, aim) ? aim + 1 : at;
}

static bool may_go_on(const struct intents_item_reader *reader, size_t at)
{
    return match_mark(reader, at) > at || match_inner(reader, at) > at;
}

/* "frais", "bien mûres", "vertes extra fines": adjectives if the run of them ends where something
 * else begins; a noun that is sold begins an item of its own. */
static size_t match_adjectives(const struct intents_item_reader *reader, size_t at)
{
    size_t end = at, word = at;

    if (!intents_item_words_adjectives_follow(reader->item_words))
        return at;
    for (int i = 0; i < ADJECTIVES_MAX; i++) {
        size_t degree = intents_item_match(reader, INTENTS_ITEM_DEGREES, word);
        bool is_noun = degree == word && begins(reader, INTENTS_ITEM_NOUNS, word);

        if (is_noun || is_boundary(reader, degree) || !intents_item_shape_is_open(reader, degree))
            break;
        word = degree + 1;
        if (is_boundary(reader, word) || may_go_on(reader, word) ||
            begins(reader, INTENTS_ITEM_NOUNS, word))
            end = word;
    }
    return end;
}

/* What follows a noun and belongs to it. */
static size_t extend(const struct intents_item_reader *reader, size_t at, bool is_aimed)
{
    for (int i = 0; i < STEPS_MAX; i++) {
        size_t end = intents_item_match(reader, INTENTS_ITEM_QUALITIES, at);

        if (end == at)
            end = match_mark(reader, at);
        if (end == at)
            end = match_inner(reader, at);
        if (end == at && is_aimed)
            end = match_aim(reader, at);
        if (end == at)
            end = match_adjectives(reader, at);
        if (end == at)
            break;
        at = end;
    }
    return at;
}

/* A noun at a word, any noun when `is_free`. Returns: its end, `at` when there is none. */
static size_t match_noun(const struct intents_item_reader *reader, size_t at, bool is_free)
{
    size_t end, never_end;

    if (at >= reader->words->n)
        return at;
    end = intents_item_match(reader, INTENTS_ITEM_NOUNS, at);
    never_end = intents_item_match(reader, INTENTS_ITEM_NEVER, at);
    /* "sacs" is none, "sacs poubelle" is one. */
    if (never_end > at && end <= never_end)
        return at;
    if (end == at && is_free && intents_item_shape_is_open(reader, at))
        end = at + 1;
    return end > at ? extend(reader, end, begins(reader, INTENTS_ITEM_AIMED, at)) : at;
}

/* Behind "petit", "beaux gros"; a noun that begins so is a noun: "petits pois". */
static size_t skip_sizes(const struct intents_item_reader *reader, size_t at)
{
    for (int i = 0; i < SIZES_MAX && !begins(reader, INTENTS_ITEM_NOUNS, at); i++)
        at = intents_item_match(reader, INTENTS_ITEM_SIZES, at);
    return at;
}

/* Whether a known noun follows behind "de": "besoin de pain, de lait". */
static bool goes_on_with_noun(const struct intents_item_reader *reader, size_t at)
{
    size_t inner = intents_item_match(reader, INTENTS_ITEM_INNER, at);

    return inner > at && intents_item_match(reader, INTENTS_ITEM_ARTICLES, at) == inner &&
           begins(reader, INTENTS_ITEM_NOUNS, inner);
}

bool intents_item_shape_is_behind(const struct intents_item_reader *reader,
                                  enum intents_item_set set, size_t from)
{
    for (size_t back = 1; back <= BEFORE_WORDS_MAX && back <= from; back++) {
        size_t end = intents_item_match(reader, set, from - back);

        if (end > from - back && end >= from)
            return true;
    }
    return false;
}

bool intents_item_shape_match(const struct intents_item_reader *reader, size_t at,
                              enum intents_item_context context,
                              struct intents_item_shape *ret_shape)
{
    size_t count = intents_item_shape_count(reader, at), noun = count, sized, unit, end;
    bool has_one = begins(reader, INTENTS_ITEM_ONES, at), is_definite;

    if (count == at)
        noun = intents_item_match(reader, INTENTS_ITEM_ARTICLES, at);
    if (noun == at && context < INTENTS_ITEM_WANTED && context != INTENTS_ITEM_OPENING)
        return false;
    is_definite = noun > at && intents_item_match(reader, INTENTS_ITEM_DEFINITE, at) == noun;
    if (is_definite && context == INTENTS_ITEM_PLAIN && !reader->is_lenient &&
        !intents_item_shape_is_behind(reader, INTENTS_ITEM_MISSING, noun))
        return false;
    *ret_shape = (struct intents_item_shape){
        .from = count > at ? at : noun,
        .count_end = count > at ? count : noun,
        .noun = noun,
        .is_definite = is_definite,
        .is_bare = count == at && !has_one && (is_definite || noun == at),
    };
    /* "besoin de pain de lait et de beurre": what each begins with "de" is a list. */
    if (count == at && noun > at && intents_item_match(reader, INTENTS_ITEM_INNER, at) == noun) {
        end = intents_item_match(reader, INTENTS_ITEM_NOUNS, noun);
        if (end > noun && goes_on_with_noun(reader, end)) {
            ret_shape->last = end - 1;
            ret_shape->end = end;
            return true;
        }
    }
    sized = skip_sizes(reader, noun);
    unit = intents_item_match(reader, INTENTS_ITEM_UNITS, sized);
    ret_shape->noun = unit > sized ? skip_sizes(reader, unit) : sized;
    end = unit > sized ? match_noun(reader, ret_shape->noun, true) : ret_shape->noun;
    if (end == ret_shape->noun) {
        ret_shape->noun = sized;
        end = match_noun(reader, sized, context >= INTENTS_ITEM_LISTED && noun > at);
    } else if (unit > sized && has_one && count == at) {
        ret_shape->from = at;
        ret_shape->count_end = intents_item_match(reader, INTENTS_ITEM_ONES, at);
    }
    ret_shape->last = end - 1;
    ret_shape->end = end;
    return end > ret_shape->noun;
}
