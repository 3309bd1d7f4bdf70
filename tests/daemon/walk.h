/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A walk through the table of the conversation: the test brings the events, and what the
 * conversation did is written down. A walk knows what a real caller would bring next.
 *
 * Order: begin, then happen, hear or feed; conversation_destroy on `conversation` ends it. What is
 * wrong on every walk ends the program. Thread: main.
 */
#ifndef TESTS_DAEMON_WALK_H
#define TESTS_DAEMON_WALK_H

#include "daemon/conversation.h"

struct walk {
    struct conversation *conversation;
    char
        did[4096]; /* as one string a person can read: "say:confirm.request listen:confirmation " */
    int n_stored, n_said, n_earcons;
    /* What the caller would bring next, of this state; another one begins without. */
    enum conversation_state state;
    bool is_speaking, has_ears, has_timer;
    int n_silences;
    struct draft stored;
    bool asked_with_all; /* a question has restated the request that is being talked about */
};

void walk_begin(struct walk *walk);

/* As the caller does: what ended is over before it is told. */
void walk_feed(struct walk *walk, const struct conversation_event *event);
/* With nothing but its type. */
void walk_happen(struct walk *walk, enum conversation_event_type type);
/* date: "2026-06-16", or NULL for none. */
void walk_hear(struct walk *walk, enum conversation_event_type type, const char *service,
               const char *date);

/* Returns: what it did since the last call. Owns: walk.c, until the next call. */
const char *walk_did(struct walk *walk);

#endif
