/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "intents/item_words.h"

#include "base/hash.h"
#include "base/log.h"
#include "intents/language_private.h"

#include <errno.h>
#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define PHRASE_WORDS_MAX 8
/* A plural loses its last letter if so many remain. */
#define STEM_LEAST     3
#define TABLE_OCCUPIED 2 /* the table has twice the room it needs */
#define N_TABLE_LEAST  64

static const char *const set_names[INTENTS_N_ITEM_SETS] = {
    [INTENTS_ITEM_NOUNS] = "nouns",         [INTENTS_ITEM_UNITS] = "units",
    [INTENTS_ITEM_ARTICLES] = "articles",   [INTENTS_ITEM_DEFINITE] = "definite",
    [INTENTS_ITEM_ONES] = "ones",           [INTENTS_ITEM_SIZES] = "sizes",
    [INTENTS_ITEM_JOINS] = "joins",         [INTENTS_ITEM_CUES] = "cues",
    [INTENTS_ITEM_BUYS] = "buys",           [INTENTS_ITEM_DEGREES] = "degrees",
    [INTENTS_ITEM_QUALITIES] = "qualities", [INTENTS_ITEM_MARKS] = "marks",
    [INTENTS_ITEM_SHARES] = "shares",       [INTENTS_ITEM_AIMED] = "aimed",
    [INTENTS_ITEM_AIMS] = "aims",           [INTENTS_ITEM_MISSING] = "missing",
    [INTENTS_ITEM_BACK] = "back",           [INTENTS_ITEM_REPAIRS] = "repairs",
    [INTENTS_ITEM_DROPS] = "drops",         [INTENTS_ITEM_DROPS_FIRST] = "drops_first",
    [INTENTS_ITEM_MADE] = "made",           [INTENTS_ITEM_NEVER] = "never",
    [INTENTS_ITEM_ADDS] = "adds",           [INTENTS_ITEM_INNER] = "inner",
    [INTENTS_ITEM_GRAMMAR] = "structure",
};

struct phrase {
    uint32_t hash; /* 0: none */
    uint32_t sets; /* a bit for each */
};

struct intents_item_words {
    const struct intents_language *language; /* while it is made */
    struct phrase *table;
    size_t mask;
    bool adjectives_follow;
};

/* The hash of a phrase grows by a word: all phrases from one place on are made in one go. */
static uint32_t add_word(uint32_t hash, const char *word)
{
    size_t n = strlen(word);

    if (n > STEM_LEAST && (word[n - 1] == 's' || word[n - 1] == 'x'))
        n--;
    return base_hash_field(base_hash_bytes(hash, word, n), ""); /* its end */
}

static uint32_t end_phrase(uint32_t hash)
{
    hash = base_hash_mix(hash);
    return hash ? hash : 1;
}

static struct phrase *find(const struct intents_item_words *item_words, uint32_t hash)
{
    size_t i = hash & item_words->mask;

    while (item_words->table[i].hash && item_words->table[i].hash != hash)
        i = (i + 1) & item_words->mask;
    return &item_words->table[i];
}

static void know(struct intents_item_words *item_words, enum intents_item_set set, const char *text)
{
    struct intents_words words;
    uint32_t hash = BASE_HASH_START;
    struct phrase *phrase;

    intents_words_split(text, item_words->language->grammar.whole, &words);
    /* A carer may have written it: it is not to be read in a log, and no reason to stop. */
    if (words.n > PHRASE_WORDS_MAX)
        log_warning("language-bad",
                    "a phrase of \"%s\" has %zu words: it is not known, as more than %d",
                    set_names[set], words.n, PHRASE_WORDS_MAX);
    if (words.n == 0 || words.n > PHRASE_WORDS_MAX)
        return;
    for (size_t i = 0; i < words.n; i++)
        hash = add_word(hash, words.word[i]);
    hash = end_phrase(hash);
    phrase = find(item_words, hash);
    phrase->hash = hash;
    phrase->sets |= UINT32_C(1) << set;
}

/* Returns: NULL where the lexicon has no such list. */
static const struct intents_list *lexicon_list(const struct intents_item_words *item_words,
                                               const json_t *name)
{
    const char *text = json_string_value(name);

    return text ? intents_lists_find(&item_words->language->lexicon, text) : NULL;
}

/* What a set is made of: words of its own, and lists of the lexicon. */
struct source {
    const json_t *array, *lists;
};

static struct source source_of(const struct intents_item_words *item_words,
                               enum intents_item_set set)
{
    const json_t *root = item_words->language->grammar.root,
                 *items = json_object_get(root, "items");

    return (struct source){
        .array = json_object_get(set == INTENTS_ITEM_GRAMMAR ? root : items, set_names[set]),
        .lists = json_object_get(json_object_get(items, "lists"), set_names[set]),
    };
}

static size_t count(const struct intents_item_words *item_words)
{
    size_t n = 0;

    for (int set = 0; set < INTENTS_N_ITEM_SETS; set++) {
        struct source source = source_of(item_words, (enum intents_item_set)set);

        n += json_array_size(source.array);
        for (size_t i = 0; i < json_array_size(source.lists); i++) {
            const struct intents_list *list =
                lexicon_list(item_words, json_array_get(source.lists, i));

            n += list ? list->n : 0;
        }
    }
    return n;
}

static int fill_set(struct intents_item_words *item_words, enum intents_item_set set)
{
    struct source source = source_of(item_words, set);

    for (size_t i = 0; i < json_array_size(source.array); i++) {
        const char *text = json_string_value(json_array_get(source.array, i));

        if (!text) {
            log_error("language-bad",
                      "grammar.json: \"%s\" of what steers lists of goods holds more than words: "
                      "put each in quotes",
                      set_names[set]);
            return -EINVAL;
        }
        know(item_words, set, text);
    }
    for (size_t i = 0; i < json_array_size(source.lists); i++) {
        const json_t *name = json_array_get(source.lists, i);
        const struct intents_list *list = lexicon_list(item_words, name);

        if (!list) {
            log_error("language-bad",
                      "grammar.json: \"lists\" of items, \"%s\": lexicon.json has no "
                      "list \"%s\"",
                      set_names[set],
                      json_is_string(name) ? json_string_value(name) : "(no string)");
            return -EINVAL;
        }
        for (size_t k = 0; k < list->n; k++)
            know(item_words, set, list->entries[k].text);
    }
    return 0;
}

int intents_item_words_create(const struct intents_language *language,
                              struct intents_item_words **ret_item_words)
{
    struct intents_item_words *item_words = calloc(1, sizeof(*item_words));
    size_t n_wanted, n = N_TABLE_LEAST;
    int r = 0;

    if (!item_words)
        return -ENOMEM;
    item_words->language = language;
    item_words->adjectives_follow = json_is_true(
        json_object_get(json_object_get(language->grammar.root, "items"), "adjectives_follow"));
    for (n_wanted = count(item_words) * TABLE_OCCUPIED; n < n_wanted;)
        n *= 2;
    item_words->mask = n - 1;
    item_words->table = calloc(n, sizeof(*item_words->table));
    if (!item_words->table)
        r = -ENOMEM;
    for (int set = 0; r == 0 && set < INTENTS_N_ITEM_SETS; set++)
        r = fill_set(item_words, (enum intents_item_set)set);
    item_words->language = NULL;
    if (r < 0) {
        intents_item_words_destroy(item_words);
        return r;
    }
    *ret_item_words = item_words;
    return 0;
}

void intents_item_words_destroy(struct intents_item_words *item_words)
{
    if (!item_words)
        return;
    free(item_words->table);
    free(item_words);
}

size_t intents_item_words_match(const struct intents_item_words *item_words,
                                enum intents_item_set set, const struct intents_words *words,
                                size_t at)
{
    uint32_t hash = BASE_HASH_START;
    size_t end = at;

    for (size_t i = at; i < words->n && i < at + PHRASE_WORDS_MAX; i++) {
        hash = add_word(hash, words->word[i]);
        if (find(item_words, end_phrase(hash))->sets & UINT32_C(1) << set)
            end = i + 1;
    }
    return end;
}

bool intents_item_words_adjectives_follow(const struct intents_item_words *item_words)
{
    return item_words->adjectives_follow;
}
