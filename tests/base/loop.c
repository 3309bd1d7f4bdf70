/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/loop.h"
#include "tests/check.h"

#include <signal.h>
#include <unistd.h>

struct scene {
    struct base_loop *loop;
    struct base_timer *timer;
    struct base_watch *watch;
    int fds[2];
    int n_ticks, n_read, signal_number;
};

static void on_signal(void *user, int signal_number)
{
    struct scene *scene = user;

    scene->signal_number = signal_number;
    base_loop_stop(scene->loop);
}

static void on_readable(void *user, int events)
{
    struct scene *scene = user;
    char byte;

    if (events & BASE_LOOP_READABLE && read(scene->fds[0], &byte, 1) == 1)
        scene->n_read++;
    raise(SIGUSR1);
}

static void on_tick(void *user)
{
    struct scene *scene = user;

    if (++scene->n_ticks == 3) {
        base_timer_stop(scene->timer);
        (void)!write(scene->fds[1], "x", 1);
    }
}

static void timers_descriptors_and_signals_arrive(void)
{
    struct scene scene = {0};

    REQUIRE(pipe(scene.fds) == 0);
    REQUIRE(base_loop_create(&scene.loop) == 0);
    REQUIRE(base_loop_on_signal(scene.loop, SIGUSR1, on_signal, &scene) == 0);
    REQUIRE(base_watch_create(scene.loop, scene.fds[0], BASE_LOOP_READABLE, on_readable, &scene,
                              &scene.watch) == 0);
    REQUIRE(base_timer_create(scene.loop, on_tick, &scene, &scene.timer) == 0);
    base_timer_start(scene.timer, 1, 1);
    CHECK_INT(base_loop_run(scene.loop), 0);
    CHECK_INT(scene.n_ticks, 3);
    CHECK_INT(scene.n_read, 1);
    CHECK_INT(scene.signal_number, SIGUSR1);
    base_loop_destroy(scene.loop);
    close(scene.fds[0]);
    close(scene.fds[1]);
}

CHECK_MAIN(timers_descriptors_and_signals_arrive)
