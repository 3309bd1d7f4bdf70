/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Faults that a test asks for: how the next calls of a kind go wrong. Thread: any. */
#ifndef TESTS_SERVICE_FAULTS_H
#define TESTS_SERVICE_FAULTS_H

#include <jansson.h>
#include <stdint.h>

enum fault_kind {
    FAULT_NONE,
    FAULT_REFUSE,       /* nothing is applied, the connection is closed */
    FAULT_STATUS,       /* nothing is applied, another status is answered */
    FAULT_REDIRECT,     /* nothing is applied, 302 to elsewhere */
    FAULT_PORTAL,       /* nothing is applied, a captive portal's page with 200 */
    FAULT_DROP,         /* applied, and the connection closed without an answer */
    FAULT_STATUS_AFTER, /* applied, and another status answered */
    FAULT_CUT,          /* applied, and the answer cut in the middle */
    FAULT_NONSENSE,     /* applied, and bytes that are no JSON answered */
    FAULT_OTHER_ID,     /* applied, and another id echoed */
    FAULT_LARGE,        /* applied, and 100 KB answered */
    FAULT_SLOW,         /* applied, and a byte a second answered */
    FAULT_DELAY,        /* applied after delay_ms or faults_clear; then answered well */
    FAULT_N_KINDS,
};

struct fault {
    enum fault_kind kind;
    int status;
    int64_t retry_after_s; /* -1: none */
    int64_t delay_ms;
};

struct faults;

struct faults *faults_create(void);
void faults_destroy(struct faults *faults);

/*
 * {"fault": "drop", "method": "POST", "path": "/v1/requests", "times": 3, "status": 503,
 *  "retry_after": 5, "delay_ms": 1000}: the path is the beginning of the call's; times 0 is for
 * ever. Returns: 0, -EINVAL, -ENOMEM.
 */
int faults_add(struct faults *faults, const json_t *wish);
void faults_clear(struct faults *faults);
/* How often they were cleared. */
unsigned faults_n_clears(struct faults *faults);
/* The fault of this call, used up by it. */
struct fault faults_take(struct faults *faults, const char *method, const char *path);
const char *fault_name(enum fault_kind kind);

#endif
