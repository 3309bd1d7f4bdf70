/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Gaussians lie transposed, so that the 128 of a codebook are worked on side by side by the
 * processor's vectors; plain loops of fixed length, which the compiler turns into them. Mixture
 * weights are kept as the upper halves of floats: two bytes each, 0.4 % exact, no table to look up.
 *
 * The files are those of the Sphinx 3 formats; every number in them is checked before it is used as
 * a size.
 */
#include "asr/acoustics.h"

#include "base/error.h"
#include "base/file.h"
#include "base/log.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    N_STREAMS = 3, /* cepstra, deltas, deltas of deltas */
    N_DIMENSIONS = ASR_ACOUSTICS_CEPSTRA,
    N_DENSITIES = 128,
    N_TOP = 4, /* Gaussians of a stream that count */
    N_BOOKS_MAX = 256,
    N_SENONES_MAX = 32767,
    N_FILE_MAX = 64 << 20,
    LANES = 8, /* runs of senones are padded to so many */
};

/* The unit of scores, in natural logarithms: 1024 steps of the library's base, 1.0001. */
#define UNIT 0.102394880
/* How far a Gaussian may lie below the best of its stream, and the smallest variance. */
#define FLOOR_NATS     (96 * UNIT)
#define VARIANCE_FLOOR 1e-4f

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
    struct run *runs;
    int n_runs, n_phone_runs; /* those of the phones come first */
};

/* What a frame's best Gaussians say: of each codebook and stream. */
struct top {
    float score[N_TOP]; /* falling; then weight */
    uint8_t density[N_TOP];
};

/* ---- reading ---- */

/* A file in memory, read from front to back. */
struct input {
    char *data;
    size_t n, at;
    bool is_short;
};

static void take(struct input *input, void *ret, size_t n)
{
    if (input->is_short || n > input->n - input->at) {
        input->is_short = true;
        memset(ret, 0, n);
        return;
    }
    memcpy(ret, input->data + input->at, n);
    input->at += n;
}

static int32_t take_int(struct input *input)
{
    int32_t value;
    take(input, &value, sizeof(value));
    return value;
}

static void skip(struct input *input, size_t n)
{
    if (n > input->n - input->at)
        input->is_short = true;
    else
        input->at += n;
}

static int open_input(const char *folder, const char *name, struct input *ret_input)
{
    char path[1024];
    int r = base_file_join(folder, name, path, sizeof(path));
    *ret_input = (struct input){0};
    if (r == 0)
        r = base_file_read(path, N_FILE_MAX, &ret_input->data, &ret_input->n);
    if (r < 0)
        log_error("asr-model-missing", "model file not readable: %s/%s", folder, name);
    return r;
}

/* Behind the lines of text and the mark of byte order. */
static void skip_header(struct input *input)
{
    static const char end[] = "endhdr\n";
    const char *found = input->n ? memmem(input->data, input->n, end, strlen(end)) : NULL;
    if (!found)
        input->is_short = true;
    else
        input->at = (size_t)(found - input->data) + strlen(end);
    if (take_int(input) != 0x11223344)
        input->is_short = true;
}

/* Means or variances. Returns: 0 or -EINVAL; the floats follow in `input`. */
static int take_gaussian_header(struct input *input, int n_books)
{
    skip_header(input);
    bool is_fit = take_int(input) == n_books && take_int(input) == N_STREAMS &&
                  take_int(input) == N_DENSITIES;
    for (int s = 0; s < N_STREAMS; s++)
        is_fit &= take_int(input) == N_DIMENSIONS;
    is_fit &= take_int(input) == n_books * N_STREAMS * N_DENSITIES * N_DIMENSIONS;
    return is_fit && !input->is_short ? 0 : -EINVAL;
}

static void take_means(struct asr_acoustics *a, struct input *input)
{
    float vector[N_DIMENSIONS];
    for (int b = 0; b < a->n_books; b++) {
        for (int s = 0; s < N_STREAMS; s++) {
            for (int k = 0; k < N_DENSITIES; k++) {
                take(input, vector, sizeof(vector));
                for (int d = 0; d < N_DIMENSIONS; d++)
                    a->books[b].mean[s][d][k / 4][k % 4] = vector[d];
            }
        }
    }
}

static void take_variances(struct asr_acoustics *a, struct input *input)
{
    float vector[N_DIMENSIONS];
    for (int b = 0; b < a->n_books; b++) {
        for (int s = 0; s < N_STREAMS; s++) {
            for (int k = 0; k < N_DENSITIES; k++) {
                double norm = 0;
                take(input, vector, sizeof(vector));
                for (int d = 0; d < N_DIMENSIONS; d++) {
                    double variance = fmax((double)vector[d], (double)VARIANCE_FLOOR);
                    norm -= 0.5 * log(2 * M_PI * variance);
                    a->books[b].precision[s][d][k / 4][k % 4] = (float)(0.5 / variance);
                }
                a->books[b].norm[s][k / 4][k % 4] = (float)norm;
            }
        }
    }
}

static int read_gaussians(struct asr_acoustics *a, const char *folder)
{
    struct input means, variances = {0};
    int r = open_input(folder, "means", &means);
    if (r == 0)
        r = open_input(folder, "variances", &variances);
    if (r == 0)
        r = take_gaussian_header(&means, a->n_books);
    if (r == 0)
        r = take_gaussian_header(&variances, a->n_books);
    if (r == 0) {
        a->books = aligned_alloc(64, ((size_t)a->n_books * sizeof(*a->books) + 63) / 64 * 64);
        r = a->books ? 0 : -ENOMEM;
    }
    if (r == 0) {
        take_means(a, &means);
        take_variances(a, &variances);
        r = means.is_short || variances.is_short ? -EINVAL : 0;
    }
    free(means.data);
    free(variances.data);
    return r;
}

/* The parts of mdef that tell which phone a senone is of. */
struct definition {
    int n_phones, n_states, n_sequences;
    const char *phones; /* 12 bytes each: sequence, transitions, 4 of context */
    const char *sequences;
};

static int take_definition(struct asr_acoustics *a, struct input *input, struct definition *ret)
{
    int32_t n[10];
    if (input->n < 4 || memcmp(input->data, "BMDF", 4) != 0)
        return -EINVAL;
    skip(input, 8);
    int32_t n_text = take_int(input);
    skip(input, n_text < 0 ? SIZE_MAX : (size_t)n_text);
    take(input, n, sizeof(n));
    for (int i = 0; i < 9; i++) {
        if (n[i] < 0 || n[i] > 1 << 24)
            return -EINVAL;
    }
    *ret = (struct definition){.n_phones = n[1], .n_states = n[2], .n_sequences = n[6]};
    a->n_books = n[0];
    a->n_phone_senones = n[3];
    a->n_senones = n[4];
    size_t names = input->at;
    for (int i = 0; i < a->n_books && !input->is_short; i++)
        skip(input, strnlen(input->data + input->at, input->n - input->at) + 1);
    if (!input->is_short)
        input->at = names + (input->at - names + 3) / 4 * 4;
    skip(input, (size_t)n[8] * 8);
    ret->phones = input->data + input->at;
    skip(input, (size_t)ret->n_phones * 12);
    bool is_fit = take_int(input) == ret->n_sequences * ret->n_states;
    ret->sequences = input->data + input->at;
    skip(input, (size_t)ret->n_sequences * (size_t)ret->n_states * sizeof(uint16_t));
    return is_fit && !input->is_short && a->n_books > 0 && a->n_books <= N_BOOKS_MAX &&
                   ret->n_phones >= a->n_books && a->n_senones <= N_SENONES_MAX &&
                   a->n_phone_senones <= a->n_senones
               ? 0
               : -EINVAL;
}

/* Returns: 0 or -EINVAL. ret_books: [senone], the codebook of its phone. */
static int find_books(const struct asr_acoustics *a, const struct definition *definition,
                      int *ret_books)
{
    for (int i = 0; i < a->n_senones; i++)
        ret_books[i] = -1;
    for (int p = 0; p < definition->n_phones; p++) {
        const char *phone = definition->phones + (size_t)p * 12;
        int32_t sequence;
        int book = p < a->n_books ? p : (uint8_t)phone[9];
        memcpy(&sequence, phone, sizeof(sequence));
        if (sequence < 0 || sequence >= definition->n_sequences || book >= a->n_books)
            return -EINVAL;
        for (int j = 0; j < definition->n_states; j++) {
            size_t at = (size_t)sequence * (size_t)definition->n_states + (size_t)j;
            uint16_t senone;
            memcpy(&senone, definition->sequences + at * sizeof(senone), sizeof(senone));
            if (senone >= a->n_senones)
                return -EINVAL;
            if (ret_books[senone] < 0)
                ret_books[senone] = book;
        }
    }
    for (int i = 0; i < a->n_senones; i++)
        ret_books[i] = ret_books[i] < 0 ? 0 : ret_books[i];
    return 0;
}

/* Puts the senones from..to of a codebook side by side. */
static void place(struct asr_acoustics *a, const int *books, int book, int from, int to)
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

static int make_runs(struct asr_acoustics *a, const struct definition *definition)
{
    int *books = malloc((size_t)a->n_senones * sizeof(*books) + 1);
    a->place_of = calloc((size_t)a->n_senones + 1, sizeof(*a->place_of));
    a->runs = calloc((size_t)a->n_books * 2, sizeof(*a->runs));
    int r = books && a->place_of && a->runs ? find_books(a, definition, books) : -ENOMEM;
    for (int b = 0; r == 0 && b < a->n_books; b++)
        place(a, books, b, 0, a->n_phone_senones);
    a->n_phone_runs = a->n_runs;
    for (int b = 0; r == 0 && b < a->n_books; b++)
        place(a, books, b, a->n_phone_senones, a->n_senones);
    free(books);
    return r;
}

static int read_definition(struct asr_acoustics *a, const char *folder)
{
    struct input input;
    struct definition definition;
    int r = open_input(folder, "mdef", &input);
    if (r == 0)
        r = take_definition(a, &input, &definition);
    if (r == 0)
        r = make_runs(a, &definition);
    free(input.data);
    return r;
}

static uint16_t upper_half(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof(bits));
    return (uint16_t)((bits + 0x8000) >> 16);
}

static int take_weights(struct asr_acoustics *a, struct input *input)
{
    for (int n; (n = take_int(input)) != 0 && !input->is_short;) {
        const char *line = input->data + input->at;
        skip(input, n < 0 ? SIZE_MAX : (size_t)n);
        if (!input->is_short && n > 14 && strncmp(line, "cluster_count ", 14) == 0 &&
            line[14] != '0')
            return -EINVAL; /* packed into half bytes: not ours */
    }
    int32_t n_rows = take_int(input), n_columns = take_int(input);
    size_t n_all = (size_t)N_STREAMS * N_DENSITIES * (size_t)a->n_senones;
    if (input->is_short || n_rows != N_DENSITIES || n_columns != a->n_senones ||
        n_all > input->n - input->at)
        return -EINVAL;
    a->weights = aligned_alloc(
        64, ((size_t)N_STREAMS * N_DENSITIES * (size_t)a->n_places * 2 + 63) / 64 * 64);
    if (!a->weights)
        return -ENOMEM;
    memset(a->weights, 0, (size_t)N_STREAMS * N_DENSITIES * (size_t)a->n_places * 2);
    const uint8_t *from = (const uint8_t *)input->data + input->at;
    for (int i = 0; i < N_STREAMS * N_DENSITIES; i++) {
        for (int senone = 0; senone < a->n_senones; senone++)
            a->weights[(size_t)i * (size_t)a->n_places + (size_t)a->place_of[senone]] =
                upper_half((float)exp(-UNIT * *from++));
    }
    return 0;
}

static int read_weights(struct asr_acoustics *a, const char *folder)
{
    struct input input;
    int r = open_input(folder, "sendump", &input);
    if (r == 0)
        r = take_weights(a, &input);
    free(input.data);
    return r;
}

int asr_acoustics_open(const char *model_folder, struct asr_acoustics **ret_acoustics)
{
    struct asr_acoustics *a = calloc(1, sizeof(*a));
    if (!a)
        return base_trace(-ENOMEM);
    int r = read_definition(a, model_folder);
    if (r == 0)
        r = read_gaussians(a, model_folder);
    if (r == 0)
        r = read_weights(a, model_folder);
    if (r < 0) {
        if (r == -EINVAL)
            log_error("asr-model-bad", "no phonetically tied model: %s", model_folder);
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
    free(a->runs);
    free(a);
}

int asr_acoustics_n_senones(const struct asr_acoustics *a)
{
    return a->n_senones;
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
        likelihood[i] = fast_log(likelihood[i] + 1e-37f) * (float)(-1 / UNIT);
    float best = INFINITY;
    for (int i = 0; i < n_senones; i++)
        best = fminf(best, likelihood[a->place_of[i]]);
    memset(ret_scores, 0, (size_t)a->n_senones * sizeof(*ret_scores));
    for (int i = 0; i < n_senones; i++)
        ret_scores[i] = (int16_t)(likelihood[a->place_of[i]] - best + 0.5f);
}

/* The streams of one frame, as the library makes them. */
static void make_streams(const float *cepstra, int n_frames, int frame,
                         float ret[N_STREAMS][N_DIMENSIONS])
{
    const float *c[7]; /* from three before to three after */
    for (int i = 0; i < 7; i++) {
        int f = frame + i - 3;
        c[i] = cepstra + N_DIMENSIONS * (f < 0 ? 0 : f >= n_frames ? n_frames - 1 : f);
    }
    for (int d = 0; d < N_DIMENSIONS; d++) {
        ret[0][d] = c[3][d];
        ret[1][d] = c[5][d] - c[1][d];
        ret[2][d] = (c[6][d] - c[2][d]) - (c[4][d] - c[0][d]);
    }
}

void asr_acoustics_score(const struct asr_acoustics *a, const float *cepstra, int n_frames,
                         bool only_phones, int16_t *ret_scores)
{
    float likelihood[N_SENONES_MAX + 1 + N_BOOKS_MAX * 2 * LANES];
    struct top tops[N_STREAMS][N_BOOKS_MAX];
    for (int i = 0; i < N_STREAMS * N_BOOKS_MAX; i++)
        tops[i / N_BOOKS_MAX][i % N_BOOKS_MAX] = (struct top){.density = {0, 1, 2, 3}};
    for (int f = 0; f < n_frames; f++) {
        float x[N_STREAMS][N_DIMENSIONS];
        make_streams(cepstra, n_frames, f, x);
        find_tops(a, x, only_phones && f % 2, tops);
        score_frame(a, only_phones, tops, likelihood,
                    ret_scores + (size_t)f * (size_t)a->n_senones);
    }
}
