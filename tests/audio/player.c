/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/player.h"
#include "audio/twin.h"
#include "tests/audio/tone.h"
#include "tests/check.h"

#include <errno.h>

#define LATENCY_MS 40
#define CLIP_MS    200

static int16_t clip[CLIP_MS * AUDIO_RATE_HZ / 1000];

struct stage {
    struct audio_twin *twin;
    struct audio_player *player;
    int n_quiet;
    int64_t quiet_at; /* the last */
    bool plays_again;
};

static void on_quiet(void *user)
{
    struct stage *stage = user;

    stage->n_quiet++;
    stage->quiet_at = audio_twin_now(stage->twin);
    if (stage->plays_again) {
        stage->plays_again = false;
        CHECK_INT(audio_player_play(stage->player, clip, 1600, AUDIO_RATE_HZ), 0);
    }
}

static void set_up(struct stage *stage, struct base_loop *loop)
{
    struct audio_player_settings settings;
    struct audio_player_events events = {on_quiet, stage};

    *stage = (struct stage){0};
    tone_fill(clip, sizeof(clip) / sizeof(clip[0]), 500, AUDIO_RATE_HZ, 10000);
    audio_player_settings_default(&settings);
    REQUIRE(audio_twin_create(LATENCY_MS, &stage->twin) == 0);
    REQUIRE(audio_player_create(loop, audio_twin_playback(stage->twin), &settings, &events,
                                &stage->player) == 0);
}

static void tear_down(struct stage *stage)
{
    audio_player_destroy(stage->player);
    audio_twin_destroy(stage->twin);
}

static void play(struct stage *stage)
{
    REQUIRE(audio_player_play(stage->player, clip, sizeof(clip) / sizeof(clip[0]), AUDIO_RATE_HZ) ==
            0);
}

static void pass_ms(struct stage *stage, int ms)
{
    int16_t block[AUDIO_BLOCK_SAMPLES];

    while (ms > 0) {
        if (audio_capture_read(audio_twin_capture(stage->twin), block, AUDIO_BLOCK_SAMPLES) > 0)
            ms -= AUDIO_BLOCK_MS;
        audio_player_pump(stage->player);
    }
}

/* Where sound begins in what was played, in ms, from `from_ms` on; -1 when nowhere. */
static int sounds_at(struct stage *stage, int from_ms)
{
    size_t n;
    const int16_t *played = audio_twin_played(stage->twin, &n);

    for (size_t i = (size_t)audio_ms_to_samples(from_ms); i < n; i++) {
        if (abs(played[i]) > 100)
            return (int)audio_samples_to_ms((int64_t)i);
    }
    return -1;
}

static double loudness(struct stage *stage, int from_ms, int ms)
{
    size_t n;
    const int16_t *played = audio_twin_played(stage->twin, &n);

    REQUIRE((size_t)audio_ms_to_samples(from_ms + ms) <= n);
    return tone_rms(played + audio_ms_to_samples(from_ms), (size_t)audio_ms_to_samples(ms));
}

static void quiet_is_told_a_gate_after_the_clip_was_heard(void)
{
    struct stage stage;
    int64_t quiet_at = audio_ms_to_samples(200 + CLIP_MS + LATENCY_MS + 400);

    set_up(&stage, NULL);
    CHECK(!audio_player_is_busy(stage.player));
    play(&stage);
    CHECK(audio_player_is_busy(stage.player));
    pass_ms(&stage, 1500);
    CHECK_INT(stage.n_quiet, 1);
    CHECK(stage.quiet_at >= quiet_at && stage.quiet_at <= quiet_at + 2 * AUDIO_BLOCK_SAMPLES);
    CHECK(!audio_player_is_busy(stage.player));
    tear_down(&stage);
}

static void every_sample_is_played_once_and_in_order(void)
{
    struct stage stage;
    const int16_t *played;
    size_t n, at;

    set_up(&stage, NULL);
    play(&stage);
    pass_ms(&stage, 1000);
    played = audio_twin_played(stage.twin, &n);
    at = (size_t)audio_ms_to_samples(200);
    REQUIRE(n > at + 3200);
    CHECK(memcmp(played + at, clip, sizeof(clip)) == 0);
    CHECK(tone_rms(played + at + 3200, n - at - 3200) < 1.0);
    tear_down(&stage);
}

static void only_a_sleeping_output_gets_a_lead(void)
{
    struct stage stage;

    set_up(&stage, NULL);
    play(&stage);
    pass_ms(&stage, 1000);
    CHECK_INT(sounds_at(&stage, 0), 200);
    play(&stage); /* 600 ms after the first */
    pass_ms(&stage, 5000);
    CHECK_INT(sounds_at(&stage, 900), 1000);
    play(&stage); /* nearly five seconds later */
    pass_ms(&stage, 1000);
    CHECK_INT(sounds_at(&stage, 5900), 6200);
    tear_down(&stage);
}

static void a_roused_output_answers_at_once(void)
{
    struct stage stage;

    set_up(&stage, NULL);
    audio_player_rouse(stage.player);
    CHECK(!audio_player_is_busy(stage.player)); /* the microphone stays open */
    pass_ms(&stage, 400);
    play(&stage);
    pass_ms(&stage, 1000);
    CHECK_INT(sounds_at(&stage, 0), 400);
    CHECK_INT(stage.n_quiet, 1);
    tear_down(&stage);
}

static void clips_follow_each_other_at_once(void)
{
    struct stage stage;

    set_up(&stage, NULL);
    for (int i = 0; i < 3; i++)
        play(&stage);
    pass_ms(&stage, 3000);
    CHECK_INT(stage.n_quiet, 1);
    /* One that is written before the next is queued has its pad behind it. */
    CHECK(audio_samples_to_ms(stage.quiet_at) <=
          200 + LATENCY_MS + 3 * (CLIP_MS + 20) + 400 + 2 * AUDIO_BLOCK_MS);
    CHECK(loudness(&stage, 200 + CLIP_MS - 5, 10) > 5000);
    tear_down(&stage);
}

static void a_flush_is_silent_at_once_and_quiet_after_the_gate(void)
{
    struct stage stage;

    set_up(&stage, NULL);
    play(&stage);
    play(&stage);
    pass_ms(&stage, 300);
    audio_player_flush(stage.player);
    CHECK_INT(stage.n_quiet, 0);
    CHECK(audio_player_is_busy(stage.player)); /* the room still sounds */
    pass_ms(&stage, 1000);
    CHECK_INT(sounds_at(&stage, 310), -1);
    CHECK_INT(stage.n_quiet, 1);
    CHECK_INT(audio_samples_to_ms(stage.quiet_at), 700);
    play(&stage);
    pass_ms(&stage, 1000);
    CHECK(sounds_at(&stage, 1300) >= 0);
    CHECK_INT(stage.n_quiet, 2);
    tear_down(&stage);
}

static void a_clip_may_be_played_from_a_callback(void)
{
    struct stage stage;

    set_up(&stage, NULL);
    stage.plays_again = true;
    play(&stage);
    pass_ms(&stage, 1000);
    CHECK_INT(stage.n_quiet, 1);
    CHECK(audio_player_is_busy(stage.player));
    pass_ms(&stage, 1000);
    CHECK_INT(stage.n_quiet, 2);
    CHECK(sounds_at(&stage, 1000 - CLIP_MS) >= 0);
    tear_down(&stage);
}

static void a_reopened_output_says_the_cut_clip_again(void)
{
    struct stage stage;

    set_up(&stage, NULL);
    play(&stage);
    pass_ms(&stage, 300);
    audio_playback_stop(audio_twin_playback(stage.twin));
    pass_ms(&stage, 2000);
    CHECK_INT(stage.n_quiet, 0);
    CHECK(audio_player_is_busy(stage.player));
    CHECK_INT(audio_playback_reopen(audio_twin_playback(stage.twin)), 0);
    pass_ms(&stage, 2000);
    CHECK_INT(stage.n_quiet, 1);
    CHECK_INT(sounds_at(&stage, 310), 2500); /* after its lead */
    CHECK(loudness(&stage, 2500, CLIP_MS) > 7000);
    tear_down(&stage);
}

static void what_a_stuck_output_holds_can_be_let_go(void)
{
    struct stage stage;

    set_up(&stage, NULL);
    play(&stage);
    pass_ms(&stage, 300);
    audio_playback_stop(audio_twin_playback(stage.twin));
    pass_ms(&stage, 1000);
    CHECK_INT(stage.n_quiet, 0);
    CHECK(audio_player_is_busy(stage.player));
    audio_player_flush(stage.player);
    CHECK_INT(stage.n_quiet, 1);
    CHECK(!audio_player_is_busy(stage.player));
    tear_down(&stage);
}

static void volume_moves_without_a_step(void)
{
    struct stage stage;
    const int16_t *played;
    size_t n;
    int worst = 0;

    set_up(&stage, NULL);
    for (int i = 0; i < 20; i++)
        play(&stage);
    pass_ms(&stage, 800);
    audio_player_set_volume(stage.player, 50);
    CHECK_INT(audio_player_volume(stage.player), 50);
    pass_ms(&stage, 4500);
    CHECK(fabs(loudness(&stage, 500, 100) - 7071) < 100);
    CHECK(fabs(loudness(&stage, 3500, 100) - 707.1) < 10); /* 20 dB less */
    played = audio_twin_played(stage.twin, &n);
    for (size_t i = 1; i < n; i++)
        worst = abs(played[i] - played[i - 1]) > worst ? abs(played[i] - played[i - 1]) : worst;
    CHECK(worst < 2000); /* the tone's own steepest step is 1960 */
    audio_player_set_volume(stage.player, 500);
    CHECK_INT(audio_player_volume(stage.player), 100);
    audio_player_set_volume(stage.player, -1);
    CHECK_INT(audio_player_volume(stage.player), 0);
    tear_down(&stage);
}

static void other_rates_and_odd_lengths_are_taken(void)
{
    static int16_t long_clip[48000];
    struct stage stage;

    set_up(&stage, NULL);
    tone_fill(long_clip, 48000, 500, 22050, 10000);
    CHECK_INT(audio_player_play(stage.player, long_clip, 22050 / 5, 22050), 0);
    CHECK_INT(audio_player_play(stage.player, long_clip, 0, 22050), 0);
    CHECK_INT(audio_player_play(stage.player, long_clip, 1, 22050), 0);
    CHECK_INT(audio_player_play(stage.player, long_clip, 100, 100), -EINVAL);
    pass_ms(&stage, 2000);
    CHECK_INT(stage.n_quiet, 1);
    CHECK(loudness(&stage, 220, 160) > 6900);
    tear_down(&stage);
}

static void the_queue_has_an_end(void)
{
    static int16_t second[AUDIO_RATE_HZ];
    struct stage stage;
    int n = 0;

    set_up(&stage, NULL);
    while (audio_player_play(stage.player, second, AUDIO_RATE_HZ, AUDIO_RATE_HZ) == 0)
        n++;
    CHECK_INT(n, 120);
    CHECK_INT(audio_player_play(stage.player, second, AUDIO_RATE_HZ, AUDIO_RATE_HZ), -E2BIG);
    tear_down(&stage);
}

struct looped {
    struct stage stage;
    struct base_loop *loop;
};

static void on_looped_quiet(void *user)
{
    struct looped *looped = user;

    looped->stage.n_quiet++;
    base_loop_stop(looped->loop);
}

static void on_microphone(void *user, int events)
{
    struct looped *looped = user;
    int16_t block[AUDIO_BLOCK_SAMPLES];

    (void)events;
    while (audio_capture_read(audio_twin_capture(looped->stage.twin), block, AUDIO_BLOCK_SAMPLES) >
           0)
        ;
    if (audio_twin_now(looped->stage.twin) > 60 * AUDIO_RATE_HZ)
        base_loop_stop(looped->loop);
}

static void with_a_loop_it_pumps_itself(void)
{
    struct looped looped;
    struct audio_player_settings settings;
    struct audio_player_events events = {on_looped_quiet, &looped};
    struct base_watch *watch;

    set_up(&looped.stage, NULL);
    audio_player_destroy(looped.stage.player);
    REQUIRE(base_loop_create(&looped.loop) == 0);
    audio_player_settings_default(&settings);
    REQUIRE(audio_player_create(looped.loop, audio_twin_playback(looped.stage.twin), &settings,
                                &events, &looped.stage.player) == 0);
    REQUIRE(base_watch_create(looped.loop, audio_capture_fd(audio_twin_capture(looped.stage.twin)),
                              BASE_LOOP_READABLE, on_microphone, &looped, &watch) == 0);
    play(&looped.stage);
    CHECK_INT(base_loop_run(looped.loop), 0);
    CHECK_INT(looped.stage.n_quiet, 1);
    CHECK(audio_twin_now(looped.stage.twin) < 2 * AUDIO_RATE_HZ);
    base_watch_destroy(watch);
    audio_player_destroy(looped.stage.player);
    base_loop_destroy(looped.loop);
    audio_twin_destroy(looped.stage.twin);
}

static bool is_resting(struct stage *stage)
{
    struct audio_playback_health health;

    audio_playback_health(audio_twin_playback(stage->twin), &health);
    return health.is_resting;
}

static void a_long_silent_output_rests_until_it_is_wanted(void)
{
    struct stage stage;
    int begun_ms;

    set_up(&stage, NULL);
    play(&stage);
    pass_ms(&stage, 15000);
    audio_player_rest(stage.player);
    CHECK(!is_resting(&stage));
    pass_ms(&stage, 10000);
    audio_player_rest(stage.player);
    CHECK(is_resting(&stage));
    pass_ms(&stage, 1000);
    audio_player_rouse(stage.player);
    CHECK(!is_resting(&stage));
    pass_ms(&stage, 300);
    begun_ms = (int)audio_samples_to_ms(audio_twin_now(stage.twin));
    stage.n_quiet = 0;
    play(&stage);
    pass_ms(&stage, 1000);
    CHECK(sounds_at(&stage, begun_ms) - begun_ms <= 2 * AUDIO_BLOCK_MS);
    CHECK_INT(stage.n_quiet, 1);
    tear_down(&stage);
}

static void a_clip_wakes_a_resting_output_and_sounds_whole(void)
{
    struct stage stage;
    int begun_ms;

    set_up(&stage, NULL);
    pass_ms(&stage, 25000);
    audio_player_rest(stage.player);
    CHECK(is_resting(&stage));
    begun_ms = (int)audio_samples_to_ms(audio_twin_now(stage.twin));
    play(&stage);
    CHECK(!is_resting(&stage));
    audio_player_rest(stage.player); /* busy: not now */
    CHECK(!is_resting(&stage));
    pass_ms(&stage, 1500);
    CHECK(sounds_at(&stage, begun_ms) >= begun_ms + 200);
    CHECK_INT(stage.n_quiet, 1);
    tear_down(&stage);
}

CHECK_MAIN(a_long_silent_output_rests_until_it_is_wanted,
           a_clip_wakes_a_resting_output_and_sounds_whole,
           quiet_is_told_a_gate_after_the_clip_was_heard, every_sample_is_played_once_and_in_order,
           only_a_sleeping_output_gets_a_lead, a_roused_output_answers_at_once,
           clips_follow_each_other_at_once, a_flush_is_silent_at_once_and_quiet_after_the_gate,
           a_clip_may_be_played_from_a_callback, a_reopened_output_says_the_cut_clip_again,
           what_a_stuck_output_holds_can_be_let_go, volume_moves_without_a_step,
           other_rates_and_odd_lengths_are_taken, the_queue_has_an_end, with_a_loop_it_pumps_itself)
