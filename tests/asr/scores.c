/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The file of scores, read the way the library reads it. The model is made here, of noise. */
#include "asr/scores.h"
#include "asr/acoustics.h"
#include "tests/check.h"

#include <errno.h>
#include <math.h>
#include <unistd.h>

enum { N_BOOKS = 3, N_STATES = 3, N_SENONES = 2 * N_BOOKS * N_STATES, N_FRAMES = 40 };

static float means[N_BOOKS][3][128][13], variances[N_BOOKS][3][128][13];
static uint8_t weights[3][128][N_SENONES];
static char folder[64];
static uint32_t seed;

static float noise(void)
{
    seed = seed * 1664525u + 1013904223u;
    return (float)(seed >> 8) / (float)(1 << 24) - 0.5f;
}

static FILE *begin(const char *name)
{
    char path[96];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    REQUIRE(file != NULL);
    return file;
}

static void put_int(FILE *file, int32_t value)
{
    fwrite(&value, sizeof(value), 1, file);
}

/* Three phones, each with one neighbour's variant; each state has a senone of its own. */
static void write_definition(void)
{
    static const char text[4] = "abc";
    static const int32_t head[10] = {
        N_BOOKS, 2 * N_BOOKS, N_STATES, N_BOOKS * N_STATES, N_SENONES, 1, 2 * N_BOOKS, 3, 0, 0};
    FILE *file = begin("mdef");
    fwrite("BMDF", 4, 1, file);
    put_int(file, 1);
    put_int(file, sizeof(text));
    fwrite(text, sizeof(text), 1, file);
    fwrite(head, sizeof(head), 1, file);
    fwrite("A\0BB\0C\0\0", 8, 1, file); /* names, filled up to a multiple of four */
    for (int phone = 0; phone < 2 * N_BOOKS; phone++) {
        char context[4] = {0, (char)(phone % N_BOOKS), 0, 0};
        put_int(file, phone);
        put_int(file, 0);
        fwrite(context, sizeof(context), 1, file);
    }
    put_int(file, 2 * N_BOOKS * N_STATES);
    for (uint16_t senone = 0; senone < N_SENONES; senone++)
        fwrite(&senone, sizeof(senone), 1, file);
    fclose(file);
}

static void write_gaussians(const char *name, const void *values, size_t n)
{
    FILE *file = begin(name);
    fputs("s3\nversion 1.0\nendhdr\n", file);
    put_int(file, 0x11223344);
    put_int(file, N_BOOKS);
    put_int(file, 3);
    put_int(file, 128);
    for (int s = 0; s < 3; s++)
        put_int(file, 13);
    put_int(file, (int32_t)n);
    fwrite(values, sizeof(float), n, file);
    fclose(file);
}

static void write_weights(void)
{
    FILE *file = begin("sendump");
    put_int(file, 5);
    fwrite("none", 5, 1, file);
    put_int(file, 0);
    put_int(file, 128);
    put_int(file, N_SENONES);
    fwrite(weights, sizeof(weights), 1, file);
    fclose(file);
}

static void make_model(void)
{
    const char *base = getenv("TMPDIR");
    snprintf(folder, sizeof(folder), "%s/voisine-scores-XXXXXX", base ? base : "/tmp");
    REQUIRE(mkdtemp(folder) != NULL);
    for (size_t i = 0; i < sizeof(means) / sizeof(float); i++) {
        (&means[0][0][0][0])[i] = 8 * noise();
        (&variances[0][0][0][0])[i] = 2 + noise();
    }
    for (size_t i = 0; i < sizeof(weights); i++)
        (&weights[0][0][0])[i] = (uint8_t)(40 + 60 * noise());
    write_definition();
    write_gaussians("means", means, sizeof(means) / sizeof(float));
    write_gaussians("variances", variances, sizeof(variances) / sizeof(float));
    write_weights();
}

static void remove_model(void)
{
    static const char *const names[] = {"mdef", "means", "variances", "sendump"};
    char path[96];
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
        unlink(path);
    }
    rmdir(folder);
}

static void make_cepstra(float cepstra[N_FRAMES][13])
{
    for (int i = 0; i < N_FRAMES; i++) {
        for (int c = 0; c < 13; c++)
            cepstra[i][c] = 6 * noise();
    }
}

/* ---- the same, said plainly ---- */

static double density(int book, int s, int k, const double *x)
{
    double sum = 0;
    for (int d = 0; d < 13; d++) {
        double v = (double)variances[book][s][k][d], away = x[d] - (double)means[book][s][k][d];
        sum -= 0.5 * log(2 * M_PI * v) + away * away / (2 * v);
    }
    return sum;
}

/* Of the best four Gaussians, each no more than the floor below `best`. */
static double mixture(int book, int senone, int s, const double *x, double best)
{
    double all[128], sum = 0;
    for (int k = 0; k < 128; k++)
        all[k] = density(book, s, k, x);
    for (int n = 0; n < 4; n++) {
        int top = 0;
        for (int k = 1; k < 128; k++)
            top = all[k] > all[top] ? k : top;
        sum += exp(fmax(all[top] - best, -96 * 0.10239488) - 0.10239488 * weights[s][top][senone]);
        all[top] = -(double)INFINITY;
    }
    return log(sum);
}

static void streams(float cepstra[N_FRAMES][13], int frame, double x[3][13])
{
    for (int d = 0; d < 13; d++) {
        double c[7];
        for (int i = 0; i < 7; i++) {
            int f = frame + i - 3;
            c[i] = (double)cepstra[f < 0 ? 0 : f >= N_FRAMES ? N_FRAMES - 1 : f][d];
        }
        x[0][d] = c[3];
        x[1][d] = c[5] - c[1];
        x[2][d] = (c[6] - c[2]) - (c[4] - c[0]);
    }
}

static void plain_scores(float cepstra[N_FRAMES][13], int frame, int n_senones, double *ret_scores)
{
    double x[3][13], best[3], least = (double)INFINITY;
    streams(cepstra, frame, x);
    for (int s = 0; s < 3; s++) {
        best[s] = -(double)INFINITY;
        for (int i = 0; i < N_BOOKS * 128; i++)
            best[s] = fmax(best[s], density(i / 128, s, i % 128, x[s]));
    }
    for (int senone = 0; senone < n_senones; senone++) {
        int book = senone / N_STATES % N_BOOKS;
        ret_scores[senone] = 0;
        for (int s = 0; s < 3; s++)
            ret_scores[senone] -= mixture(book, senone, s, x[s], best[s]) / 0.10239488;
        least = fmin(least, ret_scores[senone]);
    }
    for (int senone = 0; senone < n_senones; senone++)
        ret_scores[senone] -= least;
}

static void scores_are_those_of_the_formula(void)
{
    struct asr_acoustics *acoustics;
    float cepstra[N_FRAMES][13];
    int16_t got[N_FRAMES * N_SENONES];
    double wanted[N_SENONES], worst = 0;
    make_model();
    make_cepstra(cepstra);
    REQUIRE(asr_acoustics_open(folder, &acoustics) == 0);
    CHECK_INT(asr_acoustics_n_senones(acoustics), N_SENONES);
    asr_acoustics_score(acoustics, (const float(*)[13])cepstra, N_FRAMES, false, got);
    for (int f = 0; f < N_FRAMES; f++) {
        plain_scores(cepstra, f, N_SENONES, wanted);
        for (int i = 0; i < N_SENONES; i++)
            worst = fmax(worst, fabs(wanted[i] - got[f * N_SENONES + i]));
    }
    CHECK(worst < 1); /* a half by rounding, a little by the weights' */
    asr_acoustics_score(acoustics, (const float(*)[13])cepstra, 1, true, got);
    plain_scores(cepstra, 0, N_BOOKS * N_STATES, wanted);
    CHECK_INT(got[N_BOOKS * N_STATES], 0);
    asr_acoustics_close(acoustics);
    remove_model();
}

static int16_t first_of(FILE *file)
{
    int16_t row[N_SENONES + 1] = {0};
    CHECK_INT(fread(row, sizeof(int16_t), 1, file), 1);
    CHECK_INT(row[0], N_SENONES);
    CHECK_INT(fread(row + 1, sizeof(int16_t), N_SENONES, file), N_SENONES);
    int16_t sum = 0;
    for (int i = 1; i <= N_SENONES; i++)
        sum = (int16_t)(sum * 3 + row[i]);
    return sum;
}

/* From front to back, each place noted after the reading, five frames back sought for in between:
 * as the library does. */
static void a_sought_frame_is_the_one_whose_place_was_noted(void)
{
    struct asr_scores *scores;
    float cepstra[N_FRAMES][13];
    int16_t seen[N_FRAMES];
    long places[N_FRAMES];
    char line[32];
    int32_t order, n = 0;
    make_model();
    make_cepstra(cepstra);
    REQUIRE(asr_scores_create(folder, &scores) == 0);
    CHECK(!asr_scores_serve(scores, true));
    REQUIRE(asr_scores_make(scores, cepstra[0], N_FRAMES, NULL, NULL, false) == 0);
    CHECK(asr_scores_serve(scores, false));
    FILE *file = asr_scores_open(scores);
    REQUIRE(file != NULL);
    while (fgets(line, sizeof(line), file) && strcmp(line, "endhdr\n") != 0)
        n++;
    CHECK_INT(n, 2);
    CHECK_INT(fread(&order, sizeof(order), 1, file), 1);
    CHECK_INT(order, 0x11223344);
    for (int f = 0; f < N_FRAMES; f++) {
        seen[f] = first_of(file);
        places[f] = ftell(file);
        if (f >= 5) {
            CHECK_INT(fseek(file, places[f - 5], SEEK_SET), 0);
            CHECK_INT(first_of(file), seen[f - 5]);
        }
    }
    CHECK_INT(fread(&n, 1, 2, file), 0);
    for (int f = 0; f < N_FRAMES; f++) { /* the second pass */
        CHECK_INT(fseek(file, places[f], SEEK_SET), 0);
        CHECK_INT(first_of(file), seen[f]);
    }
    CHECK(seen[0] != seen[1]);
    fclose(file);
    REQUIRE(asr_scores_make(scores, cepstra[0], N_FRAMES, NULL, NULL, true) == 0);
    CHECK(asr_scores_serve(scores, true) && !asr_scores_serve(scores, false));
    asr_scores_forget(scores);
    CHECK(!asr_scores_serve(scores, true));
    asr_scores_destroy(scores);
    remove_model();
}

/* A state that is held likely makes all senones of its phone likelier by as much, whatever their
 * neighbours, and the Gaussians still count. */
static void what_is_held_likely_counts(void)
{
    enum { N = N_BOOKS * N_STATES, HELD = 4 };
    struct asr_scores *scores;
    float cepstra[N_FRAMES][13];
    uint8_t states[N_FRAMES][N];
    int16_t evenly[N_FRAMES * N_SENONES];
    int n_frames, gained[2] = {0};
    make_model();
    make_cepstra(cepstra);
    memset(states, 30, sizeof(states));
    REQUIRE(asr_scores_create(folder, &scores) == 0);
    REQUIRE(asr_scores_make(scores, cepstra[0], N_FRAMES, NULL, states[0], false) == 0);
    memcpy(evenly, asr_scores_rows(scores, &n_frames), sizeof(evenly));
    for (int f = 0; f < N_FRAMES; f++)
        states[f][HELD] = 0;
    REQUIRE(asr_scores_make(scores, cepstra[0], N_FRAMES, NULL, states[0], false) == 0);
    const int16_t *rows = asr_scores_rows(scores, &n_frames);
    for (int f = 0; f < N_FRAMES; f++) {
        int other = rows[f * N_SENONES] - evenly[f * N_SENONES];
        for (int s = 0; s < N_SENONES; s++) {
            int gain = other - (rows[f * N_SENONES + s] - evenly[f * N_SENONES + s]);
            gained[s % N == HELD] += gain;
            CHECK_INT(gain > 10, s % N == HELD);
            CHECK(s % N == HELD || gain == 0);
        }
    }
    CHECK_INT(gained[true] % (2 * N_FRAMES), 0); /* each as much as any */
    REQUIRE(asr_scores_make(scores, cepstra[0], N_FRAMES, NULL, states[0], true) == 0);
    CHECK_INT(asr_scores_rows(scores, &n_frames)[N], 0); /* the phones alone */
    asr_scores_destroy(scores);
    remove_model();
}

static void a_damaged_model_is_refused(void)
{
    static const char *const names[] = {"mdef", "means", "variances", "sendump"};
    struct asr_acoustics *acoustics;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char path[96];
        make_model();
        snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
        CHECK_INT(truncate(path, 150), 0);
        CHECK_INT(asr_acoustics_open(folder, &acoustics), -EINVAL);
        unlink(path);
        CHECK_INT(asr_acoustics_open(folder, &acoustics), -ENOENT);
        remove_model();
    }
}

CHECK_MAIN(scores_are_those_of_the_formula, a_sought_frame_is_the_one_whose_place_was_noted,
           what_is_held_likely_counts, a_damaged_model_is_refused)
