/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A language folder (docs/language-data.md) in memory: services, acts, background, fragments,
 * slots, calendar words and grammar, every name bound.
 *
 * Order: load, read, destroy. After loading nothing changes. Other modules of this folder see the
 * inside by intents/language_private.h; the rest of Voisine needs what stands here.
 */
#ifndef INTENTS_LANGUAGE_H
#define INTENTS_LANGUAGE_H

#include <stdbool.h>
#include <stddef.h>

#define INTENTS_SERVICES_MAX 64
#define INTENTS_SERVICE_ID   32
#define INTENTS_FOLLOW_UPS   4

struct intents_language;

struct intents_follow_up {
    const char *slot; /* "date", "part", "time", "items" */
    const char *ask;
};

/* What the conversation needs to know of a service. */
struct intents_service {
    const char *id;
    const char *say_choice; /* completes "Est-ce pour ..." */
    const char *say_want;   /* completes "Vous demandez ..." */
    const char *say_of;     /* completes "au sujet ..." */
    bool takes_items;
    struct intents_follow_up follow_up[INTENTS_FOLLOW_UPS];
    size_t n_follow_ups;
};

/* Words that a carer or a matching service adds on this device: the dog's name, a volunteer's. */
struct intents_extra {
    const char *slot; /* a list of the lexicon: "pet_names", "first_names" */
    const char *text;
};

/* What a language is loaded for. */
enum intents_purpose {
    INTENTS_TO_DRAW, /* sentences, for models or an understander without one: all there is */
    /* with a learned model: the phrases of services, examples and background, nineteen twentieths
     * of the memory and of the time, are not read, and faults in them not found */
    INTENTS_TO_UNDERSTAND,
};

/*
 * Loads a folder, for instance <data>/intents/fr. An error names file, phrase and column in the log
 * ("language-bad"). Returns: 0, -errno, -EINVAL for data that is wrong. Owns: the caller. Thread:
 * any.
 */
int intents_language_load(const char *folder, enum intents_purpose purpose,
                          const struct intents_extra *extra, size_t n_extra,
                          struct intents_language **ret_language);

/* Drops the texts of the lexicon, which the understander that was created of the language has
 * taken into tables of its own; no other can be created of it afterwards. */
void intents_language_forget_lexicon(struct intents_language *language);
/* Accepts NULL. */
void intents_language_destroy(struct intents_language *language);

/* Services in order of their ids. Returns: constants of the language. Thread: any. */
size_t intents_language_n_services(const struct intents_language *language);
const struct intents_service *intents_language_service(const struct intents_language *language,
                                                       size_t index);
/* Returns: the service, or NULL. */
const struct intents_service *intents_language_find_service(const struct intents_language *language,
                                                            const char *id);

#endif
