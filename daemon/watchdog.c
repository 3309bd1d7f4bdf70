/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/watchdog.h"

#include "base/error.h"
#include "base/log.h"
#include "base/notify.h"

#include <errno.h>
#include <stdlib.h>

struct watchdog {
    struct base_timer *timer;
    watchdog_read_fn *read;
    void *user;
    struct vitals last;
    enum vitals_organ held_by; /* VITALS_ALL_WELL: not held */
};

enum vitals_organ watchdog_beat(struct watchdog *watchdog)
{
    struct vitals now = {0};
    enum vitals_organ organ;

    watchdog->read(watchdog->user, &now);
    organ = vitals_judge(&watchdog->last, &now);
    watchdog->last = now;
    if (organ == VITALS_ALL_WELL)
        base_notify("WATCHDOG=1");
    else if (organ != watchdog->held_by)
        log_error("watchdog-held", "%s: stands still", vitals_organ_name(organ));
    watchdog->held_by = organ;
    return organ;
}

static void on_beat(void *user)
{
    (void)watchdog_beat(user);
}

int watchdog_create(struct base_loop *loop, watchdog_read_fn *read, void *user,
                    struct watchdog **ret_watchdog)
{
    struct watchdog *watchdog = calloc(1, sizeof(*watchdog));
    int64_t period_ms = base_notify_watchdog_ms();
    int r;

    if (!watchdog)
        return -ENOMEM;
    watchdog->read = read;
    watchdog->user = user;
    read(user, &watchdog->last);
    r = base_timer_create(loop, on_beat, watchdog, &watchdog->timer);
    if (r < 0) {
        watchdog_destroy(watchdog);
        return base_trace(r);
    }
    if (period_ms > 0)
        base_timer_start(watchdog->timer, period_ms, period_ms);
    *ret_watchdog = watchdog;
    return 0;
}

void watchdog_destroy(struct watchdog *watchdog)
{
    if (!watchdog)
        return;
    base_timer_destroy(watchdog->timer);
    free(watchdog);
}
