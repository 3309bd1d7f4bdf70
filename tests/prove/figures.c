/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How long it takes, over TLS on loopback: from a start to the first request transmitted, and until
 * all that waited is; and what an idle worker writes (R52). The splay after a start is left out.
 *
 *   prove-figures [waiting=50] [idle-s=2]
 */
#include "matching/outbox.h"
#include "tests/matching/scene.h"
#include "tests/prove/device.h"
#include "tests/prove/prove.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void fill(const char *folder, unsigned long n)
{
    struct matching_outbox *outbox;
    char id[MATCHING_ID_SIZE];

    if (matching_outbox_open(folder, (unsigned)n, &outbox) != 0)
        exit(1);
    for (unsigned long i = 0; i < n; i++) {
        char *body = scene_body("groceries", id);

        if (matching_outbox_put(outbox, id, body, strlen(body), 1) != 0)
            exit(1);
        free(body);
    }
    matching_outbox_close(outbox);
}

static void prove_drain(struct device *device, unsigned long n)
{
    unsigned long n_missing = 0;
    struct matching_worker *worker;
    double start, first = 0;

    scene_folder(device->folder);
    fill(device->folder, n);
    start = scene_now_ms();
    worker = device_open(device);
    for (unsigned long i = 0; i < n; i++) {
        n_missing += !device_await(worker, MATCHING_EVENT_TRANSMITTED);
        if (i == 0)
            first = scene_now_ms() - start;
    }
    prove_figure("start to the first request transmitted", first, "ms");
    prove_figure("all transmitted after a start", scene_now_ms() - start, "ms");
    matching_worker_destroy(worker);
    prove_tell("R2 R13", n, n_missing + (service_n_requests(device->service) != n),
               "%lu that waited are transmitted after a start, one at a time", n);
    scene_remove(device->folder);
}

/* A worker with nothing to do, and a service that has nothing to say. */
static void prove_idle(struct device *device, unsigned long seconds)
{
    struct matching_worker *worker;
    long long n_bytes = -1;

    scene_folder(device->folder);
    worker = device_open(device);
    /* The first heartbeat and the first folding back belong to the start. */
    (void)service_command(device->service, "wait", "beats=1&timeout_ms=20000", NULL);
    for (int i = 0; i < 5 && n_bytes != 0; i++) { /* on a busy machine they come late */
        sleep(2);
        n_bytes = scene_io_bytes("wchar");
        sleep((unsigned)seconds); /* what is measured is that nothing happens */
        n_bytes = scene_io_bytes("wchar") - n_bytes;
    }
    matching_worker_destroy(worker);
    prove_figure("written while idle", (double)n_bytes, "bytes");
    prove_tell("R52", seconds, n_bytes != 0, "seconds with nothing to do: %lld bytes written",
               n_bytes);
    scene_remove(device->folder);
}

int main(int argc, char **argv)
{
    struct service service = {0};
    struct device device = {.service = &service};

    prove_init(argc, argv);
    service_start(&service, NULL, NULL);
    prove_drain(&device, prove_count("waiting", 50));
    prove_idle(&device, prove_count("idle-s", 2));
    service_finish(&service);
    return prove_end();
}
