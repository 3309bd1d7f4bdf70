/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/prove/device.h"

#include "matching/outbox.h"
#include "tests/matching/scene.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATIENCE_MS 10000 /* only a broken promise waits as long */

struct matching_settings device_settings(const struct device *device)
{
    return (struct matching_settings){
        .state_folder = device->folder,
        .device = "device-1",
        .version = "test",
        .queue_max = 100000,
        .boot_splay_ms = 0,
        .retry_base_ms = 2,
        .retry_cap_ms = 8,
        .news_wait_ms = 5000,
        .client = {.url = device->url ? device->url : device->service->url,
                   .ca_file = device->service->ca,
                   .token_file = device->service->token},
    };
}

struct matching_worker *device_open(const struct device *device)
{
    struct matching_settings settings = device_settings(device);
    struct matching_worker *worker = NULL;

    if (matching_worker_create(&settings, base_clock_system(), &worker) != 0) {
        printf("the worker does not start in %s\n", device->folder);
        _exit(3);
    }
    return worker;
}

int device_await_either(struct matching_worker *worker, enum matching_event_type first,
                        enum matching_event_type second)
{
    struct pollfd fd = {.fd = matching_worker_fd(worker), .events = POLLIN};
    struct matching_event event;

    do {
        while (matching_worker_next_event(worker, &event)) {
            if (event.type == first || event.type == second)
                return event.type == first ? 1 : 2;
        }
    } while (poll(&fd, 1, PATIENCE_MS) > 0);
    return 0;
}

bool device_await(struct matching_worker *worker, enum matching_event_type type)
{
    return device_await_either(worker, type, type) == 1;
}

void device_submit(struct matching_worker *worker, unsigned long tag)
{
    struct matching_request request = scene_request("groceries");
    char id[MATCHING_ID_SIZE], resident[32];

    snprintf(resident, sizeof(resident), "%lu", tag);
    request.resident = resident;
    if (matching_worker_submit(worker, &request, id) != 0)
        _exit(4);
}

/* Tells what is told, as the voice would. */
static void confirm(const struct device *device, unsigned long tag)
{
    struct matching_worker *worker = device_open(device);
    struct pollfd fd = {.fd = matching_worker_fd(worker), .events = POLLIN};
    struct matching_event event;
    bool is_noted = false;

    (void)syscall(SYS_getpgid, DEVICE_MARKER);
    device_submit(worker, tag);
    while (poll(&fd, 1, PATIENCE_MS) > 0) {
        while (matching_worker_next_event(worker, &event)) {
            const char *letter = event.type == MATCHING_EVENT_NOTED         ? "N"
                                 : event.type == MATCHING_EVENT_NOT_NOTED   ? "R"
                                 : event.type == MATCHING_EVENT_TRANSMITTED ? "T"
                                                                            : NULL;

            is_noted |= event.type == MATCHING_EVENT_NOTED;
            if (letter)
                (void)!write(device->report_fd, letter, 1);
            if (is_noted && event.type == MATCHING_EVENT_TRANSMITTED)
                _exit(0);
        }
    }
    _exit(5);
}

pid_t device_spawn(struct device *device, unsigned long tag, bool is_traced)
{
    int fds[2];
    pid_t pid;

    if (pipe2(fds, O_CLOEXEC) < 0 || (pid = fork()) < 0)
        exit(1);
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        device->report_fd = fds[1];
        if (is_traced) {
            ptrace(PTRACE_TRACEME, 0, NULL, NULL);
            raise(SIGSTOP);
        }
        confirm(device, tag);
    }
    close(fds[1]);
    device->report_fd = fds[0];
    return pid;
}

bool device_has_said_noted(struct device *device)
{
    bool is_noted = false;
    char letter;

    while (read(device->report_fd, &letter, 1) == 1)
        is_noted |= letter == 'N';
    close(device->report_fd);
    return is_noted;
}

unsigned device_n_waiting(const struct device *device)
{
    struct matching_outbox_counts counts = {0};
    struct matching_outbox *outbox;

    if (matching_outbox_open(device->folder, 100000, &outbox) != 0)
        return 1u << 30;
    matching_outbox_counts(outbox, &counts);
    matching_outbox_close(outbox);
    return counts.n_waiting;
}

/* Runs in the child. */
static void deliver_all(const struct device *device)
{
    struct matching_worker *worker = device_open(device);
    struct matching_summary *list;
    unsigned n_waiting = 1;
    size_t n;

    while (n_waiting > 0) {
        n_waiting = 0;
        if (matching_worker_list(worker, &list, &n) != 0)
            _exit(6);
        for (size_t i = 0; i < n; i++)
            n_waiting += list[i].state == MATCHING_NOTED || list[i].state == MATCHING_SENDING;
        free(list);
        if (n_waiting > 0 && !device_await(worker, MATCHING_EVENT_TRANSMITTED))
            break;
    }
    matching_worker_destroy(worker);
    _exit(n_waiting > 0);
}

bool device_drain(const struct device *device)
{
    int status;
    pid_t pid = fork();

    if (pid == 0)
        deliver_all(device);
    return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
           WEXITSTATUS(status) == 0 && device_n_waiting(device) == 0;
}

unsigned *device_count_tags(const struct service *service, size_t n_tags)
{
    unsigned *counts = calloc(n_tags + 1, sizeof(*counts));
    json_t *list = NULL, *request;
    size_t i;

    if (!counts || service_command(service, "list", NULL, &list) != 0)
        exit(1);
    json_array_foreach(list, i, request)
    {
        const char *resident =
            json_string_value(json_object_get(json_object_get(request, "request"), "resident"));
        size_t tag = resident ? strtoul(resident, NULL, 10) : n_tags;

        counts[tag < n_tags ? tag : n_tags]++;
    }
    json_decref(list);
    return counts;
}
