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

/* Which half of the phrases is drawn from: measuring how far the data reach needs phrases that
 * were not learned. */
enum intents_fold {
    INTENTS_FOLD_ALL,
    INTENTS_FOLD_LEARN, /* four fifths of the phrases */
    INTENTS_FOLD_TEST,  /* the other fifth */
};

struct intents_sampler_options {
    uint64_t seed;
    size_t n_sentences;
    /* Shares of what is drawn, out of their sum. All 0: the shares of the language model. */
    unsigned n_requests;
    unsigned n_acts;
    unsigned n_near_misses;
    unsigned n_background;
    unsigned n_lists; /* goods, one after the other (fragment "list"); none where there is none */
    unsigned n_additions;    /* goods that come to a list ("list_more"); none where there is none */
    unsigned n_examples;     /* whole sentences as people say them; none where there is none */
    unsigned n_act_examples; /* those of acts alone, and what resembles them; likewise */
    unsigned n_short; /* short answers alone (fragment "short_answer" and short examples of yes and
                         no; acts where it is missing) */
    unsigned n_choices; /* answers to the closed choice alone (fragment "short_choice"), likewise */
    unsigned n_days; /* answers to the question for a day alone (fragment "short_day"), likewise */
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
 * Draws options->n_sentences sentences. Returns: 0, -ENOMEM, -EINVAL (no such language: nothing can
 * be drawn, or it was not loaded for it), or what fn gave. About 100,000
 * sentences in two seconds. Thread: any.
 */
int intents_sampler_run(const struct intents_language *language,
                        const struct intents_sampler_options *options, intents_sampler_fn *fn,
                        void *user);

#endif
