/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A client without a network: it remembers the call of each lane, and the test answers it. */
#ifndef TESTS_MATCHING_SCRIPT_H
#define TESTS_MATCHING_SCRIPT_H

#include "matching/client.h"

#include <stdbool.h>

struct script_call {
    bool is_open, is_done;
    char method[8], path[320], key[64];
    char *body;
    struct matching_reply reply;
};

struct script {
    struct matching_client base; /* first: the ops cast back */
    struct script_call lanes[MATCHING_N_LANES];
    unsigned n_calls;
    bool is_short; /* of memory: no call can be begun */
};

void script_init(struct script *script);
void script_finish(struct script *script);

/* The call that the lane holds, NULL when it holds none. */
const struct script_call *script_call(struct script *script, enum matching_lane lane);
/* Ends it with an HTTP answer (body may be NULL), or without one. */
void script_answer(struct script *script, enum matching_lane lane, int status, const char *body);
void script_retry_after(struct script *script, enum matching_lane lane, int status,
                        int64_t retry_after_s);
void script_fail(struct script *script, enum matching_lane lane, enum matching_transport transport);

#endif
