/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A lesson is taken whole or not at all: whichever allocation fails, no voice is taught what was
 * never heard, and none counts as one that no transform helps. */
#include "asr/adapt_lesson.h"
#include "asr/adapt_voice.h"
#include "tests/check.h"
#include "tests/prove/allocator.h"

#include <errno.h>
#include <math.h>

enum { N_SAMPLES = ASR_RATE_HZ };

static struct asr_adapt_model *model;
static struct asr_analysis *analysis;

/* A second of a buzz, taken for silence, which needs no dictionary. */
static int take(struct asr_adapt_lesson **ret_lesson)
{
    const struct asr_segment silence = {
        .word = "<sil>", .end_frame = asr_analysis_n_frames(analysis) - 1, .posterior = 1};
    const struct asr_decoding heard = {
        .segments = &silence, .n_segments = 1, .n_frames = asr_analysis_n_frames(analysis)};
    return asr_adapt_lesson_create(model, NULL, analysis, &heard, 1.09, ret_lesson);
}

static void work_through(struct asr_adapt_lesson *lesson, struct asr_adapt_stats *ret_stats)
{
    int r;
    while ((r = asr_adapt_lesson_work(lesson)) == ASR_ADAPT_MORE)
        ;
    REQUIRE(r == 0);
    *ret_stats = *asr_adapt_lesson_stats(lesson);
    asr_adapt_lesson_destroy(lesson);
}

static void a_failed_allocation_teaches_nothing(void)
{
    static struct asr_adapt_stats heard, stats;
    struct asr_adapt_lesson *lesson;
    unsigned long n_refused = 0;

    allocator_fail(0, 0);
    REQUIRE(take(&lesson) == 0);
    unsigned long n_allocations = allocator_count();
    work_through(lesson, &heard);
    CHECK(heard.n_frames > 50);
    for (unsigned long n = 1; n <= n_allocations; n++) {
        long n_live = allocator_live();
        allocator_fail(n, 0);
        int r = take(&lesson);
        allocator_fail(0, 0);
        if (r == 0) {
            work_through(lesson, &stats);
            CHECK(memcmp(&stats, &heard, sizeof(heard)) == 0);
        } else {
            CHECK_INT(r, -ENOMEM);
            CHECK_INT(allocator_live(), n_live);
            n_refused++;
        }
    }
    CHECK_INT(n_refused, n_allocations);
}

/* The lesson is learned twice; the n-th allocation of the second time fails. */
static int learn_with(unsigned long n, const struct asr_adapt_stats *lesson)
{
    struct asr_adapt_voice *voice;
    REQUIRE(asr_adapt_voice_create(model, &voice) == 0);
    REQUIRE(asr_adapt_voice_learn(voice, 1.09, lesson) == 0);
    allocator_fail(n, 0);
    int r = asr_adapt_voice_learn(voice, 1.09, lesson);
    unsigned long n_allocations = allocator_count();
    allocator_fail(0, 0);
    asr_adapt_voice_destroy(voice);
    return n ? r : (int)n_allocations;
}

static void want_of_memory_is_no_judgement(void)
{
    static struct asr_adapt_stats heard;
    struct asr_adapt_lesson *lesson;
    REQUIRE(take(&lesson) == 0);
    work_through(lesson, &heard);
    int n_allocations = learn_with(0, &heard);
    CHECK(n_allocations > 2);
    for (int n = 1; n <= n_allocations; n++)
        CHECK_INT(learn_with((unsigned long)n, &heard), -ENOMEM);
}

int main(int argc, char **argv)
{
    static int16_t samples[N_SAMPLES];

    REQUIRE(argc == 2);
    for (int i = 0; i < N_SAMPLES; i++)
        samples[i] = (int16_t)lrint(3000 * sin(2 * M_PI * 700 * i / ASR_RATE_HZ) +
                                    1000 * sin(2 * M_PI * 140 * i / ASR_RATE_HZ));
    REQUIRE(asr_adapt_model_open(argv[1], &model) == 0);
    REQUIRE(asr_analysis_create(argv[1], 1.09, NULL, NULL, &analysis) == 0);
    REQUIRE(asr_analysis_run(analysis, samples, N_SAMPLES, NULL) == 0);
    a_failed_allocation_teaches_nothing();
    want_of_memory_is_no_judgement();
    asr_analysis_destroy(analysis);
    asr_adapt_model_close(model);
    return check_failures ? 1 : 0;
}
