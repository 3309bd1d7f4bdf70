/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Drives the real sound devices for tests/audio/device.py, which plays the room's part:
 *
 *     list                    one device a line
 *     capture NAME SECONDS F  records into a file
 *     play NAME F             plays a file through the player, tells what it says
 *     flush NAME F            the same, and flushes after half a second
 *     watch NAME              judges the microphone each 200 ms and heals it, until standard input
 *                             ends; the judge's clock runs twice as fast, so that a test
 *                             need not wait for windows of five seconds
 *     mute NAME               opens, stops (tells), reopens at the end of standard input
 */
#include "audio/device.h"
#include "audio/format.h"
#include "audio/hearing.h"
#include "audio/player.h"
#include "audio/soundfile.h"
#include "base/clock.h"
#include "base/loop.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define JUDGE_SPEED 2

struct probe {
    struct base_loop *loop;
    struct audio_devices *devices;
    struct audio_capture *capture;
    struct audio_playback *playback;
    struct audio_player *player;
    struct audio_hearing hearing;
    enum audio_hearing_state told;
    int16_t *samples;
    size_t n_samples, n_wanted;
    int64_t start_ms;
};

static int64_t now_ms(void)
{
    return base_clock_system()->monotonic_ms(base_clock_system());
}

static void say(struct probe *probe, const char *what)
{
    printf("%s %lld\n", what, (long long)(now_ms() - probe->start_ms));
    fflush(stdout);
}

static int fail(struct probe *probe)
{
    printf("error %s\n", audio_devices_error(probe->devices));
    return 1;
}

static int list(struct probe *probe)
{
    struct audio_device_info info;

    for (size_t i = 0; audio_devices_get(probe->devices, i, &info); i++)
        printf("%s in=%d out=%d rate=%d host=%s\n", info.name, info.n_inputs, info.n_outputs,
               info.rate_hz, info.host);
    return 0;
}

static void on_recorded(void *user, int events)
{
    struct probe *probe = user;
    int16_t block[AUDIO_BLOCK_SAMPLES];

    (void)events;
    while (audio_capture_read(probe->capture, block, AUDIO_BLOCK_SAMPLES) > 0) {
        if (probe->n_samples + AUDIO_BLOCK_SAMPLES > probe->n_wanted) {
            base_loop_stop(probe->loop);
            return;
        }
        memcpy(probe->samples + probe->n_samples, block, sizeof(block));
        probe->n_samples += AUDIO_BLOCK_SAMPLES;
    }
}

static int capture(struct probe *probe, const char *name, const char *seconds, const char *path)
{
    struct audio_capture_health health;
    struct base_watch *watch;

    if (audio_devices_open_capture(probe->devices, name, &probe->capture) != 0)
        return fail(probe);
    say(probe, "open");
    probe->n_wanted = (size_t)(atof(seconds) * AUDIO_RATE_HZ);
    probe->samples = calloc(probe->n_wanted, sizeof(*probe->samples));
    if (!probe->samples || base_watch_create(probe->loop, audio_capture_fd(probe->capture),
                                             BASE_LOOP_READABLE, on_recorded, probe, &watch) < 0)
        return 1;
    base_loop_run(probe->loop);
    audio_capture_health(probe->capture, &health);
    printf("health samples=%lld overflows=%lld dropped=%lld callbacks=%lld\n",
           (long long)health.n_samples, (long long)health.n_overflows, (long long)health.n_dropped,
           (long long)health.n_callbacks);
    base_watch_destroy(watch);
    audio_capture_close(probe->capture);
    return audio_soundfile_save(path, probe->samples, probe->n_samples, AUDIO_RATE_HZ, NULL) < 0;
}

static void on_quiet(void *user)
{
    struct probe *probe = user;

    say(probe, "quiet");
    base_loop_stop(probe->loop);
}

static void on_flush_time(void *user)
{
    struct probe *probe = user;

    say(probe, "flush");
    audio_player_flush(probe->player);
    say(probe, "flushed");
}

static int play(struct probe *probe, const char *name, const char *path, bool flushes)
{
    struct audio_player_events events = {on_quiet, probe};
    struct audio_player_settings settings;
    struct audio_playback_health health;
    struct base_timer *timer;

    if (audio_soundfile_load(path, 0, &probe->samples, &probe->n_samples, NULL) < 0)
        return 1;
    if (audio_devices_open_playback(probe->devices, name, &probe->playback) != 0)
        return fail(probe);
    audio_player_settings_default(&settings);
    if (audio_player_create(probe->loop, probe->playback, &settings, &events, &probe->player) < 0 ||
        base_timer_create(probe->loop, on_flush_time, probe, &timer) < 0)
        return 1;
    if (flushes)
        base_timer_start(timer, 500, 0);
    audio_player_play(probe->player, probe->samples, probe->n_samples, AUDIO_RATE_HZ);
    say(probe, "play");
    base_loop_run(probe->loop);
    audio_playback_health(probe->playback, &health);
    printf("health underflows=%lld latency=%lld\n", (long long)health.n_underflows,
           (long long)health.latency_ms);
    audio_player_destroy(probe->player);
    audio_playback_close(probe->playback);
    return 0;
}

static void on_heard(void *user, int events)
{
    struct probe *probe = user;
    int16_t block[AUDIO_BLOCK_SAMPLES];

    (void)events;
    while (audio_capture_read(probe->capture, block, AUDIO_BLOCK_SAMPLES) > 0)
        ;
}

static void on_judge(void *user)
{
    static const char *const states[] = {"hears", "starved", "zero"};
    struct probe *probe = user;
    struct audio_capture_health health;
    enum audio_hearing_remedy remedy;
    int r;

    audio_capture_health(probe->capture, &health);
    health.n_samples *= JUDGE_SPEED;
    health.zero_run_samples *= JUDGE_SPEED;
    remedy = audio_hearing_judge(&probe->hearing, now_ms() * JUDGE_SPEED, &health);
    if (probe->hearing.state != probe->told)
        say(probe, states[probe->hearing.state]);
    probe->told = probe->hearing.state;
    if (remedy == AUDIO_HEARING_REOPEN || remedy == AUDIO_HEARING_RESTART) {
        say(probe, remedy == AUDIO_HEARING_REOPEN ? "reopen" : "restart");
        r = remedy == AUDIO_HEARING_REOPEN ? audio_capture_reopen(probe->capture)
                                           : audio_devices_restart(probe->devices);
        say(probe, r == 0 ? "done" : audio_devices_error(probe->devices));
    }
}

static void on_end(void *user, int events)
{
    struct probe *probe = user;
    char scrap[100];

    (void)events;
    if (read(0, scrap, sizeof(scrap)) <= 0)
        base_loop_stop(probe->loop);
}

static int watch(struct probe *probe, const char *name)
{
    struct base_watch *input, *microphone;
    struct base_timer *timer;

    if (audio_devices_open_capture(probe->devices, name, &probe->capture) != 0)
        return fail(probe);
    say(probe, "open");
    audio_hearing_init(&probe->hearing, now_ms() * JUDGE_SPEED);
    if (base_watch_create(probe->loop, 0, BASE_LOOP_READABLE, on_end, probe, &input) < 0 ||
        base_watch_create(probe->loop, audio_capture_fd(probe->capture), BASE_LOOP_READABLE,
                          on_heard, probe, &microphone) < 0 ||
        base_timer_create(probe->loop, on_judge, probe, &timer) < 0)
        return 1;
    base_timer_start(timer, 200, 200);
    base_loop_run(probe->loop);
    base_watch_destroy(input);
    base_watch_destroy(microphone);
    audio_capture_close(probe->capture);
    return 0;
}

static int mute(struct probe *probe, const char *name)
{
    char scrap[100];

    if (audio_devices_open_capture(probe->devices, name, &probe->capture) != 0)
        return fail(probe);
    audio_capture_stop(probe->capture);
    say(probe, "stopped");
    if (read(0, scrap, sizeof(scrap)) <= 0 || audio_capture_reopen(probe->capture) != 0)
        return fail(probe);
    say(probe, "reopened");
    if (read(0, scrap, sizeof(scrap)) > 0)
        say(probe, "done");
    audio_capture_close(probe->capture);
    return 0;
}

static int run(struct probe *probe, int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "list") == 0)
        return list(probe);
    if (argc == 5 && strcmp(argv[1], "capture") == 0)
        return capture(probe, argv[2], argv[3], argv[4]);
    if (argc == 4 && strcmp(argv[1], "play") == 0)
        return play(probe, argv[2], argv[3], false);
    if (argc == 4 && strcmp(argv[1], "flush") == 0)
        return play(probe, argv[2], argv[3], true);
    if (argc == 3 && strcmp(argv[1], "watch") == 0)
        return watch(probe, argv[2]);
    if (argc == 3 && strcmp(argv[1], "mute") == 0)
        return mute(probe, argv[2]);
    return 2;
}

int main(int argc, char **argv)
{
    struct probe probe = {.start_ms = now_ms()};
    int r;

    if (base_loop_create(&probe.loop) < 0 || audio_devices_create(&probe.devices) < 0)
        return 1;
    r = run(&probe, argc, argv);
    audio_devices_destroy(probe.devices);
    base_loop_destroy(probe.loop);
    free(probe.samples);
    return r;
}
