/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the conversation does at each cell of its table: one action, no conditions on the state.
 * Where to go next stands in the table alone. Nobody but the table includes this. Thread: main.
 *
 * Each stands in one of conversation_sayings.c (says a prompt and no more), _requests.c (from a
 * guess to what is stored), _several.c (other requests wait), _interrupted.c (emergency, muting, a
 * lost microphone) and _actions.c (the rest).
 */
#ifndef DAEMON_CONVERSATION_ACTIONS_H
#define DAEMON_CONVERSATION_ACTIONS_H

#include "daemon/conversation_private.h"

action_fn act_nothing, act_greet, act_listen_request, act_listen_answer, act_listen_choice,
    act_listen_day, act_listen_more, act_ask_again, act_pardon, act_prompt, act_choice, act_others,
    act_guess, act_wrong_guess, act_offer_callback, act_none_of_these, act_not_here, act_confirm,
    act_ask_what_lacks, act_answered, act_correct, act_confirm_as_is, act_confirm_again,
    act_confirm_shortly, act_denied, act_duplicate, act_store, act_noted, act_noted_and_wait,
    act_transmitted, act_kept, act_refused, act_hear_outcome, act_outcome_at_last, act_not_stored,
    act_not_stored_in_time, act_store_full, act_abandon, act_give_up, act_close_silence,
    act_all_right, act_ask_cancel, act_nothing_to_cancel, act_ask_erase, act_ask_erase_again,
    act_erase, act_erase_begun, act_not_erased, act_keep_all, act_cancel, act_keep,
    act_keep_at_once, act_withdrawn, act_not_withdrawn, act_adjust, act_status, act_status_and_ask,
    act_help, act_help_and_ask, act_privacy, act_privacy_and_ask, act_clock, act_clock_and_ask,
    act_today, act_today_and_ask, act_who, act_who_and_ask, act_usual, act_usual_and_ask, act_sleep,
    act_sleep_quietly, act_news, act_alarm, act_mute, act_next, act_besides, act_confirm_and,
    act_denied_and, act_mixed, act_give_time, act_listen_on_request, act_listen_on_answer,
    act_listen_on_day, act_listen_on_choice, act_listen_on_more, act_too_late, act_no_more,
    act_thanks, act_goodbye, act_help_more, act_mute_in_vain, act_mute_in_vain_and_ask,
    act_alarm_over, act_still_muted, act_unmute, act_deaf, act_hearing, act_ask_consent,
    act_consent, act_refuse_consent, act_leave_consent, act_leave_all;

#endif
