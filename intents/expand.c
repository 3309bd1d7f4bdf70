/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "intents/expand.h"

#include "intents/language_private.h"

#include <string.h>

#define DEPTH_MAX 24
#define TEST_FOLD 0
/* Draws before a rare fold gives up on weights and takes the next entry it may have. */
#define DRAWS_MAX 64

void intents_expander_init(struct intents_expander *expander,
                           const struct intents_language *language, uint64_t seed,
                           enum intents_fold fold)
{
    *expander = (struct intents_expander){
        .language = language,
        .fold = fold,
        .general_reasons = intents_lists_find(&language->fragments, "reason_general"),
    };
    base_rng_seed(&expander->rng, seed);
}

void intents_expander_begin(struct intents_expander *expander,
                            const struct intents_service_data *service)
{
    expander->service = service;
    expander->n_tokens = 0;
    expander->depth = 0;
    expander->is_cut = false;
}

static bool is_allowed(const struct intents_expander *expander, const struct intents_list *list,
                       const struct intents_entry *entry)
{
    if (!list->is_learnable || expander->fold == INTENTS_FOLD_ALL)
        return true;
    return (entry->fold == TEST_FOLD) == (expander->fold == INTENTS_FOLD_TEST);
}

bool intents_expander_can(const struct intents_expander *expander, const struct intents_list *list)
{
    for (size_t i = 0; list && i < list->n; i++) {
        if (is_allowed(expander, list, &list->entries[i]))
            return true;
    }
    return false;
}

static const struct intents_entry *draw(struct intents_expander *expander,
                                        const struct intents_list *list)
{
    for (int k = 0; k < DRAWS_MAX; k++) {
        double rest = base_rng_unit(&expander->rng) * list->weight;
        size_t i = 0;

        while (i + 1 < list->n && rest >= list->entries[i].weight)
            rest -= list->entries[i++].weight;
        if (is_allowed(expander, list, &list->entries[i]))
            return &list->entries[i];
    }
    for (size_t i = 0; i < list->n; i++) {
        if (is_allowed(expander, list, &list->entries[i]))
            return &list->entries[i];
    }
    return NULL;
}

static void add_token(struct intents_expander *expander, const char *text, bool agrees)
{
    if (expander->n_tokens == INTENTS_TOKENS_MAX) {
        expander->is_cut = true;
        return;
    }
    expander->tokens[expander->n_tokens++] = (struct intents_token){.text = text, .agrees = agrees};
}

void intents_expander_list(struct intents_expander *expander, const struct intents_list *list)
{
    const struct intents_entry *entry = list && list->n > 0 ? draw(expander, list) : NULL;
    size_t first = expander->n_tokens;

    if (!entry || ++expander->depth > DEPTH_MAX) {
        expander->is_cut = true;
        return;
    }
    intents_expander_node(expander, entry->node);
    expander->depth--;
    if (expander->n_tokens > first && entry->gender != INTENTS_NO_GENDER)
        expander->tokens[first].gender = entry->gender;
}

static size_t draw_n_items(struct intents_expander *expander)
{
    static const unsigned char often[] = {1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 4, 5};

    return often[base_rng_below(&expander->rng, sizeof(often))];
}

/* "du pain, six œufs et du lait", without the commas; now and then without the last "et". */
static void expand_items(struct intents_expander *expander, const struct intents_list *items)
{
    const struct intents_list *last =
        intents_lists_find(&expander->language->fragments, "item_and");
    size_t n = draw_n_items(expander);
    bool has_and = base_rng_below(&expander->rng, 8) > 0;

    for (size_t i = 0; i < n; i++) {
        if (i > 0 && i + 1 == n && has_and && last)
            intents_expander_list(expander, last);
        intents_expander_list(expander, items);
    }
}

static void expand_reason(struct intents_expander *expander)
{
    const struct intents_list *own = &expander->service->reasons;
    bool takes_own = intents_expander_can(expander, own) && base_rng_below(&expander->rng, 3) > 0;

    intents_expander_list(expander, takes_own ? own : expander->general_reasons);
}

static void draw_slot(struct intents_expander *expander, const struct intents_node *node)
{
    const struct intents_service_data *service = expander->service;
    size_t first = expander->n_tokens;

    if (node->builtin != INTENTS_NOT_BUILTIN && node->builtin <= INTENTS_SLOT_REASON && !service) {
        expander->is_cut = true;
        return;
    }
    if (node->builtin == INTENTS_SLOT_INF) {
        intents_expander_list(expander, &service->inf);
        return;
    }
    if (node->builtin == INTENTS_SLOT_SUBJ) {
        intents_expander_list(expander, &service->subj);
        return;
    }
    if (node->builtin == INTENTS_SLOT_REASON) {
        expand_reason(expander);
        return;
    }
    if (node->builtin == INTENTS_SLOT_NOUN)
        intents_expander_list(expander, &service->noun);
    else if (node->builtin == INTENTS_SLOT_ITEMS)
        expand_items(expander, node->list);
    else
        intents_expander_list(expander, node->list);
    if (expander->n_tokens > first)
        expander->tokens[first].contracts = true;
}

/* "pour [{when}]" and a when of "pour demain" make one "pour". */
static void expand_slot(struct intents_expander *expander, const struct intents_node *node)
{
    size_t first = expander->n_tokens;
    struct intents_token *tokens = expander->tokens;

    draw_slot(expander, node);
    if (first == 0 || expander->n_tokens <= first ||
        strcmp(tokens[first - 1].text, tokens[first].text) != 0)
        return;
    expander->n_tokens--;
    memmove(&tokens[first], &tokens[first + 1], (expander->n_tokens - first) * sizeof(*tokens));
}

void intents_expander_node(struct intents_expander *expander, const struct intents_node *node)
{
    switch (node->kind) {
    case INTENTS_NODE_WORD:
        add_token(expander, node->text, false);
        break;
    case INTENTS_NODE_AGREE:
        add_token(expander, node->text, true);
        break;
    case INTENTS_NODE_SEQUENCE:
        for (size_t i = 0; i < node->n_children; i++)
            intents_expander_node(expander, node->children[i]);
        break;
    case INTENTS_NODE_CHOICE:
        intents_expander_node(
            expander, node->children[base_rng_below(&expander->rng, (uint32_t)node->n_children)]);
        break;
    case INTENTS_NODE_SLOT:
        expand_slot(expander, node);
        break;
    case INTENTS_NODE_FRAGMENT:
        intents_expander_list(expander, node->list);
        break;
    }
}

int intents_expander_end(struct intents_expander *expander, struct base_strbuf *ret_text)
{
    intents_spelling_join(&expander->language->grammar, expander->tokens, expander->n_tokens,
                          ret_text);
    if (ret_text->error)
        return ret_text->error;
    return expander->is_cut || ret_text->length == 0;
}
