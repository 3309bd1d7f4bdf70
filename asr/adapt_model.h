/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The Gaussians of an acoustic model, as far as learning a voice needs them: the codebook of each
 * phone and the weights of the phone's own three states, without those of its neighbours.
 *
 * Read-only after open. Thread: any.
 */
#ifndef ASR_ADAPT_MODEL_H
#define ASR_ADAPT_MODEL_H

#include "asr/model_files.h"
#include "asr/transform.h"

#include <stdint.h>

enum {
    ASR_ADAPT_STREAMS = ASR_MODEL_STREAMS,
    ASR_ADAPT_STATES = 3, /* of a phone */
};

struct asr_adapt_model;

/* Returns: 0, -ENOENT, -EINVAL for files that are no such model, -ENOMEM. Owns: the caller. */
int asr_adapt_model_open(const char *model_folder, struct asr_adapt_model **ret_model);
/* Accepts NULL. */
void asr_adapt_model_close(struct asr_adapt_model *model);

/* Tells models apart: of the means' own bytes. */
uint32_t asr_adapt_model_identity(const struct asr_adapt_model *model);

int asr_adapt_model_n_phones(const struct asr_adapt_model *model);
/* Returns: its number, or -ENOENT. */
int asr_adapt_model_phone(const struct asr_adapt_model *model, const char *name);

/* One frame: cepstra, deltas, deltas of deltas. */
struct asr_adapt_frame {
    float x[ASR_ADAPT_STREAMS][ASR_CEPSTRA];
};

/* The streams of an utterance's frames, as the library makes them. */
void asr_adapt_model_frames(const float (*cepstra)[ASR_CEPSTRA], int n_frames,
                            struct asr_adapt_frame *ret_frames);

/* Natural logarithm of a state's density. */
double asr_adapt_model_score(const struct asr_adapt_model *model, int phone, int state,
                             const struct asr_adapt_frame *frame);

/*
 * What a frame expects of a state in each stream: the precisions of its Gaussians, and their means
 * times precision, weighted by how likely each made the frame.
 */
struct asr_adapt_expected {
    double precision[ASR_ADAPT_STREAMS][ASR_CEPSTRA];
    double pull[ASR_ADAPT_STREAMS][ASR_CEPSTRA];
};
void asr_adapt_model_expect(const struct asr_adapt_model *model, int phone, int state,
                            const struct asr_adapt_frame *frame,
                            struct asr_adapt_expected *ret_expected);

/*
 * Calls for every Gaussian of one stream of a state: for priors. The weights of a state sum to one.
 */
typedef void asr_adapt_each(void *user, int stream, double weight, const float *mean,
                            const float *precision);
void asr_adapt_model_each(const struct asr_adapt_model *model, int phone, int state,
                          asr_adapt_each *each, void *user);

#endif
