/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The doctor's look at the matching service, with the client that the delivery worker uses. */
#include "base/clock.h"
#include "daemon/doctor.h"
#include "daemon/identity.h"
#include "matching/answer.h"
#include "matching/client.h"
#include "matching/request.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { WAIT_AT_ONCE_MS = 200 };

/* The address in use: the setting, else the territory's. */
static const char *service_url(const struct inspection *inspection)
{
    const char *url = inspection_text(inspection, CONFIG_SERVICE_URL);

    if (*url || !inspection->territory)
        return url;
    return config_territory_service_url(inspection->territory);
}

/* A clock that is behind the program's own making is wrong for certain. */
static bool is_clock_wrong(int64_t now_ms)
{
    struct stat program;

    return stat("/proc/self/exe", &program) == 0 &&
           now_ms / 1000 < (int64_t)program.st_mtim.tv_sec - 86400;
}

static void report_clock(struct inspection *inspection, enum config_level level)
{
    char now[32];
    const char *const args[] = {"got", now, NULL};

    base_clock_format_utc(base_clock_system()->wall_ms(base_clock_system()), now);
    inspection_report(inspection, level, CONFIG_CLOCK_WRONG, args);
}

static void report_answer(struct inspection *inspection, const char *url,
                          const struct matching_reply *reply)
{
    char got[64];
    const char *const args[] = {"url", url, "got", got, NULL};
    bool is_ours = matching_answer_body(reply->body, reply->n_body, "") == MATCHING_BODY_OBJECT;

    snprintf(got, sizeof(got), "HTTP %d", reply->status);
    if (reply->status == 401 || reply->status == 403)
        inspection_report(inspection, CONFIG_ERROR, CONFIG_IDENTITY_REFUSED, args);
    else if (reply->status == 404 && is_ours)
        inspection_report(inspection, CONFIG_NOTE, CONFIG_SERVICE_ANSWERS, args);
    else if (reply->status >= 500 || reply->status == 429)
        inspection_report(inspection, CONFIG_WARNING, CONFIG_SERVICE_TROUBLED, args);
    else
        inspection_report(inspection, CONFIG_ERROR, CONFIG_NOT_THE_SERVICE, args);
}

enum config_message doctor_transport_message(enum matching_transport transport)
{
    switch (transport) {
    case MATCHING_TRANSPORT_NO_IDENTITY:
        return CONFIG_IDENTITY_UNREADABLE;
    case MATCHING_TRANSPORT_BAD_SETTING:
    case MATCHING_TRANSPORT_TLS_EXPIRED:
    case MATCHING_TRANSPORT_TLS_NOT_YET:
    case MATCHING_TRANSPORT_TLS_UNTRUSTED:
    case MATCHING_TRANSPORT_TLS_HOST:
    case MATCHING_TRANSPORT_TLS:
        return CONFIG_TLS_REFUSED;
    case MATCHING_TRANSPORT_OK:
    case MATCHING_TRANSPORT_NO_SERVICE:
    case MATCHING_TRANSPORT_RESOLVE:
    case MATCHING_TRANSPORT_CONNECT:
    case MATCHING_TRANSPORT_TIMEOUT:
    case MATCHING_TRANSPORT_BROKEN:
    case MATCHING_TRANSPORT_TOO_LARGE:
    case MATCHING_TRANSPORT_OTHER:
    case MATCHING_N_TRANSPORTS:
        break;
    }
    return CONFIG_NO_NETWORK;
}

static void report_reply(struct inspection *inspection, const char *url,
                         const struct matching_reply *reply)
{
    const char *const args[] = {"url", url, "why", matching_transport_name(reply->transport), NULL};

    if (reply->transport == MATCHING_TRANSPORT_OK) {
        report_answer(inspection, url, reply);
        return;
    }
    if (reply->transport == MATCHING_TRANSPORT_TLS_EXPIRED ||
        reply->transport == MATCHING_TRANSPORT_TLS_NOT_YET)
        report_clock(inspection, CONFIG_WARNING);
    inspection_report(inspection, CONFIG_ERROR, doctor_transport_message(reply->transport), args);
}

/* Returns: 0, or -errno; then there is no reply. Owns: the caller (matching_reply_finish). */
static int ask(struct matching_client *client, struct matching_reply *ret_reply)
{
    char id[MATCHING_ID_SIZE], path[64];
    struct matching_call call = {.method = "GET", .path = path};
    int r = matching_id_make(id);

    snprintf(path, sizeof(path), "/v1/requests/%s", id);
    if (r == 0)
        r = client->ops->begin(client, MATCHING_LANE_DELIVERY, &call);
    while (r == 0 && client->ops->take(client, ret_reply) == 0)
        r = client->ops->wait(client, -1, WAIT_AT_ONCE_MS);
    return r;
}

void doctor_service(struct inspection *inspection)
{
    size_t n_before = config_problems_count(inspection->problems);
    const char *url = service_url(inspection);
    char token_path[PATH_MAX] = "";
    struct matching_client_settings settings = {
        .url = url,
        .ca_file = inspection_text(inspection, CONFIG_SERVICE_CA_FILE),
        .token_file = token_path,
        .cert_file = inspection_text(inspection, CONFIG_SERVICE_CLIENT_CERT_FILE),
        .key_file = inspection_text(inspection, CONFIG_SERVICE_CLIENT_KEY_FILE),
    };
    struct matching_client *client;
    struct matching_reply reply;

    (void)identity_token_path(inspection->options, token_path, sizeof(token_path));
    if (is_clock_wrong(base_clock_system()->wall_ms(base_clock_system())))
        report_clock(inspection, CONFIG_ERROR);
    inspection_report_good(inspection, n_before, "clock");
    if (!*url)
        return; /* the examination of the configuration has said so */
    if (matching_client_create(&settings, &client) < 0)
        return;
    if (ask(client, &reply) == 0) {
        report_reply(inspection, url, &reply);
        matching_reply_finish(&reply);
    }
    client->ops->destroy(client);
}
