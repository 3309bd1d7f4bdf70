/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is believed of an utterance, before anything is decided: the opinion that the classifier
 * learned, put right where it is known to go wrong. First calls for help (a sign of one must be
 * heard, one said plainly always counts, also behind a yes or no), then what is only told, last
 * what the conversation waits for. A step moves probability from one act to another; it forbids
 * nothing.
 */
#include "intents/understand_private.h"

/* An emergency is believed below even odds: a false one costs a sentence, a missed one a life. */
#define EMERGENCY_FROM 0.25f
/* What says plainly that somebody is in danger is a call at least as sure as this, whatever else is
 * asked for with it. */
#define PLAIN_CALL 0.8f
/* How much likelier a request is when somebody is asked for plainly ("il faut quelqu'un"). */
#define PLAINLY_FACTOR 8.0f
/* How much likelier yes and no are while a question is open. */
#define CONFIRMATION_FACTOR 4.0f
/* The same of a service while they are read aloud, and of a question about requests. */
#define CHOICE_FACTOR        4.0f
#define CHOICE_STATUS_FACTOR 0.1f

/* What is said like a call for help and has no sign of one in it is talk. */
static void believe_signs_alone(const struct intents_emergency *emergency,
                                const struct intents_words *words, float act[INTENTS_N_ACTS])
{
    if (intents_emergency_has_sign(emergency, words))
        return;
    act[INTENTS_NONE] += act[INTENTS_EMERGENCY];
    act[INTENTS_EMERGENCY] = 0;
}

static void believe_plain_calls(const struct intents_emergency *emergency,
                                const struct intents_words *words, float act[INTENTS_N_ACTS])
{
    float others = 1 - act[INTENTS_EMERGENCY];

    if (act[INTENTS_EMERGENCY] >= PLAIN_CALL || !intents_emergency_is_call(emergency, words))
        return;
    for (int i = 0; i < INTENTS_N_ACTS; i++)
        act[i] *= (1 - PLAIN_CALL) / others;
    act[INTENTS_EMERGENCY] = PLAIN_CALL;
}

/* What one part of the words is, by itself. */
static void judge(const struct intents_understander *understander,
                  const struct intents_words *words, struct intents_opinion *opinion)
{
    intents_classifier_judge(understander->classifier, words, opinion);
    believe_signs_alone(understander->emergency, words, opinion->act);
    believe_plain_calls(understander->emergency, words, opinion->act);
}

/* "Non non, au secours" is no answer: a call for help behind a yes or no is one. */
static void judge_with_answer(const struct intents_understander *understander,
                              const struct intents_words *words, struct intents_opinion *opinion)
{
    enum intents_answer answer;
    size_t from = intents_joints_answer(understander->joints, words, &answer);
    struct intents_words rest = intents_words_part(words, from, words->n);
    struct intents_opinion behind;

    judge(understander, words, opinion);
    if (answer == INTENTS_NO_ANSWER || rest.n == 0 ||
        !intents_emergency_has_sign(understander->emergency, words))
        return;
    judge(understander, &rest, &behind);
    if (behind.act[INTENTS_EMERGENCY] >= EMERGENCY_FROM &&
        behind.act[INTENTS_EMERGENCY] > opinion->act[INTENTS_EMERGENCY])
        *opinion = behind;
}

static enum intents_act likeliest_act(const float act[INTENTS_N_ACTS])
{
    enum intents_act best = INTENTS_NONE;

    for (int i = 1; i < INTENTS_N_ACTS; i++) {
        if (act[i] > act[best])
            best = (enum intents_act)i;
    }
    return best;
}

/* What has the words of a request and the form of something told is talk; what sounds like talk and
 * asks for somebody plainly may be a request. */
static void believe_what_is_asked(const struct intents_telling *telling,
                                  const struct intents_words *words, float act[INTENTS_N_ACTS])
{
    enum intents_act likeliest = likeliest_act(act);
    float sum;

    if (likeliest == INTENTS_REQUEST && intents_telling_is_told(telling, words)) {
        act[INTENTS_NONE] += act[INTENTS_REQUEST];
        act[INTENTS_REQUEST] = 0;
    } else if (likeliest == INTENTS_NONE && intents_telling_asks_plainly(telling, words) &&
               !intents_telling_is_told(telling, words)) {
        sum = 1 + (PLAINLY_FACTOR - 1) * act[INTENTS_REQUEST];
        act[INTENTS_REQUEST] *= PLAINLY_FACTOR;
        for (int i = 0; i < INTENTS_N_ACTS; i++)
            act[i] /= sum;
    }
}

/* What is waited for makes a call for help no less likely. */
static void believe_expected(float act[INTENTS_N_ACTS], enum intents_expect expect)
{
    float emergency = act[INTENTS_EMERGENCY], sum = 0;

    if (intents_expects_answer(expect)) {
        act[INTENTS_AFFIRM] *= CONFIRMATION_FACTOR;
        act[INTENTS_DENY] *= CONFIRMATION_FACTOR;
    } else {
        act[INTENTS_REQUEST] *= CHOICE_FACTOR;
        act[INTENTS_STATUS] *= CHOICE_STATUS_FACTOR;
    }
    act[INTENTS_EMERGENCY] = 0;
    for (int i = 0; i < INTENTS_N_ACTS; i++)
        sum += act[i];
    for (int i = 0; i < INTENTS_N_ACTS && sum > 0; i++)
        act[i] *= (1 - emergency) / sum;
    act[INTENTS_EMERGENCY] = emergency;
}

void intents_opinion_form(const struct intents_understander *understander,
                          const struct intents_words *words, enum intents_expect expect,
                          struct intents_opinion *ret_opinion)
{
    judge_with_answer(understander, words, ret_opinion);
    believe_what_is_asked(understander->telling, words, ret_opinion->act);
    if (expect != INTENTS_EXPECT_REQUEST)
        believe_expected(ret_opinion->act, expect);
}

enum intents_act intents_opinion_act(const struct intents_opinion *opinion)
{
    return opinion->act[INTENTS_EMERGENCY] >= EMERGENCY_FROM ? INTENTS_EMERGENCY
                                                             : likeliest_act(opinion->act);
}
