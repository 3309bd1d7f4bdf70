/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/interpreter.h"

#include "audio/format.h"
#include "base/error.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Points on the curve of docs/understanding.md: sure enough to restate, sure enough to ask. */
#define CONFIDENCE_ACT 0.50
#define CONFIDENCE_ASK 0.30

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

/* The words may be wrong and the meaning may be wrong: both must hold. */
static double joint_confidence(const struct asr_hypothesis *heard,
                               const struct intents_result *meaning)
{
    return (double)heard->confidence * meaning->confidence;
}

static enum utterance_trust trust_of(const struct utterance *utterance)
{
    if (utterance->confidence >= CONFIDENCE_ACT)
        return UTTERANCE_ACT;
    return utterance->confidence >= CONFIDENCE_ASK ? UTTERANCE_ASK : UTTERANCE_REPEAT;
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
    utterance.audio_s = audio_samples_to_s((int64_t)n_samples);
    utterance.cpu_s = thread_cpu_s() - start_cpu_s;
    *ret_utterance = utterance;
    return 0;
}
