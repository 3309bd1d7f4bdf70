/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/service/api.h"

#include "base/clock.h"
#include "base/date.h"
#include "config/territory.h"
#include "matching/request.h"
#include "tests/service/registration.h"
#include "tests/service/spoil.h"
#include "tests/service/store_devices.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define POLL_MAX_S      240
#define GUESSES_MAX     10  /* wrong pairing codes in a quarter of an hour, from one address */
#define GUESSES_MAX_ALL 200 /* and from all: one code is guessed in 50,000 years */

int api_init(struct api *api, struct store *store, struct faults *faults, const char *moderated,
             const char *record_path)
{
    *api = (struct api){.store = store, .faults = faults, .moderated = moderated};
    pthread_mutex_init(&api->lock, NULL);
    limiter_init(&api->guesses, GUESSES_MAX, GUESSES_MAX_ALL);
    if (record_path && !(api->record = fopen(record_path, "ae")))
        return -errno;
    return 0;
}

void api_finish(struct api *api)
{
    if (api->record)
        fclose(api->record);
    limiter_finish(&api->guesses);
    pthread_mutex_destroy(&api->lock);
}

unsigned api_n_calls(struct api *api)
{
    unsigned n;

    pthread_mutex_lock(&api->lock);
    n = api->n_calls;
    pthread_mutex_unlock(&api->lock);
    return n;
}

void api_json(struct http_answer *answer, int status, json_t *json)
{
    free(answer->body);
    answer->body = json ? json_dumps(json, JSON_COMPACT) : NULL;
    answer->n_body = answer->body ? strlen(answer->body) : 0;
    answer->status = answer->body ? status : 500;
    answer->content_type = "application/json";
    json_decref(json);
}

void api_problem(struct http_answer *answer, int status, const char *kind, const char *detail)
{
    char type[96];

    snprintf(type, sizeof(type), "urn:voisine:problem:%s", kind);
    api_json(answer, status,
             json_pack("{s:s, s:s, s:i, s:s}", "type", type, "title", kind, "status", status,
                       "detail", detail));
    answer->content_type = "application/problem+json";
}

/* --- who calls --- */

/* Returns: whether the caller is known; else the answer is ready. */
static bool find_caller(struct api *api, const struct http_request *request,
                        struct http_answer *answer, char ret_device[64])
{
    const char *header = http_header(request, "Authorization");
    char own_renewal[96];

    if (!header || strncmp(header, "Bearer ", 7) != 0) {
        api_problem(answer, 401, "no-token", "a bearer token is needed");
        return false;
    }
    switch (store_find_device(api->store, header + 7, ret_device, 64)) {
    case 0:
        return true;
    case STORE_EXPIRED:
        snprintf(own_renewal, sizeof(own_renewal), "/v1/devices/%s/token", ret_device);
        if (strcmp(request->path, own_renewal) == 0)
            return true;
        api_problem(answer, 401, "token-expired", "this token is too old: renew it");
        return false;
    case STORE_REVOKED:
        api_problem(answer, 403, "device-revoked", "this token was revoked");
        return false;
    default:
        api_problem(answer, 401, "unknown-token", "this token is not known");
        return false;
    }
}

json_t *api_read_object(const struct http_request *request, struct http_answer *answer)
{
    const char *type = http_header(request, "Content-Type");
    json_error_t error;
    json_t *json;

    if (!type || strncmp(type, "application/json", 16) != 0) {
        api_problem(answer, 415, "media-type", "application/json is needed");
        return NULL;
    }
    json = json_loadb(request->body, request->n_body, JSON_REJECT_DUPLICATES, &error);
    if (!json_is_object(json)) {
        json_decref(json);
        api_problem(answer, 400, "malformed", "the body is no JSON object");
        return NULL;
    }
    return json;
}

static const char *field(const json_t *json, const char *key)
{
    const char *value = json_string_value(json_object_get(json, key));

    return value ? value : "";
}

/* --- POST /v1/requests --- */

/* Returns: NULL, or what is wrong with the content. */
static const char *find_fault_in(const json_t *json)
{
    const json_t *when = json_object_get(json, "when"), *items = json_object_get(json, "items");
    const char *date = field(when, "date"), *time = field(when, "time"),
               *kind = field(json, "kind");
    struct base_date read_date;
    struct base_time read_time;

    if (strcmp(kind, "request") != 0 && strcmp(kind, "callback") != 0)
        return "kind is neither request nor callback";
    if (strcmp(kind, "request") == 0 && !*field(json, "service"))
        return "service is missing";
    if (!*field(json, "territory") || !*field(json, "language") || !*field(json, "spoken_at"))
        return "territory, language or spoken_at is missing";
    if (!json_is_object(when) || !json_is_array(items))
        return "when or items is missing";
    if ((*date && base_date_parse(date, &read_date) < 0) ||
        (*time && base_time_parse(time, &read_time) < 0))
        return "when holds no date or time that exists";
    return NULL;
}

static bool has_word(const char *words, const char *word)
{
    const char *at = words;
    size_t n = strlen(word);

    while (n > 0 && (at = strstr(at, word)) != NULL) {
        if ((at == words || at[-1] == ' ') && (at[n] == ' ' || at[n] == '\0'))
            return true;
        at += n;
    }
    return false;
}

static bool is_moderated(const struct api *api, const char *id)
{
    struct config_territory *territory;
    bool is_moderated;

    if (api->moderated)
        return has_word(api->moderated, id);
    if (config_territory_load(NULL, id, NULL, &territory) != 0)
        return false;
    is_moderated = config_territory_is_moderated(territory);
    config_territory_destroy(territory);
    return is_moderated;
}

/* The key is being worked on by another connection: a retry that came too early. */
static bool take_key(struct api *api, const char *key)
{
    size_t i, free_place = sizeof(api->busy) / sizeof(api->busy[0]);
    bool is_taken = false;

    pthread_mutex_lock(&api->lock);
    for (i = 0; i < sizeof(api->busy) / sizeof(api->busy[0]); i++) {
        is_taken |= strcmp(api->busy[i], key) == 0;
        if (!*api->busy[i])
            free_place = i;
    }
    if (!is_taken && free_place < i)
        snprintf(api->busy[free_place], sizeof(api->busy[0]), "%s", key);
    pthread_mutex_unlock(&api->lock);
    store_touch(api->store);
    return !is_taken;
}

unsigned api_n_busy(struct api *api)
{
    unsigned n = 0;

    pthread_mutex_lock(&api->lock);
    for (size_t i = 0; i < sizeof(api->busy) / sizeof(api->busy[0]); i++)
        n += *api->busy[i] != '\0';
    pthread_mutex_unlock(&api->lock);
    return n;
}

static void give_key(struct api *api, const char *key)
{
    pthread_mutex_lock(&api->lock);
    for (size_t i = 0; i < sizeof(api->busy) / sizeof(api->busy[0]); i++) {
        if (strcmp(api->busy[i], key) == 0)
            api->busy[i][0] = '\0';
    }
    pthread_mutex_unlock(&api->lock);
}

static void store_request_of(struct api *api, const struct http_request *request,
                             const json_t *json, const char *device, struct http_answer *answer)
{
    const char *id = field(json, "id"), *territory = field(json, "territory");
    int r = store_add(api->store, id, device, territory, field(json, "service"), request->body,
                      request->n_body, is_moderated(api, territory) ? "pending_review" : "open");

    if (r == STORE_OTHER_BODY)
        api_problem(answer, 422, "key-reused", "this key came with another body before");
    else if (r < 0)
        api_problem(answer, 503, "store", "the request could not be stored");
    else
        api_json(answer, r == STORE_SAME ? 200 : 201, store_request(api->store, id, false));
}

/* A fault may wait before the work or take its place; see api_handle. */
static void wait_for_fault(struct api *api, const struct fault *fault)
{
    int64_t until_ms = store_now_ms() + fault->delay_ms, left_ms;
    unsigned n_clears = faults_n_clears(api->faults), version = store_version(api->store);

    while (fault->kind == FAULT_DELAY && !store_is_stopping(api->store) &&
           faults_n_clears(api->faults) == n_clears && (left_ms = until_ms - store_now_ms()) > 0) {
        store_wait(api->store, version, left_ms);
        version = store_version(api->store);
    }
}

static void post_request(struct api *api, const struct http_request *request, const char *device,
                         const struct fault *fault, struct http_answer *answer)
{
    const char *key = http_header(request, "Idempotency-Key"), *problem;
    json_t *json = api_read_object(request, answer);

    if (!json)
        return;
    problem = find_fault_in(json);
    if (!key || !matching_id_is_valid(key)) {
        api_problem(answer, 400, "no-key", "Idempotency-Key must be a UUID");
    } else if (strcmp(key, field(json, "id")) != 0) {
        api_problem(answer, 422, "key-not-id", "Idempotency-Key and id differ");
    } else if (strcmp(device, field(json, "device")) != 0) {
        api_problem(answer, 403, "other-device", "the token is another device's");
    } else if (problem) {
        api_problem(answer, 422, "content", problem);
    } else if (!take_key(api, key)) {
        api_problem(answer, 409, "in-progress", "this key is being worked on");
    } else {
        wait_for_fault(api, fault);
        store_request_of(api, request, json, device, answer);
        give_key(api, key);
    }
    json_decref(json);
}

/* --- the others --- */

/* The request if it is the caller's; else the answer is ready. Owns: the caller. */
static json_t *own_request(struct api *api, const char *id, const char *device,
                           struct http_answer *answer)
{
    json_t *all = store_request(api->store, id, true);
    json_t *request;

    if (!all || strcmp(field(all, "device"), device) != 0) {
        json_decref(all); /* another device's is as good as none */
        api_problem(answer, 404, "no-request", "this request is not known");
        return NULL;
    }
    request = store_request(api->store, id, false);
    json_decref(all);
    return request;
}

/* The request itself may still be on its way: when it comes it finds itself called off. Returns:
 * whether the answer is ready. */
static bool call_off_unseen(struct api *api, const char *id, const char *device,
                            struct http_answer *answer)
{
    char now[32];
    int r = matching_id_is_valid(id) ? store_call_off(api->store, id, device) : STORE_SAME;

    if (r == STORE_SAME)
        return false;
    base_clock_format_utc(store_now_ms(), now);
    if (r < 0)
        api_problem(answer, 503, "store", "the change could not be stored");
    else
        api_json(answer, 200,
                 json_pack("{s:s, s:s, s:n, s:n, s:n, s:s}", "id", id, "status", "cancelled",
                           "service", "first_name", "when", "received_at", now));
    return true;
}

static void cancel_request(struct api *api, const char *id, const char *device,
                           struct http_answer *answer)
{
    json_t *request;

    if (call_off_unseen(api, id, device, answer) ||
        !(request = own_request(api, id, device, answer)))
        return;
    json_decref(request);
    /* One that has ended stays as it is: the answer says how. */
    if (store_change(api->store, id,
                     &(struct store_change){.from = "received pending_review open matched",
                                            .status = "cancelled"}) < 0)
        api_problem(answer, 503, "store", "the change could not be stored");
    else
        api_json(answer, 200, store_request(api->store, id, false));
}

static int64_t read_number(const char *text, int64_t otherwise)
{
    char *end;
    long long value = text && *text ? strtoll(text, &end, 10) : -1;

    return value >= 0 && *end == '\0' ? value : otherwise;
}

static void get_news(struct api *api, const struct http_request *request, const char *device,
                     struct http_answer *answer)
{
    const char *place = http_argument(request, "after");
    int64_t after = read_number(place, place && *place ? -1 : 0);
    int64_t wait_s = read_number(http_argument(request, "wait"), 0);
    int64_t until_ms = store_now_ms() + (wait_s < POLL_MAX_S ? wait_s : POLL_MAX_S) * 1000;

    if (after < 0) {
        api_problem(answer, 410, "cursor", "this place in the news is not known: begin anew");
        return;
    }
    for (;;) {
        unsigned version = store_version(api->store);
        json_t *news = store_news(api->store, device, after);
        int64_t left_ms = until_ms - store_now_ms();

        if (json_array_size(json_object_get(news, "news")) > 0 || left_ms <= 0 ||
            store_is_stopping(api->store)) {
            api_json(answer, 200, news);
            return;
        }
        json_decref(news);
        store_wait(api->store, version, left_ms);
    }
}

static void post_heartbeat(struct api *api, const struct http_request *request, const char *device,
                           struct http_answer *answer)
{
    json_t *json = api_read_object(request, answer);
    char now[32];

    if (!json)
        return;
    if (strcmp(field(json, "device"), device) != 0 || !*field(json, "version") ||
        !json_is_integer(json_object_get(json, "queue_depth"))) {
        api_problem(answer, 422, "content", "device, version or queue_depth is missing or wrong");
    } else if (store_beat(api->store, device, request->body) < 0) {
        api_problem(answer, 503, "store", "the heartbeat could not be stored");
    } else {
        base_clock_format_utc(store_now_ms(), now);
        api_json(answer, 200, json_pack("{s:s, s:s}", "device", device, "received_at", now));
    }
    json_decref(json);
}

static void post_alert(struct api *api, const struct http_request *request, const char *device,
                       struct http_answer *answer)
{
    json_t *json = api_read_object(request, answer);
    const char *key = http_header(request, "Idempotency-Key");
    int r;

    if (!json)
        return;
    if (!key || strcmp(key, field(json, "id")) != 0 || !matching_id_is_valid(key)) {
        api_problem(answer, 422, "key-not-id", "Idempotency-Key and id differ");
    } else if (strcmp(field(json, "device"), device) != 0) {
        api_problem(answer, 403, "other-device", "the token is another device's");
    } else if ((r = store_alert(api->store, key, device, request->body)) < 0) {
        api_problem(answer, 503, "store", "the alert could not be stored");
    } else {
        api_json(answer, r == STORE_SAME ? 200 : 201,
                 json_pack("{s:s, s:s}", "id", key, "status", "received"));
    }
    json_decref(json);
}

/* --- routes --- */

/* Splits "/v1/<what>/<name>/<verb>". */
static void split(const char *path, char ret_name[64], char ret_verb[32])
{
    *ret_name = *ret_verb = '\0';
    (void)sscanf(path, "/v1/%*[a-z]/%63[^/]/%31[a-z]", ret_name, ret_verb);
}

static bool is(const struct http_request *request, const char *method)
{
    return strcmp(request->method, method) == 0;
}

static void route_device(struct api *api, const struct http_request *request, const char *device,
                         const char *name, const char *verb, struct http_answer *answer)
{
    if (strcmp(name, device) != 0)
        api_problem(answer, 403, "other-device", "the token is another device's");
    else if (strcmp(verb, "news") == 0 && is(request, "GET"))
        get_news(api, request, device, answer);
    else if (strcmp(verb, "heartbeat") == 0 && is(request, "POST"))
        post_heartbeat(api, request, device, answer);
    else if (strcmp(verb, "token") == 0 && is(request, "POST"))
        registration_renew(api, request, device, answer);
    else
        api_problem(answer, 404, "no-route", "no such resource");
}

static void route(struct api *api, const struct http_request *request, const struct fault *fault,
                  struct http_answer *answer, char ret_device[64])
{
    char name[64], verb[32];
    json_t *found;

    if (strcmp(request->path, "/v1/devices") == 0 && is(request, "POST")) {
        wait_for_fault(api, fault);
        registration_pair(api, request, answer, ret_device);
        return;
    }
    if (!find_caller(api, request, answer, ret_device))
        return;
    split(request->path, name, verb);
    if (strcmp(request->path, "/v1/requests") == 0 && is(request, "POST")) {
        post_request(api, request, ret_device, fault, answer);
        return;
    }
    wait_for_fault(api, fault);
    if (strcmp(request->path, "/v1/alerts") == 0 && is(request, "POST")) {
        post_alert(api, request, ret_device, answer);
    } else if (strncmp(request->path, "/v1/requests/", 13) == 0 && !*verb && is(request, "GET")) {
        found = own_request(api, name, ret_device, answer);
        if (found)
            api_json(answer, 200, found);
    } else if (strncmp(request->path, "/v1/requests/", 13) == 0 && strcmp(verb, "cancel") == 0 &&
               is(request, "POST")) {
        cancel_request(api, name, ret_device, answer);
    } else if (strncmp(request->path, "/v1/devices/", 12) == 0) {
        route_device(api, request, ret_device, name, verb, answer);
    } else {
        api_problem(answer, 404, "no-route", "no such resource");
    }
}

/* --- the record --- */

static void write_record(struct api *api, const struct http_request *request, const char *device,
                         const struct fault *fault, const struct http_answer *answer)
{
    const char *key = http_header(request, "Idempotency-Key");
    char at[32], *line;
    json_t *call;

    base_clock_format_utc(store_now_ms(), at);
    call = json_pack("{s:s, s:s, s:s, s:s, s:s, s:i, s:s}", "at", at, "method", request->method,
                     "path", request->path, "device", device, "key", key ? key : "", "status",
                     answer->ending == HTTP_DROP ? 0 : answer->status, "fault",
                     fault_name(fault->kind));
    if (call && request->n_body > 0)
        json_object_set_new(call, "body", json_loadb(request->body, request->n_body, 0, NULL));
    line = call ? json_dumps(call, JSON_COMPACT) : NULL;
    pthread_mutex_lock(&api->lock);
    api->n_calls++;
    if (line && api->record) {
        fprintf(api->record, "%s\n", line);
        fflush(api->record);
    }
    pthread_mutex_unlock(&api->lock);
    free(line);
    json_decref(call);
    store_touch(api->store);
}

void api_handle(void *user, const struct http_request *request, struct http_answer *answer)
{
    struct api *api = user;
    struct fault fault = faults_take(api->faults, request->method, request->path);
    char device[64] = "";

    if (!spoil_before(&fault, answer)) {
        route(api, request, &fault, answer, device);
        spoil_after(&fault, answer);
    }
    if (fault.kind != FAULT_NONE && fault.retry_after_s >= 0)
        snprintf(answer->retry_after, sizeof(answer->retry_after), "%lld",
                 (long long)fault.retry_after_s);
    write_record(api, request, device, &fault, answer);
}
