/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "intents/model.h"

#include "base/file.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define MAGIC       "VOUN0003"
#define FILE_MAX    (16u << 20)
#define SCORE_BOUND 60.0f
/* So many times the weights' root mean square is the largest that is told apart: the few beyond it
 * clip, for finer steps of all others. Chosen by hand. */
#define SCALE_OF_SPREAD 12
#define STEPS           127

/*
 * Found on sets that were not learned from, and rounded: the scales are where the likelihood is
 * best (features left out while learning make scores too small); the offset is lower than that,
 * where 2 % of unrelated sentences pass, most of them near misses. docs/understanding.md,
 * "Examples".
 */
static const struct intents_calibration calibration = {
    .topic_scale = 1.1f, .act_scale = 1.4f, .request_offset = -3.9f, .topic_weight = 0.15f};

static size_t n_used(const struct intents_features *features, enum intents_head_id head)
{
    return head == INTENTS_HEAD_TOPIC ? features->n_topic : features->n;
}

static int head_create(struct intents_head *head, size_t n_classes)
{
    head->n_classes = n_classes;
    head->stride = (n_classes + INTENTS_BLOCK - 1) / INTENTS_BLOCK * INTENTS_BLOCK;
    head->bias = calloc(head->stride, sizeof(*head->bias));
    return head->bias ? 0 : -ENOMEM;
}

static void head_finish(struct intents_head *head)
{
    free(head->weights);
    free(head->bias);
    free(head->rows);
    free(head->row_of);
    *head = (struct intents_head){0};
}

int intents_model_create(const struct intents_language *language, struct intents_model **ret_model)
{
    struct intents_model *model = calloc(1, sizeof(*model));
    int r = model ? 0 : -ENOMEM;

    if (r == 0) {
        model->n_services = intents_language_n_services(language);
        for (size_t i = 0; i < model->n_services; i++)
            strncpy(model->services[i], intents_language_service(language, i)->id,
                    INTENTS_SERVICE_ID - 1);
        model->calibration = calibration;
        r = head_create(&model->heads[INTENTS_HEAD_TOPIC], model->n_services + 1);
    }
    if (r == 0)
        r = head_create(&model->heads[INTENTS_HEAD_ACT], INTENTS_N_ACTS);
    for (int h = 0; r == 0 && h < INTENTS_N_HEADS; h++) {
        struct intents_head *head = &model->heads[h];

        head->weights = calloc((size_t)INTENTS_MODEL_BUCKETS * head->stride, sizeof(float));
        r = head->weights ? 0 : -ENOMEM;
    }
    if (r < 0) {
        intents_model_destroy(model);
        return r;
    }
    *ret_model = model;
    return 0;
}

void intents_model_destroy(struct intents_model *model)
{
    if (!model)
        return;
    for (int h = 0; h < INTENTS_N_HEADS; h++)
        head_finish(&model->heads[h]);
    free(model);
}

static void score_learning(const struct intents_head *head, const uint32_t *hashes, size_t n,
                           float *scores)
{
    for (size_t i = 0; i < n; i++) {
        const float *row = head->weights + (hashes[i] % INTENTS_MODEL_BUCKETS) * head->stride;

        for (size_t block = 0; block < head->stride; block += INTENTS_BLOCK) {
            for (size_t k = 0; k < INTENTS_BLOCK; k++)
                scores[block + k] += row[block + k];
        }
    }
}

static void score_finished(const struct intents_head *head, const uint32_t *hashes, size_t n,
                           float *scores)
{
    int sums[INTENTS_CLASSES_MAX] = {0};

    for (size_t i = 0; i < n; i++) {
        uint32_t row = head->row_of[hashes[i] % INTENTS_MODEL_BUCKETS];
        const signed char *weights = head->rows + (size_t)(row - 1) * head->n_classes;

        for (size_t k = 0; row > 0 && k < head->n_classes; k++)
            sums[k] += weights[k];
    }
    for (size_t k = 0; k < head->n_classes; k++)
        scores[k] = (float)sums[k] * head->scale;
}

void intents_model_score(const struct intents_model *model, enum intents_head_id id,
                         const struct intents_features *features, float *ret_scores)
{
    const struct intents_head *head = &model->heads[id];
    size_t n = n_used(features, id);
    float norm = n > 0 ? 1.0f / sqrtf((float)n) : 1;

    memset(ret_scores, 0, head->stride * sizeof(*ret_scores));
    if (head->weights)
        score_learning(head, features->hash, n, ret_scores);
    else
        score_finished(head, features->hash, n, ret_scores);
    for (size_t k = 0; k < head->n_classes; k++)
        ret_scores[k] = ret_scores[k] * norm + head->bias[k];
}

void intents_model_softmax(float *scores, size_t n, float scale)
{
    float best = scores[0], sum = 0;

    for (size_t k = 1; k < n; k++)
        best = scores[k] > best ? scores[k] : best;
    for (size_t k = 0; k < n; k++) {
        scores[k] = expf(fmaxf((scores[k] - best) * scale, -SCORE_BOUND));
        sum += scores[k];
    }
    for (size_t k = 0; k < n; k++)
        scores[k] /= sum;
}

/* How far a row's weights are apart: a row that says the same of all classes says nothing. */
static float row_spread(const struct intents_head *head, uint32_t bucket)
{
    const float *row = head->weights + (size_t)bucket * head->stride;
    float low = row[0], high = row[0];

    for (size_t k = 1; k < head->n_classes; k++) {
        low = fminf(low, row[k]);
        high = fmaxf(high, row[k]);
    }
    return high - low;
}

static int compare_falling(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;

    return x < y ? 1 : x > y ? -1 : 0;
}

/* The spread below which rows are left out so that at most n_max stay. */
static float least_spread(const float *spreads, size_t n_max, int *ret_error)
{
    float *sorted = malloc(INTENTS_MODEL_BUCKETS * sizeof(*sorted));
    float least;

    *ret_error = sorted ? 0 : -ENOMEM;
    if (!sorted)
        return 0;
    memcpy(sorted, spreads, INTENTS_MODEL_BUCKETS * sizeof(*sorted));
    qsort(sorted, INTENTS_MODEL_BUCKETS, sizeof(*sorted), compare_falling);
    least = n_max < INTENTS_MODEL_BUCKETS ? sorted[n_max] : 0;
    free(sorted);
    return least;
}

static void keep_row(struct intents_head *head, uint32_t bucket)
{
    const float *row = head->weights + (size_t)bucket * head->stride;
    signed char *kept = head->rows + (size_t)head->n_rows * head->n_classes;

    for (size_t k = 0; k < head->n_classes; k++) {
        float value = roundf(row[k] / head->scale);

        kept[k] = (signed char)fmaxf(fminf(value, STEPS), -STEPS);
    }
    head->row_of[bucket] = ++head->n_rows;
}

static float choose_scale(const struct intents_head *head)
{
    size_t n = (size_t)INTENTS_MODEL_BUCKETS * head->stride;
    double sum = 0, n_set = 0;

    for (size_t i = 0; i < n; i++) {
        sum += (double)head->weights[i] * (double)head->weights[i];
        n_set += head->weights[i] != 0;
    }
    return n_set > 0 ? (float)(SCALE_OF_SPREAD * sqrt(sum / n_set) / STEPS) : 1;
}

static int head_make_small(struct intents_head *head, size_t n_rows_max)
{
    float *spreads = malloc(INTENTS_MODEL_BUCKETS * sizeof(*spreads)), least;
    int r;

    if (!spreads)
        return -ENOMEM;
    for (uint32_t i = 0; i < INTENTS_MODEL_BUCKETS; i++)
        spreads[i] = row_spread(head, i);
    least = least_spread(spreads, n_rows_max, &r);
    head->rows = malloc(n_rows_max * head->n_classes);
    head->row_of = calloc(INTENTS_MODEL_BUCKETS, sizeof(*head->row_of));
    if (!head->rows || !head->row_of)
        r = -ENOMEM;
    head->scale = choose_scale(head);
    for (uint32_t i = 0; r == 0 && i < INTENTS_MODEL_BUCKETS; i++) {
        if (spreads[i] > least)
            keep_row(head, i);
    }
    free(spreads);
    free(head->weights);
    head->weights = NULL;
    return r;
}

int intents_model_finish(struct intents_model *model, size_t n_rows_max)
{
    for (int h = 0; h < INTENTS_N_HEADS; h++) {
        int r = head_make_small(&model->heads[h], n_rows_max);

        if (r < 0)
            return r;
    }
    return 0;
}

/* Bytes that grow while writing, or shrink while reading. */
struct cursor {
    char *p;
    size_t n_left;
    bool is_short;
};

static void put(struct cursor *cursor, const void *data, size_t n)
{
    if (n > cursor->n_left) {
        cursor->is_short = true;
        return;
    }
    memcpy(cursor->p, data, n);
    cursor->p += n;
    cursor->n_left -= n;
}

static void get(struct cursor *cursor, void *data, size_t n)
{
    if (n > cursor->n_left) {
        cursor->is_short = true;
        memset(data, 0, n);
        return;
    }
    memcpy(data, cursor->p, n);
    cursor->p += n;
    cursor->n_left -= n;
}

static size_t file_size(const struct intents_model *model)
{
    size_t n = sizeof(MAGIC) + 8 + sizeof(model->services) + sizeof(model->calibration);

    for (int h = 0; h < INTENTS_N_HEADS; h++)
        n += 64 + model->heads[h].n_classes * sizeof(float) +
             model->heads[h].n_rows * (sizeof(uint32_t) + model->heads[h].n_classes);
    return n;
}

static void put_head(struct cursor *cursor, const struct intents_head *head)
{
    uint32_t n_classes = (uint32_t)head->n_classes;

    put(cursor, &n_classes, sizeof(n_classes));
    put(cursor, &head->n_rows, sizeof(head->n_rows));
    put(cursor, &head->scale, sizeof(head->scale));
    put(cursor, head->bias, head->n_classes * sizeof(*head->bias));
    for (uint32_t bucket = 0; bucket < INTENTS_MODEL_BUCKETS; bucket++) {
        if (head->row_of[bucket] > 0)
            put(cursor, &bucket, sizeof(bucket));
    }
    put(cursor, head->rows, (size_t)head->n_rows * head->n_classes);
}

int intents_model_save(const struct intents_model *model, const char *path)
{
    size_t size = file_size(model);
    struct cursor cursor = {.p = malloc(size), .n_left = size};
    uint32_t n_services = (uint32_t)model->n_services;
    char *data = cursor.p;
    int r;

    if (!data)
        return -ENOMEM;
    put(&cursor, MAGIC, sizeof(MAGIC));
    put(&cursor, &n_services, sizeof(n_services));
    put(&cursor, model->services, model->n_services * sizeof(model->services[0]));
    put(&cursor, &model->calibration, sizeof(model->calibration));
    for (int h = 0; h < INTENTS_N_HEADS; h++)
        put_head(&cursor, &model->heads[h]);
    r = cursor.is_short ? -EINVAL : base_file_replace(path, data, size - cursor.n_left, 0644);
    free(data);
    return r;
}

static bool are_finite(const float *numbers, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(numbers[i]))
            return false;
    }
    return true;
}

static int get_head(struct cursor *cursor, struct intents_head *head, size_t n_wanted)
{
    uint32_t n_classes, n_rows, before = 0;
    int r;

    get(cursor, &n_classes, sizeof(n_classes));
    get(cursor, &n_rows, sizeof(n_rows));
    get(cursor, &head->scale, sizeof(head->scale));
    if (cursor->is_short || n_classes != n_wanted || n_rows > INTENTS_MODEL_BUCKETS ||
        !isfinite(head->scale))
        return -EINVAL;
    r = head_create(head, n_classes);
    if (r < 0)
        return r;
    head->n_rows = n_rows;
    head->rows = malloc((size_t)n_rows * n_classes + 1);
    head->row_of = calloc(INTENTS_MODEL_BUCKETS, sizeof(*head->row_of));
    if (!head->rows || !head->row_of)
        return -ENOMEM;
    get(cursor, head->bias, n_classes * sizeof(*head->bias));
    if (!are_finite(head->bias, n_classes))
        return -EINVAL;
    for (uint32_t i = 0; i < n_rows; i++) {
        uint32_t bucket;

        get(cursor, &bucket, sizeof(bucket));
        if (cursor->is_short || bucket >= INTENTS_MODEL_BUCKETS || (i > 0 && bucket <= before))
            return -EINVAL;
        head->row_of[bucket] = i + 1;
        before = bucket;
    }
    get(cursor, head->rows, (size_t)n_rows * n_classes);
    return cursor->is_short ? -EINVAL : 0;
}

static bool is_calibration(const struct intents_calibration *read)
{
    return isfinite(read->topic_scale) && isfinite(read->act_scale) &&
           isfinite(read->request_offset) && isfinite(read->topic_weight);
}

static int get_model(struct cursor *cursor, struct intents_model *model)
{
    char magic[sizeof(MAGIC)];
    uint32_t n_services;
    int r;

    get(cursor, magic, sizeof(magic));
    get(cursor, &n_services, sizeof(n_services));
    if (cursor->is_short || memcmp(magic, MAGIC, sizeof(MAGIC)) != 0 ||
        n_services > INTENTS_SERVICES_MAX)
        return -EINVAL;
    model->n_services = n_services;
    get(cursor, model->services, n_services * sizeof(model->services[0]));
    for (size_t i = 0; i < n_services; i++)
        model->services[i][INTENTS_SERVICE_ID - 1] = '\0';
    get(cursor, &model->calibration, sizeof(model->calibration));
    if (!is_calibration(&model->calibration))
        return -EINVAL;
    r = get_head(cursor, &model->heads[INTENTS_HEAD_TOPIC], n_services + 1);
    return r == 0 ? get_head(cursor, &model->heads[INTENTS_HEAD_ACT], INTENTS_N_ACTS) : r;
}

int intents_model_load(const char *path, struct intents_model **ret_model)
{
    struct intents_model *model;
    struct cursor cursor = {0};
    char *data;
    int r = base_file_read(path, FILE_MAX, &data, &cursor.n_left);

    if (r < 0)
        return r;
    cursor.p = data;
    model = calloc(1, sizeof(*model));
    r = model ? get_model(&cursor, model) : -ENOMEM;
    free(data);
    if (r < 0) {
        intents_model_destroy(model);
        return r;
    }
    *ret_model = model;
    return 0;
}
