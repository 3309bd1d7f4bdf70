/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What an answer of the service, or the lack of one, means for the request that was sent: one
 * table for every HTTP status, transport error and malformed body (R20).
 *
 * A 2xx counts only if its JSON echoes the request's id: a captive portal answers 200 to anything.
 * For the same reason 400 and 422 bury a request only if their body is a JSON object, as the
 * contract promises; a proxy's HTML page does not. Pure. Thread: any.
 */
#ifndef MATCHING_OUTCOME_H
#define MATCHING_OUTCOME_H

#include "matching/client.h"
#include "matching/event.h"

#include <stdbool.h>

enum matching_action {
    MATCHING_ACTION_TRANSMITTED,
    MATCHING_ACTION_RETRY,
    MATCHING_ACTION_DEAD_LETTER,
    MATCHING_ACTION_KEEP_AND_ALERT, /* keep trying, and somebody must act */
};

/* What a body is, seen from the request. */
enum matching_body {
    MATCHING_BODY_ECHO,    /* a JSON object whose "id" is the request's */
    MATCHING_BODY_REVOKED, /* the problem "device-revoked" */
    MATCHING_BODY_OBJECT,  /* another JSON object */
    MATCHING_BODY_OTHER,   /* anything else, or nothing */
    MATCHING_N_BODIES,
};

struct matching_outcome {
    enum matching_action action;
    enum matching_say say;
    const char *code;     /* for the log, stable */
    bool is_service_wide; /* the cause concerns every request, not this one */
    bool is_clock;        /* our own clock is the likely cause */
};

/* Returns: the row; never fails. */
struct matching_outcome matching_outcome_of(enum matching_transport transport, int status,
                                            enum matching_body body);

#endif
