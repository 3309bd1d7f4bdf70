/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the network sees beside the cepstra: where a tone stands, however loud, in the front end's
 * frames. */
#include "asr/spectrum.h"
#include "asr/analysis.h"
#include "asr/decoder.h"
#include "tests/check.h"

#include <math.h>

enum { RATE_HZ = 16000, N_SAMPLES = RATE_HZ, MODEL_FRAMES_AT_MOST = N_SAMPLES / 160 };

/* A tone in the second half of a second of faint hiss. */
static void make_tone(double hz, double amplitude, int16_t samples[N_SAMPLES])
{
    uint32_t random = 1;
    for (int i = 0; i < N_SAMPLES; i++) {
        random = random * 1664525 + 1013904223;
        double hiss = ((double)(random >> 16) / 32768 - 1) * 0.002;
        double tone = i < N_SAMPLES / 2 ? 0 : sin(2 * M_PI * hz * i / RATE_HZ);
        samples[i] = (int16_t)lrint(amplitude * (tone + hiss));
    }
}

/* The band that stands out most where the tone is. */
static int loudest_band(struct asr_spectrum *spectrum, double hz, double amplitude)
{
    static int16_t samples[N_SAMPLES];
    int n_frames, best = 0;
    make_tone(hz, amplitude, samples);
    REQUIRE(asr_spectrum_measure(spectrum, samples, N_SAMPLES) == 0);
    const float(*rows)[ASR_BANDS] = asr_spectrum_rows(spectrum, &n_frames);
    for (int b = 1; b < ASR_BANDS; b++) {
        if (rows[n_frames * 3 / 4][b] > rows[n_frames * 3 / 4][best])
            best = b;
    }
    CHECK(rows[n_frames * 3 / 4][best] > 2);
    CHECK(rows[n_frames / 4][best] < -2);
    return best;
}

static void a_tone_stands_in_its_band(struct asr_spectrum *spectrum)
{
    CHECK_INT(loudest_band(spectrum, 250, 8000), 6); /* bins of 31.25 Hz from the second on */
    CHECK_INT(loudest_band(spectrum, 1000, 8000), 30);
    CHECK_INT(loudest_band(spectrum, 3000, 8000), 44); /* the first that ends above bin 96 */
    CHECK_INT(loudest_band(spectrum, 7200, 8000), 55); /* an "s" */
}

static void a_band_has_no_mean(struct asr_spectrum *spectrum)
{
    static int16_t samples[N_SAMPLES];
    int n_frames;
    make_tone(700, 5000, samples);
    REQUIRE(asr_spectrum_measure(spectrum, samples, N_SAMPLES) == 0);
    const float(*rows)[ASR_BANDS] = asr_spectrum_rows(spectrum, &n_frames);
    for (int b = 0; b < ASR_BANDS; b++) {
        double sum = 0;
        for (int t = 0; t < n_frames; t++)
            sum += (double)rows[t][b];
        CHECK(fabs(sum / n_frames) < 1e-3);
    }
}

/* A soft voice looks like a loud one. */
static void loudness_does_not_count(struct asr_spectrum *spectrum)
{
    static int16_t loud[N_SAMPLES], soft[N_SAMPLES];
    static float kept[MODEL_FRAMES_AT_MOST][ASR_BANDS];
    int n_frames, n_again;
    double off = 0;
    make_tone(500, 24000, loud);
    make_tone(500, 3000, soft);
    REQUIRE(asr_spectrum_measure(spectrum, loud, N_SAMPLES) == 0);
    const float(*rows)[ASR_BANDS] = asr_spectrum_rows(spectrum, &n_frames);
    memcpy(kept, rows, (size_t)n_frames * sizeof(*kept));
    REQUIRE(asr_spectrum_measure(spectrum, soft, N_SAMPLES) == 0);
    rows = asr_spectrum_rows(spectrum, &n_again);
    CHECK_INT(n_again, n_frames);
    for (int t = 0; t < n_frames; t++)
        off = fmax(off, fabs((double)rows[t][14] - (double)kept[t][14]));
    CHECK(off < 1); /* of 12 that the tone rises */
}

static void frames_are_the_front_ends(struct asr_spectrum *spectrum, const char *model_folder)
{
    static int16_t samples[N_SAMPLES];
    struct asr_analysis *analysis;
    REQUIRE(asr_analysis_create(model_folder, 1, NULL, NULL, &analysis) == 0);
    make_tone(500, 5000, samples);
    for (size_t n = 2000; n <= N_SAMPLES; n += n < 2400 ? 1 : 77) { /* of less it gives none */
        int n_frames;
        REQUIRE(asr_spectrum_measure(spectrum, samples, n) == 0);
        asr_spectrum_rows(spectrum, &n_frames);
        REQUIRE(asr_analysis_measure(analysis, samples, n) == 0);
        CHECK_INT(n_frames, asr_analysis_n_frames(analysis));
    }
    asr_analysis_destroy(analysis);
}

int main(int argc, char **argv)
{
    struct asr_spectrum *spectrum;
    REQUIRE(argc == 2);
    REQUIRE(asr_spectrum_create(&spectrum) == 0);
    a_tone_stands_in_its_band(spectrum);
    a_band_has_no_mean(spectrum);
    loudness_does_not_count(spectrum);
    frames_are_the_front_ends(spectrum, argv[1]);
    asr_spectrum_destroy(spectrum);
    return check_failures ? 1 : 0;
}
