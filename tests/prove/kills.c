/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * R1, R2, R3: a confirmation killed with SIGKILL before each of its system calls, in whatever
 * thread, then at random moments; on one state folder, as a device would be. At the end everything
 * that was said to be noted is at the service exactly once, and nothing is there twice.
 *
 *   prove-kills [stride=9] [kills=200]
 * stride: every n-th system call (1: all).
 */
#include "base/rng.h"
#include "tests/matching/scene.h"
#include "tests/prove/device.h"
#include "tests/prove/prove.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define BATCH     250
#define TAGS_MAX  40000
#define CALLS_MAX 5000

struct proof {
    struct service service;
    struct device device;
    unsigned long n_tags;
    bool noted[TAGS_MAX];
    unsigned long n_lost, n_double, n_stuck;
};

/* --- before each system call --- */

static bool is_marker(pid_t pid)
{
    struct __ptrace_syscall_info info;

    return ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info) > 0 &&
           info.op == PTRACE_SYSCALL_INFO_ENTRY && info.entry.nr == SYS_getpgid &&
           info.entry.args[0] == DEVICE_MARKER;
}

static bool is_entry(pid_t pid)
{
    struct __ptrace_syscall_info info;

    return ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info) > 0 &&
           info.op == PTRACE_SYSCALL_INFO_ENTRY;
}

/* Lets the process run to its n-th system call after the marker, and kills it there. Returns:
 * whether it came so far. */
static bool kill_at(pid_t pid, unsigned long n)
{
    unsigned long n_calls = 0;
    bool is_begun = false;
    int status;

    if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status))
        exit(1);
    ptrace(PTRACE_SETOPTIONS, pid, NULL,
           PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_EXITKILL);
    ptrace(PTRACE_SYSCALL, pid, NULL, NULL);
    for (;;) {
        pid_t thread = waitpid(-1, &status, __WALL);
        int deliver = 0;

        if (thread < 0)
            return false;
        if (WIFEXITED(status) || WIFSIGNALED(status)) {
            if (thread == pid)
                return false;
            continue;
        }
        if (WSTOPSIG(status) == (SIGTRAP | 0x80)) {
            is_begun |= is_marker(thread);
            if (is_begun && is_entry(thread) && ++n_calls == n) {
                kill(pid, SIGKILL);
                do
                    thread = waitpid(-1, &status, __WALL);
                while (thread > 0 && (thread != pid || WIFSTOPPED(status)));
                return true;
            }
        } else if (WSTOPSIG(status) != SIGTRAP && WSTOPSIG(status) != SIGSTOP) {
            deliver = WSTOPSIG(status);
        }
        ptrace(PTRACE_SYSCALL, thread, NULL, (void *)(intptr_t)deliver);
    }
}

/* --- the end of a folder --- */

static void begin_folder(struct proof *proof)
{
    scene_folder(proof->device.folder);
}

/* Delivers what is left and forgets the folder. */
static void end_folder(struct proof *proof)
{
    if (!device_drain(&proof->device))
        proof->n_stuck++;
    scene_remove(proof->device.folder);
}

static void count(struct proof *proof, unsigned long from)
{
    unsigned *counts = device_count_tags(&proof->service, proof->n_tags);

    for (unsigned long tag = from; tag < proof->n_tags; tag++) {
        proof->n_lost += proof->noted[tag] && counts[tag] == 0;
        proof->n_double += counts[tag] > 1;
        if ((proof->noted[tag] && counts[tag] == 0) || counts[tag] > 1)
            printf("request %lu: said to be noted: %d, at the service: %u\n", tag,
                   proof->noted[tag], counts[tag]);
    }
    proof->n_double += counts[proof->n_tags]; /* what nobody asked for */
    free(counts);
}

static void prove_system_calls(struct proof *proof, unsigned long stride)
{
    unsigned long from = proof->n_tags, n_said, n_kills = 0, n;
    unsigned n_survived = 0;

    proof->n_lost = proof->n_double = proof->n_stuck = 0;
    begin_folder(proof);
    /* How many calls a life makes differs: the end is where three in a row came through. */
    for (n = 1; n_survived < 3 && n < CALLS_MAX; n += n_survived ? 0 : stride) {
        pid_t pid = device_spawn(&proof->device, proof->n_tags, true);
        bool is_killed = kill_at(pid, n);

        n_survived = is_killed ? 0 : n_survived + 1;
        proof->noted[proof->n_tags++] = device_has_said_noted(&proof->device);
        n_kills += is_killed;
        if (proof->n_tags % BATCH == 0) {
            end_folder(proof);
            begin_folder(proof);
            prove_go_on("system calls", n, 0);
        }
    }
    end_folder(proof);
    count(proof, from);
    n_said = 0;
    for (unsigned long tag = from; tag < proof->n_tags; tag++)
        n_said += proof->noted[tag];
    prove_tell(
        "R1 R2 R3", n_kills, proof->n_lost + proof->n_double + proof->n_stuck,
        "SIGKILL before every %lu. system call of a confirmation (%lu calls): %lu were said to be"
        " noted, %lu lost, %lu doubled",
        stride, n - stride, n_said, proof->n_lost, proof->n_double);
}

/* --- at random moments --- */

static int64_t now_us(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

/* How long a confirmation takes when nobody kills it: the shortest of three, since a moment that
 * comes after its end strikes nobody. */
static int64_t measure_us(struct proof *proof)
{
    int64_t shortest_us = INT64_MAX;

    for (int i = 0; i < 3; i++) {
        int64_t start_us = now_us(), took_us;
        pid_t pid = device_spawn(&proof->device, proof->n_tags, false);
        int status;

        waitpid(pid, &status, 0);
        took_us = now_us() - start_us;
        proof->noted[proof->n_tags++] = device_has_said_noted(&proof->device);
        shortest_us = took_us < shortest_us ? took_us : shortest_us;
    }
    return shortest_us;
}

/* Waits for that long, or until the process has ended. */
static void wait_at_most(pid_t pid, int64_t wait_us)
{
    struct pollfd fd = {.fd = (int)syscall(SYS_pidfd_open, pid, 0), .events = POLLIN};
    struct timespec wait = {wait_us / 1000000, wait_us % 1000000 * 1000};

    if (fd.fd < 0)
        exit(1);
    (void)ppoll(&fd, 1, &wait, NULL);
    close(fd.fd);
}

static void prove_random_kills(struct proof *proof, unsigned long n_kills)
{
    unsigned long from = proof->n_tags, n_said = 0, n_struck = 0, n_in_batch = 0;
    struct base_rng rng;
    int64_t usual_us;

    base_rng_seed(&rng, 11);
    proof->n_lost = proof->n_double = proof->n_stuck = 0;
    begin_folder(proof);
    usual_us = measure_us(proof);
    for (unsigned long i = 0; i < n_kills && proof->n_tags < TAGS_MAX - 4; i++) {
        pid_t pid = device_spawn(&proof->device, proof->n_tags, false);
        int status;

        wait_at_most(pid, base_rng_below(&rng, (uint32_t)(usual_us + usual_us / 4)));
        kill(pid, SIGKILL);
        waitpid(pid, &status, 0);
        n_struck += WIFSIGNALED(status) != 0;
        proof->noted[proof->n_tags++] = device_has_said_noted(&proof->device);
        if (++n_in_batch == BATCH) {
            end_folder(proof);
            begin_folder(proof);
            usual_us = measure_us(proof);
            n_in_batch = 0;
            prove_go_on("random kills", i + 1, n_kills);
        }
    }
    end_folder(proof);
    count(proof, from);
    for (unsigned long tag = from; tag < proof->n_tags; tag++)
        n_said += proof->noted[tag];
    prove_tell(
        "R2 R3", n_kills, proof->n_lost + proof->n_double + proof->n_stuck,
        "random SIGKILLs (%lu struck before the end): %lu were said to be noted, %lu lost, %lu"
        " doubled",
        n_struck, n_said, proof->n_lost, proof->n_double);
}

int main(int argc, char **argv)
{
    static struct proof proof;

    prove_init(argc, argv);
    service_start(&proof.service, NULL, NULL);
    proof.device.service = &proof.service;
    prove_system_calls(&proof, prove_count("stride", 9));
    prove_random_kills(&proof, prove_count("kills", 200));
    service_finish(&proof.service);
    return prove_end();
}
