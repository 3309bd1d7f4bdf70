/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the people behind the service do: a moderator approves, a volunteer accepts, a test asks for
 * faults and waits for what it expects. Plain HTTP on loopback; every call needs the token in
 * <state>/admin.token, so that no other program or web page on the machine can act.
 *
 *   GET  /admin/requests, /admin/requests/ID, /admin/devices, /admin/volunteers, /admin/residents,
 *        /admin/proposals/ID
 *   POST /admin/requests/ID/approve|reject|accept|refuse|done|expire|cancel  {"volunteer", "when"}
 *   POST /admin/volunteers {...}, /admin/volunteers/ID/pause|resume|remove, /admin/residents {...}
 *   POST /admin/codes {"resident", "hours"}: a pairing code
 *   POST /admin/devices/NAME/allow|revoke
 *   POST /admin/faults (see faults.h), /admin/faults/clear
 *   GET  /admin/wait?requests=N&calls=N&alerts=N&beats=N&id=ID&status=S&busy=N&timeout_ms=MS
 *        (busy: requests being worked on)
 *   POST /admin/stop
 */
#ifndef TESTS_SERVICE_ADMIN_H
#define TESTS_SERVICE_ADMIN_H

#include "tests/service/api.h"

struct admin {
    struct store *store;
    struct faults *faults;
    struct api *api;
    const char *folder; /* of the state */
    char token[65];
    void (*stop)(void *user);
    void *user;
};

/* An http_handler; user is the admin. Thread: any. */
void admin_handle(void *user, const struct http_request *request, struct http_answer *answer);

/* Makes the device known and writes its token to <state>/tokens/NAME (0600). Returns: 0 or -errno.
 */
int admin_allow_device(struct admin *admin, const char *device);

#endif
