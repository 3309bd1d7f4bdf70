/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/service/limiter.h"

#include <stdio.h>
#include <string.h>

#define N_SEEN    (sizeof(((struct limiter *)0)->seen) / sizeof(((struct limiter *)0)->seen[0]))
#define WINDOW_MS (LIMITER_WINDOW_S * 1000LL)

void limiter_init(struct limiter *limiter, int n_max_each, int n_max_all)
{
    memset(limiter, 0, sizeof(*limiter));
    pthread_mutex_init(&limiter->lock, NULL);
    limiter->n_max_each = n_max_each;
    limiter->n_max_all = n_max_all;
}

void limiter_finish(struct limiter *limiter)
{
    pthread_mutex_destroy(&limiter->lock);
}

/* The address's place, or the oldest one made free for it. */
static size_t find(struct limiter *limiter, const char *address)
{
    size_t oldest = 1;

    for (size_t i = 1; i < N_SEEN; i++) {
        if (strcmp(limiter->seen[i].address, address) == 0)
            return i;
        if (limiter->seen[i].since_ms < limiter->seen[oldest].since_ms)
            oldest = i;
    }
    limiter->seen[oldest].n = 0;
    limiter->seen[oldest].since_ms = 0;
    snprintf(limiter->seen[oldest].address, sizeof(limiter->seen[oldest].address), "%s", address);
    return oldest;
}

static int count(struct limiter *limiter, size_t i, int64_t now_ms)
{
    if (now_ms - limiter->seen[i].since_ms >= WINDOW_MS) {
        limiter->seen[i].since_ms = now_ms;
        limiter->seen[i].n = 0;
    }
    return limiter->seen[i].n;
}

bool limiter_may_try(struct limiter *limiter, const char *address, int64_t now_ms)
{
    bool may_try;

    pthread_mutex_lock(&limiter->lock);
    may_try = count(limiter, 0, now_ms) < limiter->n_max_all &&
              count(limiter, find(limiter, address), now_ms) < limiter->n_max_each;
    pthread_mutex_unlock(&limiter->lock);
    return may_try;
}

void limiter_failed(struct limiter *limiter, const char *address, int64_t now_ms)
{
    size_t i;

    pthread_mutex_lock(&limiter->lock);
    i = find(limiter, address);
    (void)count(limiter, 0, now_ms);
    (void)count(limiter, i, now_ms);
    limiter->seen[0].n++;
    limiter->seen[i].n++;
    pthread_mutex_unlock(&limiter->lock);
}
