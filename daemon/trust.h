/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How sure an utterance is: from what the ears and the understanding say of themselves to one
 * number, and from that to what may be done with it. The ears may have misheard, and what they
 * heard may mean something else; both doubts are evidence of one regression.
 *
 * Pure functions. Thread: any.
 */
#ifndef DAEMON_TRUST_H
#define DAEMON_TRUST_H

#include "asr/recogniser.h"
#include "intents/understand.h"

#include <stdbool.h>

/* What is done with an utterance, by its confidence. The limits and how they were found:
 * docs/understanding.md. */
enum utterance_trust {
    UTTERANCE_REPEAT, /* not understood: ask again; also what nobody judged */
    UTTERANCE_ASK,    /* doubtful: yes or no on the best guess */
    UTTERANCE_ACT,    /* sure: restate and confirm */
};

/* Beyond, another reading is as good as none. In the log probability of the recogniser. */
#define TRUST_RIVAL_MAX 20.0

/* Below, a short answer is as little what was said as it can be. In the same unit, a frame. */
#define TRUST_CONTRAST_MIN (-20.0)

enum {
    TRUST_ACOUSTIC,  /* how far the words lie below the loop of phones, a frame */
    TRUST_WORST,     /* the same of the worst third of the words */
    TRUST_POSTERIOR, /* mean of the words */
    TRUST_LEAST,     /* the same of the worst third */
    TRUST_LANGUAGE,  /* mean log probability of a word in the language model */
    TRUST_WORDS,     /* how many, up to 15 */
    TRUST_PIECES,    /* how many words of the recogniser: of a short answer, whole phrases */
    TRUST_AGREEMENT, /* share of the other readings of the sound with the same act and service */
    TRUST_RIVAL,     /* how far the likeliest reading with another meaning lies below, up to 20 */
    TRUST_CONTRAST,  /* of a short answer: how far it lies below what was heard freely, a frame */
    TRUST_MEANING,   /* log odds of act and service, given the words */
    TRUST_N_EVIDENCE,
};

struct trust_evidence {
    double value[TRUST_N_EVIDENCE];
    double certainty;     /* of the words, where the recogniser's twin knows; else below 0 */
    bool has_network;     /* a network heard, too: other scores, other weights */
    bool is_short;        /* of one of the short answers, heard by themselves */
    bool is_day;          /* and that of days, word by word */
    enum intents_act act; /* what it is evidence of */
    char service[INTENTS_SERVICE_ID];
};

/* The names, for tools/fit-confidence. */
extern const char *const trust_evidence_names[TRUST_N_EVIDENCE];

/* What the meanings of a sound's other readings say of the first. */
struct trust_readings {
    double agreement, rival;
};

struct trust_evidence trust_gather(const struct asr_hypothesis *heard,
                                   const struct intents_result *meaning,
                                   const struct trust_readings *readings);

/* Returns: 0 to 1, how probable it is that the act, and a request's service, are right. */
double trust_confidence(const struct trust_evidence *evidence);

enum utterance_trust trust_judge(enum intents_act act, double confidence);

/* The same by all that was understood: what only takes a thing off a list need be less sure. */
enum utterance_trust trust_judge_meaning(const struct intents_result *meaning, double confidence);

#endif
