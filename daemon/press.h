/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Key down and key up, made into presses: short on release, long while still held, so that the
 * person feels when it counts. Contacts bounce and old hands tremble: a key that comes back within
 * BOUNCE_MS was never let go. Pure; time is handed in. Thread: any.
 */
#ifndef DAEMON_PRESS_H
#define DAEMON_PRESS_H

#include <stdbool.h>
#include <stdint.h>

enum { PRESS_BOUNCE_MS = 50 };

enum press_kind { PRESS_NONE, PRESS_SHORT, PRESS_LONG };

struct press {
    int long_ms;           /* 0: every press is a short one */
    bool is_held, is_told; /* told: the long press of this hold has been given */
    int64_t down_at_ms;
    int64_t up_at_ms; /* let go, perhaps; -1 */
};

void press_init(struct press *press, int long_ms);
/* Forgets a press in course: events were lost, the device is gone. */
void press_reset(struct press *press);

/* The key went down or up. Returns: the press that is complete by now. */
enum press_kind press_key(struct press *press, bool is_down, int64_t now_ms);
/* Time has passed. Returns: likewise. */
enum press_kind press_time(struct press *press, int64_t now_ms);
/* When press_time is next worth calling; -1: not before the next key. */
int64_t press_due_ms(const struct press *press);

#endif
