/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "intents/items.h"

#include "intents/item_shape.h"
#include "intents/item_words.h"
#include "intents/language_private.h"
#include "intents/when.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* A word of buying opens a list this many words behind it, at most. */
#define CUE_REACH 4

struct intents_item_finder {
    const struct intents_language *language;
    struct intents_item_words *item_words;
};

struct found {
    struct intents_item_shape shape;
    size_t count, count_end; /* "six yaourts non douze": the words that came for its count */
    bool is_kept, is_missing, is_opening, is_negated, is_dropped, is_replaced;
    bool is_wanted; /* a word of wanting or buying stands before the list */
    bool is_object; /* of some other verb: "mis du sucre" */
};

struct list {
    struct found found[INTENTS_WORDS_MAX]; /* each takes a word: there is room for all */
    size_t n, end; /* behind the last one, SIZE_MAX: the list was broken off */
};

int intents_item_finder_create(const struct intents_language *language,
                               struct intents_item_finder **ret_finder)
{
    struct intents_item_finder *finder = calloc(1, sizeof(*finder));
    int r;

    if (!finder)
        return -ENOMEM;
    finder->language = language;
    r = intents_item_words_create(language, &finder->item_words);
    if (r < 0) {
        intents_item_finder_destroy(finder);
        return r;
    }
    *ret_finder = finder;
    return 0;
}

void intents_item_finder_destroy(struct intents_item_finder *finder)
{
    if (!finder)
        return;
    intents_item_words_destroy(finder->item_words);
    free(finder);
}

static bool is_structure(const struct intents_item_reader *reader, size_t at)
{
    return intents_item_match(reader, INTENTS_ITEM_GRAMMAR, at) > at;
}

/* Whether nothing but days and hours stands before a word. */
static bool is_opening_word(const struct intents_item_reader *reader, size_t at)
{
    while (at > 0 && reader->tags[at - 1] != INTENTS_TAG_NONE)
        at--;
    return at == 0;
}

/* Whether an item of an answer leaves the list: "non, pas de beurre". "Je n'ai pas de beurre" is no
 * such thing, that only tells why. */
static bool is_dropped(const struct intents_item_reader *reader, size_t at)
{
    for (size_t back = 1; reader->is_answer && back <= CUE_REACH && back <= at; back++) {
        if (intents_item_match(reader, INTENTS_ITEM_DROPS, at - back) == at)
            return true;
    }
    return reader->is_answer && at > 0 &&
           intents_item_match(reader, INTENTS_ITEM_DROPS_FIRST, 0) == at;
}

/* The end of the words of an answer that say that something comes to the list, `at` when there are
 * none. */
static size_t match_adds(const struct intents_item_reader *reader, size_t at)
{
    return reader->is_answer ? intents_item_match(reader, INTENTS_ITEM_ADDS, at) : at;
}

/* Whether a word of wanting or buying stands shortly before. */
static enum intents_item_context context_of(const struct intents_item_reader *reader, size_t at)
{
    for (size_t back = 1; back <= CUE_REACH && back <= at; back++) {
        size_t word = at - back;

        if (intents_item_match(reader, INTENTS_ITEM_BUYS, word) > word)
            return INTENTS_ITEM_BOUGHT;
        if (is_dropped(reader, word + 1))
            return INTENTS_ITEM_WANTED;
        if (intents_item_match(reader, INTENTS_ITEM_CUES, word) > word ||
            match_adds(reader, word) > word)
            return INTENTS_ITEM_WANTED;
        if (reader->tags[word] == INTENTS_TAG_NONE && !is_structure(reader, word))
            return INTENTS_ITEM_PLAIN;
    }
    return is_opening_word(reader, at) ? INTENTS_ITEM_OPENING : INTENTS_ITEM_PLAIN;
}

static void quote(const struct intents_item_reader *reader, const struct found *found,
                  char ret_item[INTENTS_ITEM_BYTES])
{
    size_t n = 0, from = found->shape.from;

    if (found->count_end > found->count) {
        n = intents_words_quote(reader->words, found->count, found->count_end - 1, ret_item,
                                INTENTS_ITEM_BYTES);
        from = found->shape.count_end;
        if (n + 2 > INTENTS_ITEM_BYTES)
            return;
        ret_item[n++] = ' ';
    }
    intents_words_quote(reader->words, from, found->shape.last, ret_item + n,
                        INTENTS_ITEM_BYTES - n);
}

/* "du riz non pas du riz des nouilles": what is taken back falls away wherever it was said. */
static bool is_taken_back(const struct intents_item_reader *reader, const struct list *list,
                          size_t i)
{
    char text[INTENTS_ITEM_BYTES], other[INTENTS_ITEM_BYTES];

    quote(reader, &list->found[i], text);
    for (size_t k = 0; k < list->n; k++) {
        quote(reader, &list->found[k], other);
        if (list->found[k].is_negated && strcmp(text, other) == 0)
            return true;
    }
    return false;
}

/* A plural and its singular are the same. */
static bool is_same_word(const char *a, const char *b)
{
    size_t n_a = strlen(a), n_b = strlen(b), n = n_a < n_b ? n_a : n_b;

    return strncmp(a, b, n) == 0 &&
           (n_a == n_b || (n_a + n_b == 2 * n + 1 && (a[n] == 's' || b[n] == 's')));
}

/* Whether an item without an amount is what another one begins with behind its own. */
static bool is_begun_by(const struct intents_item_reader *reader, const struct found *longer,
                        const struct found *shorter)
{
    size_t n = shorter->shape.last + 1 - shorter->shape.noun, i = 0;

    if (shorter->shape.from != shorter->shape.noun ||
        longer->shape.noun + n > longer->shape.last + 1)
        return false;
    while (i < n && is_same_word(reader->words->word[longer->shape.noun + i],
                                 reader->words->word[shorter->shape.noun + i]))
        i++;
    return i == n;
}

/* "j'ai envie de cerises une livre de cerises bien noires": what is told more exactly further on.
 */
static bool is_told_better(const struct intents_item_reader *reader, const struct list *list,
                           size_t i)
{
    for (size_t k = i + 1; k < list->n; k++) {
        if (list->found[k].is_kept && is_begun_by(reader, &list->found[k], &list->found[i]))
            return true;
    }
    return false;
}

/* Whether the word before an item is a verb or noun that the item may belong to. */
static bool is_behind_word(const struct intents_item_reader *reader, size_t at)
{
    return at > 0 && reader->tags[at - 1] == INTENTS_TAG_NONE && !is_structure(reader, at - 1) &&
           intents_item_match(reader, INTENTS_ITEM_JOINS, at - 1) == at - 1;
}

/* What a list has of the item before: "plus de café ni de sucre" lacks both. Returns: false when
 * the item is none of the list: "des œufs mes poules ne pondent plus". */
static bool join_list(const struct found *before, bool has_join, struct found *found)
{
    if (!has_join && found->shape.is_definite && !before->shape.is_definite)
        return false;
    found->is_missing |= before->is_missing && found->shape.is_definite;
    found->is_wanted = before->is_wanted;
    found->is_dropped |= before->is_dropped && found->shape.is_definite;
    found->is_object = before->is_object;
    return true;
}

/* "six yaourts non douze", "un kilo de pommes non deux kilos": a count comes for that of the item
 * before. Returns: behind it, `at` when there is none. */
static size_t replace_count(const struct intents_item_reader *reader, struct list *list, size_t at)
{
    size_t repair = intents_item_match(reader, INTENTS_ITEM_REPAIRS, at);
    size_t end = repair > at ? intents_item_shape_count(reader, repair) : at;
    struct found *last = &list->found[list->n - 1];

    if (end <= repair || last->shape.count_end <= last->shape.from)
        return at;
    last->count = repair;
    last->count_end = end;
    if (end < reader->words->n && last->shape.count_end < last->shape.noun &&
        is_same_word(reader->words->word[end], reader->words->word[last->shape.count_end])) {
        last->count_end = ++end;
        last->shape.count_end++;
    }
    return end;
}

/* The item that begins at a word, behind the words that join it to the one before. */
static bool find_one(const struct intents_item_reader *reader, size_t at, const struct list *list,
                     struct found *found)
{
    bool is_listed = list->end == at;
    size_t repair = is_listed ? intents_item_match(reader, INTENTS_ITEM_REPAIRS, at) : at;
    size_t from = repair > at ? repair
                  : is_listed ? intents_item_match(reader, INTENTS_ITEM_JOINS, at)
                              : at;
    enum intents_item_context context = repair > at ? INTENTS_ITEM_WANTED
                                        : is_listed ? INTENTS_ITEM_LISTED
                                                    : context_of(reader, at);

    *found = (struct found){0};
    if (from >= reader->words->n || reader->tags[from] != INTENTS_TAG_NONE ||
        !intents_item_shape_match(reader, from, context, &found->shape))
        return false;
    found->is_opening = context == INTENTS_ITEM_OPENING && found->shape.is_bare;
    found->is_missing =
        intents_item_shape_is_behind(reader, INTENTS_ITEM_MISSING, found->shape.from);
    found->is_dropped = is_dropped(reader, from);
    found->is_negated =
        list->n > 0 && intents_item_shape_is_behind(reader, INTENTS_ITEM_BACK, found->shape.from);
    found->is_wanted = context == INTENTS_ITEM_WANTED || context == INTENTS_ITEM_BOUGHT;
    found->is_object = context == INTENTS_ITEM_PLAIN && is_behind_word(reader, at);
    return !is_listed || join_list(&list->found[list->n - 1], from > at, found);
}

static void find_all(const struct intents_item_reader *reader, struct list *list)
{
    list->n = 0;
    list->end = SIZE_MAX;
    for (size_t at = 0; at < reader->words->n;) {
        struct found *found = &list->found[list->n];
        bool is_listed = list->end == at;

        if (!find_one(reader, at, list, found)) {
            size_t end = is_listed ? replace_count(reader, list, at) : at;

            list->end = end > at ? end : SIZE_MAX;
            at = end > at ? end : at + 1;
            continue;
        }
        if (!is_listed && intents_item_shape_is_behind(reader, INTENTS_ITEM_MADE, at)) {
            at = found->shape.end;
            continue;
        }
        if (is_listed) {
            found[-1].is_replaced = intents_item_match(reader, INTENTS_ITEM_REPAIRS, at) > at;
            found[-1].is_opening = found->is_opening = false;
        }
        at = list->end = found->shape.end;
        list->n++;
    }
}

/* Marks what only looks like a time. */
static void tag(struct intents_item_reader *reader)
{
    bool is_ignored = false;

    intents_when_tag(&reader->language->when, reader->words, true, reader->tags);
    /* "six œufs" only looks like a time to those who look for one. */
    for (size_t i = 0; i < reader->words->n; i++) {
        if (reader->tags[i] != INTENTS_TAG_INSIDE)
            is_ignored = reader->tags[i] == INTENTS_TAG_IGNORE;
        if (is_ignored)
            reader->tags[i] = INTENTS_TAG_NONE;
    }
}

static struct intents_item_reader read_words(const struct intents_item_finder *finder,
                                             const struct intents_words *words, bool is_answer)
{
    struct intents_item_reader reader = {.language = finder->language,
                                         .item_words = finder->item_words,
                                         .words = words,
                                         .is_answer = is_answer};

    tag(&reader);
    return reader;
}

/* *is_cut is set when there is no room for all. */
static size_t keep(const struct intents_item_reader *reader, struct list *list,
                   char ret_items[INTENTS_ITEMS_MAX][INTENTS_ITEM_BYTES], bool *is_cut)
{
    size_t n_asked = 0, n_kept = 0;
    bool is_wanted = false;

    for (size_t i = 0; i < list->n; i++)
        is_wanted |= list->found[i].is_wanted && !list->found[i].is_opening;
    for (size_t i = 0; i < list->n; i++) {
        list->found[i].is_opening |= is_wanted && list->found[i].is_object;
        n_asked += !list->found[i].is_missing && !list->found[i].is_opening;
    }
    for (size_t i = 0; i < list->n; i++) {
        struct found *found = &list->found[i];

        found->is_kept = !found->is_dropped && !found->is_opening && !found->is_replaced &&
                         (n_asked == 0 || !found->is_missing) && !is_taken_back(reader, list, i);
    }
    for (size_t i = 0; i < list->n; i++) {
        if (!list->found[i].is_kept || is_told_better(reader, list, i))
            continue;
        if (n_kept == INTENTS_ITEMS_MAX)
            *is_cut = true;
        else
            quote(reader, &list->found[i], ret_items[n_kept++]);
    }
    return n_kept;
}

size_t intents_items_find(const struct intents_item_finder *finder,
                          const struct intents_words *words,
                          char ret_items[INTENTS_ITEMS_MAX][INTENTS_ITEM_BYTES], bool *ret_is_cut)
{
    struct intents_item_reader reader = read_words(finder, words, false);
    struct list list;
    size_t n;

    *ret_is_cut = false;
    find_all(&reader, &list);
    n = keep(&reader, &list, ret_items, ret_is_cut);
    if (n > 0)
        return n;
    reader.is_lenient = true;
    find_all(&reader, &list);
    for (size_t i = 0; i < list.n; i++)
        list.found[i].is_opening = false;
    return keep(&reader, &list, ret_items, ret_is_cut);
}

size_t intents_items_answer(const struct intents_item_finder *finder,
                            const struct intents_words *words,
                            char ret_items[INTENTS_ITEMS_MAX][INTENTS_ITEM_BYTES],
                            char ret_dropped[INTENTS_ITEMS_MAX][INTENTS_ITEM_BYTES],
                            size_t *ret_n_dropped, bool *ret_is_cut)
{
    struct intents_item_reader reader = read_words(finder, words, true);
    struct list list;
    size_t n_dropped = 0;

    *ret_is_cut = false;
    find_all(&reader, &list);
    for (size_t i = 0; i < list.n; i++) {
        if (!list.found[i].is_dropped)
            continue;
        if (n_dropped == INTENTS_ITEMS_MAX)
            *ret_is_cut = true;
        else
            quote(&reader, &list.found[i], ret_dropped[n_dropped++]);
    }
    *ret_n_dropped = n_dropped;
    return keep(&reader, &list, ret_items, ret_is_cut);
}

static bool is_item_at(const struct list *list, size_t at)
{
    for (size_t i = 0; i < list->n; i++) {
        if (list->found[i].shape.from <= at && at < list->found[i].shape.end)
            return true;
    }
    return false;
}

/* What is to be added begins at a word: the first behind it that could be a thing is none that is
 * known, or nothing follows at all. A day that follows is no thing: "et aussi vendredi". */
static bool is_missed(const struct intents_item_reader *reader, const struct list *list,
                      size_t from)
{
    for (size_t at = from; at < reader->words->n; at++) {
        if (is_item_at(list, at) || reader->tags[at] != INTENTS_TAG_NONE)
            return false;
        if (intents_item_shape_is_open(reader, at))
            return true;
    }
    return intents_item_match(reader, INTENTS_ITEM_ARTICLES, from) == reader->words->n ||
           from == reader->words->n;
}

bool intents_items_misses_one(const struct intents_item_finder *finder,
                              const struct intents_words *words)
{
    struct intents_item_reader reader = read_words(finder, words, true);
    struct list list;

    find_all(&reader, &list);
    for (size_t at = 0; at < words->n; at++) {
        size_t end = match_adds(&reader, at);

        if (end > at && is_missed(&reader, &list, end))
            return true;
        /* "Elle apprend l'espagnol avec des...": nobody answers us. */
        if (end == at && intents_item_shape_is_open(&reader, at) && !is_item_at(&list, at) &&
            intents_item_match(&reader, INTENTS_ITEM_DROPS, at) == at)
            return false;
    }
    return false;
}
