/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/habits.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    PAUSE_LEAST_MS = 350, /* the ears call nothing shorter a pause */
    PAUSE_MOST_MS = 3000,
    /* The estimate follows longer pauses by a part of the way, shorter ones much more slowly: it
     * stays near the longest. */
    RISE = 5,
    FALL = 60,
    PATIENCE_OVER_PAUSE_MS = 700,
    PATIENCE_LESS_MS = 300, /* than the setting, at most */
    PATIENCE_MORE_MS = 1000,
    CHOICE_WEIGHT = 6, /* the last six requests or so count */
    CHOICE_SOONER_PERMILLE = 500,
    WORTH_A_WRITE_MS = 100,
    WORTH_A_WRITE_PERMILLE = 50,
};

struct habits habits_none(void)
{
    return (struct habits){0};
}

static int within(int value, int least, int most)
{
    return value < least ? least : value > most ? most : value;
}

void habits_paused(struct habits *habits, int pause_ms)
{
    int gap;

    pause_ms = within(pause_ms, PAUSE_LEAST_MS, PAUSE_MOST_MS);
    if (habits->pause_ms == 0)
        habits->pause_ms = PAUSE_LEAST_MS;
    gap = pause_ms - habits->pause_ms;
    habits->pause_ms += gap / (gap > 0 ? RISE : FALL);
}

int habits_patience_ms(const struct habits *habits, int set_ms)
{
    if (habits->pause_ms == 0)
        return set_ms;
    return within(habits->pause_ms + PATIENCE_OVER_PAUSE_MS, set_ms - PATIENCE_LESS_MS,
                  set_ms + PATIENCE_MORE_MS);
}

void habits_understood(struct habits *habits, bool needed_choice)
{
    int gap = (needed_choice ? 1000 : 0) - habits->choice_permille;

    habits->choice_permille += gap / CHOICE_WEIGHT;
}

bool habits_choice_sooner(const struct habits *habits)
{
    return habits->choice_permille >= CHOICE_SOONER_PERMILLE;
}

bool habits_differ(const struct habits *a, const struct habits *b)
{
    return abs(a->pause_ms - b->pause_ms) >= WORTH_A_WRITE_MS ||
           abs(a->choice_permille - b->choice_permille) >= WORTH_A_WRITE_PERMILLE ||
           a->searching_told_ms != b->searching_told_ms;
}

void habits_print(const struct habits *habits, struct base_strbuf *text)
{
    base_strbuf_addf(text, "pause_ms %d\nchoice_permille %d\nsearching_told_ms %" PRId64 "\n",
                     habits->pause_ms, habits->choice_permille, habits->searching_told_ms);
}

void habits_parse(const char *text, struct habits *ret_habits)
{
    struct habits habits = habits_none();

    for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
        int64_t value;
        char name[32];

        if (sscanf(line, "%31s %" SCNd64, name, &value) != 2 || value < 0)
            continue;
        if (strcmp(name, "pause_ms") == 0 && value >= PAUSE_LEAST_MS && value <= PAUSE_MOST_MS)
            habits.pause_ms = (int)value;
        else if (strcmp(name, "choice_permille") == 0 && value <= 1000)
            habits.choice_permille = (int)value;
        else if (strcmp(name, "searching_told_ms") == 0)
            habits.searching_told_ms = value;
    }
    *ret_habits = habits;
}
