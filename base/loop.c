/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/loop.h"

#include "base/error.h"

#include <stdlib.h>
#include <uv.h>

struct base_loop {
    uv_loop_t uv;
};

struct base_timer {
    uv_timer_t uv; /* first: a handle's address is that of its owner */
    base_timer_fn *fn;
    void *user;
};

struct base_watch {
    uv_poll_t uv;
    base_watch_fn *fn;
    void *user;
};

struct loop_signal {
    uv_signal_t uv;
    base_signal_fn *fn;
    void *user;
};

_Static_assert(offsetof(struct base_timer, uv) == 0, "free_handle relies on it");
_Static_assert(offsetof(struct base_watch, uv) == 0, "free_handle relies on it");
_Static_assert(offsetof(struct loop_signal, uv) == 0, "free_handle relies on it");

static void free_handle(uv_handle_t *handle)
{
    free(handle);
}

static void close_left(uv_handle_t *handle, void *user)
{
    (void)user;
    if (!uv_is_closing(handle))
        uv_close(handle, free_handle);
}

int base_loop_create(struct base_loop **ret_loop)
{
    struct base_loop *loop = calloc(1, sizeof(*loop));
    int r;

    if (!loop)
        return UV_ENOMEM;
    r = uv_loop_init(&loop->uv);
    if (r < 0) {
        free(loop);
        return base_trace(r);
    }
    *ret_loop = loop;
    return 0;
}

void base_loop_destroy(struct base_loop *loop)
{
    if (!loop)
        return;
    uv_walk(&loop->uv, close_left, NULL);
    uv_run(&loop->uv, UV_RUN_DEFAULT);
    uv_loop_close(&loop->uv);
    free(loop);
}

int base_loop_run(struct base_loop *loop)
{
    int r = uv_run(&loop->uv, UV_RUN_DEFAULT);

    return r < 0 ? base_trace(r) : 0;
}

void base_loop_stop(struct base_loop *loop)
{
    uv_stop(&loop->uv);
}

static void timer_fired(uv_timer_t *uv)
{
    struct base_timer *timer = (struct base_timer *)uv;

    timer->fn(timer->user);
}

int base_timer_create(struct base_loop *loop, base_timer_fn *fn, void *user,
                      struct base_timer **ret_timer)
{
    struct base_timer *timer = calloc(1, sizeof(*timer));

    if (!timer)
        return UV_ENOMEM;
    timer->fn = fn;
    timer->user = user;
    uv_timer_init(&loop->uv, &timer->uv); /* documented never to fail */
    *ret_timer = timer;
    return 0;
}

void base_timer_start(struct base_timer *timer, int64_t delay_ms, int64_t period_ms)
{
    uv_update_time(timer->uv.loop);
    uv_timer_start(&timer->uv, timer_fired, delay_ms > 0 ? (uint64_t)delay_ms : 0,
                   period_ms > 0 ? (uint64_t)period_ms : 0);
}

void base_timer_stop(struct base_timer *timer)
{
    uv_timer_stop(&timer->uv);
}

void base_timer_destroy(struct base_timer *timer)
{
    if (timer)
        uv_close((uv_handle_t *)&timer->uv, free_handle);
}

static void watch_ready(uv_poll_t *uv, int status, int events)
{
    struct base_watch *watch = (struct base_watch *)uv;

    /* An error is reported as readiness: the owner's next read or write meets it. */
    if (status < 0)
        events = UV_READABLE | UV_WRITABLE;
    watch->fn(watch->user, (events & UV_READABLE ? BASE_LOOP_READABLE : 0) |
                               (events & UV_WRITABLE ? BASE_LOOP_WRITABLE : 0));
}

int base_watch_create(struct base_loop *loop, int fd, int events, base_watch_fn *fn, void *user,
                      struct base_watch **ret_watch)
{
    struct base_watch *watch = calloc(1, sizeof(*watch));
    int r;

    if (!watch)
        return UV_ENOMEM;
    watch->fn = fn;
    watch->user = user;
    r = uv_poll_init(&loop->uv, &watch->uv, fd);
    if (r < 0) {
        free(watch);
        return base_trace(r);
    }
    r = uv_poll_start(&watch->uv,
                      (events & BASE_LOOP_READABLE ? UV_READABLE : 0) |
                          (events & BASE_LOOP_WRITABLE ? UV_WRITABLE : 0),
                      watch_ready);
    if (r < 0) {
        base_watch_destroy(watch);
        return base_trace(r);
    }
    *ret_watch = watch;
    return 0;
}

void base_watch_destroy(struct base_watch *watch)
{
    if (watch) {
        uv_poll_stop(&watch->uv);
        uv_close((uv_handle_t *)&watch->uv, free_handle);
    }
}

static void signal_came(uv_signal_t *uv, int number)
{
    struct loop_signal *signal = (struct loop_signal *)uv;

    signal->fn(signal->user, number);
}

int base_loop_on_signal(struct base_loop *loop, int signal_number, base_signal_fn *fn, void *user)
{
    struct loop_signal *signal = calloc(1, sizeof(*signal));
    int r;

    if (!signal)
        return UV_ENOMEM;
    signal->fn = fn;
    signal->user = user;
    r = uv_signal_init(&loop->uv, &signal->uv);
    if (r < 0) {
        free(signal);
        return base_trace(r);
    }
    return base_trace(uv_signal_start(&signal->uv, signal_came, signal_number));
}
