/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The matching service of a scene: a client without a network (matching/client.h's ops) that
 * answers at once, as the scene says. Its calls come on the worker's thread, everything below on
 * the test's; scene_service_settle waits until the worker has nothing left to do, so that a scene
 * plays the same every time.
 */
#ifndef TESTS_DAEMON_SCENE_SERVICE_H
#define TESTS_DAEMON_SCENE_SERVICE_H

#include "matching/client.h"

#include <jansson.h>
#include <stdbool.h>

enum scene_service_mood {
    SERVICE_UP,      /* takes everything */
    SERVICE_AWAY,    /* no connection */
    SERVICE_SILENT,  /* takes the call and does not answer */
    SERVICE_REFUSES, /* 422 */
    SERVICE_UNKNOWN, /* 401: who are you? */
    SERVICE_REVOKED, /* 403: not you any more */
    SERVICE_FAKE,    /* its certificate is signed by nobody that is trusted */
    SERVICE_OTHER,   /* 404: a web server, but not the service */
};

struct scene_service;

struct scene_service *scene_service_create(bool is_moderated);
/* After the worker is gone. */
void scene_service_destroy(struct scene_service *service);
/* What the worker takes as its client; its destroy does nothing. */
struct matching_client *scene_service_client(struct scene_service *service);

void scene_service_set_mood(struct scene_service *service, enum scene_service_mood mood);
/* Lets the worker look at the clock again. */
void scene_service_poke(struct scene_service *service);
/* Returns: false when the worker did not come to rest within 20 s. */
bool scene_service_settle(struct scene_service *service);

/* Tells news of the youngest request for that service ("callback": of the call back). Borrows
 * `news`: {"service", "status", "first_name", "when"}. Returns: false when it has no such request.
 */
bool scene_service_tell(struct scene_service *service, const json_t *news);
/* Requests and alerts that came, each id once. */
size_t scene_service_n_requests(struct scene_service *service);
size_t scene_service_n_alerts(struct scene_service *service);
/* Bytes of the heap that those take. */
size_t scene_service_heap(struct scene_service *service);

#endif
