/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The worker against the reference service, over real TLS on loopback: what arrives, how often, and
 * what is told. */
#include "matching/worker.h"

#include "tests/check.h"
#include "tests/matching/scene.h"
#include "tests/matching/service.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATIENCE_MS 20000 /* only a failing test waits as long */

static struct matching_settings settings_for(const struct service *service, const char *folder)
{
    return (struct matching_settings){
        .state_folder = folder,
        .device = "device-1",
        .version = "test",
        .boot_splay_ms = 0,
        .retry_base_ms = 4,
        .retry_cap_ms = 40,
        .news_wait_ms = 5000,
        .client = {.url = service->url, .ca_file = service->ca, .token_file = service->token},
    };
}

static struct matching_worker *start_worker(const struct service *service, const char *folder)
{
    struct matching_settings settings = settings_for(service, folder);
    struct matching_worker *worker = NULL;

    REQUIRE(matching_worker_create(&settings, base_clock_system(), &worker) == 0);
    return worker;
}

/* Passes over other events until this one. Returns: whether it came. */
static bool await(struct matching_worker *worker, enum matching_event_type type,
                  struct matching_event *ret_event)
{
    struct pollfd fd = {.fd = matching_worker_fd(worker), .events = POLLIN};
    struct matching_event event;

    do {
        while (matching_worker_next_event(worker, &event)) {
            if (event.type == type) {
                if (ret_event)
                    *ret_event = event;
                return true;
            }
        }
    } while (poll(&fd, 1, PATIENCE_MS) > 0);
    fprintf(stderr, "event %s did not come\n", matching_event_name(type));
    return false;
}

static void submit(struct matching_worker *worker, char ret_id[MATCHING_ID_SIZE])
{
    struct matching_request request = scene_request("groceries");

    REQUIRE(matching_worker_submit(worker, &request, ret_id) == 0);
}

static bool has_event(struct matching_worker *worker, enum matching_event_type type)
{
    struct matching_event event;

    while (matching_worker_next_event(worker, &event)) {
        if (event.type == type)
            return true;
    }
    return false;
}

static void a_request_is_noted_transmitted_and_matched(void)
{
    static const char *const arguments[] = {"--auto-accept", "0", NULL};
    struct service service = {0};
    struct matching_worker *worker;
    struct matching_event event;
    struct matching_summary *list;
    char folder[64], id[MATCHING_ID_SIZE];
    size_t n = 0;

    service_start(&service, NULL, arguments);
    scene_folder(folder);
    worker = start_worker(&service, folder);
    submit(worker, id);
    REQUIRE(await(worker, MATCHING_EVENT_NOTED, &event));
    CHECK_STR(event.id, id);
    REQUIRE(await(worker, MATCHING_EVENT_TRANSMITTED, &event));
    CHECK_STR(event.id, id);
    REQUIRE(await(worker, MATCHING_EVENT_MATCHED, &event));
    CHECK_STR(event.id, id);
    CHECK_STR(event.service, "groceries");
    CHECK_STR(event.first_name, "Marie");
    CHECK_STR(event.when.date, "2026-06-16");
    CHECK_STR(event.when.time, "10:00");
    REQUIRE(matching_worker_list(worker, &list, &n) == 0);
    CHECK_INT(n, 1);
    CHECK_INT(list[0].state, MATCHING_MATCHED);
    CHECK(list[0].is_untold);
    free(list);
    matching_worker_destroy(worker);

    /* Not told yet: it comes again after a restart. Told: it does not. */
    worker = start_worker(&service, folder);
    CHECK(await(worker, MATCHING_EVENT_MATCHED, &event));
    CHECK_INT(matching_worker_told(worker, id), 0);
    matching_worker_destroy(worker);
    worker = start_worker(&service, folder);
    CHECK(!has_event(worker, MATCHING_EVENT_MATCHED)); /* would stand there since create */
    matching_worker_destroy(worker);
    CHECK_INT(service_n_requests(&service), 1);
    scene_remove(folder);
    service_finish(&service);
}

/* R3: applied, and the answer lost, again and again: one request, one key, the same bytes. */
static void lost_answers_double_nothing(void)
{
    struct service service = {0};
    struct matching_worker *worker;
    char folder[64], id[MATCHING_ID_SIZE];
    json_t *calls, *call;
    size_t i;

    service_start(&service, NULL, NULL);
    scene_folder(folder);
    service_fault(&service, "drop", 5, 0);
    worker = start_worker(&service, folder);
    submit(worker, id);
    CHECK(await(worker, MATCHING_EVENT_KEPT, NULL));
    CHECK(await(worker, MATCHING_EVENT_TRANSMITTED, NULL));
    CHECK_INT(service_n_requests(&service), 1);
    calls = service_calls(&service, "/v1/requests");
    CHECK(json_array_size(calls) >= 6);
    json_array_foreach(calls, i, call)
    {
        CHECK_STR(json_string_value(json_object_get(call, "key")), id);
        CHECK(json_equal(json_object_get(call, "body"),
                         json_object_get(json_array_get(calls, 0), "body")));
    }
    json_decref(calls);
    matching_worker_destroy(worker);
    scene_remove(folder);
    service_finish(&service);
}

/* R4, R20: none of these is taken for "transmitted"; each request still arrives once. */
static void bad_answers_are_not_believed(void)
{
    static const struct {
        const char *fault;
        int status;
    } table[] = {{"portal", 0},   {"redirect", 0}, {"nonsense", 0},       {"other-id", 0},
                 {"large", 0},    {"cut", 0},      {"refuse", 0},         {"status", 500},
                 {"status", 503}, {"status", 429}, {"status", 408},       {"status", 409},
                 {"status", 425}, {"status", 404}, {"status-after", 502}, {"status-after", 401}};
    struct service service = {0};
    struct matching_worker *worker;
    char folder[64], id[MATCHING_ID_SIZE];
    size_t n = sizeof(table) / sizeof(table[0]);

    service_start(&service, NULL, NULL);
    scene_folder(folder);
    worker = start_worker(&service, folder);
    for (size_t i = 0; i < n; i++) {
        struct matching_event event;

        /* libcurl itself tries once more when a connection it used before breaks at once */
        service_fault(&service, table[i].fault, strcmp(table[i].fault, "refuse") == 0 ? 2 : 1,
                      table[i].status);
        submit(worker, id);
        REQUIRE(await(worker, MATCHING_EVENT_KEPT, &event));
        CHECK_STR(event.id, id);
        REQUIRE(await(worker, MATCHING_EVENT_TRANSMITTED, &event));
        CHECK_STR(event.id, id);
    }
    CHECK_INT(service_n_requests(&service), n);
    matching_worker_destroy(worker);
    scene_remove(folder);
    service_finish(&service);
}

static void a_refused_request_is_said_and_never_sent_again(void)
{
    struct service service = {0};
    struct matching_worker *worker;
    struct matching_event event;
    char folder[64], id[MATCHING_ID_SIZE];

    service_start(&service, NULL, NULL);
    scene_folder(folder);
    service_fault(&service, "status", 1, 422);
    worker = start_worker(&service, folder);
    submit(worker, id);
    REQUIRE(await(worker, MATCHING_EVENT_REFUSED, &event));
    CHECK_STR(event.id, id);
    submit(worker, id);
    CHECK(await(worker, MATCHING_EVENT_TRANSMITTED, &event));
    CHECK_STR(event.id, id);
    CHECK_INT(service_n_requests(&service), 1);
    matching_worker_destroy(worker);
    scene_remove(folder);
    service_finish(&service);
}

/* R9: not one byte of a request goes to a service that is not proven to be ours. */
static void wrong_tls_gets_no_request_byte(void)
{
    static const struct {
        const char *option, *value;
        enum matching_event_type event;
    } table[] = {
        {"--wrong-cert", "expired", MATCHING_EVENT_IDENTITY_REFUSED},
        {"--wrong-cert", "not-yet", MATCHING_EVENT_CLOCK_WRONG},
        {"--wrong-cert", "host", MATCHING_EVENT_IDENTITY_REFUSED},
        {"--wrong-cert", "self-signed", MATCHING_EVENT_IDENTITY_REFUSED},
        {"--wrong-cert", "unknown-ca", MATCHING_EVENT_IDENTITY_REFUSED},
        {"--tls", "NORMAL:-VERS-ALL:+VERS-TLS1.1:+VERS-TLS1.0:%COMPAT",
         MATCHING_EVENT_SERVICE_AWAY},
    };

    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        const char *arguments[] = {table[i].option, table[i].value, NULL};
        struct service service = {0};
        struct matching_worker *worker;
        char folder[64], id[MATCHING_ID_SIZE];
        json_t *calls;

        service_start(&service, NULL, arguments);
        scene_folder(folder);
        worker = start_worker(&service, folder);
        submit(worker, id);
        CHECK(await(worker, table[i].event, NULL));
        CHECK(await(worker, MATCHING_EVENT_KEPT, NULL));
        matching_worker_destroy(worker);
        calls = service_calls(&service, "");
        CHECK_INT(json_array_size(calls), 0);
        json_decref(calls);
        CHECK_INT(service_n_requests(&service), 0);
        scene_remove(folder);
        service_finish(&service);
    }
}

/* R34: what the environment offers is not taken. */
static void a_hostile_environment_changes_nothing(void)
{
    struct service service = {0};
    struct matching_worker *worker;
    char folder[64], id[MATCHING_ID_SIZE], keylog[96];

    service_start(&service, NULL, NULL);
    scene_folder(folder);
    snprintf(keylog, sizeof(keylog), "%s/keys", folder);
    setenv("SSLKEYLOGFILE", keylog, 1);
    setenv("https_proxy", "http://127.0.0.1:1", 1);
    setenv("ALL_PROXY", "socks5://127.0.0.1:1", 1);
    setenv("CURL_CA_BUNDLE", "/dev/null", 1);
    worker = start_worker(&service, folder);
    submit(worker, id);
    CHECK(await(worker, MATCHING_EVENT_TRANSMITTED, NULL));
    matching_worker_destroy(worker);
    CHECK(access(keylog, F_OK) < 0);
    unsetenv("https_proxy");
    unsetenv("ALL_PROXY");
    unsetenv("CURL_CA_BUNDLE");
    scene_remove(folder);
    service_finish(&service);
}

/* 401 keeps and alerts; a new token in the file is enough. */
static void a_revoked_device_keeps_its_requests(void)
{
    struct service service = {0};
    struct matching_worker *worker;
    struct matching_event event = {0};
    char folder[64], id[MATCHING_ID_SIZE];

    service_start(&service, NULL, NULL);
    scene_folder(folder);
    CHECK_INT(service_command(&service, "revoke", "device-1", NULL), 0);
    worker = start_worker(&service, folder);
    submit(worker, id);
    CHECK(await(worker, MATCHING_EVENT_IDENTITY_REFUSED, &event));
    CHECK_STR(event.status, "identity-revoked");
    CHECK_INT(service_n_requests(&service), 0);
    CHECK_INT(service_command(&service, "allow", "device-1", NULL), 0);
    CHECK(await(worker, MATCHING_EVENT_TRANSMITTED, NULL));
    CHECK_INT(service_n_requests(&service), 1);
    matching_worker_destroy(worker);
    scene_remove(folder);
    service_finish(&service);
}

/* R35: a token that others may read is not used. */
static void an_open_token_file_is_refused(void)
{
    struct service service = {0};
    struct matching_worker *worker;
    char folder[64], id[MATCHING_ID_SIZE];
    json_t *calls;

    service_start(&service, NULL, NULL);
    scene_folder(folder);
    REQUIRE(chmod(service.token, 0644) == 0);
    worker = start_worker(&service, folder);
    submit(worker, id);
    CHECK(await(worker, MATCHING_EVENT_IDENTITY_REFUSED, NULL));
    calls = service_calls(&service, "");
    CHECK_INT(json_array_size(calls), 0);
    json_decref(calls);
    REQUIRE(chmod(service.token, 0600) == 0);
    CHECK(await(worker, MATCHING_EVENT_TRANSMITTED, NULL));
    matching_worker_destroy(worker);
    scene_remove(folder);
    service_finish(&service);
}

static void a_service_that_comes_back_gets_what_was_kept(void)
{
    struct service service = {0};
    struct matching_worker *worker;
    char folder[64], first[MATCHING_ID_SIZE], second[MATCHING_ID_SIZE], port[16];
    const char *arguments[] = {"--port", port, NULL};

    service_start(&service, NULL, NULL);
    snprintf(port, sizeof(port), "%d", service.port);
    service_kill(&service);
    scene_folder(folder);
    worker = start_worker(&service, folder);
    submit(worker, first);
    CHECK(await(worker, MATCHING_EVENT_KEPT, NULL));
    submit(worker, second);
    CHECK(await(worker, MATCHING_EVENT_KEPT, NULL));
    service_start(&service, service.folder, arguments);
    CHECK(await(worker, MATCHING_EVENT_SERVICE_BACK, NULL));
    CHECK_INT(service_command(&service, "wait", "requests=2&timeout_ms=20000", NULL), 0);
    matching_worker_destroy(worker);
    CHECK_INT(service_n_requests(&service), 2);
    scene_remove(folder);
    service_finish(&service);
}

static void a_cancelled_request_is_cancelled_there_too(void)
{
    struct service service = {0};
    struct matching_worker *worker;
    struct matching_event event;
    char folder[64], id[MATCHING_ID_SIZE];

    service_start(&service, NULL, NULL);
    scene_folder(folder);
    worker = start_worker(&service, folder);
    submit(worker, id);
    REQUIRE(await(worker, MATCHING_EVENT_TRANSMITTED, NULL));
    CHECK_INT(matching_worker_cancel(worker, id), 0);
    CHECK(await(worker, MATCHING_EVENT_CANCELLED, &event));
    CHECK(!event.by_service);
    CHECK_INT(service_command(&service, "wait", "status=cancelled&timeout_ms=20000", NULL), 0);
    matching_worker_destroy(worker);
    scene_remove(folder);
    service_finish(&service);
}

/* The first try is held on its way, the resident calls it off meanwhile, and then it arrives: the
 * service remembers that it was called off. */
static void a_request_that_comes_after_its_cancellation_is_cancelled(void)
{
    struct service service = {0};
    struct matching_worker *worker;
    char folder[64], id[MATCHING_ID_SIZE];
    json_t *list = NULL, *calls;

    service_start(&service, NULL, NULL);
    scene_folder(folder);
    worker = start_worker(&service, folder);
    REQUIRE(
        service_command(&service, "fault",
                        "{\"fault\": \"delay\", \"method\": \"POST\", \"path\": \"/v1/requests\","
                        " \"times\": 1, \"delay_ms\": 60000}",
                        NULL) == 0);
    submit(worker, id);
    REQUIRE(service_command(&service, "wait", "busy=1&timeout_ms=20000", NULL) == 0);
    CHECK_INT(matching_worker_cancel(worker, id), 0);
    CHECK(await(worker, MATCHING_EVENT_CANCELLED, NULL));
    matching_worker_destroy(worker); /* the call is broken off; what it sent is on its way */
    worker = start_worker(&service, folder);
    /* The cancellation, and a heartbeat before or after it. */
    REQUIRE(service_command(&service, "wait", "calls=2&timeout_ms=20000", NULL) == 0);
    calls = service_calls(&service, "/v1/requests/");
    CHECK_INT(json_array_size(calls), 1);
    CHECK_INT(json_integer_value(json_object_get(json_array_get(calls, 0), "status")), 200);
    json_decref(calls);
    matching_worker_destroy(worker);
    CHECK_INT(service_command(&service, "faults-clear", NULL, NULL), 0);
    REQUIRE(service_command(&service, "wait", "requests=1&timeout_ms=20000", NULL) == 0);
    CHECK_INT(service_command(&service, "list", NULL, &list), 0);
    CHECK_STR(json_string_value(json_object_get(json_array_get(list, 0), "status")), "cancelled");
    CHECK(json_is_null(json_object_get(json_array_get(list, 0), "request")));
    json_decref(list);
    scene_remove(folder);
    service_finish(&service);
}

/* Moderation: nobody sees it before a moderator has; then the service may still say no. */
static void a_moderated_request_tells_each_step(void)
{
    struct service service = {0};
    struct matching_request request = scene_request("paperwork");
    struct matching_worker *worker;
    struct matching_event event;
    char folder[64], id[MATCHING_ID_SIZE];

    service_start(&service, NULL, NULL);
    scene_folder(folder);
    worker = start_worker(&service, folder);
    request.territory = "correze";
    REQUIRE(matching_worker_submit(worker, &request, id) == 0);
    REQUIRE(await(worker, MATCHING_EVENT_TRANSMITTED, NULL));
    CHECK(service_command(&service, "accept", id, NULL) != 0); /* not before it is approved */
    CHECK_INT(service_command(&service, "approve", id, NULL), 0);
    REQUIRE(await(worker, MATCHING_EVENT_STATUS, &event));
    CHECK_STR(event.status, "open");
    CHECK_INT(service_command(&service, "accept", id, NULL), 0);
    REQUIRE(await(worker, MATCHING_EVENT_MATCHED, &event));
    CHECK_INT(service_command(&service, "cancel", id, NULL), 0);
    REQUIRE(await(worker, MATCHING_EVENT_CANCELLED, &event));
    CHECK(event.by_service);
    matching_worker_destroy(worker);
    scene_remove(folder);
    service_finish(&service);
}

static void an_alert_is_acknowledged_and_is_no_request(void)
{
    struct service service = {0};
    struct matching_worker *worker;
    struct matching_event event;
    struct matching_health health = {3600, 2, "ok"};
    char folder[64], id[MATCHING_ID_SIZE];

    service_start(&service, NULL, NULL);
    scene_folder(folder);
    worker = start_worker(&service, folder);
    CHECK_INT(matching_worker_set_health(worker, &health), 0);
    CHECK_INT(matching_worker_alert(worker, "R-17", "2026-06-15T09:30:00+02:00", id), 0);
    REQUIRE(await(worker, MATCHING_EVENT_ALERT_ACKNOWLEDGED, &event));
    CHECK_STR(event.id, id);
    CHECK_INT(service_n_requests(&service), 0);
    /* The heartbeat of the start arrives by itself (R23). */
    CHECK_INT(service_command(&service, "wait", "alerts=1&beats=1&timeout_ms=20000", NULL), 0);
    matching_worker_destroy(worker);
    scene_remove(folder);
    service_finish(&service);
}

/* R2, R3: killed between "noted" and the answer; the next start delivers, once. */
static void a_kill_between_noted_and_transmitted_loses_nothing(void)
{
    struct service service = {0};
    struct matching_worker *worker;
    struct matching_event event;
    char folder[64], id[MATCHING_ID_SIZE], told[MATCHING_ID_SIZE] = "";
    int fds[2], status;
    pid_t pid;

    service_start(&service, NULL, NULL);
    scene_folder(folder);
    service_fault(&service, "delay", 1, 0);
    REQUIRE(pipe(fds) == 0);
    pid = fork();
    if (pid == 0) {
        worker = start_worker(&service, folder);
        submit(worker, id);
        if (await(worker, MATCHING_EVENT_NOTED, &event))
            (void)!write(fds[1], event.id, sizeof(event.id));
        pause();
        _exit(0);
    }
    REQUIRE(read(fds[0], told, sizeof(told)) == sizeof(told));
    kill(pid, SIGKILL);
    waitpid(pid, &status, 0);
    CHECK(WIFSIGNALED(status));
    CHECK_INT(service_command(&service, "faults-clear", NULL, NULL), 0);

    worker = start_worker(&service, folder);
    REQUIRE(await(worker, MATCHING_EVENT_TRANSMITTED, &event));
    CHECK_STR(event.id, told);
    CHECK_INT(service_n_requests(&service), 1);
    matching_worker_destroy(worker);
    close(fds[0]);
    close(fds[1]);
    scene_remove(folder);
    service_finish(&service);
}

static void the_same_request_is_found_again(void)
{
    struct service service = {.url = "", .ca = "", .token = ""};
    struct matching_request request = scene_request("groceries");
    struct matching_summary found;
    struct matching_worker *worker;
    char folder[64], id[MATCHING_ID_SIZE];

    scene_folder(folder);
    worker = start_worker(&service, folder);
    CHECK(!matching_worker_find_similar(worker, &request, 600000, &found));
    submit(worker, id);
    REQUIRE(await(worker, MATCHING_EVENT_NOTED, NULL));
    CHECK(matching_worker_find_similar(worker, &request, 600000, &found));
    CHECK_STR(found.id, id);
    request.when.date[0] = '\0';
    CHECK(matching_worker_find_similar(worker, &request, 600000, &found));
    request = scene_request("groceries");
    request.when.date[9] = '9';
    CHECK(!matching_worker_find_similar(worker, &request, 600000, &found));
    request = scene_request("pet_walk");
    CHECK(!matching_worker_find_similar(worker, &request, 600000, &found));
    CHECK_INT(matching_worker_cancel(worker, id), 0);
    REQUIRE(await(worker, MATCHING_EVENT_CANCELLED, NULL));
    request = scene_request("groceries");
    CHECK(!matching_worker_find_similar(worker, &request, 600000, &found));
    CHECK(!has_event(worker, MATCHING_EVENT_TRANSMITTED));
    matching_worker_destroy(worker);
    scene_remove(folder);
}

CHECK_MAIN(a_request_is_noted_transmitted_and_matched, lost_answers_double_nothing,
           bad_answers_are_not_believed, a_refused_request_is_said_and_never_sent_again,
           wrong_tls_gets_no_request_byte, a_hostile_environment_changes_nothing,
           a_revoked_device_keeps_its_requests, an_open_token_file_is_refused,
           a_service_that_comes_back_gets_what_was_kept, a_cancelled_request_is_cancelled_there_too,
           a_request_that_comes_after_its_cancellation_is_cancelled,
           a_moderated_request_tells_each_step, an_alert_is_acknowledged_and_is_no_request,
           a_kill_between_noted_and_transmitted_loses_nothing, the_same_request_is_found_again)
