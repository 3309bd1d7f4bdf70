/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One language, ready to hear, understand and be spoken: its data, the bundle that was made from
 * them (daemon/bundle), the acoustic model. The daemon and the commands open it alike. Thread:
 * main.
 */
#ifndef DAEMON_LANGUAGE_H
#define DAEMON_LANGUAGE_H

#include "asr/denoiser.h"
#include "asr/recogniser.h"
#include "asr/scores.h"
#include "asr/wake.h"
#include "base/strbuf.h"
#include "intents/language.h"
#include "intents/understand.h"

#include <stdbool.h>

struct language {
    struct intents_language *data;
    struct intents_understander *understander;
    struct asr_scores *scores;     /* of both that follow; NULL when neither was asked for */
    struct asr_denoiser *denoiser; /* likewise; NULL where the language has none, or a bad one */
    bool is_denoiser_bad;          /* gone, damaged, or of another model: hears without it */
    bool is_model_changed; /* a file of the acoustic model is not what the bundle was made with */
    struct asr_recogniser *recogniser; /* NULL unless asked for */
    struct asr_wake *wake;             /* NULL unless asked for */
};

enum {
    LANGUAGE_TEXT = 0,  /* understanding of text alone */
    LANGUAGE_HEARS = 1, /* and the recogniser */
    LANGUAGE_WAKES = 2, /* and the wake detector */
};

struct language_options {
    const char *id;              /* "fr" */
    const char *models_folder;   /* "" the installed ones */
    const char *const *services; /* offered by the territory */
    size_t n_services;
    const char *wake_phrase;
    double wake_sensitivity;           /* 0 to 1 */
    int parts;                         /* LANGUAGE_HEARS | LANGUAGE_WAKES */
    const char *bundle;                /* its folder; NULL: the installed one */
    const struct intents_extra *names; /* that the bundle was made with */
    size_t n_names;
};

/*
 * Returns: 0, or -errno with `error` saying what is missing and the remedy. Owns: the caller
 * (language_close).
 */
int language_open(const struct language_options *options, struct language *ret_language,
                  struct base_strbuf *error);
/*
 * Takes another bundle for recogniser and understander, which are others then; the rest stays.
 * Returns: as above; after a failure the language is as it was.
 */
int language_renew(const struct language_options *options, struct language *language,
                   struct base_strbuf *error);

/* A language's own wake phrase, for commands without a configuration. Returns: 0, -EINVAL (no such
 * language), -ENAMETOOLONG, -ENOMEM. */
int language_wake_phrase(const char *id, char *ret_phrase, size_t size);

/* Accepts what language_open left half-built. */
void language_close(struct language *language);

#endif
