/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "asr/scores.h"

#include "asr/acoustics.h"
#include "asr/model_files.h"
#include "base/error.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* Of the two in the sum; chosen on the development corpus (docs/understanding-history.md). */
#define GAUSSIANS_SHARE 0.7f
#define NETWORK_SHARE   1.4f

struct asr_scores {
    struct asr_acoustics *acoustics;
    int16_t *rows; /* a row of senones for each frame */
    size_t n_rows_max;
    int n_frames;
    bool is_of_phones_alone;
};

int asr_scores_create(const char *model_folder, struct asr_scores **ret_scores)
{
    struct asr_scores *scores = calloc(1, sizeof(*scores));
    if (!scores)
        return base_trace(-ENOMEM);
    int r = asr_acoustics_open(model_folder, &scores->acoustics);
    if (r < 0) {
        asr_scores_destroy(scores);
        return base_trace(r);
    }
    *ret_scores = scores;
    return 0;
}

void asr_scores_destroy(struct asr_scores *scores)
{
    if (!scores)
        return;
    asr_acoustics_close(scores->acoustics);
    free(scores->rows);
    free(scores);
}

void asr_scores_sizes(const struct asr_scores *scores, int *ret_n_phones, int *ret_n_senones)
{
    *ret_n_phones = asr_acoustics_n_phones(scores->acoustics);
    *ret_n_senones = asr_acoustics_n_senones(scores->acoustics);
}

int asr_scores_n_states(const struct asr_scores *scores)
{
    return asr_acoustics_n_phone_senones(scores->acoustics);
}

static int grow(struct asr_scores *scores, size_t n_frames)
{
    size_t n_senones = (size_t)asr_acoustics_n_senones(scores->acoustics);
    if (n_frames <= scores->n_rows_max)
        return 0;
    free(scores->rows);
    scores->n_rows_max = 0;
    scores->rows = malloc(n_frames * n_senones * sizeof(*scores->rows));
    if (!scores->rows)
        return -ENOMEM;
    scores->n_rows_max = n_frames;
    return 0;
}

/*
 * Adds what the network holds a frame for to the Gaussians' scores of it: each state counts for all
 * senones of its phone, whatever their neighbours. Both are logarithms of likelihoods, up to a
 * number for each frame, and know different things: weighed and added up
 * (docs/understanding-history.md).
 */
static void add_states(struct asr_scores *scores, const uint8_t *states, int n_frames,
                       int n_senones)
{
    const uint16_t *bases = asr_acoustics_bases(scores->acoustics);
    int n_row = asr_acoustics_n_senones(scores->acoustics);
    int n_states = asr_acoustics_n_phone_senones(scores->acoustics);
    int cost[ASR_MODEL_SENONES_MAX];
    for (int f = 0; f < n_frames; f++, states += n_states) {
        int16_t *row = scores->rows + (size_t)f * (size_t)n_row;
        int best = INT_MAX;
        for (int s = 0; s < n_states; s++)
            cost[s] = (int)(states[s] * NETWORK_SHARE);
        for (int s = n_senones - 1; s >= 0; s--) { /* the states themselves come last */
            cost[s] = cost[bases[s]] + (int)(row[s] * GAUSSIANS_SHARE);
            best = cost[s] < best ? cost[s] : best;
        }
        for (int s = 0; s < n_senones; s++)
            row[s] = (int16_t)(cost[s] - best);
    }
}

int asr_scores_make(struct asr_scores *scores, const float *cepstra, int n_frames,
                    const struct asr_transform *transform, const uint8_t *states, bool phones_alone)
{
    size_t n = (size_t)n_frames;
    scores->n_frames = 0;
    int r = grow(scores, n);
    float(*centred)[ASR_CEPSTRA] = r == 0 ? malloc(n * sizeof(*centred) + 1) : NULL;
    if (!centred)
        return base_trace(-ENOMEM);
    memcpy(centred[0], cepstra, n * sizeof(*centred));
    asr_cepstra_centre(centred, n_frames);
    if (transform)
        asr_transform_apply(transform, centred, n_frames);
    asr_acoustics_score(scores->acoustics, (const float(*)[ASR_CEPSTRA])centred, n_frames,
                        phones_alone, scores->rows);
    free(centred);
    if (states)
        add_states(scores, states, n_frames,
                   phones_alone ? asr_acoustics_n_phone_senones(scores->acoustics)
                                : asr_acoustics_n_senones(scores->acoustics));
    scores->n_frames = n_frames;
    scores->is_of_phones_alone = phones_alone;
    return 0;
}

int asr_scores_make_of_network(struct asr_scores *scores, const uint8_t *states, int n_frames)
{
    int n_states = asr_acoustics_n_phone_senones(scores->acoustics);
    size_t n_row = (size_t)asr_acoustics_n_senones(scores->acoustics);
    scores->n_frames = 0;
    int r = grow(scores, (size_t)n_frames);
    if (r < 0)
        return base_trace(r);
    for (int f = 0; f < n_frames; f++, states += n_states) {
        int16_t *row = scores->rows + (size_t)f * n_row;
        memset(row, 0, n_row * sizeof(*row));
        for (int s = 0; s < n_states; s++)
            row[s] = (int16_t)(states[s] * NETWORK_SHARE);
    }
    scores->n_frames = n_frames;
    scores->is_of_phones_alone = true;
    return 0;
}

void asr_scores_forget(struct asr_scores *scores)
{
    free(scores->rows);
    scores->rows = NULL;
    scores->n_rows_max = 0;
    scores->n_frames = 0;
}

bool asr_scores_serve(const struct asr_scores *scores, bool phones_alone)
{
    return scores->n_frames > 0 && (phones_alone || !scores->is_of_phones_alone);
}

const int16_t *asr_scores_rows(const struct asr_scores *scores, int *ret_n_frames)
{
    *ret_n_frames = scores->n_frames;
    return scores->n_frames > 0 ? scores->rows : NULL;
}

/* ---- the file ---- */

struct scorefile {
    const int16_t *scores;
    int n_frames;
    int16_t n_senones; /* stands before each frame */
    char header[128];  /* lies before the frames; the order of bytes ends it */
    size_t n_header, at_header;
    int next;        /* the first frame that was never read */
    int frame;       /* that is being read, or was last */
    size_t at_frame; /* bytes of it that were read */
    bool has_sought;
    size_t n_buffer; /* a power of two: the C library seeks to multiples of it */
    char buffer[];   /* holds a frame, so that one reading is one frame */
};

static size_t frame_size(const struct scorefile *file)
{
    return ((size_t)file->n_senones + 1) * sizeof(int16_t);
}

/* Returns: whether there is a frame to read from now. */
static bool choose_frame(struct scorefile *file)
{
    if (!file->has_sought && file->at_frame < frame_size(file))
        return true;
    if (!file->has_sought)
        file->frame = file->next;
    file->has_sought = false;
    file->at_frame = 0;
    if (file->frame < 0 || file->frame >= file->n_frames) {
        file->at_frame = frame_size(file);
        return false;
    }
    if (file->frame == file->next)
        file->next++;
    return true;
}

static size_t read_frame(struct scorefile *file, char *to, size_t n)
{
    const char *from = (const char *)(file->scores + (size_t)file->frame * (size_t)file->n_senones);
    size_t left = frame_size(file) - file->at_frame;
    if (file->at_frame < sizeof(file->n_senones)) {
        from = (const char *)&file->n_senones + file->at_frame;
        left = sizeof(file->n_senones) - file->at_frame;
    } else {
        from += file->at_frame - sizeof(file->n_senones);
    }
    n = n < left ? n : left;
    memcpy(to, from, n);
    file->at_frame += n;
    return n;
}

static ssize_t on_read(void *cookie, char *to, size_t n)
{
    struct scorefile *file = cookie;
    size_t left = file->n_header - file->at_header;
    if (left > 0) {
        n = n < left ? n : left;
        memcpy(to, file->header + file->at_header, n);
        file->at_header += n;
        return (ssize_t)n;
    }
    return choose_frame(file) ? (ssize_t)read_frame(file, to, n) : 0;
}

/* A frame's place is its number times the buffer's size; only what was told before comes back. */
static int on_seek(void *cookie, off64_t *position, int whence)
{
    struct scorefile *file = cookie;
    if (whence == SEEK_SET) {
        file->frame = (int)(*position / (off64_t)file->n_buffer);
        file->has_sought = true;
    } else {
        *position = (off64_t)file->frame * (off64_t)file->n_buffer;
    }
    return 0;
}

static int on_close(void *cookie)
{
    free(cookie);
    return 0;
}

FILE *asr_scores_open(const struct asr_scores *scores)
{
    static const cookie_io_functions_t functions = {
        .read = on_read, .seek = on_seek, .close = on_close};
    static const uint32_t order = 0x11223344;
    int n_senones = asr_acoustics_n_senones(scores->acoustics);
    size_t n_buffer = 1024;
    while (n_buffer < ((size_t)n_senones + 1) * sizeof(int16_t))
        n_buffer *= 2;
    struct scorefile *file = calloc(1, sizeof(*file) + n_buffer);
    if (!file)
        return NULL;
    file->n_buffer = n_buffer;
    file->scores = scores->rows;
    file->n_frames = scores->n_frames;
    file->n_senones = (int16_t)n_senones;
    int n = snprintf(file->header, sizeof(file->header), "s3\nn_sen %d\nendhdr\n", n_senones);
    memcpy(file->header + n, &order, sizeof(order));
    file->n_header = (size_t)n + sizeof(order);
    file->at_frame = frame_size(file);
    file->frame = -1;
    FILE *stream = fopencookie(file, "r", functions);
    if (!stream) {
        free(file);
        return NULL;
    }
    setvbuf(stream, file->buffer, _IOFBF, n_buffer);
    return stream;
}
