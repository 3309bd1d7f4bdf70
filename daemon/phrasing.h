/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is said about a request: joins the prompt catalogue (tts/), the names of the services
 * (config/) and the words of days and hours into one sentence to speak. Pure: `now` is handed in.
 * Thread: main.
 */
#ifndef DAEMON_PHRASING_H
#define DAEMON_PHRASING_H

#include "base/date.h"
#include "base/strbuf.h"
#include "daemon/draft.h"
#include "daemon/household.h"

struct config_catalogue;
struct phrasing;

struct phrasing_options {
    const char *language; /* "fr": the folder of tts/ with prompts and numbers */
    const struct config_catalogue *catalogue;
    const char *const *services; /* ids that the territory offers, in the order of its file */
    size_t n_services;
    bool is_moderated;
    const char *alert_name; /* who is told of an emergency, "" nobody */
    const char *wake_phrase;
    struct household household;
};

/* Positive result: the catalogue is missing or broken (`error` says how), and it was made all the
 * same: it has words for nothing, and daemon/speech plays what is stored (R25). */
enum { PHRASING_WORDLESS = 1 };

/* Returns: 0, PHRASING_WORDLESS, -ENOMEM. Owns: the caller; what the options point to must outlive
 * it. */
int phrasing_create(const struct phrasing_options *options, struct phrasing **ret_phrasing,
                    struct base_strbuf *error);
/* Accepts NULL. */
void phrasing_destroy(struct phrasing *phrasing);

/*
 * The sentence of a prompt about a request, added to `text`. `n_before` is how often this prompt
 * was said in this conversation, since a repeated question changes its words. Returns: 0, -ENOENT
 * for an unknown key, -ENOMEM.
 */
int phrasing_say(struct phrasing *phrasing, const char *key, const struct draft *about,
                 unsigned n_before, struct base_datetime now, struct base_strbuf *text);

/* How many questions the closed choice takes to read every service of the territory. */
size_t phrasing_n_choices(const struct phrasing *phrasing);

/* The question for what the service needs and the request does not say ("Pour quel jour ?"): the
 * first of them. Returns: a constant of the catalogue; NULL when nothing lacks. */
const char *phrasing_what_lacks(const struct phrasing *phrasing, const struct draft *request);

/* Whether the territory has that service. */
bool phrasing_is_offered(const struct phrasing *phrasing, const char *service);

/* Whether a list of things belongs to a request for that service. */
bool phrasing_takes_items(const struct phrasing *phrasing, const char *service);

/* Whom of the household the sentence says that the service is for. Returns: a kind ("cat"), "" not
 * said. */
const char *phrasing_kind_said(const struct phrasing *phrasing, const char *service,
                               const char *text);

#endif
