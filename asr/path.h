/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A path of words, copied out of the library piece by piece, so that nothing of the library's lives
 * longer than a call. Its memory is kept from one path to the next.
 *
 * Order: begin, add each segment, end; finish at last. A zeroed one is empty. Thread: any, one
 * owner.
 */
#ifndef ASR_PATH_H
#define ASR_PATH_H

#include "asr/decoder.h"

struct asr_path {
    struct asr_segment *segments;
    size_t n_segments, n_segments_max;
    char *words; /* the segments' words, one after the other */
    size_t n_words_bytes, n_words_bytes_max;
};

void asr_path_begin(struct asr_path *path);

/* Copies the segment, and the word without its "(2)". Returns: 0, -ENOMEM. */
int asr_path_add(struct asr_path *path, const struct asr_segment *segment, const char *word);

/* ret_decoding points into the path until the next begin. */
void asr_path_end(struct asr_path *path, int score, int n_frames,
                  struct asr_decoding *ret_decoding);

void asr_path_finish(struct asr_path *path);

#endif
