/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The assistant's habits: what a conversation teaches of the resident, and what comes of it. */
#include "daemon/assistant_private.h"

static void follow(struct assistant *a)
{
    conversation_set_choice_sooner(a->conversation, habits_choice_sooner(&a->habits));
    if (a->listener && a->settings.end_silence_ms > 0)
        listener_set_patience(a->listener,
                              habits_patience_ms(&a->habits, a->settings.end_silence_ms));
}

void assistant_begin_habits(struct assistant *a)
{
    a->kinds = a->settings.kinds;
    a->habits = a->kept_habits = a->settings.habits;
    follow(a);
}

void assistant_keep_habits(struct assistant *a)
{
    follow(a);
    if (!habits_differ(&a->habits, &a->kept_habits))
        return;
    a->kept_habits = a->habits;
    if (a->events.on_habits)
        a->events.on_habits(a->events.user, &a->habits);
}

/* When the conversation is over: not between a yes and its answer. */
static void keep_kinds(struct assistant *a)
{
    if (a->are_kinds_new && a->events.on_kinds)
        a->events.on_kinds(a->events.user, &a->kinds);
    a->are_kinds_new = false;
}

void assistant_learn_pause(struct assistant *a, int pause_ms)
{
    habits_paused(&a->habits, pause_ms);
}

void assistant_learn_state(struct assistant *a)
{
    switch ((int)conversation_state(a->conversation)) {
    case STATE_CHOOSING:
        a->needed_choice = true;
        break;
    case STATE_ASKING:
    case STATE_CONFIRMING:
        a->was_understood = true;
        break;
    case STATE_ASLEEP:
        if (a->was_understood)
            habits_understood(&a->habits, a->needed_choice);
        a->was_understood = a->needed_choice = false;
        assistant_keep_habits(a);
        keep_kinds(a);
        break;
    default:
        break;
    }
}
