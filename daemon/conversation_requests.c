/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A request from the first guess to the service: what is asked until it is sure enough, how it is
 * restated and corrected, that it is stored before anything is promised.
 */
#include "daemon/conversation_actions.h"

#include <string.h>

#define SENDING_TIMEOUT_MS 15000

/* The request of the event is what is talked about from now on. */
static void take(struct conversation *c, const struct conversation_event *event)
{
    c->draft = event->draft;
    conversation_tell_first(c, event);
}

static void read_choices(struct conversation *c, const char *key)
{
    struct draft about;

    draft_clear(&about);
    about.nth_choice = c->n_choices_read++;
    c->ops->say(c->user, key, &about);
}

void act_choice(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    c->n_choices_read = 0;
    read_choices(c, "repair.choice");
}

void act_others(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    read_choices(c, "repair.others");
}

void act_guess(struct conversation *c, const struct conversation_event *event)
{
    if (event->draft.service[0])
        c->guess = event->draft;
    c->draft = c->guess;
    c->n_guesses++;
    draft_clear(&c->guess);
    conversation_tell_first(c, event);
    conversation_ask(c, "repair.guess", "confirm.request");
}

void act_wrong_guess(struct conversation *c, const struct conversation_event *event)
{
    memcpy(c->refused, c->draft.service, sizeof(c->refused));
    act_choice(c, event);
}

static void ask_for_callback(struct conversation *c, const char *key)
{
    draft_clear(&c->draft);
    strcpy(c->draft.service, "callback");
    conversation_ask(c, key, "callback.ask");
}

void act_offer_callback(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    ask_for_callback(c, "repair.callback");
}

/* None of the services that were read aloud. */
void act_none_of_these(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    ask_for_callback(c, "callback.ask");
}

void act_not_here(struct conversation *c, const struct conversation_event *event)
{
    take(c, event);
    conversation_say(c, "refuse.not_here");
    strcpy(c->draft.service, "callback");
    c->asked = "callback.ask";
    c->asked_about = c->draft;
}

void act_confirm(struct conversation *c, const struct conversation_event *event)
{
    take(c, event);
    conversation_ask(c, "confirm.request", "confirm.request");
}

/* What is missing is asked, and may be left open by a yes. */
void act_ask_what_lacks(struct conversation *c, const struct conversation_event *event)
{
    take(c, event);
    conversation_ask(c, "confirm.open", "confirm.open");
}

void act_answered(struct conversation *c, const struct conversation_event *event)
{
    (void)draft_correct(&c->draft, &event->draft);
    conversation_tell_first(c, event);
    conversation_ask(c, "confirm.answered", "confirm.request");
}

void act_correct(struct conversation *c, const struct conversation_event *event)
{
    bool is_changed = draft_correct(&c->draft, &event->draft);
    bool is_told =
        c->draft.misses_item || c->draft.is_full || (c->draft.is_repeated && !is_changed);

    conversation_tell_first(c, event);
    if (is_told)
        conversation_ask(c, "confirm.request", "confirm.request");
    else if (is_changed)
        conversation_ask(c, "confirm.corrected", "confirm.request");
    else
        conversation_ask(c, "confirm.again",
                         "confirm.request"); /* the same once more is no yes yet */
}

void act_denied(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    draft_clear(&c->draft);
    conversation_say(c, "confirm.denied");
}

void act_duplicate(struct conversation *c, const struct conversation_event *event)
{
    take(c, event);
    conversation_ask(c, "duplicate.ask", "duplicate.ask");
}

void act_store(struct conversation *c, const struct conversation_event *event)
{
    conversation_cut_off(c, event);
    conversation_put_aside(c, event);
    c->ops->store(c->user, &c->draft);
    c->ops->wait(c->user, STORING_TIMEOUT_MS);
}

void act_noted(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    c->is_one_stored = true;
    conversation_say(c, "noted");
}

/* From now on: what is said meanwhile makes it no longer. */
void act_noted_and_wait(struct conversation *c, const struct conversation_event *event)
{
    act_noted(c, event);
    c->is_outcome_awaited = true;
    c->outcome = NULL;
    c->ops->wait(c->user, SENDING_TIMEOUT_MS);
}

/* "Cannot be noted" must stay true. */
void act_not_stored_in_time(struct conversation *c, const struct conversation_event *event)
{
    c->ops->give_up(c->user);
    act_not_stored(c, event);
}

/* ---- what became of it ---- */

static void outcome_told(struct conversation *c)
{
    c->is_outcome_awaited = false;
    c->outcome = NULL;
}

void act_transmitted(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    outcome_told(c);
    conversation_say(c, "transmitted");
}

void act_kept(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    outcome_told(c);
    conversation_say(c, "kept");
}

void act_refused(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    outcome_told(c);
    conversation_say(c, "refused");
}

void act_hear_outcome(struct conversation *c, const struct conversation_event *event)
{
    if (c->is_outcome_awaited)
        c->outcome = event->type == EVENT_TRANSMITTED ? "transmitted" : "kept";
}

void conversation_tell_outcome(struct conversation *c)
{
    const char *key = c->outcome;

    if (!key || !c->is_outcome_awaited)
        return;
    outcome_told(c);
    conversation_say(c, key);
}

void act_outcome_at_last(struct conversation *c, const struct conversation_event *event)
{
    act_hear_outcome(c, event);
    conversation_tell_outcome(c);
}
