/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/earcon.h"
#include "audio/format.h"
#include "tests/audio/tone.h"
#include "tests/check.h"

static int16_t sound[AUDIO_EARCON_MAX_SAMPLES];

/* All that lies above 2 kHz, as a share of the whole. */
static double share_above_2_khz(size_t n)
{
    double above = 0, all = 0;

    for (int hz = 50; hz < 8000; hz += 25) {
        double strength = tone_strength(sound, n, hz, AUDIO_RATE_HZ);

        all += strength * strength;
        above += hz > 2000 ? strength * strength : 0;
    }
    return above / all;
}

static void each_is_short_low_and_soft(void)
{
    for (int e = 0; e < AUDIO_EARCON_COUNT; e++) {
        size_t n = audio_earcon_render((enum audio_earcon)e, sound);
        int peak = 0;

        CHECK(n > 0 && n <= AUDIO_EARCON_MAX_SAMPLES);
        CHECK(audio_samples_to_ms((int64_t)n) <= 250);
        for (size_t i = 0; i < n; i++)
            peak = abs(sound[i]) > peak ? abs(sound[i]) : peak;
        CHECK(peak > 4000 && peak < 9000);
        CHECK(share_above_2_khz(n) < 0.001);
        CHECK(tone_rms(sound, 32) < 300);          /* the first 2 ms */
        CHECK(tone_rms(sound + n - 32, 32) < 300); /* the last 2 ms */
        CHECK(strlen(audio_earcon_name((enum audio_earcon)e)) > 0);
    }
}

static double low_note(size_t from, size_t n)
{
    double best = 0, best_hz = 0;

    for (int hz = 150; hz <= 800; hz += 10) {
        double strength = tone_strength(sound + from, n, hz, AUDIO_RATE_HZ);

        if (strength > best) {
            best = strength;
            best_hz = hz;
        }
    }
    return best_hz;
}

static void up_is_listening_and_down_is_closed(void)
{
    size_t n = audio_earcon_render(AUDIO_EARCON_LISTENING, sound);

    CHECK(low_note(0, 1600) + 100 < low_note(n - 1600, 1600));
    n = audio_earcon_render(AUDIO_EARCON_CLOSED, sound);
    CHECK(low_note(0, 1600) > low_note(n - 1600, 1600) + 100);
    n = audio_earcon_render(AUDIO_EARCON_MUTED, sound);
    CHECK(low_note(0, 800) > low_note(n - 800, 800) + 100);
}

CHECK_MAIN(each_is_short_low_and_soft, up_is_listening_and_down_is_closed)
