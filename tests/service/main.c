/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The reference matching service: the contract of docs/matching-api.yaml over real TLS, with
 * volunteers, moderation and matching, so that the whole loop runs on one machine.
 *
 *   voisine-service serve --state FOLDER [options]
 * prints one JSON line when it is ready ({"url", "ca", "admin_port", "tokens"}), the same that it
 * writes to FOLDER/service.json. Everything else is a command to a running one (command.c).
 */
#include "base/file.h"
#include "base/log.h"
#include "tests/service/admin.h"
#include "tests/service/command.h"
#include "tests/service/keys.h"
#include "tests/service/page.h"
#include "tests/service/store_devices.h"
#include "tests/service/store_volunteers.h"
#include "tests/service/volunteers.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define HOUR_MS 3600000LL
#define KEEP_MS (31 * 24 * HOUR_MS) /* what was said, after it was over */

struct options {
    const char *state, *address, *host, *volunteers, *moderated, *record, *wrong, *priorities,
        *devices;
    int port, admin_port, ready_fd;
    int64_t patience_ms, token_life_s;
    struct volunteers_rules rules;
};

struct service {
    struct options options;
    struct store *store;
    struct faults *faults;
    struct api api;
    struct admin admin;
    struct page page;
    struct keys keys;
    struct http_server *public, *private;
    int stop_pipe[2];
    pthread_t asker;
    bool has_asker;
};

/* --- what goes on by itself --- */

static void *ask_volunteers(void *user)
{
    struct service *service = user;
    int64_t erased_ms = 0;

    while (!store_is_stopping(service->store)) {
        unsigned version = store_version(service->store);
        int64_t wait_ms = volunteers_round(service->store, &service->options.rules);

        if (store_now_ms() - erased_ms >= HOUR_MS) {
            erased_ms = store_now_ms();
            (void)store_erase_old(service->store, erased_ms - KEEP_MS);
        }
        store_wait(service->store, version, wait_ms);
    }
    return NULL;
}

/* --- life --- */

static void stop(void *user)
{
    struct service *service = user;

    (void)!write(service->stop_pipe[1], "x", 1);
}

/* The page and the contract share one address and one certificate. */
static void handle_public(void *user, const struct http_request *request,
                          struct http_answer *answer)
{
    struct service *service = user;

    if (page_has(request->path))
        page_handle(&service->page, request, answer);
    else
        api_handle(&service->api, request, answer);
}

static int start_servers(struct service *service)
{
    const struct options *o = &service->options;
    struct http_settings public = {.address = o->address,
                                   .port = o->port,
                                   .certificate = service->keys.certificate,
                                   .key = service->keys.key,
                                   .patience_ms = o->patience_ms,
                                   .priorities = o->priorities,
                                   .handler = handle_public,
                                   .user = service};
    struct http_settings private = {.address = "127.0.0.1",
                                    .port = o->admin_port,
                                    .handler = admin_handle,
                                    .user = &service->admin};
    int r = http_start(&public, &service->public);

    return r == 0 ? http_start(&private, &service->private) : r;
}

/* The devices of --devices, and their tokens. */
static int allow_devices(struct service *service)
{
    char *copy = strdup(service->options.devices ? service->options.devices : ""), *rest = copy;
    const char *device;
    char path[PATH_MAX];
    int r = 0;

    while (r == 0 && (device = strsep(&rest, ",")) != NULL) {
        snprintf(path, sizeof(path), "%s/tokens/%s", service->options.state, device);
        if (*device && access(path, F_OK) < 0) /* else it is known from the last time */
            r = admin_allow_device(&service->admin, device);
    }
    free(copy);
    return r;
}

static int make_admin_token(struct service *service)
{
    char path[PATH_MAX];
    int r = keys_make_token(service->admin.token);

    if (r == 0)
        r = base_file_join(service->options.state, "admin.token", path, sizeof(path));
    return r == 0 ? base_file_replace(path, service->admin.token, 64, 0600) : r;
}

static int tell_ready(struct service *service)
{
    char url[256], tokens[PATH_MAX], path[PATH_MAX], *line;
    const char *host = service->options.host ? service->options.host : "localhost";
    json_t *json;
    int r;

    snprintf(url, sizeof(url), "https://%s:%d", host, http_port(service->public));
    snprintf(tokens, sizeof(tokens), "%s/tokens", service->options.state);
    json = json_pack("{s:b, s:s, s:i, s:s, s:s, s:i}", "ready", 1, "url", url, "port",
                     http_port(service->public), "ca", service->keys.ca_path, "tokens", tokens,
                     "admin_port", http_port(service->private));
    line = json ? json_dumps(json, 0) : NULL;
    json_decref(json);
    if (!line)
        return -ENOMEM;
    r = base_file_join(service->options.state, "service.json", path, sizeof(path));
    if (r == 0)
        r = base_file_replace(path, line, strlen(line), 0600);
    if (r == 0)
        dprintf(service->options.ready_fd, "%s\n", line);
    free(line);
    return r;
}

/* Those of the file; for tests that name none, one willing Marie who accepts by herself. */
static int add_volunteers(struct service *service)
{
    json_t *marie;
    int r = 0;

    if (service->options.volunteers)
        return volunteers_load(service->store, service->options.volunteers);
    if (service->options.rules.accept_ms >= 0) {
        marie = json_pack("{s:s, s:s}", "id", "marie", "first_name", "Marie");
        r = store_set_volunteer(service->store, marie);
        json_decref(marie);
    }
    return r;
}

static int start(struct service *service)
{
    const struct options *o = &service->options;
    int r = base_file_make_folder(o->state, 0700);

    if (r == 0)
        r = keys_make(o->state, o->host, o->wrong, &service->keys);
    if (r == 0)
        r = store_open(o->state, &service->store);
    if (r < 0)
        return r;
    service->faults = faults_create();
    if (!service->faults)
        return -ENOMEM;
    r = add_volunteers(service);
    if (r < 0)
        return r;
    r = api_init(&service->api, service->store, service->faults, o->moderated, o->record);
    service->api.token_life_s = o->token_life_s;
    service->admin = (struct admin){.store = service->store,
                                    .faults = service->faults,
                                    .api = &service->api,
                                    .folder = o->state,
                                    .stop = stop,
                                    .user = service};
    if (r == 0)
        r = page_init(&service->page, service->store, o->state);
    if (r == 0)
        r = make_admin_token(service);
    if (r == 0)
        r = allow_devices(service);
    if (r == 0)
        r = start_servers(service);
    if (r == 0) {
        r = -pthread_create(&service->asker, NULL, ask_volunteers, service);
        service->has_asker = r == 0;
    }
    return r == 0 ? tell_ready(service) : r;
}

static void finish(struct service *service)
{
    if (service->store)
        store_stop(service->store);
    if (service->has_asker)
        pthread_join(service->asker, NULL);
    http_stop(service->public);
    http_stop(service->private);
    if (service->faults) {
        api_finish(&service->api);
        page_finish(&service->page);
        faults_destroy(service->faults);
    }
    store_close(service->store);
    keys_finish(&service->keys);
}

static int usage(void)
{
    fprintf(
        stderr,
        "usage: voisine-service serve --state FOLDER [--listen 127.0.0.1] [--port 0]\n"
        "         [--admin-port 0] [--host NAME] [--devices NAME,NAME] [--volunteers FILE]\n"
        "         [--moderate \"TERRITORY...\"] [--answer-within MS] [--auto-accept MS] "
        "[--patience MS] "
        "[--token-life SECONDS] [--record FILE] "
        "[--ready-fd 1]\n"
        "         [--wrong-cert expired|not-yet|host|self-signed|unknown-ca] [--tls PRIORITIES]\n"
        "       voisine-service COMMAND --state FOLDER   (voisine-service help)\n");
    return 64;
}

static bool read_options(struct options *o, int argc, char **argv)
{
    const char *port = "0", *admin_port = "0", *accept_ms = "-1", *answer_ms = "7200000",
               *patience_ms = "0", *ready_fd = "1", *token_life_s = "0";
    const struct {
        const char *name;
        const char **value;
    } table[] = {{"--state", &o->state},
                 {"--listen", &o->address},
                 {"--port", &port},
                 {"--admin-port", &admin_port},
                 {"--host", &o->host},
                 {"--devices", &o->devices},
                 {"--volunteers", &o->volunteers},
                 {"--moderate", &o->moderated},
                 {"--auto-accept", &accept_ms},
                 {"--answer-within", &answer_ms},
                 {"--patience", &patience_ms},
                 {"--token-life", &token_life_s},
                 {"--record", &o->record},
                 {"--ready-fd", &ready_fd},
                 {"--wrong-cert", &o->wrong},
                 {"--tls", &o->priorities}};

    for (int i = 1; i < argc; i += 2) {
        size_t row = 0;

        while (row < sizeof(table) / sizeof(table[0]) && strcmp(argv[i], table[row].name) != 0)
            row++;
        if (row == sizeof(table) / sizeof(table[0]) || i + 1 == argc)
            return false;
        *table[row].value = argv[i + 1];
    }
    o->port = atoi(port);
    o->admin_port = atoi(admin_port);
    o->ready_fd = atoi(ready_fd);
    o->patience_ms = atoll(patience_ms);
    o->token_life_s = atoll(token_life_s);
    o->rules = (struct volunteers_rules){atoll(answer_ms), atoll(accept_ms)};
    return o->state != NULL;
}

/* SIGTERM, SIGINT and the admin's stop end it alike. The signals are blocked in every thread. */
static void wait_for_end(struct service *service, const sigset_t *ends)
{
    struct pollfd fds[2] = {{.fd = signalfd(-1, ends, SFD_CLOEXEC), .events = POLLIN},
                            {.fd = service->stop_pipe[0], .events = POLLIN}};

    while (poll(fds, 2, -1) < 0 && errno == EINTR)
        ;
}

int main(int argc, char **argv)
{
    static struct service service = {.options = {.address = "127.0.0.1"}};
    sigset_t ends;
    int r;

    if (argc < 2)
        return usage();
    if (strcmp(argv[1], "serve") != 0)
        return command_run(argc - 1, argv + 1);
    if (!read_options(&service.options, argc - 1, argv + 1))
        return usage();
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a limit on files is a full disk, told by the call itself */
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    pthread_sigmask(SIG_BLOCK, &ends, NULL);
    r = pipe(service.stop_pipe) < 0 ? -errno : start(&service);
    if (r < 0)
        fprintf(stderr, "voisine-service: cannot start: %s\n", strerror(-r));
    else
        wait_for_end(&service, &ends);
    finish(&service);
    return r < 0;
}
