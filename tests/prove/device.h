/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A device for the proofs: the real worker (SQLite, libcurl, TLS) in a process of its own, against
 * the real reference service. Each request carries a tag in place of the resident's reference, so
 * that the service's list tells how often what was said once has arrived, under whatever id.
 */
#ifndef TESTS_PROVE_DEVICE_H
#define TESTS_PROVE_DEVICE_H

#include "matching/worker.h"
#include "tests/matching/service.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct device {
    const struct service *service;
    const char *url; /* NULL: the service's; else a way to it */
    char folder[64];
    int report_fd; /* what the process tells: one byte 'N' (noted), 'T' (transmitted), 'R' (not
                      noted) */
};

struct matching_settings device_settings(const struct device *device);
/* The worker in this process. Exits the proof when it does not start. */
struct matching_worker *device_open(const struct device *device);
/* Waits for the event, passing over others. Returns: whether it came within ten seconds. */
bool device_await(struct matching_worker *worker, enum matching_event_type type);
/* Returns: 1 or 2, whichever came first; 0: neither. */
int device_await_either(struct matching_worker *worker, enum matching_event_type first,
                        enum matching_event_type second);
void device_submit(struct matching_worker *worker, unsigned long tag);

/*
 * Forks a process that opens the worker, calls the marker, confirms one request and waits until it
 * is transmitted. `is_traced`: it stops before all of that, for ptrace. Returns: its id.
 */
pid_t device_spawn(struct device *device, unsigned long tag, bool is_traced);
/* The system call that tells a tracer that the confirmation begins. */
#define DEVICE_MARKER 0x566f6973

/* Whether it has said N; to be called once it is dead. Closes the report. */
bool device_has_said_noted(struct device *device);
/* Delivers all that waits in the folder. Returns: whether nothing waits any more. */
bool device_drain(const struct device *device);
/* What waits in the folder, read in this process. */
unsigned device_n_waiting(const struct device *device);

/* How often each tag below n_tags is at the service. Owns: the caller (free). */
unsigned *device_count_tags(const struct service *service, size_t n_tags);

#endif
