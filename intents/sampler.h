/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sentences drawn from a language's data, with their labels: what the recogniser's language model
 * and the understanding are both made from.
 *
 * A draw first chooses what is said (a request for one of the services, each as often as the
 * others; an act; a near miss; everyday speech), then how: bare, telegraphic, with greetings,
 * hesitations, reasons before or after, one of the ways of asking; or a whole sentence as somebody
 * said it (`examples`). Spelling is finished: elision, contraction and agreement are done; there is
 * no punctuation, no capital letter.
 *
 * The same language, options and seed give the same sentences on every machine.
 */
#ifndef INTENTS_SAMPLER_H
#define INTENTS_SAMPLER_H

#include "intents/act.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct intents_language;

/* Which part of the phrases is drawn from: measuring how far the data reach needs phrases that
 * were not learned. */
enum intents_fold {
    INTENTS_FOLD_ALL,
    INTENTS_FOLD_LEARN, /* four fifths of the phrases */
    INTENTS_FOLD_TEST,  /* the other fifth */
};

/* What a sentence can be. What the language has no data for is not drawn; answers that it has no
 * fragment for are acts. */
enum intents_draw_kind {
    INTENTS_DRAW_REQUESTS,
    INTENTS_DRAW_ACTS,
    INTENTS_DRAW_NEAR_MISSES,
    INTENTS_DRAW_BACKGROUND,
    INTENTS_DRAW_LISTS,         /* goods, one after the other (fragment "list") */
    INTENTS_DRAW_ADDITIONS,     /* goods that come to a list ("list_more") */
    INTENTS_DRAW_SHORT_ANSWERS, /* "short_answer", and short examples of yes and no */
    INTENTS_DRAW_CHOICES,       /* answers to the closed choice ("short_choice") */
    INTENTS_DRAW_DAYS,          /* answers to the question for a day ("short_day") */
    INTENTS_DRAW_EXAMPLES,      /* whole sentences as people say them */
    INTENTS_DRAW_ACT_EXAMPLES,  /* those of acts alone, and what resembles them */
    INTENTS_N_DRAW_KINDS,
};

struct intents_sampler_options {
    uint64_t seed;
    size_t n_sentences;
    /* Out of their sum. All 0: the shares of the language model. */
    unsigned shares[INTENTS_N_DRAW_KINDS];
    enum intents_fold fold;
};

struct intents_label {
    enum intents_act act; /* REQUEST, an act, or NONE */
    const char *service;  /* of a request; of a near miss the service it resembles; else NULL */
    bool is_near_miss;
};

/* Returns: 0 to go on, else the walk stops and gives it back. */
typedef int intents_sampler_fn(void *user, const char *sentence, const struct intents_label *label);

/*
 * Draws options->n_sentences sentences, fewer where a draw gave nothing twenty times. Returns: 0,
 * -ENOMEM, -EINVAL (no such language: nothing can be drawn, or it was not loaded for it), or what
 * fn gave. About 100,000 sentences in two seconds. Thread: any.
 */
int intents_sampler_run(const struct intents_language *language,
                        const struct intents_sampler_options *options, intents_sampler_fn *fn,
                        void *user);

#endif
