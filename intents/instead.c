/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "intents/instead.h"

#include "intents/language_private.h"
#include "intents/sets.h"
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

static const char *const set_names[N_SETS] = {
    [SET_NO] = "no", [SET_NOT] = "not", [SET_ANEW] = "anew", [SET_FILLER] = "filler"};

struct intents_instead {
    const struct intents_language *language;
    struct intents_list sets[N_SETS];
};

int intents_instead_create(const struct intents_language *language,
                           struct intents_instead **ret_instead)
{
    struct intents_instead *instead = calloc(1, sizeof(*instead));
    int r = instead ? intents_sets_load(language, "instead", set_names, N_SETS, NULL, instead->sets)
                    : -ENOMEM;

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
    intents_sets_finish(instead->sets, N_SETS);
    free(instead);
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
    size_t end = intents_set_match_name(instead->language, words, at, &named), set_end;
    enum set set =
        (enum set)intents_sets_match(instead->language, instead->sets, N_SETS, words, at, &set_end);

    if (named && end >= set_end) {
        read_name(reading, named);
        return end;
    }
    reading->is_other |= set == N_SETS;
    reading->is_no |= set == SET_NO;
    reading->is_negated = set == SET_NOT || (set == SET_FILLER && reading->is_negated);
    return set == N_SETS ? at + 1 : set_end;
}

static struct reading read(const struct intents_instead *instead, const struct intents_words *words)
{
    unsigned char tags[INTENTS_WORDS_MAX];
    struct reading reading = {0};

    intents_when_tag(&instead->language->when, words, true, tags);
    for (size_t at = 0; at < words->n && !reading.is_other;)
        at = tags[at] == INTENTS_TAG_NONE ? read_at(instead, words, at, &reading) : at + 1;
    return reading;
}

const struct intents_service *intents_instead_find(const struct intents_instead *instead,
                                                   const struct intents_words *words)
{
    struct reading reading = read(instead, words);

    return reading.is_no && !reading.is_other ? reading.meant : NULL;
}

const struct intents_service *intents_instead_named(const struct intents_instead *instead,
                                                    const struct intents_words *words)
{
    struct reading reading = read(instead, words);

    return !reading.is_no && !reading.is_other ? reading.meant : NULL;
}
