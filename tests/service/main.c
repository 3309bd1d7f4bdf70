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
#include "tests/service/volunteers.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

struct options {
    const char *state, *address, *host, *volunteers, *moderated, *record, *wrong, *priorities,
        *devices;
    int port, admin_port, ready_fd;
    int64_t accept_ms; /* -1: nobody accepts by itself */
};

struct service {
    struct options options;
    struct store *store;
    struct faults *faults;
    struct api api;
    struct admin admin;
    struct keys keys;
    json_t *volunteers;
    struct http_server *public, *private;
    int stop_pipe[2];
    pthread_t acceptor;
    bool has_acceptor;
};

/* --- volunteers who accept by themselves --- */

struct round {
    struct service *service;
    int64_t now_ms, next_ms;
    char due[32][37];
    char name[32][64];
    size_t n_due;
};

static void look_at_open(void *user, const char *id, const char *territory, const char *name,
                         int64_t open_at_ms)
{
    struct round *round = user;
    const json_t *volunteer = volunteers_find(round->service->volunteers, territory, name);
    const char *first_name = json_string_value(json_object_get(volunteer, "first_name"));
    int64_t due_ms = open_at_ms + round->service->options.accept_ms;

    if (!volunteer || !first_name)
        return;
    if (due_ms > round->now_ms) {
        if (due_ms < round->next_ms)
            round->next_ms = due_ms;
    } else if (round->n_due < 32) {
        snprintf(round->due[round->n_due], 37, "%s", id);
        snprintf(round->name[round->n_due++], 64, "%s", first_name);
    }
}

static void *accept_by_itself(void *user)
{
    struct service *service = user;

    while (!store_is_stopping(service->store)) {
        unsigned version = store_version(service->store);
        struct round round = {
            .service = service, .now_ms = store_now_ms(), .next_ms = store_now_ms() + 60000};

        store_each_open(service->store, look_at_open, &round);
        for (size_t i = 0; i < round.n_due; i++)
            (void)volunteers_accept(service->store, round.due[i], round.name[i], NULL);
        if (round.n_due == 0)
            store_wait(service->store, version, round.next_ms - round.now_ms);
    }
    return NULL;
}

/* --- life --- */

static void stop(void *user)
{
    struct service *service = user;

    (void)!write(service->stop_pipe[1], "x", 1);
}

static int start_servers(struct service *service)
{
    const struct options *o = &service->options;
    struct http_settings public = {o->address,        o->port,       service->keys.certificate,
                                   service->keys.key, o->priorities, api_handle,
                                   &service->api};
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
    service->volunteers = volunteers_load(o->volunteers);
    service->faults = faults_create();
    if (!service->volunteers || !service->faults)
        return -EINVAL;
    r = api_init(&service->api, service->store, service->faults, o->moderated, o->record);
    service->admin = (struct admin){.store = service->store,
                                    .faults = service->faults,
                                    .api = &service->api,
                                    .volunteers = service->volunteers,
                                    .folder = o->state,
                                    .stop = stop,
                                    .user = service};
    if (r == 0)
        r = make_admin_token(service);
    if (r == 0)
        r = allow_devices(service);
    if (r == 0)
        r = start_servers(service);
    if (r == 0 && o->accept_ms >= 0) {
        r = -pthread_create(&service->acceptor, NULL, accept_by_itself, service);
        service->has_acceptor = r == 0;
    }
    return r == 0 ? tell_ready(service) : r;
}

static void finish(struct service *service)
{
    if (service->store)
        store_stop(service->store);
    if (service->has_acceptor)
        pthread_join(service->acceptor, NULL);
    http_stop(service->public);
    http_stop(service->private);
    if (service->faults) {
        api_finish(&service->api);
        faults_destroy(service->faults);
    }
    json_decref(service->volunteers);
    store_close(service->store);
    keys_finish(&service->keys);
}

static int usage(void)
{
    fprintf(
        stderr,
        "usage: voisine-service serve --state FOLDER [--listen 127.0.0.1] [--port 0]\n"
        "         [--admin-port 0] [--host NAME] [--devices NAME,NAME] [--volunteers FILE]\n"
        "         [--moderate \"correze\"] [--auto-accept MS] [--record FILE] [--ready-fd 1]\n"
        "         [--wrong-cert expired|not-yet|host|self-signed|unknown-ca] [--tls PRIORITIES]\n"
        "       voisine-service COMMAND --state FOLDER   (voisine-service help)\n");
    return 64;
}

static bool read_options(struct options *o, int argc, char **argv)
{
    const char *port = "0", *admin_port = "0", *accept_ms = "-1", *ready_fd = "1";
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
    o->accept_ms = atoll(accept_ms);
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
    static struct service service = {.options = {.address = "127.0.0.1", .moderated = "correze"}};
    sigset_t ends;
    int r;

    if (argc < 2)
        return usage();
    if (strcmp(argv[1], "serve") != 0)
        return command_run(argc - 1, argv + 1);
    if (!read_options(&service.options, argc - 1, argv + 1))
        return usage();
    signal(SIGPIPE, SIG_IGN);
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
