/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From an opinion to one reading: the act, and the service when it is a request. What may come of
 * it besides is kept for the repair ladder: the likeliest service were it a request after all, and
 * the service that is wanted and not offered here.
 */
#include "intents/understand_private.h"

#include <stdio.h>

/* All of these were chosen by hand. */
/* A service of the territory this probable is preferred to a likelier one that is not offered. */
#define OFFERED_FROM 0.35f
/* A service that is not offered is named when act and service are this sure together: "bonjour" is
 * no request for whatever is likeliest. */
#define OUTSIDE_FROM 0.5
/* The guess for "Est-ce pour ... ?" must stand out this much. */
#define GUESS_FROM 0.3f
/* The same of talk: it is that little likely to be about no service at all. */
#define OTHER_MOST 0.97f

/* "Oui" is about nothing, and talk in words that nobody knows about no service: whatever is
 * likeliest then would be a guess out of the air. Orders ("annulez mes courses") are about no
 * service, too, and name one. */
static bool may_guess(const struct intents_opinion *opinion, enum intents_act act)
{
    return opinion->has_topic && (act != INTENTS_NONE || opinion->other < OTHER_MOST);
}

/* The likeliest service, of those offered or of all. Returns: its number, -1: none. */
static int best_service(const struct intents_understander *understander,
                        const struct intents_opinion *opinion, bool only_offered)
{
    int best = -1;

    for (int i = 0; i < (int)understander->model->n_services; i++) {
        if (only_offered && !understander->is_offered[i])
            continue;
        if (best < 0 || opinion->service[i] > opinion->service[best])
            best = i;
    }
    return best;
}

static void name_service(const struct intents_understander *understander, int service,
                         char ret_name[INTENTS_SERVICE_ID])
{
    snprintf(ret_name, INTENTS_SERVICE_ID, "%s",
             service < 0 ? "" : understander->model->services[service]);
}

void intents_decide(const struct intents_understander *understander,
                    const struct intents_opinion *opinion, struct intents_result *result)
{
    int any = best_service(understander, opinion, false);
    int service = best_service(understander, opinion, true);

    result->act = intents_opinion_act(opinion);
    result->confidence = (double)opinion->act[result->act];
    if (service >= 0 && opinion->service[service] >= GUESS_FROM &&
        may_guess(opinion, result->act)) {
        name_service(understander, service, result->best_service);
        result->best_service_confidence = (double)opinion->service[service];
    }
    if (result->act == INTENTS_REQUEST && service != any &&
        (service < 0 || opinion->service[service] < OFFERED_FROM)) {
        result->act = INTENTS_NONE;
        result->confidence *= (double)opinion->service[any];
        if (result->confidence >= OUTSIDE_FROM)
            name_service(understander, any, result->outside_service);
    }
    if (result->act == INTENTS_REQUEST) {
        name_service(understander, service, result->service);
        result->confidence *= (double)opinion->service[service];
    }
}
