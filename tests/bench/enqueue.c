/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How long "c'est noté" takes: a confirmed request handed to the worker until the event that says
 * it is on disk, with 10 and with 10,000 waiting; and what is written to the disk for it.
 *
 *   bench-enqueue [--folder FOLDER] [--rounds 500]
 * prints one JSON object. The folder should be on the disk that the device would use.
 */
#include "base/clock.h"
#include "base/log.h"
#include "matching/outbox.h"
#include "matching/worker.h"
#include "tests/matching/scene.h"

#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS_MAX 20000

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return x < y ? -1 : x > y;
}

static double at_share(const double *sorted, int n, double share)
{
    int i = (int)(share * (double)(n - 1) + 0.5);

    return sorted[i];
}

static void fill(const char *folder, unsigned n)
{
    struct matching_outbox *outbox;
    char id[MATCHING_ID_SIZE];

    if (matching_outbox_open(folder, n + ROUNDS_MAX, &outbox) != 0)
        exit(1);
    for (unsigned i = 0; i < n; i++) {
        char *body = scene_body("groceries", id);

        if (matching_outbox_put(outbox, id, body, strlen(body), 1) != 0)
            exit(1);
        free(body);
        (void)matching_outbox_tidy(outbox);
    }
    matching_outbox_close(outbox);
}

/* The disk's own part: 12 KiB appended and synced, which is what a put writes. */
static json_t *measure_disk(const char *folder, int rounds)
{
    static double latencies[ROUNDS_MAX];
    static const char block[12288];
    char path[96];
    int fd;

    snprintf(path, sizeof(path), "%s/plain", folder);
    fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    for (int i = 0; i < rounds; i++) {
        double start = scene_now_ms();

        if (write(fd, block, sizeof(block)) != sizeof(block) || fdatasync(fd) < 0)
            exit(1);
        latencies[i] = scene_now_ms() - start;
    }
    close(fd);
    qsort(latencies, (size_t)rounds, sizeof(latencies[0]), by_size);
    return json_pack("{s:f, s:f, s:f}", "p50_ms", at_share(latencies, rounds, 0.5), "p99_ms",
                     at_share(latencies, rounds, 0.99), "max_ms", latencies[rounds - 1]);
}

static void await(struct matching_worker *worker, enum matching_event_type type)
{
    struct pollfd fd = {.fd = matching_worker_fd(worker), .events = POLLIN};
    struct matching_event event;

    for (;;) {
        while (matching_worker_next_event(worker, &event)) {
            if (event.type == type)
                return;
            if (event.type == MATCHING_EVENT_NOT_NOTED)
                exit(1);
        }
        if (poll(&fd, 1, 10000) <= 0)
            exit(1);
    }
}

/* With no service set: what is measured is the way to the disk. */
static json_t *measure(const char *folder, unsigned n_waiting, int rounds)
{
    static double latencies[ROUNDS_MAX];
    struct matching_settings settings = {.state_folder = folder,
                                         .device = "device-1",
                                         .queue_max = n_waiting + ROUNDS_MAX,
                                         .boot_splay_ms = 3600000};
    struct matching_worker *worker;
    char id[MATCHING_ID_SIZE];
    long long before;

    fill(folder, n_waiting);
    if (matching_worker_create(&settings, base_clock_system(), &worker) != 0)
        exit(1);
    before = scene_io_bytes("write_bytes");
    for (int i = 0; i < rounds; i++) {
        struct matching_request request = scene_request("groceries");
        double start = scene_now_ms();

        if (matching_worker_submit(worker, &request, id) != 0)
            exit(1);
        await(worker, MATCHING_EVENT_NOTED);
        latencies[i] = scene_now_ms() - start;
        await(worker, MATCHING_EVENT_KEPT); /* a resident speaks one request at a time */
    }
    matching_worker_destroy(worker);
    qsort(latencies, (size_t)rounds, sizeof(latencies[0]), by_size);
    return json_pack("{s:i, s:i, s:f, s:f, s:f, s:f}", "waiting", (int)n_waiting, "rounds", rounds,
                     "p50_ms", at_share(latencies, rounds, 0.5), "p99_ms",
                     at_share(latencies, rounds, 0.99), "max_ms", latencies[rounds - 1],
                     "bytes_per_request",
                     (double)(scene_io_bytes("write_bytes") - before) / rounds);
}

int main(int argc, char **argv)
{
    static const unsigned waiting[] = {10, 10000};
    const char *top = NULL;
    json_t *results = json_array(), *disk;
    int rounds = 500;
    char folder[64], *text;

    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--folder") == 0)
            top = argv[i + 1];
        else if (strcmp(argv[i], "--rounds") == 0)
            rounds = atoi(argv[i + 1]);
    }
    if (rounds < 1 || rounds > ROUNDS_MAX)
        return 64;
    (void)base_log_open(BASE_LOG_ERROR, BASE_LOG_HUMAN, NULL);
    if (top)
        setenv("TMPDIR", top, 1);
    scene_folder(folder);
    disk = measure_disk(folder, rounds);
    scene_remove(folder);
    for (size_t i = 0; i < sizeof(waiting) / sizeof(waiting[0]); i++) {
        scene_folder(folder);
        json_array_append_new(results, measure(folder, waiting[i], rounds));
        scene_remove(folder);
    }
    results = json_pack("{s:o, s:o}", "disk", disk, "enqueue", results);
    text = json_dumps(results, JSON_INDENT(1) | JSON_REAL_PRECISION(5));
    puts(text);
    free(text);
    json_decref(results);
    return 0;
}
