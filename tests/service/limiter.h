/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Slows down who guesses: so many failures a quarter of an hour from one address, and from all of
 * them together, then no more tries until it is over. Kept in memory only: who could restart the
 * service need not guess. Thread: any.
 */
#ifndef TESTS_SERVICE_LIMITER_H
#define TESTS_SERVICE_LIMITER_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#define LIMITER_WINDOW_S 900

struct limiter {
    pthread_mutex_t lock;
    int n_max_each, n_max_all;
    struct {
        char address[48];
        int64_t since_ms;
        int n;
    } seen[64]; /* the first is for all addresses */
};

void limiter_init(struct limiter *limiter, int n_max_each, int n_max_all);
void limiter_finish(struct limiter *limiter);

/* Whether one more try may be made. */
bool limiter_may_try(struct limiter *limiter, const char *address, int64_t now_ms);
void limiter_failed(struct limiter *limiter, const char *address, int64_t now_ms);

#endif
