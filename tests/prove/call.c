/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One POST of the real client, for proofs that are not in C:
 *   prove-call URL CA_FILE TOKEN_FILE [CERT_FILE KEY_FILE]
 * prints {"transport": "tls-expired", "status": 0}.
 */
#include "base/log.h"
#include "matching/client.h"

#include <stdio.h>

int main(int argc, char **argv)
{
    struct matching_client_settings settings = {0};
    static const char body[] = "{\"id\":\"canary-in-the-body\"}";
    struct matching_call call = {.method = "POST",
                                 .path = "/v1/requests",
                                 .body = body,
                                 .n_body = sizeof(body) - 1,
                                 .idempotency_key = "1b4e28ba-2fa1-41d2-883f-0016d3cca427"};
    struct matching_client *client;
    struct matching_reply reply;

    if (argc < 4)
        return 64;
    (void)base_log_open(BASE_LOG_DEBUG, BASE_LOG_HUMAN, NULL);
    settings.url = argv[1];
    settings.ca_file = argv[2];
    settings.token_file = argv[3];
    settings.cert_file = argc > 5 ? argv[4] : NULL;
    settings.key_file = argc > 5 ? argv[5] : NULL;
    if (matching_client_create(&settings, &client) != 0 ||
        client->ops->begin(client, MATCHING_LANE_DELIVERY, &call) != 0)
        return 1;
    while (client->ops->take(client, &reply) != 1)
        (void)client->ops->wait(client, -1, 60000);
    printf("{\"transport\": \"%s\", \"status\": %d}\n", matching_transport_name(reply.transport),
           reply.status);
    matching_reply_finish(&reply);
    client->ops->destroy(client);
    return 0;
}
