/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A fleet of speakers in virtual time, against one service of limited capacity. Each device runs
 * matching/schedule, the code of the daemon; what matching/courier does around it stands here in
 * few lines, because 100,000 outboxes on disk would measure the disk. A run of a seed is always the
 * same run.
 */
#ifndef TESTS_FLEET_FLEET_H
#define TESTS_FLEET_FLEET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum fleet_kind {
    FLEET_BACKLOG, /* requests that had to wait */
    FLEET_FRESH,   /* requests as they are made */
    FLEET_BEAT,
    FLEET_NEWS, /* the first question for news after a silence */
    FLEET_N_KINDS,
};

struct fleet_scenario {
    const char *title;
    size_t n_devices;
    double requests_a_day; /* of one device */
    int outage_s; /* the service is away that long (half an hour at least), then it is back: time 0
                   */
    bool loses_power;    /* and at time 0 the power returns: every device starts in one second */
    int capacity;        /* calls a second; more are answered 503, Retry-After 120 */
    int served_within_s; /* the goal for all that waited */
    int watched_s;       /* from time 0 on */
    uint64_t seed;
};

struct fleet_result {
    uint32_t *load[FLEET_N_KINDS]; /* calls in each second from 0 on */
    size_t n_s;
    size_t n_waiting;  /* requests that waited at time 0 */
    size_t n_starters; /* devices that had one */
    uint64_t n_calls[FLEET_N_KINDS];
    uint64_t n_held;    /* renewals of that question, each held for news_wait_s */
    uint64_t n_refused; /* 503 */
    uint32_t peak;      /* of all, in one second */
    int peak_at_s;
    double served_s;       /* when the last request that waited was delivered; -1: never */
    double median_s;       /* when half of them were */
    double fresh_worst_s;  /* the longest from made to delivered, of those made after time 0 */
    uint32_t outage_peak;  /* calls in one second of the last ten minutes of the outage */
    double outage_calls_s; /* and in the mean */
};

/* Returns: 0 or -ENOMEM. Owns: the caller (fleet_finish). */
int fleet_run(const struct fleet_scenario *scenario, struct fleet_result *ret_result);
void fleet_finish(struct fleet_result *result);

#endif
