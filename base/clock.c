/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/clock.h"

#include <stdio.h>
#include <time.h>

static int64_t read_ms(clockid_t id)
{
    struct timespec ts = {0};

    clock_gettime(id, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static int64_t system_monotonic_ms(const struct base_clock *clock)
{
    (void)clock;
    return read_ms(CLOCK_BOOTTIME);
}

static int64_t system_wall_ms(const struct base_clock *clock)
{
    (void)clock;
    return read_ms(CLOCK_REALTIME);
}

const struct base_clock *base_clock_system(void)
{
    static const struct base_clock clock = {system_monotonic_ms, system_wall_ms};

    return &clock;
}

static int64_t manual_monotonic_ms(const struct base_clock *clock)
{
    return ((const struct base_clock_manual *)clock)->monotonic_now_ms;
}

static int64_t manual_wall_ms(const struct base_clock *clock)
{
    return ((const struct base_clock_manual *)clock)->wall_now_ms;
}

void base_clock_manual_init(struct base_clock_manual *clock, int64_t wall_now_ms)
{
    clock->base = (struct base_clock){manual_monotonic_ms, manual_wall_ms};
    clock->monotonic_now_ms = 0;
    clock->wall_now_ms = wall_now_ms;
}

void base_clock_manual_advance(struct base_clock_manual *clock, int64_t by_ms)
{
    clock->monotonic_now_ms += by_ms;
    clock->wall_now_ms += by_ms;
}

static int64_t shifted_wall_ms(const struct base_clock *clock)
{
    return read_ms(CLOCK_BOOTTIME) + ((const struct base_clock_shifted *)clock)->shift_ms;
}

void base_clock_shifted_init(struct base_clock_shifted *clock, int64_t wall_now_ms)
{
    clock->base = (struct base_clock){system_monotonic_ms, shifted_wall_ms};
    clock->shift_ms = wall_now_ms - read_ms(CLOCK_BOOTTIME);
}

void base_clock_format_utc(int64_t wall_ms, char ret_text[32])
{
    int64_t ms = ((wall_ms % 1000) + 1000) % 1000;
    time_t seconds = (time_t)((wall_ms - ms) / 1000);
    struct tm tm;

    if (!gmtime_r(&seconds, &tm)) {
        snprintf(ret_text, 32, "unknown");
        return;
    }
    snprintf(ret_text, 32, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", (tm.tm_year + 1900) % 10000,
             tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, (int)ms);
}

void base_clock_format_local(int64_t wall_ms, char ret_text[40])
{
    time_t seconds = (time_t)(wall_ms / 1000 - (wall_ms % 1000 < 0));
    struct tm tm;
    char text[40];
    size_t n;

    if (!localtime_r(&seconds, &tm) ||
        (n = strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S%z", &tm)) < 5) {
        snprintf(ret_text, 40, "unknown");
        return;
    }
    /* RFC 3339 wants a colon in the offset, which strftime does not write. */
    snprintf(ret_text, 40, "%.*s:%s", (int)n - 2, text, text + n - 2);
}
