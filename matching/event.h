/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the delivery worker tells the main thread, and the states of a request.
 *
 * Four facts are never merged and never claimed early (R4): heard (the daemon's own), NOTED (on
 * disk and synced), TRANSMITTED (the service echoed the id), MATCHED (a volunteer accepted, and
 * the service said so).
 */
#ifndef MATCHING_EVENT_H
#define MATCHING_EVENT_H

#include "matching/request.h"

#include <stdbool.h>
#include <stdint.h>

enum matching_state {
    MATCHING_NOTED,       /* on disk, never tried */
    MATCHING_SENDING,     /* tried at least once: the service may have it */
    MATCHING_TRANSMITTED, /* the service echoed the id */
    MATCHING_MATCHED,     /* a volunteer accepted */
    MATCHING_DONE,        /* the service says it was done */
    MATCHING_REFUSED,     /* dead letter: the service will never take it */
    MATCHING_CANCELLING,  /* cancelled here, the service does not know yet */
    MATCHING_CANCELLED,   /* by the resident or the service */
    MATCHING_EXPIRED,     /* unsent for seven days, or given up by the service */
    MATCHING_DAMAGED,     /* its bytes changed on disk: never sent, kept to be looked at */
    MATCHING_N_STATES,
};

enum matching_event_type {
    MATCHING_EVENT_NOTED,            /* submit: durable now. "C'est noté." */
    MATCHING_EVENT_NOT_NOTED,        /* submit: not stored; `reason` says why */
    MATCHING_EVENT_TRANSMITTED,      /* the service has it */
    MATCHING_EVENT_KEPT,             /* first try failed, it stays noted and goes later */
    MATCHING_EVENT_REFUSED,          /* dead letter; untold until told */
    MATCHING_EVENT_MATCHED,          /* first_name, when; untold until told */
    MATCHING_EVENT_STATUS,           /* another state of the service, in `status` */
    MATCHING_EVENT_CANCELLED,        /* `by_service` tells who; untold if by the service */
    MATCHING_EVENT_OVERDUE,          /* unsent for 24 h: to say at the next interaction */
    MATCHING_EVENT_EXPIRED,          /* see the state; untold until told */
    MATCHING_EVENT_DAMAGED,          /* n requests were unreadable after damage on disk */
    MATCHING_EVENT_IDENTITY_REFUSED, /* somebody must act; `status` is the log code of the cause */
    MATCHING_EVENT_CLOCK_WRONG,      /* TLS fails by dates and our clock is to blame */
    MATCHING_EVENT_SERVICE_AWAY,     /* once, when no try succeeds any more */
    MATCHING_EVENT_SERVICE_BACK,     /* once, after SERVICE_AWAY */
    MATCHING_EVENT_ALERT_ACKNOWLEDGED, /* the emergency alert reached the service */
    MATCHING_EVENT_ALERT_FAILED,       /* given up after the alert's own time limit */
    MATCHING_N_EVENT_TYPES,
};

/* Why a request was not stored. */
enum matching_reason {
    MATCHING_REASON_NONE,
    MATCHING_REASON_FULL,     /* the bounded queue is full */
    MATCHING_REASON_NO_SPACE, /* the disk is full */
    MATCHING_REASON_FAILED,   /* any other failure to write */
};

/* The class of sentence that is true after an answer, or without one; the words are the
 * catalogue's. Who is to blame decides: a resident who is told that the service does not know the
 * speaker rings the wrong person when it is the service that cannot be believed. */
enum matching_say {
    MATCHING_SAY_TRANSMITTED,    /* "C'est transmis au service." */
    MATCHING_SAY_KEPT,           /* "Je l'envoie dès que je peux." */
    MATCHING_SAY_REFUSED,        /* "Le service n'a pas accepté cette demande." */
    MATCHING_SAY_KEPT_UNKNOWN,   /* kept, somebody must act: this speaker is not known there */
    MATCHING_SAY_KEPT_REVOKED,   /* ... it was, and is no more */
    MATCHING_SAY_KEPT_UNTRUSTED, /* ... what answers cannot prove that it is the service */
    MATCHING_SAY_KEPT_SETTING,   /* ... the address set here is not the service's */
    MATCHING_N_SAYS,
};

struct matching_event {
    enum matching_event_type type;
    enum matching_reason reason;
    enum matching_say say;     /* IDENTITY_REFUSED: how to tell it */
    char id[MATCHING_ID_SIZE]; /* "" where the event concerns no request */
    enum matching_kind kind;
    char service[MATCHING_NAME_SIZE];    /* "" when the device has already erased it */
    char status[24];                     /* the service's word; IDENTITY_REFUSED: the log code */
    char first_name[MATCHING_NAME_SIZE]; /* "" when the service gave none that can be said */
    struct matching_when when;           /* MATCHED: when the volunteer comes; else as asked */
    bool by_service;
    unsigned n; /* DAMAGED: how many */
};

/* What is known of one request now. */
struct matching_summary {
    char id[MATCHING_ID_SIZE];
    enum matching_kind kind;
    enum matching_state state;
    char status[24]; /* the service's word, "" before it said one */
    char service[MATCHING_NAME_SIZE];
    struct matching_when when; /* as asked; all "" once erased */
    char first_name[MATCHING_NAME_SIZE];
    struct matching_when matched_when;
    int64_t noted_wall_ms;
    int64_t age_ms;  /* since noted, by the monotonic clock while we run */
    bool is_untold;  /* a news that the resident has not heard */
    bool is_overdue; /* unsent for 24 h */
};

/* "noted", "sending", ... Thread: any. */
const char *matching_state_name(enum matching_state state);
/* Reads such a name. Returns: the state; MATCHING_NOTED for an unknown word, since sending once
 * more does no harm and not sending would. Thread: any. */
enum matching_state matching_state_parse(const char *name);
/* "noted", "not-noted", ... for logs and tests. Thread: any. */
const char *matching_event_name(enum matching_event_type type);

#endif
