/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "asr/adapt_model.h"

#include "base/error.h"
#include "base/file.h"
#include "base/log.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum {
    N = ASR_CEPSTRA,
    N_STREAMS = ASR_ADAPT_STREAMS,
    N_STATES = ASR_ADAPT_STATES,
    N_PHONES_MAX = 200,
    N_DENSITIES_MAX = 1024,
    N_SENONES_MAX = 65536,
    N_NAME_MAX = 16,
    FILE_MAX = 64 << 20,
    TREE_BYTES = 8, /* of a node in the mdef */
    PHONE_BYTES = 12,
};

#define VARIANCE_MIN 1e-4          /* the library's own floor */
#define WEIGHT_UNIT  (1024 * 1e-4) /* of sendump: log 1.0001, shifted by ten bits */
#define LOG_2_PI     1.837877066409345

struct asr_adapt_model {
    int n_phones, n_densities;
    char (*names)[N_NAME_MAX];
    int *senones;      /* phone, state */
    float *means;      /* phone, stream, density, cepstrum */
    float *precisions; /* the same */
    float *constants;  /* phone, stream, density */
    float *weights;    /* phone, state, stream, density: logarithms */
    uint32_t identity;
};

/* A file that is being read: takes fail once the end is passed. */
struct cursor {
    const char *data;
    size_t at, n;
};

static int take(struct cursor *cursor, void *to, size_t n)
{
    if (n > cursor->n - cursor->at)
        return -EINVAL;
    if (to)
        memcpy(to, cursor->data + cursor->at, n);
    cursor->at += n;
    return 0;
}

/* A number within [from, to]. */
static int take_number(struct cursor *cursor, int from, int to, int *ret_number)
{
    int32_t number;
    int r = take(cursor, &number, sizeof(number));
    if (r == 0 && (number < from || number > to))
        r = -EINVAL;
    if (r == 0)
        *ret_number = number;
    return r;
}

static int read_file(const char *folder, const char *name, char **ret_data,
                     struct cursor *ret_cursor)
{
    char path[1024];
    *ret_data = NULL;
    int r = base_file_join(folder, name, path, sizeof(path));
    if (r == 0)
        r = base_file_read(path, FILE_MAX, ret_data, &ret_cursor->n);
    ret_cursor->data = *ret_data;
    ret_cursor->at = 0;
    return r;
}

/* ---- mdef: the phones' names and the senones of their states ---- */

struct mdef_header {
    int n_phones, n_all, n_states, n_phone_senones, n_senones, n_transitions, n_sequences;
    int n_context, n_tree, silence;
};

static int take_mdef_header(struct cursor *cursor, struct mdef_header *ret_header)
{
    char magic[4];
    int version, n_text;
    struct mdef_header *h = ret_header;
    int r = take(cursor, magic, sizeof(magic));
    if (r == 0 && memcmp(magic, "BMDF", sizeof(magic)) != 0)
        r = -EINVAL;
    if (r < 0 || (r = take_number(cursor, 1, 1, &version)) < 0 ||
        (r = take_number(cursor, 0, 1 << 16, &n_text)) < 0 ||
        (r = take(cursor, NULL, (size_t)n_text)) < 0)
        return r;
    const struct {
        int *to, from, most;
    } fields[] = {
        {&h->n_phones, 1, N_PHONES_MAX},
        {&h->n_all, 1, 1 << 20},
        {&h->n_states, N_STATES, N_STATES},
        {&h->n_phone_senones, 1, N_SENONES_MAX},
        {&h->n_senones, 1, N_SENONES_MAX},
        {&h->n_transitions, 0, N_SENONES_MAX},
        {&h->n_sequences, 1, N_SENONES_MAX},
        {&h->n_context, 0, 16},
        {&h->n_tree, 0, 1 << 20},
        {&h->silence, -1, N_PHONES_MAX},
    };
    for (size_t i = 0; r == 0 && i < sizeof(fields) / sizeof(fields[0]); i++)
        r = take_number(cursor, fields[i].from, fields[i].most, fields[i].to);
    return r;
}

static int take_names(struct asr_adapt_model *model, struct cursor *cursor)
{
    size_t start = cursor->at;
    for (int p = 0; p < model->n_phones; p++) {
        size_t n = strnlen(cursor->data + cursor->at, cursor->n - cursor->at);
        if (n == 0 || n >= N_NAME_MAX || take(cursor, model->names[p], n + 1) < 0)
            return -EINVAL;
    }
    size_t padding = (4 - (cursor->at - start) % 4) % 4;
    return take(cursor, NULL, padding);
}

static int take_senones(struct asr_adapt_model *model, struct cursor *cursor,
                        const struct mdef_header *h)
{
    int32_t sequence[N_PHONES_MAX];
    uint16_t senones[N_STATES];
    int r = h->n_all < h->n_phones ? -EINVAL : 0;
    if (r == 0)
        r = take(cursor, NULL, (size_t)h->n_tree * TREE_BYTES);
    struct cursor phones = *cursor;
    if (r == 0)
        r = take(cursor, NULL, (size_t)h->n_all * PHONE_BYTES + sizeof(int32_t));
    for (int p = 0; r == 0 && p < model->n_phones; p++) {
        r = take_number(&phones, 0, h->n_sequences - 1, &sequence[p]);
        if (r == 0)
            r = take(&phones, NULL, PHONE_BYTES - sizeof(int32_t));
    }
    for (int p = 0; r == 0 && p < model->n_phones; p++) {
        struct cursor at = *cursor;
        r = take(&at, NULL, (size_t)sequence[p] * sizeof(senones));
        if (r == 0)
            r = take(&at, senones, sizeof(senones));
        for (int s = 0; r == 0 && s < N_STATES; s++) {
            model->senones[p * N_STATES + s] = senones[s];
            r = senones[s] < h->n_senones ? 0 : -EINVAL;
        }
    }
    return r;
}

static int read_mdef(struct asr_adapt_model *model, const char *folder, int *ret_n_senones)
{
    char *data;
    struct cursor cursor;
    struct mdef_header header;
    int r = read_file(folder, "mdef", &data, &cursor);
    if (r == 0)
        r = take_mdef_header(&cursor, &header);
    if (r == 0) {
        model->n_phones = header.n_phones;
        model->names = calloc((size_t)header.n_phones, sizeof(*model->names));
        model->senones = calloc((size_t)header.n_phones * N_STATES, sizeof(*model->senones));
        r = model->names && model->senones ? take_names(model, &cursor) : -ENOMEM;
    }
    if (r == 0)
        r = take_senones(model, &cursor, &header);
    if (r == 0)
        *ret_n_senones = header.n_senones;
    free(data);
    return r;
}

/* ---- means and variances ---- */

static uint32_t identity_of(const char *data, size_t n)
{
    uint32_t hash = 2166136261u; /* FNV-1a */
    for (size_t i = 0; i < n; i++)
        hash = (hash ^ (uint8_t)data[i]) * 16777619u;
    return hash;
}

/* The header is text up to "endhdr\n", then a word that tells the byte order. */
static int take_parameter_header(struct cursor *cursor)
{
    static const char end[] = "endhdr\n";
    const char *found = memmem(cursor->data, cursor->n < 4096 ? cursor->n : 4096, end, 7);
    uint32_t order;
    if (!found || cursor->n < 3 || memcmp(cursor->data, "s3\n", 3) != 0)
        return -EINVAL;
    cursor->at = (size_t)(found - cursor->data) + 7;
    int r = take(cursor, &order, sizeof(order));
    return r == 0 && order != 0x11223344 ? -EINVAL : r;
}

static int take_parameters(struct asr_adapt_model *model, struct cursor *cursor, float **ret_values)
{
    int n_phones, n_streams, n_densities, length, n_values;
    int r = take_parameter_header(cursor);
    if (r < 0 || (r = take_number(cursor, model->n_phones, model->n_phones, &n_phones)) < 0 ||
        (r = take_number(cursor, N_STREAMS, N_STREAMS, &n_streams)) < 0 ||
        (r = take_number(cursor, 1, N_DENSITIES_MAX, &n_densities)) < 0)
        return r;
    for (int s = 0; r == 0 && s < N_STREAMS; s++)
        r = take_number(cursor, N, N, &length);
    if (r == 0 && model->n_densities != 0 && n_densities != model->n_densities)
        r = -EINVAL;
    int n = n_phones * N_STREAMS * n_densities * N;
    if (r == 0)
        r = take_number(cursor, n, n, &n_values);
    if (r < 0)
        return r;
    model->n_densities = n_densities;
    *ret_values = malloc((size_t)n * sizeof(float));
    if (!*ret_values)
        return -ENOMEM;
    r = take(cursor, *ret_values, (size_t)n * sizeof(float));
    for (int i = 0; r == 0 && i < n; i++)
        r = isfinite((*ret_values)[i]) ? 0 : -EINVAL;
    return r;
}

static int read_parameters(struct asr_adapt_model *model, const char *folder, const char *name,
                           float **ret_values, uint32_t *ret_identity)
{
    char *data;
    struct cursor cursor;
    int r = read_file(folder, name, &data, &cursor);
    if (r == 0)
        r = take_parameters(model, &cursor, ret_values);
    if (r == 0)
        *ret_identity = identity_of(cursor.data, cursor.n);
    free(data);
    return r;
}

/* Variances to precisions, and the constant of each Gaussian. */
static int invert_variances(struct asr_adapt_model *model)
{
    size_t n = (size_t)model->n_phones * N_STREAMS * (size_t)model->n_densities;
    model->constants = malloc(n * sizeof(float));
    if (!model->constants)
        return -ENOMEM;
    for (size_t i = 0; i < n; i++) {
        double log_det = 0;
        for (size_t c = 0; c < N; c++) {
            float *value = &model->precisions[i * N + c];
            double variance = fmax((double)*value, VARIANCE_MIN);
            log_det += log(variance);
            *value = (float)(1 / variance);
        }
        model->constants[i] = (float)(-0.5 * (log_det + N * LOG_2_PI));
    }
    return 0;
}

/* ---- sendump: the weights ---- */

/* Texts, each behind its length; a length of nothing ends them. The first two always stand. */
static int skip_texts(struct cursor *cursor)
{
    for (int i = 0;; i++) {
        int n;
        int r = take_number(cursor, 0, 4096, &n);
        if (r == 0)
            r = take(cursor, NULL, (size_t)n);
        if (r < 0 || n == 0)
            return r;
        if (i > 64)
            return -EINVAL;
    }
}

static int take_weights(struct asr_adapt_model *model, struct cursor *cursor, int n_senones)
{
    int n_densities, n_columns;
    int r = skip_texts(cursor);
    if (r < 0 ||
        (r = take_number(cursor, model->n_densities, model->n_densities, &n_densities)) < 0 ||
        (r = take_number(cursor, n_senones, n_senones, &n_columns)) < 0)
        return r;
    size_t n_states = (size_t)model->n_phones * N_STATES;
    size_t n_row = (size_t)n_columns;
    for (size_t f = 0; f < N_STREAMS; f++) {
        for (size_t d = 0; d < (size_t)n_densities; d++) {
            const uint8_t *row = (const uint8_t *)cursor->data + cursor->at;
            if (take(cursor, NULL, n_row) < 0)
                return -EINVAL;
            for (size_t i = 0; i < n_states; i++)
                model->weights[(i * N_STREAMS + f) * (size_t)n_densities + d] =
                    (float)(-WEIGHT_UNIT * row[model->senones[i]]);
        }
    }
    return 0;
}

static int read_weights(struct asr_adapt_model *model, const char *folder, int n_senones)
{
    char *data;
    struct cursor cursor;
    size_t n = (size_t)model->n_phones * N_STATES * N_STREAMS * (size_t)model->n_densities;
    model->weights = malloc(n * sizeof(float));
    if (!model->weights)
        return -ENOMEM;
    int r = read_file(folder, "sendump", &data, &cursor);
    if (r == 0)
        r = take_weights(model, &cursor, n_senones);
    free(data);
    return r;
}

int asr_adapt_model_open(const char *model_folder, struct asr_adapt_model **ret_model)
{
    uint32_t unused;
    int n_senones = 0;
    struct asr_adapt_model *model = calloc(1, sizeof(*model));
    if (!model)
        return base_trace(-ENOMEM);
    int r = read_mdef(model, model_folder, &n_senones);
    if (r == 0)
        r = read_parameters(model, model_folder, "means", &model->means, &model->identity);
    if (r == 0)
        r = read_parameters(model, model_folder, "variances", &model->precisions, &unused);
    if (r == 0)
        r = invert_variances(model);
    if (r == 0)
        r = read_weights(model, model_folder, n_senones);
    if (r < 0) {
        log_error("learn-model", "the acoustic model cannot be learned from: %s", model_folder);
        asr_adapt_model_close(model);
        return base_trace(r);
    }
    *ret_model = model;
    return 0;
}

void asr_adapt_model_close(struct asr_adapt_model *model)
{
    if (!model)
        return;
    free(model->names);
    free(model->senones);
    free(model->means);
    free(model->precisions);
    free(model->constants);
    free(model->weights);
    free(model);
}

uint32_t asr_adapt_model_identity(const struct asr_adapt_model *model)
{
    return model->identity;
}

int asr_adapt_model_n_phones(const struct asr_adapt_model *model)
{
    return model->n_phones;
}

int asr_adapt_model_phone(const struct asr_adapt_model *model, const char *name)
{
    for (int p = 0; p < model->n_phones; p++) {
        if (strcmp(model->names[p], name) == 0)
            return p;
    }
    return -ENOENT;
}

/* Beyond the ends the first and the last frame go on. */
static const float *frame_at(const float (*cepstra)[N], int n_frames, int t)
{
    return cepstra[t < 0 ? 0 : t >= n_frames ? n_frames - 1 : t];
}

void asr_adapt_model_frames(const float (*cepstra)[N], int n_frames,
                            struct asr_adapt_frame *ret_frames)
{
    for (int t = 0; t < n_frames; t++) {
        const float *at[7];
        for (int k = 0; k < 7; k++)
            at[k] = frame_at(cepstra, n_frames, t + k - 3);
        for (int c = 0; c < N; c++) {
            ret_frames[t].x[0][c] = at[3][c];
            ret_frames[t].x[1][c] = at[5][c] - at[1][c];
            ret_frames[t].x[2][c] = (at[6][c] - at[2][c]) - (at[4][c] - at[0][c]);
        }
    }
}

/* The first Gaussian of a phone's stream, and its weights in a state. */
static size_t codebook(const struct asr_adapt_model *model, int phone, int stream)
{
    return ((size_t)phone * N_STREAMS + (size_t)stream) * (size_t)model->n_densities;
}

static const float *weights_of(const struct asr_adapt_model *model, int phone, int state,
                               int stream)
{
    size_t i = (size_t)phone * N_STATES + (size_t)state;
    return &model->weights[(i * N_STREAMS + (size_t)stream) * (size_t)model->n_densities];
}

/* The logarithms of each Gaussian's part in a frame. Returns: the largest. */
static float score_stream(const struct asr_adapt_model *model, int phone, int state, int stream,
                          const float *x, float *ret_scores)
{
    size_t first = codebook(model, phone, stream);
    const float *weights = weights_of(model, phone, state, stream);
    float best = -INFINITY;
    for (int d = 0; d < model->n_densities; d++) {
        size_t at = first + (size_t)d;
        const float *mean = &model->means[at * N], *precision = &model->precisions[at * N];
        float distance = 0;
        for (int c = 0; c < N; c++)
            distance += (x[c] - mean[c]) * (x[c] - mean[c]) * precision[c];
        ret_scores[d] = weights[d] + model->constants[at] - 0.5f * distance;
        best = ret_scores[d] > best ? ret_scores[d] : best;
    }
    return best;
}

double asr_adapt_model_score(const struct asr_adapt_model *model, int phone, int state,
                             const struct asr_adapt_frame *frame)
{
    float scores[N_DENSITIES_MAX];
    double total = 0;
    for (int f = 0; f < N_STREAMS; f++) {
        float best = score_stream(model, phone, state, f, frame->x[f], scores);
        float sum = 0;
        for (int d = 0; d < model->n_densities; d++)
            sum += scores[d] > best - 20 ? expf(scores[d] - best) : 0;
        total += (double)(best + logf(sum));
    }
    return total;
}

void asr_adapt_model_expect(const struct asr_adapt_model *model, int phone, int state,
                            const struct asr_adapt_frame *frame,
                            struct asr_adapt_expected *ret_expected)
{
    float scores[N_DENSITIES_MAX];
    memset(ret_expected, 0, sizeof(*ret_expected));
    for (int f = 0; f < N_STREAMS; f++) {
        float best = score_stream(model, phone, state, f, frame->x[f], scores);
        float sum = 0;
        for (int d = 0; d < model->n_densities; d++) {
            scores[d] = scores[d] > best - 10 ? expf(scores[d] - best) : 0;
            sum += scores[d];
        }
        size_t first = codebook(model, phone, f);
        for (int d = 0; d < model->n_densities; d++) {
            if (scores[d] < 1e-3f * sum)
                continue;
            const float *mean = &model->means[(first + (size_t)d) * N];
            const float *precision = &model->precisions[(first + (size_t)d) * N];
            double share = (double)(scores[d] / sum);
            for (int c = 0; c < N; c++) {
                ret_expected->precision[f][c] += share * (double)precision[c];
                ret_expected->pull[f][c] += share * (double)(precision[c] * mean[c]);
            }
        }
    }
}

void asr_adapt_model_each(const struct asr_adapt_model *model, int phone, int state,
                          asr_adapt_each *each, void *user)
{
    for (int f = 0; f < N_STREAMS; f++) {
        size_t first = codebook(model, phone, f);
        const float *weights = weights_of(model, phone, state, f);
        double sum = 0;
        for (int d = 0; d < model->n_densities; d++)
            sum += exp((double)weights[d]);
        for (int d = 0; d < model->n_densities; d++)
            each(user, f, exp((double)weights[d]) / sum, &model->means[(first + (size_t)d) * N],
                 &model->precisions[(first + (size_t)d) * N]);
    }
}
