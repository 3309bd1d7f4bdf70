/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "asr/adapt.h"

#include "base/error.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    N = ASR_CEPSTRA,
    NB = ASR_ADAPT_N,
    N_STATES = ASR_ADAPT_STATES,
    N_STREAMS = ASR_ADAPT_STREAMS,
    N_ROUNDS = 12, /* over the rows of a full transform */
};

/* ---- alignment ---- */

/* Each distinct phone state is scored once for a frame. */
struct lattice {
    int n_frames, n_states;
    double *scores; /* of the states in the present frame */
    double *best;
    uint8_t *came; /* frame, state: 1 from the state before */
};

static void lattice_finish(struct lattice *lattice)
{
    free(lattice->scores);
    free(lattice->best);
    free(lattice->came);
}

static int lattice_init(struct lattice *lattice, int n_frames, int n_states)
{
    size_t n = (size_t)n_states;
    *lattice = (struct lattice){.n_frames = n_frames, .n_states = n_states};
    lattice->scores = malloc(n * sizeof(double));
    lattice->best = malloc(n * sizeof(double));
    lattice->came = calloc(n * (size_t)n_frames, 1);
    if (lattice->scores && lattice->best && lattice->came)
        return 0;
    lattice_finish(lattice);
    return -ENOMEM;
}

static void advance(struct lattice *lattice, int t)
{
    uint8_t *came = lattice->came + (size_t)t * (size_t)lattice->n_states;
    for (int s = lattice->n_states - 1; s >= 0; s--) {
        double stay = t == 0 ? (s == 0 ? 0 : (double)-INFINITY) : lattice->best[s];
        double step = t == 0 || s == 0 ? (double)-INFINITY : lattice->best[s - 1];
        came[s] = step > stay;
        lattice->best[s] = fmax(stay, step) + lattice->scores[s];
    }
}

int asr_adapt_align(const struct asr_adapt_model *model, const struct asr_adapt_frame *frames,
                    int n_frames, const int *phones, int n_phones,
                    struct asr_adapt_label *ret_labels, double *ret_score)
{
    struct lattice lattice;
    int n_states = n_phones * N_STATES;
    if (n_states < 1 || n_frames < n_states)
        return -EINVAL;
    if (lattice_init(&lattice, n_frames, n_states) < 0)
        return base_trace(-ENOMEM);
    for (int t = 0; t < n_frames; t++) {
        for (int s = 0; s < n_states; s++)
            lattice.scores[s] =
                asr_adapt_model_score(model, phones[s / N_STATES], s % N_STATES, &frames[t]);
        advance(&lattice, t);
    }
    *ret_score = lattice.best[n_states - 1];
    for (int t = n_frames - 1, s = n_states - 1; t >= 0; t--) {
        ret_labels[t].phone = (int16_t)phones[s / N_STATES];
        ret_labels[t].state = (int16_t)(s % N_STATES);
        s -= lattice.came[(size_t)t * (size_t)n_states + (size_t)s];
    }
    lattice_finish(&lattice);
    return 0;
}

/* ---- statistics ---- */

/* Adds precision * z z' and pull * z for each row, z being the frame and its one. */
static void add_stream(struct asr_adapt_stats *stats, const double *precision, const double *pull,
                       const double z[NB])
{
    for (int i = 0; i < N; i++) {
        for (int j = 0; j < NB; j++) {
            double pz = precision[i] * z[j];
            stats->k[i][j] += pull[i] * z[j];
            for (int l = 0; l <= j; l++)
                stats->g[i][j][l] += pz * z[l];
        }
    }
}

static void make_symmetric(struct asr_adapt_stats *stats)
{
    for (int i = 0; i < N; i++) {
        for (int j = 0; j < NB; j++) {
            for (int l = 0; l < j; l++)
                stats->g[i][l][j] = stats->g[i][j][l];
        }
    }
}

void asr_adapt_add(const struct asr_adapt_model *model, const struct asr_adapt_frame *frames,
                   const struct asr_adapt_frame *seen, const struct asr_adapt_label *labels,
                   int n_frames, struct asr_adapt_stats *stats)
{
    for (int t = 0; t < n_frames; t++) {
        struct asr_adapt_expected expected;
        if (labels[t].phone < 0)
            continue;
        asr_adapt_model_expect(model, labels[t].phone, labels[t].state, &seen[t], &expected);
        for (int f = 0; f < N_STREAMS; f++) {
            double z[NB] = {0};
            for (int c = 0; c < N; c++)
                z[c] = (double)frames[t].x[f][c];
            z[N] = f == 0; /* a shift leaves the deltas as they are */
            add_stream(stats, expected.precision[f], expected.pull[f], z);
        }
        stats->n_frames++;
    }
    make_symmetric(stats);
}

void asr_adapt_sum(struct asr_adapt_stats *stats, const struct asr_adapt_stats *more, double sign)
{
    stats->n_frames += sign * more->n_frames;
    for (int i = 0; i < N; i++) {
        for (int j = 0; j < NB; j++) {
            stats->k[i][j] += sign * more->k[i][j];
            for (int l = 0; l < NB; l++)
                stats->g[i][j][l] += sign * more->g[i][j][l];
        }
    }
}

/* ---- the prior ---- */

struct prior_sum {
    struct asr_adapt_stats *stats;
    double weight;
};

/* E[x x'] of a Gaussian is mean mean' + variance. */
static void add_expected(void *user, int stream, double weight, const float *mean,
                         const float *precision)
{
    struct prior_sum *sum = user;
    double p[N], pull[N] = {0}, z[NB] = {0}, share = sum->weight * weight;
    for (int c = 0; c < N; c++) {
        z[c] = (double)mean[c];
        p[c] = share * (double)precision[c];
    }
    z[N] = stream == 0;
    add_stream(sum->stats, p, pull, z);
    for (int i = 0; i < N; i++) {
        for (int c = 0; c < N; c++)
            sum->stats->g[i][c][c] += p[i] / (double)precision[c];
    }
}

void asr_adapt_prior(const struct asr_adapt_model *model, struct asr_adapt_stats *ret_prior)
{
    int n_phones = asr_adapt_model_n_phones(model);
    struct prior_sum sum = {ret_prior, 1.0 / (n_phones * N_STATES)};
    memset(ret_prior, 0, sizeof(*ret_prior));
    for (int p = 0; p < n_phones; p++) {
        for (int s = 0; s < N_STATES; s++)
            asr_adapt_model_each(model, p, s, add_expected, &sum);
    }
    make_symmetric(ret_prior);
    ret_prior->n_frames = 1;
    /* The pull that makes doing nothing its best: the derivative at the identity is none. */
    for (int i = 0; i < N; i++) {
        for (int j = 0; j < NB; j++)
            ret_prior->k[i][j] = ret_prior->g[i][i][j] - (i == j ? N_STREAMS : 0);
    }
}

/* ---- solving ---- */

/* Solves g x = y of size n in place by Cholesky. Returns: 0, -EDOM. */
static int factor(double g[NB][NB], int n)
{
    for (int j = 0; j < n; j++) {
        for (int i = j; i < n; i++) {
            double sum = g[i][j];
            for (int l = 0; l < j; l++)
                sum -= g[i][l] * g[j][l];
            if (i == j && !(sum > 1e-12))
                return -EDOM;
            g[i][j] = i == j ? sqrt(sum) : sum / g[j][j];
        }
    }
    return 0;
}

static void solve_factored(double g[NB][NB], int n, const double *y, double *ret_x)
{
    for (int i = 0; i < n; i++) {
        double sum = y[i];
        for (int l = 0; l < i; l++)
            sum -= g[i][l] * ret_x[l];
        ret_x[i] = sum / g[i][i];
    }
    for (int i = n - 1; i >= 0; i--) {
        double sum = ret_x[i];
        for (int l = i + 1; l < n; l++)
            sum -= g[l][i] * ret_x[l];
        ret_x[i] = sum / g[i][i];
    }
}

/*
 * The best row w for: beta log|w p| + w k - w g w / 2. It is (alpha p + k) g^-1, alpha a root of
 * alpha^2 p g^-1 p + alpha p g^-1 k - beta = 0. Returns: 0, -EDOM.
 */
static int solve_row(double g[NB][NB], const double *k, const double *p, int n, double beta,
                     double *ret_row)
{
    double x[NB], y[NB], a = 0, b = 0;
    int r = factor(g, n);
    if (r < 0)
        return r;
    solve_factored(g, n, p, x);
    solve_factored(g, n, k, y);
    for (int i = 0; i < n; i++) {
        a += p[i] * x[i];
        b += p[i] * y[i];
    }
    if (!(a > 0))
        return -EDOM;
    /* Of the two roots that which leaves w p positive: the voice is not turned round. */
    double alpha = (-b + sqrt(b * b + 4 * a * beta)) / (2 * a);
    for (int i = 0; i < n; i++)
        ret_row[i] = alpha * x[i] + y[i];
    return 0;
}

static int solve_shift(const struct asr_adapt_stats *s, struct asr_transform *transform)
{
    for (int i = 0; i < N; i++) {
        if (!(s->g[i][N][N] > 0))
            return -EDOM;
        transform->b[i] = (float)((s->k[i][N] - s->g[i][i][N]) / s->g[i][N][N]);
    }
    return 0;
}

static int solve_diagonal(const struct asr_adapt_stats *s, struct asr_transform *transform)
{
    int r = 0;
    for (int i = 0; r == 0 && i < N; i++) {
        double g[NB][NB] = {{s->g[i][i][i], s->g[i][i][N]}, {s->g[i][N][i], s->g[i][N][N]}};
        double k[2] = {s->k[i][i], s->k[i][N]}, p[2] = {1, 0}, row[2];
        r = solve_row(g, k, p, 2, N_STREAMS * s->n_frames, row);
        if (r == 0) {
            transform->a[i][i] = (float)row[0];
            transform->b[i] = (float)row[1];
        }
    }
    return r;
}

/* The cofactors of row i of a: the gradient of its determinant there, up to a factor; taken as
 * column i of the inverse, which has the right sign while the determinant is positive. */
static int cofactors(double a[N][N], int i, double ret_p[NB])
{
    double m[N][N + 1];
    for (int r = 0; r < N; r++) {
        memcpy(m[r], a[r], sizeof(a[r]));
        m[r][N] = r == i;
    }
    for (int c = 0; c < N; c++) {
        int pivot = c;
        for (int r = c + 1; r < N; r++)
            pivot = fabs(m[r][c]) > fabs(m[pivot][c]) ? r : pivot;
        if (fabs(m[pivot][c]) < 1e-9)
            return -EDOM;
        double row[N + 1];
        memcpy(row, m[c], sizeof(row));
        memcpy(m[c], m[pivot], sizeof(row));
        memcpy(m[pivot], row, sizeof(row));
        for (int r = 0; r < N; r++) {
            double f = r == c ? 0 : m[r][c] / m[c][c];
            for (int j = c; f != 0 && j <= N; j++)
                m[r][j] -= f * m[c][j];
        }
    }
    for (int c = 0; c < N; c++)
        ret_p[c] = m[c][N] / m[c][c];
    ret_p[N] = 0;
    return 0;
}

static int solve_full(const struct asr_adapt_stats *s, struct asr_transform *transform)
{
    double a[N][N];
    int r = solve_diagonal(s, transform); /* to begin with */
    for (int i = 0; i < N; i++) {
        for (int j = 0; j < N; j++)
            a[i][j] = (double)transform->a[i][j];
    }
    for (int round = 0; r == 0 && round < N_ROUNDS; round++) {
        for (int i = 0; r == 0 && i < N; i++) {
            double g[NB][NB], p[NB], row[NB];
            memcpy(g, s->g[i], sizeof(g));
            r = cofactors(a, i, p);
            if (r == 0)
                r = solve_row(g, s->k[i], p, NB, N_STREAMS * s->n_frames, row);
            if (r == 0) {
                memcpy(a[i], row, sizeof(a[i]));
                transform->b[i] = (float)row[N];
            }
        }
    }
    for (int i = 0; r == 0 && i < N; i++) {
        for (int j = 0; j < N; j++)
            transform->a[i][j] = (float)a[i][j];
    }
    return r;
}

int asr_adapt_solve(const struct asr_adapt_stats *stats, const struct asr_adapt_stats *prior,
                    double prior_frames, enum asr_adapt_form form,
                    struct asr_transform *ret_transform)
{
    struct asr_transform transform;
    struct asr_adapt_stats *sum = malloc(sizeof(*sum));
    if (!sum)
        return base_trace(-ENOMEM);
    *sum = *stats;
    asr_adapt_sum(sum, prior, prior_frames);
    asr_transform_identity(&transform);
    int r = form == ASR_ADAPT_SHIFT      ? solve_shift(sum, &transform)
            : form == ASR_ADAPT_DIAGONAL ? solve_diagonal(sum, &transform)
                                         : solve_full(sum, &transform);
    free(sum);
    if (r == 0 && !asr_transform_is_sane(&transform, NULL))
        r = -EDOM;
    if (r == 0)
        *ret_transform = transform;
    return r;
}

/* The part of the log density that depends on a row. */
static double row_fit(const struct asr_adapt_stats *s, int i, const double w[NB])
{
    double fit = 0;
    for (int j = 0; j < NB; j++) {
        double gw = 0;
        for (int l = 0; l < NB; l++)
            gw += s->g[i][j][l] * w[l];
        fit += w[j] * (s->k[i][j] - 0.5 * gw);
    }
    return fit;
}

double asr_adapt_gain(const struct asr_adapt_stats *stats, const struct asr_transform *transform)
{
    double volume = 0, gain = 0;
    if (!asr_transform_is_sane(transform, &volume) || !(stats->n_frames > 0))
        return (double)-INFINITY;
    for (int i = 0; i < N; i++) {
        double w[NB], none[NB] = {0};
        for (int j = 0; j < N; j++)
            w[j] = (double)transform->a[i][j];
        w[N] = (double)transform->b[i];
        none[i] = 1;
        gain += row_fit(stats, i, w) - row_fit(stats, i, none);
    }
    return gain / stats->n_frames + N_STREAMS * volume;
}

/* ---- how well a transform fits an utterance ---- */

/* The density of one phone's frames. Returns: how many frames were counted, -ENOMEM. */
static int fit_phone(const struct asr_adapt_model *model, const struct asr_segment *segment,
                     const struct asr_adapt_frame *frames, int n_frames, double *total)
{
    struct asr_adapt_label labels[ASR_ADAPT_FRAMES_MAX];
    int phone = asr_adapt_model_phone(model, segment->word);
    int n = segment->end_frame - segment->start_frame + 1;
    double score;
    if (phone < 0 || segment->start_frame < 0 || n < 1 || n > ASR_ADAPT_FRAMES_MAX ||
        segment->end_frame >= n_frames)
        return 0;
    int r = asr_adapt_align(model, frames + segment->start_frame, n, &phone, 1, labels, &score);
    if (r < 0)
        return r == -EINVAL ? 0 : r;
    *total += score;
    return n;
}

int asr_adapt_fit(const struct asr_adapt_model *model, const struct asr_analysis *analysis,
                  const struct asr_decoding *phones, int n_frames,
                  const struct asr_transform *transform, double *ret_fit)
{
    float(*cepstra)[N] = calloc((size_t)n_frames, sizeof(*cepstra));
    struct asr_adapt_frame *frames = calloc((size_t)n_frames, sizeof(*frames));
    double total = 0, volume = 0;
    int n_counted = 0, r = cepstra && frames ? 0 : -ENOMEM;
    if (r == 0) {
        asr_analysis_cepstra(analysis, 0, n_frames, false, cepstra);
        if (transform && asr_transform_is_sane(transform, &volume))
            asr_transform_apply(transform, cepstra, n_frames);
        asr_adapt_model_frames((const float(*)[N])cepstra, n_frames, frames);
    }
    for (size_t i = 0; r >= 0 && i < phones->n_segments; i++) {
        r = fit_phone(model, &phones->segments[i], frames, n_frames, &total);
        n_counted += r > 0 ? r : 0;
    }
    free(cepstra);
    free(frames);
    if (r < 0)
        return base_trace(r);
    if (n_counted == 0)
        return -EINVAL;
    *ret_fit = total / n_counted + ASR_ADAPT_STREAMS * volume;
    return 0;
}
