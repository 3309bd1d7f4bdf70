/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The front end: what it gives is of this utterance alone, follows the length of the vocal tract,
 * and reaches the decoder as it was asked for. */
#include "asr/analysis.h"
#include "asr/decoder.h"
#include "asr/denoiser.h"
#include "tests/check.h"

#include <errno.h>
#include <math.h>

enum { RATE_HZ = 16000, N_SAMPLES = RATE_HZ };

static const char *model, *network;

/* A buzz whose overtones stand out around one frequency, as those of a vowel do. */
static void make_vowel(double formant_hz, double amplitude, int16_t samples[N_SAMPLES])
{
    for (int i = 0; i < N_SAMPLES; i++) {
        double sum = 0;
        for (int h = 1; h * 125 < 3600; h++) {
            double off = (h * 125 - formant_hz) / 200;
            sum += exp(-off * off) * sin(2 * M_PI * h * 125 * i / RATE_HZ);
        }
        samples[i] = (int16_t)lrint(amplitude * sum);
    }
}

static struct asr_analysis *create(double tract)
{
    struct asr_analysis *analysis;
    REQUIRE(asr_analysis_create(model, tract, NULL, NULL, &analysis) == 0);
    return analysis;
}

static void run(struct asr_analysis *analysis, const int16_t *samples, size_t n_samples)
{
    REQUIRE(asr_analysis_run(analysis, samples, n_samples, NULL) == 0);
}

/* The middle frame's cepstra, without the first, which is loudness. */
static void middle(double tract, double formant_hz, float ret_row[ASR_CEPSTRA])
{
    static int16_t samples[N_SAMPLES];
    struct asr_analysis *analysis = create(tract);
    make_vowel(formant_hz, 3000, samples);
    run(analysis, samples, N_SAMPLES);
    memcpy(ret_row, asr_analysis_raw(analysis)[asr_analysis_n_frames(analysis) / 2],
           ASR_CEPSTRA * sizeof(float));
    ret_row[0] = 0;
    asr_analysis_destroy(analysis);
}

static double distance(const float a[ASR_CEPSTRA], const float b[ASR_CEPSTRA])
{
    double sum = 0;
    for (int c = 0; c < ASR_CEPSTRA; c++)
        sum += ((double)a[c] - (double)b[c]) * ((double)a[c] - (double)b[c]);
    return sqrt(sum);
}

static void nothing_and_next_to_nothing_give_no_frame(void)
{
    static const int16_t silence[200];
    struct asr_analysis *analysis = create(1);
    run(analysis, silence, 0);
    CHECK_INT(asr_analysis_n_frames(analysis), 0);
    run(analysis, silence, 1);
    CHECK_INT(asr_analysis_n_frames(analysis), 0);
    run(analysis, silence, 200);
    CHECK(asr_analysis_n_frames(analysis) <= 1);
    asr_analysis_destroy(analysis);
}

/* No running mean and no noise estimate goes from one utterance to the next. */
static void an_utterance_is_analysed_as_if_it_were_the_first(void)
{
    static int16_t samples[N_SAMPLES], other[N_SAMPLES];
    static float first[N_SAMPLES / 160][ASR_CEPSTRA];
    struct asr_analysis *analysis = create(1.2);
    make_vowel(700, 3000, samples);
    make_vowel(2200, 9000, other);
    run(analysis, samples, N_SAMPLES);
    int n = asr_analysis_n_frames(analysis);
    REQUIRE(n >= 95 && n <= N_SAMPLES / 160);
    memcpy(first, asr_analysis_raw(analysis), (size_t)n * sizeof(*first));
    run(analysis, other, N_SAMPLES / 2);
    CHECK(asr_analysis_n_frames(analysis) < n);
    run(analysis, samples, N_SAMPLES);
    REQUIRE(asr_analysis_n_frames(analysis) == n);
    CHECK(memcmp(first, asr_analysis_raw(analysis), (size_t)n * sizeof(*first)) == 0);
    asr_analysis_destroy(analysis);
}

/* A woman's "a" is a man's with everything a fifth higher; at her scale it looks like his. */
static void the_scale_undoes_a_shorter_tract(void)
{
    float his[ASR_CEPSTRA], hers[ASR_CEPSTRA], hers_at_his[ASR_CEPSTRA];
    middle(1, 1000, his);
    middle(1, 1250, hers_at_his);
    middle(1.25, 1250, hers);
    CHECK(distance(his, hers) < 0.7 * distance(his, hers_at_his));
}

static void what_the_model_gets_has_no_mean_and_is_transformed_when_asked(void)
{
    static int16_t samples[N_SAMPLES];
    static float plain[N_SAMPLES / 160][ASR_CEPSTRA], changed[N_SAMPLES / 160][ASR_CEPSTRA];
    struct asr_analysis *analysis = create(1);
    struct asr_transform transform;
    double sum = 0;
    make_vowel(700, 3000, samples);
    for (int i = 0; i < N_SAMPLES / 2; i++)
        samples[i] /= 8; /* something varies */
    run(analysis, samples, N_SAMPLES);
    int n = asr_analysis_n_frames(analysis) - 10;
    asr_analysis_cepstra(analysis, 10, n, true, plain); /* none was given yet */
    for (int t = 0; t < n; t++)
        sum += (double)plain[t][3];
    CHECK(fabs(sum / n) < 1e-3);
    CHECK(!asr_analysis_from(analysis, 10).transform);

    asr_transform_identity(&transform);
    transform.b[3] = 5;
    asr_analysis_transform(analysis, &transform);
    transform.b[3] = 0; /* a copy was kept */
    asr_analysis_cepstra(analysis, 10, n, true, changed);
    CHECK(fabsf(changed[0][3] - plain[0][3] - 5) < 1e-3f);
    asr_analysis_cepstra(analysis, 10, n, false, changed);
    CHECK(memcmp(plain, changed, (size_t)n * sizeof(*plain)) == 0);

    struct asr_analysed from = asr_analysis_from(analysis, 10);
    CHECK(from.cepstra == asr_analysis_raw(analysis)[10]);
    REQUIRE(from.transform);
    CHECK(from.transform->b[3] > 4);
    CHECK(!from.states);
    asr_analysis_transform(analysis, NULL);
    CHECK(!asr_analysis_from(analysis, 10).transform);
    asr_analysis_destroy(analysis);
}

static void the_network_sees_the_same_sound(void)
{
    static int16_t samples[N_SAMPLES];
    struct asr_denoiser *denoiser;
    struct asr_analysis *analysis;
    struct asr_spectrum *spectrum;
    REQUIRE(asr_denoiser_open(network, &denoiser) == 0 && asr_spectrum_create(&spectrum) == 0);
    REQUIRE(asr_analysis_create(model, 1, NULL, denoiser, &analysis) == 0);
    make_vowel(700, 3000, samples);
    REQUIRE(asr_spectrum_measure(spectrum, samples, N_SAMPLES) == 0);
    REQUIRE(asr_analysis_run(analysis, samples, N_SAMPLES, spectrum) == 0);
    struct asr_analysed from = asr_analysis_from(analysis, 0),
                        next = asr_analysis_from(analysis, 1);
    REQUIRE(from.states);
    CHECK_INT(next.states - from.states, asr_denoiser_n_states(denoiser));

    REQUIRE(asr_spectrum_measure(spectrum, samples, N_SAMPLES / 2) == 0); /* of another sound */
    CHECK_INT(asr_analysis_run(analysis, samples, N_SAMPLES, spectrum), -EINVAL);
    REQUIRE(asr_analysis_measure(analysis, samples, N_SAMPLES) == 0); /* and it goes on */
    CHECK(!asr_analysis_from(analysis, 0).states);
    asr_analysis_destroy(analysis);
    asr_spectrum_destroy(spectrum);
    asr_denoiser_close(denoiser);
}

static void what_is_quickened_drops_frames_evenly(void)
{
    static int16_t samples[N_SAMPLES];
    static float all[N_SAMPLES / 160][ASR_CEPSTRA];
    static uint8_t states[N_SAMPLES / 160][256];
    struct asr_denoiser *denoiser;
    struct asr_analysis *analysis;
    struct asr_spectrum *spectrum;
    REQUIRE(asr_denoiser_open(network, &denoiser) == 0 && asr_spectrum_create(&spectrum) == 0);
    REQUIRE(asr_analysis_create(model, 1, NULL, denoiser, &analysis) == 0);
    size_t n_states = (size_t)asr_denoiser_n_states(denoiser);
    REQUIRE(n_states <= sizeof(states[0]));
    for (int i = 0; i < N_SAMPLES; i++) /* no two frames are alike */
        samples[i] = (int16_t)(8000 * sin(1e-5 * i * i));
    REQUIRE(asr_spectrum_measure(spectrum, samples, N_SAMPLES) == 0);
    REQUIRE(asr_analysis_run(analysis, samples, N_SAMPLES, spectrum) == 0);
    int n = asr_analysis_n_frames(analysis);
    memcpy(all, asr_analysis_raw(analysis), (size_t)n * sizeof(all[0]));
    for (int i = 0; i < n; i++)
        memcpy(states[i], asr_analysis_from(analysis, i).states, n_states);

    asr_analysis_quicken(analysis, 1.5);
    CHECK_INT(asr_analysis_n_frames(analysis), n * 2 / 3);
    for (int i = 0; i < n * 2 / 3; i++) {
        struct asr_analysed frame = asr_analysis_from(analysis, i);
        CHECK(memcmp(frame.cepstra, all[i * 3 / 2], sizeof(all[0])) == 0);
        CHECK(memcmp(frame.states, states[i * 3 / 2], n_states) == 0);
    }
    REQUIRE(asr_analysis_run(analysis, samples, N_SAMPLES, spectrum) == 0);
    CHECK_INT(asr_analysis_n_frames(analysis), n);
    asr_analysis_destroy(analysis);
    asr_spectrum_destroy(spectrum);
    asr_denoiser_close(denoiser);
}

static void what_cannot_be_a_model_is_refused(void)
{
    static const struct asr_setting unknown[] = {{"-no_such_setting", "1"}, {NULL, NULL}};
    struct asr_analysis *analysis = NULL;
    CHECK_INT(asr_analysis_create("/nowhere", 1, NULL, NULL, &analysis), -ENOENT);
    CHECK_INT(asr_analysis_create(model, 1, unknown, NULL, &analysis), -EINVAL);
    CHECK(!analysis);
}

int main(int argc, char **argv)
{
    REQUIRE(argc == 3);
    model = argv[1];
    network = argv[2];
    nothing_and_next_to_nothing_give_no_frame();
    an_utterance_is_analysed_as_if_it_were_the_first();
    the_scale_undoes_a_shorter_tract();
    what_the_model_gets_has_no_mean_and_is_transformed_when_asked();
    the_network_sees_the_same_sound();
    what_is_quickened_drops_frames_evenly();
    what_cannot_be_a_model_is_refused();
    return check_failures ? 1 : 0;
}
