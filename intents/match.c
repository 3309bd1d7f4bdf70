/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "intents/match.h"

#include "intents/language_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NUMBER_WORDS_MAX 3
#define NUMBER_BYTES     96

struct matcher {
    const struct intents_when_data *data;
    const struct intents_words *words;
    struct intents_catch catch;
    size_t best_end;
    struct intents_catch best_catch;
};

/* What still has to match behind a node: the rest of a sequence, and what comes behind that. */
struct rest {
    const struct intents_node *sequence;
    size_t next;
    const struct rest *up;
};

static void match_node(struct matcher *matcher, const struct intents_node *node, size_t at,
                       const struct rest *rest);

/* Called for every word of every template: most differ in the first bytes. */
static bool is_same(const char *a, const char *b)
{
    return a[0] == b[0] && (a[0] == '\0' || (a[1] == b[1] && strcmp(a + 1, b + 1) == 0));
}

/* "-erait" is any word that ends so: no word that is heard begins with a hyphen. */
static bool is_said(const char *word, const char *text)
{
    size_t n, n_ending;

    if (text[0] != '-')
        return is_same(word, text);
    n = strlen(word);
    n_ending = strlen(text + 1);
    return n > n_ending && strcmp(word + n - n_ending, text + 1) == 0;
}

/* Of the hundreds of alternatives of a choice most are told by their first byte. */
static bool may_begin(const struct matcher *matcher, const struct intents_node *node, size_t at)
{
    if (node->kind == INTENTS_NODE_SEQUENCE && node->n_children > 0)
        node = node->children[0];
    return node->kind != INTENTS_NODE_WORD || node->text[0] == '-' ||
           (at < matcher->words->n && node->text[0] == matcher->words->word[at][0]);
}

static void match_rest(struct matcher *matcher, size_t at, const struct rest *rest)
{
    while (rest && rest->next == rest->sequence->n_children)
        rest = rest->up;
    if (!rest) {
        if (at > matcher->best_end) {
            matcher->best_end = at;
            matcher->best_catch = matcher->catch;
        }
        return;
    }
    const struct rest behind = {rest->sequence, rest->next + 1, rest->up};

    match_node(matcher, rest->sequence->children[rest->next], at, &behind);
}

static int compare_number(const void *key, const void *number)
{
    return strcmp(key, ((const struct intents_number *)number)->text);
}

static bool read_digits(const char *word, int *ret_value)
{
    char *end;
    long value = strtol(word, &end, 10);

    if (*word < '0' || *word > '9' || *end != '\0' || value > 9999)
        return false;
    *ret_value = (int)value;
    return true;
}

static size_t match_number(const struct intents_when_data *data, const struct intents_words *words,
                           size_t start, size_t n_words, int *ret_value)
{
    const struct intents_number *found;
    char text[NUMBER_BYTES];
    size_t length = 0;

    if (n_words == 1 && start < words->n && read_digits(words->word[start], ret_value))
        return 1;
    for (size_t i = 0; i < n_words; i++) {
        size_t n;

        if (start + i >= words->n)
            return 0;
        n = strlen(words->word[start + i]);
        if (length + n + 2 > sizeof(text))
            return 0;
        if (i > 0)
            text[length++] = ' ';
        memcpy(text + length, words->word[start + i], n + 1);
        length += n;
    }
    found = bsearch(text, data->numbers, data->n_numbers, sizeof(*found), compare_number);
    if (!found)
        return 0;
    *ret_value = found->value;
    return n_words;
}

size_t intents_match_number(const struct intents_when_data *data, const struct intents_words *words,
                            size_t start, size_t n_max, int *ret_value)
{
    for (size_t n = n_max < NUMBER_WORDS_MAX ? n_max : NUMBER_WORDS_MAX; n > 0; n--) {
        if (match_number(data, words, start, n, ret_value) > 0)
            return n;
    }
    return 0;
}

/* Nobody is asked for at one to four minutes past: "à midi deux steaks", "à dix heures un pain". */
#define MINUTE_LEAST 5

static bool is_in_range(enum intents_builtin slot, int value)
{
    if (slot == INTENTS_SLOT_HOUR)
        return value >= 0 && value <= 24;
    if (slot == INTENTS_SLOT_MINUTE)
        return value == 0 || (value >= MINUTE_LEAST && value <= 59);
    if (slot == INTENTS_SLOT_DAY)
        return value >= 1 && value <= 31;
    return value >= 0;
}

static void catch_and_go(struct matcher *matcher, enum intents_builtin slot, int value, size_t at,
                         const struct rest *rest)
{
    int before = matcher->catch.value[slot];

    if (before < 0)
        matcher->catch.value[slot] = value;
    match_rest(matcher, at, rest);
    matcher->catch.value[slot] = before;
}

static void match_name(struct matcher *matcher, enum intents_builtin slot, const char *const *names,
                       int n, size_t at, const struct rest *rest)
{
    for (int i = 0; i < n; i++) {
        if (is_same(matcher->words->word[at], names[i]))
            catch_and_go(matcher, slot, i + 1, at + 1, rest);
    }
}

static void match_slot(struct matcher *matcher, enum intents_builtin slot, size_t at,
                       const struct rest *rest)
{
    int value;

    if (at >= matcher->words->n)
        return;
    if (slot == INTENTS_SLOT_ANY) {
        match_rest(matcher, at + 1, rest);
        return;
    }
    if (slot == INTENTS_SLOT_WEEKDAY) {
        match_name(matcher, slot, matcher->data->weekdays, 7, at, rest);
        return;
    }
    if (slot == INTENTS_SLOT_MONTH) {
        match_name(matcher, slot, matcher->data->months, 12, at, rest);
        return;
    }
    if (slot < INTENTS_SLOT_NUMBER)
        return;
    for (size_t n = 1; n <= NUMBER_WORDS_MAX; n++) {
        if (match_number(matcher->data, matcher->words, at, n, &value) > 0 &&
            is_in_range(slot, value))
            catch_and_go(matcher, slot, value, at + n, rest);
    }
}

static void match_node(struct matcher *matcher, const struct intents_node *node, size_t at,
                       const struct rest *rest)
{
    const struct rest inside = {node, 0, rest};

    switch (node->kind) {
    case INTENTS_NODE_WORD:
        if (at < matcher->words->n && is_said(matcher->words->word[at], node->text))
            match_rest(matcher, at + 1, rest);
        break;
    case INTENTS_NODE_SEQUENCE:
        match_rest(matcher, at, &inside);
        break;
    case INTENTS_NODE_CHOICE:
        for (size_t i = 0; i < node->n_children; i++) {
            if (may_begin(matcher, node->children[i], at))
                match_node(matcher, node->children[i], at, rest);
        }
        break;
    case INTENTS_NODE_SLOT:
        match_slot(matcher, node->builtin, at, rest);
        break;
    case INTENTS_NODE_FRAGMENT:
        for (size_t i = 0; node->list && i < node->list->n; i++)
            match_node(matcher, node->list->entries[i].node, at, rest);
        break;
    case INTENTS_NODE_AGREE:
        break;
    }
}

size_t intents_match(const struct intents_when_data *data, const struct intents_node *node,
                     const struct intents_words *words, size_t start,
                     struct intents_catch *ret_catch)
{
    struct matcher matcher = {.data = data, .words = words, .best_end = start};

    for (int i = 0; i < INTENTS_N_BUILTINS; i++)
        matcher.catch.value[i] = -1;
    matcher.best_catch = matcher.catch;
    match_node(&matcher, node, start, NULL);
    if (ret_catch)
        *ret_catch = matcher.best_catch;
    return matcher.best_end;
}

struct first_word {
    const char *word;
    unsigned short number;
};

struct intents_match_index {
    struct first_word *firsts; /* sorted by word, then number, no doubles */
    unsigned short *numbers;   /* the same, numbers alone */
    size_t n;
};

#define ANY_DIGITS "0"

static int add_first(struct intents_match_index *index, const char *word, unsigned short number)
{
    struct first_word *grown = reallocarray(index->firsts, index->n + 1, sizeof(*grown));

    if (!grown)
        return -ENOMEM;
    index->firsts = grown;
    index->firsts[index->n++] = (struct first_word){word, number};
    return 0;
}

static int add_slot_firsts(struct intents_match_index *index, const struct intents_when_data *data,
                           enum intents_builtin slot, unsigned short number)
{
    int r = 0;

    for (int i = 0; r == 0 && slot == INTENTS_SLOT_WEEKDAY && i < 7; i++)
        r = add_first(index, data->weekdays[i], number);
    for (int i = 0; r == 0 && slot == INTENTS_SLOT_MONTH && i < 12; i++)
        r = add_first(index, data->months[i], number);
    if (slot < INTENTS_SLOT_NUMBER || slot > INTENTS_SLOT_DAY)
        return r;
    for (size_t i = 0; r == 0 && i < data->n_numbers; i++) {
        /* Only numbers of one word: a longer one begins with one of these. */
        if (!strchr(data->numbers[i].text, ' '))
            r = add_first(index, data->numbers[i].text, number);
    }
    return r == 0 ? add_first(index, ANY_DIGITS, number) : r;
}

/* Adds the words a node can begin with. Returns: 0, 1 when it can also be nothing, -ENOMEM, -EINVAL
 * where they cannot be counted up. */
static int add_node_firsts(struct intents_match_index *index, const struct intents_when_data *data,
                           const struct intents_node *node, unsigned short number)
{
    int r = 0;

    switch (node->kind) {
    case INTENTS_NODE_WORD:
        return node->text[0] == '-' ? -EINVAL : add_first(index, node->text, number);
    case INTENTS_NODE_SLOT:
        if (node->builtin == INTENTS_SLOT_ANY)
            return -EINVAL;
        return add_slot_firsts(index, data, node->builtin, number);
    case INTENTS_NODE_SEQUENCE:
        r = 1;
        for (size_t i = 0; r == 1 && i < node->n_children; i++)
            r = add_node_firsts(index, data, node->children[i], number);
        return r;
    case INTENTS_NODE_CHOICE:
        for (size_t i = 0; i < node->n_children; i++) {
            int of_child = add_node_firsts(index, data, node->children[i], number);

            if (of_child < 0)
                return of_child;
            r = r || of_child;
        }
        return r;
    case INTENTS_NODE_FRAGMENT:
        return -EINVAL;
    case INTENTS_NODE_AGREE:
        break;
    }
    return 0;
}

static int compare_firsts(const void *a, const void *b)
{
    const struct first_word *x = a, *y = b;
    int by_word = strcmp(x->word, y->word);

    return by_word ? by_word : x->number - y->number;
}

static int finish_index(struct intents_match_index *index)
{
    size_t n = 0;

    qsort(index->firsts, index->n, sizeof(*index->firsts), compare_firsts);
    for (size_t i = 0; i < index->n; i++) {
        if (n == 0 || compare_firsts(&index->firsts[n - 1], &index->firsts[i]) != 0)
            index->firsts[n++] = index->firsts[i];
    }
    index->n = n;
    index->numbers = calloc(n + 1, sizeof(*index->numbers));
    if (!index->numbers)
        return -ENOMEM;
    for (size_t i = 0; i < n; i++)
        index->numbers[i] = index->firsts[i].number;
    return 0;
}

int intents_match_index_create(const struct intents_when_data *data,
                               const struct intents_node *const *nodes, size_t n_nodes,
                               struct intents_match_index **ret_index)
{
    struct intents_match_index *index = calloc(1, sizeof(*index));
    int r = index ? 0 : -ENOMEM;

    for (size_t i = 0; r == 0 && i < n_nodes; i++) {
        r = add_node_firsts(index, data, nodes[i], (unsigned short)i);
        r = r > 0 ? 0 : r;
    }
    if (r == 0)
        r = finish_index(index);
    if (r < 0) {
        intents_match_index_destroy(index);
        return r;
    }
    *ret_index = index;
    return 0;
}

void intents_match_index_destroy(struct intents_match_index *index)
{
    if (!index)
        return;
    free(index->firsts);
    free(index->numbers);
    free(index);
}

size_t intents_match_index_find(const struct intents_match_index *index, const char *word,
                                const unsigned short **ret_numbers)
{
    size_t low = 0, high = index->n, n = 0;

    if (*word >= '0' && *word <= '9')
        word = ANY_DIGITS;
    while (low < high) {
        size_t middle = (low + high) / 2;

        if (strcmp(index->firsts[middle].word, word) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    while (low + n < index->n && strcmp(index->firsts[low + n].word, word) == 0)
        n++;
    *ret_numbers = index->numbers + low;
    return n;
}
