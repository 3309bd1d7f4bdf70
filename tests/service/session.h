/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who may see the coordinator's page. The operator's token is made at the first start and stands in
 * <state>/operator.token (0600); with it one gets a session, a random cookie for twelve hours, kept
 * in memory only, and with the session a second random value that every form must bring along.
 * Thread: any.
 */
#ifndef TESTS_SERVICE_SESSION_H
#define TESTS_SERVICE_SESSION_H

#include "tests/service/limiter.h"

#include <stdbool.h>

#define SESSION_ID_SIZE 65
#define SESSION_MAX     16 /* the oldest makes room */

struct sessions {
    pthread_mutex_t lock;
    struct limiter guesses;
    char operator_sum[65]; /* SHA-256 of the token */
    struct {
        char id[SESSION_ID_SIZE], form[SESSION_ID_SIZE];
        int64_t until_ms;
    } list[SESSION_MAX];
};

/* Reads the operator's token, or makes it. Returns: 0 or -errno. */
int sessions_init(struct sessions *sessions, const char *folder);
void sessions_finish(struct sessions *sessions);

enum session_answer { SESSION_OPEN, SESSION_WRONG, SESSION_LATER };

/* Returns: SESSION_OPEN with the cookie's value. */
enum session_answer sessions_login(struct sessions *sessions, const char *token,
                                   const char *address, char ret_id[SESSION_ID_SIZE]);
/* Returns: whether the session stands; ret_form is what its forms bring along. */
bool sessions_find(struct sessions *sessions, const char *id, char ret_form[SESSION_ID_SIZE]);
void sessions_logout(struct sessions *sessions, const char *id);

/* Compares in a time that tells nothing of where they differ. */
bool sessions_is_same(const char *a, const char *b);

#endif
