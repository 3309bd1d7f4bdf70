/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Draws one sentence from a template: choices and lists by a seeded generator, slots of the
 * service that is being asked for, then the spelling. Thread: any, one owner.
 */
#ifndef INTENTS_EXPAND_H
#define INTENTS_EXPAND_H

#include "base/rng.h"
#include "base/strbuf.h"
#include "intents/sampler.h"
#include "intents/spelling.h"

struct intents_list;
struct intents_node;
struct intents_service_data;

struct intents_expander {
    const struct intents_language *language;
    const struct intents_service_data *service; /* whose {inf}, {noun}, ...; NULL: none */
    const struct intents_list *general_reasons;
    enum intents_fold fold;
    struct base_rng rng;
    struct intents_token tokens[INTENTS_TOKENS_MAX];
    size_t n_tokens;
    int depth;
    bool is_cut; /* too long or nested too deep: the sentence is not to be used */
};

void intents_expander_init(struct intents_expander *expander,
                           const struct intents_language *language, uint64_t seed,
                           enum intents_fold fold);

/* Starts a new sentence. */
void intents_expander_begin(struct intents_expander *expander,
                            const struct intents_service_data *service);
/* Appends what a template or one entry of a list says. */
void intents_expander_node(struct intents_expander *expander, const struct intents_node *node);
void intents_expander_list(struct intents_expander *expander, const struct intents_list *list);
/* Spells what was appended. Returns: 0, 1 when the draw is not to be used, -ENOMEM. */
int intents_expander_end(struct intents_expander *expander, struct base_strbuf *ret_text);

/* Whether the list has an entry that the fold may draw. */
bool intents_expander_can(const struct intents_expander *expander, const struct intents_list *list);

#endif
