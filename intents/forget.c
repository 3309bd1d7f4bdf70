/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a device that understands does not need of a language beside the sentences that were not
 * read: the trees of the templates that they name.
 *
 * What stays, and for whom: the rules and cues of when.json (intents/when.c); of an act's phrases
 * the text, and the tree of those with a topic (intents/topic.c); the texts of the lexicon, until
 * the understanding has made its tables of them (intents/lexis.c, intents/item_words.c). Lists
 * stay where they are, if empty: the trees that stay are bound to them.
 */
#include "intents/language_private.h"

#include <jansson.h>
#include <stdlib.h>

static void forget_tree(struct intents_entry *entry)
{
    intents_node_destroy(entry->node);
    entry->node = NULL;
}

static void forget_list(struct intents_list *list)
{
    for (size_t i = 0; list && i < list->n; i++) {
        forget_tree(&list->entries[i]);
        free(list->entries[i].text);
        free(list->entries[i].source);
    }
    if (list) {
        free(list->entries);
        list->entries = NULL;
        list->n = 0;
        list->weight = 0;
    }
}

static void forget_lists(struct intents_lists *lists)
{
    for (size_t i = 0; i < lists->n; i++)
        forget_list(&lists->lists[i]);
}

static void forget_act(struct intents_act_data *act)
{
    for (size_t i = 0; i < act->phrases.n; i++) {
        if (!act->phrases.entries[i].topic[0])
            forget_tree(&act->phrases.entries[i]);
    }
}

static void forget_when(struct intents_when_data *when)
{
    forget_list(when->date);
    forget_list(when->part);
    forget_list(when->time);
    forget_list(when->when);
    forget_list(when->number);
    forget_list(when->hour);
    forget_list(when->minute);
    forget_list(when->day);
    forget_list(when->weekday);
    forget_list(when->month);
}

void intents_language_forget_phrases(struct intents_language *language)
{
    for (size_t i = 0; i < language->n_acts; i++)
        forget_act(&language->acts[i]);
    forget_lists(&language->fragments);
    forget_when(&language->when);
    for (size_t i = 0; i < language->lexicon.n; i++) {
        for (size_t k = 0; k < language->lexicon.lists[i].n; k++)
            forget_tree(&language->lexicon.lists[i].entries[k]);
    }
}

void intents_language_forget_lexicon(struct intents_language *language)
{
    static const char *const names[] = {"items", "chunks"};

    forget_lists(&language->lexicon);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        json_object_del(language->grammar.root, names[i]);
}
