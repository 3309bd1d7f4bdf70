/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An emergency, or the microphone switched off or lost, breaks off whatever is being asked. The
 * resident hears at once what is not noted, not annulled or not erased: whoever hears no more would
 * take it for done. Requests are kept in mind a few minutes (R30: no longer) and are gone on with
 * when the trouble is over by then: the microphone is back or switched on again, the emergency was
 * none. Refused: going on with them after an emergency unasked, over somebody who lies on the
 * floor.
 */
#include "daemon/conversation_actions.h"

#include <string.h>

#define HELD_MS 600000

/* What is said of the question that is broken off, when it is none about a request to be noted. */
static const char *undone_key(enum conversation_state state)
{
    switch ((int)state) {
    case STATE_DUPLICATE:
    case STATE_OFFERING_CALLBACK:
        return "undone.more";
    case STATE_CANCELLING:
        return "undone.cancel";
    case STATE_ERASING:
    case STATE_ERASING_SURELY:
        return "undone.erasing";
    default:
        return NULL;
    }
}

void conversation_break_off(struct conversation *c, enum conversation_event_type type,
                            bool is_request_asked)
{
    if (conversation_table[c->state][type].action == act_nothing)
        return;
    if (is_request_asked) {
        memmove(&c->next[1], &c->next[0], c->n_next * sizeof(c->next[0]));
        c->next[0] = c->draft;
        c->n_next++;
    }
    c->undone = undone_key(c->state);
    c->is_untold = c->n_next > 0 && !c->is_interrupted;
    c->is_interrupted = c->n_next > 0;
}

void conversation_hold(struct conversation *c)
{
    c->ops->wait(c->user, HELD_MS);
}

static void tell_undone(struct conversation *c)
{
    struct draft about = c->next[0];
    const char *several = c->is_one_stored ? "undone.rest" : "undone.requests";

    about.n = (int)c->n_next;
    if (c->undone)
        conversation_say(c, c->undone);
    if (c->is_untold)
        c->ops->say(c->user, c->n_next == 1 ? "undone.request" : several, &about);
    c->undone = NULL;
    c->is_untold = false;
}

void act_alarm(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    c->ops->stop_speech(c->user);
    c->ops->alert(c->user);
    conversation_say(c, "emergency");
    conversation_say(c, "emergency");
    tell_undone(c);
}

void act_mute(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    c->ops->stop_speech(c->user);
    c->ops->mute(c->user, true);
    conversation_say(c, "mute.on");
    tell_undone(c);
    if (c->is_interrupted)
        conversation_hold(c);
}

void act_mute_in_vain(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    c->ops->stop_speech(c->user);
    conversation_say(c, "mute.impossible");
}

void act_mute_in_vain_and_ask(struct conversation *c, const struct conversation_event *event)
{
    act_mute_in_vain(c, event);
    conversation_put_question_again(c);
}

void act_unmute(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    c->is_held = false;
    c->ops->mute(c->user, false);
    conversation_say(c, "mute.off");
}

void act_deaf(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    c->is_held = c->is_interrupted;
    c->ops->stop_speech(c->user);
    conversation_say(c, "mic.lost");
    tell_undone(c);
}

void act_hearing(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    c->is_held = false;
    conversation_say(c, "mic.back");
}
