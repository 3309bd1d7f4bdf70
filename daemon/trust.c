/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Logistic regressions, for requests, for other acts, for short answers heard by themselves and
 * for days: an act of two words has other evidence than a request of fifteen. The weights come
 * from `tools/fit-confidence fit`; docs/understanding-history.md has the curve and says what each
 * piece of evidence is worth. Refused: one regression for all (a yes then looks as doubtful as a
 * short request), and thresholds on each piece by itself.
 */
#include "daemon/trust.h"

#include "base/utf8.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_MAX 15.0
#define ODDS_MAX  6.0 /* of the meaning: beyond, it is as sure as can be */

enum { N_WORDS_MAX = 64 };

const char *const trust_evidence_names[TRUST_N_EVIDENCE] = {
    "acoustic", "worst",     "posterior", "least",    "language", "words",
    "pieces",   "agreement", "rival",     "contrast", "meaning",
};

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Mean of the lowest third, at least of one. */
static double mean_of_worst(double *values, size_t n)
{
    size_t n_worst = n / 3 > 0 ? n / 3 : 1;
    double sum = 0;

    qsort(values, n, sizeof(*values), compare);
    for (size_t i = 0; i < n_worst; i++)
        sum += values[i];
    return sum / (double)n_worst;
}

static void gather_words(const struct asr_hypothesis *heard, struct trust_evidence *evidence)
{
    double acoustic[N_WORDS_MAX], posterior[N_WORDS_MAX];
    size_t n = heard->n_words < N_WORDS_MAX ? heard->n_words : N_WORDS_MAX;
    size_t n_said = 0;

    for (size_t i = 0; i < n; i++) {
        acoustic[i] = (double)heard->words[i].acoustic;
        posterior[i] = (double)heard->words[i].posterior;
        evidence->value[TRUST_POSTERIOR] += posterior[i] / (double)n;
        n_said += base_utf8_n_words(heard->words[i].text);
    }
    evidence->value[TRUST_LANGUAGE] = 1000 * (double)heard->language;
    evidence->value[TRUST_ACOUSTIC] = (double)heard->acoustic;
    evidence->value[TRUST_WORST] = mean_of_worst(acoustic, n);
    evidence->value[TRUST_LEAST] = mean_of_worst(posterior, n);
    evidence->value[TRUST_WORDS] = fmin((double)n_said, WORDS_MAX);
    evidence->value[TRUST_PIECES] = (double)n;
}

struct trust_evidence trust_gather(const struct asr_hypothesis *heard,
                                   const struct intents_result *meaning,
                                   const struct trust_readings *readings)
{
    struct trust_evidence evidence = {.act = meaning->act};
    double p = fmin(fmax(meaning->confidence, 1e-6), 1 - 1e-6);

    if (heard->n_words > 0)
        gather_words(heard, &evidence);
    evidence.certainty = (double)heard->certainty;
    evidence.has_network = heard->has_network;
    memcpy(evidence.service, meaning->service, sizeof(evidence.service));
    evidence.value[TRUST_AGREEMENT] = readings->agreement;
    evidence.value[TRUST_RIVAL] = fmin(readings->rival, TRUST_RIVAL_MAX);
    evidence.value[TRUST_MEANING] = fmin(log(p / (1 - p)), ODDS_MAX);
    return evidence;
}

enum kind { KIND_REQUEST, KIND_ACT, KIND_SHORT, N_KINDS };

struct weights {
    double bias, evidence[TRUST_N_EVIDENCE];
};

static const struct weights with_network[N_KINDS] = {
#include "daemon/trust_weights.inc"
};

/* As fitted to the Gaussians' scores alone: for languages that have no network. */
static const struct weights by_gaussians[N_KINDS] = {
#include "daemon/trust_weights_gaussians.inc"
};

/* As fitted while all short answers were heard word by word. */
static const struct weights of_days = {-1.7979,
                                       {
                                           [TRUST_ACOUSTIC] = 0.07465,
                                           [TRUST_POSTERIOR] = 1.00130,
                                           [TRUST_LEAST] = 1.04899,
                                           [TRUST_WORDS] = 0.10470,
                                           [TRUST_AGREEMENT] = 1.26559,
                                           [TRUST_RIVAL] = 0.07778,
                                           [TRUST_CONTRAST] = 0.15421,
                                           [TRUST_MEANING] = 0.17002,
                                       }};

static const struct weights *weights_for(const struct trust_evidence *evidence)
{
    enum kind kind = evidence->is_short                 ? KIND_SHORT
                     : evidence->act == INTENTS_REQUEST ? KIND_REQUEST
                                                        : KIND_ACT;

    if (evidence->is_day)
        return &of_days;
    return evidence->has_network ? &with_network[kind] : &by_gaussians[kind];
}

double trust_confidence(const struct trust_evidence *evidence)
{
    const struct weights *weights = weights_for(evidence);
    double odds = weights->bias;

    /* The twin's sure words are believed; half heard, what they mean is doubtful as well. */
    if (evidence->certainty >= 1)
        return 1;
    if (evidence->certainty >= 0)
        return evidence->certainty / (1 + exp(-evidence->value[TRUST_MEANING]));
    if (!(evidence->value[TRUST_WORDS] > 0))
        return 0;
    for (int i = 0; i < TRUST_N_EVIDENCE; i++)
        odds += weights->evidence[i] * evidence->value[i];
    return 1 / (1 + exp(-odds));
}

/*
 * How sure one must be, by what is at stake and what is mistaken for what: a yes sends something,
 * and nothing else sounds like one; a doubtful no is "ouais" now and then; an emergency answered in
 * error costs two sentences. Points on the curve of docs/understanding.md.
 */
struct limits {
    double act, ask;
};

static const struct limits limits[INTENTS_N_ACTS] = {
    [INTENTS_NONE] = {0.5, 0.3},        [INTENTS_REQUEST] = {0.5, 0.35},
    [INTENTS_AFFIRM] = {0.55, 0.5},     [INTENTS_DENY] = {0.6, 0.45},
    [INTENTS_CANCEL] = {0.3, 0.3},      [INTENTS_REPEAT] = {0.3, 0.3},
    [INTENTS_STATUS] = {0.4, 0.4},      [INTENTS_HELP] = {0.3, 0.3},
    [INTENTS_LOUDER] = {0.3, 0.3},      [INTENTS_SOFTER] = {0.3, 0.3},
    [INTENTS_SLOWER] = {0.3, 0.3},      [INTENTS_FASTER] = {0.3, 0.3},
    [INTENTS_EMERGENCY] = {0.35, 0.35},
};

/* "Yes, but without the milk": the list is restated without it before anything comes of it. */
static const struct limits limits_of_taken_off = {0.52, 0.2};

static enum utterance_trust judge(const struct limits *limit, double confidence)
{
    if (confidence >= limit->act)
        return UTTERANCE_ACT;
    return confidence >= limit->ask ? UTTERANCE_ASK : UTTERANCE_REPEAT;
}

enum utterance_trust trust_judge(enum intents_act act, double confidence)
{
    return judge(&limits[act], confidence);
}

enum utterance_trust trust_judge_meaning(const struct intents_result *meaning, double confidence)
{
    bool takes_off = meaning->act == INTENTS_DENY && meaning->n_dropped > 0;

    return judge(takes_off ? &limits_of_taken_off : &limits[meaning->act], confidence);
}
