/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The recogniser's twin: hears what the resident is told to say. Where it shall learn (a model is
 * known), each utterance leaves a lesson of a given sound, as real as those of a real one. */
#include "tests/daemon/scene_private.h"

#include "daemon/bundle.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>

#define TRACT 1.09

static struct scene_ears *ears_of(struct asr_recogniser *recogniser)
{
    return (struct scene_ears *)recogniser;
}

static int hear(struct asr_recogniser *recogniser, const int16_t *samples, size_t n_samples,
                enum asr_expect expect, struct asr_hypothesis *ret_hypothesis)
{
    const struct scene_ears *ears = ears_of(recogniser);

    (void)samples;
    (void)expect;
    *ret_hypothesis =
        (struct asr_hypothesis){.text = ears->text,
                                .speech_ms = (int)(n_samples / (AUDIO_RATE_HZ / 1000)),
                                .certainty = ears->confidence};
    return 0;
}

static int know(struct asr_recogniser *recogniser, const struct asr_adapt_model *model,
                const struct asr_adapt_known_voice *known)
{
    (void)known;
    ears_of(recogniser)->model = model;
    return 0;
}

/* A second of a buzz. */
static int analyse(struct scene_ears *ears)
{
    static int16_t samples[AUDIO_RATE_HZ];
    char folder[PATH_MAX];
    int r;

    for (int i = 0; i < AUDIO_RATE_HZ; i++)
        samples[i] = (int16_t)lrint(3000 * sin(2 * M_PI * 700 * i / AUDIO_RATE_HZ) +
                                    1000 * sin(2 * M_PI * 140 * i / AUDIO_RATE_HZ));
    r = bundle_model_folder("", "fr", folder, sizeof(folder));
    if (r == 0)
        r = asr_analysis_create(folder, TRACT, NULL, NULL, &ears->analysis);
    return r < 0 ? r : asr_analysis_run(ears->analysis, samples, AUDIO_RATE_HZ, NULL);
}

/* The buzz is taken for silence, which needs no dictionary. */
static int lesson(struct asr_recogniser *recogniser, struct asr_adapt_lesson **ret_lesson)
{
    struct scene_ears *ears = ears_of(recogniser);
    struct asr_segment silence = {.word = "<sil>", .posterior = 1};
    struct asr_decoding heard = {.segments = &silence, .n_segments = 1};
    int r = ears->analysis ? 0 : analyse(ears);

    if (!ears->model)
        return -ENODATA;
    if (r < 0)
        return r;
    heard.n_frames = asr_analysis_n_frames(ears->analysis);
    silence.end_frame = heard.n_frames - 1;
    return asr_adapt_lesson_create(ears->model, NULL, ears->analysis, &heard, TRACT, ret_lesson);
}

static void destroy(struct asr_recogniser *recogniser)
{
    (void)recogniser;
}

void scene_ears_init(struct scene_ears *ears)
{
    static const struct asr_recogniser_ops ops = {hear, destroy, lesson, know};

    *ears = (struct scene_ears){.base = {&ops}};
}

void scene_ears_finish(struct scene_ears *ears)
{
    asr_analysis_destroy(ears->analysis);
}
