/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "intents/instead.h"

#include "intents/language_private.h"
#include "intents/match.h"
#include "intents/when.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>

/* The words around the names: what each list of grammar.json says. */
enum set {
    SET_NO,     /* "non", "pas ça": it was wrong */
    SET_NOT,    /* "pas": the name behind it is not meant */
    SET_ANEW,   /* "c'est", "plutôt": what comes is meant again */
    SET_FILLER, /* "pour", "je voudrais": says nothing */
    N_SETS,
};

static const char *const set_names[N_SETS] = {"no", "not", "anew", "filler"};

struct intents_instead {
    const struct intents_language *language;
    struct intents_list sets[N_SETS];
};

static int fill_set(struct intents_list *list, const json_t *array)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < json_array_size(array); i++) {
        const char *text = json_string_value(json_array_get(array, i));

        r = text ? intents_list_add(list, "grammar.json", text, INTENTS_NO_GENDER, 1) : -EINVAL;
    }
    return r;
}

int intents_instead_create(const struct intents_language *language,
                           struct intents_instead **ret_instead)
{
    const json_t *sets = json_object_get(language->grammar.root, "instead");
    struct intents_instead *instead = calloc(1, sizeof(*instead));
    int r = instead ? 0 : -ENOMEM;

    for (int i = 0; r == 0 && i < N_SETS; i++)
        r = fill_set(&instead->sets[i], json_object_get(sets, set_names[i]));
    if (r < 0) {
        intents_instead_destroy(instead);
        return r;
    }
    instead->language = language;
    *ret_instead = instead;
    return 0;
}

void intents_instead_destroy(struct intents_instead *instead)
{
    if (!instead)
        return;
    for (int i = 0; i < N_SETS; i++)
        intents_list_finish(&instead->sets[i]);
    free(instead);
}

/* Behind the longest entry of the list that begins at a word; `at` when there is none. */
static size_t match_list(const struct intents_instead *instead, const struct intents_list *list,
                         const struct intents_words *words, size_t at)
{
    size_t longest = at;

    for (size_t i = 0; i < list->n; i++) {
        size_t end =
            intents_match(&instead->language->when, list->entries[i].node, words, at, NULL);

        longest = end > longest ? end : longest;
    }
    return longest;
}

/* The same for the names of every service. */
static size_t match_name(const struct intents_instead *instead, const struct intents_words *words,
                         size_t at, const struct intents_service **ret_service)
{
    size_t longest = at;

    for (size_t i = 0; i < instead->language->n_services; i++) {
        const struct intents_service_data *service = &instead->language->services[i];
        size_t end = match_list(instead, &service->names, words, at);

        if (end <= longest)
            continue;
        longest = end;
        *ret_service = &service->info;
    }
    return longest;
}

/* The set of which an entry, the longest of all, begins at a word. Returns: N_SETS none. */
static enum set match_set(const struct intents_instead *instead, const struct intents_words *words,
                          size_t at, size_t *ret_end)
{
    enum set found = N_SETS;

    *ret_end = at;
    for (int i = 0; i < N_SETS; i++) {
        size_t end = match_list(instead, &instead->sets[i], words, at);

        if (end <= *ret_end)
            continue;
        *ret_end = end;
        found = (enum set)i;
    }
    return found;
}

/* What has been read of the answer. */
struct reading {
    const struct intents_service *meant;
    bool is_no, is_negated, is_other; /* other: two names, or talk */
};

static void read_name(struct reading *reading, const struct intents_service *named)
{
    if (reading->is_negated)
        reading->is_no = true;
    else if (reading->meant && reading->meant != named)
        reading->is_other = true;
    else
        reading->meant = named;
    reading->is_negated = false;
}

/* Returns: behind what was read. */
static size_t read_at(const struct intents_instead *instead, const struct intents_words *words,
                      size_t at, struct reading *reading)
{
    const struct intents_service *named = NULL;
    size_t end = match_name(instead, words, at, &named), set_end;
    enum set set = match_set(instead, words, at, &set_end);

    if (named && end >= set_end) {
        read_name(reading, named);
        return end;
    }
    reading->is_other |= set == N_SETS;
    reading->is_no |= set == SET_NO;
    reading->is_negated = set == SET_NOT || (set == SET_FILLER && reading->is_negated);
    return set == N_SETS ? at + 1 : set_end;
}

const struct intents_service *intents_instead_find(const struct intents_instead *instead,
                                                   const struct intents_words *words)
{
    unsigned char tags[INTENTS_WORDS_MAX];
    struct reading reading = {0};

    intents_when_tag(&instead->language->when, words, tags);
    for (size_t at = 0; at < words->n && !reading.is_other;)
        at = tags[at] == INTENTS_TAG_NONE ? read_at(instead, words, at, &reading) : at + 1;
    return reading.is_no && !reading.is_other ? reading.meant : NULL;
}
