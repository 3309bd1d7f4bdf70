/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The table is written a row a state, from a few row fragments: what is legal everywhere
 * (emergency, louder, repeat...), what every question shares, what only ends a state. A cell that a
 * later line of a row names again overrides the fragment, which is why -Woverride-init is silenced
 * for the table alone.
 *
 * An event is first made precise (refine): "a request" becomes a correction when the same service
 * is being confirmed, "not understood" becomes a guess when there is one. So the actions need no
 * conditions and the table shows every move. Refused: actions that choose the next state
 * themselves, which would hide half of the conversation from the diagram and from the completeness
 * test.
 */
#include "daemon/conversation.h"

#include "base/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define STORING_TIMEOUT_MS 10000
#define SENDING_TIMEOUT_MS 12000

struct conversation {
    const struct conversation_ops *ops;
    void *user;
    enum conversation_state state;
    struct draft draft; /* being talked about */
    struct draft guess; /* the best so far that was not sure enough */
    struct draft cancelled;
    char cancel_id[40];
};

typedef void action_fn(struct conversation *c, const struct conversation_event *event);

struct cell {
    action_fn *action;
    enum conversation_state next;
};

static void say(struct conversation *c, const char *key)
{
    c->ops->say(c->user, key, &c->draft);
}

/* ---- actions ---- */

static void act_nothing(struct conversation *c, const struct conversation_event *event)
{
    (void)c;
    (void)event;
}

static void act_greet(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    draft_clear(&c->draft);
    draft_clear(&c->guess);
    c->ops->stop_speech(c->user);
    c->ops->earcon(c->user, EARCON_LISTENING);
    c->ops->listen(c->user, EXPECT_REQUEST);
}

static void act_listen_request(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    c->ops->listen(c->user, EXPECT_REQUEST);
}

static void act_listen_answer(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    c->ops->listen(c->user, EXPECT_CONFIRMATION);
}

static void act_ask_again(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    c->ops->say_again(c->user);
}

static void act_pardon(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    say(c, "repair.pardon");
}

static void act_prompt(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    say(c, "silence.prompt");
}

static void act_choice(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    say(c, "repair.choice");
}

static void act_guess(struct conversation *c, const struct conversation_event *event)
{
    if (event->draft.service[0])
        c->guess = event->draft;
    c->draft = c->guess;
    draft_clear(&c->guess);
    say(c, "repair.guess");
}

static void act_offer_callback(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    draft_clear(&c->draft);
    strcpy(c->draft.service, "callback");
    say(c, "repair.callback");
}

static void act_not_here(struct conversation *c, const struct conversation_event *event)
{
    c->draft = event->draft;
    say(c, "refuse.not_here");
    strcpy(c->draft.service, "callback");
}

static void act_confirm(struct conversation *c, const struct conversation_event *event)
{
    c->draft = event->draft;
    say(c, "confirm.request");
}

static void act_correct(struct conversation *c, const struct conversation_event *event)
{
    draft_correct(&c->draft, &event->draft);
    say(c, "confirm.corrected");
}

static void act_confirm_as_is(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    say(c, "confirm.request");
}

static void act_confirm_again(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    say(c, "confirm.again");
}

static void act_denied(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    draft_clear(&c->draft);
    say(c, "confirm.denied");
}

static void act_duplicate(struct conversation *c, const struct conversation_event *event)
{
    c->draft = event->draft;
    say(c, "duplicate.ask");
}

static void act_store(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    c->ops->store(c->user, &c->draft);
    c->ops->wait(c->user, STORING_TIMEOUT_MS);
}

static void act_noted(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    say(c, "noted");
}

static void act_wait_for_service(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    c->ops->wait(c->user, SENDING_TIMEOUT_MS);
}

static void act_transmitted(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    say(c, "transmitted");
}

static void act_kept(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    say(c, "kept");
}

static void act_refused(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    say(c, "refused");
}

static void act_not_stored(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    say(c, "store.failed");
}

static void act_store_full(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    say(c, "store.full");
}

static void act_abandon(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    c->ops->stop_speech(c->user);
    say(c, "cancel.conversation");
}

static void act_give_up(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    say(c, "repair.give_up");
}

static void act_close_silence(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    say(c, "silence.close");
}

static void act_all_right(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    say(c, "close.all_right");
}

static void act_ask_cancel(struct conversation *c, const struct conversation_event *event)
{
    c->cancelled = event->cancel;
    c->draft = event->cancel;
    snprintf(c->cancel_id, sizeof(c->cancel_id), "%s", event->cancel_id);
    say(c, "cancel.ask");
}

static void act_nothing_to_cancel(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    say(c, "cancel.nothing");
}

static void act_cancel(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    c->ops->cancel(c->user, c->cancel_id);
    c->ops->say(c->user, "cancel.done", &c->cancelled);
}

static void act_adjust(struct conversation *c, const struct conversation_event *event)
{
    c->ops->adjust(c->user, event->type);
    c->ops->say_again(c->user);
}

static void act_status(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    c->ops->tell_status(c->user);
}

static void act_help(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    say(c, "help");
}

static void act_sleep(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    c->ops->earcon(c->user, EARCON_CLOSED);
    c->ops->sleep(c->user);
}

static void act_sleep_quietly(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    c->ops->sleep(c->user);
}

static void act_news(struct conversation *c, const struct conversation_event *event)
{
    c->ops->say(c->user, event->news_key, &event->draft);
}

static void act_alarm(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    c->ops->stop_speech(c->user);
    c->ops->alert(c->user);
    say(c, "emergency");
    say(c, "emergency");
}

static void act_mute(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    c->ops->stop_speech(c->user);
    c->ops->mute(c->user, 1);
    say(c, "mute.on");
}

static void act_still_muted(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    say(c, "mute.on");
}

static void act_unmute(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    c->ops->mute(c->user, 0);
    say(c, "mute.off");
}

static void act_deaf(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    c->ops->stop_speech(c->user);
    say(c, "mic.lost");
}

static void act_hearing(struct conversation *c, const struct conversation_event *event)
{
    (void)event;
    say(c, "mic.back");
}

/* ---- the table ---- */

/* What may be said or happen in any state. `self` is the row's own state. */
#define EVERYWHERE(self)                                                                           \
    [EVENT_EMERGENCY] = {act_alarm, STATE_ALARMED}, [EVENT_MUTE] = {act_mute, STATE_MUTED},        \
    [EVENT_UNMUTE] = {act_nothing, self}, [EVENT_DEAF] = {act_deaf, STATE_CLOSING},                \
    [EVENT_HEARING] = {act_nothing, self}, [EVENT_WAKE] = {act_greet, STATE_LISTENING},            \
    [EVENT_BUTTON] = {act_greet, STATE_LISTENING},                                                 \
    [EVENT_BUTTON_LONG] = {act_abandon, STATE_CLOSING}, [EVENT_TIMER] = {act_nothing, self},       \
    [EVENT_NEWS] = {act_nothing, self}, [EVENT_STORED] = {act_nothing, self},                      \
    [EVENT_NOT_STORED] = {act_nothing, self}, [EVENT_STORE_FULL] = {act_nothing, self},            \
    [EVENT_TRANSMITTED] = {act_nothing, self}, [EVENT_KEPT] = {act_nothing, self},                 \
    [EVENT_REFUSED] = {act_nothing, self}

/* What the resident may say besides an answer, while or before being listened to. */
#define SPEECH(self)                                                                               \
    [EVENT_LOUDER] = {act_adjust, self}, [EVENT_SOFTER] = {act_adjust, self},                      \
    [EVENT_SLOWER] = {act_adjust, self}, [EVENT_FASTER] = {act_adjust, self},                      \
    [EVENT_REPEAT] = {act_ask_again, self}, [EVENT_STATUS] = {act_status, self},                   \
    [EVENT_HELP] = {act_help, self}

/* A request is taken as one wherever the resident may speak. */
#define REQUESTS                                                                                   \
    [EVENT_REQUEST] = {act_confirm, STATE_CONFIRMING},                                             \
    [EVENT_REQUEST_DOUBTFUL] = {act_guess, STATE_GUESSING},                                        \
    [EVENT_REQUEST_TWICE] = {act_duplicate, STATE_DUPLICATE},                                      \
    [EVENT_REQUEST_ELSEWHERE] = {act_not_here, STATE_OFFERING_CALLBACK}

/* Nothing is being listened to: what a late utterance says is dropped. */
#define NO_EARS(self)                                                                              \
    [EVENT_REQUEST] = {act_nothing, self}, [EVENT_REQUEST_DOUBTFUL] = {act_nothing, self},         \
    [EVENT_REQUEST_TWICE] = {act_nothing, self}, [EVENT_REQUEST_ELSEWHERE] = {act_nothing, self},  \
    [EVENT_CORRECTION] = {act_nothing, self}, [EVENT_AFFIRM] = {act_nothing, self},                \
    [EVENT_DENY] = {act_nothing, self}, [EVENT_CANCEL] = {act_nothing, self},                      \
    [EVENT_CANCEL_NOTHING] = {act_nothing, self}, [EVENT_REPEAT] = {act_nothing, self},            \
    [EVENT_STATUS] = {act_nothing, self}, [EVENT_HELP] = {act_nothing, self},                      \
    [EVENT_LOUDER] = {act_nothing, self}, [EVENT_SOFTER] = {act_nothing, self},                    \
    [EVENT_SLOWER] = {act_nothing, self}, [EVENT_FASTER] = {act_nothing, self},                    \
    [EVENT_NOT_UNDERSTOOD] = {act_nothing, self}, [EVENT_SILENCE] = {act_nothing, self}

/* A question waits for yes or no about a draft. */
#define QUESTION(self)                                                                             \
    EVERYWHERE(self), SPEECH(self), REQUESTS,                                                      \
        [EVENT_SPOKEN] = {act_listen_answer, self}, [EVENT_CANCEL] = {act_abandon, STATE_CLOSING}, \
        [EVENT_CANCEL_NOTHING] = {act_abandon, STATE_CLOSING}

/* Listening for what is wanted; a yes or no has nothing to answer to. */
#define OPEN_EARS(self, lost)                                                                      \
    EVERYWHERE(self), SPEECH(self),                                                                \
        REQUESTS, [EVENT_SPOKEN] = {act_listen_request, self},                                     \
                  [EVENT_CANCEL] = {act_ask_cancel, STATE_CANCELLING},                             \
                  [EVENT_CANCEL_NOTHING] = {act_nothing_to_cancel, STATE_CLOSING},                 \
                  [EVENT_CORRECTION] = lost, [EVENT_AFFIRM] = lost,                                \
                  [EVENT_DENY] = {act_all_right, STATE_CLOSING}, [EVENT_NOT_UNDERSTOOD] = lost

#define CELL(action, next)                                                                         \
    {                                                                                              \
        action, next                                                                               \
    }

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"
static const struct cell table[N_STATES][N_EVENTS] = {
    [STATE_ASLEEP] =
        {OPEN_EARS(STATE_ASLEEP, CELL(act_pardon, STATE_LISTENING_AGAIN)),
         [EVENT_SPOKEN] = {act_nothing, STATE_ASLEEP},
         [EVENT_SILENCE] = {act_nothing, STATE_ASLEEP},
         [EVENT_BUTTON_LONG] = {act_nothing, STATE_ASLEEP},
         [EVENT_NEWS] = {act_news, STATE_TELLING}, [EVENT_HEARING] = {act_hearing, STATE_CLOSING},
         [EVENT_REPEAT] = {act_ask_again, STATE_CLOSING},
         [EVENT_STATUS] = {act_status, STATE_CLOSING}, [EVENT_HELP] = {act_help, STATE_LISTENING},
         [EVENT_LOUDER] = {act_adjust, STATE_CLOSING}, [EVENT_SOFTER] = {act_adjust, STATE_CLOSING},
         [EVENT_SLOWER] = {act_adjust, STATE_CLOSING},
         [EVENT_FASTER] = {act_adjust, STATE_CLOSING}},
    [STATE_LISTENING] =
        {OPEN_EARS(STATE_LISTENING, CELL(act_pardon, STATE_LISTENING_AGAIN)),
         [EVENT_SILENCE] = {act_prompt, STATE_LISTENING_AGAIN},
         [EVENT_REPEAT] = {act_ask_again, STATE_CLOSING},
         [EVENT_STATUS] = {act_status, STATE_CLOSING}, [EVENT_LOUDER] = {act_adjust, STATE_CLOSING},
         [EVENT_SOFTER] = {act_adjust, STATE_CLOSING}, [EVENT_SLOWER] = {act_adjust, STATE_CLOSING},
         [EVENT_FASTER] = {act_adjust, STATE_CLOSING}},
    [STATE_LISTENING_AGAIN] =
        {OPEN_EARS(STATE_LISTENING_AGAIN, CELL(act_choice, STATE_CHOOSING)), [EVENT_SILENCE] =
                                                                                 {act_close_silence,
                                                                                  STATE_CLOSING}},
    [STATE_CHOOSING] = {OPEN_EARS(STATE_CHOOSING,
                                  CELL(act_offer_callback, STATE_OFFERING_CALLBACK)),
                        [EVENT_DENY] = {act_offer_callback, STATE_OFFERING_CALLBACK},
                        [EVENT_SILENCE] = {act_close_silence, STATE_CLOSING}},
    [STATE_GUESSING] = {QUESTION(STATE_GUESSING), [EVENT_AFFIRM] = {act_store, STATE_STORING},
                        [EVENT_BUTTON] = {act_store, STATE_STORING},
                        [EVENT_CORRECTION] = {act_correct, STATE_CONFIRMING},
                        [EVENT_DENY] = {act_choice, STATE_CHOOSING},
                        [EVENT_NOT_UNDERSTOOD] = {act_confirm_again, STATE_CONFIRMING_AGAIN},
                        [EVENT_SILENCE] = {act_confirm_again, STATE_CONFIRMING_AGAIN}},
    [STATE_OFFERING_CALLBACK] =
        {QUESTION(STATE_OFFERING_CALLBACK), [EVENT_AFFIRM] = {act_store, STATE_STORING},
         [EVENT_BUTTON] = {act_store, STATE_STORING},
         [EVENT_CORRECTION] = {act_give_up, STATE_CLOSING},
         [EVENT_DENY] = {act_all_right, STATE_CLOSING},
         [EVENT_NOT_UNDERSTOOD] = {act_give_up, STATE_CLOSING},
         [EVENT_SILENCE] = {act_give_up, STATE_CLOSING}},
    [STATE_CONFIRMING] = {QUESTION(STATE_CONFIRMING), [EVENT_AFFIRM] = {act_store, STATE_STORING},
                          [EVENT_BUTTON] = {act_store, STATE_STORING},
                          [EVENT_CORRECTION] = {act_correct, STATE_CONFIRMING},
                          [EVENT_DENY] = {act_denied, STATE_LISTENING_AGAIN},
                          [EVENT_NOT_UNDERSTOOD] = {act_confirm_again, STATE_CONFIRMING_AGAIN},
                          [EVENT_SILENCE] = {act_confirm_again, STATE_CONFIRMING_AGAIN}},
    [STATE_CONFIRMING_AGAIN] =
        {QUESTION(STATE_CONFIRMING_AGAIN), [EVENT_AFFIRM] = {act_store, STATE_STORING},
         [EVENT_BUTTON] = {act_store, STATE_STORING},
         [EVENT_CORRECTION] = {act_correct, STATE_CONFIRMING},
         [EVENT_DENY] = {act_denied, STATE_LISTENING_AGAIN},
         [EVENT_NOT_UNDERSTOOD] = {act_offer_callback, STATE_OFFERING_CALLBACK},
         [EVENT_SILENCE] = {act_close_silence, STATE_CLOSING}},
    [STATE_DUPLICATE] =
        {QUESTION(STATE_DUPLICATE), [EVENT_REQUEST_TWICE] = {act_confirm, STATE_CONFIRMING},
         [EVENT_AFFIRM] = {act_confirm_as_is, STATE_CONFIRMING},
         [EVENT_CORRECTION] = {act_correct, STATE_CONFIRMING},
         [EVENT_DENY] = {act_all_right, STATE_CLOSING},
         [EVENT_NOT_UNDERSTOOD] = {act_all_right, STATE_CLOSING},
         [EVENT_SILENCE] = {act_all_right, STATE_CLOSING}},
    [STATE_CANCELLING] =
        {QUESTION(STATE_CANCELLING), [EVENT_AFFIRM] = {act_cancel, STATE_CLOSING},
         [EVENT_BUTTON] = {act_cancel, STATE_CLOSING}, [EVENT_CANCEL] = {act_cancel, STATE_CLOSING},
         [EVENT_CORRECTION] = {act_all_right, STATE_CLOSING},
         [EVENT_DENY] = {act_all_right, STATE_CLOSING},
         [EVENT_NOT_UNDERSTOOD] = {act_all_right, STATE_CLOSING},
         [EVENT_SILENCE] = {act_all_right, STATE_CLOSING}},
    [STATE_STORING] =
        {EVERYWHERE(STATE_STORING), NO_EARS(STATE_STORING),
         [EVENT_WAKE] = {act_nothing, STATE_STORING}, [EVENT_BUTTON] = {act_nothing, STATE_STORING},
         [EVENT_BUTTON_LONG] = {act_nothing, STATE_STORING},
         [EVENT_SPOKEN] = {act_nothing, STATE_STORING}, [EVENT_DEAF] = {act_nothing, STATE_STORING},
         [EVENT_STORED] = {act_noted, STATE_SENDING},
         [EVENT_NOT_STORED] = {act_not_stored, STATE_CLOSING},
         [EVENT_STORE_FULL] = {act_store_full, STATE_CLOSING},
         [EVENT_TIMER] = {act_not_stored, STATE_CLOSING}},
    [STATE_SENDING] =
        {EVERYWHERE(STATE_SENDING),
         NO_EARS(STATE_SENDING), [EVENT_SPOKEN] = {act_wait_for_service, STATE_SENDING},
         [EVENT_BUTTON_LONG] = {act_sleep, STATE_ASLEEP},
         [EVENT_TRANSMITTED] = {act_transmitted, STATE_CLOSING},
         [EVENT_KEPT] = {act_kept, STATE_CLOSING}, [EVENT_REFUSED] = {act_refused, STATE_CLOSING},
         [EVENT_TIMER] = {act_kept, STATE_CLOSING}},
    [STATE_TELLING] = {EVERYWHERE(STATE_TELLING),
                       NO_EARS(STATE_TELLING), [EVENT_SPOKEN] = {act_sleep_quietly, STATE_ASLEEP}},
    [STATE_CLOSING] = {EVERYWHERE(STATE_CLOSING),
                       NO_EARS(STATE_CLOSING), [EVENT_SPOKEN] = {act_sleep, STATE_ASLEEP},
                       [EVENT_BUTTON_LONG] = {act_sleep, STATE_ASLEEP}},
    [STATE_ALARMED] =
        {OPEN_EARS(STATE_ALARMED, CELL(act_sleep, STATE_ASLEEP)), [EVENT_SILENCE] = {act_sleep,
                                                                                     STATE_ASLEEP}},
    [STATE_MUTED] =
        {EVERYWHERE(STATE_MUTED), NO_EARS(STATE_MUTED), [EVENT_SPOKEN] = {act_nothing, STATE_MUTED},
         [EVENT_WAKE] = {act_nothing, STATE_MUTED}, [EVENT_EMERGENCY] = {act_nothing, STATE_MUTED},
         [EVENT_DEAF] = {act_nothing, STATE_MUTED}, [EVENT_BUTTON] = {act_still_muted, STATE_MUTED},
         [EVENT_BUTTON_LONG] = {act_still_muted, STATE_MUTED},
         [EVENT_MUTE] = {act_still_muted, STATE_MUTED},
         [EVENT_UNMUTE] = {act_unmute, STATE_CLOSING}},
};
#pragma GCC diagnostic pop

static const char *const state_names[N_STATES] = {
    [STATE_ASLEEP] = "ASLEEP",
    [STATE_LISTENING] = "LISTENING",
    [STATE_LISTENING_AGAIN] = "LISTENING_AGAIN",
    [STATE_CHOOSING] = "CHOOSING",
    [STATE_GUESSING] = "GUESSING",
    [STATE_OFFERING_CALLBACK] = "OFFERING_CALLBACK",
    [STATE_CONFIRMING] = "CONFIRMING",
    [STATE_CONFIRMING_AGAIN] = "CONFIRMING_AGAIN",
    [STATE_DUPLICATE] = "DUPLICATE",
    [STATE_CANCELLING] = "CANCELLING",
    [STATE_STORING] = "STORING",
    [STATE_SENDING] = "SENDING",
    [STATE_TELLING] = "TELLING",
    [STATE_CLOSING] = "CLOSING",
    [STATE_ALARMED] = "ALARMED",
    [STATE_MUTED] = "MUTED",
};

static const char *const event_names[N_EVENTS] = {
    [EVENT_WAKE] = "wake",
    [EVENT_BUTTON] = "button",
    [EVENT_BUTTON_LONG] = "button_long",
    [EVENT_REQUEST] = "request",
    [EVENT_REQUEST_DOUBTFUL] = "request_doubtful",
    [EVENT_REQUEST_TWICE] = "request_twice",
    [EVENT_REQUEST_ELSEWHERE] = "request_elsewhere",
    [EVENT_CORRECTION] = "correction",
    [EVENT_AFFIRM] = "affirm",
    [EVENT_DENY] = "deny",
    [EVENT_CANCEL] = "cancel",
    [EVENT_CANCEL_NOTHING] = "cancel_nothing",
    [EVENT_REPEAT] = "repeat",
    [EVENT_STATUS] = "status",
    [EVENT_HELP] = "help",
    [EVENT_LOUDER] = "louder",
    [EVENT_SOFTER] = "softer",
    [EVENT_SLOWER] = "slower",
    [EVENT_FASTER] = "faster",
    [EVENT_EMERGENCY] = "emergency",
    [EVENT_NOT_UNDERSTOOD] = "not_understood",
    [EVENT_SILENCE] = "silence",
    [EVENT_SPOKEN] = "spoken",
    [EVENT_STORED] = "stored",
    [EVENT_NOT_STORED] = "not_stored",
    [EVENT_STORE_FULL] = "store_full",
    [EVENT_TRANSMITTED] = "transmitted",
    [EVENT_KEPT] = "kept",
    [EVENT_REFUSED] = "refused",
    [EVENT_NEWS] = "news",
    [EVENT_TIMER] = "timer",
    [EVENT_MUTE] = "mute",
    [EVENT_UNMUTE] = "unmute",
    [EVENT_DEAF] = "deaf",
    [EVENT_HEARING] = "hearing",
};

/* ---- the machine ---- */

static bool is_confirming(enum conversation_state state)
{
    return state == STATE_CONFIRMING || state == STATE_CONFIRMING_AGAIN || state == STATE_GUESSING;
}

/* Makes an event precise by what the conversation knows. See the file's head. */
static enum conversation_event_type refine(struct conversation *c,
                                           const struct conversation_event *event)
{
    bool details = draft_has_details(&event->draft);

    switch ((int)event->type) {
    case EVENT_REQUEST:
    case EVENT_REQUEST_DOUBTFUL:
    case EVENT_REQUEST_TWICE:
        if (is_confirming(c->state) && strcmp(event->draft.service, c->draft.service) == 0)
            return EVENT_CORRECTION; /* restated once more: never a yes by accident */
        /* Talk that a shaky ear half takes for something else must not replace what is being
         * confirmed. */
        if (is_confirming(c->state) && event->type == EVENT_REQUEST_DOUBTFUL)
            return EVENT_NOT_UNDERSTOOD;
        return event->type;
    case EVENT_AFFIRM:
    case EVENT_DENY:
        return is_confirming(c->state) && details ? EVENT_CORRECTION : event->type;
    case EVENT_CORRECTION:
        return is_confirming(c->state) ? EVENT_CORRECTION : EVENT_NOT_UNDERSTOOD;
    default:
        return event->type;
    }
}

static void set_state(struct conversation *c, enum conversation_state next,
                      enum conversation_event_type why)
{
    if (next != c->state)
        log_info("state", "%s --%s--> %s", state_names[c->state], event_names[why],
                 state_names[next]);
    c->state = next;
}

void conversation_event(struct conversation *c, const struct conversation_event *event)
{
    enum conversation_event_type type = refine(c, event);
    const struct cell *cell = &table[c->state][type];
    struct conversation_event refined = *event;

    refined.type = type;
    /* The state changes first: an op may bring the next event before it returns. */
    set_state(c, cell->next, type);
    cell->action(c, &refined);
}

enum conversation_state conversation_state(const struct conversation *c)
{
    return c->state;
}

int conversation_create(const struct conversation_ops *ops, void *user,
                        struct conversation **ret_conversation)
{
    struct conversation *c = calloc(1, sizeof(*c));

    if (!c)
        return -ENOMEM;
    c->ops = ops;
    c->user = user;
    c->state = STATE_ASLEEP;
    draft_clear(&c->draft);
    draft_clear(&c->guess);
    *ret_conversation = c;
    return 0;
}

void conversation_destroy(struct conversation *c)
{
    free(c);
}

const char *conversation_state_name(enum conversation_state state)
{
    return state_names[state];
}

const char *conversation_event_name(enum conversation_event_type event)
{
    return event_names[event];
}

int conversation_check_table(enum conversation_state *ret_state,
                             enum conversation_event_type *ret_event)
{
    for (int s = 0; s < N_STATES; s++) {
        for (int e = 0; e < N_EVENTS; e++) {
            if (!table[s][e].action) {
                *ret_state = (enum conversation_state)s;
                *ret_event = (enum conversation_event_type)e;
                return -ENOENT;
            }
        }
    }
    return 0;
}

void conversation_print_dot(FILE *file)
{
    fputs("digraph conversation {\n  node [shape=box];\n", file);
    for (int s = 0; s < N_STATES; s++) {
        for (int e = 0; e < N_EVENTS; e++) {
            if (table[s][e].next != (enum conversation_state)s)
                fprintf(file, "  %s -> %s [label=\"%s\"];\n", state_names[s],
                        state_names[table[s][e].next], event_names[e]);
        }
    }
    fputs("}\n", file);
}
