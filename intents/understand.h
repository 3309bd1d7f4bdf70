/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From the words of an utterance to what is wanted: act, service, date, part of the day, clock
 * time, items; or "not for us". Used by the daemon, the commands and the tests alike.
 *
 * Order: create (from a bundle's understanding.bin, which intents_train made), understand any
 * number of times, destroy. Nothing reads a clock: `now` is handed in.
 */
#ifndef INTENTS_UNDERSTAND_H
#define INTENTS_UNDERSTAND_H

#include "base/date.h"
#include "intents/act.h"
#include "intents/language.h"

#include <stdbool.h>
#include <stddef.h>

#define INTENTS_ITEMS_MAX  16
#define INTENTS_ITEM_BYTES 64
#define INTENTS_ALSO_MAX   2 /* requests in one sentence besides the first */

struct intents_understander;

/* What the conversation waits for; it shifts what is likelier, it forbids nothing. */
enum intents_expect {
    INTENTS_EXPECT_REQUEST,
    INTENTS_EXPECT_CONFIRMATION,
    INTENTS_EXPECT_CHOICE, /* of the services that were just read aloud */
    INTENTS_EXPECT_DAY,    /* an answer to the question for it, which a yes leaves open */
};

/* Of "request", "confirmation", "choice", "day". Returns: 0 or -EINVAL. */
int intents_expect_parse(const char *name, enum intents_expect *ret_expect);

/* A yes or a no that a request stands behind. */
enum intents_answer { INTENTS_NO_ANSWER, INTENTS_YES, INTENTS_NO };

/* One more request of the same sentence. */
struct intents_also {
    char service[INTENTS_SERVICE_ID]; /* of the language; perhaps not of this territory */
    bool is_outside;                  /* not of this territory */
    struct base_date date;
    enum intents_part part;
    struct base_time time;
    bool is_repeated, is_off_weekday;
    char items[INTENTS_ITEMS_MAX][INTENTS_ITEM_BYTES];
    size_t n_items;
    bool is_cut; /* more items were said than there is room for */
};

struct intents_result {
    enum intents_act act;
    char service[INTENTS_SERVICE_ID]; /* "" unless act is REQUEST */
    char topic[INTENTS_TOPIC_MAX];    /* what the act is about: "privacy" of HELP, "everything"
                                         of CANCEL, "pitch" of SOFTER; of NONE and others what
                                         was said beside the matter (intents/aside.h); "" in
                                         general */
    bool is_instead;                  /* an answer that says no and names this service instead */
    enum intents_answer answer;       /* before the request: "oui, et le chien aussi" */
    bool is_besides;                  /* the request comes to another one: "et le chien aussi" */
    bool is_repeated;                 /* asked for more than once: "tous les mardis" */
    bool is_off_weekday;              /* the weekday that was said is not the day's own */
    bool is_mixed; /* two requests in one that cannot be parted surely, or more than
                      there is room for */
    struct base_date date;
    enum intents_part part;
    struct base_time time;
    char items[INTENTS_ITEMS_MAX][INTENTS_ITEM_BYTES];
    size_t n_items;
    /* The requests behind this one, in order: "mes courses demain et mon chien samedi". */
    struct intents_also also[INTENTS_ALSO_MAX];
    size_t n_also;
    /* What an answer takes off the list: "enlevez le beurre". */
    char dropped[INTENTS_ITEMS_MAX][INTENTS_ITEM_BYTES];
    size_t n_dropped;
    bool is_cut;       /* more items or dropped ones were said than there is room for */
    bool misses_item;  /* an answer asks for something besides, and what it is is not known */
    double confidence; /* 0 to 1: how probable it is that act and service are right */
    /* The likeliest service were it a request after all: the guess of the repair ladder. "" when
     * none stands out. */
    char best_service[INTENTS_SERVICE_ID];
    double best_service_confidence;
    /* A request for a service that this territory does not offer: act is then NONE. "" else. */
    char outside_service[INTENTS_SERVICE_ID];
};

/* As many as are good for everyday use. */
#define INTENTS_TRAIN_SENTENCES 600000

/*
 * Learns from the data of a language, from so many sentences (0: INTENTS_TRAIN_SENTENCES), and
 * writes the result. The same data give the same bytes.
 * Returns: 0, -ENOMEM, -EINVAL (no sentences can be drawn, or the language was not loaded for it),
 * -errno of the file. Takes seconds. Thread: any.
 */
int intents_train(const struct intents_language *language, size_t n_sentences, const char *path);

/*
 * Reads what intents_train wrote. `language` supplies the calendar words, lists and grammar; it
 * must outlive the understander. `path` NULL: learns now, in memory (some seconds).
 * Returns: 0, -ENOMEM, -errno, -EINVAL (damaged, or made for other services; of a bundle whose
 * phrases changed only daemon/bundle.h can tell). Owns: the caller.
 * Thread: any.
 */
int intents_understander_create(const struct intents_language *language, const char *path,
                                struct intents_understander **ret_understander);
/* Accepts NULL. */
void intents_understander_destroy(struct intents_understander *understander);

/* Restricts answers to the services of a territory; NULL: every service of the language.
 * Unknown ids are ignored. Thread: main. */
void intents_understander_offer(struct intents_understander *understander,
                                const char *const *services, size_t n_services);

/* Understands one utterance; never fails: what is not understood is NONE. Thread: main. */
void intents_understand(struct intents_understander *understander, const char *text,
                        struct base_datetime now, enum intents_expect expect,
                        struct intents_result *ret_result);

#endif
