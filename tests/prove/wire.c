/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/prove/wire.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define LINES_MAX 64
#define FILLERS   8
#define PIECE     4096

/* One connection: both ends, -1 when closed. */
struct line {
    int near, far;
    unsigned long n_left; /* bytes until the reset */
    enum wire_mood mood;
};

struct wire {
    pthread_t thread;
    pthread_mutex_t lock;
    int target, port, listener, wake[2];
    enum wire_mood mood;
    unsigned long how, n_resets;
    struct line lines[LINES_MAX];
    size_t n_lines;
    int fillers[FILLERS];
    bool is_ending;
};

static struct sockaddr_in address_of(int port)
{
    return (struct sockaddr_in){.sin_family = AF_INET,
                                .sin_port = htons((uint16_t)port),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

static void start_listening(struct wire *wire, int backlog)
{
    struct sockaddr_in address = address_of(wire->port);
    socklen_t size = sizeof(address);
    int one = 1;

    wire->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(wire->listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    if (wire->listener < 0 || bind(wire->listener, (struct sockaddr *)&address, size) < 0 ||
        listen(wire->listener, backlog) < 0 ||
        getsockname(wire->listener, (struct sockaddr *)&address, &size) < 0) {
        printf("no port for the wire\n");
        exit(1);
    }
    wire->port = ntohs(address.sin_port);
}

/* The thread may be waiting on it: closing alone would leave the port taken until it wakes. */
static void stop_listening(struct wire *wire)
{
    if (wire->listener < 0)
        return;
    shutdown(wire->listener, SHUT_RDWR);
    close(wire->listener);
    wire->listener = -1;
}

/* Whether it takes another way of listening than the rest. */
static bool is_special(enum wire_mood mood)
{
    return mood == WIRE_REFUSE || mood == WIRE_BLACK_HOLE;
}

static void reset(int fd)
{
    struct linger now = {1, 0};

    setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
    close(fd);
}

static void end_line(struct wire *wire, size_t i, bool with_reset)
{
    struct line *line = &wire->lines[i];

    if (with_reset)
        reset(line->near);
    else
        close(line->near);
    if (line->far >= 0)
        close(line->far);
    wire->lines[i] = wire->lines[--wire->n_lines];
}

static void take_line(struct wire *wire)
{
    static const char garbage[] = "220 smtp.example ESMTP ready\r\n";
    struct sockaddr_in target = address_of(wire->target);
    int near = accept4(wire->listener, NULL, NULL, SOCK_CLOEXEC), far = -1;

    if (near < 0)
        return;
    if (wire->mood == WIRE_CLOSE || wire->n_lines == LINES_MAX) {
        close(near);
        return;
    }
    if (wire->mood == WIRE_GARBAGE)
        (void)!write(near, garbage, sizeof(garbage) - 1);
    if (wire->mood == WIRE_WHOLE || wire->mood == WIRE_RESET || wire->mood == WIRE_SLOW) {
        far = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (connect(far, (struct sockaddr *)&target, sizeof(target)) < 0) {
            close(far);
            close(near);
            return;
        }
    }
    wire->lines[wire->n_lines++] = (struct line){near, far, wire->how, wire->mood};
}

static void write_all(int fd, const char *data, size_t n)
{
    while (n > 0) {
        ssize_t written = write(fd, data, n);

        if (written <= 0)
            return;
        data += written;
        n -= (size_t)written;
    }
}

/* Returns: whether the line lives on. */
static bool carry_back(struct wire *wire, size_t i)
{
    struct line *line = &wire->lines[i];
    char piece[PIECE];
    ssize_t n = read(line->far, piece, line->mood == WIRE_SLOW ? 1 : sizeof(piece));

    if (n <= 0) {
        end_line(wire, i, false);
        return false;
    }
    if (line->mood == WIRE_RESET && (unsigned long)n >= line->n_left) {
        write_all(line->near, piece, line->n_left);
        wire->n_resets++;
        end_line(wire, i, true);
        return false;
    }
    line->n_left -= line->mood == WIRE_RESET ? (unsigned long)n : 0;
    write_all(line->near, piece, (size_t)n);
    return true;
}

static bool carry_forth(struct wire *wire, size_t i)
{
    struct line *line = &wire->lines[i];
    char piece[PIECE];
    ssize_t n = read(line->near, piece, sizeof(piece));

    if (n <= 0) {
        end_line(wire, i, false);
        return false;
    }
    if (line->far >= 0)
        write_all(line->far, piece, (size_t)n);
    return true;
}

static void *run(void *user)
{
    struct wire *wire = user;

    for (;;) {
        struct pollfd fds[2 + 2 * LINES_MAX];
        size_t n = 2;
        char byte;
        int timeout_ms = -1;

        pthread_mutex_lock(&wire->lock);
        fds[0] = (struct pollfd){.fd = wire->wake[0], .events = POLLIN};
        fds[1] = (struct pollfd){.fd = wire->mood == WIRE_BLACK_HOLE ? -1 : wire->listener,
                                 .events = POLLIN};
        for (size_t i = 0; i < wire->n_lines; i++) {
            bool is_slow = wire->lines[i].mood == WIRE_SLOW;

            fds[n++] = (struct pollfd){.fd = wire->lines[i].near, .events = POLLIN};
            fds[n++] = (struct pollfd){.fd = is_slow ? -1 : wire->lines[i].far, .events = POLLIN};
            timeout_ms = is_slow ? 1000 : timeout_ms; /* the fault itself */
        }
        pthread_mutex_unlock(&wire->lock);
        if (poll(fds, n, timeout_ms) == 0 && timeout_ms < 0)
            continue;
        pthread_mutex_lock(&wire->lock);
        if (wire->is_ending)
            break;
        if (fds[0].revents)
            (void)!read(wire->wake[0], &byte, 1);
        /* Backwards: an ended line gives its place to the last. */
        for (size_t i = (n - 2) / 2; i-- > 0;) {
            if (i >= wire->n_lines || wire->lines[i].near != fds[2 + 2 * i].fd)
                continue;
            if (fds[2 + 2 * i].revents && !carry_forth(wire, i))
                continue;
            if (fds[3 + 2 * i].revents ||
                (wire->lines[i].mood == WIRE_SLOW && wire->lines[i].far >= 0 && timeout_ms > 0 &&
                 !fds[2 + 2 * i].revents && !fds[1].revents && !fds[0].revents))
                (void)carry_back(wire, i);
        }
        if (fds[1].fd >= 0 && fds[1].fd == wire->listener && fds[1].revents)
            take_line(wire);
        pthread_mutex_unlock(&wire->lock);
    }
    pthread_mutex_unlock(&wire->lock);
    return NULL;
}

struct wire *wire_create(int port, char ret_url[64])
{
    struct wire *wire = calloc(1, sizeof(*wire));

    if (!wire || pipe2(wire->wake, O_CLOEXEC) < 0)
        exit(1);
    pthread_mutex_init(&wire->lock, NULL);
    wire->target = port;
    memset(wire->fillers, -1, sizeof(wire->fillers));
    start_listening(wire, 64);
    snprintf(ret_url, 64, "https://localhost:%d", wire->port);
    if (pthread_create(&wire->thread, NULL, run, wire) != 0)
        exit(1);
    return wire;
}

/* Takes the places of the backlog, so that the next connection finds none. */
static void fill_backlog(struct wire *wire)
{
    struct sockaddr_in address = address_of(wire->port);

    for (int i = 0; i < FILLERS; i++) {
        wire->fillers[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        (void)!connect(wire->fillers[i], (struct sockaddr *)&address, sizeof(address));
    }
}

void wire_set(struct wire *wire, enum wire_mood mood, unsigned long how)
{
    pthread_mutex_lock(&wire->lock);
    while (wire->n_lines > 0)
        end_line(wire, wire->n_lines - 1, true);
    for (int i = 0; i < FILLERS; i++) {
        if (wire->fillers[i] >= 0)
            close(wire->fillers[i]);
        wire->fillers[i] = -1;
    }
    if (is_special(mood) || is_special(wire->mood))
        stop_listening(wire);
    wire->mood = mood;
    wire->how = how;
    wire->n_resets = 0;
    if (mood != WIRE_REFUSE && wire->listener < 0)
        start_listening(wire, mood == WIRE_BLACK_HOLE ? 0 : 64);
    if (mood == WIRE_BLACK_HOLE)
        fill_backlog(wire);
    (void)!write(wire->wake[1], "x", 1);
    pthread_mutex_unlock(&wire->lock);
}

unsigned long wire_n_resets(struct wire *wire)
{
    unsigned long n;

    pthread_mutex_lock(&wire->lock);
    n = wire->n_resets;
    pthread_mutex_unlock(&wire->lock);
    return n;
}

void wire_destroy(struct wire *wire)
{
    pthread_mutex_lock(&wire->lock);
    wire->is_ending = true;
    (void)!write(wire->wake[1], "x", 1);
    pthread_mutex_unlock(&wire->lock);
    pthread_join(wire->thread, NULL);
    while (wire->n_lines > 0)
        end_line(wire, wire->n_lines - 1, true);
    for (int i = 0; i < FILLERS; i++) {
        if (wire->fillers[i] >= 0)
            close(wire->fillers[i]);
    }
    if (wire->listener >= 0)
        close(wire->listener);
    close(wire->wake[0]);
    close(wire->wake[1]);
    free(wire);
}
