/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The contract that devices speak: docs/matching-api.yaml. Thread: any. */
#ifndef TESTS_SERVICE_API_H
#define TESTS_SERVICE_API_H

#include "tests/service/faults.h"
#include "tests/service/http.h"
#include "tests/service/limiter.h"
#include "tests/service/store.h"

#include <pthread.h>
#include <stdio.h>

struct api {
    struct store *store;
    struct faults *faults;
    const char *moderated;  /* territories whose requests a moderator checks first, by spaces; NULL:
                             * what their files say */
    int64_t token_life_s;   /* how long a token that a device makes is good; 0: no end */
    FILE *record;           /* one JSON line a call; NULL: none */
    struct limiter guesses; /* of pairing codes */
    pthread_mutex_t lock;   /* of what follows and of the record */
    unsigned n_calls;
    char busy[16][37]; /* keys of requests being worked on */
};

int api_init(struct api *api, struct store *store, struct faults *faults, const char *moderated,
             const char *record_path);
void api_finish(struct api *api);
unsigned api_n_calls(struct api *api);
/* Requests being worked on at the moment. */
unsigned api_n_busy(struct api *api);

/* An http_handler; user is the api. */
void api_handle(void *user, const struct http_request *request, struct http_answer *answer);

/* The body as a JSON object. Returns: NULL with the answer made. Owns: the caller. */
json_t *api_read_object(const struct http_request *request, struct http_answer *answer);

/* Answers as problem+json (RFC 9457); the type is urn:voisine:problem:<kind>. */
void api_problem(struct http_answer *answer, int status, const char *kind, const char *detail);
/* Answers JSON, which is used up (NULL: 500). */
void api_json(struct http_answer *answer, int status, json_t *json);

#endif
