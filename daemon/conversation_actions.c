/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/conversation_actions.h"

#include <stdio.h>
#include <string.h>

#define STORING_TIMEOUT_MS 10000
#define SENDING_TIMEOUT_MS 12000

static void say(struct conversation *c, const char *key)
{
    c->ops->say(c->user, key, &c->draft);
}

/* A question; `again` are the words that put it once more when something else was said between. */
static void ask(struct conversation *c, const char *key, const char *again)
{
    c->asked = again;
    c->asked_about = c->draft;
    say(c, key);
}

static void put_question_again(struct conversation *c)
{
    if (c->asked)
        c->ops->say(c->user, c->asked, &c->asked_about);
}

void act_nothing(struct conversation *c, const struct conversation_event *event)
{
    (void)c;
    (void)event;
}

void act_greet(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    conversation_forget(c);
    c->ops->stop_speech(c->user);
    c->ops->earcon(c->user, EARCON_LISTENING);
    c->ops->listen(c->user, EXPECT_REQUEST);
}

void act_listen_request(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    c->ops->listen(c->user, EXPECT_REQUEST);
}

void act_listen_answer(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    c->ops->listen(c->user, EXPECT_CONFIRMATION);
}

/* What services ask for is the day. */
void act_listen_day(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    c->ops->listen(c->user, EXPECT_DAY);
}

void act_listen_choice(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    c->ops->listen(c->user, EXPECT_CHOICE);
}

void act_ask_again(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    c->ops->say_again(c->user);
}

void act_pardon(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    say(c, "repair.pardon");
}

void act_prompt(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    say(c, "silence.prompt");
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
    ask(c, "repair.guess", "confirm.request");
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
    ask(c, "repair.callback", "callback.ask");
}

/* None of the services that were read aloud. */
void act_none_of_these(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    draft_clear(&c->draft);
    strcpy(c->draft.service, "callback");
    ask(c, "callback.ask", "callback.ask");
}

void act_not_here(struct conversation *c, const struct conversation_event *event)
{
    c->draft = event->draft;
    say(c, "refuse.not_here");
    strcpy(c->draft.service, "callback");
    c->asked = "callback.ask";
    c->asked_about = c->draft;
}

void act_confirm(struct conversation *c, const struct conversation_event *event)
{
    c->draft = event->draft;
    ask(c, "confirm.request", "confirm.request");
}

/* What is missing is asked, and may be left open by a yes. */
void act_ask_what_lacks(struct conversation *c, const struct conversation_event *event)
{
    c->draft = event->draft;
    ask(c, "confirm.open", "confirm.open");
}

void act_answered(struct conversation *c, const struct conversation_event *event)
{
    (void)draft_correct(&c->draft, &event->draft);
    ask(c, "confirm.answered", "confirm.request");
}

void act_correct(struct conversation *c, const struct conversation_event *event)
{
    if (draft_correct(&c->draft, &event->draft))
        ask(c, "confirm.corrected", "confirm.request");
    else
        ask(c, "confirm.again", "confirm.request"); /* the same once more is no yes yet */
}

void act_confirm_as_is(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    ask(c, "confirm.request", "confirm.request");
}

void act_confirm_again(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    ask(c, "confirm.again", "confirm.request");
}

void act_denied(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    draft_clear(&c->draft);
    say(c, "confirm.denied");
}

void act_duplicate(struct conversation *c, const struct conversation_event *event)
{
    c->draft = event->draft;
    ask(c, "duplicate.ask", "duplicate.ask");
}

void act_store(struct conversation *c, const struct conversation_event *event)
{
    if (event->type == EVENT_BUTTON)
        c->ops->stop_speech(c->user); /* who presses has heard enough */
    c->ops->store(c->user, &c->draft);
    c->ops->wait(c->user, STORING_TIMEOUT_MS);
}

void act_noted(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    say(c, "noted");
}

void act_wait_for_service(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    c->ops->wait(c->user, SENDING_TIMEOUT_MS);
}

void act_transmitted(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    say(c, "transmitted");
}

void act_kept(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    say(c, "kept");
}

void act_refused(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    say(c, "refused");
}

void act_not_stored(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    say(c, "store.failed");
}

void act_store_full(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    say(c, "store.full");
}

void act_abandon(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    c->ops->stop_speech(c->user);
    say(c, "cancel.conversation");
}

void act_give_up(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    say(c, "repair.give_up");
}

void act_close_silence(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    say(c, "silence.close");
}

void act_all_right(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    say(c, "close.all_right");
}

void act_ask_cancel(struct conversation *c, const struct conversation_event *event)
{
    c->cancelled = event->cancel;
    c->draft = event->cancel;
    snprintf(c->cancel_id, sizeof(c->cancel_id), "%s", event->cancel_id);
    ask(c, "cancel.ask", "cancel.ask");
}

void act_nothing_to_cancel(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    say(c, "cancel.nothing");
}

void act_ask_erase(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    draft_clear(&c->draft);
    ask(c, "erase.ask", "erase.ask");
}

void act_ask_erase_again(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    ask(c, "erase.again", "erase.again");
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
    say(c, "erase.begun");
}

void act_not_erased(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    say(c, "erase.failed");
}

void act_keep_all(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    say(c, "erase.kept");
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
    put_question_again(c);
}

void act_help(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    say(c, "help");
}

void act_help_and_ask(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    put_question_again(c);
    say(c, "confirm.hint");
}

void act_privacy(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    say(c, "privacy.answer");
}

void act_privacy_and_ask(struct conversation *c, const struct conversation_event *event)
{
    act_privacy(c, event);
    put_question_again(c);
}

void act_sleep(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    conversation_forget(c);
    c->ops->earcon(c->user, EARCON_CLOSED);
    c->ops->sleep(c->user);
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

void act_alarm(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    c->ops->stop_speech(c->user);
    c->ops->alert(c->user);
    say(c, "emergency");
    say(c, "emergency");
}

void act_mute(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    c->ops->stop_speech(c->user);
    c->ops->mute(c->user, 1);
    say(c, "mute.on");
}

void act_mute_in_vain(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    c->ops->stop_speech(c->user);
    say(c, "mute.impossible");
}

void act_still_muted(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    say(c, "mute.on");
}

void act_unmute(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    c->ops->mute(c->user, 0);
    say(c, "mute.off");
}

void act_deaf(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    c->ops->stop_speech(c->user);
    say(c, "mic.lost");
}

void act_hearing(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    say(c, "mic.back");
}
