/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * R43: every allocation on the way of a confirmation fails in turn, alone and with all that follow:
 * no crash, no leak, no "noted" that is not on disk, and once there is memory again everything that
 * was noted is delivered, without a restart.
 *
 *   prove-memory [stride=9] [tls-stride=600] [tls-first=1]
 * (stride: every n-th allocation, 0: that part is left out; tls-first: where to begin, so that
 * several may share the work.)
 * The first part fails each in matching/, SQLite and jansson, with a scripted service; the second
 * in a whole process, libcurl and OpenSSL included, against the reference service.
 */
#include "matching/courier.h"
#include "matching/outbox.h"
#include "tests/matching/scene.h"
#include "tests/matching/script.h"
#include "tests/prove/allocator.h"
#include "tests/prove/device.h"
#include "tests/prove/prove.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define WALL_MS    1800000000000LL
#define N_REQUESTS 3
#define SILENT     7 /* exit status: the resident hears nothing at all */
#define FOR_EVER   1000000000UL

struct life {
    char folder[64];
    struct base_clock_manual clock;
    struct script script;
    struct matching_courier *courier;
    char ids[N_REQUESTS][MATCHING_ID_SIZE];
    char *bodies[N_REQUESTS];
    bool noted[N_REQUESTS], transmitted[N_REQUESTS], cancelled[N_REQUESTS];
};

static void hear(void *user, const struct matching_event *event)
{
    struct life *life = user;

    for (int i = 0; i < N_REQUESTS; i++) {
        if (strcmp(event->id, life->ids[i]) != 0)
            continue;
        life->noted[i] |= event->type == MATCHING_EVENT_NOTED;
        life->transmitted[i] |= event->type == MATCHING_EVENT_TRANSMITTED;
        life->cancelled[i] |= event->type == MATCHING_EVENT_CANCELLED;
    }
}

/* The service takes what comes. The answer is made with no fault. */
static void answer(struct life *life, const char *news)
{
    const struct script_call *call = script_call(&life->script, MATCHING_LANE_DELIVERY);
    char body[96];

    if (call) {
        snprintf(body, sizeof(body), "{\"id\":\"%s\"}", call->key);
        if (strstr(call->path, "/cancel"))
            snprintf(body, sizeof(body), "{\"id\":\"%.36s\"}", call->path + 13);
        script_answer(&life->script, MATCHING_LANE_DELIVERY, 200, body);
    }
    if (script_call(&life->script, MATCHING_LANE_NEWS))
        script_answer(&life->script, MATCHING_LANE_NEWS, 200, news);
}

/* Each step may fail for want of memory; the twin of the network may not, so it works in between.
 */
static unsigned long run(struct life *life, unsigned long n, unsigned long n_more)
{
    struct matching_settings settings = {
        .state_folder = life->folder, .device = "device-1", .version = "test", .boot_splay_ms = 0};
    char news[160];
    unsigned long n_calls;

    snprintf(news, sizeof(news),
             "{\"cursor\":\"1\",\"news\":[{\"id\":\"%s\",\"status\":\"matched\"}]}", life->ids[0]);
    allocator_fail(n, n_more);
    if (matching_courier_create(&settings, &life->clock.base, &life->script.base, hear, life,
                                &life->courier) != 0)
        life->courier = NULL;
    for (int i = 0; life->courier && i < N_REQUESTS; i++) {
        char *body = strdup(life->bodies[i]);

        if (body)
            matching_courier_submit(life->courier, life->ids[i], body, strlen(body));
        if (i == N_REQUESTS - 1)
            matching_courier_cancel(life->courier, life->ids[i]);
        (void)matching_courier_turn(life->courier);
        answer(life, news);
        (void)matching_courier_turn(life->courier);
        matching_courier_tidy(life->courier);
    }
    n_calls = allocator_count();
    allocator_fail(0, 0);
    return n_calls;
}

/* There is memory again. Returns: how many promises do not hold. */
static unsigned long recover(struct life *life)
{
    unsigned long n_broken = 0;
    struct matching_outbox *outbox;

    for (int i = 0; life->courier && i < 60; i++) {
        base_clock_manual_advance(&life->clock, 61000);
        (void)matching_courier_turn(life->courier);
        answer(life, "{\"cursor\":\"1\",\"news\":[]}");
        (void)matching_courier_turn(life->courier);
    }
    matching_courier_destroy(life->courier);
    if (matching_outbox_open(life->folder, 100, &outbox) != 0)
        return 1;
    for (int i = 0; i < N_REQUESTS; i++) {
        struct matching_entry entry;
        int r = matching_outbox_get(outbox, life->ids[i], &entry);
        enum matching_state state = r == 0 ? entry.summary.state : MATCHING_N_STATES;

        if (life->noted[i] && r != 0)
            n_broken++;
        else if (life->noted[i] && life->courier &&
                 (state == MATCHING_NOTED || state == MATCHING_SENDING ||
                  state == MATCHING_CANCELLING))
            n_broken++;
        else if (life->cancelled[i] && state != MATCHING_CANCELLED)
            n_broken++;
        if (n_broken)
            printf("request %d: noted %d, cancelled %d, found %d, state %d\n", i, life->noted[i],
                   life->cancelled[i], r, (int)state);
    }
    matching_outbox_close(outbox);
    return n_broken;
}

static unsigned long live_once(unsigned long n, unsigned long n_more, unsigned long *ret_broken,
                               long *ret_leaked)
{
    struct life *life = calloc(1, sizeof(*life));
    long live_before = allocator_live();
    unsigned long n_calls, n_broken;

    scene_folder(life->folder);
    base_clock_manual_init(&life->clock, WALL_MS);
    script_init(&life->script);
    for (int i = 0; i < N_REQUESTS; i++)
        life->bodies[i] = scene_body("groceries", life->ids[i]);
    n_calls = run(life, n, n_more);
    n_broken = recover(life);
    script_finish(&life->script);
    for (int i = 0; i < N_REQUESTS; i++)
        free(life->bodies[i]);
    scene_remove(life->folder);
    *ret_leaked = allocator_live() - live_before;
    if (n_broken)
        printf("allocation %lu%s\n", n, n_more ? " and all after it" : "");
    *ret_broken += n_broken > 0;
    free(life);
    return n_calls;
}

static void prove_courier(unsigned long stride)
{
    for (int is_forever = 0; is_forever < 2; is_forever++) {
        unsigned long n_all, n_broken = 0, n_cases = 0;
        long leaked;

        (void)live_once(0, 0, &n_broken, &leaked); /* what libraries keep for good */
        n_all = live_once(0, 0, &n_broken, &leaked);
        for (unsigned long n = 1; n <= n_all + 20; n += stride) {
            (void)live_once(n, is_forever ? FOR_EVER : 0, &n_broken, &leaked);
            if (leaked != 0) /* twice is no library's first use of something */
                (void)live_once(n, is_forever ? FOR_EVER : 0, &n_broken, &leaked);
            if (leaked != 0)
                printf("allocation %lu: %ld blocks leaked\n", n, leaked);
            n_broken += leaked != 0;
            n_cases++;
            prove_go_on("allocations of the courier", n, n_all);
        }
        prove_tell("R43 R1", n_cases, n_broken,
                   "each of %lu allocations of three requests and a cancellation fails %s", n_all,
                   is_forever ? "with all after it" : "alone");
    }
}

/* --- a whole process --- */

/* Runs in the child. */
static void confirm_short_of_memory(struct device *device, unsigned long tag, unsigned long n)
{
    struct matching_worker *worker = device_open(device);
    int letter;

    allocator_fail(n, 2);
    device_submit(worker, tag);
    letter = device_await_either(worker, MATCHING_EVENT_NOTED, MATCHING_EVENT_NOT_NOTED);
    if (letter != 1)
        _exit(letter == 2 ? 0 : SILENT);
    (void)!write(device->report_fd, "N", 1);
    /* One long poll later at most: who retries needs no help from outside. */
    if (!device_await(worker, MATCHING_EVENT_TRANSMITTED))
        printf("allocation %lu: sent later than in ten seconds\n", n);
    (void)dprintf(device->report_fd, "%lu\n", allocator_count());
    allocator_fail(0, 0);
    matching_worker_destroy(worker);
    _exit(0);
}

static bool run_process(struct device *device, unsigned long tag, unsigned long n,
                        unsigned long *ret_n_all, bool *ret_is_dead)
{
    char report[64] = "";
    int fds[2], status;
    bool is_noted;
    pid_t pid;

    if (pipe(fds) < 0 || (pid = fork()) < 0)
        exit(1);
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        device->report_fd = fds[1];
        confirm_short_of_memory(device, tag, n);
    }
    close(fds[1]);
    waitpid(pid, &status, 0);
    (void)!read(fds[0], report, sizeof(report) - 1);
    close(fds[0]);
    is_noted = report[0] == 'N';
    if (is_noted)
        *ret_n_all = strtoul(report + 1, NULL, 10);
    if (WIFEXITED(status) && WEXITSTATUS(status) == SILENT)
        printf("allocation %lu: neither noted nor not noted\n", n);
    *ret_is_dead = WIFSIGNALED(status) || (WIFEXITED(status) && WEXITSTATUS(status) == SILENT);
    return is_noted;
}

static void prove_process(unsigned long first, unsigned long stride)
{
    struct service service = {0};
    struct device device = {.service = &service};
    unsigned long n_all = 0, n_tags = 0, n_dead = 0, n_lost = 0, n_double = 0, n_ignored;
    static bool noted[100000];
    unsigned *counts;
    bool is_dead;

    service_start(&service, NULL, NULL);
    scene_folder(device.folder);
    noted[n_tags] = run_process(&device, n_tags, 0, &n_all, &is_dead);
    n_tags++;
    for (unsigned long n = first; n <= n_all; n += stride) {
        noted[n_tags] = run_process(&device, n_tags, n, &n_ignored, &is_dead);
        n_tags++;
        n_dead += is_dead;
        prove_go_on("allocations in a process", n, n_all);
        if (is_dead)
            printf("died at allocation %lu\n", n);
    }
    n_lost += !device_drain(&device);
    counts = device_count_tags(&service, n_tags);
    for (unsigned long tag = 0; tag < n_tags; tag++) {
        n_lost += noted[tag] && counts[tag] == 0;
        n_double += counts[tag] > 1;
    }
    free(counts);
    prove_tell(
        "R43 R3", n_tags - 1, n_dead + n_lost + n_double,
        "three allocations in a row fail, of %lu in a process with TLS: %lu died, %lu lost, %lu"
        " doubled",
        n_all, n_dead, n_lost, n_double);
    scene_remove(device.folder);
    service_finish(&service);
}

int main(int argc, char **argv)
{
    prove_init(argc, argv);
    if (prove_count("stride", 9) > 0)
        prove_courier(prove_count("stride", 9));
    if (prove_count("tls-stride", 600) > 0)
        prove_process(prove_count("tls-first", 1), prove_count("tls-stride", 600));
    return prove_end();
}
