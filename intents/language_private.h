/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The inside of a language, for the sources of intents/ alone. */
#ifndef INTENTS_LANGUAGE_PRIVATE_H
#define INTENTS_LANGUAGE_PRIVATE_H

#include "intents/act.h"
#include "intents/language.h"
#include "intents/spelling.h"
#include "intents/template.h"
#include "intents/when_data.h"

#include <stdint.h>

struct intents_entry {
    struct intents_node *node;
    char *text;   /* with its forms (forms.h) written out, without the mark of gender */
    char *source; /* as the file has it, where that is something else; else NULL */
    enum intents_gender gender; /* of lexicon entries that are nouns */
    unsigned fold;              /* 0 to 4: which fifth it falls into by its text */
    double weight;
    char topic[INTENTS_TOPIC_MAX]; /* of an act's phrase: what it is about ("privacy"), "" nothing
                                      in particular */
};

/* Templates of which one is drawn: a slot's list, a fragment, the phrases of a service. */
struct intents_list {
    char *name;
    struct intents_entry *entries;
    size_t n;
    double weight;     /* sum */
    bool is_learnable; /* phrases that belong to one label: folds hold some of them back */
};

struct intents_service_data {
    struct intents_service info;
    struct intents_list names; /* how it is spoken about; not learned from */
    struct intents_list inf, subj, noun, reasons, phrases, near_misses;
    struct intents_list examples, near_examples; /* whole sentences, as people say them */
};

enum { INTENTS_ACT_SHARES_MAX = 10 };

struct intents_act_data {
    enum intents_act act;
    uint32_t n_shares; /* 1 to INTENTS_ACT_SHARES_MAX: it is drawn as often as so many acts */
    bool is_blunt;     /* nobody puts "s'il vous plaît" behind it */
    struct intents_list phrases, near_misses;
    struct intents_list examples, near_examples; /* whole sentences, as people say them */
};

struct intents_lists {
    struct intents_list *lists;
    size_t n;
};

struct intents_language {
    enum intents_purpose purpose;
    struct intents_service_data services[INTENTS_SERVICES_MAX];
    size_t n_services;
    struct intents_act_data acts[INTENTS_N_ACTS];
    size_t n_acts;
    struct intents_lists background;   /* one list a topic */
    struct intents_list near_examples; /* of no service or act in particular */
    struct intents_lists fragments;
    struct intents_lists lexicon;
    struct intents_grammar grammar;
    struct intents_when_data when;
};

/* Returns: the list of that name, or NULL. */
const struct intents_list *intents_lists_find(const struct intents_lists *lists, const char *name);
/* Adds an empty list; those that were there may move. Returns: 0 or -ENOMEM. */
int intents_lists_add(struct intents_lists *lists, const char *name,
                      struct intents_list **ret_list);
void intents_lists_finish(struct intents_lists *lists);

/*
 * Parses a template and adds it to a list, one entry for each of its forms (forms.h), each of this
 * weight; 0: by the ways to say it. Returns: 0, -ENOMEM, -EINVAL (logged with `file`).
 */
int intents_list_add(struct intents_list *list, const char *file, const char *text,
                     enum intents_gender gender, double weight);
void intents_list_finish(struct intents_list *list);

/* Of a language loaded to understand: drops what only drawing needs (forget.c). After binding. */
void intents_language_forget_phrases(struct intents_language *language);

/* Binds every name of every template (bind.c). Returns: 0, -ENOMEM, -EINVAL (logged). */
int intents_language_bind(struct intents_language *language);

#endif
