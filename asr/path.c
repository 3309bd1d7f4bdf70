/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "asr/path.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

void asr_path_begin(struct asr_path *path)
{
    path->n_segments = 0;
    path->n_words_bytes = 0;
}

static int grow(struct asr_path *path, size_t n_segments, size_t n_words_bytes)
{
    if (n_segments > path->n_segments_max) {
        size_t n_max = n_segments * 2 + 32;
        struct asr_segment *segments = realloc(path->segments, n_max * sizeof(*segments));
        if (!segments)
            return -ENOMEM;
        path->segments = segments;
        path->n_segments_max = n_max;
    }
    if (n_words_bytes > path->n_words_bytes_max) {
        size_t n_max = n_words_bytes * 2 + 256;
        char *words = realloc(path->words, n_max);
        if (!words)
            return -ENOMEM;
        path->words = words;
        path->n_words_bytes_max = n_max;
    }
    return 0;
}

int asr_path_add(struct asr_path *path, const struct asr_segment *segment, const char *word)
{
    size_t n = strcspn(word, "(");
    if (n == 0)
        n = strlen(word);
    int r = grow(path, path->n_segments + 1, path->n_words_bytes + n + 1);
    if (r < 0)
        return r;
    memcpy(path->words + path->n_words_bytes, word, n);
    path->words[path->n_words_bytes + n] = '\0';
    path->n_words_bytes += n + 1;
    path->segments[path->n_segments++] = *segment;
    return 0;
}

/*
 * A path taken from a lattice has its segments' scores 2^10 times larger than the path's own score,
 * another path has not: the sum tells which.
 */
static void scale_scores(struct asr_segment *segments, size_t n, int score)
{
    enum { SHIFT = 10 };
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (double)segments[i].acoustic + segments[i].language;
    if (fabs(sum) < 64.0 * fabs((double)score))
        return;
    for (size_t i = 0; i < n; i++) {
        segments[i].acoustic /= 1 << SHIFT;
        segments[i].language /= 1 << SHIFT;
    }
}

void asr_path_end(struct asr_path *path, int score, int n_frames, struct asr_decoding *ret_decoding)
{
    const char *word = path->words; /* it may have moved while growing: point into it last */
    for (size_t i = 0; i < path->n_segments; i++) {
        path->segments[i].word = word;
        word += strlen(word) + 1;
    }
    scale_scores(path->segments, path->n_segments, score);
    *ret_decoding = (struct asr_decoding){.segments = path->segments,
                                          .n_segments = path->n_segments,
                                          .score = score,
                                          .n_frames = n_frames};
}

void asr_path_finish(struct asr_path *path)
{
    free(path->segments);
    free(path->words);
    *path = (struct asr_path){0};
}
