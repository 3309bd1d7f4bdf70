/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "intents/sampler.h"

#include "intents/expand.h"
#include "intents/language_private.h"

#include <errno.h>
#include <string.h>

#define TRIES_MAX 20
/* An example of a yes or a no of no more words is a short answer. */
#define SHORT_WORDS_MAX 4

/* Shares that make a good language model: every kind is heard often enough to be known. */
static const unsigned usual_shares[INTENTS_N_DRAW_KINDS] = {
    [INTENTS_DRAW_REQUESTS] = 50,
    [INTENTS_DRAW_ACTS] = 14,
    [INTENTS_DRAW_NEAR_MISSES] = 12,
    [INTENTS_DRAW_BACKGROUND] = 24,
};

struct draw {
    struct intents_expander expander;
    const struct intents_language *language;
    const struct intents_list *sentence, *greet, *hesitation, *polite_end, *closing;
    const struct intents_list *general, *not_asking, *goods, *additions;
    const struct intents_list *short_answer, *short_choice, *short_day;
    const struct intents_list *when;
    struct intents_label label;
    bool must_be_short; /* else it is not used */
};

static uint32_t sum_of(const unsigned shares[INTENTS_N_DRAW_KINDS])
{
    uint32_t sum = 0;

    for (size_t i = 0; i < INTENTS_N_DRAW_KINDS; i++)
        sum += shares[i];
    return sum;
}

static uint32_t below(struct draw *draw, uint32_t limit)
{
    return base_rng_below(&draw->expander.rng, limit);
}

static bool chance(struct draw *draw, uint32_t percent)
{
    return below(draw, 100) < percent;
}

static void maybe(struct draw *draw, uint32_t percent, const struct intents_list *list)
{
    if (chance(draw, percent) && list)
        intents_expander_list(&draw->expander, list);
}

static bool can(const struct draw *draw, const struct intents_list *list)
{
    return intents_expander_can(&draw->expander, list);
}

/* "courses demain", "demain promener le chien", "un coup de main au jardin s'il vous plaît" */
static void draw_telegram(struct draw *draw, const struct intents_service_data *service)
{
    bool infinitive = can(draw, &service->inf) && (chance(draw, 50) || !can(draw, &service->noun));

    maybe(draw, 20, draw->when);
    maybe(draw, 10, draw->hesitation);
    intents_expander_list(&draw->expander, infinitive ? &service->inf : &service->noun);
    maybe(draw, 45, draw->when);
    maybe(draw, 20, draw->polite_end);
}

/* A whole phrase of the service with a little around it. */
static void draw_phrase(struct draw *draw, const struct intents_service_data *service)
{
    maybe(draw, 15, draw->greet);
    maybe(draw, 8, draw->hesitation);
    if (can(draw, &service->reasons) && chance(draw, 10))
        intents_expander_list(&draw->expander, &service->reasons);
    else
        maybe(draw, 6, draw->general);
    intents_expander_list(&draw->expander, &service->phrases);
    maybe(draw, 8, draw->polite_end);
    maybe(draw, 4, draw->closing);
}

static void draw_request(struct draw *draw)
{
    const struct intents_service_data *service =
        &draw->language->services[below(draw, (uint32_t)draw->language->n_services)];
    uint32_t form = below(draw, 100);

    draw->label = (struct intents_label){INTENTS_REQUEST, service->info.id, false};
    intents_expander_begin(&draw->expander, service);
    if (form < 35 && can(draw, &service->phrases))
        draw_phrase(draw, service);
    else if (form < 50 && (can(draw, &service->inf) || can(draw, &service->noun)))
        draw_telegram(draw, service);
    else
        intents_expander_list(&draw->expander, draw->sentence);
}

static uint32_t n_act_shares(const struct intents_language *language)
{
    uint32_t n = 0;

    for (size_t i = 0; i < language->n_acts; i++)
        n += language->acts[i].n_shares;
    return n;
}

/* Every act has one chance, then those of more than one share have the rest of theirs. */
static const struct intents_act_data *choose_act(struct draw *draw)
{
    const struct intents_language *language = draw->language;
    uint32_t at = below(draw, n_act_shares(language));
    size_t i = 0;

    if (at < language->n_acts)
        return &language->acts[at];
    at -= (uint32_t)language->n_acts;
    while (at >= language->acts[i].n_shares - 1)
        at -= language->acts[i++].n_shares - 1;
    return &language->acts[i];
}

static void draw_act(struct draw *draw)
{
    const struct intents_act_data *act = choose_act(draw);
    bool is_near_miss = can(draw, &act->near_misses) && chance(draw, 15);

    draw->label =
        (struct intents_label){is_near_miss ? INTENTS_NONE : act->act, NULL, is_near_miss};
    intents_expander_begin(&draw->expander, NULL);
    maybe(draw, 6, draw->hesitation);
    intents_expander_list(&draw->expander, is_near_miss ? &act->near_misses : &act->phrases);
    if (!is_near_miss && !act->is_blunt)
        maybe(draw, 6, draw->polite_end);
}

/* What resembles the act without being it; only few acts have such sentences. */
static const struct intents_list *near_act(struct draw *draw)
{
    const struct intents_language *language = draw->language;
    size_t n = 0;

    for (size_t i = 0; i < language->n_acts; i++)
        n += language->acts[i].near_examples.n > 0;
    for (size_t i = 0, at = n ? below(draw, (uint32_t)n) : 0; n > 0 && i < language->n_acts; i++) {
        const struct intents_list *near = &language->acts[i].near_examples;

        if (near->n > 0 && at-- == 0)
            return near;
    }
    return &language->near_examples;
}

static const struct intents_act_data *any_act(struct draw *draw)
{
    return &draw->language->acts[below(draw, (uint32_t)draw->language->n_acts)];
}

/* A sentence as somebody said it: of the act, or what resembles one. */
static const struct intents_list *act_example(struct draw *draw, const struct intents_act_data *act,
                                              bool is_near_miss)
{
    draw->label =
        (struct intents_label){is_near_miss ? INTENTS_NONE : act->act, NULL, is_near_miss};
    return is_near_miss ? near_act(draw) : &act->examples;
}

static void draw_act_example(struct draw *draw)
{
    const struct intents_act_data *act = any_act(draw);
    const struct intents_list *list = act_example(draw, act, chance(draw, 15));

    intents_expander_begin(&draw->expander, NULL);
    maybe(draw, 6, draw->hesitation);
    intents_expander_list(&draw->expander, list);
}

/* A whole sentence as people say it, in shares of a hundred: requests, what resembles them, what
 * resembles none of them in particular, acts, and the rest what resembles those. */
static void draw_example(struct draw *draw)
{
    enum { REQUESTS_TO = 45, NEAR_TO = 71, GENERAL_TO = 80, ACTS_TO = 93 };
    const struct intents_language *language = draw->language;
    const struct intents_service_data *service =
        &language->services[below(draw, (uint32_t)language->n_services)];
    const struct intents_act_data *act = any_act(draw);
    uint32_t kind = below(draw, 100);
    const struct intents_list *list = &language->near_examples;

    draw->label = (struct intents_label){INTENTS_NONE, NULL, true};
    if (kind < REQUESTS_TO) {
        list = &service->examples;
        draw->label = (struct intents_label){INTENTS_REQUEST, service->info.id, false};
    } else if (kind < NEAR_TO) {
        list = &service->near_examples;
        draw->label.service = service->info.id;
    } else if (kind >= GENERAL_TO) {
        list = act_example(draw, act, kind >= ACTS_TO);
    }
    intents_expander_begin(&draw->expander, service);
    maybe(draw, 6, draw->hesitation);
    intents_expander_list(&draw->expander, list);
    if (draw->label.act == INTENTS_REQUEST)
        maybe(draw, 6, draw->polite_end);
}

/* Something like a service's request that is none; at times two such sentences in one breath. */
static void draw_near_miss(struct draw *draw)
{
    const struct intents_service_data *service =
        &draw->language->services[below(draw, (uint32_t)draw->language->n_services)];

    draw->label = (struct intents_label){INTENTS_NONE, service->info.id, true};
    intents_expander_begin(&draw->expander, service);
    maybe(draw, 8, draw->hesitation);
    if (draw->not_asking && (chance(draw, 35) || !can(draw, &service->near_misses)))
        intents_expander_list(&draw->expander, draw->not_asking);
    else
        intents_expander_list(&draw->expander, &service->near_misses);
    maybe(draw, 8, draw->general);
}

static void draw_background(struct draw *draw)
{
    const struct intents_lists *topics = &draw->language->background;
    uint32_t n = chance(draw, 12) ? 2 : 1;

    draw->label = (struct intents_label){INTENTS_NONE, NULL, false};
    intents_expander_begin(&draw->expander, NULL);
    maybe(draw, 5, draw->hesitation);
    if (chance(draw, 3)) {
        maybe(draw, 100, draw->general);
        return;
    }
    for (uint32_t i = 0; i < n; i++)
        intents_expander_list(&draw->expander, &topics->lists[below(draw, (uint32_t)topics->n)]);
}

/* Lists have more pairs of neighbours than any other sentence: they are drawn apart. */
static void draw_goods(struct draw *draw, const struct intents_list *goods)
{
    const struct intents_service_data *service = NULL;

    for (size_t i = 0; i < draw->language->n_services && !service; i++) {
        if (draw->language->services[i].info.takes_items)
            service = &draw->language->services[i];
    }
    draw->label = (struct intents_label){INTENTS_REQUEST, service ? service->info.id : NULL, false};
    intents_expander_begin(&draw->expander, service);
    intents_expander_list(&draw->expander, goods);
}

/* Its act is not told: this is for the recogniser alone. */
static void draw_short(struct draw *draw, const struct intents_list *answers)
{
    draw->label = (struct intents_label){INTENTS_NONE, NULL, false};
    intents_expander_begin(&draw->expander, NULL);
    intents_expander_list(&draw->expander, answers);
}

/* A yes or a no as somebody said it, to be used if it is short. */
static bool draw_yes_no_example(struct draw *draw)
{
    enum intents_act wanted = chance(draw, 50) ? INTENTS_AFFIRM : INTENTS_DENY;

    for (size_t i = 0; i < draw->language->n_acts; i++) {
        const struct intents_act_data *act = &draw->language->acts[i];

        if (act->act != wanted || act->examples.n == 0)
            continue;
        draw_short(draw, &act->examples);
        draw->must_be_short = true;
        return true;
    }
    return false;
}

static bool is_short(const char *text)
{
    int n_words = 1;

    for (; *text; text++)
        n_words += *text == ' ' || *text == '\'';
    return n_words <= SHORT_WORDS_MAX;
}

static void draw_list(struct draw *draw)
{
    draw_goods(draw, draw->goods);
}

static void draw_addition(struct draw *draw)
{
    draw_goods(draw, draw->additions);
}

static void draw_short_answer(struct draw *draw)
{
    if (!chance(draw, 20) || !draw_yes_no_example(draw))
        draw_short(draw, draw->short_answer);
}

static void draw_short_choice(struct draw *draw)
{
    draw_short(draw, draw->short_choice);
}

static void draw_short_day(struct draw *draw)
{
    draw_short(draw, draw->short_day);
}

static void (*const draws[INTENTS_N_DRAW_KINDS])(struct draw *draw) = {
    [INTENTS_DRAW_REQUESTS] = draw_request,
    [INTENTS_DRAW_ACTS] = draw_act,
    [INTENTS_DRAW_NEAR_MISSES] = draw_near_miss,
    [INTENTS_DRAW_BACKGROUND] = draw_background,
    [INTENTS_DRAW_LISTS] = draw_list,
    [INTENTS_DRAW_ADDITIONS] = draw_addition,
    [INTENTS_DRAW_EXAMPLES] = draw_example,
    [INTENTS_DRAW_ACT_EXAMPLES] = draw_act_example,
    [INTENTS_DRAW_SHORT_ANSWERS] = draw_short_answer,
    [INTENTS_DRAW_CHOICES] = draw_short_choice,
    [INTENTS_DRAW_DAYS] = draw_short_day,
};

/* One sentence of any kind. Returns: 0, 1 when the draw is not to be used, -ENOMEM. */
static int draw_one(struct draw *draw, const unsigned shares[INTENTS_N_DRAW_KINDS],
                    struct base_strbuf *text)
{
    uint32_t at = below(draw, sum_of(shares));
    size_t i = 0;
    int r;

    while (at >= shares[i])
        at -= shares[i++];
    draw->must_be_short = false;
    draws[i](draw);
    r = intents_expander_end(&draw->expander, text);
    return r == 0 && draw->must_be_short && !is_short(base_strbuf_text(text)) ? 1 : r;
}

static const struct intents_list *fragment(const struct intents_language *language,
                                           const char *name)
{
    return intents_lists_find(&language->fragments, name);
}

/* Where the fragment is missing, acts are drawn in its place. */
static void acts_instead(const struct intents_language *language, const char *name,
                         unsigned shares[INTENTS_N_DRAW_KINDS], enum intents_draw_kind kind)
{
    if (fragment(language, name))
        return;
    shares[INTENTS_DRAW_ACTS] += shares[kind];
    shares[kind] = 0;
}

static bool has_examples(const struct intents_language *language)
{
    for (size_t i = 0; i < language->n_services; i++) {
        if (language->services[i].examples.n > 0)
            return language->n_acts > 0;
    }
    return false;
}

static int check_shares(const struct intents_language *language,
                        unsigned shares[INTENTS_N_DRAW_KINDS])
{
    if (sum_of(shares) == 0)
        memcpy(shares, usual_shares, sizeof(usual_shares));
    if (language->n_services == 0)
        shares[INTENTS_DRAW_REQUESTS] = shares[INTENTS_DRAW_NEAR_MISSES] = 0;
    if (language->background.n == 0)
        shares[INTENTS_DRAW_BACKGROUND] = 0;
    if (!has_examples(language))
        shares[INTENTS_DRAW_EXAMPLES] = shares[INTENTS_DRAW_ACT_EXAMPLES] = 0;
    if (!fragment(language, "list") || language->n_services == 0)
        shares[INTENTS_DRAW_LISTS] = 0;
    if (!fragment(language, "list_more") || language->n_services == 0)
        shares[INTENTS_DRAW_ADDITIONS] = 0;
    acts_instead(language, "short_answer", shares, INTENTS_DRAW_SHORT_ANSWERS);
    acts_instead(language, "short_choice", shares, INTENTS_DRAW_CHOICES);
    acts_instead(language, "short_day", shares, INTENTS_DRAW_DAYS);
    if (language->n_acts == 0)
        shares[INTENTS_DRAW_ACTS] = 0;
    return sum_of(shares) > 0 ? 0 : -EINVAL;
}

int intents_sampler_run(const struct intents_language *language,
                        const struct intents_sampler_options *wanted, intents_sampler_fn *fn,
                        void *user)
{
    struct intents_sampler_options options = *wanted;
    struct draw draw = {
        .language = language,
        .sentence = fragment(language, "sentence"),
        .greet = fragment(language, "greet"),
        .hesitation = fragment(language, "hesitation"),
        .polite_end = fragment(language, "polite_end"),
        .closing = fragment(language, "closing"),
        .general = fragment(language, "reason_general"),
        .goods = fragment(language, "list"),
        .additions = fragment(language, "list_more"),
        .short_answer = fragment(language, "short_answer"),
        .short_choice = fragment(language, "short_choice"),
        .short_day = fragment(language, "short_day"),
        .not_asking = fragment(language, "not_asking"),
        .when = language->when.when,
    };
    struct base_strbuf text;
    int r = check_shares(language, options.shares);

    if (r == 0 && (!draw.sentence || language->purpose != INTENTS_TO_DRAW))
        r = -EINVAL;
    base_strbuf_init(&text);
    intents_expander_init(&draw.expander, language, options.seed, options.fold);
    for (size_t i = 0; r == 0 && i < options.n_sentences; i++) {
        r = 1;
        for (int k = 0; r == 1 && k < TRIES_MAX; k++)
            r = draw_one(&draw, options.shares, &text);
        if (r == 0)
            r = fn(user, base_strbuf_text(&text), &draw.label);
        else if (r == 1)
            r = 0;
    }
    base_strbuf_finish(&text);
    return r;
}
