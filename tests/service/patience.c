/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/service/patience.h"

#include "base/clock.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

struct visitor {
    struct visitor *next, **from;
    int fd;
    int64_t until_ms; /* INT64_MAX: we are at work */
};

struct patience {
    pthread_mutex_t lock;
    pthread_cond_t ended;
    pthread_t thread;
    bool is_ended;
    int64_t limit_ms;
    struct visitor *visitors;
};

static int64_t now_ms(void)
{
    return base_clock_system()->monotonic_ms(base_clock_system());
}

/* A socket that is shut down ends its connection in libmicrohttpd, which then closes it. */
static void look_round(struct patience *patience)
{
    for (struct visitor *visitor = patience->visitors; visitor; visitor = visitor->next) {
        if (now_ms() >= visitor->until_ms) {
            shutdown(visitor->fd, SHUT_RDWR);
            visitor->until_ms = INT64_MAX;
        }
    }
}

static void *watch(void *user)
{
    struct patience *patience = user;
    struct timespec next;

    pthread_mutex_lock(&patience->lock);
    while (!patience->is_ended) {
        look_round(patience);
        clock_gettime(CLOCK_MONOTONIC, &next);
        next.tv_sec++;
        pthread_cond_timedwait(&patience->ended, &patience->lock, &next);
    }
    pthread_mutex_unlock(&patience->lock);
    return NULL;
}

int patience_create(int64_t limit_ms, struct patience **ret_patience)
{
    struct patience *patience = calloc(1, sizeof(*patience));
    pthread_condattr_t monotonic;
    int r;

    if (!patience)
        return -ENOMEM;
    patience->limit_ms = limit_ms;
    pthread_mutex_init(&patience->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&patience->ended, &monotonic);
    r = -pthread_create(&patience->thread, NULL, watch, patience);
    if (r < 0)
        free(patience);
    else
        *ret_patience = patience;
    return r;
}

void patience_destroy(struct patience *patience)
{
    if (!patience)
        return;
    pthread_mutex_lock(&patience->lock);
    patience->is_ended = true;
    pthread_cond_signal(&patience->ended);
    pthread_mutex_unlock(&patience->lock);
    pthread_join(patience->thread, NULL);
    pthread_cond_destroy(&patience->ended);
    pthread_mutex_destroy(&patience->lock);
    free(patience);
}

struct visitor *patience_came(struct patience *patience, int fd)
{
    struct visitor *visitor = calloc(1, sizeof(*visitor));

    if (!visitor)
        return NULL;
    pthread_mutex_lock(&patience->lock);
    *visitor = (struct visitor){patience->visitors, &patience->visitors, fd,
                                now_ms() + patience->limit_ms};
    if (visitor->next)
        visitor->next->from = &visitor->next;
    patience->visitors = visitor;
    pthread_mutex_unlock(&patience->lock);
    return visitor;
}

static void set_end(struct patience *patience, struct visitor *visitor, int64_t until_ms)
{
    if (!visitor)
        return;
    pthread_mutex_lock(&patience->lock);
    visitor->until_ms = until_ms;
    pthread_mutex_unlock(&patience->lock);
}

void patience_rests(struct patience *patience, struct visitor *visitor)
{
    set_end(patience, visitor, INT64_MAX);
}

void patience_waits(struct patience *patience, struct visitor *visitor, int n_limits)
{
    set_end(patience, visitor, now_ms() + n_limits * patience->limit_ms);
}

void patience_left(struct patience *patience, struct visitor *visitor)
{
    if (!visitor)
        return;
    pthread_mutex_lock(&patience->lock);
    *visitor->from = visitor->next;
    if (visitor->next)
        visitor->next->from = visitor->from;
    pthread_mutex_unlock(&patience->lock);
    free(visitor);
}
