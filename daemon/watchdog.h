/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tells systemd that the daemon is well, for as long as it is: the ping is held back when an organ
 * of daemon/vitals stood still since the last beat, so that a daemon that has gone deaf or stuck is
 * killed and started anew within WatchdogSec (R6). Healing by daemon/soundcard comes long before.
 * Thread: main.
 */
#ifndef DAEMON_WATCHDOG_H
#define DAEMON_WATCHDOG_H

#include "base/loop.h"
#include "daemon/vitals.h"

struct watchdog;

typedef void watchdog_read_fn(void *user, struct vitals *ret_vitals);

/* Beats by itself where systemd asked for it ($WATCHDOG_USEC), twice within its limit; sleeps
 * otherwise. Returns: 0, -ENOMEM. Owns: the caller; to be destroyed before the loop. */
int watchdog_create(struct base_loop *loop, watchdog_read_fn *read, void *user,
                    struct watchdog **ret_watchdog);
/* Accepts NULL. */
void watchdog_destroy(struct watchdog *watchdog);

/* One beat: reads, judges, pings or holds back. Called by the timer; by itself in tests. Returns:
 * what stood still. */
enum vitals_organ watchdog_beat(struct watchdog *watchdog);

#endif
