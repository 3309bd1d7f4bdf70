/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The main thread's event loop: timers, file descriptors, signals.
 *
 * A door to libuv (chosen over bare epoll, signalfd and timerfd: the same thing kept by others,
 * tested on more kernels than we shall meet, and small). Real-time code never calls in here: it
 * writes an eventfd that base_loop_watch watches.
 *
 * Order: create, add sources, run, (stop from a callback), destroy. Thread: main, for all of it.
 */
#ifndef BASE_LOOP_H
#define BASE_LOOP_H

#include <stdint.h>

struct base_loop;
struct base_timer;
struct base_watch;

enum { BASE_LOOP_READABLE = 1, BASE_LOOP_WRITABLE = 2 };

typedef void base_timer_fn(void *user);
typedef void base_watch_fn(void *user, int events);
typedef void base_signal_fn(void *user, int signal_number);

/* Returns: 0 or -errno. Owns: the caller. */
int base_loop_create(struct base_loop **ret_loop);
/* Ends every timer and watch that is left. Accepts NULL. */
void base_loop_destroy(struct base_loop *loop);

/* Runs until base_loop_stop. Returns: 0 or -errno. */
int base_loop_run(struct base_loop *loop);
void base_loop_stop(struct base_loop *loop);

/* Returns: 0 or -errno. Owns: the loop; base_timer_destroy ends it earlier. */
int base_timer_create(struct base_loop *loop, base_timer_fn *fn, void *user,
                      struct base_timer **ret_timer);
/* Fires once after delay_ms, then every period_ms (0: once only). A second start replaces the
 * first. */
void base_timer_start(struct base_timer *timer, int64_t delay_ms, int64_t period_ms);
void base_timer_stop(struct base_timer *timer);
void base_timer_destroy(struct base_timer *timer);

/* Calls fn while the descriptor is ready; the descriptor stays the caller's. Returns: 0 or -errno.
 */
int base_watch_create(struct base_loop *loop, int fd, int events, base_watch_fn *fn, void *user,
                      struct base_watch **ret_watch);
/* Must come before the descriptor is closed. Accepts NULL. */
void base_watch_destroy(struct base_watch *watch);

/* Calls fn when the process gets the signal. Returns: 0 or -errno. Owns: the loop. */
int base_loop_on_signal(struct base_loop *loop, int signal_number, base_signal_fn *fn, void *user);

#endif
