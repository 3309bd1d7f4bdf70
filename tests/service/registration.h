/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a speaker becomes known: pairing codes, and the two calls that need one or a token. Thread:
 * any. */
#ifndef TESTS_SERVICE_REGISTRATION_H
#define TESTS_SERVICE_REGISTRATION_H

#include "tests/service/api.h"

#define REGISTRATION_CODE_SIZE 10 /* "K7QM-4XTP" and NUL */

/*
 * Makes a code for one speaker, good for so long; resident as in store_add_code. Eight letters and
 * digits that nobody confuses: 39.6 bits, which the limiter makes enough. Returns: 0 or -errno.
 */
int registration_make_code(struct store *store, const char *resident, int64_t good_for_s,
                           char ret_code[REGISTRATION_CODE_SIZE]);

/* POST /v1/devices, which needs no token. */
void registration_pair(struct api *api, const struct http_request *request,
                       struct http_answer *answer, char ret_device[64]);
/* POST /v1/devices/NAME/token, called by that device. */
void registration_renew(struct api *api, const struct http_request *request, const char *device,
                        struct http_answer *answer);

#endif
