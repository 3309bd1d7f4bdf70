/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The front end: an utterance's samples become cepstra, a row each 10 ms, cleaned if there is a
 * denoiser. The door to that part of PocketSphinx.
 *
 * Order: create, then for each utterance run, and what reads it: asr/decoder.h decodes it,
 * asr/tract.h and asr/adapt_lesson.h learn from it. What is read stays until the next run. Each
 * length of the vocal tract that is tried has an analysis of its own. Thread: any, one owner.
 */
#ifndef ASR_ANALYSIS_H
#define ASR_ANALYSIS_H

#include "asr/cepstra.h"
#include "asr/transform.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct asr_analysis;
struct asr_denoiser;
struct asr_setting;
struct asr_spectrum;

/*
 * The front end for one length of the vocal tract. `tract` scales the frequencies of the filters: 1
 * is the model's mean speaker (men mostly), 1.2 to 1.3 fits women. It matters more than anything
 * else: women's voices had 46 % word errors at 1 and 14 % at 1.25. denoiser: cleans what is
 * analysed; it must outlive the analysis; NULL: nothing does. Returns: 0, -ENOENT, -EINVAL,
 * -ENOMEM. Owns: the caller.
 */
int asr_analysis_create(const char *model_folder, double tract, const struct asr_setting *settings,
                        const struct asr_denoiser *denoiser, struct asr_analysis **ret_analysis);
/* Accepts NULL. */
void asr_analysis_destroy(struct asr_analysis *analysis);
/* Takes an utterance's samples; what was there before is gone. spectrum: measured of the same
 * samples; NULL where there is no denoiser. Returns: 0, -EIO, -EINVAL, -ENOMEM. */
int asr_analysis_run(struct asr_analysis *analysis, const int16_t *samples, size_t n_samples,
                     const struct asr_spectrum *spectrum);
/* The front end alone, for those who learn from it: no clean-up. Returns: as above. */
int asr_analysis_measure(struct asr_analysis *analysis, const int16_t *samples, size_t n_samples);
/* Drops frames evenly, so that what is slow passes `factor` times as fast; at least 1. What it took
 * stays dropped until the next run. */
void asr_analysis_quicken(struct asr_analysis *analysis, double factor);
/* The frames as they are now. Returns: the analysis's own, until the next run; there must be some.
 */
const float (*asr_analysis_raw(const struct asr_analysis *analysis))[ASR_CEPSTRA];
int asr_analysis_n_frames(const struct asr_analysis *analysis);
/* What is decoded from now on is transformed (a copy is kept); NULL: as it is. */
void asr_analysis_transform(struct asr_analysis *analysis, const struct asr_transform *transform);
/* The frames as the model gets them: without their mean, and transformed if wanted. */
void asr_analysis_cepstra(const struct asr_analysis *analysis, int from_frame, int n_frames,
                          bool is_transformed, float (*ret_cepstra)[ASR_CEPSTRA]);

/* What a decoder scores, from a frame on. */
struct asr_analysed {
    const float *cepstra;                  /* rows of ASR_CEPSTRA */
    const struct asr_transform *transform; /* NULL: none */
    const uint8_t *states;                 /* rows of asr_denoiser_run; NULL: no denoiser */
};

/* frame: one of those that there are. Returns: until the next run. */
struct asr_analysed asr_analysis_from(const struct asr_analysis *analysis, int frame);

#endif
