/* SPDX-License-Identifier: GPL-3.0-or-later */
/* R35: the daemon replaces its own token, with a clock that stands still and a scripted service;
 * then against the real one over TLS, with tokens that live for seconds. */
#include "matching/renewal.h"

#include "base/clock.h"
#include "base/file.h"
#include "matching/courier.h"
#include "matching/registration.h"
#include "tests/check.h"
#include "tests/matching/scene.h"
#include "tests/matching/script.h"
#include "tests/matching/service.h"

#include <poll.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#define WALL_MS 1800000000000LL
#define DAY_MS  86400000LL
#define OLD     "an-old-token"

struct stage {
    char folder[64], token[96];
    struct base_clock_manual clock;
    struct script script;
    struct matching_courier *courier;
};

static void ignore(void *user, const struct matching_event *event)
{
    (void)user;
    (void)event;
}

static void open_courier(struct stage *stage)
{
    struct matching_settings settings = {.state_folder = stage->folder,
                                         .device = "device-1",
                                         .version = "test",
                                         .boot_splay_ms = 0,
                                         .client = {.token_file = stage->token}};

    script_init(&stage->script);
    REQUIRE(matching_courier_create(&settings, &stage->clock.base, &stage->script.base, ignore,
                                    stage, &stage->courier) == 0);
}

static void restart(struct stage *stage)
{
    matching_courier_destroy(stage->courier);
    script_finish(&stage->script);
    open_courier(stage);
}

static void write_beside(const struct stage *stage, const char *suffix, const char *text)
{
    char path[128];

    snprintf(path, sizeof(path), "%s%s", stage->token, suffix);
    REQUIRE(base_file_replace(path, text, strlen(text), 0600) == 0);
}

/* Owns: the caller; "" when there is no such file. */
static char *read_beside(const struct stage *stage, const char *suffix)
{
    char path[128], *text;
    size_t n;

    snprintf(path, sizeof(path), "%s%s", stage->token, suffix);
    return base_file_read(path, 256, &text, &n) == 0 ? text : strdup("");
}

static bool is_beside(const struct stage *stage, const char *suffix, const char *text)
{
    char *is = read_beside(stage, suffix);
    bool is_same = strcmp(is, text) == 0;

    free(is);
    return is_same;
}

/* A token of now that is good for so many days. */
static void set_up(struct stage *stage, int days)
{
    char life[64];

    memset(stage, 0, sizeof(*stage));
    scene_folder(stage->folder);
    snprintf(stage->token, sizeof(stage->token), "%s/token", stage->folder);
    base_clock_manual_init(&stage->clock, WALL_MS);
    write_beside(stage, "", OLD);
    snprintf(life, sizeof(life), "%lld %lld\n", WALL_MS, WALL_MS + days * DAY_MS);
    write_beside(stage, ".life", life);
    open_courier(stage);
}

static void tear_down(struct stage *stage)
{
    matching_courier_destroy(stage->courier);
    script_finish(&stage->script);
    scene_remove(stage->folder);
}

static const struct script_call *call(struct stage *stage, const char *path)
{
    const struct script_call *call;

    (void)matching_courier_turn(stage->courier);
    call = script_call(&stage->script, MATCHING_LANE_DELIVERY);
    return call && strcmp(call->path, path) == 0 ? call : NULL;
}

static bool is_renewing(struct stage *stage)
{
    return call(stage, "/v1/devices/device-1/token") != NULL;
}

static void answer(struct stage *stage, int status, const char *body)
{
    script_answer(&stage->script, MATCHING_LANE_DELIVERY, status, body);
    (void)matching_courier_turn(stage->courier);
}

static void beat(struct stage *stage)
{
    if (call(stage, "/v1/devices/device-1/heartbeat"))
        answer(stage, 200, "{\"device\":\"device-1\"}");
}

/* Lets days go by, an hour at a time, with a service that is there. Returns: the day it asks. */
static double wait_for_renewal(struct stage *stage, int days)
{
    for (int hour = 0; hour < days * 24; hour++) {
        beat(stage);
        if (is_renewing(stage))
            return hour / 24.0;
        base_clock_manual_advance(&stage->clock, 3600000);
    }
    return -1;
}

/* Between 60 and 75 % of its life, not all devices at once. */
static void a_token_is_renewed_well_before_its_end(void)
{
    double first = 1000, last = 0;

    for (int i = 0; i < 20; i++) {
        struct stage stage;
        double day;

        set_up(&stage, 100);
        day = wait_for_renewal(&stage, 101);
        CHECK(day >= 60 && day <= 80); /* a look in two days, and a splay of two more */
        first = day < first ? day : first;
        last = day > last ? day : last;
        tear_down(&stage);
    }
    CHECK(last - first > 4);
}

static void the_old_token_is_kept_until_the_new_one_was_used(void)
{
    struct stage stage;
    char *next, *now;

    set_up(&stage, 100);
    REQUIRE(wait_for_renewal(&stage, 101) > 0);
    next = read_beside(&stage, ".next");
    CHECK_INT(strlen(next), 64);
    CHECK(!strstr(script_call(&stage.script, MATCHING_LANE_DELIVERY)->body, next)); /* its hash */
    CHECK(is_beside(&stage, "", OLD));
    answer(&stage, 200, "{\"device\":\"device-1\",\"resident\":null,\"expires_in_s\":864000}");
    CHECK(is_beside(&stage, "", next));
    CHECK(is_beside(&stage, ".before", OLD));
    CHECK(is_beside(&stage, ".next", ""));
    restart(&stage); /* over a power cut too */
    CHECK(is_beside(&stage, ".before", OLD));
    CHECK(call(&stage, "/v1/devices/device-1/heartbeat"));
    beat(&stage);
    CHECK(is_beside(&stage, ".before", ""));
    now = read_beside(&stage, "");
    CHECK_STR(now, next);
    free(now);
    CHECK(wait_for_renewal(&stage, 11) >= 6); /* the new one lives for ten days */
    free(next);
    tear_down(&stage);
}

static void a_token_that_is_not_taken_is_undone(void)
{
    struct stage stage;
    double day;

    set_up(&stage, 100);
    REQUIRE(wait_for_renewal(&stage, 101) > 0);
    answer(&stage, 200, "{\"device\":\"device-1\",\"resident\":null}");
    CHECK(!is_beside(&stage, "", OLD));
    REQUIRE(call(&stage, "/v1/devices/device-1/heartbeat"));
    answer(&stage, 401, "<html>login</html>"); /* no service's */
    CHECK(!is_beside(&stage, "", OLD));
    base_clock_manual_advance(&stage.clock, 3600000);
    REQUIRE(call(&stage, "/v1/devices/device-1/heartbeat"));
    answer(&stage, 401, "{\"status\":401}");
    CHECK(is_beside(&stage, "", OLD));
    CHECK(is_beside(&stage, ".before", ""));
    day = wait_for_renewal(&stage, 400);
    CHECK(day >= 0);
    tear_down(&stage);
}

/* Renewed, switched off and found in a cupboard: the new token is too old before it was used. It is
 * the one that the service knows. */
static void a_new_token_that_is_too_old_is_kept_and_renewed(void)
{
    struct stage stage;
    char *new_one;

    set_up(&stage, 100);
    REQUIRE(wait_for_renewal(&stage, 101) > 0);
    answer(&stage, 200, "{\"device\":\"device-1\",\"expires_in_s\":864000}");
    new_one = read_beside(&stage, "");
    base_clock_manual_advance(&stage.clock, 20 * DAY_MS);
    restart(&stage);
    REQUIRE(call(&stage, "/v1/devices/device-1/heartbeat"));
    answer(&stage, 401, "{\"type\":\"urn:voisine:problem:token-expired\"}");
    CHECK(is_beside(&stage, "", new_one));
    CHECK(is_beside(&stage, ".before", ""));
    CHECK(wait_for_renewal(&stage, 2) >= 0);
    free(new_one);
    tear_down(&stage);
}

/* The same new token at each try, and the old one all the while. */
static void what_fails_is_tried_again(void)
{
    static const struct {
        int status;
        const char *body;
    } answers[] = {{503, "{\"status\":503}"},
                   {200, "<html>Wi-Fi gratuit</html>"},
                   {200, "{\"device\":\"device-2\"}"},
                   {401, "{\"status\":401}"},
                   {404, "not here"},
                   {302, ""}};
    struct stage stage;
    char *next;

    set_up(&stage, 100);
    REQUIRE(wait_for_renewal(&stage, 101) > 0);
    next = read_beside(&stage, ".next");
    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        answer(&stage, answers[i].status, answers[i].body);
        CHECK(!is_renewing(&stage)); /* not at once */
        CHECK(wait_for_renewal(&stage, 5) >= 0);
        CHECK(is_beside(&stage, "", OLD));
        CHECK(is_beside(&stage, ".next", next));
    }
    answer(&stage, 200, "{\"device\":\"device-1\"}");
    CHECK(is_beside(&stage, "", next));
    free(next);
    tear_down(&stage);
}

/* A boot in 2038 with no network renews nothing, nor one in 1970; and no answer, no renewal. */
static void a_clock_that_nobody_vouched_for_renews_nothing(void)
{
    struct stage stage;

    set_up(&stage, 100);
    stage.clock.wall_now_ms += 3650 * DAY_MS;
    for (int i = 0; i < 100; i++) {
        CHECK(!is_renewing(&stage));
        if (call(&stage, "/v1/devices/device-1/heartbeat")) {
            script_fail(&stage.script, MATCHING_LANE_DELIVERY, MATCHING_TRANSPORT_TLS_EXPIRED);
            (void)matching_courier_turn(stage.courier);
        }
        base_clock_manual_advance(&stage.clock, 3600000);
    }
    CHECK(is_beside(&stage, ".next", ""));
    stage.clock.wall_now_ms = 0;
    CHECK(wait_for_renewal(&stage, 50) < 0);
    tear_down(&stage);
}

/* --- the real service --- */

static int pair(const struct service *service, const char *token)
{
    struct matching_client_settings settings = {.url = service->url, .ca_file = service->ca};
    struct matching_registration registration = {"speaker-1", "test", token,
                                                 base_clock_system()->wall_ms(base_clock_system())};
    struct matching_registered got;
    struct matching_client *client;
    json_t *code = NULL;
    char typed[MATCHING_NAME_SIZE];
    int r;

    REQUIRE(service_command(service, "pair-code", NULL, &code) == 0);
    REQUIRE(matching_registration_read_code(json_string_value(json_object_get(code, "code")),
                                            typed) == 0);
    REQUIRE(matching_client_create(&settings, &client) == 0);
    r = matching_registration_pair(client, &registration, typed, &got);
    client->ops->destroy(client);
    json_decref(code);
    return r;
}

/* Waits until so many old tokens have gone. Returns: whether they did. */
static bool await_proofs(int fd, int n)
{
    struct pollfd watch = {.fd = fd, .events = POLLIN};

    while (n > 0 && poll(&watch, 1, 20000) > 0) {
        char room[4096];
        ssize_t got = read(fd, room, sizeof(room));

        for (ssize_t at = 0; at < got;) {
            struct inotify_event event;

            memcpy(&event, room + at, sizeof(event));
            n -= event.len > 0 && strcmp(room + at + sizeof(event), "token.before") == 0;
            at += (ssize_t)(sizeof(event) + event.len);
        }
    }
    return n <= 0;
}

/* Two renewals in a row over TLS, with tokens of four seconds; requests pass before and after. */
static void a_short_lived_token_is_renewed_over_tls(void)
{
    static const char *const arguments[] = {"--token-life", "4", NULL};
    struct service service = {0};
    struct matching_worker *worker;
    struct matching_request request = scene_request("groceries");
    char folder[64], token[96], first[128], id[MATCHING_ID_SIZE], *now;
    size_t n;
    int fd = inotify_init1(IN_CLOEXEC);

    service_start(&service, NULL, arguments);
    scene_folder(folder);
    snprintf(token, sizeof(token), "%s/token", folder);
    REQUIRE(fd >= 0 && inotify_add_watch(fd, folder, IN_DELETE) >= 0);
    REQUIRE(pair(&service, token) == 0);
    REQUIRE(base_file_read(token, 100, &now, &n) == 0);
    snprintf(first, sizeof(first), "%s", now);
    free(now);
    {
        struct matching_settings settings = {
            .state_folder = folder,
            .device = "speaker-1",
            .version = "test",
            .boot_splay_ms = 0,
            .retry_base_ms = 4,
            .retry_cap_ms = 40,
            .client = {.url = service.url, .ca_file = service.ca, .token_file = token}};

        REQUIRE(matching_worker_create(&settings, base_clock_system(), &worker) == 0);
    }
    CHECK(await_proofs(fd, 2));
    request.device = "speaker-1";
    REQUIRE(matching_worker_submit(worker, &request, id) == 0);
    CHECK_INT(service_command(&service, "wait", "requests=1&timeout_ms=20000", NULL), 0);
    matching_worker_destroy(worker);
    REQUIRE(base_file_read(token, 100, &now, &n) == 0);
    CHECK(strcmp(now, first) != 0);
    free(now);
    close(fd);
    scene_remove(folder);
    service_finish(&service);
}

CHECK_MAIN(a_token_is_renewed_well_before_its_end, the_old_token_is_kept_until_the_new_one_was_used,
           a_token_that_is_not_taken_is_undone, a_new_token_that_is_too_old_is_kept_and_renewed,
           what_fails_is_tried_again, a_clock_that_nobody_vouched_for_renews_nothing,
           a_short_lived_token_is_renewed_over_tls)
