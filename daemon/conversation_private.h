/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the machine of the conversation (conversation.c), its table and its actions share.
 * Nobody else includes it. Thread: main. */
#ifndef DAEMON_CONVERSATION_PRIVATE_H
#define DAEMON_CONVERSATION_PRIVATE_H

#include "daemon/conversation.h"

enum { GUESSES_MAX = 2 }; /* in one conversation: more would be a quiz */

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

/* Forgets what was talked about (R30). */
void conversation_forget(struct conversation *c);

#endif
