/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "matching/registration.h"

#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "matching/sha256.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#define CODE_MIN    6
#define TOKEN_BYTES 32
#define TOKEN_CHARS (2 * TOKEN_BYTES)
#define WAIT_MS     60000 /* the client's own limits are shorter */

#define GOOD_FOR_MAX_S (100LL * 365 * 86400)

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
    json_int_t good_for_s = json_integer_value(json_object_get(root, "expires_in_s"));
    int r = echo && strcmp(echo, device) == 0 ? 0 : MATCHING_REGISTRATION_STRANGER;

    if (r == 0 && resident && strlen(resident) < sizeof(ret_registered->resident))
        snprintf(ret_registered->resident, sizeof(ret_registered->resident), "%s", resident);
    if (good_for_s > 0 && good_for_s <= GOOD_FOR_MAX_S)
        ret_registered->good_for_s = good_for_s;
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

int matching_registration_path(const char *token_path, const char *suffix, char *ret_path,
                               size_t size)
{
    return (size_t)snprintf(ret_path, size, "%s%s", token_path, suffix) >= size ? -ENAMETOOLONG : 0;
}

/* Makes the body of a call, with a token that is on disk. code NULL: renews. */
static int encode_call(const struct matching_registration *registration, const char *code,
                       char **ret_body, size_t *ret_n_body)
{
    char next_path[PATH_MAX], token[TOKEN_CHARS + 1] = "", hash[MATCHING_SHA256_HEX_SIZE], *body;
    int r = matching_registration_path(registration->token_path, MATCHING_TOKEN_NEXT, next_path,
                                       sizeof(next_path));

    if (r == 0)
        r = prepare_token(next_path, token);
    if (r < 0)
        return base_trace(r);
    matching_sha256_hex(token, TOKEN_CHARS, hash);
    explicit_bzero(token, sizeof(token));
    body = encode(registration, code, hash);
    if (!body)
        return -ENOMEM;
    *ret_body = body;
    *ret_n_body = strlen(body);
    return 0;
}

static void keep_life(const struct matching_registration *registration, int64_t good_for_s)
{
    char path[PATH_MAX], line[64];
    int64_t made_ms = registration->now_wall_ms;
    int n = snprintf(line, sizeof(line), "%lld %lld\n", (long long)made_ms,
                     (long long)(good_for_s > 0 ? made_ms + good_for_s * 1000 : 0));

    if (matching_registration_path(registration->token_path, MATCHING_TOKEN_LIFE, path,
                                   sizeof(path)) < 0 ||
        base_file_replace(path, line, (size_t)n, 0600) < 0)
        log_warning("identity-life", "cannot be kept: the token's file tells its age");
    else
        (void)base_file_give_to_folder_owner(path);
}

/* The next token becomes the token. keeps_before: the old one stays beside it. */
static int put_in_place(const struct matching_registration *registration, bool keeps_before)
{
    const char *path = registration->token_path;
    char next_path[PATH_MAX], before_path[PATH_MAX], token[TOKEN_CHARS + 1] = "", *before;
    struct timespec times[2] = {{.tv_nsec = UTIME_NOW}, {.tv_nsec = UTIME_NOW}};
    struct stat st;
    size_t n;
    int r = matching_registration_path(path, MATCHING_TOKEN_NEXT, next_path, sizeof(next_path));

    if (r == 0)
        r = matching_registration_path(path, MATCHING_TOKEN_BEFORE, before_path,
                                       sizeof(before_path));
    if (r == 0)
        r = prepare_token(next_path, token);
    if (r == 0 && keeps_before && stat(path, &st) == 0) {
        times[0] = st.st_atim;
        times[1] = st.st_mtim;
    }
    if (r == 0 && keeps_before && (r = base_file_read(path, 4096, &before, &n)) == 0) {
        r = base_file_replace(before_path, before, n, 0600);
        if (r == 0) /* should it come back, it is as old as it was */
            (void)utimensat(AT_FDCWD, before_path, times, 0);
        explicit_bzero(before, n);
        free(before);
    }
    if (r == 0)
        r = keep_token(path, token);
    if (r == 0)
        unlink(next_path);
    explicit_bzero(token, sizeof(token));
    return r;
}

static int take_answer(const struct matching_registration *registration,
                       const struct matching_reply *reply, bool is_renewal, bool keeps_before,
                       struct matching_registered *ret_registered)
{
    int r = judge(reply, registration->device, is_renewal, ret_registered);

    if (r == 0)
        r = put_in_place(registration, keeps_before);
    if (r == 0)
        keep_life(registration, ret_registered->good_for_s);
    return r < 0 ? base_trace(r) : r;
}

int matching_registration_encode(const struct matching_registration *registration, char **ret_body,
                                 size_t *ret_n_body)
{
    return encode_call(registration, NULL, ret_body, ret_n_body);
}

int matching_registration_take(const struct matching_registration *registration,
                               const struct matching_reply *reply,
                               struct matching_registered *ret_registered)
{
    return take_answer(registration, reply, true, true, ret_registered);
}

/* code NULL: renews. */
static int register_token(struct matching_client *client,
                          const struct matching_registration *registration, const char *code,
                          struct matching_registered *ret_registered)
{
    char path[128], *body;
    struct matching_call call = {.method = "POST", .path = path};
    struct matching_reply reply;
    int r = encode_call(registration, code, &body, &call.n_body);

    if (r < 0)
        return r;
    if (code)
        snprintf(path, sizeof(path), "/v1/devices");
    else
        snprintf(path, sizeof(path), "/v1/devices/%s/token", registration->device);
    call.body = body;
    r = call_service(client, &call, &reply);
    free(body);
    if (r == 0) {
        r = take_answer(registration, &reply, !code, false, ret_registered);
        matching_reply_finish(&reply);
    }
    return r;
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

/* --- the life of a token --- */

int matching_registration_life(const char *token_path, int64_t *ret_made_ms,
                               int64_t *ret_expires_ms)
{
    char path[PATH_MAX], *line;
    long long made_ms, expires_ms;
    struct stat st, life;
    size_t n;

    if (stat(token_path, &st) < 0)
        return -errno;
    *ret_made_ms = (int64_t)st.st_mtime * 1000;
    *ret_expires_ms = 0;
    /* A token that was put there since is another one, of which nothing is known. */
    if (matching_registration_path(token_path, MATCHING_TOKEN_LIFE, path, sizeof(path)) < 0 ||
        stat(path, &life) < 0 || life.st_mtime < st.st_mtime ||
        base_file_read(path, 128, &line, &n) < 0)
        return 0;
    if (sscanf(line, "%lld %lld", &made_ms, &expires_ms) == 2) {
        *ret_made_ms = made_ms;
        *ret_expires_ms = expires_ms;
    }
    free(line);
    return 0;
}

void matching_registration_confirm(const char *token_path)
{
    char path[PATH_MAX];

    if (matching_registration_path(token_path, MATCHING_TOKEN_BEFORE, path, sizeof(path)) == 0)
        unlink(path);
}

int matching_registration_undo(const char *token_path)
{
    char path[PATH_MAX], life[PATH_MAX];
    int r = matching_registration_path(token_path, MATCHING_TOKEN_BEFORE, path, sizeof(path));

    if (r == 0)
        r = matching_registration_path(token_path, MATCHING_TOKEN_LIFE, life, sizeof(life));
    if (r == 0 && rename(path, token_path) < 0)
        r = -errno;
    if (r == 0) /* it tells of the other one */
        unlink(life);
    return r;
}
