/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "asr/adapt_model.h"

#include "asr/model_files.h"
#include "base/error.h"
#include "base/log.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    N = ASR_CEPSTRA,
    N_STREAMS = ASR_ADAPT_STREAMS,
    N_STATES = ASR_ADAPT_STATES,
};

#define LOG_2_PI 1.837877066409345

struct asr_adapt_model {
    int n_phones, n_densities;
    char (*names)[ASR_MODEL_NAME_SIZE];
    float *means;      /* phone, stream, density, cepstrum */
    float *precisions; /* the same */
    float *constants;  /* phone, stream, density */
    float *weights;    /* phone, state, stream, density: logarithms */
    uint32_t identity;
};

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
            double variance = fmax((double)*value, ASR_MODEL_VARIANCE_MIN);
            log_det += log(variance);
            *value = (float)(1 / variance);
        }
        model->constants[i] = (float)(-0.5 * (log_det + N * LOG_2_PI));
    }
    return 0;
}

/* The weights of the phones' own states. */
static int pick_weights(struct asr_adapt_model *model, const struct asr_model_files *files)
{
    size_t n_states = (size_t)model->n_phones * N_STATES, n_densities = (size_t)model->n_densities;
    model->weights = malloc(n_states * N_STREAMS * n_densities * sizeof(float));
    if (!model->weights)
        return -ENOMEM;
    const uint8_t *row = files->weights;
    for (size_t f = 0; f < N_STREAMS; f++) {
        for (size_t d = 0; d < n_densities; d++, row += files->n_senones) {
            for (size_t i = 0; i < n_states; i++)
                model->weights[(i * N_STREAMS + f) * n_densities + d] =
                    (float)(-ASR_MODEL_UNIT * row[files->senones[i]]);
        }
    }
    return 0;
}

/* Takes over what is kept as it was read. */
static int take_files(struct asr_adapt_model *model, struct asr_model_files *files)
{
    if (files->n_states != N_STATES)
        return -EINVAL;
    model->n_phones = files->n_phones;
    model->n_densities = files->n_densities;
    model->identity = files->identity;
    model->names = files->names;
    model->means = files->means;
    model->precisions = files->variances;
    files->names = NULL;
    files->means = files->variances = NULL;
    int r = invert_variances(model);
    return r == 0 ? pick_weights(model, files) : r;
}

int asr_adapt_model_open(const char *model_folder, struct asr_adapt_model **ret_model)
{
    struct asr_model_files files;
    struct asr_adapt_model *model = calloc(1, sizeof(*model));
    if (!model)
        return base_trace(-ENOMEM);
    int r = asr_model_files_read(model_folder, &files);
    if (r == 0) {
        r = take_files(model, &files);
        asr_model_files_free(&files);
    }
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

void asr_adapt_model_frames(const float (*cepstra)[N], int n_frames,
                            struct asr_adapt_frame *ret_frames)
{
    for (int t = 0; t < n_frames; t++)
        asr_cepstra_streams(cepstra, n_frames, t, ret_frames[t].x);
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
    float scores[ASR_MODEL_DENSITIES_MAX];
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
    float scores[ASR_MODEL_DENSITIES_MAX];
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
