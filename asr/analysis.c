/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "asr/analysis.h"

#include "asr/decoder.h"
#include "asr/denoiser.h"
#include "asr/library.h"
#include "asr/spectrum.h"
#include "base/error.h"

#include <sphinxbase/ckd_alloc.h>
#include <sphinxbase/fe.h>

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct asr_analysis {
    fe_t *fe;
    mfcc_t **cepstra;
    int n_frames;
    const struct asr_denoiser *denoiser; /* or NULL */
    uint8_t *states;                     /* what it holds each frame for; NULL: nothing */
    bool has_transform;
    struct asr_transform transform;
};

int asr_analysis_create(const char *model_folder, double tract, const struct asr_setting *settings,
                        const struct asr_denoiser *denoiser, struct asr_analysis **ret_analysis)
{
    cmd_ln_t *config = NULL;
    asr_library_take_log();
    int r = asr_library_check_file(model_folder, "feat.params");
    if (r == 0)
        r = asr_library_config(model_folder, tract, settings, &config);
    if (r < 0)
        return base_trace(r);
    cmd_ln_set_boolean_r(config, "-remove_silence", FALSE);
    struct asr_analysis *analysis = calloc(1, sizeof(*analysis));
    if (analysis)
        analysis->fe = fe_init_auto_r(config);
    cmd_ln_free_r(config);
    if (!analysis || !analysis->fe || fe_get_output_size(analysis->fe) != ASR_CEPSTRA) {
        r = !analysis ? -ENOMEM : -EINVAL;
        asr_analysis_destroy(analysis);
        return base_trace(r);
    }
    analysis->denoiser = denoiser;
    *ret_analysis = analysis;
    return 0;
}

void asr_analysis_destroy(struct asr_analysis *analysis)
{
    if (!analysis)
        return;
    if (analysis->cepstra)
        ckd_free_2d(analysis->cepstra);
    free(analysis->states);
    if (analysis->fe)
        fe_free(analysis->fe);
    free(analysis);
}

int asr_analysis_measure(struct asr_analysis *analysis, const int16_t *samples, size_t n_samples)
{
    if (analysis->cepstra)
        ckd_free_2d(analysis->cepstra);
    analysis->cepstra = NULL;
    analysis->n_frames = 0;
    free(analysis->states);
    analysis->states = NULL;
    int32 n_frames = 0;
    fe_start_stream(analysis->fe);
    if (fe_start_utt(analysis->fe) < 0 ||
        fe_process_utt(analysis->fe, samples, n_samples, &analysis->cepstra, &n_frames) < 0)
        return base_trace(-EIO);
    mfcc_t last[ASR_CEPSTRA];
    int32 n_last = 0;
    fe_end_utt(analysis->fe, last, &n_last); /* a part of a frame: not worth keeping */
    analysis->n_frames = n_frames;
    return 0;
}

static int denoise(struct asr_analysis *analysis, const struct asr_spectrum *spectrum)
{
    int n_rows, n_frames = analysis->n_frames;
    const float(*bands)[ASR_BANDS] = asr_spectrum_rows(spectrum, &n_rows);
    if (n_rows < n_frames)
        return -EINVAL;
    analysis->states =
        malloc((size_t)n_frames * (size_t)asr_denoiser_n_states(analysis->denoiser) + 1);
    if (!analysis->states)
        return -ENOMEM;
    return asr_denoiser_run(analysis->denoiser, bands, n_frames,
                            (float(*)[ASR_CEPSTRA])analysis->cepstra[0], analysis->states);
}

int asr_analysis_run(struct asr_analysis *analysis, const int16_t *samples, size_t n_samples,
                     const struct asr_spectrum *spectrum)
{
    int r = asr_analysis_measure(analysis, samples, n_samples);
    if (r < 0 || analysis->n_frames < 1)
        return r;
    if (analysis->denoiser)
        r = denoise(analysis, spectrum);
    asr_cepstra_limit_spread((float(*)[ASR_CEPSTRA])analysis->cepstra[0], analysis->n_frames);
    return r < 0 ? base_trace(r) : 0;
}

void asr_analysis_quicken(struct asr_analysis *analysis, double factor)
{
    size_t n_states = analysis->states ? (size_t)asr_denoiser_n_states(analysis->denoiser) : 0;
    int n_frames = (int)(analysis->n_frames / factor);
    for (int to = 0; to < n_frames; to++) {
        size_t from = (size_t)(to * factor);
        memmove(analysis->cepstra[to], analysis->cepstra[from], ASR_CEPSTRA * sizeof(mfcc_t));
        if (n_states > 0)
            memmove(analysis->states + (size_t)to * n_states, analysis->states + from * n_states,
                    n_states);
    }
    analysis->n_frames = n_frames;
}

const float (*asr_analysis_raw(const struct asr_analysis *analysis))[ASR_CEPSTRA]
{
    return (const float(*)[ASR_CEPSTRA])analysis->cepstra[0];
}

int asr_analysis_n_frames(const struct asr_analysis *analysis)
{
    return analysis->n_frames;
}

void asr_analysis_transform(struct asr_analysis *analysis, const struct asr_transform *transform)
{
    analysis->has_transform = transform != NULL;
    if (transform)
        analysis->transform = *transform;
}

void asr_analysis_cepstra(const struct asr_analysis *analysis, int from_frame, int n_frames,
                          bool is_transformed, float (*ret_cepstra)[ASR_CEPSTRA])
{
    memcpy(ret_cepstra, analysis->cepstra[from_frame],
           (size_t)n_frames * ASR_CEPSTRA * sizeof(mfcc_t));
    asr_cepstra_centre(ret_cepstra, n_frames);
    if (is_transformed && analysis->has_transform)
        asr_transform_apply(&analysis->transform, ret_cepstra, n_frames);
}

struct asr_analysed asr_analysis_from(const struct asr_analysis *analysis, int frame)
{
    struct asr_analysed analysed = {.cepstra = analysis->cepstra[frame]};
    if (analysis->has_transform)
        analysed.transform = &analysis->transform;
    if (analysis->states)
        analysed.states =
            analysis->states + (size_t)frame * (size_t)asr_denoiser_n_states(analysis->denoiser);
    return analysed;
}
