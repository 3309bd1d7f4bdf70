/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Learning a voice: from speech whose words are known to the transform of cepstra that makes the
 * model fit it better (feature-space maximum likelihood regression, with a prior of doing nothing).
 *
 * An utterance gives statistics (sums of squares of cepstra, weighted by what the model expected of
 * each frame): no words and no sound can be made of them again. Statistics add up; a transform is
 * solved from a sum; how well any transform fits any statistics can be told from the statistics
 * alone, which is how one is tried on utterances it was not made from.
 *
 * The model is adapted through its input because the library's own way, a matrix for the means,
 * costs a reload of the model and a reader that trusts its file. Thread: any, one owner.
 */
#ifndef ASR_ADAPT_H
#define ASR_ADAPT_H

#include "asr/adapt_model.h"
#include "asr/analysis.h"
#include "asr/decoder.h"

/* What a transform may change, from little data to much. */
enum asr_adapt_form {
    ASR_ADAPT_SHIFT,    /* b */
    ASR_ADAPT_DIAGONAL, /* b and the diagonal of a */
    ASR_ADAPT_FULL,
    ASR_ADAPT_N_FORMS,
};

enum {
    ASR_ADAPT_N = ASR_CEPSTRA + 1, /* cepstra and a one */
    ASR_ADAPT_FRAMES_MAX = 300,    /* of a word; longer ones were heard into noise */
};

/* Sums over frames; doubles only, so that they may be written as they are. */
struct asr_adapt_stats {
    double n_frames;
    double g[ASR_CEPSTRA][ASR_ADAPT_N][ASR_ADAPT_N]; /* symmetric */
    double k[ASR_CEPSTRA][ASR_ADAPT_N];
};

/* A frame's phone and state; phone -1: not learned from. */
struct asr_adapt_label {
    int16_t phone, state;
};

/*
 * Finds the states of a phone sequence over a stretch of frames: the best path from the first state
 * of the first phone to the last of the last. ret_score is its log density; ret_labels has
 * n_frames. Returns: 0, -EINVAL when there are fewer frames than states, -ENOMEM.
 */
int asr_adapt_align(const struct asr_adapt_model *model, const struct asr_adapt_frame *frames,
                    int n_frames, const int *phones, int n_phones,
                    struct asr_adapt_label *ret_labels, double *ret_score);

/*
 * Adds an utterance to statistics. `frames` are as analysed, `seen` as the decoder saw them (the
 * same ones without a transform): these say which Gaussians made a frame.
 */
void asr_adapt_add(const struct asr_adapt_model *model, const struct asr_adapt_frame *frames,
                   const struct asr_adapt_frame *seen, const struct asr_adapt_label *labels,
                   int n_frames, struct asr_adapt_stats *stats);

void asr_adapt_sum(struct asr_adapt_stats *stats, const struct asr_adapt_stats *more, double sign);

/* What frames as the model expects them would give, per frame: the prior. */
void asr_adapt_prior(const struct asr_adapt_model *model, struct asr_adapt_stats *ret_prior);

/*
 * The transform that fits best, with prior_frames frames of the prior added. Returns: 0, -EDOM when
 * there is none (too little, or broken statistics), -ENOMEM.
 */
int asr_adapt_solve(const struct asr_adapt_stats *stats, const struct asr_adapt_stats *prior,
                    double prior_frames, enum asr_adapt_form form,
                    struct asr_transform *ret_transform);

/* How much better a transform fits than none: log density per frame. */
double asr_adapt_gain(const struct asr_adapt_stats *stats, const struct asr_transform *transform);

/*
 * How well a path of phones fits the first n_frames of an analysed utterance, seen through its
 * transform or not: log density per frame of the cepstra as they came, so that both can be
 * compared. Returns: 0, -EINVAL when no phone fits, -ENOMEM.
 */
int asr_adapt_fit(const struct asr_adapt_model *model, const struct asr_analysis *analysis,
                  const struct asr_decoding *phones, int n_frames,
                  const struct asr_transform *transform, double *ret_fit);

#endif
