/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/press.h"

void press_init(struct press *press, int long_ms)
{
    *press = (struct press){.long_ms = long_ms, .up_at_ms = -1};
}

void press_reset(struct press *press)
{
    press_init(press, press->long_ms);
}

static int64_t long_at_ms(const struct press *press)
{
    return press->down_at_ms + press->long_ms;
}

int64_t press_due_ms(const struct press *press)
{
    if (!press->is_held)
        return -1;
    if (press->up_at_ms >= 0)
        return press->up_at_ms + PRESS_BOUNCE_MS;
    return press->long_ms > 0 && !press->is_told ? long_at_ms(press) : -1;
}

enum press_kind press_time(struct press *press, int64_t now_ms)
{
    int64_t due_ms = press_due_ms(press);

    if (due_ms < 0 || now_ms < due_ms)
        return PRESS_NONE;
    if (press->up_at_ms < 0) {
        press->is_told = true;
        return PRESS_LONG;
    }
    press->is_held = false;
    return press->is_told ? PRESS_NONE : PRESS_SHORT;
}

enum press_kind press_key(struct press *press, bool is_down, int64_t now_ms)
{
    enum press_kind kind = press_time(press, now_ms);

    if (is_down && press->is_held) {
        press->up_at_ms = -1; /* it had only bounced */
    } else if (is_down) {
        press->is_held = true;
        press->is_told = false;
        press->down_at_ms = now_ms;
        press->up_at_ms = -1;
    } else if (press->is_held && press->up_at_ms < 0) {
        press->up_at_ms = now_ms;
    }
    return kind;
}
