/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "matching/registration.h"

#include "base/error.h"
#include "base/file.h"
#include "matching/sha256.h"

#include <ctype.h>
#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#define CODE_MIN    6
#define TOKEN_BYTES 32
#define TOKEN_CHARS (2 * TOKEN_BYTES)
#define WAIT_MS     60000 /* the client's own limits are shorter */

int matching_registration_read_code(const char *typed, char ret_code[MATCHING_NAME_SIZE])
{
    size_t n = 0;

    for (; *typed; typed++) {
        unsigned char c = (unsigned char)*typed;

        if (isspace(c) || c == '-')
            continue;
        if (!isalnum(c) || n + 1 == MATCHING_NAME_SIZE)
            return -EINVAL;
        ret_code[n++] = (char)toupper(c);
    }
    ret_code[n] = '\0';
    return n >= CODE_MIN ? 0 : -EINVAL;
}

/* --- the token on disk --- */

static int keep_token(const char *path, const char *token)
{
    int r = base_file_replace(path, token, TOKEN_CHARS, 0600);

    return r == 0 ? base_file_give_to_folder_owner(path) : r;
}

static int make_token(char ret_token[TOKEN_CHARS + 1])
{
    unsigned char bytes[TOKEN_BYTES];

    if (getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes))
        return -EIO;
    for (size_t i = 0; i < sizeof(bytes); i++)
        snprintf(ret_token + 2 * i, 3, "%02x", bytes[i]);
    explicit_bzero(bytes, sizeof(bytes));
    return 0;
}

/* The token of a try that got no answer, else a new one, on disk in either case. */
static int prepare_token(const char *next_path, char ret_token[TOKEN_CHARS + 1])
{
    char *kept = NULL;
    size_t n = 0;
    int r;

    if (base_file_read(next_path, 2 * TOKEN_CHARS, &kept, &n) == 0 && n == TOKEN_CHARS &&
        strspn(kept, "0123456789abcdef") == TOKEN_CHARS) {
        memcpy(ret_token, kept, TOKEN_CHARS + 1);
        r = 0;
    } else {
        r = make_token(ret_token);
        if (r == 0)
            r = keep_token(next_path, ret_token);
    }
    if (kept)
        explicit_bzero(kept, n);
    free(kept);
    return r;
}

/* --- the call --- */

/* Owns: the caller. */
static char *encode(const struct matching_registration *registration, const char *code,
                    const char *hash)
{
    json_t *root = json_pack("{s:s*, s:s, s:s, s:s}", "code", code, "device", registration->device,
                             "token_sha256", hash, "version", registration->version);
    char *body = root ? json_dumps(root, JSON_COMPACT) : NULL;

    json_decref(root);
    return body;
}

static int call_service(struct matching_client *client, const struct matching_call *call,
                        struct matching_reply *ret_reply)
{
    int r = client->ops->begin(client, MATCHING_LANE_DELIVERY, call);

    while (r == 0 && client->ops->take(client, ret_reply) == 0)
        r = client->ops->wait(client, -1, WAIT_MS);
    return base_trace(r);
}

/* An answer counts only if it repeats the device's name: a captive portal answers 200 too. */
static int read_answer(const struct matching_reply *reply, const char *device,
                       struct matching_registered *ret_registered)
{
    json_t *root = json_loadb(reply->body, reply->n_body, JSON_REJECT_DUPLICATES, NULL);
    const char *echo = json_string_value(json_object_get(root, "device"));
    const char *resident = json_string_value(json_object_get(root, "resident"));
    int r = echo && strcmp(echo, device) == 0 ? 0 : MATCHING_REGISTRATION_STRANGER;

    if (r == 0 && resident && strlen(resident) < sizeof(ret_registered->resident))
        snprintf(ret_registered->resident, sizeof(ret_registered->resident), "%s", resident);
    json_decref(root);
    return r;
}

static int condition_of(const struct matching_reply *reply, bool is_renewal)
{
    json_t *root = json_loadb(reply->body, reply->n_body, 0, NULL);
    bool is_service = json_is_object(root);

    json_decref(root);
    if (reply->status == 408 || reply->status == 429 || reply->status >= 500)
        return MATCHING_REGISTRATION_LATER;
    if (!is_service)
        return MATCHING_REGISTRATION_STRANGER;
    if (reply->status == 401 || reply->status == 403)
        return is_renewal ? MATCHING_REGISTRATION_IDENTITY : MATCHING_REGISTRATION_CODE;
    if (reply->status == 409)
        return MATCHING_REGISTRATION_NAME;
    return reply->status == 400 || reply->status == 422 ? MATCHING_REGISTRATION_REFUSED
                                                        : MATCHING_REGISTRATION_STRANGER;
}

static int judge(const struct matching_reply *reply, const char *device, bool is_renewal,
                 struct matching_registered *ret_registered)
{
    *ret_registered =
        (struct matching_registered){.transport = reply->transport, .status = reply->status};
    if (reply->transport == MATCHING_TRANSPORT_NO_IDENTITY)
        return MATCHING_REGISTRATION_IDENTITY;
    if (reply->transport != MATCHING_TRANSPORT_OK)
        return MATCHING_REGISTRATION_AWAY;
    if (reply->status >= 200 && reply->status <= 299)
        return read_answer(reply, device, ret_registered);
    return condition_of(reply, is_renewal);
}

/* code NULL: renews. */
static int register_token(struct matching_client *client,
                          const struct matching_registration *registration, const char *code,
                          struct matching_registered *ret_registered)
{
    char next_path[PATH_MAX], token[TOKEN_CHARS + 1] = "", hash[MATCHING_SHA256_HEX_SIZE],
                                                  path[128];
    struct matching_call call = {.method = "POST", .path = path};
    struct matching_reply reply;
    int r;

    if ((size_t)snprintf(next_path, sizeof(next_path), "%s.next", registration->token_path) >=
        sizeof(next_path))
        return -ENAMETOOLONG;
    if (code)
        snprintf(path, sizeof(path), "/v1/devices");
    else
        snprintf(path, sizeof(path), "/v1/devices/%s/token", registration->device);
    r = prepare_token(next_path, token);
    if (r < 0)
        return base_trace(r);
    matching_sha256_hex(token, TOKEN_CHARS, hash);
    call.body = encode(registration, code, hash);
    call.n_body = call.body ? strlen(call.body) : 0;
    r = call.body ? call_service(client, &call, &reply) : -ENOMEM;
    free((char *)(uintptr_t)call.body);
    if (r == 0) {
        r = judge(&reply, registration->device, !code, ret_registered);
        matching_reply_finish(&reply);
    }
    if (r == 0)
        r = keep_token(registration->token_path, token);
    if (r == 0)
        unlink(next_path);
    explicit_bzero(token, sizeof(token));
    return r < 0 ? base_trace(r) : r;
}

int matching_registration_pair(struct matching_client *client,
                               const struct matching_registration *registration, const char *code,
                               struct matching_registered *ret_registered)
{
    return register_token(client, registration, code, ret_registered);
}

int matching_registration_renew(struct matching_client *client,
                                const struct matching_registration *registration,
                                struct matching_registered *ret_registered)
{
    return register_token(client, registration, NULL, ret_registered);
}
