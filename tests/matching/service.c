/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/matching/service.h"

#include "tests/matching/scene.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static void give_up(const char *why)
{
    perror(why);
    exit(1);
}

static const char *program(void)
{
    const char *path = getenv("VOISINE_SERVICE");

    if (!path) {
        fprintf(stderr, "VOISINE_SERVICE is not set\n");
        exit(1);
    }
    return path;
}

/* Starts the program with its output in a pipe. */
static pid_t spawn(char *const *argv, int *ret_fd)
{
    int fds[2];
    pid_t pid;

    if (pipe2(fds, O_CLOEXEC) < 0)
        give_up("pipe");
    pid = fork();
    if (pid < 0)
        give_up("fork");
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(fds[1], STDOUT_FILENO);
        execv(argv[0], argv);
        _exit(127);
    }
    close(fds[1]);
    *ret_fd = fds[0];
    return pid;
}

/* Reads until the end of the line, or of the stream. Owns: the caller. */
static char *read_text(int fd, int stops_at_line)
{
    size_t n = 0, capacity = 1 << 16;
    char *text = malloc(capacity + 1);
    ssize_t got;

    while (text && (got = read(fd, text + n, capacity - n)) > 0) {
        n += (size_t)got;
        if (stops_at_line && memchr(text, '\n', n))
            break;
        if (n == capacity)
            text = realloc(text, (capacity *= 2) + 1);
    }
    if (!text)
        give_up("memory");
    text[n] = '\0';
    return text;
}

static void read_ready(struct service *service, const char *line)
{
    json_t *ready = json_loads(line, JSON_DISABLE_EOF_CHECK, NULL);

    if (!json_object_get(ready, "ready")) {
        fprintf(stderr, "the service did not start: %s\n", line);
        exit(1);
    }
    snprintf(service->url, sizeof(service->url), "%s",
             json_string_value(json_object_get(ready, "url")));
    snprintf(service->ca, sizeof(service->ca), "%s",
             json_string_value(json_object_get(ready, "ca")));
    service->port = (int)json_integer_value(json_object_get(ready, "port"));
    json_decref(ready);
}

void service_start(struct service *service, const char *folder, const char *const *arguments)
{
    char *argv[20] = {(char *)(uintptr_t)program(),    (char *)(uintptr_t) "serve",
                      (char *)(uintptr_t) "--state",   service->folder,
                      (char *)(uintptr_t) "--devices", (char *)(uintptr_t) "device-1",
                      (char *)(uintptr_t) "--record",  service->record};
    char *line;
    int fd;

    if (folder)
        memmove(service->folder, folder, strlen(folder) + 1);
    else
        scene_folder(service->folder);
    snprintf(service->record, sizeof(service->record), "%s/calls.jsonl", service->folder);
    snprintf(service->token, sizeof(service->token), "%s/tokens/device-1", service->folder);
    for (int i = 0; arguments && arguments[i] && i < 8; i++)
        argv[8 + i] = (char *)(uintptr_t)arguments[i];
    service->pid = spawn(argv, &fd);
    line = read_text(fd, 1);
    close(fd);
    read_ready(service, line);
    free(line);
}

void service_kill(struct service *service)
{
    if (service->pid <= 0)
        return;
    kill(service->pid, SIGKILL);
    waitpid(service->pid, NULL, 0);
    service->pid = 0;
}

void service_finish(struct service *service)
{
    char tokens[128];

    service_kill(service);
    snprintf(tokens, sizeof(tokens), "%s/tokens", service->folder);
    scene_remove(tokens);
    scene_remove(service->folder);
}

int service_command(const struct service *service, const char *name, const char *word,
                    json_t **ret_json)
{
    char *argv[] = {(char *)(uintptr_t)program(),  (char *)(uintptr_t)name,
                    (char *)(uintptr_t) "--state", (char *)(uintptr_t)service->folder,
                    (char *)(uintptr_t)word,       NULL};
    char *text;
    int fd, status;
    pid_t pid = spawn(argv, &fd);

    text = read_text(fd, 0);
    close(fd);
    waitpid(pid, &status, 0);
    if (ret_json)
        *ret_json = json_loads(text, JSON_DISABLE_EOF_CHECK, NULL);
    free(text);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void service_fault(const struct service *service, const char *fault, int times, int status)
{
    char wish[256];

    snprintf(wish, sizeof(wish),
             "{\"fault\": \"%s\", \"method\": \"POST\", \"path\": \"/v1/requests\","
             " \"times\": %d, \"status\": %d, \"delay_ms\": 60000}",
             fault, times, status ? status : 503);
    if (service_command(service, "fault", wish, NULL) != 0) {
        fprintf(stderr, "fault not accepted: %s\n", wish);
        exit(1);
    }
}

size_t service_n_requests(const struct service *service)
{
    json_t *list = NULL;
    size_t n;

    if (service_command(service, "list", NULL, &list) != 0) {
        fprintf(stderr, "the service gives no list\n");
        exit(1);
    }
    n = json_array_size(list);
    json_decref(list);
    return n;
}

json_t *service_calls(const struct service *service, const char *path)
{
    FILE *f = fopen(service->record, "re");
    json_t *calls = json_array(), *call;

    while (f && (call = json_loadf(f, JSON_DISABLE_EOF_CHECK, NULL)) != NULL) {
        const char *of = json_string_value(json_object_get(call, "path"));

        if (of && strncmp(of, path, strlen(path)) == 0)
            json_array_append(calls, call);
        json_decref(call);
    }
    if (f)
        fclose(f);
    return calls;
}
