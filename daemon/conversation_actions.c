/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What every conversation does whatever it is about: speak, listen, go to sleep, help, tell how
 * things stand, take a stored request back. Asking for something new is conversation_requests.c;
 * actions that only say a prompt are rows of conversation_sayings.c.
 */
#include "daemon/conversation_actions.h"

#include <stdio.h>
#include <string.h>

void conversation_say(struct conversation *c, const char *key)
{
    c->ops->say(c->user, key, &c->draft);
}

void conversation_ask(struct conversation *c, const char *key, const char *again)
{
    c->asked = again;
    c->asked_about = c->draft;
    conversation_say(c, key);
}

void conversation_put_question_again(struct conversation *c)
{
    if (c->asked)
        c->ops->say(c->user, c->asked, &c->asked_about);
}

void conversation_cut_off(struct conversation *c, const struct conversation_event *event)
{
    if (event->type == EVENT_BUTTON || event->type == EVENT_BUTTON_LONG)
        c->ops->stop_speech(c->user);
}

/* ---- listening ---- */

static void listen(struct conversation *c, enum conversation_expect expect)
{
    bool is_patient = c->is_patient;

    c->is_patient = false;
    c->ops->listen(c->user, expect, is_patient);
}

void act_give_time(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    c->is_patient = true;
    conversation_say(c, "wait");
}

void act_nothing(struct conversation *c, const struct conversation_event *event)
{
    (void)c;
    (void)event;
}

static void forget_but_next(struct conversation *c)
{
    struct draft next[CONVERSATION_ALSO_MAX + 1];
    size_t n_next = c->n_next;

    memcpy(next, c->next, sizeof(next));
    conversation_forget(c);
    memcpy(c->next, next, sizeof(next));
    c->n_next = n_next;
}

void act_greet(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    if (c->is_interrupted)
        conversation_forget(c);
    else
        forget_but_next(c); /* a call between two requests drops none */
    c->ops->stop_speech(c->user);
    c->ops->earcon(c->user, EARCON_LISTENING);
    listen(c, EXPECT_REQUEST);
}

void act_listen_request(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    listen(c, EXPECT_REQUEST);
}

void act_listen_answer(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    listen(c, EXPECT_CONFIRMATION);
}

/* What services ask for is the day. */
void act_listen_day(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    listen(c, EXPECT_DAY);
}

void act_listen_choice(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    listen(c, EXPECT_CHOICE);
}

/* What was talked about is settled: what comes now begins anew. */
void act_listen_more(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    draft_clear(&c->guess);
    c->n_guesses = 0;
    memset(c->refused, 0, sizeof(c->refused));
    listen(c, EXPECT_REQUEST);
}

/* No word that would fall into what is being looked for: a tone, and the ears stay open. */
static void sound_open(struct conversation *c)
{
    c->is_patient = true;
    c->ops->earcon(c->user, EARCON_LISTENING);
}

void act_listen_on_request(struct conversation *c, const struct conversation_event *event)
{
    sound_open(c);
    act_listen_request(c, event);
}

void act_listen_on_answer(struct conversation *c, const struct conversation_event *event)
{
    sound_open(c);
    act_listen_answer(c, event);
}

void act_listen_on_day(struct conversation *c, const struct conversation_event *event)
{
    sound_open(c);
    act_listen_day(c, event);
}

void act_listen_on_choice(struct conversation *c, const struct conversation_event *event)
{
    sound_open(c);
    act_listen_choice(c, event);
}

void act_listen_on_more(struct conversation *c, const struct conversation_event *event)
{
    sound_open(c);
    act_listen_more(c, event);
}

void act_ask_again(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    c->ops->say_again(c->user);
}

/* ---- taken back: what is being asked, a stored request, all ---- */

void act_abandon(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    c->ops->stop_speech(c->user);
    c->n_next = 0;
    conversation_say(c, c->is_one_stored ? "cancel.conversation.rest" : "cancel.conversation");
}

void act_ask_cancel(struct conversation *c, const struct conversation_event *event)
{
    c->cancelled = event->cancel;
    c->draft = event->cancel;
    snprintf(c->cancel_id, sizeof(c->cancel_id), "%s", event->cancel_id);
    conversation_ask(c, "cancel.ask", "cancel.ask");
}

void act_ask_erase(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    draft_clear(&c->draft);
    conversation_ask(c, "erase.ask", "erase.ask");
}

void act_erase(struct conversation *c, const struct conversation_event *event)
{
    conversation_cut_off(c, event);
    c->ops->wait(c->user, STORING_TIMEOUT_MS);
    c->ops->erase(c->user);
}

void act_cancel(struct conversation *c, const struct conversation_event *event)
{
    conversation_cut_off(c, event);
    c->is_outcome_awaited = false;
    c->outcome = NULL;
    c->ops->cancel(c->user, c->cancel_id);
    c->ops->wait(c->user, STORING_TIMEOUT_MS);
}

/* ---- whether the voice may be learned ---- */

void act_consent(struct conversation *c, const struct conversation_event *event)
{
    bool counts = c->ops->consent(c->user, true);

    (void)event;
    conversation_say(c, counts ? "learn.yes" : "learn.left");
}

void act_refuse_consent(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    (void)c->ops->consent(c->user, false);
    conversation_say(c, "learn.no");
}

/* ---- asides ---- */

void act_adjust(struct conversation *c, const struct conversation_event *event)
{
    c->ops->adjust(c->user, event->type);
}

void act_status(struct conversation *c, const struct conversation_event *event)
{
    c->ops->tell_status(c->user, &event->draft);
}

void act_status_and_ask(struct conversation *c, const struct conversation_event *event)
{
    c->ops->tell_status(c->user, &event->draft);
    conversation_put_question_again(c);
}

void act_help(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    c->n_help_read = 1;
    conversation_say(c, "help");
}

/* The services that were not named yet. */
void act_help_more(struct conversation *c, const struct conversation_event *event)
{
    struct draft about;

    if (c->n_help_read == 0) {
        act_help(c, event);
        return;
    }
    draft_clear(&about);
    about.nth_choice = c->n_help_read;
    if (c->n_help_read < c->n_choices)
        c->n_help_read++;
    else
        about.nth_choice = 0;
    c->ops->say(c->user, about.nth_choice ? "help.more" : "help.all", &about);
}

void act_help_and_ask(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    conversation_put_question_again(c);
    conversation_say(c, "confirm.hint");
}

/* ---- between conversations ---- */

void act_sleep(struct conversation *c, const struct conversation_event *event)
{
    conversation_cut_off(c, event);
    if (!c->is_held)
        conversation_forget(c);
    c->ops->earcon(c->user, EARCON_CLOSED);
    c->ops->sleep(c->user);
    if (c->is_held)
        conversation_hold(c);
}

void act_sleep_quietly(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    conversation_forget(c);
    c->ops->sleep(c->user);
}

void act_news(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    c->ops->tell_news(c->user);
}
