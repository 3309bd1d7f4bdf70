/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/press.h"
#include "tests/check.h"

static void short_on_release(void)
{
    struct press press;

    press_init(&press, 1200);
    CHECK_INT(press_due_ms(&press), -1);
    CHECK_INT(press_key(&press, true, 1000), PRESS_NONE);
    CHECK_INT(press_due_ms(&press), 2200);
    CHECK_INT(press_key(&press, false, 1300), PRESS_NONE);
    CHECK_INT(press_time(&press, 1300 + PRESS_BOUNCE_MS - 1), PRESS_NONE);
    CHECK_INT(press_time(&press, 1300 + PRESS_BOUNCE_MS), PRESS_SHORT);
    CHECK_INT(press_time(&press, 9000), PRESS_NONE);
    CHECK_INT(press_due_ms(&press), -1);
}

static void long_while_held(void)
{
    struct press press;

    press_init(&press, 1200);
    press_key(&press, true, 0);
    CHECK_INT(press_time(&press, 1199), PRESS_NONE);
    CHECK_INT(press_time(&press, 1200), PRESS_LONG);
    CHECK_INT(press_due_ms(&press), -1);
    CHECK_INT(press_time(&press, 5000), PRESS_NONE); /* once a hold */
    CHECK_INT(press_key(&press, false, 6000), PRESS_NONE);
    CHECK_INT(press_time(&press, 6000 + PRESS_BOUNCE_MS), PRESS_NONE);
    press_key(&press, true, 7000);
    press_key(&press, false, 7100);
    CHECK_INT(press_time(&press, 7200), PRESS_SHORT); /* the next press is a new one */
}

static void bounces_are_one_press(void)
{
    struct press press;
    int n_short = 0;

    press_init(&press, 1200);
    for (int64_t t = 0; t < 60; t += 4)
        n_short += press_key(&press, t % 8 == 0, t) == PRESS_SHORT;
    press_key(&press, false, 300);
    for (int64_t t = 300; t < 360; t += 4)
        n_short += press_key(&press, t % 8 == 4, t) == PRESS_SHORT;
    CHECK_INT(n_short, 0);
    press_key(&press, false, 360);
    CHECK_INT(press_time(&press, 360 + PRESS_BOUNCE_MS), PRESS_SHORT);
    CHECK_INT(press_time(&press, 2000), PRESS_NONE);
}

/* A hand that trembles on the key still holds it long. */
static void trembling_is_a_hold(void)
{
    struct press press;

    press_init(&press, 1000);
    press_key(&press, true, 0);
    for (int64_t t = 100; t < 900; t += 100) {
        CHECK_INT(press_key(&press, false, t), PRESS_NONE);
        CHECK_INT(press_key(&press, true, t + 30), PRESS_NONE);
    }
    CHECK_INT(press_time(&press, 1000), PRESS_LONG);
}

/* Nobody called press_time in between: nothing is lost, nothing counted twice. */
static void late_calls_lose_nothing(void)
{
    struct press press;

    press_init(&press, 1000);
    press_key(&press, true, 0);
    press_key(&press, false, 100);
    CHECK_INT(press_key(&press, true, 500), PRESS_SHORT);
    CHECK_INT(press_key(&press, false, 2000), PRESS_LONG);
    CHECK_INT(press_time(&press, 3000), PRESS_NONE);
    CHECK_INT(press_key(&press, false, 3100), PRESS_NONE); /* up without down */
}

static void lost_events_press_nothing(void)
{
    struct press press;

    press_init(&press, 1000);
    press_key(&press, true, 0);
    press_reset(&press);
    CHECK_INT(press_time(&press, 5000), PRESS_NONE);
    CHECK_INT(press_key(&press, false, 5100), PRESS_NONE);
    CHECK_INT(press_time(&press, 6000), PRESS_NONE);
}

static void without_a_long_press_all_are_short(void)
{
    struct press press;

    press_init(&press, 0);
    press_key(&press, true, 0);
    CHECK_INT(press_time(&press, 60000), PRESS_NONE);
    press_key(&press, false, 60000);
    CHECK_INT(press_time(&press, 61000), PRESS_SHORT);
}

CHECK_MAIN(short_on_release, long_while_held, bounces_are_one_press, trembling_is_a_hold,
           late_calls_lose_nothing, lost_events_press_nothing, without_a_long_press_all_are_short)
