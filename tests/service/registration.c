/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/service/registration.h"

#include "tests/service/store_devices.h"

#include <errno.h>
#include <gnutls/crypto.h>
#include <stdio.h>
#include <string.h>

#define CODE_LETTERS "ABCDEFGHJKMNPQRSTUVWXYZ23456789" /* no I, L, O, 0, 1 */
#define CODE_LENGTH  8

/* An even letter of so many: bytes beyond the last whole round are drawn again. */
static int draw_letter(char *ret_letter)
{
    const unsigned n = sizeof(CODE_LETTERS) - 1;
    unsigned char byte;

    do {
        if (gnutls_rnd(GNUTLS_RND_KEY, &byte, 1) != 0)
            return -EIO;
    } while (byte >= 256 / n * n);
    *ret_letter = CODE_LETTERS[byte % n];
    return 0;
}

int registration_make_code(struct store *store, const char *resident, int64_t good_for_s,
                           char ret_code[REGISTRATION_CODE_SIZE])
{
    char bare[CODE_LENGTH + 1] = "";
    int r = 0;

    for (int i = 0; r == 0 && i < CODE_LENGTH; i++)
        r = draw_letter(&bare[i]);
    if (r == 0)
        r = store_add_code(store, bare, resident, store_now_ms() + good_for_s * 1000);
    snprintf(ret_code, REGISTRATION_CODE_SIZE, "%.4s-%.4s", bare, bare + 4);
    return r;
}

static const char *field(const json_t *json, const char *key)
{
    const char *value = json_string_value(json_object_get(json, key));

    return value ? value : "";
}

static bool is_made_of(const char *text, const char *letters, size_t n_min, size_t n_max)
{
    size_t n = strlen(text);

    return n >= n_min && n <= n_max && strspn(text, letters) == n;
}

static bool is_hash(const char *text)
{
    return is_made_of(text, "0123456789abcdef", 64, 64);
}

static bool is_name(const char *text)
{
    return is_made_of(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-", 1,
                      63);
}

static void answer_known(struct api *api, const char *device, const json_t *json, int status,
                         struct http_answer *answer)
{
    json_t *resident = store_resident_of(api->store, device);
    const char *reference = json_string_value(json_object_get(resident, "reference"));
    json_t *known = json_pack("{s:s, s:s?}", "device", device, "resident", reference);
    int r = 0;

    if (api->token_life_s > 0) {
        r = store_limit_token(api->store, field(json, "token_sha256"),
                              store_now_ms() + api->token_life_s * 1000);
        json_object_set_new(known, "expires_in_s", json_integer(api->token_life_s));
    }
    if (r < 0) {
        json_decref(known);
        api_problem(answer, 503, "store", "the device could not be stored");
    } else {
        api_json(answer, status, known);
    }
    json_decref(resident);
}

static void pair(struct api *api, const json_t *json, const char *address,
                 struct http_answer *answer)
{
    const char *device = field(json, "device");
    int r = store_use_code(api->store, field(json, "code"), device, field(json, "token_sha256"));

    if (r == 0 || r == STORE_SAME) {
        answer_known(api, device, json, r == STORE_SAME ? 200 : 201, answer);
    } else if (r == STORE_TAKEN) {
        api_problem(answer, 409, "name-taken", "another device of this name is known: revoke it");
    } else if (r == STORE_ABSENT) {
        limiter_failed(&api->guesses, address, store_now_ms());
        api_problem(answer, 403, "pairing-code", "this code is not known, used or too old");
    } else {
        api_problem(answer, 503, "store", "the device could not be stored");
    }
}

void registration_pair(struct api *api, const struct http_request *request,
                       struct http_answer *answer, char ret_device[64])
{
    char address[HTTP_ADDRESS_SIZE];
    json_t *json = api_read_object(request, answer);

    if (!json)
        return;
    http_address(request, address);
    if (!is_name(field(json, "device")) || !is_hash(field(json, "token_sha256")) ||
        !*field(json, "version")) {
        api_problem(answer, 422, "content", "device, token_sha256 or version is missing or wrong");
    } else if (!limiter_may_try(&api->guesses, address, store_now_ms())) {
        api_problem(answer, 429, "too-many-tries", "too many wrong codes");
        snprintf(answer->retry_after, sizeof(answer->retry_after), "%d", LIMITER_WINDOW_S);
    } else {
        snprintf(ret_device, 64, "%s", field(json, "device"));
        pair(api, json, address, answer);
    }
    json_decref(json);
}

void registration_renew(struct api *api, const struct http_request *request, const char *device,
                        struct http_answer *answer)
{
    json_t *json = api_read_object(request, answer);

    if (!json)
        return;
    if (strcmp(field(json, "device"), device) != 0 || !is_hash(field(json, "token_sha256")))
        api_problem(answer, 422, "content", "device or token_sha256 is missing or wrong");
    else if (store_renew_device(api->store, device, field(json, "token_sha256")) != 0)
        api_problem(answer, 503, "store", "the token could not be stored");
    else
        answer_known(api, device, json, 200, answer);
    json_decref(json);
}
