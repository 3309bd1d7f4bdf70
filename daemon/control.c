/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/control.h"

#include "base/error.h"
#include "base/log.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define LINE_MAX_BYTES  256
#define ANSWER_MAX      (256 * 1024)
#define ASK_TIMEOUT_MS  2000
#define CLIENT_LIMIT_MS 2000

struct control {
    struct base_loop *loop;
    int listen_fd;
    struct base_watch *listen_watch;
    int client_fd; /* -1: none */
    struct base_watch *client_watch;
    struct base_timer *client_limit;
    char line[LINE_MAX_BYTES];
    size_t n_line;
    char path[108];
    control_fn *fn;
    void *user;
};

static int make_address(const char *path, struct sockaddr_un *ret_address)
{
    *ret_address = (struct sockaddr_un){.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof(ret_address->sun_path))
        return -ENAMETOOLONG;
    strcpy(ret_address->sun_path, path);
    return 0;
}

static int connect_to(const char *path)
{
    struct sockaddr_un address;
    int r = make_address(path, &address);
    int fd;

    if (r < 0)
        return r;
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
        r = -errno;
        close(fd);
        return r;
    }
    return fd;
}

static void drop_client(struct control *control)
{
    if (control->client_fd < 0)
        return;
    base_timer_stop(control->client_limit);
    base_watch_destroy(control->client_watch);
    control->client_watch = NULL;
    close(control->client_fd);
    control->client_fd = -1;
}

static void client_too_slow(void *user)
{
    drop_client(user);
}

static void answer_line(struct control *control)
{
    struct base_strbuf answer;

    base_strbuf_init(&answer);
    if (control->fn(control->user, control->line, &answer) < 0) {
        base_strbuf_clear(&answer);
        base_strbuf_add(&answer, "{\"error\":\"unknown command\"}");
    }
    base_strbuf_add(&answer, "\n");
    /* A client that does not read a short answer at once gets a torn one; the daemon never waits.
     */
    (void)!send(control->client_fd, base_strbuf_text(&answer), answer.length,
                MSG_DONTWAIT | MSG_NOSIGNAL);
    base_strbuf_finish(&answer);
}

static void client_ready(void *user, int events)
{
    struct control *control = user;
    ssize_t n = recv(control->client_fd, control->line + control->n_line,
                     sizeof(control->line) - 1 - control->n_line, MSG_DONTWAIT);
    char *end;

    (void)events;
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0) {
        drop_client(control);
        return;
    }
    control->n_line += (size_t)n;
    control->line[control->n_line] = '\0';
    end = strchr(control->line, '\n');
    if (end) {
        *end = '\0';
        answer_line(control);
    }
    if (end || control->n_line == sizeof(control->line) - 1)
        drop_client(control);
}

static void client_came(void *user, int events)
{
    struct control *control = user;
    int fd = accept4(control->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

    (void)events;
    if (fd < 0)
        return;
    drop_client(control);
    control->client_fd = fd;
    control->n_line = 0;
    if (base_watch_create(control->loop, fd, BASE_LOOP_READABLE, client_ready, control,
                          &control->client_watch) < 0) {
        drop_client(control);
        return;
    }
    base_timer_start(control->client_limit, CLIENT_LIMIT_MS, 0);
}

static int listen_on(const char *path)
{
    struct sockaddr_un address;
    mode_t mask;
    int fd, r = make_address(path, &address);

    if (r < 0)
        return r;
    fd = connect_to(path);
    if (fd >= 0) {
        close(fd);
        return -EADDRINUSE;
    }
    unlink(path);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -errno;
    mask = umask(0177);
    r = bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 || listen(fd, 4) < 0 ? -errno
                                                                                        : 0;
    umask(mask);
    if (r < 0) {
        close(fd);
        return r;
    }
    return fd;
}

int control_create(struct base_loop *loop, const char *path, control_fn *fn, void *user,
                   struct control **ret_control)
{
    struct control *control = calloc(1, sizeof(*control));
    int r;

    if (!control)
        return -ENOMEM;
    control->loop = loop;
    control->fn = fn;
    control->user = user;
    control->client_fd = -1;
    control->listen_fd = r = listen_on(path);
    if (r < 0)
        goto fail;
    snprintf(control->path, sizeof(control->path), "%s", path);
    r = base_timer_create(loop, client_too_slow, control, &control->client_limit);
    if (r < 0)
        goto fail;
    r = base_watch_create(loop, control->listen_fd, BASE_LOOP_READABLE, client_came, control,
                          &control->listen_watch);
    if (r < 0)
        goto fail;
    *ret_control = control;
    return 0;
fail:
    control_destroy(control);
    return base_trace(r);
}

void control_destroy(struct control *control)
{
    if (!control)
        return;
    drop_client(control);
    base_timer_destroy(control->client_limit);
    base_watch_destroy(control->listen_watch);
    if (control->listen_fd >= 0) {
        close(control->listen_fd);
        unlink(control->path);
    }
    free(control);
}

static int receive_all(int fd, struct base_strbuf *answer)
{
    struct pollfd pollfd = {fd, POLLIN, 0};
    char bytes[4096];
    ssize_t n;

    while (answer->length < ANSWER_MAX) {
        if (poll(&pollfd, 1, ASK_TIMEOUT_MS) == 0)
            return -ETIMEDOUT;
        n = recv(fd, bytes, sizeof(bytes), 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        if (n == 0)
            return 0;
        base_strbuf_add_n(answer, bytes, (size_t)n);
    }
    return -EMSGSIZE;
}

int control_ask(const char *path, const char *command, char **ret_answer)
{
    struct base_strbuf text;
    int fd = connect_to(path);
    int r;

    if (fd < 0)
        return fd;
    base_strbuf_init(&text);
    base_strbuf_addf(&text, "%s\n", command);
    if (send(fd, base_strbuf_text(&text), text.length, MSG_NOSIGNAL) < 0)
        r = -errno;
    else {
        base_strbuf_clear(&text);
        r = receive_all(fd, &text);
    }
    close(fd);
    if (r == 0 && !(*ret_answer = base_strbuf_take(&text)))
        r = -ENOMEM;
    base_strbuf_finish(&text);
    return r;
}

/* Where the value of a member begins, or NULL. */
static const char *find_member(const char *answer, const char *member)
{
    size_t n = strlen(member);

    for (const char *p = answer; (p = strchr(p, '"')); p++) {
        if (strncmp(p + 1, member, n) == 0 && p[n + 1] == '"' && p[n + 2] == ':')
            return p + n + 3;
    }
    return NULL;
}

double control_number(const char *answer, const char *member, double missing)
{
    const char *value = find_member(answer, member);
    char *end;
    double number;

    if (!value)
        return missing;
    number = strtod(value, &end);
    return end > value ? number : missing;
}

bool control_word(const char *answer, const char *member, char *ret_word, size_t size)
{
    const char *value = find_member(answer, member);
    size_t n = value && *value == '"' ? strcspn(value + 1, "\"") : 0;

    if (n == 0 || n >= size)
        return false;
    memcpy(ret_word, value + 1, n);
    ret_word[n] = '\0';
    return true;
}
