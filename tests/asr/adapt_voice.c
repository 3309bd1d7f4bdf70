/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A voice is remembered over a restart, used only where it helps on speech it was not made from,
 * and a damaged file is refused whatever the damage. */
#include "asr/adapt_voice.h"
#include "base/file.h"
#include "base/paths.h"
#include "tests/check.h"

#include <errno.h>
#include <math.h>
#include <unistd.h>

enum { N = ASR_CEPSTRA };

static struct asr_adapt_model *model;
static struct asr_adapt_stats prior;
static char folder[] = "/tmp/voisine-voice-XXXXXX", path[64];

/* The statistics of a voice that is the model's own, moved by so much in one cepstrum: those of the
 * prior, with the other sum that such a shift gives. */
static void lesson_of(double shift, double n_frames, struct asr_adapt_stats *lesson)
{
    memset(lesson, 0, sizeof(*lesson));
    asr_adapt_sum(lesson, &prior, n_frames);
    for (int i = 0; i < N; i++)
        lesson->k[i][N] += i == 2 ? shift * lesson->g[i][N][N] : 0;
}

static void learn(struct asr_adapt_voice *voice, double tract, double shift)
{
    static struct asr_adapt_stats lesson;
    lesson_of(shift, 300, &lesson);
    REQUIRE(asr_adapt_voice_learn(voice, tract, &lesson) == 0);
}

static void one_lesson_is_not_used(void)
{
    struct asr_adapt_voice *voice;
    struct asr_adapt_voice_state state;

    REQUIRE(asr_adapt_voice_create(model, &voice) == 0);
    CHECK(!asr_adapt_voice_known(voice).transform);
    learn(voice, 1.09, 8);
    CHECK(!asr_adapt_voice_known(voice).transform); /* nothing to try it on */
    learn(voice, 1.09, 8);
    const struct asr_transform *transform = asr_adapt_voice_known(voice).transform;
    REQUIRE(transform);
    CHECK(fabs(asr_adapt_voice_known(voice).tract - 1.09) < 1e-9);
    CHECK(transform->b[2] > 2);
    asr_adapt_voice_describe(voice, &state);
    CHECK_INT(state.n_lessons, 2);
    CHECK(state.gain > 0 && fabs(state.seconds - 6) < 1e-9);
    asr_adapt_voice_forget(voice);
    CHECK(!asr_adapt_voice_known(voice).transform);
    asr_adapt_voice_destroy(voice);
}

static void what_does_not_help_is_not_used(void)
{
    struct asr_adapt_voice *voice;
    REQUIRE(asr_adapt_voice_create(model, &voice) == 0);
    for (int i = 0; i < 4; i++)
        learn(voice, 1.09, 0); /* the model knows this voice */
    CHECK(!asr_adapt_voice_known(voice).transform);
    asr_adapt_voice_forget(voice);
    for (int i = 0; i < 4; i++)
        learn(voice, 1.09, 8);
    CHECK(asr_adapt_voice_known(voice).transform);
    learn(voice, 1.09, -8); /* another person: what was learned harms */
    CHECK(!asr_adapt_voice_known(voice).transform);
    for (int i = 0; i < 5; i++)
        learn(voice, 1.09, 8);
    CHECK(asr_adapt_voice_known(voice).transform);
    asr_adapt_voice_destroy(voice);
}

static void impossible_lessons_are_refused(void)
{
    static struct asr_adapt_stats lesson;
    struct asr_adapt_voice *voice;
    struct asr_adapt_voice_state state;
    REQUIRE(asr_adapt_voice_create(model, &voice) == 0);
    lesson_of(1, 100, &lesson);
    CHECK_INT(asr_adapt_voice_learn(voice, 3, &lesson), -EINVAL);
    lesson.k[3][3] = (double)NAN;
    CHECK_INT(asr_adapt_voice_learn(voice, 1, &lesson), -EINVAL);
    lesson_of(1, 100, &lesson);
    lesson.g[3][3][3] = -1;
    CHECK_INT(asr_adapt_voice_learn(voice, 1, &lesson), -EINVAL);
    memset(&lesson, 0, sizeof(lesson));
    CHECK_INT(asr_adapt_voice_learn(voice, 1, &lesson), -EINVAL);
    asr_adapt_voice_describe(voice, &state);
    CHECK_INT(state.n_lessons, 0);
    asr_adapt_voice_destroy(voice);
}

static void it_is_remembered(void)
{
    struct asr_adapt_voice *voice, *again;
    struct asr_adapt_voice_state state;
    REQUIRE(asr_adapt_voice_create(model, &voice) == 0);
    REQUIRE(asr_adapt_voice_create(model, &again) == 0);
    CHECK_INT(asr_adapt_voice_load(again, path), -ENOENT);
    for (int i = 0; i < 7; i++)
        learn(voice, i == 3 ? 1.19 : 1.09, 8);
    REQUIRE(asr_adapt_voice_save(voice, path) == 0);
    CHECK_INT(asr_adapt_voice_load(again, path), 0);
    asr_adapt_voice_describe(again, &state);
    CHECK_INT(state.n_lessons, 7);
    const struct asr_transform *before = asr_adapt_voice_known(voice).transform;
    const struct asr_transform *after = asr_adapt_voice_known(again).transform;
    REQUIRE(before && after);
    for (int i = 0; i < N; i++)
        CHECK(fabs((double)(before->b[i] - after->b[i])) < 1e-4);
    asr_adapt_voice_destroy(voice);
    asr_adapt_voice_destroy(again);
}

/* Returns: what loading such bytes gives; nothing may be taken over from what is refused. */
static int load_bytes(const char *data, size_t n)
{
    struct asr_adapt_voice *voice;
    struct asr_adapt_voice_state state;
    REQUIRE(base_file_replace(path, data, n, 0600) == 0);
    REQUIRE(asr_adapt_voice_create(model, &voice) == 0);
    int r = asr_adapt_voice_load(voice, path);
    asr_adapt_voice_describe(voice, &state);
    CHECK(r == 0 || (state.n_lessons == 0 && !asr_adapt_voice_known(voice).transform));
    asr_adapt_voice_destroy(voice);
    return r;
}

/* Bytes whose sum is right again. */
static int load_resummed(char *data, size_t n)
{
    uint64_t sum = 14695981039346656037u;
    for (size_t i = 0; i < n - 8; i++)
        sum = (sum ^ (uint8_t)data[i]) * 1099511628211u;
    memcpy(data + n - 8, &sum, 8);
    return load_bytes(data, n);
}

static void damage_is_refused(void)
{
    static const size_t lengths[] = {0, 1, 15, 23, 24, 40, 1000};
    char *data, *copy;
    size_t n;
    double nan = (double)NAN;
    REQUIRE(base_file_read(path, 1 << 20, &data, &n) == 0);
    REQUIRE((copy = malloc(n + 8)));
    CHECK_INT(load_bytes(data, n), 0);
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++)
        CHECK_INT(load_bytes(data, lengths[i]), ASR_ADAPT_DAMAGED);
    CHECK_INT(load_bytes(data, n - 1), ASR_ADAPT_DAMAGED);
    for (size_t at = 0; at < n; at += n / 40) { /* one bit, anywhere */
        memcpy(copy, data, n);
        copy[at] ^= 4;
        CHECK_INT(load_bytes(copy, n), ASR_ADAPT_DAMAGED);
    }
    const struct {
        size_t at;
        const void *bytes;
        size_t n;
        int wanted;
    } forged[] = {
        {6, "2", 1, ASR_ADAPT_FOREIGN},                 /* the version */
        {8, "\1\2\3\4", 4, ASR_ADAPT_FOREIGN},          /* the model */
        {12, "\377\377\377\377", 4, ASR_ADAPT_DAMAGED}, /* how many scales */
        {12, "\1\0\0\0", 4, ASR_ADAPT_DAMAGED},         /* fewer than there are */
        {16, &nan, 8, ASR_ADAPT_DAMAGED},               /* the scale */
        {28, "\377\377\0\0", 4, ASR_ADAPT_DAMAGED},     /* how many lessons follow */
        {48, &nan, 8, ASR_ADAPT_DAMAGED},               /* a number */
    };
    for (size_t i = 0; i < sizeof(forged) / sizeof(forged[0]); i++) {
        memcpy(copy, data, n);
        memcpy(copy + forged[i].at, forged[i].bytes, forged[i].n);
        CHECK_INT(load_resummed(copy, n), forged[i].wanted);
    }
    memcpy(copy, data, n); /* something behind the end */
    CHECK_INT(load_resummed(copy, n + 8), ASR_ADAPT_DAMAGED);
    free(data);
    free(copy);
}

static void open_model(void)
{
    char data[900], model_folder[1024];
    REQUIRE(base_paths_data(data, sizeof(data)) == 0);
    REQUIRE(base_file_join(data, "models/fr", model_folder, sizeof(model_folder)) == 0);
    REQUIRE(asr_adapt_model_open(model_folder, &model) == 0);
    asr_adapt_prior(model, &prior);
    REQUIRE(mkdtemp(folder));
    REQUIRE(base_file_join(folder, "voice", path, sizeof(path)) == 0);
}

static void close_model(void)
{
    unlink(path);
    rmdir(folder);
    asr_adapt_model_close(model);
}

CHECK_MAIN(open_model, one_lesson_is_not_used, what_does_not_help_is_not_used,
           impossible_lessons_are_refused, it_is_remembered, damage_is_refused, close_model)
