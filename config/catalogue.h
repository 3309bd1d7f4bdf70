/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The services of a language as they are spoken about: the facing part of each
 * intents/<language>/services/<id>.json. What they understand is none of this module's business,
 * so phrases are only known to exist. Thread: any; what is loaded never changes.
 */
#ifndef CONFIG_CATALOGUE_H
#define CONFIG_CATALOGUE_H

#include "config/problems.h"

#include <stdbool.h>
#include <stddef.h>

enum { CONFIG_FOLLOW_UPS_MAX = 4, CONFIG_KINDS_MAX = 4 };

struct config_follow_up {
    const char *slot; /* "date", "part", "time", "items" */
    const char *ask;
};

/* Whom of the household a service may be for: a cat is not spoken of as a dog. */
struct config_kind {
    const char *kind;       /* as the names of the household have it: "dog" */
    const char *words;      /* what says that it is meant: "chat chatte minou"; "" none */
    const char *say_choice; /* instead of the service's */
    const char *say_want;   /* the one name of that kind may stand behind it */
    const char *say_of;
};

struct config_service {
    const char *id;
    const char *name;       /* the first of its spoken names */
    const char *say_choice; /* completes "Is it for ..." */
    const char *say_want;   /* completes "You ask ..." */
    const char *say_of;     /* completes "about ..." */
    const char *say_will;   /* what the volunteer does: "will ring you"; "" the usual "will come" */
    const char *say_cannot; /* and cannot do after all: "will not be able to ring you" */
    bool takes_items;
    struct config_follow_up follow_up[CONFIG_FOLLOW_UPS_MAX];
    size_t n_follow_ups;
    struct config_kind kinds[CONFIG_KINDS_MAX]; /* the last fits all of them */
    size_t n_kinds;
};

struct config_catalogue;

/*
 * Reads every service of the language. Each wrong file gives findings. Returns: 0, CONFIG_INVALID,
 * CONFIG_MISSING (no such language), -errno. Owns: the caller.
 */
int config_catalogue_load(const char *language, struct config_problems *problems,
                          struct config_catalogue **ret_catalogue);
/* Accepts NULL. */
void config_catalogue_destroy(struct config_catalogue *catalogue);

/* Returns: the catalogue's own, as long as it is. */
size_t config_catalogue_n_services(const struct config_catalogue *catalogue);
const struct config_service *config_catalogue_service(const struct config_catalogue *catalogue,
                                                      size_t i);
/* Returns: the service, or NULL. */
const struct config_service *config_catalogue_find(const struct config_catalogue *catalogue,
                                                   const char *id);

#endif
