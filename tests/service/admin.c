/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/service/admin.h"

#include "base/file.h"
#include "tests/service/keys.h"
#include "tests/service/registration.h"
#include "tests/service/store_devices.h"
#include "tests/service/store_volunteers.h"
#include "tests/service/volunteers.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define WAIT_MAX_MS    120000
#define CODE_HOURS     24
#define CODE_HOURS_MAX 168

int admin_allow_device(struct admin *admin, const char *device)
{
    char folder[PATH_MAX], path[PATH_MAX], token[65];
    int r = base_file_join(admin->folder, "tokens", folder, sizeof(folder));

    for (const char *p = device; *p; p++) {
        if (!isalnum((unsigned char)*p) && !strchr("-_.", *p))
            return -EINVAL;
    }
    if (r == 0)
        r = base_file_make_folder(folder, 0700);
    if (r == 0)
        r = base_file_join(folder, device, path, sizeof(path));
    if (r == 0)
        r = keys_make_token(token);
    if (r == 0)
        r = store_set_device(admin->store, device, token);
    return r == 0 ? base_file_replace(path, token, strlen(token), 0600) : r;
}

static void answer_change(struct admin *admin, int r, const char *id, struct http_answer *answer)
{
    if (r == STORE_ABSENT)
        api_problem(answer, 404, "no-request", "this request is not known");
    else if (r == STORE_NOT_NOW)
        api_problem(answer, 409, "not-now", "its status does not allow this");
    else if (r != 0)
        api_problem(answer, 503, "store", "the change could not be stored");
    else
        api_json(answer, 200, store_request(admin->store, id, true));
}

static void change_request(struct admin *admin, const char *id, const char *verb,
                           const json_t *body, struct http_answer *answer)
{
    static const struct {
        const char *verb, *from, *status;
    } table[] = {
        {"approve", "pending_review received", "open"},
        {"reject", "pending_review received", "cancelled"},
        {"done", "matched", "done"},
        {"expire", "pending_review received open matched", "expired"},
        {"cancel", "pending_review received open matched", "cancelled"},
        {"withdraw", "matched", "open"}, /* the volunteer cannot come after all */
    };
    const char *volunteer = json_string_value(json_object_get(body, "volunteer"));
    const char *when = json_string_value(json_object_get(body, "when"));

    if (strcmp(verb, "accept") == 0) {
        answer_change(
            admin,
            volunteers_accept(admin->store, id, volunteer ? volunteer : "Marie", when ? when : ""),
            id, answer);
        return;
    }
    if (strcmp(verb, "refuse") == 0) {
        answer_change(admin,
                      store_end_proposal(admin->store, id, volunteer ? volunteer : "", "refused"),
                      id, answer);
        return;
    }
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        if (strcmp(verb, table[i].verb) == 0) {
            struct store_change change = {
                .from = table[i].from, .status = table[i].status, .with_news = true};

            answer_change(admin, store_change(admin->store, id, &change), id, answer);
            return;
        }
    }
    api_problem(answer, 404, "no-route", "no such action");
}

static void change_device(struct admin *admin, const char *device, const char *verb,
                          struct http_answer *answer)
{
    int r;

    if (strcmp(verb, "allow") != 0 && strcmp(verb, "revoke") != 0) {
        api_problem(answer, 404, "no-route", "no such action");
        return;
    }
    r = strcmp(verb, "allow") == 0 ? admin_allow_device(admin, device)
                                   : store_set_device(admin->store, device, NULL);
    if (r < 0)
        api_problem(answer, 400, "device", strerror(-r));
    else
        api_json(answer, 200, json_pack("{s:s, s:s}", "device", device, "did", verb));
}

/* --- people and codes --- */

static void answer_done(int r, struct http_answer *answer)
{
    if (r == STORE_ABSENT)
        api_problem(answer, 404, "nobody", "nobody of this name is known");
    else if (r == -EINVAL)
        api_problem(answer, 422, "content", "a field is missing");
    else if (r != 0)
        api_problem(answer, 503, "store", "the change could not be stored");
    else
        api_json(answer, 200, json_pack("{s:b}", "done", 1));
}

static void make_code(struct admin *admin, const json_t *body, struct http_answer *answer)
{
    const char *resident = json_string_value(json_object_get(body, "resident"));
    json_int_t hours = json_integer_value(json_object_get(body, "hours"));
    char code[REGISTRATION_CODE_SIZE];
    int r;

    if (hours < 1 || hours > CODE_HOURS_MAX)
        hours = CODE_HOURS;
    r = registration_make_code(admin->store, resident, hours * 3600, code);
    if (r < 0)
        answer_done(r, answer);
    else
        api_json(answer, 200, json_pack("{s:s, s:I}", "code", code, "hours", hours));
}

static void change_volunteer(struct admin *admin, const char *id, const char *verb,
                             const json_t *body, struct http_answer *answer)
{
    if (!*id)
        answer_done(store_set_volunteer(admin->store, body), answer);
    else if (strcmp(verb, "remove") == 0)
        answer_done(store_remove_volunteer(admin->store, id), answer);
    else if (strcmp(verb, "pause") == 0 || strcmp(verb, "resume") == 0)
        answer_done(store_set_volunteer_active(admin->store, id, verb[0] == 'r'), answer);
    else
        api_problem(answer, 404, "no-route", "no such action");
}

static void add_resident(struct admin *admin, const json_t *body, struct http_answer *answer)
{
    bool is_whole = json_is_string(json_object_get(body, "reference")) &&
                    json_is_string(json_object_get(body, "name"));

    answer_done(is_whole ? store_set_resident(admin->store, body) : -EINVAL, answer);
}

/* --- waiting for something to be so --- */

static size_t argument(const struct http_request *request, const char *name)
{
    const char *text = http_argument(request, name);

    return text ? strtoul(text, NULL, 10) : 0;
}

static size_t count_beats(const json_t *devices)
{
    json_t *device;
    size_t i, n = 0;

    json_array_foreach(json_object_get(devices, "devices"), i, device) n +=
        json_is_object(json_object_get(device, "heartbeat"));
    return n;
}

static bool is_so(struct admin *admin, const struct http_request *request)
{
    const char *id = http_argument(request, "id"), *status = http_argument(request, "status");
    json_t *requests = store_requests(admin->store), *devices = store_devices(admin->store), *item;
    bool is_met =
        json_array_size(requests) >= argument(request, "requests") &&
        api_n_calls(admin->api) >= argument(request, "calls") &&
        api_n_busy(admin->api) >= argument(request, "busy") &&
        json_array_size(json_object_get(devices, "alerts")) >= argument(request, "alerts") &&
        count_beats(devices) >= argument(request, "beats");
    bool is_found = !status;
    size_t i;

    json_array_foreach(requests, i, item)
    {
        const char *item_id = json_string_value(json_object_get(item, "id"));
        const char *item_status = json_string_value(json_object_get(item, "status"));

        is_found |= status && (!id || strcmp(id, item_id) == 0) && strcmp(status, item_status) == 0;
    }
    json_decref(requests);
    json_decref(devices);
    return is_met && is_found;
}

static void wait_until_so(struct admin *admin, const struct http_request *request,
                          struct http_answer *answer)
{
    size_t timeout_ms = argument(request, "timeout_ms");
    int64_t until_ms = store_now_ms() +
                       (timeout_ms && timeout_ms < WAIT_MAX_MS ? (int64_t)timeout_ms : WAIT_MAX_MS);

    for (;;) {
        unsigned version = store_version(admin->store);
        int64_t left_ms = until_ms - store_now_ms();

        if (is_so(admin, request)) {
            api_json(answer, 200, store_requests(admin->store));
            return;
        }
        if (left_ms <= 0 || store_is_stopping(admin->store)) {
            api_problem(answer, 504, "not-so", "it did not come in the time given");
            return;
        }
        store_wait(admin->store, version, left_ms);
    }
}

/* --- routes --- */

static bool may_call(const struct admin *admin, const struct http_request *request)
{
    const char *header = http_header(request, "Authorization");

    return header && strncmp(header, "Bearer ", 7) == 0 && strcmp(header + 7, admin->token) == 0;
}

static void get(struct admin *admin, const struct http_request *request, const char *name,
                struct http_answer *answer)
{
    json_t *found;

    if (strcmp(request->path, "/admin/requests") == 0) {
        api_json(answer, 200, store_requests(admin->store));
    } else if (strcmp(request->path, "/admin/devices") == 0) {
        api_json(answer, 200, store_devices(admin->store));
    } else if (strcmp(request->path, "/admin/volunteers") == 0) {
        api_json(answer, 200, store_volunteers(admin->store));
    } else if (strcmp(request->path, "/admin/residents") == 0) {
        api_json(answer, 200, store_residents(admin->store));
    } else if (strncmp(request->path, "/admin/proposals/", 17) == 0) {
        api_json(answer, 200, store_proposals(admin->store, name));
    } else if (strcmp(request->path, "/admin/wait") == 0) {
        wait_until_so(admin, request, answer);
    } else if (strncmp(request->path, "/admin/requests/", 16) == 0) {
        found = store_request(admin->store, name, true);
        if (found)
            api_json(answer, 200, found);
        else
            api_problem(answer, 404, "no-request", "this request is not known");
    } else {
        api_problem(answer, 404, "no-route", "no such resource");
    }
}

static void post(struct admin *admin, const struct http_request *request, const char *name,
                 const char *verb, struct http_answer *answer)
{
    json_t *body = request->n_body > 0 ? json_loadb(request->body, request->n_body, 0, NULL) : NULL;

    if (strncmp(request->path, "/admin/requests/", 16) == 0) {
        change_request(admin, name, verb, body, answer);
    } else if (strncmp(request->path, "/admin/devices/", 15) == 0) {
        change_device(admin, name, verb, answer);
    } else if (strncmp(request->path, "/admin/volunteers", 17) == 0) {
        change_volunteer(admin, name, verb, body, answer);
    } else if (strcmp(request->path, "/admin/residents") == 0) {
        add_resident(admin, body, answer);
    } else if (strcmp(request->path, "/admin/codes") == 0) {
        make_code(admin, body, answer);
    } else if (strcmp(request->path, "/admin/faults/clear") == 0) {
        faults_clear(admin->faults);
        store_touch(admin->store); /* who waits in a fault goes on */
        api_json(answer, 200, json_object());
    } else if (strcmp(request->path, "/admin/faults") == 0) {
        if (faults_add(admin->faults, body) == 0)
            api_json(answer, 200, json_object());
        else
            api_problem(answer, 400, "fault", "no such fault");
    } else if (strcmp(request->path, "/admin/stop") == 0) {
        api_json(answer, 200, json_object());
        answer->afterwards = admin->stop; /* who asked for the end hears that it was understood */
        answer->user = admin->user;
    } else {
        api_problem(answer, 404, "no-route", "no such resource");
    }
    json_decref(body);
}

void admin_handle(void *user, const struct http_request *request, struct http_answer *answer)
{
    struct admin *admin = user;
    char name[64] = "", verb[32] = "";

    (void)sscanf(request->path, "/admin/%*[a-z]/%63[^/]/%31[a-z]", name, verb);
    if (!may_call(admin, request))
        api_problem(answer, 401, "no-token", "the token of admin.token is needed");
    else if (strcmp(request->method, "GET") == 0)
        get(admin, request, name, answer);
    else if (strcmp(request->method, "POST") == 0)
        post(admin, request, name, verb, answer);
    else
        api_problem(answer, 405, "method", "GET or POST");
}
