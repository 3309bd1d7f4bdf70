/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Gaussians lie transposed, so that the 128 of a codebook are worked on side by side by the
 * processor's vectors; plain loops of fixed length, which the compiler turns into them. Mixture
 * weights are kept as the upper halves of floats: two bytes each, 0.4 % exact, no table to look up.
 */
#include "asr/acoustics.h"

#include "asr/model_files.h"
#include "base/error.h"
#include "base/log.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    N_STREAMS = ASR_MODEL_STREAMS,
    N_DIMENSIONS = ASR_CEPSTRA,
    N_DENSITIES = 128,
    N_TOP = 4, /* Gaussians of a stream that count */
    N_BOOKS_MAX = ASR_MODEL_PHONES_MAX,
    LANES = 8, /* runs of senones are padded to so many */
};

/* How far a Gaussian may lie below the best of its stream. */
#define FLOOR_NATS (96 * ASR_MODEL_UNIT)

/* Four numbers side by side: what every processor has. */
typedef float four __attribute__((vector_size(16)));
typedef int32_t four_ints __attribute__((vector_size(16)));

enum { N_FOURS = N_DENSITIES / 4 };

struct book {
    four mean[N_STREAMS][N_DIMENSIONS][N_FOURS];
    four precision[N_STREAMS][N_DIMENSIONS][N_FOURS]; /* 1 / 2 variance */
    four norm[N_STREAMS][N_FOURS];
};

/* Senones of one codebook: `n` of them, a multiple of LANES, from `at` on in our own order. */
struct run {
    int book, at, n;
};

struct asr_acoustics {
    int n_books, n_senones, n_phone_senones;
    struct book *books;
    uint16_t *weights; /* [stream][density][place] */
    int n_places;      /* senones in our order, padded */
    int *place_of;     /* [senone] */
    uint16_t *bases;   /* [senone] */
    struct run *runs;
    int n_runs, n_phone_runs; /* those of the phones come first */
};

/* What a frame's best Gaussians say: of each codebook and stream. */
struct top {
    float score[N_TOP]; /* falling; then weight */
    uint8_t density[N_TOP];
};

/* ---- opening ---- */

/* Lays out one vector of a Gaussian across its codebook's. */
static void spread(four to[N_DIMENSIONS][N_FOURS], int k, const float *vector)
{
    for (int d = 0; d < N_DIMENSIONS; d++)
        to[d][k / 4][k % 4] = vector[d];
}

static void take_gaussian(struct book *book, int s, int k, const float *mean, const float *variance)
{
    float precision[N_DIMENSIONS];
    double norm = 0;
    for (int d = 0; d < N_DIMENSIONS; d++) {
        double floored = fmax((double)variance[d], ASR_MODEL_VARIANCE_MIN);
        norm -= 0.5 * log(2 * M_PI * floored);
        precision[d] = (float)(0.5 / floored);
    }
    spread(book->mean[s], k, mean);
    spread(book->precision[s], k, precision);
    book->norm[s][k / 4][k % 4] = (float)norm;
}

static int make_books(struct asr_acoustics *a, const struct asr_model_files *files)
{
    if (files->n_densities != N_DENSITIES)
        return -EINVAL;
    a->books = aligned_alloc(64, ((size_t)a->n_books * sizeof(*a->books) + 63) / 64 * 64);
    if (!a->books)
        return -ENOMEM;
    size_t at = 0;
    for (int i = 0; i < a->n_books * N_STREAMS * N_DENSITIES; i++, at += N_DIMENSIONS)
        take_gaussian(&a->books[i / (N_STREAMS * N_DENSITIES)], i / N_DENSITIES % N_STREAMS,
                      i % N_DENSITIES, files->means + at, files->variances + at);
    return 0;
}

/* Puts the senones from..to of a codebook side by side. */
static void place(struct asr_acoustics *a, const uint8_t *books, int book, int from, int to)
{
    int at = a->n_places;
    for (int i = from; i < to; i++) {
        if (books[i] == book)
            a->place_of[i] = a->n_places++;
    }
    if (a->n_places == at)
        return;
    a->n_places = at + (a->n_places - at + LANES - 1) / LANES * LANES;
    a->runs[a->n_runs++] = (struct run){book, at, a->n_places - at};
}

static int make_runs(struct asr_acoustics *a, const struct asr_model_files *files)
{
    a->place_of = calloc((size_t)a->n_senones, sizeof(*a->place_of));
    a->runs = calloc((size_t)a->n_books * 2, sizeof(*a->runs));
    if (!a->place_of || !a->runs)
        return -ENOMEM;
    for (int b = 0; b < a->n_books; b++)
        place(a, files->books, b, 0, a->n_phone_senones);
    a->n_phone_runs = a->n_runs;
    for (int b = 0; b < a->n_books; b++)
        place(a, files->books, b, a->n_phone_senones, a->n_senones);
    return 0;
}

static uint16_t upper_half(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof(bits));
    return (uint16_t)((bits + 0x8000) >> 16);
}

static int make_weights(struct asr_acoustics *a, const struct asr_model_files *files)
{
    size_t n_bytes = (size_t)N_STREAMS * N_DENSITIES * (size_t)a->n_places * sizeof(*a->weights);
    a->weights = aligned_alloc(64, (n_bytes + 63) / 64 * 64);
    if (!a->weights)
        return -ENOMEM;
    memset(a->weights, 0, n_bytes);
    uint16_t halves[UINT8_MAX + 1];
    for (int i = 0; i <= UINT8_MAX; i++)
        halves[i] = upper_half((float)exp(-ASR_MODEL_UNIT * i));
    const uint8_t *from = files->weights;
    for (int i = 0; i < N_STREAMS * N_DENSITIES; i++) {
        uint16_t *to = a->weights + (size_t)i * (size_t)a->n_places;
        for (int senone = 0; senone < a->n_senones; senone++)
            to[a->place_of[senone]] = halves[*from++];
    }
    return 0;
}

int asr_acoustics_open(const char *model_folder, struct asr_acoustics **ret_acoustics)
{
    struct asr_model_files files;
    int r = asr_model_files_read(model_folder, &files);
    if (r < 0)
        return base_trace(r);
    struct asr_acoustics *a = calloc(1, sizeof(*a));
    r = a ? 0 : -ENOMEM;
    if (r == 0) {
        a->n_books = files.n_phones;
        a->n_senones = files.n_senones;
        a->n_phone_senones = files.n_phone_senones;
        r = make_books(a, &files);
        a->bases = files.bases;
        files.bases = NULL;
    }
    if (r == 0)
        r = make_runs(a, &files);
    if (r == 0)
        r = make_weights(a, &files);
    asr_model_files_free(&files);
    if (r < 0) {
        if (r == -EINVAL)
            log_error("asr-model-bad", "not %d Gaussians a codebook: %s", N_DENSITIES,
                      model_folder);
        asr_acoustics_close(a);
        return base_trace(r);
    }
    *ret_acoustics = a;
    return 0;
}

void asr_acoustics_close(struct asr_acoustics *a)
{
    if (!a)
        return;
    free(a->books);
    free(a->weights);
    free(a->place_of);
    free(a->bases);
    free(a->runs);
    free(a);
}

int asr_acoustics_n_phones(const struct asr_acoustics *a)
{
    return a->n_books;
}

int asr_acoustics_n_senones(const struct asr_acoustics *a)
{
    return a->n_senones;
}

int asr_acoustics_n_phone_senones(const struct asr_acoustics *a)
{
    return a->n_phone_senones;
}

const uint16_t *asr_acoustics_bases(const struct asr_acoustics *a)
{
    return a->bases;
}

/* ---- scoring ---- */

enum { N_TOGETHER = 8 };

/* All Gaussians of one codebook and stream: log densities. */
static void densities(const struct book *book, int s, const float *x, four *restrict ret)
{
    for (int at = 0; at < N_FOURS; at += N_TOGETHER) {
        four sum[N_TOGETHER];
        for (int i = 0; i < N_TOGETHER; i++)
            sum[i] = book->norm[s][at + i];
        for (int d = 0; d < N_DIMENSIONS; d++) {
            const four *mean = book->mean[s][d] + at, *precision = book->precision[s][d] + at;
            const four xd = {x[d], x[d], x[d], x[d]};
            for (int i = 0; i < N_TOGETHER; i++) {
                four away = xd - mean[i];
                sum[i] -= away * away * precision[i];
            }
        }
        for (int i = 0; i < N_TOGETHER; i++)
            ret[at + i] = sum[i];
    }
}

static float density_of(const struct book *book, int s, const float *x, int k)
{
    float sum = book->norm[s][k / 4][k % 4];
    for (int d = 0; d < N_DIMENSIONS; d++) {
        float away = x[d] - book->mean[s][d][k / 4][k % 4];
        sum -= away * away * book->precision[s][d][k / 4][k % 4];
    }
    return sum;
}

static void insert_top(struct top *top, float score, int density)
{
    int i = N_TOP - 1;
    for (; i > 0 && score > top->score[i - 1]; i--) {
        top->score[i] = top->score[i - 1];
        top->density[i] = top->density[i - 1];
    }
    top->score[i] = score;
    top->density[i] = (uint8_t)density;
}

/* Anew for this frame the densities that were best in the last one. */
static void follow_top(const struct book *book, int s, const float *x, struct top *top)
{
    struct top last = *top;
    for (int i = 0; i < N_TOP; i++)
        top->score[i] = -INFINITY;
    for (int i = 0; i < N_TOP; i++)
        insert_top(top, density_of(book, s, x, last.density[i]), last.density[i]);
}

/* The best of the last frame, four different ones, are a bound that nearly all others stay below.
 */
static void find_top(const four *density, struct top *top)
{
    float bound = INFINITY;
    for (int i = 0; i < N_TOP; i++)
        bound = fminf(bound, density[top->density[i] / 4][top->density[i] % 4]);
    for (int i = 0; i < N_TOP; i++)
        top->score[i] = -INFINITY;
    for (int at = 0; at < N_FOURS; at++) {
        union {
            four_ints lanes;
            uint64_t halves[2];
        } is_over = {.lanes = density[at] >= bound};
        if (!(is_over.halves[0] | is_over.halves[1]))
            continue;
        for (int i = 0; i < 4; i++) {
            if (density[at][i] > top->score[N_TOP - 1])
                insert_top(top, density[at][i], at * 4 + i);
        }
    }
}

/* From log densities to shares of the stream's best, none smaller than the floor. */
static void normalise(struct top *tops, int n_books)
{
    float best = -INFINITY;
    for (int b = 0; b < n_books; b++)
        best = fmaxf(best, tops[b].score[0]);
    for (int b = 0; b < n_books; b++) {
        for (int i = 0; i < N_TOP; i++)
            tops[b].score[i] = expf(fmaxf(tops[b].score[i] - best, (float)-FLOOR_NATS));
    }
}

static float widen(uint16_t half)
{
    uint32_t bits = (uint32_t)half << 16;
    float value;
    memcpy(&value, &bits, sizeof(value));
    return value;
}

/* The mixtures of a run of senones in one stream, multiplied into `likelihood`. */
static void mix(const struct asr_acoustics *a, int s, const struct run *run, const struct top *top,
                float *restrict likelihood)
{
    const uint16_t *weights = a->weights + (size_t)s * N_DENSITIES * (size_t)a->n_places + run->at;
    const uint16_t *restrict w0 = weights + (size_t)top->density[0] * (size_t)a->n_places;
    const uint16_t *restrict w1 = weights + (size_t)top->density[1] * (size_t)a->n_places;
    const uint16_t *restrict w2 = weights + (size_t)top->density[2] * (size_t)a->n_places;
    const uint16_t *restrict w3 = weights + (size_t)top->density[3] * (size_t)a->n_places;
    const float p0 = top->score[0], p1 = top->score[1], p2 = top->score[2], p3 = top->score[3];
    for (int i = 0; i < run->n; i++)
        likelihood[i] *=
            widen(w0[i]) * p0 + widen(w1[i]) * p1 + widen(w2[i]) * p2 + widen(w3[i]) * p3;
}

/* Natural logarithm to 0.0001; x > 0. */
static float fast_log(float x)
{
    uint32_t bits, mantissa;
    float m;
    memcpy(&bits, &x, sizeof(bits));
    mantissa = (bits & 0x7fffff) | 0x3f800000;
    memcpy(&m, &mantissa, sizeof(m));
    float log_m =
        -1.7417939f + (2.8212026f + (-1.4699568f + (0.44717955f - 0.056570851f * m) * m) * m) * m;
    return (float)((int32_t)(bits >> 23) - 127) * (float)M_LN2 + log_m;
}

static void find_tops(const struct asr_acoustics *a, float x[N_STREAMS][N_DIMENSIONS], bool follows,
                      struct top tops[N_STREAMS][N_BOOKS_MAX])
{
    for (int s = 0; s < N_STREAMS; s++) {
        for (int b = 0; b < a->n_books; b++) {
            four density[N_FOURS];
            if (follows) {
                follow_top(&a->books[b], s, x[s], &tops[s][b]);
                continue;
            }
            densities(&a->books[b], s, x[s], density);
            find_top(density, &tops[s][b]);
        }
        normalise(tops[s], a->n_books);
    }
}

static void score_frame(const struct asr_acoustics *a, bool only_phones,
                        struct top tops[N_STREAMS][N_BOOKS_MAX], float *likelihood,
                        int16_t *ret_scores)
{
    int n_runs = only_phones ? a->n_phone_runs : a->n_runs;
    int n_senones = only_phones ? a->n_phone_senones : a->n_senones;
    int n_places = n_runs ? a->runs[n_runs - 1].at + a->runs[n_runs - 1].n : 0;
    for (int i = 0; i < n_places; i++)
        likelihood[i] = 1;
    for (int s = 0; s < N_STREAMS; s++) {
        for (int i = 0; i < n_runs; i++)
            mix(a, s, &a->runs[i], &tops[s][a->runs[i].book], likelihood + a->runs[i].at);
    }
    for (int i = 0; i < n_places; i++)
        likelihood[i] = fast_log(likelihood[i] + 1e-37f) * (float)(-1 / ASR_MODEL_UNIT);
    float best = INFINITY;
    for (int i = 0; i < n_senones; i++)
        best = fminf(best, likelihood[a->place_of[i]]);
    memset(ret_scores, 0, (size_t)a->n_senones * sizeof(*ret_scores));
    for (int i = 0; i < n_senones; i++)
        ret_scores[i] = (int16_t)(likelihood[a->place_of[i]] - best + 0.5f);
}

void asr_acoustics_score(const struct asr_acoustics *a, const float (*cepstra)[ASR_CEPSTRA],
                         int n_frames, bool only_phones, int16_t *ret_scores)
{
    float likelihood[ASR_MODEL_SENONES_MAX + N_BOOKS_MAX * 2 * LANES];
    struct top tops[N_STREAMS][N_BOOKS_MAX];
    for (int i = 0; i < N_STREAMS * N_BOOKS_MAX; i++)
        tops[i / N_BOOKS_MAX][i % N_BOOKS_MAX] = (struct top){.density = {0, 1, 2, 3}};
    for (int f = 0; f < n_frames; f++) {
        float x[N_STREAMS][N_DIMENSIONS];
        asr_cepstra_streams(cepstra, n_frames, f, x);
        find_tops(a, x, only_phones && f % 2, tops);
        score_frame(a, only_phones, tops, likelihood,
                    ret_scores + (size_t)f * (size_t)a->n_senones);
    }
}
