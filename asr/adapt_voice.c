/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "asr/adapt_voice.h"

#include "base/error.h"
#include "base/file.h"
#include "base/log.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    N = ASR_CEPSTRA,
    NB = ASR_ADAPT_N,
    N_RECENT = 5,                               /* lessons that transforms are tried on */
    N_SCALES = 4,                               /* a person is analysed at one or two */
    N_STATS = 1 + N * (NB * (NB + 1) / 2 + NB), /* numbers in a file */
};

#define FRAMES_MAX 60000.0 /* ten minutes; older speech counts less and less */
#define GAIN_MIN   0.5     /* a voice that the model knows well is left as it is */

/* What is learned at one scale: the lessons still tried on, and the sum of those before. */
struct scale {
    double tract;
    unsigned n_lessons, n_recent;
    struct asr_adapt_stats older;
    struct asr_adapt_stats recent[N_RECENT]; /* the youngest last */
};

struct asr_adapt_voice {
    const struct asr_adapt_model *model;
    struct asr_adapt_stats prior;
    struct scale *scales[N_SCALES];
    size_t n_scales;
    const struct scale *used; /* NULL: no transform helps */
    struct asr_transform transform;
    enum asr_adapt_form form;
    double gain;
};

/* From cautious to free: few numbers, or many held back by much of the prior, for little speech. */
static const struct candidate {
    enum asr_adapt_form form;
    double prior_frames;
} candidates[] = {
    {ASR_ADAPT_SHIFT, 100},
    {ASR_ADAPT_DIAGONAL, 100},
    {ASR_ADAPT_FULL, 2000},
    {ASR_ADAPT_FULL, 300},
};
enum { N_CANDIDATES = sizeof(candidates) / sizeof(candidates[0]) };

int asr_adapt_voice_create(const struct asr_adapt_model *model, struct asr_adapt_voice **ret_voice)
{
    struct asr_adapt_voice *voice = calloc(1, sizeof(*voice));
    if (!voice)
        return base_trace(-ENOMEM);
    voice->model = model;
    asr_adapt_prior(model, &voice->prior);
    *ret_voice = voice;
    return 0;
}

void asr_adapt_voice_forget(struct asr_adapt_voice *voice)
{
    for (size_t i = 0; i < voice->n_scales; i++) {
        explicit_bzero(voice->scales[i], sizeof(*voice->scales[i]));
        free(voice->scales[i]);
        voice->scales[i] = NULL;
    }
    voice->n_scales = 0;
    voice->used = NULL;
    voice->gain = 0;
}

void asr_adapt_voice_destroy(struct asr_adapt_voice *voice)
{
    if (!voice)
        return;
    asr_adapt_voice_forget(voice);
    free(voice);
}

/* ---- deciding ---- */

/* The scale that most lessons came at. */
static const struct scale *usual_scale(const struct asr_adapt_voice *voice)
{
    const struct scale *usual = NULL;
    for (size_t i = 0; i < voice->n_scales; i++) {
        if (!usual || voice->scales[i]->n_lessons > usual->n_lessons)
            usual = voice->scales[i];
    }
    return usual;
}

static void sum_up(const struct scale *scale, struct asr_adapt_stats *ret_sum)
{
    *ret_sum = scale->older;
    for (unsigned i = 0; i < scale->n_recent; i++)
        asr_adapt_sum(ret_sum, &scale->recent[i], 1);
}

/* Tries on each recent lesson what all others give. *ret_gain is the mean gain, or 0 when it harms
 * one of them. Returns: 0, -ENOMEM. */
static int try_candidate(const struct asr_adapt_voice *voice, const struct scale *scale,
                         const struct candidate *candidate, struct asr_adapt_stats *sum,
                         double *ret_gain)
{
    double total = 0;
    *ret_gain = 0;
    for (unsigned i = 0; i < scale->n_recent; i++) {
        struct asr_transform transform;
        asr_adapt_sum(sum, &scale->recent[i], -1);
        int r = asr_adapt_solve(sum, &voice->prior, candidate->prior_frames, candidate->form,
                                &transform);
        asr_adapt_sum(sum, &scale->recent[i], 1);
        if (r < 0 && r != -EDOM)
            return r;
        double gain = r < 0 ? -1 : asr_adapt_gain(&scale->recent[i], &transform);
        if (!(gain > 0))
            return 0;
        total += gain;
    }
    if (scale->n_recent > 0)
        *ret_gain = total / scale->n_recent;
    return 0;
}

/* The candidate that gains most, NULL when none gains enough. Returns: 0, -ENOMEM. */
static int choose(const struct asr_adapt_voice *voice, const struct scale *scale,
                  struct asr_adapt_stats *sum, const struct candidate **ret_best, double *ret_gain)
{
    *ret_best = NULL;
    *ret_gain = GAIN_MIN;
    for (size_t i = 0; i < N_CANDIDATES; i++) {
        double gain;
        int r = try_candidate(voice, scale, &candidates[i], sum, &gain);
        if (r < 0)
            return r;
        if (gain > *ret_gain) {
            *ret_gain = gain;
            *ret_best = &candidates[i];
        }
    }
    return 0;
}

/* What is used changes on success only. */
static int decide(struct asr_adapt_voice *voice)
{
    const struct scale *scale = usual_scale(voice);
    struct asr_adapt_stats *sum = malloc(sizeof(*sum));
    const struct candidate *best = NULL;
    double gain = 0;
    int r = sum ? 0 : -ENOMEM;
    if (r == 0 && scale && scale->n_lessons > 1) {
        sum_up(scale, sum);
        r = choose(voice, scale, sum, &best, &gain);
    }
    if (r == 0 && best) {
        r = asr_adapt_solve(sum, &voice->prior, best->prior_frames, best->form, &voice->transform);
        if (r == -EDOM) {
            best = NULL;
            r = 0;
        }
    }
    free(sum);
    if (r < 0)
        return base_trace(r);
    voice->used = best ? scale : NULL;
    voice->gain = best ? gain : 0;
    voice->form = best ? best->form : voice->form;
    return 0;
}

/* ---- learning ---- */

/* Whether statistics can be those of speech. */
static bool are_possible(const struct asr_adapt_stats *stats)
{
    if (!(stats->n_frames >= 0 && stats->n_frames < 1e7))
        return false;
    for (int i = 0; i < N; i++) {
        for (int j = 0; j < NB; j++) {
            if (!isfinite(stats->k[i][j]) || !(stats->g[i][j][j] >= 0))
                return false;
            for (int l = 0; l < NB; l++) {
                if (!(fabs(stats->g[i][j][l]) < 1e15))
                    return false;
            }
        }
    }
    return true;
}

static bool is_tract(double tract)
{
    return tract > 0.7 && tract < 1.6;
}

static int find_scale(struct asr_adapt_voice *voice, double tract, struct scale **ret_scale)
{
    for (size_t i = 0; i < voice->n_scales; i++) {
        if (fabs(voice->scales[i]->tract - tract) < 0.01) {
            *ret_scale = voice->scales[i];
            return 0;
        }
    }
    if (voice->n_scales == N_SCALES)
        return -EINVAL;
    struct scale *scale = calloc(1, sizeof(*scale));
    if (!scale)
        return -ENOMEM;
    scale->tract = tract;
    voice->scales[voice->n_scales++] = scale;
    *ret_scale = scale;
    return 0;
}

static void add_lesson(struct scale *scale, const struct asr_adapt_stats *lesson)
{
    if (scale->n_recent == N_RECENT) {
        asr_adapt_sum(&scale->older, &scale->recent[0], 1);
        if (scale->older.n_frames > FRAMES_MAX) {
            struct asr_adapt_stats whole = scale->older;
            asr_adapt_sum(&scale->older, &whole, -0.5);
        }
        memmove(&scale->recent[0], &scale->recent[1], (N_RECENT - 1) * sizeof(scale->recent[0]));
        scale->n_recent--;
    }
    scale->recent[scale->n_recent++] = *lesson;
    scale->n_lessons++;
}

int asr_adapt_voice_learn(struct asr_adapt_voice *voice, double tract,
                          const struct asr_adapt_stats *lesson)
{
    struct scale *scale;
    if (!is_tract(tract) || !(lesson->n_frames >= 1) || !are_possible(lesson))
        return base_trace(-EINVAL);
    int r = find_scale(voice, tract, &scale);
    if (r < 0)
        return base_trace(r);
    add_lesson(scale, lesson);
    return decide(voice);
}

struct asr_adapt_known_voice asr_adapt_voice_known(const struct asr_adapt_voice *voice)
{
    if (!voice->used)
        return (struct asr_adapt_known_voice){0};
    return (struct asr_adapt_known_voice){&voice->transform, voice->used->tract, voice->gain};
}

void asr_adapt_voice_describe(const struct asr_adapt_voice *voice,
                              struct asr_adapt_voice_state *ret_state)
{
    *ret_state = (struct asr_adapt_voice_state){.gain = voice->gain, .form = voice->form};
    for (size_t i = 0; i < voice->n_scales; i++) {
        const struct scale *scale = voice->scales[i];
        ret_state->n_lessons += scale->n_lessons;
        ret_state->seconds += scale->older.n_frames / 100;
        for (unsigned k = 0; k < scale->n_recent; k++)
            ret_state->seconds += scale->recent[k].n_frames / 100;
    }
}

/* ---- the file: a head, for each scale a head and its statistics, a sum over all before ---- */

static const char magic[8] = "voix v1";

struct file_head {
    char magic[8];
    uint32_t model, n_scales;
};

struct scale_head {
    double tract;
    uint32_t n_lessons, n_recent;
};

static uint64_t sum_of(const void *data, size_t n)
{
    const uint8_t *at = data;
    uint64_t hash = 14695981039346656037u; /* FNV-1a */
    for (size_t i = 0; i < n; i++)
        hash = (hash ^ at[i]) * 1099511628211u;
    return hash;
}

/* The half that is not its own mirror. */
static void pack(const struct asr_adapt_stats *stats, double *to)
{
    *to++ = stats->n_frames;
    for (int i = 0; i < N; i++) {
        for (int j = 0; j < NB; j++) {
            *to++ = stats->k[i][j];
            for (int l = 0; l <= j; l++)
                *to++ = stats->g[i][j][l];
        }
    }
}

static void unpack(const double *from, struct asr_adapt_stats *stats)
{
    stats->n_frames = *from++;
    for (int i = 0; i < N; i++) {
        for (int j = 0; j < NB; j++) {
            stats->k[i][j] = *from++;
            for (int l = 0; l <= j; l++)
                stats->g[i][j][l] = stats->g[i][l][j] = *from++;
        }
    }
}

static size_t size_of_scale(unsigned n_recent)
{
    return sizeof(struct scale_head) + (1 + n_recent) * N_STATS * sizeof(double);
}

static char *write_scale(const struct scale *scale, char *to)
{
    struct scale_head head = {scale->tract, scale->n_lessons, scale->n_recent};
    double numbers[N_STATS];
    memcpy(to, &head, sizeof(head));
    to += sizeof(head);
    for (unsigned i = 0; i <= scale->n_recent; i++, to += sizeof(numbers)) {
        pack(i == 0 ? &scale->older : &scale->recent[i - 1], numbers);
        memcpy(to, numbers, sizeof(numbers));
    }
    return to;
}

int asr_adapt_voice_save(const struct asr_adapt_voice *voice, const char *path)
{
    struct file_head head = {.model = asr_adapt_model_identity(voice->model),
                             .n_scales = (uint32_t)voice->n_scales};
    uint64_t sum;
    size_t n = sizeof(head) + sizeof(sum);
    for (size_t i = 0; i < voice->n_scales; i++)
        n += size_of_scale(voice->scales[i]->n_recent);
    char *data = malloc(n), *to = data;
    if (!data)
        return base_trace(-ENOMEM);
    memcpy(head.magic, magic, sizeof(magic));
    memcpy(to, &head, sizeof(head));
    to += sizeof(head);
    for (size_t i = 0; i < voice->n_scales; i++)
        to = write_scale(voice->scales[i], to);
    sum = sum_of(data, n - sizeof(sum));
    memcpy(to, &sum, sizeof(sum));
    int r = base_file_replace(path, data, n, 0600);
    free(data);
    return base_trace(r);
}

/* Returns: 0, ASR_ADAPT_DAMAGED, -ENOMEM. */
static int read_scale(struct asr_adapt_voice *voice, const char **at, size_t *left)
{
    struct scale_head head;
    struct scale *scale;
    double numbers[N_STATS];
    if (*left < sizeof(head))
        return ASR_ADAPT_DAMAGED;
    memcpy(&head, *at, sizeof(head));
    if (!is_tract(head.tract) || head.n_recent > N_RECENT || head.n_lessons < head.n_recent ||
        head.n_lessons > 1000000 || *left < size_of_scale(head.n_recent))
        return ASR_ADAPT_DAMAGED;
    size_t n_before = voice->n_scales;
    int r = find_scale(voice, head.tract, &scale);
    if (r < 0 || voice->n_scales == n_before)
        return r == -ENOMEM ? r : ASR_ADAPT_DAMAGED;
    scale->n_lessons = head.n_lessons;
    scale->n_recent = head.n_recent;
    const char *from = *at + sizeof(head);
    for (unsigned i = 0; i <= head.n_recent; i++, from += sizeof(numbers)) {
        struct asr_adapt_stats *stats = i == 0 ? &scale->older : &scale->recent[i - 1];
        memcpy(numbers, from, sizeof(numbers));
        unpack(numbers, stats);
        if (!are_possible(stats))
            return ASR_ADAPT_DAMAGED;
    }
    *at += size_of_scale(head.n_recent);
    *left -= size_of_scale(head.n_recent);
    return 0;
}

static int read_all(struct asr_adapt_voice *voice, const char *data, size_t n)
{
    struct file_head head;
    uint64_t sum;
    if (n < sizeof(head) + sizeof(sum))
        return ASR_ADAPT_DAMAGED;
    memcpy(&head, data, sizeof(head));
    memcpy(&sum, data + n - sizeof(sum), sizeof(sum));
    if (memcmp(head.magic, magic, 6) != 0 || sum != sum_of(data, n - sizeof(sum)))
        return ASR_ADAPT_DAMAGED;
    if (memcmp(head.magic, magic, sizeof(magic)) != 0 ||
        head.model != asr_adapt_model_identity(voice->model))
        return ASR_ADAPT_FOREIGN;
    if (head.n_scales > N_SCALES)
        return ASR_ADAPT_DAMAGED;
    const char *at = data + sizeof(head);
    size_t left = n - sizeof(head) - sizeof(sum);
    int r = 0;
    for (uint32_t i = 0; r == 0 && i < head.n_scales; i++)
        r = read_scale(voice, &at, &left);
    return r == 0 && left > 0 ? ASR_ADAPT_DAMAGED : r;
}

int asr_adapt_voice_load(struct asr_adapt_voice *voice, const char *path)
{
    enum { FILE_MAX = 1 << 20 };
    char *data = NULL;
    size_t n;
    int r = base_file_read(path, FILE_MAX, &data, &n);
    if (r == -EFBIG)
        r = ASR_ADAPT_DAMAGED;
    if (r != 0)
        return r;
    asr_adapt_voice_forget(voice);
    r = read_all(voice, data, n);
    free(data);
    if (r == 0)
        r = decide(voice);
    if (r != 0)
        asr_adapt_voice_forget(voice);
    return r;
}
