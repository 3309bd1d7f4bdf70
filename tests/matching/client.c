/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The door to the network: how each failure is named, and that each ends in bounded time (R9, R19,
 * R34). */
#include "matching/client.h"

#include "tests/check.h"
#include "tests/matching/service.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#define PATIENCE_MS 20000

/* One call to its end. */
static struct matching_reply call(const struct matching_client_settings *settings, const char *path)
{
    struct matching_call get = {.method = "GET", .path = path};
    struct matching_reply reply = {.transport = MATCHING_N_TRANSPORTS};
    struct matching_client *client;

    REQUIRE(matching_client_create(settings, &client) == 0);
    REQUIRE(client->ops->begin(client, MATCHING_LANE_DELIVERY, &get) == 0);
    CHECK(client->ops->begin(client, MATCHING_LANE_DELIVERY, &get) < 0); /* the lane is taken */
    while (client->ops->take(client, &reply) != 1)
        REQUIRE(client->ops->wait(client, -1, PATIENCE_MS) == 0);
    client->ops->destroy(client);
    return reply;
}

/* Bounded so that only what never ends meets the bound, however busy the machine. */
static enum matching_transport transport_within(const char *url, const char *ca, const char *token,
                                                int64_t total_max_ms)
{
    struct matching_client_settings settings = {
        .url = url, .ca_file = ca, .token_file = token, .total_max_ms = total_max_ms};
    struct matching_reply reply = call(&settings, "/v1/requests/x");
    enum matching_transport transport = reply.transport;

    CHECK_INT(reply.status != 0, transport == MATCHING_TRANSPORT_OK);
    matching_reply_finish(&reply);
    return transport;
}

static enum matching_transport transport_of(const char *url, const char *ca, const char *token)
{
    return transport_within(url, ca, token, 0);
}

static void each_wrong_certificate_has_its_name(void)
{
    static const struct {
        const char *wrong;
        enum matching_transport transport;
    } table[] = {{"expired", MATCHING_TRANSPORT_TLS_EXPIRED},
                 {"not-yet", MATCHING_TRANSPORT_TLS_NOT_YET},
                 {"host", MATCHING_TRANSPORT_TLS_HOST},
                 {"self-signed", MATCHING_TRANSPORT_TLS_UNTRUSTED},
                 {"unknown-ca", MATCHING_TRANSPORT_TLS_UNTRUSTED}};

    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        const char *arguments[] = {"--wrong-cert", table[i].wrong, NULL};
        struct service service = {0};

        service_start(&service, NULL, arguments);
        CHECK_INT(transport_of(service.url, service.ca, service.token), table[i].transport);
        service_finish(&service);
    }
}

static void settings_that_cannot_work_are_named(void)
{
    struct service service = {0};
    char plain[140];

    service_start(&service, NULL, NULL);
    snprintf(plain, sizeof(plain), "http%s", service.url + 5);
    CHECK_INT(transport_of(service.url, service.ca, service.token), MATCHING_TRANSPORT_OK);
    CHECK_INT(transport_of(NULL, NULL, NULL), MATCHING_TRANSPORT_NO_SERVICE);
    CHECK_INT(transport_of("", NULL, NULL), MATCHING_TRANSPORT_NO_SERVICE);
    CHECK_INT(transport_of(plain, service.ca, service.token), MATCHING_TRANSPORT_BAD_SETTING);
    CHECK_INT(transport_of("file:///etc/passwd", NULL, NULL), MATCHING_TRANSPORT_BAD_SETTING);
    CHECK_INT(transport_of(service.url, "/nowhere/ca.pem", service.token),
              MATCHING_TRANSPORT_BAD_SETTING);
    CHECK_INT(transport_of(service.url, service.ca, "/nowhere/token"),
              MATCHING_TRANSPORT_NO_IDENTITY);
    /* Without our own authority the system's do not know this service. */
    CHECK_INT(transport_of(service.url, NULL, service.token), MATCHING_TRANSPORT_TLS_UNTRUSTED);
    service_kill(&service);
    CHECK_INT(transport_of(service.url, service.ca, service.token), MATCHING_TRANSPORT_CONNECT);
    service_finish(&service);
}

/* A socket that listens on loopback. */
static int listen_somewhere(char ret_url[64])
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    REQUIRE(fd >= 0 && bind(fd, (struct sockaddr *)&address, size) == 0 && listen(fd, 4) == 0);
    REQUIRE(getsockname(fd, (struct sockaddr *)&address, &size) == 0);
    snprintf(ret_url, 64, "https://127.0.0.1:%d", ntohs(address.sin_port));
    return fd;
}

/* The connection is made and nothing ever comes. */
static void a_half_open_connection_ends(void)
{
    char url[64];
    int fd = listen_somewhere(url);

    CHECK_INT(transport_within(url, NULL, NULL, 600), MATCHING_TRANSPORT_TIMEOUT);
    close(fd);
}

static void *speak_plainly(void *user)
{
    static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";
    int fd = accept(*(int *)user, NULL, NULL);
    char piece[1024];

    if (fd >= 0) {
        (void)!read(fd, piece, sizeof(piece));
        (void)!write(fd, answer, strlen(answer));
        close(fd);
    }
    return NULL;
}

/* A portal that answers in plain HTTP where TLS was asked for. */
static void plain_http_is_no_answer(void)
{
    char url[64];
    int fd = listen_somewhere(url);
    pthread_t thread;

    REQUIRE(pthread_create(&thread, NULL, speak_plainly, &fd) == 0);
    CHECK_INT(transport_of(url, NULL, NULL), MATCHING_TRANSPORT_TLS);
    pthread_join(thread, NULL);
    close(fd);
}

/* A byte a second: the whole call is bounded, not each byte. */
static void a_slow_answer_ends(void)
{
    struct service service = {0};

    service_start(&service, NULL, NULL);
    CHECK_INT(service_command(&service, "fault", "{\"fault\": \"slow\", \"path\": \"/v1\"}", NULL),
              0);
    CHECK_INT(transport_within(service.url, service.ca, service.token, 600),
              MATCHING_TRANSPORT_TIMEOUT);
    service_finish(&service);
}

static void every_failure_has_a_name(void)
{
    for (int i = 0; i < MATCHING_N_TRANSPORTS; i++)
        CHECK(*matching_transport_name((enum matching_transport)i) != '\0');
}

static void an_abandoned_call_gives_no_reply(void)
{
    struct matching_client_settings settings = {0};
    struct matching_call get = {.method = "GET", .path = "/"};
    struct matching_client *client;
    struct matching_reply reply;
    char url[64];
    int fd = listen_somewhere(url);

    settings.url = url;
    REQUIRE(matching_client_create(&settings, &client) == 0);
    REQUIRE(client->ops->begin(client, MATCHING_LANE_NEWS, &get) == 0);
    REQUIRE(client->ops->wait(client, -1, 1) == 0);
    client->ops->abandon(client, MATCHING_LANE_NEWS);
    CHECK_INT(client->ops->take(client, &reply), 0);
    CHECK_INT(client->ops->begin(client, MATCHING_LANE_NEWS, &get), 0);
    client->ops->destroy(client);
    close(fd);
}

CHECK_MAIN(each_wrong_certificate_has_its_name, settings_that_cannot_work_are_named,
           a_half_open_connection_ends, plain_http_is_no_answer, a_slow_answer_ends,
           every_failure_has_a_name, an_abandoned_call_gives_no_reply)
