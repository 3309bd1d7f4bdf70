/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Finds the length of a speaker's vocal tract.
 *
 * The model knows men best; the filters of the front end are scaled so that another voice looks
 * like theirs. Each utterance is analysed at four scales and the loop of phones says which fits: no
 * words are needed. Trying all beats climbing from the last speaker's, since the fit has local tops
 * and the next voice may be another.
 *
 * Order: create, then for each utterance hear, and fit or analyse. Thread: any, one owner.
 */
#ifndef ASR_TRACT_H
#define ASR_TRACT_H

#include "asr/adapt_voice.h"
#include "asr/analysis.h"
#include "asr/decoder.h"

struct asr_tract;

/*
 * Adds the loop to a decoder as its search "phones" and uses it; the decoder must outlive the
 * tract. `settings` and `denoiser` are those of the analyses. Returns: 0, -ENOENT, -EINVAL,
 * -ENOMEM. Owns: the caller.
 */
int asr_tract_create(const char *model_folder, struct asr_decoder *decoder,
                     const struct asr_setting *settings, const struct asr_denoiser *denoiser,
                     struct asr_tract **ret_tract);
/* Accepts NULL. */
void asr_tract_destroy(struct asr_tract *tract);

/* Takes an utterance, which must stay as it is while it is analysed. Returns: 0 or -ENOMEM. */
int asr_tract_hear(struct asr_tract *tract, const int16_t *samples, size_t n_samples);

/* Analyses it at the scale that fits. ret_analysis is valid until the next utterance. Returns: 0,
 * -EINVAL when it is shorter than a frame, -EIO, -ENOMEM. */
int asr_tract_fit(struct asr_tract *tract, const struct asr_analysis **ret_analysis);

/* What fit chose, passing `factor` times as fast (asr_analysis_quicken). ret_analysis: as above. */
void asr_tract_quicken(struct asr_tract *tract, double factor,
                       const struct asr_analysis **ret_analysis);

/*
 * A voice that was learned: from now on, an utterance that its transform makes fit better than any
 * scale does, by half of what it gains on the person's own lessons, is that person's; a visitor's
 * gains less. `known` is copied; NULL, or without a transform: nobody is known. The model must
 * outlive the tract. Returns: 0, or -EINVAL for a scale that is none.
 */
int asr_tract_know(struct asr_tract *tract, const struct asr_adapt_model *model,
                   const struct asr_adapt_known_voice *known);

/* It at the scales one by one, for who judges their fit otherwise; counted from 0. Returns: 0,
 * -EIO, -ENOMEM. */
int asr_tract_count(const struct asr_tract *tract);
int asr_tract_analyse(struct asr_tract *tract, int which, const struct asr_analysis **ret_analysis);

/* The scale that was chosen last. */
double asr_tract_scale(const struct asr_tract *tract);

#endif
