/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * R3, R4, R19: the network fails in every way, between the real client and the real service over
 * TLS; each request arrives exactly once, and nothing is said to be transmitted before an answer
 * came whole.
 *
 *   prove-network [stride=61] [drops=60]
 * stride: the connection is reset after every n-th byte that the service sends (1: each byte).
 */
#include "matching/answer.h"
#include "tests/matching/scene.h"
#include "tests/prove/device.h"
#include "tests/prove/prove.h"
#include "tests/prove/wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define BYTES_MAX 20000

struct proof {
    struct service service;
    struct device device;
    struct wire *wire;
    unsigned long n_tags;
};

static int64_t now_ms(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* One POST through the wire. Returns: its transport, and *ret_is_whole whether an answer came. */
static enum matching_transport post(struct proof *proof, const char *id, const char *body,
                                    bool *ret_is_echoed)
{
    struct matching_client_settings settings = device_settings(&proof->device).client;
    struct matching_call call = {.method = "POST",
                                 .path = "/v1/requests",
                                 .body = body,
                                 .n_body = strlen(body),
                                 .idempotency_key = id};
    enum matching_transport transport;
    struct matching_client *client;
    struct matching_reply reply;

    settings.connect_max_ms = 2000;
    settings.total_max_ms = 4000;
    if (matching_client_create(&settings, &client) != 0 ||
        client->ops->begin(client, MATCHING_LANE_DELIVERY, &call) != 0)
        exit(1);
    while (client->ops->take(client, &reply) != 1)
        (void)client->ops->wait(client, -1, 5000);
    transport = reply.transport;
    *ret_is_echoed = transport == MATCHING_TRANSPORT_OK && reply.status / 100 == 2 &&
                     matching_answer_body(reply.body, reply.n_body, id) == MATCHING_BODY_ECHO;
    matching_reply_finish(&reply);
    client->ops->destroy(client);
    return transport;
}

static char *make_body(struct proof *proof, char ret_id[MATCHING_ID_SIZE])
{
    struct matching_request request = scene_request("groceries");
    char resident[32], *body;
    size_t n;

    snprintf(resident, sizeof(resident), "%lu", proof->n_tags++);
    request.resident = resident;
    if (matching_id_make(ret_id) != 0 || matching_request_encode(&request, ret_id, &body, &n) != 0)
        exit(1);
    return body;
}

static unsigned long count_wrong(struct proof *proof, unsigned long from)
{
    unsigned *counts = device_count_tags(&proof->service, proof->n_tags);
    unsigned long n_wrong = 0;

    for (unsigned long tag = from; tag < proof->n_tags; tag++)
        n_wrong += counts[tag] != 1;
    free(counts);
    return n_wrong;
}

/* The connection is reset after k bytes of the answer, for every k; then the same goes again. */
static void prove_resets(struct proof *proof, unsigned long stride)
{
    unsigned long from = proof->n_tags, n_early = 0, n_unsent = 0, n_resets = 0, k;
    bool is_echoed = false;

    for (k = 0; !is_echoed && k < BYTES_MAX; k += stride) {
        char id[MATCHING_ID_SIZE], *body = make_body(proof, id);
        bool is_sent = false;

        wire_set(proof->wire, WIRE_RESET, k);
        (void)post(proof, id, body, &is_echoed);
        n_resets += wire_n_resets(proof->wire);
        n_early += is_echoed && wire_n_resets(proof->wire) > 0 && k == 0;
        wire_set(proof->wire, WIRE_WHOLE, 0);
        for (int i = 0; i < 5 && !is_sent; i++)
            (void)post(proof, id, body, &is_sent);
        n_unsent += !is_sent;
        free(body);
    }
    prove_tell("R3 R4 R19", n_resets, n_early + n_unsent + count_wrong(proof, from),
               "connection reset after every %lu. byte of the service's side (%lu bytes)", stride,
               k);
}

/* Applied, and not answered, again and again; one request through the whole worker. */
static void prove_drops(struct proof *proof, unsigned long n_drops)
{
    unsigned long from = proof->n_tags, n_late = 0, n_calls;
    struct matching_worker *worker;
    char wish[128];
    json_t *calls;

    snprintf(
        wish, sizeof(wish),
        "{\"fault\": \"drop\", \"method\": \"POST\", \"path\": \"/v1/requests\", \"times\": %lu}",
        n_drops);
    if (service_command(&proof->service, "fault", wish, NULL) != 0)
        exit(1);
    scene_folder(proof->device.folder);
    worker = device_open(&proof->device);
    device_submit(worker, proof->n_tags++);
    n_late += !device_await(worker, MATCHING_EVENT_NOTED);
    for (int i = 0; i < 30 && !device_await(worker, MATCHING_EVENT_TRANSMITTED); i++)
        n_late += i == 29;
    matching_worker_destroy(worker);
    scene_remove(proof->device.folder);
    calls = service_calls(&proof->service, "/v1/requests");
    n_calls = json_array_size(calls);
    json_decref(calls);
    prove_tell("R3", n_drops, n_late + count_wrong(proof, from) + (n_calls < n_drops),
               "applied and not answered, %lu times on end: one request at the service", n_drops);
}

/* The wire fails in one way; the request is kept and said so in bounded time, and goes when it is
 * well. */
static void prove_fault(struct proof *proof, enum wire_mood mood, const char *what)
{
    unsigned long from = proof->n_tags, n_wrong = 0;
    struct matching_settings settings;
    struct matching_worker *worker;
    int64_t start_ms;

    scene_folder(proof->device.folder);
    settings = device_settings(&proof->device);
    settings.client.connect_max_ms = 400;
    settings.client.total_max_ms = 800;
    wire_set(proof->wire, mood, 0);
    if (matching_worker_create(&settings, base_clock_system(), &worker) != 0)
        exit(1);
    start_ms = now_ms();
    device_submit(worker, proof->n_tags++);
    /* R19: noted at once, whatever the network does; all within the bound, with a large margin for
     * a busy machine. */
    n_wrong += !device_await(worker, MATCHING_EVENT_NOTED);
    n_wrong += device_await_either(worker, MATCHING_EVENT_KEPT, MATCHING_EVENT_TRANSMITTED) != 1;
    n_wrong += now_ms() - start_ms > 20000;
    wire_set(proof->wire, WIRE_WHOLE, 0);
    n_wrong += !device_await(worker, MATCHING_EVENT_TRANSMITTED);
    matching_worker_destroy(worker);
    scene_remove(proof->device.folder);
    prove_tell("R4 R19", 1, n_wrong + count_wrong(proof, from), "%s: kept, then sent once", what);
}

int main(int argc, char **argv)
{
    static struct proof proof;
    char url[64];

    prove_init(argc, argv);
    service_start(&proof.service, NULL, NULL);
    proof.device.service = &proof.service;
    proof.wire = wire_create(proof.service.port, url);
    proof.device.url = url;
    prove_resets(&proof, prove_count("stride", 61));
    prove_drops(&proof, prove_count("drops", 60));
    prove_fault(&proof, WIRE_REFUSE, "connection refused");
    prove_fault(&proof, WIRE_BLACK_HOLE, "connections never made (black hole)");
    prove_fault(&proof, WIRE_HALF_OPEN, "half-open: accepted, never answered");
    prove_fault(&proof, WIRE_SLOW, "one byte a second");
    prove_fault(&proof, WIRE_GARBAGE, "bytes that are no TLS");
    prove_fault(&proof, WIRE_CLOSE, "closed as soon as made");
    wire_destroy(proof.wire);
    service_finish(&proof.service);
    return prove_end();
}
