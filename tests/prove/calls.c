/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * R44: each call of the system on the way of a confirmation fails in turn, alone and with five
 * more: a whole process with SQLite, libcurl and OpenSSL, from the opening of the outbox to the
 * service's answer. It does not crash, says either "noted" or "not noted", never "noted" of what is
 * not on disk, and what was noted is at the service exactly once, in the same life or in the next.
 *
 *   prove-calls [stride=15] [more=5]
 */
#include "tests/matching/scene.h"
#include "tests/prove/device.h"
#include "tests/prove/prove.h"
#include "tests/prove/shim.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define TAGS_MAX 20000
#define SILENT   7

struct outcome {
    bool is_noted, is_dead, is_silent, is_sent;
    unsigned long n_calls;
    char call[32];
};

/* Past the shim. */
static void report(const struct device *device, const char *line)
{
    (void)syscall(SYS_write, device->report_fd, line, strlen(line));
}

/* Runs in the child. */
static void confirm(struct device *device, unsigned long tag, unsigned long n, unsigned long n_more)
{
    struct matching_worker *worker;
    char line[96];
    int said;

    shim_fail(n, n_more);
    worker = device_open(device);
    device_submit(worker, tag);
    said = device_await_either(worker, MATCHING_EVENT_NOTED, MATCHING_EVENT_NOT_NOTED);
    report(device, said == 1 ? "N" : said == 2 ? "R" : "S");
    if (said == 1 && device_await(worker, MATCHING_EVENT_TRANSMITTED))
        report(device, "T");
    snprintf(line, sizeof(line), " %lu %s", shim_count(), shim_failed());
    report(device, line);
    _exit(said == 0 ? SILENT : 0);
}

static struct outcome run(struct device *device, unsigned long tag, unsigned long n,
                          unsigned long n_more)
{
    struct outcome outcome = {0};
    char text[128] = "";
    size_t n_text = 0;
    int fds[2], status;
    ssize_t got;
    pid_t pid;

    if (pipe2(fds, O_CLOEXEC) < 0 || (pid = fork()) < 0)
        exit(1);
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        device->report_fd = fds[1];
        confirm(device, tag, n, n_more);
    }
    close(fds[1]);
    while ((got = read(fds[0], text + n_text, sizeof(text) - 1 - n_text)) > 0)
        n_text += (size_t)got;
    close(fds[0]);
    waitpid(pid, &status, 0);
    outcome.is_noted = text[0] == 'N';
    outcome.is_sent = text[0] == 'N' && text[1] == 'T';
    outcome.is_dead = !WIFEXITED(status);
    outcome.is_silent = WIFEXITED(status) && WEXITSTATUS(status) == SILENT;
    if (strchr(text, ' '))
        (void)sscanf(strchr(text, ' '), "%lu %31s", &outcome.n_calls, outcome.call);
    return outcome;
}

static void prove(struct device *device, unsigned long stride, unsigned long n_more)
{
    static bool noted[TAGS_MAX];
    unsigned long n_tags = 0, n_all, n_wrong = 0, n_lost = 0, n_double = 0, n_later = 0;
    struct outcome outcome;
    unsigned *counts;

    scene_folder(device->folder);
    (void)run(device, n_tags++, 0, 0); /* makes the outbox */
    outcome = run(device, n_tags++, 0, 0);
    n_all = outcome.n_calls;
    for (unsigned long n = 1; n <= n_all && n_tags < TAGS_MAX; n += stride) {
        outcome = run(device, n_tags, n, n_more);
        noted[n_tags++] = outcome.is_noted;
        n_later += outcome.is_noted && !outcome.is_sent;
        if (outcome.is_dead || outcome.is_silent)
            printf("call %lu (%s): %s\n", n, outcome.call, outcome.is_dead ? "died" : "silent");
        n_wrong += outcome.is_dead || outcome.is_silent;
        prove_go_on("calls of the system", n, n_all);
    }
    n_lost += !device_drain(device);
    counts = device_count_tags(device->service, n_tags);
    for (unsigned long tag = 0; tag < n_tags; tag++) {
        n_lost += noted[tag] && counts[tag] == 0;
        n_double += counts[tag] > 1;
    }
    free(counts);
    prove_tell("R44 R1 R3 R15", n_tags - 2, n_wrong + n_lost + n_double,
               "each %lu. of %lu calls of the system fails, and %lu more: %lu died or silent, %lu"
               " lost, %lu doubled; %lu sent in a later life",
               stride, n_all, n_more, n_wrong, n_lost, n_double, n_later);
    scene_remove(device->folder);
}

int main(int argc, char **argv)
{
    struct service service = {0};
    struct device device = {.service = &service};
    unsigned long stride;

    prove_init(argc, argv);
    stride = prove_count("stride", 15);
    service_start(&service, NULL, NULL);
    prove(&device, stride, 0);
    service_finish(&service);
    memset(&service, 0, sizeof(service));
    service_start(&service, NULL, NULL);
    prove(&device, stride, prove_count("more", 5));
    service_finish(&service);
    return prove_end();
}
