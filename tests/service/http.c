/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/service/http.h"

#include "tests/service/patience.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PATIENCE_MS    30000
#define READING_LIMITS 4

struct http_server {
    struct MHD_Daemon *daemon;
    struct patience *patience;
    http_handler *handler;
    void *user;
};

/* A request while its body comes in. */
struct intake {
    char *body;
    size_t n_body;
    bool is_too_large;
    struct visitor *visitor;
    void (*afterwards)(void *user);
    void *user;
};

/* A body that is given out piecemeal. */
struct outlet {
    char *body;
    size_t n_body;
    bool is_cut;
};

const char *http_header(const struct http_request *request, const char *name)
{
    return MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, name);
}

const char *http_argument(const struct http_request *request, const char *name)
{
    return MHD_lookup_connection_value(request->connection, MHD_GET_ARGUMENT_KIND, name);
}

const char *http_cookie(const struct http_request *request, const char *name)
{
    return MHD_lookup_connection_value(request->connection, MHD_COOKIE_KIND, name);
}

void http_address(const struct http_request *request, char ret_address[HTTP_ADDRESS_SIZE])
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(request->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const struct sockaddr_in *address =
        info ? (const struct sockaddr_in *)(const void *)info->client_addr : NULL;

    *ret_address = '\0';
    if (address && address->sin_family == AF_INET)
        inet_ntop(AF_INET, &address->sin_addr, ret_address, HTTP_ADDRESS_SIZE);
}

static ssize_t give_piece(void *user, uint64_t at, char *piece, size_t n_max)
{
    const struct outlet *outlet = user;

    (void)n_max;
    if (outlet->is_cut) {
        size_t n_half = outlet->n_body / 2;

        if (at >= n_half)
            return MHD_CONTENT_READER_END_WITH_ERROR;
        memcpy(piece, outlet->body + at, n_half - at < n_max ? n_half - at : n_max);
        return (ssize_t)(n_half - at < n_max ? n_half - at : n_max);
    }
    if (at >= outlet->n_body)
        return MHD_CONTENT_READER_END_OF_STREAM;
    sleep(1); /* the fault itself, not a wait for something */
    piece[0] = outlet->body[at];
    return 1;
}

static void free_outlet(void *user)
{
    struct outlet *outlet = user;

    free(outlet->body);
    free(outlet);
}

static struct MHD_Response *make_response(struct http_answer *answer)
{
    struct outlet *outlet;

    if (answer->ending == HTTP_WHOLE) {
        struct MHD_Response *response =
            MHD_create_response_from_buffer(answer->n_body, answer->body, MHD_RESPMEM_MUST_COPY);

        free(answer->body);
        return response;
    }
    outlet = calloc(1, sizeof(*outlet));
    if (!outlet)
        return NULL;
    *outlet = (struct outlet){answer->body, answer->n_body, answer->ending == HTTP_CUT};
    return MHD_create_response_from_callback(answer->n_body, 512, give_piece, outlet, free_outlet);
}

/* A page loads nothing but our style sheet, sends forms to us alone, and stands in no other page.
 */
static void add_page_headers(struct MHD_Response *response)
{
    static const char *const headers[][2] = {
        {"Content-Security-Policy", "default-src 'none'; style-src 'self'; form-action 'self'; "
                                    "base-uri 'none'; frame-ancestors 'none'"},
        {"X-Content-Type-Options", "nosniff"},
        {"Referrer-Policy", "same-origin"},
        {"Cross-Origin-Opener-Policy", "same-origin"},
        {"Strict-Transport-Security", "max-age=31536000"}};

    for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++)
        MHD_add_response_header(response, headers[i][0], headers[i][1]);
}

static enum MHD_Result send_answer(struct MHD_Connection *connection, struct http_answer *answer)
{
    struct MHD_Response *response;
    enum MHD_Result result;

    if (answer->ending == HTTP_DROP) {
        free(answer->body);
        return MHD_NO;
    }
    response = make_response(answer);
    if (!response)
        return MHD_NO;
    MHD_add_response_header(response, "Content-Type",
                            answer->content_type ? answer->content_type : "application/json");
    MHD_add_response_header(response, "Cache-Control", "no-store");
    if (*answer->location)
        MHD_add_response_header(response, "Location", answer->location);
    if (*answer->retry_after)
        MHD_add_response_header(response, "Retry-After", answer->retry_after);
    if (*answer->cookie)
        MHD_add_response_header(response, "Set-Cookie", answer->cookie);
    if (answer->is_page)
        add_page_headers(response);
    result = MHD_queue_response(connection, (unsigned)answer->status, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result take_in(struct intake *intake, const char *data, size_t *n_data)
{
    char *larger;

    if (intake->n_body + *n_data > HTTP_BODY_MAX) {
        intake->is_too_large = true;
        *n_data = 0;
        return MHD_YES;
    }
    larger = realloc(intake->body, intake->n_body + *n_data + 1);
    if (!larger)
        return MHD_NO;
    memcpy(larger + intake->n_body, data, *n_data);
    intake->body = larger;
    intake->n_body += *n_data;
    intake->body[intake->n_body] = '\0';
    *n_data = 0;
    return MHD_YES;
}

static struct visitor *visitor_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

    return info ? info->socket_context : NULL;
}

static enum MHD_Result answer_call(void *user, struct MHD_Connection *connection, const char *url,
                                   const char *method, const char *version, const char *data,
                                   size_t *n_data, void **state)
{
    struct http_server *server = user;
    struct intake *intake = *state;
    struct http_answer answer = {.status = 500};
    struct http_request request = {method, url, "", 0, connection};

    (void)version;
    if (!intake) {
        *state = intake = calloc(1, sizeof(struct intake));
        if (intake)
            intake->visitor = visitor_of(connection);
        return intake ? MHD_YES : MHD_NO;
    }
    if (*n_data > 0)
        return take_in(intake, data, n_data);
    if (intake->body) {
        request.body = intake->body;
        request.n_body = intake->n_body;
    }
    if (intake->is_too_large) {
        static const char problem[] = "{\"type\":\"urn:voisine:problem:too-large\",\"title\":"
                                      "\"too-large\",\"status\":413,\"detail\":\"at most 64 KiB\"}";

        answer.status = 413;
        answer.body = strdup(problem);
        answer.n_body = strlen(problem);
        answer.content_type = "application/problem+json";
    } else {
        patience_rests(server->patience, intake->visitor);
        server->handler(server->user, &request, &answer);
        intake->afterwards = answer.afterwards;
        intake->user = answer.user;
    }
    patience_waits(server->patience, intake->visitor, READING_LIMITS);
    return send_answer(connection, &answer);
}

static void completed(void *user, struct MHD_Connection *connection, void **state,
                      enum MHD_RequestTerminationCode code)
{
    struct http_server *server = user;
    struct intake *intake = *state;

    (void)connection;
    (void)code;
    if (intake) {
        patience_waits(server->patience, intake->visitor, 1);
        free(intake->body);
        if (intake->afterwards)
            intake->afterwards(intake->user);
    }
    free(intake);
    *state = NULL;
}

/* A connection comes or goes: before its first request, and after its last. */
static void connected(void *user, struct MHD_Connection *connection, void **context,
                      enum MHD_ConnectionNotificationCode code)
{
    struct http_server *server = user;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);

    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        *context = info ? patience_came(server->patience, info->connect_fd) : NULL;
    } else {
        patience_left(server->patience, *context);
        *context = NULL;
    }
}

int http_start(const struct http_settings *settings, struct http_server **ret_server)
{
    unsigned flags = MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD |
                     MHD_USE_POLL | MHD_USE_ITC;
    struct http_server *server = calloc(1, sizeof(*server));
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)settings->port)};
    struct MHD_OptionItem tls[] = {
        {MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)(uintptr_t)settings->certificate},
        {MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)(uintptr_t)settings->key},
        {MHD_OPTION_HTTPS_PRIORITIES, 0,
         (void *)(uintptr_t)(settings->priorities ? settings->priorities
                                                  : "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2")},
        {MHD_OPTION_END, 0, NULL},
    };

    if (!server)
        return -ENOMEM;
    server->handler = settings->handler;
    server->user = settings->user;
    if (inet_pton(AF_INET, settings->address, &address.sin_addr) != 1) {
        free(server);
        return -EINVAL;
    }
    if (patience_create(settings->patience_ms > 0 ? settings->patience_ms : PATIENCE_MS,
                        &server->patience) < 0) {
        free(server);
        return -ENOMEM;
    }
    if (!settings->certificate)
        tls[0].option = MHD_OPTION_END;
    server->daemon = MHD_start_daemon(
        flags | (settings->certificate ? MHD_USE_TLS : 0), (uint16_t)settings->port, NULL, NULL,
        answer_call, server, MHD_OPTION_SOCK_ADDR, &address, MHD_OPTION_NOTIFY_COMPLETED, completed,
        server, MHD_OPTION_NOTIFY_CONNECTION, connected, server, MHD_OPTION_CONNECTION_LIMIT, 512u,
        MHD_OPTION_CONNECTION_TIMEOUT, 120u, MHD_OPTION_LISTENING_ADDRESS_REUSE, 1u,
        MHD_OPTION_THREAD_STACK_SIZE, (size_t)(512 * 1024), MHD_OPTION_ARRAY, tls, MHD_OPTION_END);
    if (!server->daemon) {
        patience_destroy(server->patience);
        free(server);
        return errno ? -errno : -EIO;
    }
    *ret_server = server;
    return 0;
}

int http_port(const struct http_server *server)
{
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_BIND_PORT);

    return info ? info->port : 0;
}

void http_stop(struct http_server *server)
{
    if (!server)
        return;
    MHD_stop_daemon(server->daemon);
    patience_destroy(server->patience);
    free(server);
}
