/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the machine of the conversation (conversation.c), its table and its actions share.
 * Nobody else includes it. Thread: main. */
#ifndef DAEMON_CONVERSATION_PRIVATE_H
#define DAEMON_CONVERSATION_PRIVATE_H

#include "daemon/conversation.h"

enum {
    MISSES_MAX = 2,             /* times that one is told that what to add was not understood */
    GUESSES_MAX = 2,            /* in one conversation: more would be a quiz */
    WAITS_MAX = 3,              /* times that one question waits for somebody who asks for time */
    STORING_TIMEOUT_MS = 10000, /* for the disk: then it counts as not stored */
};

struct conversation {
    const struct conversation_ops *ops;
    void *user;
    enum conversation_state state;
    struct draft draft; /* being talked about */
    struct draft guess; /* the best so far that was not sure enough */
    bool is_choice_sooner;
    size_t n_choices, n_choices_read; /* questions of the closed choice; asked in this one */
    int n_guesses;                    /* asked in this conversation */
    char refused[DRAFT_SERVICE_MAX];  /* the guess that was answered with no */
    /* They wait until the one being talked about is settled; one more when that is broken off. */
    struct draft next[CONVERSATION_ALSO_MAX + 1];
    size_t n_next;
    bool is_interrupted;     /* what waits was broken off: it is not noted, and that is said */
    bool is_untold;          /* or yet to be said */
    bool is_held;            /* until the microphone is back */
    const char *undone;      /* a question that is broken off: what to say of it */
    struct draft left;       /* given up for another request: to be told so; no service: nothing */
    bool is_one_stored;      /* in this conversation */
    bool is_outcome_awaited; /* of what was noted last: sent, or kept for now? */
    const char *outcome;     /* it came while something else was asked: to be told; NULL: nothing */
    int n_missed;            /* how often what shall be added was not understood */
    int n_waits;             /* how often this question has waited */
    bool is_unclear;         /* what answered the question that was put again was no answer */
    bool is_patient;         /* the next listening is */
    size_t n_help_read;      /* shares of the services that help has read */
    struct draft cancelled;
    char cancel_id[40];
    const char *asked; /* the open question, to be put again after help or news */
    struct draft asked_about;
};

typedef void action_fn(struct conversation *c, const struct conversation_event *event);

struct cell {
    action_fn *action;
    enum conversation_state next;
};

extern const struct cell conversation_table[N_STATES][N_EVENTS];

/* conversation_actions.c: a prompt about the request being talked about; a question, with the words
 * that put it once more when something else was said between; those words. */
void conversation_say(struct conversation *c, const char *key);
void conversation_ask(struct conversation *c, const char *key, const char *again);
void conversation_put_question_again(struct conversation *c);
/* Whoever presses has heard enough: falls silent where the event is the button. */
void conversation_cut_off(struct conversation *c, const struct conversation_event *event);

/* conversation_requests.c: says whether what was noted is sent, when that came while something else
 * was asked. */
void conversation_tell_outcome(struct conversation *c);

/* conversation_several.c: the other requests of the sentence wait their turn. */
void conversation_put_aside(struct conversation *c, const struct conversation_event *event);
/* What must be told before the request is restated: that it comes in place of another, that others
 * follow (they are put aside), that it can be noted once only. */
void conversation_tell_first(struct conversation *c, const struct conversation_event *event);

/* conversation_interrupted.c: before that event, the question is broken off, save where the table
 * lets it be; the request in question waits. What waits is forgotten after a while. */
void conversation_break_off(struct conversation *c, enum conversation_event_type type,
                            bool is_request_asked);
void conversation_hold(struct conversation *c);

/* Forgets what was talked about (R30). */
void conversation_forget(struct conversation *c);

#endif
