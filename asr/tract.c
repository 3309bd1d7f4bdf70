/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "asr/tract.h"

#include "asr/adapt.h"
#include "asr/spectrum.h"
#include "base/error.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

static const double scales[] = {0.98, 1.09, 1.19, 1.28};

enum {
    N_SCALES = sizeof(scales) / sizeof(scales[0]),
    N_PROBE_FRAMES = 250, /* of an utterance are enough to choose */
};

/* Of the gain on the person's own lessons. A voice of espeak-ng gained 5.7 to 10.0 by its own
 * transform (lessons: 6.7), two others -0.9 to 3.2, which it would harm; a third that is much like
 * it 5.7 to 8.4, which it helps. */
#define KNOWN_SHARE 0.5

struct asr_tract {
    struct asr_decoder *decoder;
    struct asr_analysis *analyses[N_SCALES];
    struct asr_spectrum *spectrum; /* NULL: no denoiser needs it */
    const int16_t *samples;        /* that were handed in last */
    size_t n_samples;
    size_t chosen;
    const struct asr_adapt_model *model; /* NULL: nobody is known */
    struct asr_transform transform;
    size_t known_scale;
    double known_from; /* how much better the transformed must fit */
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
    if (r == 0 && denoiser)
        r = asr_spectrum_create(&tract->spectrum);
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
    asr_spectrum_destroy(tract->spectrum);
    free(tract);
}

/* How well the phones fit the first seconds at one scale. */
static int probe(struct asr_tract *tract, size_t i, double *ret_fit)
{
    struct asr_decoding phones = {0};
    int r = asr_analysis_run(tract->analyses[i], tract->samples, tract->n_samples, tract->spectrum);
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
                   const struct asr_adapt_known_voice *known)
{
    tract->model = NULL;
    if (!known || !known->transform)
        return 0;
    for (size_t i = 0; i < N_SCALES; i++) {
        if (fabs(scales[i] - known->tract) > 1e-3)
            continue;
        tract->model = model;
        tract->transform = *known->transform;
        tract->known_scale = i;
        tract->known_from = KNOWN_SHARE * known->gain;
    }
    return tract->model ? 0 : base_trace(-EINVAL);
}

/* How well the phones fit the first seconds at a scale, seen through a transform or not. */
static int fit_seen(struct asr_tract *tract, size_t scale, const struct asr_transform *transform,
                    double *ret_fit)
{
    struct asr_analysis *analysis = tract->analyses[scale];
    struct asr_decoding phones = {0};
    int n_frames = asr_analysis_n_frames(analysis);
    n_frames = n_frames < N_PROBE_FRAMES ? n_frames : N_PROBE_FRAMES;
    asr_analysis_transform(analysis, transform);
    int r = asr_decoder_decode(tract->decoder, "phones", analysis, 0, n_frames, &phones);
    if (r == 0)
        r = asr_adapt_fit(tract->model, analysis, &phones, n_frames, transform, ret_fit);
    return r;
}

/* Whether the known person speaks. Their transform makes anybody fit better at their own scale: it
 * is compared with the scale that fits best. Returns: 1, 0, -errno. */
static int is_known(struct asr_tract *tract)
{
    double as_it_is, transformed;
    if (!tract->model)
        return 0;
    int r = fit_seen(tract, tract->chosen, NULL, &as_it_is);
    if (r == 0)
        r = fit_seen(tract, tract->known_scale, &tract->transform, &transformed);
    if (r == 0 && transformed > as_it_is + tract->known_from)
        return 1;
    asr_analysis_transform(tract->analyses[tract->known_scale], NULL);
    return r == -EINVAL ? 0 : r;
}

int asr_tract_hear(struct asr_tract *tract, const int16_t *samples, size_t n_samples)
{
    tract->samples = samples;
    tract->n_samples = n_samples;
    return tract->spectrum ? asr_spectrum_measure(tract->spectrum, samples, n_samples) : 0;
}

int asr_tract_fit(struct asr_tract *tract, const struct asr_analysis **ret_analysis)
{
    double best_fit = 0;
    for (size_t i = 0; i < N_SCALES; i++) {
        double fit;
        asr_analysis_transform(tract->analyses[i], NULL);
        int r = probe(tract, i, &fit);
        if (r < 0)
            return base_trace(r);
        if (i == 0 || fit > best_fit) {
            best_fit = fit;
            tract->chosen = i;
        }
    }
    int known = is_known(tract);
    if (known < 0)
        return base_trace(known);
    if (known)
        tract->chosen = tract->known_scale;
    *ret_analysis = tract->analyses[tract->chosen];
    return 0;
}

void asr_tract_quicken(struct asr_tract *tract, double factor,
                       const struct asr_analysis **ret_analysis)
{
    asr_analysis_quicken(tract->analyses[tract->chosen], factor);
    *ret_analysis = tract->analyses[tract->chosen];
}

int asr_tract_count(const struct asr_tract *tract)
{
    (void)tract;
    return N_SCALES;
}

int asr_tract_analyse(struct asr_tract *tract, int which, const struct asr_analysis **ret_analysis)
{
    asr_analysis_transform(tract->analyses[which], NULL);
    int r =
        asr_analysis_run(tract->analyses[which], tract->samples, tract->n_samples, tract->spectrum);
    if (r < 0)
        return base_trace(r);
    *ret_analysis = tract->analyses[which];
    return 0;
}

double asr_tract_scale(const struct asr_tract *tract)
{
    return scales[tract->chosen];
}
