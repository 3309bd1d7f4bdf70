/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is done to an utterance's samples before they are analysed: the part beyond 15 s is dropped,
 * what is not the voice is pressed down and hidden under a hiss (asr/prepare.c), inner pauses are
 * shortened, silence is cut or added to one length at both edges, the level is brought to one
 * height. Older people pause inside a sentence; left as they are, the pauses cost about 15 points
 * of right answers. Thread: any.
 */
#ifndef ASR_PREPARE_H
#define ASR_PREPARE_H

#include <stddef.h>
#include <stdint.h>

struct asr_prepare_options {
    int pause_ms; /* pauses longer than this ... */
    int keep_ms;  /* ... are shortened to this; 0: pauses stay */
    int edge_ms;  /* silence before the first and after the last sound, kept or added */
    double peak;  /* of full scale, that the loud parts are brought to; 0: level stays */
};

/* The measured best. */
extern const struct asr_prepare_options asr_prepare_default;

/* One stretch that was kept, to tell times in the original from times in the prepared sound. */
struct asr_prepare_piece {
    size_t from, to, n; /* first sample in the original, in the prepared; count */
};

struct asr_prepared {
    int16_t *samples;
    size_t n_samples;
    struct asr_prepare_piece *pieces;
    size_t n_pieces;
};

/* Returns: 0 or -ENOMEM. Owns: the caller (asr_prepare_finish). */
int asr_prepare(const int16_t *samples, size_t n_samples, const struct asr_prepare_options *options,
                struct asr_prepared *ret_prepared);
void asr_prepare_finish(struct asr_prepared *prepared);

/* What brings the loud part, not a single click, to `peak` of full scale; at most 30. */
double asr_prepare_gain(const int16_t *samples, size_t n_samples, double peak);

/* Where a sample of the prepared sound was in the original. */
size_t asr_prepare_origin(const struct asr_prepared *prepared, size_t sample);

#endif
