/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The machine: makes events precise, moves by the table (conversation_table.c), prints it. */
#include "daemon/conversation_private.h"

#include "base/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *const state_names[N_STATES] = {
    [STATE_ASLEEP] = "ASLEEP",
    [STATE_LISTENING] = "LISTENING",
    [STATE_LISTENING_AGAIN] = "LISTENING_AGAIN",
    [STATE_CHOOSING] = "CHOOSING",
    [STATE_GUESSING] = "GUESSING",
    [STATE_OFFERING_CALLBACK] = "OFFERING_CALLBACK",
    [STATE_ASKING] = "ASKING",
    [STATE_CONFIRMING] = "CONFIRMING",
    [STATE_CONFIRMING_AGAIN] = "CONFIRMING_AGAIN",
    [STATE_DUPLICATE] = "DUPLICATE",
    [STATE_CANCELLING] = "CANCELLING",
    [STATE_STORING] = "STORING",
    [STATE_ERASING] = "ERASING",
    [STATE_ERASING_SURELY] = "ERASING_SURELY",
    [STATE_WIPING] = "WIPING",
    [STATE_ERASED] = "ERASED",
    [STATE_CONSENTING] = "CONSENTING",
    [STATE_WITHDRAWING] = "WITHDRAWING",
    [STATE_SENDING] = "SENDING",
    [STATE_TELLING] = "TELLING",
    [STATE_LINGERING] = "LINGERING",
    [STATE_CLOSING] = "CLOSING",
    [STATE_ALARMED] = "ALARMED",
    [STATE_MUTED] = "MUTED",
};

static const char *const event_names[N_EVENTS] = {
    [EVENT_WAKE] = "wake",
    [EVENT_CALLED] = "called",
    [EVENT_BUTTON] = "button",
    [EVENT_BUTTON_LONG] = "button_long",
    [EVENT_REQUEST] = "request",
    [EVENT_REQUEST_OPEN] = "request_open",
    [EVENT_REQUEST_DOUBTFUL] = "request_doubtful",
    [EVENT_REQUEST_TWICE] = "request_twice",
    [EVENT_REQUEST_ELSEWHERE] = "request_elsewhere",
    [EVENT_REQUEST_BESIDES] = "request_besides",
    [EVENT_MIXED] = "mixed",
    [EVENT_CORRECTION] = "correction",
    [EVENT_AFFIRM] = "affirm",
    [EVENT_AFFIRM_AND] = "affirm_and",
    [EVENT_DENY] = "deny",
    [EVENT_DENY_AND] = "deny_and",
    [EVENT_CANCEL] = "cancel",
    [EVENT_ERASE] = "erase",
    [EVENT_CANCEL_NOTHING] = "cancel_nothing",
    [EVENT_REPEAT] = "repeat",
    [EVENT_STATUS] = "status",
    [EVENT_HELP] = "help",
    [EVENT_MORE] = "more",
    [EVENT_PRIVACY] = "privacy",
    [EVENT_CLOCK] = "clock",
    [EVENT_TODAY] = "today",
    [EVENT_WHO] = "who",
    [EVENT_USUAL] = "usual",
    [EVENT_WAIT] = "wait",
    [EVENT_THINKS] = "thinks",
    [EVENT_HELLO] = "hello",
    [EVENT_THANKS] = "thanks",
    [EVENT_GOODBYE] = "goodbye",
    [EVENT_LOUDER] = "louder",
    [EVENT_SOFTER] = "softer",
    [EVENT_SLOWER] = "slower",
    [EVENT_FASTER] = "faster",
    [EVENT_DEEPER] = "deeper",
    [EVENT_HIGHER] = "higher",
    [EVENT_EMERGENCY] = "emergency",
    [EVENT_NOT_UNDERSTOOD] = "not_understood",
    [EVENT_UNCLEAR] = "unclear",
    [EVENT_LOST] = "lost",
    [EVENT_OTHERS] = "others",
    [EVENT_SILENCE] = "silence",
    [EVENT_NEXT] = "next",
    [EVENT_SPOKEN] = "spoken",
    [EVENT_WITHDRAWN] = "withdrawn",
    [EVENT_STORED] = "stored",
    [EVENT_NOT_STORED] = "not_stored",
    [EVENT_STORE_FULL] = "store_full",
    [EVENT_TRANSMITTED] = "transmitted",
    [EVENT_KEPT] = "kept",
    [EVENT_REFUSED] = "refused",
    [EVENT_NEWS] = "news",
    [EVENT_CONSENT] = "consent",
    [EVENT_TIMER] = "timer",
    [EVENT_MUTE] = "mute",
    [EVENT_MUTE_IN_VAIN] = "mute_in_vain",
    [EVENT_UNMUTE] = "unmute",
    [EVENT_DEAF] = "deaf",
    [EVENT_HEARING] = "hearing",
};

/* ---- the machine ---- */

enum { USUAL_BUT = 6 }; /* of so many states less one an event may lead elsewhere and be usual */

static bool is_confirming(enum conversation_state state)
{
    return state == STATE_ASKING || state == STATE_CONFIRMING || state == STATE_CONFIRMING_AGAIN ||
           state == STATE_GUESSING;
}

/* Questions that are put once more before what was not understood counts as no. */
static bool is_put_again(enum conversation_state state)
{
    return state == STATE_CONFIRMING_AGAIN || state == STATE_CANCELLING ||
           state == STATE_DUPLICATE || state == STATE_CONSENTING;
}

static bool may_guess(const struct conversation *c, const struct draft *guess)
{
    return guess->service[0] && c->n_guesses < GUESSES_MAX &&
           strcmp(guess->service, c->refused) != 0;
}

/* What may become the best guess of the repair ladder: it waits until the closed choice has failed
 * too. Returns: the event that the choice gets. */
static enum conversation_event_type not_understood(struct conversation *c,
                                                   const struct draft *guess)
{
    if (may_guess(c, guess))
        c->guess = *guess;
    if (c->state == STATE_CHOOSING && c->guess.service[0])
        return EVENT_REQUEST_DOUBTFUL;
    if (is_put_again(c->state) && !c->is_unclear) {
        c->is_unclear = true;
        return EVENT_UNCLEAR;
    }
    return c->state == STATE_LISTENING && c->is_choice_sooner ? EVENT_LOST : EVENT_NOT_UNDERSTOOD;
}

/* What the resident wants may stand among the services that were not read yet. */
static enum conversation_event_type read_on(const struct conversation *c,
                                            enum conversation_event_type type)
{
    bool is_answered = type != EVENT_DENY && type != EVENT_AFFIRM && type != EVENT_CORRECTION &&
                       type != EVENT_NOT_UNDERSTOOD && type != EVENT_MORE;

    if (c->state != STATE_CHOOSING || is_answered || c->n_choices_read >= c->n_choices)
        return type;
    return EVENT_OTHERS;
}

bool conversation_asks_about_request(enum conversation_state state)
{
    return is_confirming(state) || state == STATE_OFFERING_CALLBACK || state == STATE_DUPLICATE;
}

static bool is_question(enum conversation_state state)
{
    return conversation_asks_about_request(state) || state == STATE_CANCELLING ||
           state == STATE_ERASING || state == STATE_ERASING_SURELY || state == STATE_CONSENTING;
}

/* What was talked about is settled. */
static bool is_over(enum conversation_state state)
{
    return state == STATE_CLOSING || state == STATE_LINGERING;
}

/* "Et aussi du beurre", after all was noted. A day alone is talk. */
static bool is_too_late(const struct conversation *c, const struct draft *more)
{
    return c->state == STATE_LINGERING && c->is_one_stored && more->n_items + more->n_dropped > 0;
}

/* Who asks for time gets it, with fewer words each time, and not for ever. */
static enum conversation_event_type wait_or_not(struct conversation *c,
                                                enum conversation_event_type type)
{
    c->n_waits++;
    if (c->n_waits > WAITS_MAX)
        return EVENT_SILENCE;
    return c->n_waits > 1 ? EVENT_THINKS : type;
}

/* The same service on another day is another request; else it says more of the first one. */
static bool is_another(const struct draft *first, const struct draft *other)
{
    return strcmp(first->service, other->service) != 0 ||
           (base_date_is_set(first->date) && base_date_is_set(other->date) &&
            base_date_compare(first->date, other->date) != 0);
}

/* What comes to the request in question by a sentence that may say yes besides. */
static enum conversation_event_type besides(const struct conversation *c,
                                            struct conversation_event *event)
{
    if (!is_confirming(c->state) || event->n_also == 0 || is_another(&c->draft, &event->also[0]))
        return event->type;
    event->draft = event->also[0];
    event->n_also--;
    memmove(&event->also[0], &event->also[1], event->n_also * sizeof(event->also[0]));
    return EVENT_CORRECTION;
}

/* Nobody need answer when all is answered. What is not for us, or not surely, is let pass once: who
 * only thinks aloud may still have something to say. */
static enum conversation_event_type let_pass(struct conversation *c,
                                             enum conversation_event_type type)
{
    bool is_first = !c->is_unclear;

    if (c->state != STATE_LINGERING)
        return type;
    if (type != EVENT_NOT_UNDERSTOOD && type != EVENT_REQUEST_DOUBTFUL &&
        type != EVENT_REQUEST_BESIDES && type != EVENT_AFFIRM && type != EVENT_AFFIRM_AND)
        return type;
    c->is_unclear = true;
    return is_first ? EVENT_UNCLEAR : EVENT_NOT_UNDERSTOOD;
}

/* A guess that is worth a question: not one that was answered with no a moment ago, nor the third.
 */
static enum conversation_event_type guess(struct conversation *c, struct conversation_event *event)
{
    if (may_guess(c, &event->draft))
        return event->type;
    draft_clear(&event->draft);
    return not_understood(c, &event->draft);
}

static enum conversation_event_type request(struct conversation *c,
                                            struct conversation_event *event)
{
    draft_clear(&c->left);
    if (c->is_interrupted)
        c->n_next = 0; /* it was said that they are not noted, and others are asked for */
    c->is_interrupted = false;
    if (!is_confirming(c->state))
        return event->type == EVENT_REQUEST_DOUBTFUL ? guess(c, event) : event->type;
    if (strcmp(event->draft.service, c->draft.service) == 0 &&
        event->type != EVENT_REQUEST_ELSEWHERE)
        return EVENT_CORRECTION; /* restated once more: never a yes by accident */
    /* Talk that a shaky ear half takes for something else must not replace what is being
     * confirmed. */
    if (event->type == EVENT_REQUEST_DOUBTFUL)
        return EVENT_NOT_UNDERSTOOD;
    if (!event->is_no)
        c->left = c->draft;
    return event->type;
}

/* "Et ajoutez...", once more, and again nothing else can be made of it: a television cooks. */
static bool is_missed_again(const struct conversation *c, const struct draft *said)
{
    struct draft other = *said;

    other.misses_item = false;
    return said->misses_item && !draft_has_details(&other) && c->n_missed >= MISSES_MAX;
}

/* Makes an event precise by what the conversation knows. See the table's head. */
static enum conversation_event_type refine(struct conversation *c, struct conversation_event *event)
{
    bool details = draft_has_details(&event->draft);

    switch ((int)event->type) {
    case EVENT_REQUEST:
    case EVENT_REQUEST_OPEN:
    case EVENT_REQUEST_DOUBTFUL:
    case EVENT_REQUEST_TWICE:
    case EVENT_REQUEST_ELSEWHERE:
        return request(c, event);
    case EVENT_AFFIRM_AND:
    case EVENT_REQUEST_BESIDES:
        return besides(c, event);
    case EVENT_AFFIRM:
        if (is_confirming(c->state) && is_missed_again(c, &event->draft))
            return not_understood(c, &event->draft);
        return is_confirming(c->state) && details ? EVENT_CORRECTION : event->type;
    case EVENT_DENY:
        if ((is_confirming(c->state) || c->state == STATE_LINGERING) && details)
            return EVENT_CORRECTION;
        return c->n_next > 0 ? EVENT_DENY_AND : EVENT_DENY;
    case EVENT_CORRECTION:
        if (is_missed_again(c, &event->draft))
            return not_understood(c, &event->draft);
        return is_confirming(c->state) || is_too_late(c, &event->draft) ? EVENT_CORRECTION
                                                                        : EVENT_NOT_UNDERSTOOD;
    case EVENT_NOT_UNDERSTOOD:
        return not_understood(c, &event->draft);
    case EVENT_HELLO:
    case EVENT_THANKS:
    case EVENT_MIXED:
        return is_question(c->state) ? EVENT_NOT_UNDERSTOOD : event->type;
    case EVENT_WAIT:
    case EVENT_THINKS:
        return wait_or_not(c, event->type);
    case EVENT_NEXT:
    case EVENT_SPOKEN:
        return is_over(c->state) && c->n_next > 0 && !c->is_held ? EVENT_NEXT : EVENT_SPOKEN;
    case EVENT_EMERGENCY:
    case EVENT_MUTE:
    case EVENT_DEAF:
        conversation_break_off(c, event->type, is_confirming(c->state));
        return event->type;
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
    if (next != c->state) {
        c->n_waits = 0;
        c->is_unclear = false;
    }
    c->state = next;
}

void conversation_event(struct conversation *c, const struct conversation_event *event)
{
    struct conversation_event refined = *event;
    enum conversation_event_type type = let_pass(c, read_on(c, refine(c, &refined)));
    const struct cell *cell = &conversation_table[c->state][type];

    refined.type = type;
    /* The state changes first: an op may bring the next event before it returns. */
    set_state(c, cell->next, type);
    cell->action(c, &refined);
}

void conversation_forget(struct conversation *c)
{
    draft_clear(&c->draft);
    draft_clear(&c->guess);
    draft_clear(&c->cancelled);
    draft_clear(&c->left);
    for (size_t i = 0; i < sizeof(c->next) / sizeof(c->next[0]); i++)
        draft_clear(&c->next[i]);
    c->n_next = 0;
    c->is_interrupted = c->is_untold = c->is_held = false;
    c->undone = NULL;
    c->is_one_stored = c->is_patient = c->is_unclear = c->is_outcome_awaited = false;
    c->outcome = NULL;
    c->n_waits = c->n_missed = 0;
    c->n_help_read = 0;
    draft_clear(&c->asked_about);
    c->asked = NULL;
    c->n_guesses = 0;
    c->n_choices_read = 0;
    memset(c->refused, 0, sizeof(c->refused));
    memset(c->cancel_id, 0, sizeof(c->cancel_id));
}

enum conversation_state conversation_state(const struct conversation *c)
{
    return c->state;
}

bool conversation_is_held(const struct conversation *c)
{
    return c->is_held;
}

const struct draft *conversation_draft(const struct conversation *c)
{
    return &c->draft;
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
    conversation_forget(c);
    *ret_conversation = c;
    return 0;
}

void conversation_set_choice_sooner(struct conversation *c, bool is_sooner)
{
    c->is_choice_sooner = is_sooner;
}

void conversation_set_n_choices(struct conversation *c, size_t n_choices)
{
    c->n_choices = n_choices;
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
            if (!conversation_table[s][e].action) {
                *ret_state = (enum conversation_state)s;
                *ret_event = (enum conversation_event_type)e;
                return -ENOENT;
            }
        }
    }
    return 0;
}

/* Where an event leads from nearly every state; N_STATES when there is no such place. */
static enum conversation_state usual_next(int event)
{
    for (int next = 0; next < N_STATES; next++) {
        int n = 0;

        for (int s = 0; s < N_STATES; s++)
            n += conversation_table[s][event].next == (enum conversation_state)next && s != next;
        if (n >= N_STATES - USUAL_BUT)
            return (enum conversation_state)next;
    }
    return N_STATES;
}

/* One arrow for all events that lead from one state to another. */
static void print_arrow(FILE *file, int from, int to)
{
    const char *before = "";

    for (int e = 0; e < N_EVENTS; e++) {
        if (from == to || conversation_table[from][e].next != (enum conversation_state)to ||
            usual_next(e) == (enum conversation_state)to)
            continue;
        if (!*before)
            fprintf(file, "  %s -> %s [label=\"", state_names[from], state_names[to]);
        fprintf(file, "%s%s", before, event_names[e]);
        before = "\\n";
    }
    if (*before)
        fputs("\"];\n", file);
}

void conversation_print_dot(FILE *file)
{
    fputs("digraph conversation {\n  node [shape=box];\n  ANY [label=\"nearly any state\"];\n",
          file);
    for (int e = 0; e < N_EVENTS; e++) {
        if (usual_next(e) != N_STATES)
            fprintf(file, "  ANY -> %s [label=\"%s\"];\n", state_names[usual_next(e)],
                    event_names[e]);
    }
    for (int from = 0; from < N_STATES; from++) {
        for (int to = 0; to < N_STATES; to++)
            print_arrow(file, from, to);
    }
    fputs("}\n", file);
}
