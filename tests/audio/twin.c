/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/twin.h"
#include "tests/audio/tone.h"
#include "tests/check.h"

static void the_microphone_hears_what_was_appended_then_silence_then_the_end(void)
{
    struct audio_twin *twin;
    struct audio_capture *capture;
    int16_t in[400], block[AUDIO_BLOCK_SAMPLES];
    struct audio_capture_health health;

    tone_fill(in, 400, 440, AUDIO_RATE_HZ, 5000);
    REQUIRE(audio_twin_create(20, &twin) == 0);
    capture = audio_twin_capture(twin);
    REQUIRE(audio_twin_append(twin, in, 400) == 0);
    REQUIRE(audio_capture_read(capture, block, AUDIO_BLOCK_SAMPLES) == AUDIO_BLOCK_SAMPLES);
    CHECK(memcmp(block, in, sizeof(block)) == 0);
    REQUIRE(audio_capture_read(capture, block, AUDIO_BLOCK_SAMPLES) == AUDIO_BLOCK_SAMPLES);
    CHECK_INT(audio_capture_read(capture, block, AUDIO_BLOCK_SAMPLES), 0); /* its breath */
    REQUIRE(audio_capture_read(capture, block, AUDIO_BLOCK_SAMPLES) == AUDIO_BLOCK_SAMPLES);
    CHECK(memcmp(block, in + 320, 80 * sizeof(*in)) == 0);
    CHECK_INT(tone_rms(block + 80, 80), 0);
    audio_twin_finish(twin);
    CHECK_INT(audio_capture_read(capture, block, AUDIO_BLOCK_SAMPLES), AUDIO_CAPTURE_END);
    CHECK_INT(audio_twin_now(twin), 480);
    audio_capture_health(capture, &health);
    CHECK_INT(health.n_samples, 480);
    CHECK_INT(health.zero_run_samples, 80);
    audio_twin_destroy(twin);
}

static void a_dead_device_delivers_nothing(void)
{
    struct audio_twin *twin;
    int16_t block[AUDIO_BLOCK_SAMPLES];

    REQUIRE(audio_twin_create(20, &twin) == 0);
    audio_twin_set_dead(twin, true);
    for (int i = 0; i < 10; i++)
        CHECK_INT(audio_capture_read(audio_twin_capture(twin), block, AUDIO_BLOCK_SAMPLES), 0);
    CHECK_INT(audio_twin_now(twin), 0);
    audio_twin_destroy(twin);
}

static void pass(struct audio_twin *twin, int n_blocks)
{
    int16_t block[AUDIO_BLOCK_SAMPLES];

    while (n_blocks > 0)
        n_blocks -= audio_capture_read(audio_twin_capture(twin), block, AUDIO_BLOCK_SAMPLES) > 0;
}

static void heard_comes_after_written_by_the_latency(void)
{
    struct audio_twin *twin;
    struct audio_playback *playback;
    int16_t sound[800];
    int64_t written, heard;

    tone_fill(sound, 800, 440, AUDIO_RATE_HZ, 5000);
    REQUIRE(audio_twin_create(50, &twin) == 0);
    playback = audio_twin_playback(twin);
    CHECK_INT(audio_playback_write(playback, sound, 800), 800);
    audio_playback_positions(playback, &written, &heard);
    CHECK_INT(written, 800);
    CHECK_INT(heard, 0);
    pass(twin, 5); /* all is taken, nothing in the air */
    audio_playback_positions(playback, &written, &heard);
    CHECK_INT(heard, 0);
    pass(twin, 2);
    audio_playback_positions(playback, &written, &heard);
    CHECK_INT(heard, 320);
    pass(twin, 5);
    audio_playback_positions(playback, &written, &heard);
    CHECK_INT(heard, 800);
    audio_twin_destroy(twin);
}

static void a_flush_takes_back_what_was_not_heard(void)
{
    struct audio_twin *twin;
    struct audio_playback *playback;
    int16_t sound[1600];
    const int16_t *played;
    int64_t written, heard;
    size_t n;

    tone_fill(sound, 1600, 440, AUDIO_RATE_HZ, 5000);
    REQUIRE(audio_twin_create(0, &twin) == 0);
    playback = audio_twin_playback(twin);
    audio_playback_write(playback, sound, 1600);
    pass(twin, 4);
    audio_playback_flush(playback);
    audio_playback_positions(playback, &written, &heard);
    CHECK_INT(written, 640);
    CHECK_INT(heard, 640);
    pass(twin, 4);
    played = audio_twin_played(twin, &n);
    REQUIRE(n == 1280);
    CHECK(memcmp(played, sound, 640 * sizeof(*sound)) == 0);
    CHECK_INT(tone_rms(played + 640, 640), 0);
    audio_playback_stop(playback);
    CHECK_INT(audio_playback_write(playback, sound, 10), 0);
    CHECK_INT(audio_playback_reopen(playback), 0);
    CHECK_INT(audio_playback_write(playback, sound, 10), 10);
    audio_twin_destroy(twin);
}

static void what_sounded_is_told_in_order_silence_too(void)
{
    struct audio_twin *twin;
    struct audio_playback *playback;
    int16_t sound[AUDIO_BLOCK_SAMPLES], told[4 * AUDIO_BLOCK_SAMPLES];

    tone_fill(sound, AUDIO_BLOCK_SAMPLES, 440, AUDIO_RATE_HZ, 5000);
    REQUIRE(audio_twin_create(20, &twin) == 0);
    playback = audio_twin_playback(twin);
    pass(twin, 1);
    REQUIRE(audio_playback_write(playback, sound, AUDIO_BLOCK_SAMPLES) == AUDIO_BLOCK_SAMPLES);
    pass(twin, 2);
    CHECK_INT(audio_playback_sounded(playback, told, AUDIO_BLOCK_SAMPLES), AUDIO_BLOCK_SAMPLES);
    CHECK_INT(tone_rms(told, AUDIO_BLOCK_SAMPLES), 0);
    CHECK_INT(audio_playback_sounded(playback, told, 4 * (size_t)AUDIO_BLOCK_SAMPLES),
              2 * AUDIO_BLOCK_SAMPLES);
    CHECK(memcmp(told, sound, sizeof(sound)) == 0);
    CHECK_INT(tone_rms(told + AUDIO_BLOCK_SAMPLES, AUDIO_BLOCK_SAMPLES), 0);
    CHECK_INT(audio_playback_sounded(playback, told, AUDIO_BLOCK_SAMPLES), 0);
    audio_twin_destroy(twin);
}

CHECK_MAIN(the_microphone_hears_what_was_appended_then_silence_then_the_end,
           a_dead_device_delivers_nothing, heard_comes_after_written_by_the_latency,
           a_flush_takes_back_what_was_not_heard, what_sounded_is_told_in_order_silence_too)
