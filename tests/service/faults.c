/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/service/faults.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct wish {
    struct wish *next;
    struct fault fault;
    char method[8], path[128];
    int64_t n_left; /* -1: for ever */
};

struct faults {
    unsigned n_clears;
    pthread_mutex_t lock;
    struct wish *first;
};

static const char *const names[FAULT_N_KINDS] = {
    "none", "refuse",   "status",   "redirect", "portal", "drop", "status-after",
    "cut",  "nonsense", "other-id", "large",    "slow",   "delay"};

const char *fault_name(enum fault_kind kind)
{
    return names[kind];
}

struct faults *faults_create(void)
{
    struct faults *faults = calloc(1, sizeof(*faults));

    if (faults)
        pthread_mutex_init(&faults->lock, NULL);
    return faults;
}

void faults_destroy(struct faults *faults)
{
    if (!faults)
        return;
    faults_clear(faults);
    pthread_mutex_destroy(&faults->lock);
    free(faults);
}

static int64_t number(const json_t *wish, const char *key, int64_t otherwise)
{
    const json_t *value = json_object_get(wish, key);

    return json_is_integer(value) ? json_integer_value(value) : otherwise;
}

int faults_add(struct faults *faults, const json_t *json)
{
    const char *name = json_string_value(json_object_get(json, "fault"));
    const char *method = json_string_value(json_object_get(json, "method"));
    const char *path = json_string_value(json_object_get(json, "path"));
    struct wish *wish = calloc(1, sizeof(*wish)), **end = &faults->first;

    if (!wish)
        return -ENOMEM;
    wish->fault = (struct fault){FAULT_NONE, (int)number(json, "status", 503),
                                 number(json, "retry_after", -1), number(json, "delay_ms", 0)};
    for (int i = 1; name && i < FAULT_N_KINDS; i++) {
        if (strcmp(name, names[i]) == 0)
            wish->fault.kind = (enum fault_kind)i;
    }
    if (wish->fault.kind == FAULT_NONE || wish->fault.status < 200 || wish->fault.status > 599) {
        free(wish);
        return -EINVAL;
    }
    snprintf(wish->method, sizeof(wish->method), "%s", method ? method : "");
    snprintf(wish->path, sizeof(wish->path), "%s", path ? path : "");
    wish->n_left = number(json, "times", 1);
    if (wish->n_left == 0)
        wish->n_left = -1;
    pthread_mutex_lock(&faults->lock);
    while (*end)
        end = &(*end)->next;
    *end = wish;
    pthread_mutex_unlock(&faults->lock);
    return 0;
}

void faults_clear(struct faults *faults)
{
    pthread_mutex_lock(&faults->lock);
    while (faults->first) {
        struct wish *wish = faults->first;

        faults->first = wish->next;
        free(wish);
    }
    faults->n_clears++;
    pthread_mutex_unlock(&faults->lock);
}

unsigned faults_n_clears(struct faults *faults)
{
    unsigned n;

    pthread_mutex_lock(&faults->lock);
    n = faults->n_clears;
    pthread_mutex_unlock(&faults->lock);
    return n;
}

struct fault faults_take(struct faults *faults, const char *method, const char *path)
{
    struct fault fault = {FAULT_NONE, 0, -1, 0};

    pthread_mutex_lock(&faults->lock);
    for (struct wish **at = &faults->first; *at; at = &(*at)->next) {
        struct wish *wish = *at;

        if ((*wish->method && strcmp(wish->method, method) != 0) ||
            strncmp(path, wish->path, strlen(wish->path)) != 0)
            continue;
        fault = wish->fault;
        if (wish->n_left > 0 && --wish->n_left == 0) {
            *at = wish->next;
            free(wish);
        }
        break;
    }
    pthread_mutex_unlock(&faults->lock);
    return fault;
}
