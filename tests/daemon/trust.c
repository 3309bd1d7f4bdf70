/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/trust.h"

#include "daemon/interpreter.h"
#include "tests/check.h"

static const struct trust_readings agreeing = {.agreement = 1, .rival = TRUST_RIVAL_MAX};
static const struct trust_readings disputed = {.agreement = 0.1, .rival = 0.1};

static struct asr_hypothesis heard(const struct asr_word *words, size_t n_words)
{
    return (struct asr_hypothesis){.text = "mes courses demain",
                                   .words = words,
                                   .n_words = n_words,
                                   .speech_ms = 1200,
                                   .acoustic = words[0].acoustic,
                                   .has_network = true,
                                   .certainty = -1};
}

static double confidence(enum intents_act act, double meaning, float acoustic, float posterior,
                         const struct trust_readings *readings)
{
    const struct asr_word words[] = {{"mes", 0, 300, acoustic, posterior},
                                     {"courses", 300, 800, acoustic, posterior},
                                     {"demain", 800, 1200, acoustic, posterior}};
    const struct asr_hypothesis hypothesis = heard(words, 3);
    const struct intents_result result = {
        .act = act, .confidence = meaning, .service = "groceries"};
    const struct trust_evidence evidence = trust_gather(&hypothesis, &result, readings);

    return trust_confidence(&evidence);
}

static void what_is_heard_well_is_trusted(void)
{
    double sure = confidence(INTENTS_REQUEST, 0.99, -4, 0.9f, &agreeing);

    CHECK(trust_judge(INTENTS_REQUEST, sure) == UTTERANCE_ACT);
    CHECK(sure <= 1);
}

static void each_doubt_lowers_it(void)
{
    double sure = confidence(INTENTS_REQUEST, 0.99, -4, 0.9f, &agreeing);

    CHECK(confidence(INTENTS_REQUEST, 0.99, -4, 0.1f, &agreeing) < sure);
    CHECK(confidence(INTENTS_REQUEST, 0.99, -4, 0.9f, &disputed) < sure);
    CHECK(confidence(INTENTS_REQUEST, 0.40, -4, 0.9f, &agreeing) < sure);
}

static void what_is_disputed_and_poor_is_not_acted_on(void)
{
    double poor = confidence(INTENTS_REQUEST, 0.45, -25, 0.1f, &disputed);

    CHECK(trust_judge(INTENTS_REQUEST, poor) == UTTERANCE_REPEAT);
    CHECK(trust_judge(INTENTS_AFFIRM, confidence(INTENTS_AFFIRM, 0.45, -25, 0.1f, &disputed)) !=
          UTTERANCE_ACT);
}

static void no_words_are_no_evidence(void)
{
    const struct asr_hypothesis nothing = {.text = "", .certainty = -1};
    const struct intents_result result = {.act = INTENTS_NONE, .confidence = 1};
    const struct trust_evidence evidence = trust_gather(&nothing, &result, &agreeing);

    CHECK(trust_confidence(&evidence) <= 0);
}

static void the_twin_is_believed(void)
{
    const struct asr_hypothesis twin = {.text = "oui", .certainty = 1};
    const struct intents_result result = {.act = INTENTS_AFFIRM, .confidence = 0.6};
    const struct trust_evidence evidence = trust_gather(&twin, &result, &agreeing);

    CHECK(trust_confidence(&evidence) >= 1);
}

static void what_nobody_judged_is_not_acted_on(void)
{
    const struct utterance unheard = {.end_s = 1};

    CHECK(unheard.trust == UTTERANCE_REPEAT);
}

/* "ouais" in a room that echoes is "oh non" at 0.59: the question is put again. */
static void a_doubtful_yes_or_no_is_asked_about_again(void)
{
    CHECK(trust_judge(INTENTS_AFFIRM, 0.53) != UTTERANCE_ACT);
    CHECK(trust_judge(INTENTS_DENY, 0.59) == UTTERANCE_ASK);
    CHECK(trust_judge(INTENTS_DENY, 0.61) == UTTERANCE_ACT);
}

CHECK_MAIN(what_is_heard_well_is_trusted, each_doubt_lowers_it,
           what_is_disputed_and_poor_is_not_acted_on, no_words_are_no_evidence,
           the_twin_is_believed, what_nobody_judged_is_not_acted_on,
           a_doubtful_yes_or_no_is_asked_about_again)
