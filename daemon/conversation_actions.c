/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/conversation_actions.h"

#include <stdio.h>
#include <string.h>

#define STORING_TIMEOUT_MS 10000
#define SENDING_TIMEOUT_MS 12000

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

/* Nothing more is wanted of what waits, and it is said. */
static void drop_next(struct conversation *c)
{
    c->n_next = 0;
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

void act_thanks(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    conversation_say(c, "close.thanks");
}

void act_goodbye(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    conversation_say(c, "close.goodbye");
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

void act_ask_again(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    c->ops->say_again(c->user);
}

void act_pardon(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    conversation_say(c, "repair.pardon");
}

void act_prompt(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    conversation_say(c, "silence.prompt");
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

void act_offer_callback(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    draft_clear(&c->draft);
    strcpy(c->draft.service, "callback");
    conversation_ask(c, "repair.callback", "callback.ask");
}

/* None of the services that were read aloud. */
void act_none_of_these(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    draft_clear(&c->draft);
    strcpy(c->draft.service, "callback");
    conversation_ask(c, "callback.ask", "callback.ask");
}

void act_not_here(struct conversation *c, const struct conversation_event *event)
{
    c->draft = event->draft;
    conversation_tell_first(c, event);
    conversation_say(c, "refuse.not_here");
    strcpy(c->draft.service, "callback");
    c->asked = "callback.ask";
    c->asked_about = c->draft;
}

void act_confirm(struct conversation *c, const struct conversation_event *event)
{
    c->draft = event->draft;
    conversation_tell_first(c, event);
    conversation_ask(c, "confirm.request", "confirm.request");
}

/* What is missing is asked, and may be left open by a yes. */
void act_ask_what_lacks(struct conversation *c, const struct conversation_event *event)
{
    c->draft = event->draft;
    conversation_tell_first(c, event);
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
    bool is_changed = draft_correct(&c->draft, &event->draft), is_told = c->draft.is_repeated;

    conversation_tell_first(c, event);
    if (is_changed)
        conversation_ask(c, "confirm.corrected", "confirm.request");
    else if (is_told)
        conversation_ask(c, "confirm.request", "confirm.request");
    else
        conversation_ask(c, "confirm.again",
                         "confirm.request"); /* the same once more is no yes yet */
}

void act_confirm_as_is(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    conversation_ask(c, "confirm.request", "confirm.request");
}

void act_confirm_again(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    conversation_ask(c, "confirm.again", "confirm.request");
}

void act_confirm_shortly(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    conversation_ask(c, "confirm.short", "confirm.request");
}

void act_denied(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    draft_clear(&c->draft);
    conversation_say(c, "confirm.denied");
}

void act_duplicate(struct conversation *c, const struct conversation_event *event)
{
    c->draft = event->draft;
    conversation_tell_first(c, event);
    conversation_ask(c, "duplicate.ask", "duplicate.ask");
}

void act_store(struct conversation *c, const struct conversation_event *event)
{
    if (event->type == EVENT_BUTTON)
        c->ops->stop_speech(c->user); /* who presses has heard enough */
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

void act_wait_for_service(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    c->ops->wait(c->user, SENDING_TIMEOUT_MS);
}

void act_transmitted(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    conversation_say(c, "transmitted");
}

void act_kept(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    conversation_say(c, "kept");
}

void act_refused(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    conversation_say(c, "refused");
}

void act_not_stored(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    conversation_say(c, "store.failed");
}

void act_store_full(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    conversation_say(c, "store.full");
}

void act_abandon(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    c->ops->stop_speech(c->user);
    drop_next(c);
    conversation_say(c, c->is_one_stored ? "cancel.conversation.rest" : "cancel.conversation");
}

void act_give_up(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    drop_next(c);
    conversation_say(c, c->is_one_stored ? "repair.give_up.rest" : "repair.give_up");
}

void act_close_silence(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    drop_next(c);
    conversation_say(c, c->is_one_stored ? "silence.close.rest" : "silence.close");
}

void act_all_right(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    conversation_say(c, "close.all_right");
}

void act_ask_cancel(struct conversation *c, const struct conversation_event *event)
{
    c->cancelled = event->cancel;
    c->draft = event->cancel;
    snprintf(c->cancel_id, sizeof(c->cancel_id), "%s", event->cancel_id);
    conversation_ask(c, "cancel.ask", "cancel.ask");
}

void act_nothing_to_cancel(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    conversation_say(c, "cancel.nothing");
}

void act_ask_erase(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    draft_clear(&c->draft);
    conversation_ask(c, "erase.ask", "erase.ask");
}

void act_ask_erase_again(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    conversation_ask(c, "erase.again", "erase.again");
}

void act_erase(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    c->ops->wait(c->user, STORING_TIMEOUT_MS);
    c->ops->erase(c->user);
}

void act_erase_begun(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    conversation_say(c, "erase.begun");
}

void act_not_erased(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    conversation_say(c, "erase.failed");
}

void act_keep_all(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    conversation_say(c, "erase.kept");
}

void act_cancel(struct conversation *c, const struct conversation_event *event)
{
    if (event->type == EVENT_BUTTON)
        c->ops->stop_speech(c->user);
    c->ops->cancel(c->user, c->cancel_id);
    c->ops->wait(c->user, STORING_TIMEOUT_MS);
}

void act_keep(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    c->ops->say(c->user, "cancel.kept", &c->cancelled);
}

void act_withdrawn(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    c->ops->say(c->user, "cancel.done", &c->cancelled);
}

void act_not_withdrawn(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    c->ops->say(c->user, "cancel.failed", &c->cancelled);
}

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

void act_privacy(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    conversation_say(c, "privacy.answer");
}

void act_privacy_and_ask(struct conversation *c, const struct conversation_event *event)
{
    act_privacy(c, event);
    conversation_put_question_again(c);
}

void act_clock(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    conversation_say(c, "aside.clock");
}

void act_clock_and_ask(struct conversation *c, const struct conversation_event *event)
{
    act_clock(c, event);
    conversation_put_question_again(c);
}

void act_today(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    conversation_say(c, "aside.today");
}

void act_today_and_ask(struct conversation *c, const struct conversation_event *event)
{
    act_today(c, event);
    conversation_put_question_again(c);
}

void act_who(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    conversation_say(c, "aside.who");
}

void act_who_and_ask(struct conversation *c, const struct conversation_event *event)
{
    act_who(c, event);
    conversation_put_question_again(c);
}

void act_usual(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    conversation_say(c, "aside.usual");
}

void act_usual_and_ask(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    conversation_say(c, "aside.not_kept");
    conversation_put_question_again(c);
}

void act_sleep(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
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
