/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The actions that only say something: a row each, with the key of the prompt
 * (tts/fr/prompts.json). They are half of all actions and differ in their key alone. Refused: the
 * key in the cell of the table, where most cells would have none; one function written out for
 * each.
 */
#include "daemon/conversation_actions.h"

#define ACTION(action, ...)                                                                        \
    void action(struct conversation *c, const struct conversation_event *event)                    \
    {                                                                                              \
        (void)event;                                                                               \
        __VA_ARGS__;                                                                               \
    }

/* Says the prompt, about the request being talked about. */
#define SAYS(action, key) ACTION(action, conversation_say(c, key))

/* The same in the middle of a question, which is put again behind it. */
#define SAYS_AND_ASKS(action, key)                                                                 \
    ACTION(action, conversation_say(c, key); conversation_put_question_again(c))

/* Asks; `again` puts the question once more when something else was said between. */
#define ASKS(action, key, again) ACTION(action, conversation_ask(c, key, again))

/* Ends the conversation: what waits in it is given up. `rest` is said when a request of the same
 * conversation is noted already and stays so. */
#define CLOSES(action, key, rest)                                                                  \
    ACTION(action, c->n_next = 0; conversation_say(c, c->is_one_stored ? rest : key))

/* Says the prompt about the stored request whose cancellation was talked about. */
#define SAYS_OF_CANCELLED(action, key) ACTION(action, c->ops->say(c->user, key, &c->cancelled))

SAYS(act_pardon, "repair.pardon")
SAYS(act_prompt, "silence.prompt")
SAYS(act_mixed, "next.mixed")

ASKS(act_confirm_as_is, "confirm.request", "confirm.request")
ASKS(act_confirm_again, "confirm.again", "confirm.request")
ASKS(act_confirm_shortly, "confirm.short", "confirm.request")

SAYS(act_too_late, "noted.already")
SAYS(act_not_stored, "store.failed")
SAYS(act_store_full, "store.full")

SAYS(act_thanks, "close.thanks")
SAYS(act_goodbye, "close.goodbye")
SAYS(act_all_right, "close.all_right")
/* Who takes something back by it must not believe that it was. */
ACTION(act_no_more,
       conversation_say(c, c->is_one_stored && !c->cancelled.service[0] ? "close.stays"
                                                                        : "close.all_right"))
SAYS(act_denied_and, "next.denied")
CLOSES(act_give_up, "repair.give_up", "repair.give_up.rest")
CLOSES(act_close_silence, "silence.close", "silence.close.rest")

SAYS(act_nothing_to_cancel, "cancel.nothing")
ACTION(act_keep, c->ops->say(c->user, "cancel.kept", &c->cancelled); conversation_tell_outcome(c))
ACTION(act_keep_at_once, c->ops->stop_speech(c->user); act_keep(c, event))
SAYS_OF_CANCELLED(act_withdrawn, "cancel.done")
SAYS_OF_CANCELLED(act_not_withdrawn, "cancel.failed")

ACTION(act_ask_erase_again, conversation_cut_off(c, event);
       conversation_ask(c, "erase.again", "erase.again"))
SAYS(act_erase_begun, "erase.begun")
SAYS(act_not_erased, "erase.failed")
ACTION(act_keep_all, conversation_say(c, "erase.kept"); conversation_tell_outcome(c))

ASKS(act_ask_consent, "learn.ask", "learn.ask")
ACTION(act_leave_consent, conversation_cut_off(c, event); conversation_say(c, "learn.left"))
/* Who wants no more of it wants nothing that waits either. */
ACTION(act_leave_all, c->n_next = 0; act_leave_consent(c, event))

SAYS(act_privacy, "privacy.answer")
SAYS_AND_ASKS(act_privacy_and_ask, "privacy.answer")
SAYS(act_clock, "aside.clock")
SAYS_AND_ASKS(act_clock_and_ask, "aside.clock")
SAYS(act_today, "aside.today")
SAYS_AND_ASKS(act_today_and_ask, "aside.today")
SAYS(act_who, "aside.who")
SAYS_AND_ASKS(act_who_and_ask, "aside.who")
SAYS(act_usual, "aside.usual")
SAYS_AND_ASKS(act_usual_and_ask, "aside.not_kept")

SAYS(act_alarm_over, "alarm.over")
SAYS(act_still_muted, "mute.on")
