/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "asr/tract.h"

#include "asr/adapt_lesson.h"
#include "base/error.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

static const double scales[] = {0.98, 1.09, 1.19, 1.28};

enum {
    N_SCALES = sizeof(scales) / sizeof(scales[0]),
    N_PROBE_FRAMES = 250, /* of an utterance are enough to choose */
};

struct asr_tract {
    struct asr_decoder *decoder;
    struct asr_analysis *analyses[N_SCALES];
    size_t chosen;
    const struct asr_adapt_model *model; /* NULL: nobody is known */
    struct asr_transform transform;
    size_t known_scale;
};

int asr_tract_create(const char *model_folder, struct asr_decoder *decoder,
                     const struct asr_setting *settings, const struct asr_denoiser *denoiser,
                     struct asr_tract **ret_tract)
{
    struct asr_tract *tract = calloc(1, sizeof(*tract));
    if (!tract)
        return base_trace(-ENOMEM);
    tract->decoder = decoder;
    int r = asr_decoder_add_phones(decoder, "phones", NULL);
    for (size_t i = 0; r == 0 && i < N_SCALES; i++)
        r = asr_analysis_create(model_folder, scales[i], settings, denoiser, &tract->analyses[i]);
    if (r < 0) {
        asr_tract_destroy(tract);
        return base_trace(r);
    }
    *ret_tract = tract;
    return 0;
}

void asr_tract_destroy(struct asr_tract *tract)
{
    if (!tract)
        return;
    for (size_t i = 0; i < N_SCALES; i++)
        asr_analysis_destroy(tract->analyses[i]);
    free(tract);
}

/* How well the phones fit the first seconds at one scale. */
static int probe(struct asr_tract *tract, size_t i, const int16_t *samples, size_t n_samples,
                 double *ret_fit)
{
    struct asr_decoding phones = {0};
    int r = asr_analysis_run(tract->analyses[i], samples, n_samples);
    int n_frames = r < 0 ? 0 : asr_analysis_n_frames(tract->analyses[i]);
    if (r == 0 && n_frames < 1)
        return -EINVAL;
    n_frames = n_frames < N_PROBE_FRAMES ? n_frames : N_PROBE_FRAMES;
    if (r == 0)
        r = asr_decoder_decode(tract->decoder, "phones", tract->analyses[i], 0, n_frames, &phones);
    *ret_fit = r < 0 ? 0 : (double)phones.score / n_frames;
    return r;
}

int asr_tract_know(struct asr_tract *tract, const struct asr_adapt_model *model,
                   const struct asr_transform *transform, double scale)
{
    tract->model = NULL;
    for (size_t i = 0; transform && i < N_SCALES; i++) {
        if (fabs(scales[i] - scale) > 1e-3)
            continue;
        tract->model = model;
        tract->transform = *transform;
        tract->known_scale = i;
    }
    return transform && !tract->model ? base_trace(-EINVAL) : 0;
}

/* How well the phones fit the first seconds, seen through a transform or not. */
static int fit_known(struct asr_tract *tract, const struct asr_transform *transform,
                     double *ret_fit)
{
    struct asr_analysis *analysis = tract->analyses[tract->known_scale];
    struct asr_decoding phones = {0};
    int n_frames = asr_analysis_n_frames(analysis);
    n_frames = n_frames < N_PROBE_FRAMES ? n_frames : N_PROBE_FRAMES;
    asr_analysis_transform(analysis, transform);
    int r = asr_decoder_decode(tract->decoder, "phones", analysis, 0, n_frames, &phones);
    if (r == 0)
        r = asr_adapt_fit(tract->model, analysis, &phones, n_frames, transform, ret_fit);
    return r;
}

/* Whether the known person speaks; then their analysis is the one that is transformed. Returns: 1,
 * 0, -errno. */
static int look_for_known(struct asr_tract *tract, const int16_t *samples, size_t n_samples)
{
    double as_it_is, transformed;
    for (size_t i = 0; i < N_SCALES; i++)
        asr_analysis_transform(tract->analyses[i], NULL);
    if (!tract->model)
        return 0;
    struct asr_analysis *analysis = tract->analyses[tract->known_scale];
    int r = asr_analysis_run(analysis, samples, n_samples);
    if (r < 0 || asr_analysis_n_frames(analysis) < 1)
        return r < 0 ? r : -EINVAL;
    r = fit_known(tract, NULL, &as_it_is);
    if (r == 0)
        r = fit_known(tract, &tract->transform, &transformed);
    if (r == 0 && transformed > as_it_is)
        return 1;
    asr_analysis_transform(analysis, NULL);
    return r == -EINVAL ? 0 : r;
}

int asr_tract_fit(struct asr_tract *tract, const int16_t *samples, size_t n_samples,
                  const struct asr_analysis **ret_analysis)
{
    double best_fit = 0;
    int known = look_for_known(tract, samples, n_samples);
    if (known < 0)
        return base_trace(known);
    if (known) {
        tract->chosen = tract->known_scale;
        *ret_analysis = tract->analyses[tract->chosen];
        return 0;
    }
    for (size_t i = 0; i < N_SCALES; i++) {
        double fit;
        int r = probe(tract, i, samples, n_samples, &fit);
        if (r < 0)
            return base_trace(r);
        if (i == 0 || fit > best_fit) {
            best_fit = fit;
            tract->chosen = i;
        }
    }
    *ret_analysis = tract->analyses[tract->chosen];
    return 0;
}

int asr_tract_count(const struct asr_tract *tract)
{
    (void)tract;
    return N_SCALES;
}

int asr_tract_analyse(struct asr_tract *tract, int which, const int16_t *samples, size_t n_samples,
                      const struct asr_analysis **ret_analysis)
{
    asr_analysis_transform(tract->analyses[which], NULL);
    *ret_analysis = tract->analyses[which];
    return asr_analysis_run(tract->analyses[which], samples, n_samples);
}

double asr_tract_scale(const struct asr_tract *tract)
{
    return scales[tract->chosen];
}
