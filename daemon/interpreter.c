/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/interpreter.h"

#include "audio/format.h"
#include "base/error.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* What the doubt of the understanding weighs beside that of the ears (asr/confidence.c). */
#define WEIGHT_MEANING 2.78

/*
 * How sure one must be, by what is at stake: a yes sends something, a no costs one more question,
 * an emergency answered in error costs two sentences. Points on the curve of docs/understanding.md.
 */
struct limits {
    double act, ask;
};

static const struct limits limits[INTENTS_N_ACTS] = {
    [INTENTS_NONE] = {0.5, 0.3},      [INTENTS_REQUEST] = {0.5, 0.3},
    [INTENTS_AFFIRM] = {0.35, 0.3},   [INTENTS_DENY] = {0.15, 0.15},
    [INTENTS_CANCEL] = {0.3, 0.3},    [INTENTS_REPEAT] = {0.3, 0.3},
    [INTENTS_STATUS] = {0.4, 0.4},    [INTENTS_HELP] = {0.3, 0.3},
    [INTENTS_LOUDER] = {0.3, 0.3},    [INTENTS_SOFTER] = {0.3, 0.3},
    [INTENTS_SLOWER] = {0.3, 0.3},    [INTENTS_FASTER] = {0.3, 0.3},
    [INTENTS_EMERGENCY] = {0.2, 0.2},
};

struct interpreter {
    struct asr_recogniser *recogniser;
    struct intents_understander *understander;
    char wake_phrase[128];
};

int interpreter_create(struct asr_recogniser *recogniser, struct intents_understander *understander,
                       const char *wake_phrase, struct interpreter **ret_interpreter)
{
    struct interpreter *interpreter = calloc(1, sizeof(*interpreter));

    if (!interpreter)
        return -ENOMEM;
    interpreter->recogniser = recogniser;
    interpreter->understander = understander;
    snprintf(interpreter->wake_phrase, sizeof(interpreter->wake_phrase), "%s", wake_phrase);
    *ret_interpreter = interpreter;
    return 0;
}

void interpreter_destroy(struct interpreter *interpreter)
{
    free(interpreter);
}

static double thread_cpu_s(void)
{
    struct timespec ts = {0};

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* Where the request begins: behind the wake phrase, when the text begins with it. */
static const char *without_wake_phrase(const struct interpreter *interpreter, const char *text)
{
    size_t n = strlen(interpreter->wake_phrase);

    if (n > 0 && strncmp(text, interpreter->wake_phrase, n) == 0 &&
        (text[n] == '\0' || text[n] == ' '))
        return text + n + (text[n] == ' ');
    return text;
}

/* The words may be wrong and the meaning may be wrong: the log odds of the one, less the doubt of
 * the other. */
static double joint_confidence(const struct asr_hypothesis *heard,
                               const struct intents_result *meaning)
{
    double words = fmin(fmax((double)heard->confidence, 1e-6), 1 - 1e-6);
    double score = log(words / (1 - words)) + WEIGHT_MEANING * (meaning->confidence - 1);

    return heard->confidence > 0 ? 1 / (1 + exp(-score)) : 0;
}

static enum utterance_trust trust_of(const struct utterance *utterance)
{
    const struct limits *limit = &limits[utterance->meaning.act];

    if (utterance->confidence >= limit->act)
        return UTTERANCE_ACT;
    return utterance->confidence >= limit->ask ? UTTERANCE_ASK : UTTERANCE_REPEAT;
}

/* A request that is not even sure enough to ask about is none; its service stays as the ladder's
 * guess. */
static void refuse_doubtful(struct utterance *utterance)
{
    struct intents_result *meaning = &utterance->meaning;

    if (meaning->act != INTENTS_REQUEST || utterance->trust != UTTERANCE_REPEAT)
        return;
    memcpy(meaning->best_service, meaning->service, sizeof(meaning->best_service));
    meaning->act = INTENTS_NONE;
    meaning->service[0] = '\0';
    meaning->n_items = 0;
}

int interpreter_hear(struct interpreter *interpreter, const int16_t *samples, size_t n_samples,
                     enum intents_expect expect, struct base_datetime now,
                     struct utterance *ret_utterance)
{
    struct asr_hypothesis heard;
    struct utterance utterance = {0};
    double start_cpu_s = thread_cpu_s();
    int r = asr_recogniser_hear(
        interpreter->recogniser, samples, n_samples,
        expect == INTENTS_EXPECT_CONFIRMATION ? ASR_EXPECT_ANSWER : ASR_EXPECT_REQUEST, &heard);

    if (r < 0)
        return base_trace(r);
    snprintf(utterance.text, sizeof(utterance.text), "%s",
             without_wake_phrase(interpreter, heard.text));
    intents_understand(interpreter->understander, utterance.text, now, expect, &utterance.meaning);
    utterance.confidence = joint_confidence(&heard, &utterance.meaning);
    utterance.trust = trust_of(&utterance);
    refuse_doubtful(&utterance);
    utterance.audio_s = audio_samples_to_s((int64_t)n_samples);
    utterance.cpu_s = thread_cpu_s() - start_cpu_s;
    *ret_utterance = utterance;
    return 0;
}
