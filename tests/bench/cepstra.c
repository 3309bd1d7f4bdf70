/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Cepstra of pairs of sound, one noisy and one clean, as the recogniser's front end makes them:
 * what tools/denoiser learns from. Both are cut as asr_prepare cuts the noisy one.
 *
 * bench-cepstra MODEL_FOLDER < PAIRS > CEPSTRA
 * A pair: float tract, int32 n, n samples of noisy sound, n of clean sound (16 kHz, 16 bit).
 * Out: int32 n_frames, n_frames * 13 floats noisy, as many clean, n_frames * 56 floats of the noisy
 * sound's bands (asr/spectrum.h). Numbers in the machine's order.
 */
#include "asr/analysis.h"
#include "asr/decoder.h"
#include "asr/prepare.h"
#include "asr/spectrum.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { N_SCALES_MAX = 64 };

/* One front end for each tract that was asked for. */
struct front {
    double tract;
    struct asr_analysis *analysis;
};

static struct asr_analysis *front_for(const char *model_folder, struct front *fronts, double tract)
{
    for (int i = 0; i < N_SCALES_MAX; i++) {
        if (fronts[i].analysis && fabs(fronts[i].tract - tract) < 1e-4)
            return fronts[i].analysis;
        if (fronts[i].analysis)
            continue;
        fronts[i].tract = tract;
        return asr_analysis_create(model_folder, tract, NULL, NULL, &fronts[i].analysis) == 0
                   ? fronts[i].analysis
                   : NULL;
    }
    return NULL;
}

/* The clean sound, hushed as it would be by itself, cut where the noisy one was cut; where silence
 * was added to that, the same silence. */
static int prepare_clean(const int16_t *clean, size_t n, const struct asr_prepared *noisy,
                         int16_t *ret_samples)
{
    struct asr_prepare_options whole = asr_prepare_default;
    struct asr_prepared prepared;
    whole.keep_ms = 0;
    whole.edge_ms = 0;
    int r = asr_prepare(clean, n, &whole, &prepared);
    if (r < 0)
        return r;
    memcpy(ret_samples, noisy->samples, noisy->n_samples * sizeof(*ret_samples));
    for (size_t i = 0; i < noisy->n_pieces; i++) {
        const struct asr_prepare_piece *piece = &noisy->pieces[i];
        memcpy(ret_samples + piece->to, prepared.samples + piece->from, piece->n * sizeof(int16_t));
    }
    asr_prepare_finish(&prepared);
    return 0;
}

static int write_cepstra(struct asr_analysis *analysis, const int16_t *samples, size_t n_samples,
                         bool is_first)
{
    if (asr_analysis_measure(analysis, samples, n_samples) < 0)
        return -1;
    int32_t n_frames = asr_analysis_n_frames(analysis);
    if (is_first)
        fwrite(&n_frames, sizeof(n_frames), 1, stdout);
    if (n_frames > 0)
        fwrite(asr_analysis_raw(analysis), sizeof(float[ASR_CEPSTRA]), (size_t)n_frames, stdout);
    return 0;
}

static int write_bands(struct asr_spectrum *spectrum, const struct asr_prepared *sound,
                       int n_frames)
{
    int n_rows;
    if (asr_spectrum_measure(spectrum, sound->samples, sound->n_samples) < 0)
        return -1;
    const float(*rows)[ASR_BANDS] = asr_spectrum_rows(spectrum, &n_rows);
    return n_rows >= n_frames &&
                   fwrite(rows, sizeof(*rows), (size_t)n_frames, stdout) == (size_t)n_frames
               ? 0
               : -1;
}

static int take_pair(const char *model_folder, struct asr_spectrum *spectrum, struct front *fronts,
                     float tract, int32_t n)
{
    struct asr_prepared noisy = {0};
    int16_t *sound = calloc((size_t)n * 2 + 1, sizeof(*sound)), *cut = NULL;
    struct asr_analysis *analysis = front_for(model_folder, fronts, (double)tract);
    int r = sound && analysis && fread(sound, sizeof(*sound), 2 * (size_t)n, stdin) == 2 * (size_t)n
                ? 0
                : -1;
    if (r == 0)
        r = asr_prepare(sound, (size_t)n, &asr_prepare_default, &noisy);
    if (r == 0)
        cut = calloc(noisy.n_samples + 1, sizeof(*cut));
    if (r == 0)
        r = cut ? prepare_clean(sound + n, (size_t)n, &noisy, cut) : -1;
    if (r == 0)
        r = write_cepstra(analysis, noisy.samples, noisy.n_samples, true);
    if (r == 0)
        r = write_cepstra(analysis, cut, noisy.n_samples, false);
    if (r == 0)
        r = write_bands(spectrum, &noisy, asr_analysis_n_frames(analysis));
    asr_prepare_finish(&noisy);
    free(cut);
    free(sound);
    return r;
}

int main(int argc, char **argv)
{
    struct front fronts[N_SCALES_MAX] = {0};
    struct asr_spectrum *spectrum;
    float tract;
    int32_t n;
    if (argc != 2) {
        fputs("usage: bench-cepstra MODEL_FOLDER < PAIRS > CEPSTRA\n", stderr);
        return 2;
    }
    if (asr_spectrum_create(&spectrum) < 0)
        return 1;
    while (fread(&tract, sizeof(tract), 1, stdin) == 1 && fread(&n, sizeof(n), 1, stdin) == 1) {
        if (n < 1 || take_pair(argv[1], spectrum, fronts, tract, n) < 0) {
            fputs("bench-cepstra: a pair that cannot be read\n", stderr);
            return 1;
        }
        fflush(stdout);
    }
    for (int i = 0; i < N_SCALES_MAX; i++)
        asr_analysis_destroy(fronts[i].analysis);
    asr_spectrum_destroy(spectrum);
    return 0;
}
