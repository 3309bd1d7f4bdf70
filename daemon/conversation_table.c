/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The table is written a row a state, from a few row fragments: what is legal everywhere
 * (emergency, louder, repeat...), what every question shares, what only ends a state. A cell that a
 * later line of a row names again overrides the fragment, which is why -Woverride-init is silenced
 * for the table alone.
 *
 * An event is first made precise (refine): "a request" becomes a correction when the same service
 * is being confirmed, "not understood" becomes a guess when there is one. So no action decides
 * where the conversation goes, and the table shows every move; some choose their words by what was
 * said before. Refused: actions that choose the next state themselves, which would hide half of the
 * conversation from the diagram and from the completeness test.
 */
#include "daemon/conversation_actions.h"

/* What may be said or happen in any state. `self` is the row's own state. */
#define EVERYWHERE(self)                                                                           \
    [EVENT_EMERGENCY] = {act_alarm, STATE_ALARMED}, [EVENT_MUTE] = {act_mute, STATE_MUTED},        \
    [EVENT_MUTE_IN_VAIN] = {act_mute_in_vain, STATE_CLOSING}, [EVENT_LOST] = {act_nothing, self},  \
    [EVENT_UNCLEAR] = {act_nothing, self}, [EVENT_OTHERS] = {act_nothing, self},                   \
    [EVENT_NEXT] = {act_nothing, self}, [EVENT_DENY_AND] = {act_nothing, self},                    \
    [EVENT_UNMUTE] = {act_nothing, self}, [EVENT_DEAF] = {act_deaf, STATE_CLOSING},                \
    [EVENT_HEARING] = {act_nothing, self}, [EVENT_WAKE] = {act_greet, STATE_LISTENING},            \
    [EVENT_CALLED] = {act_nothing, self}, [EVENT_BUTTON] = {act_greet, STATE_LISTENING},           \
    [EVENT_BUTTON_LONG] = {act_abandon, STATE_CLOSING}, [EVENT_TIMER] = {act_nothing, self},       \
    [EVENT_NEWS] = {act_nothing, self}, [EVENT_CONSENT] = {act_nothing, self},                     \
    [EVENT_WITHDRAWN] = {act_nothing, self}, [EVENT_STORED] = {act_nothing, self},                 \
    [EVENT_NOT_STORED] = {act_nothing, self}, [EVENT_STORE_FULL] = {act_nothing, self},            \
    [EVENT_TRANSMITTED] = {act_nothing, self}, [EVENT_KEPT] = {act_nothing, self},                 \
    [EVENT_REFUSED] = {act_nothing, self}

/* What the resident may say besides an answer, while or before being listened to. */
#define SPEECH(self)                                                                               \
    [EVENT_LOUDER] = {act_adjust, self}, [EVENT_SOFTER] = {act_adjust, self},                      \
    [EVENT_SLOWER] = {act_adjust, self}, [EVENT_FASTER] = {act_adjust, self},                      \
    [EVENT_DEEPER] = {act_adjust, self}, [EVENT_HIGHER] = {act_adjust, self},                      \
    [EVENT_REPEAT] = {act_ask_again, self}, [EVENT_STATUS] = {act_status, self},                   \
    [EVENT_HELP] = {act_help, self}, [EVENT_MORE] = {act_help_more, self},                         \
    [EVENT_PRIVACY] = {act_privacy, self}, [EVENT_WAIT] = {act_give_time, self},                   \
    [EVENT_THINKS] = {act_listen_on_request, self}, [EVENT_CLOCK] = {act_clock, self},             \
    [EVENT_TODAY] = {act_today, self}, [EVENT_WHO] = {act_who, self},                              \
    [EVENT_USUAL] = {act_usual, self}

/* A request is taken as one wherever the resident may speak. */
#define REQUESTS                                                                                   \
    [EVENT_REQUEST] = {act_confirm, STATE_CONFIRMING},                                             \
    [EVENT_REQUEST_OPEN] = {act_ask_what_lacks, STATE_ASKING},                                     \
    [EVENT_REQUEST_DOUBTFUL] = {act_guess, STATE_GUESSING},                                        \
    [EVENT_REQUEST_TWICE] = {act_duplicate, STATE_DUPLICATE},                                      \
    [EVENT_REQUEST_ELSEWHERE] = {act_not_here, STATE_OFFERING_CALLBACK}

/* Whatever is said changes nothing. */
#define LET_PASS(self, action)                                                                     \
    [EVENT_ERASE] = {action, self}, [EVENT_MUTE_IN_VAIN] = {action, self},                         \
    [EVENT_REQUEST_BESIDES] = {action, self}, [EVENT_MIXED] = {action, self},                      \
    [EVENT_AFFIRM_AND] = {action, self}, [EVENT_MORE] = {action, self},                            \
    [EVENT_WAIT] = {action, self}, [EVENT_THINKS] = {action, self},                                \
    [EVENT_HELLO] = {action, self}, [EVENT_THANKS] = {action, self},                               \
    [EVENT_GOODBYE] = {action, self}, [EVENT_REQUEST] = {action, self},                            \
    [EVENT_REQUEST_OPEN] = {action, self}, [EVENT_REQUEST_DOUBTFUL] = {action, self},              \
    [EVENT_REQUEST_TWICE] = {action, self}, [EVENT_REQUEST_ELSEWHERE] = {action, self},            \
    [EVENT_CORRECTION] = {action, self}, [EVENT_AFFIRM] = {action, self},                          \
    [EVENT_DENY] = {action, self}, [EVENT_CANCEL] = {action, self},                                \
    [EVENT_CANCEL_NOTHING] = {action, self}, [EVENT_REPEAT] = {action, self},                      \
    [EVENT_STATUS] = {action, self}, [EVENT_HELP] = {action, self},                                \
    [EVENT_PRIVACY] = {action, self}, [EVENT_LOUDER] = {action, self},                             \
    [EVENT_SOFTER] = {action, self}, [EVENT_SLOWER] = {action, self},                              \
    [EVENT_FASTER] = {action, self}, [EVENT_DEEPER] = {action, self},                              \
    [EVENT_HIGHER] = {action, self}, [EVENT_NOT_UNDERSTOOD] = {action, self},                      \
    [EVENT_CLOCK] = {action, self}, [EVENT_TODAY] = {action, self}, [EVENT_WHO] = {action, self},  \
    [EVENT_USUAL] = {action, self}, [EVENT_SILENCE] = {action, self}

/* Nothing is being listened to: what a late utterance says is dropped. */
#define NO_EARS(self) LET_PASS(self, act_nothing)

/* A question waits for yes or no about a draft. */
#define QUESTION(self)                                                                             \
    EVERYWHERE(self), SPEECH(self), REQUESTS,                                                      \
        [EVENT_STATUS] = {act_status_and_ask, self}, [EVENT_HELP] = {act_help_and_ask, self},      \
        [EVENT_MORE] = {act_help_and_ask, self}, [EVENT_PRIVACY] = {act_privacy_and_ask, self},    \
        [EVENT_CLOCK] = {act_clock_and_ask, self}, [EVENT_TODAY] = {act_today_and_ask, self},      \
        [EVENT_WHO] = {act_who_and_ask, self}, [EVENT_USUAL] = {act_usual_and_ask, self},          \
        [EVENT_REQUEST_BESIDES] = {act_besides, self}, [EVENT_AFFIRM_AND] = {act_besides, self},   \
        [EVENT_MIXED] = {act_nothing, self}, [EVENT_HELLO] = {act_nothing, self},                  \
        [EVENT_MUTE_IN_VAIN] = {act_mute_in_vain_and_ask, self},                                   \
        [EVENT_THANKS] = {act_nothing, self}, [EVENT_GOODBYE] = {act_abandon, STATE_CLOSING},      \
        [EVENT_SPOKEN] = {act_listen_answer, self}, [EVENT_THINKS] = {act_listen_on_answer, self}, \
        [EVENT_CANCEL] = {act_abandon, STATE_CLOSING},                                             \
        [EVENT_ERASE] = {act_abandon, STATE_CLOSING},                                              \
        [EVENT_CANCEL_NOTHING] = {act_abandon, STATE_CLOSING}

/* Listening for what is wanted; a yes or no has nothing to answer to. */
#define OPEN_EARS(self, lost)                                                                      \
    EVERYWHERE(self), SPEECH(self),                                                                \
        REQUESTS, [EVENT_SPOKEN] = {act_listen_request, self},                                     \
                  [EVENT_CANCEL] = {act_ask_cancel, STATE_CANCELLING},                             \
                  [EVENT_ERASE] = {act_ask_erase, STATE_ERASING},                                  \
                  [EVENT_CANCEL_NOTHING] = {act_nothing_to_cancel, STATE_LINGERING},               \
                  [EVENT_CORRECTION] = lost, [EVENT_AFFIRM] = lost,                                \
                  [EVENT_REQUEST_BESIDES] = lost, [EVENT_AFFIRM_AND] = lost, [EVENT_MIXED] = lost, \
                  [EVENT_HELLO] = lost, [EVENT_THANKS] = {act_thanks, STATE_CLOSING},              \
                  [EVENT_GOODBYE] = {act_goodbye, STATE_CLOSING},                                  \
                  [EVENT_DENY_AND] = {act_all_right, STATE_CLOSING},                               \
                  [EVENT_DENY] = {act_all_right, STATE_CLOSING}, [EVENT_NOT_UNDERSTOOD] = lost

/* What is asked for besides a request, and answered. */
#define ANSWERS(next)                                                                              \
    [EVENT_STATUS] = {act_status, next}, [EVENT_PRIVACY] = {act_privacy, next},                    \
    [EVENT_CLOCK] = {act_clock, next}, [EVENT_TODAY] = {act_today, next},                          \
    [EVENT_WHO] = {act_who, next}

/* What was confirmed before is told all the same. */
#define RESULTS(self)                                                                              \
    [EVENT_STORED] = {act_noted, self}, [EVENT_NOT_STORED] = {act_not_stored, self},               \
    [EVENT_STORE_FULL] = {act_store_full, self}, [EVENT_WITHDRAWN] = {act_withdrawn, self}

/* A yes, by voice or by the button, makes a request of the draft. */
#define YES_STORES                                                                                 \
    [EVENT_AFFIRM] = {act_store, STATE_STORING}, [EVENT_AFFIRM_AND] = {act_store, STATE_STORING},  \
    [EVENT_BUTTON] = {act_store, STATE_STORING}

/* The draft is read back and waits for its yes. */
#define CONFIRMATION(self)                                                                         \
    QUESTION(self), YES_STORES, [EVENT_CORRECTION] = {act_correct, STATE_CONFIRMING},              \
                                [EVENT_DENY] = {act_denied, STATE_LISTENING_AGAIN},                \
                                [EVENT_DENY_AND] = {act_denied_and, STATE_CLOSING}

/* What becomes of the request before is told when the question about something else is answered. */
#define OUTCOMES_WAIT(self)                                                                        \
    [EVENT_TRANSMITTED] = {act_hear_outcome, self}, [EVENT_KEPT] = {act_hear_outcome, self}

/* Only a yes erases; whatever else is said keeps everything. */
#define ERASING(self, action, next)                                                                \
    QUESTION(self),                                                                                \
        OUTCOMES_WAIT(self), [EVENT_AFFIRM] = {action, next}, [EVENT_BUTTON] = {action, next},     \
                             [EVENT_ERASE] = {act_help_and_ask, self},                             \
                             [EVENT_CORRECTION] = {act_keep_all, STATE_CLOSING},                   \
                             [EVENT_DENY] = {act_keep_all, STATE_CLOSING},                         \
                             [EVENT_DENY_AND] = {act_keep_all, STATE_CLOSING},                     \
                             [EVENT_CANCEL] = {act_keep_all, STATE_CLOSING},                       \
                             [EVENT_CANCEL_NOTHING] = {act_keep_all, STATE_CLOSING},               \
                             [EVENT_NOT_UNDERSTOOD] = {act_keep_all, STATE_CLOSING},               \
                             [EVENT_SILENCE] = {act_keep_all, STATE_CLOSING}

#define CELL(action, next)                                                                         \
    {                                                                                              \
        action, next                                                                               \
    }

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"
const struct cell conversation_table[N_STATES][N_EVENTS] = {
    [STATE_ASLEEP] = {OPEN_EARS(STATE_ASLEEP, CELL(act_pardon, STATE_LISTENING_AGAIN)),
                      [EVENT_SPOKEN] = {act_nothing, STATE_ASLEEP},
                      [EVENT_SILENCE] = {act_nothing, STATE_ASLEEP},
                      [EVENT_BUTTON_LONG] = {act_nothing, STATE_ASLEEP},
                      [EVENT_NEWS] = {act_news, STATE_TELLING},
                      [EVENT_CONSENT] = {act_ask_consent, STATE_CONSENTING},
                      [EVENT_TIMER] = {act_sleep_quietly, STATE_ASLEEP},
                      [EVENT_HEARING] = {act_hearing, STATE_CLOSING},
                      [EVENT_MORE] = {act_help_more, STATE_LISTENING},
                      [EVENT_WAIT] = {act_give_time, STATE_LISTENING},
                      [EVENT_THINKS] = {act_listen_on_request, STATE_LISTENING},
                      [EVENT_HELLO] = {act_prompt, STATE_LISTENING_AGAIN},
                      [EVENT_MIXED] = {act_mixed, STATE_LISTENING_AGAIN},
                      [EVENT_REPEAT] = {act_ask_again, STATE_LINGERING},
                      ANSWERS(STATE_LINGERING),
                      [EVENT_HELP] = {act_help, STATE_LISTENING},
                      [EVENT_USUAL] = {act_usual, STATE_LISTENING},
                      [EVENT_LOUDER] = {act_adjust, STATE_LINGERING},
                      [EVENT_SOFTER] = {act_adjust, STATE_LINGERING},
                      [EVENT_SLOWER] = {act_adjust, STATE_LINGERING},
                      [EVENT_FASTER] = {act_adjust, STATE_LINGERING},
                      [EVENT_DEEPER] = {act_adjust, STATE_LINGERING},
                      [EVENT_HIGHER] = {act_adjust, STATE_LINGERING}},
    [STATE_LISTENING] = {OPEN_EARS(STATE_LISTENING, CELL(act_pardon, STATE_LISTENING_AGAIN)),
                         [EVENT_SILENCE] = {act_prompt, STATE_LISTENING_AGAIN},
                         [EVENT_LOST] = {act_choice, STATE_CHOOSING},
                         [EVENT_HELLO] = {act_prompt, STATE_LISTENING_AGAIN},
                         [EVENT_MIXED] = {act_mixed, STATE_LISTENING_AGAIN},
                         [EVENT_REPEAT] = {act_ask_again, STATE_LINGERING},
                         ANSWERS(STATE_LINGERING), [EVENT_LOUDER] = {act_adjust, STATE_LINGERING},
                         [EVENT_SOFTER] = {act_adjust, STATE_LINGERING},
                         [EVENT_SLOWER] = {act_adjust, STATE_LINGERING},
                         [EVENT_FASTER] = {act_adjust, STATE_LINGERING},
                         [EVENT_DEEPER] = {act_adjust, STATE_LINGERING},
                         [EVENT_HIGHER] = {act_adjust, STATE_LINGERING}},
    [STATE_LISTENING_AGAIN] =
        {OPEN_EARS(STATE_LISTENING_AGAIN, CELL(act_choice, STATE_CHOOSING)),
         ANSWERS(STATE_LINGERING), [EVENT_CANCEL_NOTHING] = {act_abandon, STATE_CLOSING},
         /* "Pardon ?" again would help nobody. */
         [EVENT_REPEAT] = {act_prompt, STATE_LISTENING_AGAIN},
         [EVENT_SILENCE] = {act_close_silence, STATE_CLOSING}},
    [STATE_CHOOSING] =
        {OPEN_EARS(STATE_CHOOSING, CELL(act_offer_callback, STATE_OFFERING_CALLBACK)),
         ANSWERS(STATE_LINGERING), [EVENT_SPOKEN] = {act_listen_choice, STATE_CHOOSING},
         [EVENT_THINKS] = {act_listen_on_choice, STATE_CHOOSING},
         [EVENT_OTHERS] = {act_others, STATE_CHOOSING},
         [EVENT_CANCEL_NOTHING] = {act_abandon, STATE_CLOSING},
         [EVENT_DENY] = {act_none_of_these, STATE_OFFERING_CALLBACK},
         [EVENT_DENY_AND] = {act_none_of_these, STATE_OFFERING_CALLBACK},
         [EVENT_SILENCE] = {act_close_silence, STATE_CLOSING}},
    [STATE_GUESSING] = {QUESTION(STATE_GUESSING),
                        YES_STORES, [EVENT_CORRECTION] = {act_correct, STATE_CONFIRMING},
                        [EVENT_DENY] = {act_wrong_guess, STATE_CHOOSING},
                        [EVENT_DENY_AND] = {act_wrong_guess, STATE_CHOOSING},
                        [EVENT_NOT_UNDERSTOOD] = {act_confirm_again, STATE_CONFIRMING_AGAIN},
                        [EVENT_SILENCE] = {act_confirm_again, STATE_CONFIRMING_AGAIN}},
    [STATE_OFFERING_CALLBACK] = {QUESTION(STATE_OFFERING_CALLBACK),
                                 YES_STORES, [EVENT_DENY_AND] = {act_denied_and, STATE_CLOSING},
                                 [EVENT_CORRECTION] = {act_give_up, STATE_CLOSING},
                                 [EVENT_DENY] = {act_all_right, STATE_CLOSING},
                                 [EVENT_NOT_UNDERSTOOD] = {act_give_up, STATE_CLOSING},
                                 [EVENT_SILENCE] = {act_close_silence, STATE_CLOSING}},
    [STATE_ASKING] = {QUESTION(STATE_ASKING), [EVENT_SPOKEN] = {act_listen_day, STATE_ASKING},
                      [EVENT_THINKS] = {act_listen_on_day, STATE_ASKING},
                      YES_STORES, [EVENT_CORRECTION] = {act_answered, STATE_CONFIRMING},
                      [EVENT_DENY] = {act_confirm_as_is, STATE_CONFIRMING},
                      [EVENT_DENY_AND] = {act_confirm_as_is, STATE_CONFIRMING},
                      [EVENT_NOT_UNDERSTOOD] = {act_confirm_as_is, STATE_CONFIRMING},
                      [EVENT_SILENCE] = {act_confirm_as_is, STATE_CONFIRMING}},
    [STATE_CONFIRMING] = {CONFIRMATION(STATE_CONFIRMING),
                          [EVENT_NOT_UNDERSTOOD] = {act_confirm_again, STATE_CONFIRMING_AGAIN},
                          [EVENT_SILENCE] = {act_confirm_again, STATE_CONFIRMING_AGAIN}},
    [STATE_CONFIRMING_AGAIN] = {CONFIRMATION(STATE_CONFIRMING_AGAIN),
                                [EVENT_UNCLEAR] = {act_confirm_shortly, STATE_CONFIRMING_AGAIN},
                                [EVENT_NOT_UNDERSTOOD] = {act_offer_callback,
                                                          STATE_OFFERING_CALLBACK},
                                [EVENT_SILENCE] = {act_close_silence, STATE_CLOSING}},
    [STATE_DUPLICATE] =
        {QUESTION(STATE_DUPLICATE), [EVENT_REQUEST_TWICE] = {act_confirm, STATE_CONFIRMING},
         [EVENT_UNCLEAR] = {act_help_and_ask, STATE_DUPLICATE},
         [EVENT_AFFIRM] = {act_confirm_as_is, STATE_CONFIRMING},
         [EVENT_AFFIRM_AND] = {act_confirm_and, STATE_CONFIRMING},
         [EVENT_DENY_AND] = {act_denied_and, STATE_CLOSING},
         [EVENT_CORRECTION] = {act_correct, STATE_CONFIRMING},
         [EVENT_DENY] = {act_all_right, STATE_CLOSING},
         [EVENT_NOT_UNDERSTOOD] = {act_all_right, STATE_CLOSING},
         [EVENT_SILENCE] = {act_all_right, STATE_CLOSING}},
    [STATE_CANCELLING] =
        {QUESTION(STATE_CANCELLING),
         OUTCOMES_WAIT(STATE_CANCELLING), [EVENT_AFFIRM] = {act_cancel, STATE_WITHDRAWING},
         [EVENT_UNCLEAR] = {act_help_and_ask, STATE_CANCELLING},
         [EVENT_GOODBYE] = {act_keep, STATE_CLOSING}, [EVENT_ERASE] = {act_keep, STATE_CLOSING},
         [EVENT_CANCEL_NOTHING] = {act_keep, STATE_CLOSING},
         [EVENT_BUTTON_LONG] = {act_keep_at_once, STATE_CLOSING},
         [EVENT_BUTTON] = {act_cancel, STATE_WITHDRAWING},
         [EVENT_CANCEL] = {act_help_and_ask,
                           STATE_CANCELLING} /* "n'annulez pas" sounds much the same */,
         [EVENT_CORRECTION] = {act_keep, STATE_LINGERING},
         [EVENT_DENY] = {act_keep, STATE_LINGERING}, [EVENT_DENY_AND] = {act_keep, STATE_LINGERING},
         [EVENT_NOT_UNDERSTOOD] = {act_keep, STATE_LINGERING},
         [EVENT_SILENCE] = {act_keep, STATE_CLOSING}},
    [STATE_ERASING] = {ERASING(STATE_ERASING, act_ask_erase_again, STATE_ERASING_SURELY)},
    [STATE_ERASING_SURELY] = {ERASING(STATE_ERASING_SURELY, act_erase, STATE_WIPING)},
    /* Nobody has asked for this question: the button calls, as from sleep, and is no yes. */
    [STATE_CONSENTING] = {QUESTION(STATE_CONSENTING), [EVENT_AFFIRM] = {act_consent, STATE_CLOSING},
                          [EVENT_UNCLEAR] = {act_help_and_ask, STATE_CONSENTING},
                          [EVENT_DENY] = {act_refuse_consent, STATE_CLOSING},
                          [EVENT_DENY_AND] = {act_refuse_consent, STATE_CLOSING},
                          [EVENT_CANCEL] = {act_ask_cancel, STATE_CANCELLING},
                          [EVENT_ERASE] = {act_ask_erase, STATE_ERASING},
                          [EVENT_CANCEL_NOTHING] = {act_nothing_to_cancel, STATE_LINGERING},
                          [EVENT_GOODBYE] = {act_leave_all, STATE_CLOSING},
                          [EVENT_BUTTON_LONG] = {act_leave_all, STATE_CLOSING},
                          [EVENT_CORRECTION] = {act_leave_consent, STATE_CLOSING},
                          [EVENT_NOT_UNDERSTOOD] = {act_leave_consent, STATE_CLOSING},
                          [EVENT_SILENCE] = {act_leave_consent, STATE_CLOSING}},
    [STATE_WIPING] =
        {EVERYWHERE(STATE_WIPING), NO_EARS(STATE_WIPING),
         [EVENT_WAKE] = {act_nothing, STATE_WIPING}, [EVENT_BUTTON] = {act_nothing, STATE_WIPING},
         [EVENT_BUTTON_LONG] = {act_nothing, STATE_WIPING},
         [EVENT_SPOKEN] = {act_nothing, STATE_WIPING}, [EVENT_DEAF] = {act_nothing, STATE_WIPING},
         [EVENT_STORED] = {act_erase_begun, STATE_ERASED},
         [EVENT_NOT_STORED] = {act_not_erased, STATE_CLOSING},
         [EVENT_TIMER] = {act_not_erased, STATE_CLOSING}},
    /* What began now would be erased with the rest, and would hold it up. */
    [STATE_ERASED] =
        {EVERYWHERE(STATE_ERASED), NO_EARS(STATE_ERASED),
         [EVENT_WAKE] = {act_nothing, STATE_ERASED}, [EVENT_BUTTON] = {act_nothing, STATE_ERASED},
         [EVENT_BUTTON_LONG] = {act_nothing, STATE_ERASED},
         [EVENT_MUTE] = {act_nothing, STATE_ERASED}, [EVENT_DEAF] = {act_nothing, STATE_ERASED},
         [EVENT_SPOKEN] = {act_sleep, STATE_ASLEEP}},
    [STATE_STORING] =
        {EVERYWHERE(STATE_STORING), NO_EARS(STATE_STORING),
         [EVENT_WAKE] = {act_nothing, STATE_STORING}, [EVENT_BUTTON] = {act_nothing, STATE_STORING},
         [EVENT_BUTTON_LONG] = {act_nothing, STATE_STORING},
         [EVENT_SPOKEN] = {act_nothing, STATE_STORING}, [EVENT_DEAF] = {act_nothing, STATE_STORING},
         [EVENT_STORED] = {act_noted_and_wait, STATE_SENDING},
         [EVENT_NOT_STORED] = {act_not_stored, STATE_CLOSING},
         [EVENT_STORE_FULL] = {act_store_full, STATE_CLOSING},
         [EVENT_TIMER] = {act_not_stored_in_time, STATE_CLOSING}},
    [STATE_WITHDRAWING] =
        {EVERYWHERE(STATE_WITHDRAWING),
         NO_EARS(STATE_WITHDRAWING), [EVENT_WAKE] = {act_nothing, STATE_WITHDRAWING},
         [EVENT_BUTTON] = {act_nothing, STATE_WITHDRAWING},
         [EVENT_BUTTON_LONG] = {act_nothing, STATE_WITHDRAWING},
         [EVENT_SPOKEN] = {act_nothing, STATE_WITHDRAWING},
         [EVENT_DEAF] = {act_nothing, STATE_WITHDRAWING},
         [EVENT_WITHDRAWN] = {act_withdrawn, STATE_LINGERING},
         [EVENT_TIMER] = {act_not_withdrawn, STATE_CLOSING}},
    /* The ears stay open for a call for help and for what is legal everywhere. */
    [STATE_SENDING] = {EVERYWHERE(STATE_SENDING),
                       LET_PASS(STATE_SENDING, act_listen_more),
                       SPEECH(STATE_SENDING),
                       [EVENT_SPOKEN] = {act_listen_more, STATE_SENDING},
                       [EVENT_MORE] = {act_listen_more, STATE_SENDING},
                       [EVENT_WAIT] = {act_listen_more, STATE_SENDING},
                       [EVENT_THINKS] = {act_listen_more, STATE_SENDING},
                       [EVENT_USUAL] = {act_listen_more, STATE_SENDING},
                       [EVENT_UNCLEAR] = {act_listen_more, STATE_SENDING},
                       [EVENT_OTHERS] = {act_listen_more, STATE_SENDING},
                       [EVENT_CORRECTION] = {act_too_late, STATE_SENDING},
                       [EVENT_DENY] = {act_too_late, STATE_SENDING},
                       [EVENT_DENY_AND] = {act_too_late, STATE_SENDING},
                       [EVENT_CANCEL] = {act_ask_cancel, STATE_CANCELLING},
                       [EVENT_ERASE] = {act_ask_erase, STATE_ERASING},
                       [EVENT_BUTTON_LONG] = {act_sleep, STATE_ASLEEP},
                       [EVENT_TRANSMITTED] = {act_transmitted, STATE_LINGERING},
                       [EVENT_KEPT] = {act_kept, STATE_LINGERING},
                       [EVENT_REFUSED] = {act_refused, STATE_LINGERING},
                       [EVENT_TIMER] = {act_kept, STATE_LINGERING}},
    [STATE_TELLING] = {EVERYWHERE(STATE_TELLING),
                       NO_EARS(STATE_TELLING), [EVENT_SPOKEN] = {act_sleep_quietly, STATE_ASLEEP}},
    [STATE_LINGERING] =
        {OPEN_EARS(STATE_LINGERING, CELL(act_sleep, STATE_ASLEEP)),
         [EVENT_SPOKEN] = {act_listen_more, STATE_LINGERING},
         [EVENT_THINKS] = {act_listen_on_more, STATE_LINGERING},
         [EVENT_UNCLEAR] = {act_listen_more, STATE_LINGERING},
         [EVENT_CALLED] = {act_sleep_quietly, STATE_ASLEEP},
         [EVENT_TRANSMITTED] = {act_outcome_at_last, STATE_LINGERING},
         [EVENT_KEPT] = {act_outcome_at_last, STATE_LINGERING},
         [EVENT_NEWS] = {act_news, STATE_LINGERING}, [EVENT_NEXT] = {act_next, STATE_LISTENING},
         [EVENT_HELLO] = {act_greet, STATE_LISTENING},
         [EVENT_MIXED] = {act_mixed, STATE_LISTENING_AGAIN},
         [EVENT_CORRECTION] = {act_too_late, STATE_LINGERING},
         [EVENT_DENY] = {act_no_more, STATE_CLOSING},
         [EVENT_BUTTON_LONG] = {act_sleep, STATE_ASLEEP},
         [EVENT_SILENCE] = {act_sleep, STATE_ASLEEP}},
    [STATE_CLOSING] =
        {EVERYWHERE(STATE_CLOSING),
         NO_EARS(STATE_CLOSING), [EVENT_NEXT] = {act_next, STATE_LISTENING},
         [EVENT_HEARING] = {act_hearing, STATE_CLOSING}, [EVENT_SPOKEN] = {act_sleep, STATE_ASLEEP},
         [EVENT_BUTTON_LONG] = {act_sleep, STATE_ASLEEP}},
    [STATE_ALARMED] =
        {OPEN_EARS(STATE_ALARMED, CELL(act_sleep, STATE_ASLEEP)),
         RESULTS(STATE_ALARMED), [EVENT_SPOKEN] = {act_listen_answer, STATE_ALARMED},
         [EVENT_DENY_AND] = {act_alarm_over, STATE_CLOSING},
         [EVENT_NEWS] = {act_news, STATE_ALARMED}, [EVENT_SILENCE] = {act_sleep, STATE_ASLEEP}},
    [STATE_MUTED] =
        {EVERYWHERE(STATE_MUTED), NO_EARS(STATE_MUTED),
         RESULTS(STATE_MUTED), [EVENT_TIMER] = {act_sleep_quietly, STATE_MUTED},
         [EVENT_NEWS] = {act_news, STATE_MUTED}, [EVENT_SPOKEN] = {act_nothing, STATE_MUTED},
         [EVENT_WAKE] = {act_nothing, STATE_MUTED}, [EVENT_EMERGENCY] = {act_nothing, STATE_MUTED},
         [EVENT_DEAF] = {act_nothing, STATE_MUTED}, [EVENT_BUTTON] = {act_still_muted, STATE_MUTED},
         [EVENT_BUTTON_LONG] = {act_unmute, STATE_CLOSING},
         [EVENT_MUTE] = {act_still_muted, STATE_MUTED},
         [EVENT_UNMUTE] = {act_unmute, STATE_CLOSING}},
};
#pragma GCC diagnostic pop
