/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/service/command.h"

#include "base/file.h"
#include "base/strbuf.h"

#include <arpa/inet.h>
#include <getopt.h>
#include <jansson.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct call {
    const char *state, *method, *volunteer, *when, *resident, *hours, *body;
    char path[512];
};

/* Where the running service told that it is. Returns: the port, 0 after saying why not. */
static int find_port(const char *state)
{
    char path[PATH_MAX];
    json_error_t error;
    json_t *json;
    int port;

    if (base_file_join(state, "service.json", path, sizeof(path)) < 0)
        return 0;
    json = json_load_file(path, 0, &error);
    port = (int)json_integer_value(json_object_get(json, "admin_port"));
    json_decref(json);
    if (port == 0)
        fprintf(stderr, "voisine-service: no service runs with --state %s\n", state);
    return port;
}

static int connect_to(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
        close(fd);
        fd = -1;
    }
    if (fd < 0)
        perror("voisine-service: connect");
    return fd;
}

static void write_call(struct base_strbuf *out, const struct call *call, const char *token)
{
    json_t *body = json_object();
    char *text;

    if (call->volunteer)
        json_object_set_new(body, "volunteer", json_string(call->volunteer));
    if (call->when)
        json_object_set_new(body, "when", json_string(call->when));
    if (call->resident)
        json_object_set_new(body, "resident", json_string(call->resident));
    if (call->hours)
        json_object_set_new(body, "hours", json_integer(atoi(call->hours)));
    text = call->body ? strdup(call->body) : json_dumps(body, JSON_COMPACT);
    json_decref(body);
    base_strbuf_addf(out,
                     "%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                     "Authorization: Bearer %s\r\n",
                     call->method, call->path, token);
    if (strcmp(call->method, "POST") == 0 && text)
        base_strbuf_addf(out, "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
                         strlen(text), text);
    else
        base_strbuf_add(out, "\r\n");
    free(text);
}

/* Prints the body. Returns: 0 for a 2xx, else 1. */
static int print_answer(int fd)
{
    struct base_strbuf in;
    char piece[4096];
    const char *body;
    ssize_t n;
    int status = 0;

    base_strbuf_init(&in);
    while ((n = read(fd, piece, sizeof(piece))) > 0)
        base_strbuf_add_n(&in, piece, (size_t)n);
    (void)sscanf(base_strbuf_text(&in), "HTTP/1.1 %d", &status);
    body = strstr(base_strbuf_text(&in), "\r\n\r\n");
    if (body)
        puts(body + 4);
    base_strbuf_finish(&in);
    return status >= 200 && status <= 299 ? 0 : 1;
}

static int run_call(const struct call *call)
{
    char path[PATH_MAX], *token;
    struct base_strbuf out;
    size_t n_token;
    int port = find_port(call->state), fd, r;

    if (port == 0 || base_file_join(call->state, "admin.token", path, sizeof(path)) < 0)
        return 1;
    if (base_file_read(path, 256, &token, &n_token) < 0) {
        fprintf(stderr, "voisine-service: %s cannot be read\n", path);
        return 1;
    }
    fd = connect_to(port);
    if (fd < 0) {
        free(token);
        return 1;
    }
    base_strbuf_init(&out);
    write_call(&out, call, token);
    free(token);
    r = write(fd, out.text, out.length) == (ssize_t)out.length ? print_answer(fd) : 1;
    base_strbuf_finish(&out);
    close(fd);
    return r;
}

static int usage(void)
{
    fprintf(stderr, "usage: voisine-service COMMAND --state FOLDER\n"
                    "  list | devices | volunteers | residents | stop | faults-clear\n"
                    "  show|proposals|approve|reject|done|expire|cancel|withdraw ID\n"
                    "  accept ID [--volunteer NAME] [--when 2026-11-24T10:00]\n"
                    "  refuse ID --volunteer NAME\n"
                    "  pair-code [--resident REFERENCE] [--hours 24]\n"
                    "  allow|revoke DEVICE\n"
                    "  volunteer-add '{\"id\": \"marie\", \"first_name\": \"Marie\"}'\n"
                    "  volunteer-pause|volunteer-resume|volunteer-remove NAME\n"
                    "  resident-add '{\"reference\": \"R-17\", \"name\": \"Mme Durand\"}'\n"
                    "  fault '{\"fault\": \"drop\", \"path\": \"/v1/requests\", \"times\": 1}'\n"
                    "  wait 'requests=1&status=matched&timeout_ms=10000'\n");
    return 64;
}

/* What each command calls; %s is its word. */
static const struct route {
    const char *name, *method, *path;
    bool has_word, word_is_body;
} routes[] = {
    {"list", "GET", "/admin/requests", false, false},
    {"devices", "GET", "/admin/devices", false, false},
    {"volunteers", "GET", "/admin/volunteers", false, false},
    {"residents", "GET", "/admin/residents", false, false},
    {"show", "GET", "/admin/requests/%s", true, false},
    {"proposals", "GET", "/admin/proposals/%s", true, false},
    {"wait", "GET", "/admin/wait?%s", true, false},
    {"approve", "POST", "/admin/requests/%s/approve", true, false},
    {"reject", "POST", "/admin/requests/%s/reject", true, false},
    {"accept", "POST", "/admin/requests/%s/accept", true, false},
    {"refuse", "POST", "/admin/requests/%s/refuse", true, false},
    {"withdraw", "POST", "/admin/requests/%s/withdraw", true, false},
    {"done", "POST", "/admin/requests/%s/done", true, false},
    {"expire", "POST", "/admin/requests/%s/expire", true, false},
    {"cancel", "POST", "/admin/requests/%s/cancel", true, false},
    {"pair-code", "POST", "/admin/codes", false, false},
    {"allow", "POST", "/admin/devices/%s/allow", true, false},
    {"revoke", "POST", "/admin/devices/%s/revoke", true, false},
    {"volunteer-add", "POST", "/admin/volunteers", true, true},
    {"volunteer-pause", "POST", "/admin/volunteers/%s/pause", true, false},
    {"volunteer-resume", "POST", "/admin/volunteers/%s/resume", true, false},
    {"volunteer-remove", "POST", "/admin/volunteers/%s/remove", true, false},
    {"resident-add", "POST", "/admin/residents", true, true},
    {"fault", "POST", "/admin/faults", true, true},
    {"faults-clear", "POST", "/admin/faults/clear", false, false},
    {"stop", "POST", "/admin/stop", false, false},
};

/* Makes the call that a command stands for. Returns: whether it is one. */
static bool make_call(struct call *call, const char *name, const char *word)
{
    const struct route *route = routes, *end = routes + sizeof(routes) / sizeof(routes[0]);
    const char *place;

    while (route < end && strcmp(route->name, name) != 0)
        route++;
    if (route == end || (route->has_word && !word))
        return false;
    call->method = route->method;
    place = strstr(route->path, "%s");
    snprintf(call->path, sizeof(call->path), "%.*s%s%s",
             place ? (int)(place - route->path) : (int)strlen(route->path), route->path,
             place ? word : "", place ? place + 2 : "");
    if (route->word_is_body)
        call->body = word;
    return true;
}

int command_run(int argc, char **argv)
{
    static const struct option options[] = {
        {"state", required_argument, NULL, 's'}, {"volunteer", required_argument, NULL, 'v'},
        {"when", required_argument, NULL, 'w'},  {"resident", required_argument, NULL, 'r'},
        {"hours", required_argument, NULL, 'h'}, {0}};
    struct call call = {.state = "."};
    int option;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == 's')
            call.state = optarg;
        else if (option == 'v')
            call.volunteer = optarg;
        else if (option == 'w')
            call.when = optarg;
        else if (option == 'r')
            call.resident = optarg;
        else if (option == 'h')
            call.hours = optarg;
        else
            return usage();
    }
    if (!make_call(&call, argv[0], optind < argc ? argv[optind] : NULL))
        return usage();
    return run_call(&call);
}
