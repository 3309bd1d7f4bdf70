/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A running reference service for a test: a child process with a state folder of its own, told to
 * end with the test program. The program's path comes from $VOISINE_SERVICE (meson sets it).
 */
#ifndef TESTS_MATCHING_SERVICE_H
#define TESTS_MATCHING_SERVICE_H

#include <jansson.h>
#include <stddef.h>
#include <sys/types.h>

struct service {
    pid_t pid;
    char folder[64];
    char url[128], ca[160], token[160], record[160];
    int port;
};

/* Starts it with the device "device-1" and up to eight more arguments (NULL-terminated); the folder
 * is made unless one is given (a restart). Exits the test when it does not start. */
void service_start(struct service *service, const char *folder, const char *const *arguments);
/* SIGKILL; the folder stays. */
void service_kill(struct service *service);
/* Kills and removes the folder. */
void service_finish(struct service *service);

/* Runs `voisine-service NAME WORD --state ...`. Returns: its exit status; output into *ret_json
 * when not NULL (Owns: the caller). */
int service_command(const struct service *service, const char *name, const char *word,
                    json_t **ret_json);
/* Asks for a fault on POST /v1/requests. */
void service_fault(const struct service *service, const char *fault, int times, int status);
/* How many requests it stored. */
size_t service_n_requests(const struct service *service);
/* The calls recorded whose path begins so. Owns: the caller. */
json_t *service_calls(const struct service *service, const char *path);

#endif
