/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The files of a phonetically tied acoustic model with three streams, in the Sphinx 3 formats:
 * mdef (the phones and which states share a mixture), means, variances, sendump (the weights).
 *
 * Our only reader of them; PocketSphinx has one of its own but shows nothing of what it read. No
 * number of a file is used as a size or an index before it was checked: a file that is cut short or
 * damaged is refused as a whole.
 *
 * Order: read, take what is needed, free. Thread: any.
 */
#ifndef ASR_MODEL_FILES_H
#define ASR_MODEL_FILES_H

#include "asr/cepstra.h"

#include <stdint.h>

enum {
    ASR_MODEL_STREAMS = ASR_CEPSTRA_STREAMS,
    ASR_MODEL_PHONES_MAX = 200,
    ASR_MODEL_STATES_MAX = 8,
    ASR_MODEL_DENSITIES_MAX = 1024,
    ASR_MODEL_SENONES_MAX = 32767,
    ASR_MODEL_NAME_SIZE = 16, /* of a phone's name, with its end */
};

/* The unit of weights and scores, in natural logarithms: 1024 steps of the library's base, 1.0001.
 */
#define ASR_MODEL_UNIT 0.102394880

/* Variances below it are raised to it, as the library does. */
#define ASR_MODEL_VARIANCE_MIN 1e-4

/* A codebook belongs to a phone without neighbours and has the same number. */
struct asr_model_files {
    int n_phones, n_states; /* without neighbours; states of each */
    int n_phone_senones;    /* the first ones, those of the phones without neighbours */
    int n_senones;
    int n_densities;                    /* of a codebook, in each stream */
    char (*names)[ASR_MODEL_NAME_SIZE]; /* [phone] */
    uint16_t *senones;                  /* [phone][state] */
    uint8_t *books;                     /* [senone]: the codebook that it mixes */
    uint16_t *bases;          /* [senone]: that of its phone's same state, neighbours or not */
    float *means, *variances; /* [phone][stream][density][cepstrum], finite, not floored */
    uint32_t identity;        /* tells models apart: of the means' own bytes */
    const uint8_t *weights;   /* [stream][density][senone]: -ln / ASR_MODEL_UNIT */
    char *sendump;            /* what `weights` points into */
};

/* Returns: 0, -ENOENT, -EINVAL for files that are no such model, -ENOMEM. Owns: the caller
 * (asr_model_files_free), after 0 only. */
int asr_model_files_read(const char *model_folder, struct asr_model_files *ret_files);
void asr_model_files_free(struct asr_model_files *files);

#endif
