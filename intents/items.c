/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "intents/items.h"

#include "base/log.h"
#include "intents/language_private.h"
#include "intents/match.h"
#include "intents/when.h"

#include <errno.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define PHRASE_WORDS_MAX 6
#define KEY_BYTES        128
/* A word of buying opens a list this many words behind it, at most. */
#define CUE_REACH 4

enum set_id {
    SET_NOUNS,    /* things that are sold */
    SET_UNITS,    /* "kilo de" */
    SET_ARTICLES, /* dropped before a noun */
    SET_DEFINITE, /* articles that need a list or a word of buying before them */
    SET_ONES,     /* "une": a quantity before a unit, an article before a noun */
    SET_JOINS,    /* "et" */
    SET_CUES,     /* words of wanting: a noun of the lexicon may follow */
    SET_BUYS,     /* words of buying: any noun may follow */
    SET_DEGREES,  /* between a noun and its adjective: "bien" */
    SET_MISSING,  /* "plus de" */
    SET_BACK,     /* "non pas du": the item behind it is taken back */
    SET_DROPS,    /* "enlevez", "mais sans": in an answer, the item behind leaves the list */
    SET_BEGINS,   /* "pas", "sans": the same, as the first words only */
    SET_MADE,     /* "faire": what is made of the items is none */
    SET_NEVER,    /* nouns that are no items: "courses", "aide" */
    SET_ADDS,     /* "ajoutez", "et aussi": in an answer, what comes to the list follows */
    SET_INNER,    /* between a noun and what it is made of: "de", "à la" */
    N_SETS,
};

struct intents_item_finder {
    const struct intents_language *language;
    json_t *sets[N_SETS];
    json_t *structure;
    bool adjectives_follow; /* the noun: "des bananes bien mûres" */
};

/* Where an item stands: `from` its first word that is kept. */
struct found {
    size_t from, last, end;
    bool is_missing, is_opening, is_negated, is_dropped;
    bool is_definite; /* "le", "mes", "de" */
    bool is_wanted;   /* a word of wanting or buying stands before the list */
    bool is_object;   /* of some other verb: "mis du sucre" */
};

/* What stands before a place decides what may be an item there. */
enum context {
    CONTEXT_PLAIN,   /* a known noun with "du", "des", "un" or a number */
    CONTEXT_OPENING, /* the first word: with "le", "la", too, if a list follows */
    CONTEXT_WANTED,  /* behind "il faudrait": any known noun */
    CONTEXT_LISTED,  /* behind another item: any noun */
    CONTEXT_BOUGHT,  /* behind "acheter": any noun */
};

struct reader {
    const struct intents_item_finder *finder;
    const struct intents_words *words;
    unsigned char tags[INTENTS_WORDS_MAX];
    bool is_answer; /* to a restated list: things may be dropped from it */
};

/* "pommes de terre" and "pomme de terre" have one key: the plural's last letter is left out. */
static bool make_key(const struct intents_words *words, size_t first, size_t n, char key[KEY_BYTES])
{
    size_t length = 0;

    for (size_t i = 0; i < n; i++) {
        const char *word = words->word[first + i];
        size_t n_word = strlen(word);

        if (n_word > 3 && (word[n_word - 1] == 's' || word[n_word - 1] == 'x'))
            n_word--;
        if (length + n_word + 2 > KEY_BYTES)
            return false;
        if (i > 0)
            key[length++] = ' ';
        memcpy(key + length, word, n_word);
        length += n_word;
    }
    key[length] = '\0';
    return true;
}

static int know(const struct intents_item_finder *finder, enum set_id set, const char *text)
{
    struct intents_words words;
    char key[KEY_BYTES];

    intents_words_split(text, finder->language->grammar.whole, &words);
    if (words.n == 0 || words.n > PHRASE_WORDS_MAX || !make_key(&words, 0, words.n, key))
        return 0;
    return json_object_set_new(finder->sets[set], key, json_true()) < 0 ? -ENOMEM : 0;
}

static int know_array(const struct intents_item_finder *finder, enum set_id set,
                      const json_t *array)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < json_array_size(array); i++) {
        const char *text = json_string_value(json_array_get(array, i));

        r = text ? know(finder, set, text) : -EINVAL;
    }
    return r;
}

static int know_list(const struct intents_item_finder *finder, enum set_id set, const char *name)
{
    const struct intents_list *list = intents_lists_find(&finder->language->lexicon, name);
    int r = 0;

    for (size_t i = 0; r == 0 && list && i < list->n; i++)
        r = know(finder, set, list->entries[i].text);
    return r;
}

static int fill(struct intents_item_finder *finder)
{
    static const char *const names[N_SETS] = {
        [SET_NOUNS] = "nouns",        [SET_UNITS] = "units", [SET_ARTICLES] = "articles",
        [SET_DEFINITE] = "definite",  [SET_ONES] = "ones",   [SET_JOINS] = "joins",
        [SET_CUES] = "cues",          [SET_BUYS] = "buys",   [SET_DEGREES] = "degrees",
        [SET_MISSING] = "missing",    [SET_BACK] = "back",   [SET_NEVER] = "never",
        [SET_INNER] = "inner",        [SET_MADE] = "made",   [SET_DROPS] = "drops",
        [SET_BEGINS] = "drops_first", [SET_ADDS] = "adds",
    };
    const json_t *items = json_object_get(finder->language->grammar.root, "items");
    const json_t *lists, *structure = json_object_get(finder->language->grammar.root, "structure");
    int r = 0;

    finder->adjectives_follow = json_is_true(json_object_get(items, "adjectives_follow"));
    for (int i = 0; i < N_SETS; i++) {
        finder->sets[i] = json_object();
        if (!finder->sets[i])
            return -ENOMEM;
        r = know_array(finder, (enum set_id)i, json_object_get(items, names[i]));
        if (r < 0)
            return r;
        lists = json_object_get(json_object_get(items, "lists"), names[i]);
        for (size_t k = 0; r == 0 && k < json_array_size(lists); k++)
            r = know_list(finder, (enum set_id)i, json_string_value(json_array_get(lists, k)));
    }
    finder->structure = json_object();
    for (size_t i = 0; finder->structure && i < json_array_size(structure); i++)
        json_object_set_new(finder->structure, json_string_value(json_array_get(structure, i)),
                            json_true());
    return finder->structure ? r : -ENOMEM;
}

int intents_item_finder_create(const struct intents_language *language,
                               struct intents_item_finder **ret_finder)
{
    struct intents_item_finder *finder = calloc(1, sizeof(*finder));
    int r;

    if (!finder)
        return -ENOMEM;
    finder->language = language;
    r = fill(finder);
    if (r < 0) {
        if (r == -EINVAL)
            log_error("language-bad", "grammar.json: \"items\" holds more than lists of words");
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
    for (int i = 0; i < N_SETS; i++)
        json_decref(finder->sets[i]);
    json_decref(finder->structure);
    free(finder);
}

/* The end of the longest phrase of a set at a word; `at` when there is none. */
static size_t match_set(const struct reader *reader, enum set_id set, size_t at)
{
    char key[KEY_BYTES];

    for (size_t n = PHRASE_WORDS_MAX; n > 0; n--) {
        if (at + n <= reader->words->n && make_key(reader->words, at, n, key) &&
            json_object_get(reader->finder->sets[set], key))
            return at + n;
    }
    return at;
}

static bool is_structure(const struct reader *reader, size_t at)
{
    return json_object_get(reader->finder->structure, reader->words->word[at]) != NULL;
}

/* A word that could be a noun: no grammar, no day, none of the nouns that are no items. */
static bool is_open(const struct reader *reader, size_t at)
{
    return at < reader->words->n && reader->tags[at] == INTENTS_TAG_NONE &&
           !is_structure(reader, at) && match_set(reader, SET_NEVER, at) == at &&
           match_set(reader, SET_CUES, at) == at && strlen(reader->words->word[at]) > 2;
}

/* "deux", "deux ou trois" */
static size_t match_count(const struct reader *reader, size_t at)
{
    const struct intents_when_data *when = &reader->finder->language->when;
    int value;
    size_t n = intents_match_number(when, reader->words, at, 3, &value);

    if (n == 0 || match_set(reader, SET_ONES, at) == at + n)
        return at;
    at += n;
    if (at + 1 < reader->words->n && match_set(reader, SET_JOINS, at) == at + 1) {
        n = intents_match_number(when, reader->words, at + 1, 3, &value);
        if (n > 0)
            at += 1 + n;
    }
    return at;
}

/* Whether a word ends what is said of a noun. */
static bool is_boundary(const struct reader *reader, size_t at)
{
    return at >= reader->words->n || match_set(reader, SET_JOINS, at) > at ||
           match_set(reader, SET_ARTICLES, at) > at || is_structure(reader, at) ||
           reader->tags[at] != INTENTS_TAG_NONE || match_count(reader, at) > at;
}

/* What follows a noun and belongs to it: "d'orange", "aux noix", "frais", "bien mûres". */
static size_t extend(const struct reader *reader, size_t at)
{
    size_t inner = match_set(reader, SET_INNER, at), degree = match_set(reader, SET_DEGREES, at);

    if (inner > at && is_open(reader, inner))
        return inner + 1;
    if (reader->finder->adjectives_follow && is_open(reader, degree) &&
        is_boundary(reader, degree + 1))
        return degree + 1;
    return at;
}

/* Whether a known noun follows behind "de": "besoin de pain, de lait". */
static bool goes_on_with_noun(const struct reader *reader, size_t at)
{
    size_t inner = match_set(reader, SET_INNER, at);

    return inner > at && match_set(reader, SET_ARTICLES, at) == inner &&
           match_set(reader, SET_NOUNS, inner) > inner;
}

/* A noun at a word, any noun when `is_free`. Returns: its end, `at` when there is none. */
static size_t match_noun(const struct reader *reader, size_t at, bool is_free)
{
    size_t end, never_end;

    if (at >= reader->words->n)
        return at;
    end = match_set(reader, SET_NOUNS, at);
    never_end = match_set(reader, SET_NEVER, at);
    /* "sacs" is none, "sacs poubelle" is one. */
    if (never_end > at && end <= never_end)
        return at;
    if (end == at && is_free && is_open(reader, at))
        end = at + 1;
    return end > at ? extend(reader, end) : at;
}

/* Whether a phrase of a set ends where the item with its article begins. */
static bool is_behind(const struct reader *reader, enum set_id set, size_t from)
{
    for (size_t back = 1; back <= 4 && back <= from; back++) {
        size_t end = match_set(reader, set, from - back);

        if (end > from - back && end >= from)
            return true;
    }
    return false;
}

/* One item at a word. Returns: whether there is one. */
static bool match_item(const struct reader *reader, size_t at, enum context context,
                       struct found *ret_found)
{
    size_t count = match_count(reader, at), from = at, noun = count, unit, end;
    bool has_one = match_set(reader, SET_ONES, at) > at;
    bool is_free = context >= CONTEXT_LISTED, is_definite;

    if (count == at)
        from = noun = match_set(reader, SET_ARTICLES, at);
    if (noun == at && context < CONTEXT_WANTED && context != CONTEXT_OPENING)
        return false;
    is_definite = noun > at && match_set(reader, SET_DEFINITE, at) == noun;
    if (is_definite && context == CONTEXT_PLAIN && !is_behind(reader, SET_MISSING, noun))
        return false;
    /* "besoin de pain de lait et de beurre": what each begins with "de" is a list. */
    if (count == at && noun > at && match_set(reader, SET_INNER, at) == noun) {
        end = match_set(reader, SET_NOUNS, noun);
        if (end > noun && goes_on_with_noun(reader, end)) {
            *ret_found =
                (struct found){.from = from, .last = end - 1, .end = end, .is_definite = true};
            return true;
        }
    }
    unit = match_set(reader, SET_UNITS, noun);
    end = unit > noun ? match_noun(reader, unit, true) : unit;
    if (end > noun && end > unit)
        from = has_one && count == at ? at : from;
    else
        end = match_noun(reader, noun, is_free && noun > at);
    *ret_found =
        (struct found){.from = from, .last = end - 1, .end = end, .is_definite = is_definite};
    ret_found->is_opening =
        context == CONTEXT_OPENING && count == at && !has_one && (is_definite || noun == at);
    return end > noun;
}

/* Whether nothing but days and hours stands before a word. */
static bool is_opening_word(const struct reader *reader, size_t at)
{
    while (at > 0 && reader->tags[at - 1] != INTENTS_TAG_NONE)
        at--;
    return at == 0;
}

/* Whether an item of an answer leaves the list: "non, pas de beurre". "Je n'ai pas de beurre" is no
 * such thing, that only tells why. */
static bool is_dropped(const struct reader *reader, size_t at)
{
    for (size_t back = 1; reader->is_answer && back <= 4 && back <= at; back++) {
        if (match_set(reader, SET_DROPS, at - back) == at)
            return true;
    }
    return reader->is_answer && at > 0 && match_set(reader, SET_BEGINS, 0) == at;
}

/* The end of the words of an answer that say that something comes to the list, `at` when there are
 * none. */
static size_t match_adds(const struct reader *reader, size_t at)
{
    return reader->is_answer ? match_set(reader, SET_ADDS, at) : at;
}

/* Whether a word of wanting or buying stands shortly before. */
static enum context context_of(const struct reader *reader, size_t at)
{
    for (size_t back = 1; back <= CUE_REACH && back <= at; back++) {
        size_t word = at - back;

        if (match_set(reader, SET_BUYS, word) > word)
            return CONTEXT_BOUGHT;
        if (is_dropped(reader, word + 1))
            return CONTEXT_WANTED;
        if (match_set(reader, SET_CUES, word) > word || match_adds(reader, word) > word)
            return CONTEXT_WANTED;
        if (reader->tags[word] == INTENTS_TAG_NONE && !is_structure(reader, word))
            return CONTEXT_PLAIN;
    }
    return is_opening_word(reader, at) ? CONTEXT_OPENING : CONTEXT_PLAIN;
}

static void quote(const struct reader *reader, const struct found *found,
                  char ret_item[INTENTS_ITEM_BYTES])
{
    intents_words_quote(reader->words, found->from, found->last, ret_item, INTENTS_ITEM_BYTES);
}

/* "du riz non pas du riz des nouilles": what is taken back falls away wherever it was said. */
static bool is_taken_back(const struct reader *reader, const struct found *found, size_t n,
                          size_t i)
{
    char text[INTENTS_ITEM_BYTES], other[INTENTS_ITEM_BYTES];

    quote(reader, &found[i], text);
    for (size_t k = 0; k < n; k++) {
        quote(reader, &found[k], other);
        if (found[k].is_negated && strcmp(text, other) == 0)
            return true;
    }
    return false;
}

/* Whether the word before an item is a verb or noun that the item may belong to. */
static bool is_behind_word(const struct reader *reader, size_t at)
{
    return at > 0 && reader->tags[at - 1] == INTENTS_TAG_NONE && !is_structure(reader, at - 1) &&
           match_set(reader, SET_JOINS, at - 1) == at - 1;
}

/* What a list has of the item before: "plus de café ni de sucre" lacks both. Returns: false when
 * the item is none of the list: "des œufs mes poules ne pondent plus". */
static bool join_list(const struct found *before, bool has_join, struct found *found)
{
    if (!has_join && found->is_definite && !before->is_definite)
        return false;
    found->is_missing |= before->is_missing && found->is_definite;
    found->is_wanted = before->is_wanted;
    found->is_dropped |= before->is_dropped && found->is_definite;
    found->is_object = before->is_object;
    return true;
}

static size_t find_all(const struct reader *reader, struct found found[INTENTS_ITEMS_MAX])
{
    const struct intents_words *words = reader->words;
    size_t n = 0, list_end = SIZE_MAX;

    for (size_t at = 0; at < words->n && n < INTENTS_ITEMS_MAX;) {
        size_t joined = list_end == at ? match_set(reader, SET_JOINS, at) : at;
        enum context context = list_end == at ? CONTEXT_LISTED : context_of(reader, at);

        if (joined >= words->n || reader->tags[joined] != INTENTS_TAG_NONE ||
            !match_item(reader, joined, context, &found[n])) {
            at++;
            continue;
        }
        if (joined == at && list_end != at && is_behind(reader, SET_MADE, at)) {
            at = found[n].end;
            continue;
        }
        found[n].is_missing = is_behind(reader, SET_MISSING, found[n].from);
        found[n].is_dropped = is_dropped(reader, joined);
        found[n].is_negated = n > 0 && is_behind(reader, SET_BACK, found[n].from);
        found[n].is_wanted = context == CONTEXT_WANTED || context == CONTEXT_BOUGHT;
        found[n].is_object = context == CONTEXT_PLAIN && is_behind_word(reader, at);
        if (list_end == at && !join_list(&found[n - 1], joined > at, &found[n])) {
            list_end = SIZE_MAX;
            at++;
            continue;
        }
        if (list_end == at)
            found[n - 1].is_opening = found[n].is_opening = false;
        at = list_end = found[n++].end;
    }
    return n;
}

/* Marks what only looks like a time. */
static void tag(const struct intents_item_finder *finder, struct reader *reader)
{
    bool is_ignored = false;

    intents_when_tag(&finder->language->when, reader->words, true, reader->tags);
    /* "six œufs" only looks like a time to those who look for one. */
    for (size_t i = 0; i < reader->words->n; i++) {
        if (reader->tags[i] != INTENTS_TAG_INSIDE)
            is_ignored = reader->tags[i] == INTENTS_TAG_IGNORE;
        if (is_ignored)
            reader->tags[i] = INTENTS_TAG_NONE;
    }
}

static size_t keep(const struct reader *reader, struct found *found, size_t n,
                   char ret_items[INTENTS_ITEMS_MAX][INTENTS_ITEM_BYTES])
{
    size_t n_asked = 0, n_kept = 0;
    bool is_wanted = false;

    for (size_t i = 0; i < n; i++)
        is_wanted |= found[i].is_wanted && !found[i].is_opening;
    for (size_t i = 0; i < n; i++) {
        found[i].is_opening |= is_wanted && found[i].is_object;
        n_asked += !found[i].is_missing && !found[i].is_opening;
    }
    for (size_t i = 0; i < n; i++) {
        if (!found[i].is_dropped && !found[i].is_opening &&
            (n_asked == 0 || !found[i].is_missing) && !is_taken_back(reader, found, n, i))
            quote(reader, &found[i], ret_items[n_kept++]);
    }
    return n_kept;
}

size_t intents_items_find(const struct intents_item_finder *finder,
                          const struct intents_words *words,
                          char ret_items[INTENTS_ITEMS_MAX][INTENTS_ITEM_BYTES])
{
    struct reader reader = {.finder = finder, .words = words};
    struct found found[INTENTS_ITEMS_MAX];
    size_t n;

    tag(finder, &reader);
    n = find_all(&reader, found);
    return keep(&reader, found, n, ret_items);
}

size_t intents_items_answer(const struct intents_item_finder *finder,
                            const struct intents_words *words,
                            char ret_items[INTENTS_ITEMS_MAX][INTENTS_ITEM_BYTES],
                            char ret_dropped[INTENTS_ITEMS_MAX][INTENTS_ITEM_BYTES],
                            size_t *ret_n_dropped)
{
    struct reader reader = {.finder = finder, .words = words, .is_answer = true};
    struct found found[INTENTS_ITEMS_MAX];
    size_t n, n_dropped = 0;

    tag(finder, &reader);
    n = find_all(&reader, found);
    for (size_t i = 0; i < n; i++) {
        if (found[i].is_dropped)
            quote(&reader, &found[i], ret_dropped[n_dropped++]);
    }
    *ret_n_dropped = n_dropped;
    return keep(&reader, found, n, ret_items);
}

static bool is_item_at(const struct found *found, size_t n, size_t at)
{
    for (size_t i = 0; i < n; i++) {
        if (found[i].from <= at && at < found[i].end)
            return true;
    }
    return false;
}

/* What is to be added begins at a word: the first behind it that could be a thing is none that is
 * known, or nothing follows at all. A day that follows is no thing: "et aussi vendredi". */
static bool is_missed(const struct reader *reader, const struct found *found, size_t n, size_t from)
{
    for (size_t at = from; at < reader->words->n; at++) {
        if (is_item_at(found, n, at) || reader->tags[at] != INTENTS_TAG_NONE)
            return false;
        if (is_open(reader, at))
            return true;
    }
    return match_set(reader, SET_ARTICLES, from) == reader->words->n || from == reader->words->n;
}

bool intents_items_misses_one(const struct intents_item_finder *finder,
                              const struct intents_words *words)
{
    struct reader reader = {.finder = finder, .words = words, .is_answer = true};
    struct found found[INTENTS_ITEMS_MAX];
    size_t n;

    tag(finder, &reader);
    n = find_all(&reader, found);
    for (size_t at = 0; at < words->n; at++) {
        size_t end = match_adds(&reader, at);

        if (end > at && is_missed(&reader, found, n, end))
            return true;
        /* "Elle apprend l'espagnol avec des...": nobody answers us. */
        if (end == at && is_open(&reader, at) && !is_item_at(found, n, at) &&
            match_set(&reader, SET_DROPS, at) == at)
            return false;
    }
    return false;
}
