/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/phrasing.h"

#include "base/error.h"
#include "config/catalogue.h"
#include "daemon/household.h"
#include "tts/prompts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    CHOICES_MAX = 64,
    CHOICES_READ = 4, /* no more can be kept in mind when they are read aloud */
};

struct phrasing {
    struct phrasing_options options;
    struct tts_prompts *prompts;
    const char *choices[CHOICES_MAX]; /* "vos courses", ...: what the territory offers */
    size_t n_choices;
    char wanted[200]; /* the last request, with a name */
};

/* How the service is spoken about, and whom it is for; one that is no service of the catalogue (the
 * call back) from the prompts. */
static const char *spoken_as(const struct phrasing *phrasing, const char *service, const char *said,
                             const char *field)
{
    const struct config_service *found =
        config_catalogue_find(phrasing->options.catalogue, service);
    const struct config_kind *kind =
        found ? household_kind(&phrasing->options.household, found, said) : NULL;

    if (!found)
        return phrasing->prompts ? tts_prompts_extra(phrasing->prompts, service, field) : NULL;
    if (strcmp(field, "want") == 0)
        return kind ? kind->say_want : found->say_want;
    if (strcmp(field, "of") == 0)
        return kind ? kind->say_of : found->say_of;
    if (strcmp(field, "will") == 0)
        return found->say_will;
    if (strcmp(field, "cannot") == 0)
        return found->say_cannot;
    return kind ? kind->say_choice : found->say_choice;
}

/* "que quelqu'un promène votre chien", with "Médor" behind it when the carer has told the name. */
static const char *wanted(struct phrasing *phrasing, const struct draft *about)
{
    const struct config_service *found =
        config_catalogue_find(phrasing->options.catalogue, about->service);
    const char *want = spoken_as(phrasing, about->service, about->kind, "want");
    const char *name =
        found ? household_name(&phrasing->options.household, found, about->kind) : NULL;

    if (!name)
        return want;
    snprintf(phrasing->wanted, sizeof(phrasing->wanted), "%s %s", want, name);
    return phrasing->wanted;
}

int phrasing_create(const struct phrasing_options *options, struct phrasing **ret_phrasing,
                    struct base_strbuf *error)
{
    struct phrasing *phrasing = calloc(1, sizeof(*phrasing));
    int r;

    if (!phrasing)
        return -ENOMEM;
    phrasing->options = *options;
    r = tts_prompts_load(options->language, &phrasing->prompts);
    if (r == -ENOMEM) {
        phrasing_destroy(phrasing);
        return base_trace(r);
    }
    if (r < 0)
        base_strbuf_addf(error,
                         "the sentences to say, tts/%s, cannot be used: %s; install the data "
                         "again, or set language",
                         options->language, strerror(-r));
    for (size_t i = 0; i < options->n_services && phrasing->n_choices < CHOICES_MAX; i++) {
        const struct config_service *service =
            config_catalogue_find(options->catalogue, options->services[i]);

        if (service)
            phrasing->choices[phrasing->n_choices++] =
                spoken_as(phrasing, options->services[i], "", "choice");
    }
    *ret_phrasing = phrasing;
    return phrasing->prompts ? 0 : PHRASING_WORDLESS;
}

void phrasing_destroy(struct phrasing *phrasing)
{
    if (!phrasing)
        return;
    tts_prompts_destroy(phrasing->prompts);
    free(phrasing);
}

static void add_request(struct phrasing *phrasing, const struct draft *about,
                        const char *items[DRAFT_ITEMS_MAX], struct tts_args *args)
{
    struct tts_when when = {about->date, about->part, about->time};
    struct tts_when asked = {BASE_NO_DATE, "", about->asked};

    static const char *const spoken[] = {"of", "choice", "will", "cannot"};

    tts_args_text(args, "want", wanted(phrasing, about));
    for (size_t i = 0; i < sizeof(spoken) / sizeof(spoken[0]); i++)
        tts_args_text(args, spoken[i], spoken_as(phrasing, about->service, about->kind, spoken[i]));
    tts_args_text(args, "ask", phrasing_what_lacks(phrasing, about));
    tts_args_when(args, "when", &when);
    tts_args_text(args, "name", about->who);
    if (base_time_is_set(about->asked))
        tts_args_when(args, "asked", &asked);
    if (about->n > 0)
        tts_args_number(args, "n", about->n);
    for (size_t i = 0; i < about->n_items; i++)
        items[i] = about->items[i];
    if (about->n_items)
        tts_args_list(args, "items", items, about->n_items);
}

/* One question's share of the services, as even as can be: the last question is none of yes or no.
 * "some" when others follow. */
static void add_choices(const struct phrasing *phrasing, size_t nth, struct tts_args *args)
{
    size_t n_questions = phrasing_n_choices(phrasing), first = 0, n = 0;

    for (size_t i = 0; i <= nth && i < n_questions; i++) {
        first += n;
        n = (phrasing->n_choices - first + n_questions - i - 1) / (n_questions - i);
    }
    tts_args_list(args, first + n < phrasing->n_choices ? "some" : "choices",
                  phrasing->choices + first, n);
}

/* Where a person checks each request first, some prompts say so: their key ends with ".moderated".
 */
static const char *refined_key(const struct phrasing *phrasing, const char *key, char moderated[64])
{
    if (!phrasing->options.is_moderated || !phrasing->prompts)
        return key;
    snprintf(moderated, 64, "%s.moderated", key);
    return tts_prompts_has(phrasing->prompts, moderated) ? moderated : key;
}

int phrasing_say(struct phrasing *phrasing, const char *key, const struct draft *about,
                 unsigned n_before, struct base_datetime now, struct base_strbuf *text)
{
    const struct phrasing_options *options = &phrasing->options;
    char sentence[TTS_PROMPT_SIZE], moderated[64];
    const char *items[DRAFT_ITEMS_MAX];
    struct tts_args args = {0};
    int r;

    if (!phrasing->prompts)
        return -ENOENT;
    add_request(phrasing, about, items, &args);
    add_choices(phrasing, about->nth_choice, &args);
    tts_args_text(&args, "carer", options->alert_name);
    tts_args_text(&args, "phrase", options->wake_phrase);
    r = tts_prompts_render(phrasing->prompts, refined_key(phrasing, key, moderated), n_before,
                           &args, now, sentence, sizeof(sentence));
    if (r == TTS_PROMPT_UNKNOWN || r == TTS_ARGUMENT_MISSING)
        return -ENOENT;
    if (r < 0)
        return base_trace(r);
    base_strbuf_add(text, sentence);
    return text->error;
}

size_t phrasing_n_choices(const struct phrasing *phrasing)
{
    return (phrasing->n_choices + CHOICES_READ - 1) / CHOICES_READ;
}

static bool says(const struct draft *request, const char *slot)
{
    if (strcmp(slot, "date") == 0)
        return base_date_is_set(request->date);
    if (strcmp(slot, "part") == 0)
        return request->part[0] || base_time_is_set(request->time);
    if (strcmp(slot, "time") == 0)
        return base_time_is_set(request->time);
    return strcmp(slot, "items") != 0 || request->n_items > 0;
}

const char *phrasing_what_lacks(const struct phrasing *phrasing, const struct draft *request)
{
    const struct config_service *found =
        config_catalogue_find(phrasing->options.catalogue, request->service);

    for (size_t i = 0; found && i < found->n_follow_ups; i++) {
        if (!says(request, found->follow_up[i].slot))
            return found->follow_up[i].ask;
    }
    return NULL;
}

bool phrasing_is_offered(const struct phrasing *phrasing, const char *service)
{
    for (size_t i = 0; i < phrasing->options.n_services; i++) {
        if (strcmp(phrasing->options.services[i], service) == 0)
            return true;
    }
    return false;
}

bool phrasing_takes_items(const struct phrasing *phrasing, const char *service)
{
    const struct config_service *found =
        config_catalogue_find(phrasing->options.catalogue, service);

    return found && found->takes_items;
}

const char *phrasing_kind_said(const struct phrasing *phrasing, const char *service,
                               const char *text)
{
    const struct config_service *found =
        config_catalogue_find(phrasing->options.catalogue, service);

    return found ? household_kind_said(&phrasing->options.household, found, text) : "";
}
