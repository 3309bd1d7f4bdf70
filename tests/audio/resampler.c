/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/resampler.h"
#include "tests/audio/tone.h"
#include "tests/check.h"

#include <errno.h>

static void a_clip_keeps_its_tone_and_its_length(void)
{
    static const int rates[] = {8000, 11025, 16000, 22050, 44100, 48000, 96000};

    for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
        size_t n_in = (size_t)rates[i], n_out;
        int16_t *in = malloc(n_in * sizeof(*in)), *out;

        REQUIRE(in);
        tone_fill(in, n_in, 1000, rates[i], 10000);
        REQUIRE(audio_resample_clip(in, n_in, rates[i], 16000, &out, &n_out) == 0);
        CHECK_INT(n_out, 16000);
        CHECK(fabs(tone_strength(out, n_out, 1000, 16000) - 10000) < 200);
        free(out);
        free(in);
    }
}

static void what_16_khz_cannot_carry_is_gone(void)
{
    int16_t in[48000], *out;
    size_t n_out;

    tone_fill(in, 48000, 11000, 48000, 10000);
    REQUIRE(audio_resample_clip(in, 48000, 48000, 16000, &out, &n_out) == 0);
    CHECK(tone_rms(out + 200, n_out - 400) < 10); /* 57 dB down; its alias would be at 5 kHz */
    free(out);
}

static void a_click_stays_at_its_time(void)
{
    int16_t in[48000] = {0}, *out;
    size_t n_out, peak = 0;

    for (int i = 24000; i < 24003; i++)
        in[i] = 20000;
    REQUIRE(audio_resample_clip(in, 48000, 48000, 16000, &out, &n_out) == 0);
    for (size_t i = 1; i < n_out; i++)
        peak = abs(out[i]) > abs(out[peak]) ? i : peak;
    CHECK(peak >= 7999 && peak <= 8001);
    free(out);
}

static void pieces_give_what_the_whole_gives(void)
{
    struct audio_resampler *resampler;
    static int16_t in[44100], out[17000];
    int16_t *whole;
    size_t n_whole, at = 0, made = 0, size = 1, n_different = 0;

    tone_fill(in, 44100, 440, 44100, 9000);
    REQUIRE(audio_resample_clip(in, 44100, 44100, 16000, &whole, &n_whole) == 0);
    REQUIRE(audio_resampler_create(44100, 16000, &resampler) == 0);
    while (at < 44100) {
        size_t n = 44100 - at < size ? 44100 - at : size, taken, got;

        audio_resampler_run(resampler, in + at, n, out + made, 17000 - made, &taken, &got);
        at += taken;
        made += got;
        size = size % 487 + 13;
    }
    CHECK(made > n_whole - 100 && made <= n_whole);
    for (size_t i = 0; i < made; i++)
        n_different += out[i] != whole[i];
    CHECK_INT(n_different, 0);
    audio_resampler_destroy(resampler);
    free(whole);
}

static void nothing_gives_nothing_and_odd_rates_are_refused(void)
{
    struct audio_resampler *resampler;
    int16_t none[1] = {0}, *out;
    size_t n_out = 1;

    REQUIRE(audio_resample_clip(none, 0, 48000, 16000, &out, &n_out) == 0);
    CHECK_INT(n_out, 0);
    free(out);
    CHECK_INT(audio_resampler_create(0, 16000, &resampler), -EINVAL);
    CHECK_INT(audio_resampler_create(16000, 400000, &resampler), -EINVAL);
    CHECK_INT(audio_resample_clip(none, 1, -3, 16000, &out, &n_out), -EINVAL);
}

CHECK_MAIN(a_clip_keeps_its_tone_and_its_length, what_16_khz_cannot_carry_is_gone,
           a_click_stays_at_its_time, pieces_give_what_the_whole_gives,
           nothing_gives_nothing_and_odd_rates_are_refused)
