/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A voice that is the model's own, turned by a transform that we chose, is learned back; damaged
 * model files are refused; the prior alone changes nothing. */
#include "asr/adapt.h"
#include "base/file.h"
#include "base/paths.h"
#include "base/rng.h"
#include "tests/check.h"

#include <errno.h>
#include <math.h>
#include <unistd.h>

enum { N = ASR_CEPSTRA, N_FRAMES = 1500 };

static char model_folder[1024];
static struct asr_adapt_model *model;
static struct asr_adapt_stats prior;

static double normal(struct base_rng *rng)
{
    double radius = sqrt(-2 * log(1 - base_rng_unit(rng)));
    return radius * cos(6.283185307179586 * base_rng_unit(rng));
}

/* ---- a voice made of the model's own Gaussians ---- */

struct drawing {
    struct base_rng *rng;
    double at[ASR_ADAPT_STREAMS]; /* where in the sum of weights the drawn Gaussian stands */
    struct asr_adapt_frame *frame;
};

static void draw_from(void *user, int stream, double weight, const float *mean,
                      const float *precision)
{
    struct drawing *drawing = user;
    double before = drawing->at[stream];
    drawing->at[stream] -= weight;
    if (before < 0 || drawing->at[stream] >= 0)
        return;
    for (int c = 0; c < N; c++)
        drawing->frame->x[stream][c] =
            mean[c] + (float)(normal(drawing->rng) / sqrt((double)precision[c]));
}

static void draw_frame(struct base_rng *rng, struct asr_adapt_label label,
                       struct asr_adapt_frame *frame)
{
    struct drawing drawing = {.rng = rng, .frame = frame};
    memset(frame, 0, sizeof(*frame));
    for (int f = 0; f < ASR_ADAPT_STREAMS; f++)
        drawing.at[f] = base_rng_unit(rng);
    asr_adapt_model_each(model, label.phone, label.state, draw_from, &drawing);
}

/* What becomes of a frame that another voice would have made: y, so that a y + b is x. Only for an
 * `a` that is a diagonal and one element below it. */
static void turn(const struct asr_transform *t, struct asr_adapt_frame *frame)
{
    for (int f = 0; f < ASR_ADAPT_STREAMS; f++) {
        float *x = frame->x[f];
        for (int i = 0; i < N; i++) {
            float rest = f == 0 ? x[i] - t->b[i] : x[i];
            for (int j = 0; j < i; j++)
                rest -= t->a[i][j] * x[j]; /* already turned */
            x[i] = rest / t->a[i][i];
        }
    }
}

static void make_voice(const struct asr_transform *t, uint64_t seed, struct asr_adapt_frame *frames,
                       struct asr_adapt_label *labels)
{
    int n_phones = asr_adapt_model_n_phones(model);
    struct base_rng rng;
    base_rng_seed(&rng, seed);
    for (int i = 0; i < N_FRAMES; i++) {
        labels[i].phone = (int16_t)((i / 9) * 7 % n_phones);
        labels[i].state = (int16_t)(i / 3 % 3);
        draw_frame(&rng, labels[i], &frames[i]);
        turn(t, &frames[i]);
    }
}

static double distance(const struct asr_transform *a, const struct asr_transform *b)
{
    double worst = 0;
    for (int i = 0; i < N; i++) {
        worst = fmax(worst, fabs((double)(a->b[i] - b->b[i])) / 10);
        for (int j = 0; j < N; j++)
            worst = fmax(worst, fabs((double)(a->a[i][j] - b->a[i][j])));
    }
    return worst;
}

static void some_transform(struct asr_transform *t)
{
    asr_transform_identity(t);
    for (int i = 0; i < N; i++) {
        t->a[i][i] = 1.0f + 0.04f * (float)(i % 5 - 2);
        t->b[i] = (float)(i % 3 - 1) * 2.0f;
    }
}

/* ---- tests ---- */

static void the_weights_of_a_state_sum_to_one(void)
{
    int silence = asr_adapt_model_phone(model, "SIL");
    CHECK(silence >= 0 && asr_adapt_model_phone(model, "aa") >= 0);
    CHECK_INT(asr_adapt_model_phone(model, "no such"), -ENOENT);
    CHECK(asr_adapt_model_n_phones(model) > 30);
    struct asr_adapt_frame frame = {0};
    struct asr_adapt_expected expected;
    CHECK(isfinite(asr_adapt_model_score(model, silence, 1, &frame)));
    asr_adapt_model_expect(model, silence, 1, &frame, &expected);
    for (int c = 0; c < N; c++)
        CHECK(expected.precision[0][c] > 0);
}

static void deltas_are_the_librarys(void)
{
    float x[8][N] = {0};
    struct asr_adapt_frame frames[8];
    for (int t = 0; t < 8; t++)
        x[t][2] = (float)(t * t);
    asr_adapt_model_frames((const float(*)[N])x, 8, frames);
    CHECK(frames[4].x[0][2] == 16.0f);
    CHECK(frames[4].x[1][2] == 36.0f - 4.0f);
    CHECK(frames[4].x[2][2] == (49.0f - 9.0f) - (25.0f - 1.0f));
    CHECK(frames[0].x[1][2] == 4.0f); /* what is before the first frame is the first frame */
}

static void the_prior_alone_changes_nothing(void)
{
    struct asr_adapt_stats *none = calloc(1, sizeof(*none));
    struct asr_transform t, identity;
    REQUIRE(none);
    asr_transform_identity(&identity);
    for (int form = 0; form < ASR_ADAPT_N_FORMS; form++) {
        CHECK_INT(asr_adapt_solve(none, &prior, 100, (enum asr_adapt_form)form, &t), 0);
        CHECK(distance(&t, &identity) < 1e-3);
    }
    CHECK_INT(asr_adapt_solve(none, &prior, 0, ASR_ADAPT_FULL, &t), -EDOM);
    free(none);
}

static void a_turned_voice_is_learned(void)
{
    static struct asr_adapt_frame frames[N_FRAMES], seen[N_FRAMES];
    static struct asr_adapt_label labels[N_FRAMES];
    struct asr_adapt_stats *stats = calloc(1, sizeof(*stats)), *other = calloc(1, sizeof(*other));
    struct asr_transform truth, identity, t;
    double gain[ASR_ADAPT_N_FORMS];
    REQUIRE(stats && other);
    asr_transform_identity(&identity);
    some_transform(&truth);
    truth.a[7][3] = 0.4f;
    make_voice(&truth, 4711, frames, labels);
    make_voice(&identity, 4711, seen, labels); /* what made each frame is known */
    asr_adapt_add(model, frames, seen, labels, N_FRAMES, stats);
    CHECK(stats->n_frames == N_FRAMES);
    make_voice(&truth, 99, frames, labels);
    make_voice(&identity, 99, seen, labels);
    asr_adapt_add(model, frames, seen, labels, N_FRAMES, other);
    for (int form = 0; form < ASR_ADAPT_N_FORMS; form++) {
        REQUIRE(asr_adapt_solve(stats, &prior, 5, (enum asr_adapt_form)form, &t) == 0);
        gain[form] = asr_adapt_gain(other, &t);
    }
    CHECK(distance(&t, &truth) < 0.15);
    CHECK(gain[ASR_ADAPT_SHIFT] > 0.1);
    CHECK(gain[ASR_ADAPT_DIAGONAL] > gain[ASR_ADAPT_SHIFT]);
    CHECK(gain[ASR_ADAPT_FULL] > gain[ASR_ADAPT_DIAGONAL]);
    CHECK(fabs(asr_adapt_gain(other, &identity)) < 1e-9);
    /* Taking away what was added leaves nothing. */
    asr_adapt_sum(stats, other, 1);
    asr_adapt_sum(stats, other, -1);
    CHECK(stats->n_frames == N_FRAMES);
    free(stats);
    free(other);
}

static void a_voice_like_the_models_gains_nothing(void)
{
    static struct asr_adapt_frame frames[N_FRAMES];
    static struct asr_adapt_label labels[N_FRAMES];
    struct asr_adapt_stats *stats = calloc(1, sizeof(*stats)), *other = calloc(1, sizeof(*other));
    struct asr_transform identity, truth, t;
    REQUIRE(stats && other);
    asr_transform_identity(&identity);
    make_voice(&identity, 1, frames, labels);
    asr_adapt_add(model, frames, frames, labels, N_FRAMES, stats);
    CHECK_INT(asr_adapt_solve(stats, &prior, 100, ASR_ADAPT_DIAGONAL, &t), 0);
    CHECK(distance(&t, &identity) < 0.1);
    some_transform(&truth); /* another's transform harms */
    CHECK(asr_adapt_gain(stats, &truth) < -0.05);
    free(stats);
    free(other);
}

static void states_are_found(void)
{
    enum { N_PHONES = 6, LENGTH = 12 };
    static const char *const names[N_PHONES] = {"bb", "oo", "jj", "ou", "rr", "SIL"};
    struct asr_adapt_frame frames[N_PHONES * LENGTH];
    struct asr_adapt_label labels[N_PHONES * LENGTH];
    int phones[N_PHONES], n_right = 0;
    double score;
    struct base_rng rng;
    base_rng_seed(&rng, 7);
    for (int i = 0; i < N_PHONES * LENGTH; i++) {
        phones[i / LENGTH] = asr_adapt_model_phone(model, names[i / LENGTH]);
        struct asr_adapt_label label = {(int16_t)phones[i / LENGTH], (int16_t)(i % LENGTH / 4)};
        draw_frame(&rng, label, &frames[i]);
    }
    CHECK_INT(asr_adapt_align(model, frames, N_PHONES * LENGTH, phones, N_PHONES, labels, &score),
              0);
    for (int i = 0; i < N_PHONES * LENGTH; i++)
        n_right += labels[i].phone == phones[i / LENGTH];
    CHECK(n_right > N_PHONES * LENGTH * 8 / 10);
    CHECK(labels[0].state == 0 && labels[N_PHONES * LENGTH - 1].state == 2);
    CHECK(isfinite(score));
    CHECK_INT(asr_adapt_align(model, frames, 3 * N_PHONES - 1, phones, N_PHONES, labels, &score),
              -EINVAL);
}

static void bad_transforms_are_told(void)
{
    struct asr_transform t;
    double volume = 1;
    asr_transform_identity(&t);
    CHECK(asr_transform_is_sane(&t, &volume) && fabs(volume) < 1e-9);
    t.a[2][2] = 2;
    CHECK(asr_transform_is_sane(&t, &volume) && fabs(volume - log(2)) < 1e-6);
    t.a[2][2] = NAN;
    CHECK(!asr_transform_is_sane(&t, NULL));
    t.a[2][2] = -1;
    CHECK(!asr_transform_is_sane(&t, NULL));
    asr_transform_identity(&t);
    t.b[0] = INFINITY;
    CHECK(!asr_transform_is_sane(&t, NULL));
    asr_transform_identity(&t);
    t.a[0][1] = 5;
    CHECK(!asr_transform_is_sane(&t, NULL));
    asr_transform_identity(&t);
    t.a[0][1] = t.a[1][0] = 1; /* two rows alike: no volume */
    CHECK(!asr_transform_is_sane(&t, NULL));
}

static void the_mean_is_taken_off(void)
{
    float x[3][N] = {{-5}, {2}, {4}}; /* the first has no energy */
    struct asr_transform t;
    for (int i = 0; i < 3; i++)
        x[i][5] = (float)i;
    asr_cepstra_centre(x, 3);
    CHECK(x[1][0] == -1.0f && x[2][0] == 1.0f && x[0][0] == -8.0f);
    CHECK(x[1][5] == -0.5f && x[0][5] == -1.5f);
    asr_transform_identity(&t);
    t.a[0][5] = 2;
    t.b[1] = 3;
    asr_transform_apply(&t, x, 3);
    CHECK(x[1][0] == -2.0f && x[1][1] == 3.0f && x[1][5] == -0.5f);
}

/* ---- damaged model files ---- */

static const char *const model_files[] = {"mdef", "means", "variances", "sendump"};

/* A folder with the model's files, one of them in another form. Returns: what opening gives. */
static int open_with(const char *changed, const char *data, size_t n)
{
    char folder[] = "/tmp/voisine-adapt-XXXXXX", path[1024], from[1024];
    struct asr_adapt_model *opened = NULL;
    REQUIRE(mkdtemp(folder));
    for (size_t i = 0; i < 4; i++) {
        REQUIRE(base_file_join(folder, model_files[i], path, sizeof(path)) == 0);
        REQUIRE(base_file_join(model_folder, model_files[i], from, sizeof(from)) == 0);
        if (strcmp(model_files[i], changed) != 0)
            REQUIRE(symlink(from, path) == 0);
        else if (data)
            REQUIRE(base_file_replace(path, data, n, 0600) == 0);
    }
    int r = asr_adapt_model_open(folder, &opened);
    asr_adapt_model_close(opened);
    for (size_t i = 0; i < 4; i++) {
        base_file_join(folder, model_files[i], path, sizeof(path));
        unlink(path);
    }
    rmdir(folder);
    return r;
}

static void damaged_model_files_are_refused(void)
{
    for (size_t i = 0; i < 4; i++) {
        char from[1024], *data;
        size_t n;
        REQUIRE(base_file_join(model_folder, model_files[i], from, sizeof(from)) == 0);
        REQUIRE(base_file_read(from, 64 << 20, &data, &n) == 0);
        CHECK_INT(open_with(model_files[i], NULL, 0), -ENOENT);
        CHECK_INT(open_with(model_files[i], data, 0), -EINVAL);
        CHECK_INT(open_with(model_files[i], data, 60), -EINVAL);
        CHECK_INT(open_with(model_files[i], data, n / 2), -EINVAL);
        /* A size larger than the file, in the last number of each header. */
        size_t at = strcmp(model_files[i], "mdef") == 0      ? 12 + 1052 + 32
                    : strcmp(model_files[i], "sendump") == 0 ? 636
                                                             : 64;
        memset(data + at, 0x7f, 4);
        CHECK_INT(open_with(model_files[i], data, n), -EINVAL);
        free(data);
    }
}

static void open_model(void)
{
    char data[900];
    REQUIRE(base_paths_data(data, sizeof(data)) == 0);
    REQUIRE(base_file_join(data, "models/fr", model_folder, sizeof(model_folder)) == 0);
    REQUIRE(asr_adapt_model_open(model_folder, &model) == 0);
    asr_adapt_prior(model, &prior);
}

static void close_model(void)
{
    asr_adapt_model_close(model);
}

CHECK_MAIN(open_model, the_weights_of_a_state_sum_to_one, deltas_are_the_librarys,
           the_prior_alone_changes_nothing, a_turned_voice_is_learned,
           a_voice_like_the_models_gains_nothing, states_are_found, bad_transforms_are_told,
           the_mean_is_taken_off, damaged_model_files_are_refused, close_model)
