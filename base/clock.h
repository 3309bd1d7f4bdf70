/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The clock seam. Nothing in the path of an utterance asks the system for the time: it is given a
 * struct base_clock, which a test or a simulation replaces by its own.
 *
 * Monotonic time measures durations and is never set back; wall time is what a person's watch
 * says, and may jump by years when the network tells a speaker without a battery clock the time
 * (R17).
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

struct base_clock {
    /* Milliseconds since some fixed start. Thread: any. */
    int64_t (*monotonic_ms)(const struct base_clock *clock);
    /* Milliseconds since 1970-01-01T00:00:00Z. Thread: any. */
    int64_t (*wall_ms)(const struct base_clock *clock);
};

/* The system's clocks. Returns: a constant. Thread: any. */
const struct base_clock *base_clock_system(void);

/* A clock that stands still until told. `base` must stay first. */
struct base_clock_manual {
    struct base_clock base;
    int64_t monotonic_now_ms;
    int64_t wall_now_ms;
};

void base_clock_manual_init(struct base_clock_manual *clock, int64_t wall_now_ms);
void base_clock_manual_advance(struct base_clock_manual *clock, int64_t by_ms);

/* A clock that runs at the system's pace from another wall time ("--now"). */
struct base_clock_shifted {
    struct base_clock base;
    int64_t shift_ms;
};

void base_clock_shifted_init(struct base_clock_shifted *clock, int64_t wall_now_ms);

/* "2026-11-23T09:30:00.250Z" into a buffer of 32 bytes. Thread: any. */
void base_clock_format_utc(int64_t wall_ms, char ret_text[32]);
/* "2026-11-23T10:30:00+01:00", the local time with its offset, into a buffer of 40 bytes. Thread:
 * any. */
void base_clock_format_local(int64_t wall_ms, char ret_text[40]);

#endif
