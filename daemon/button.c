/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/button.h"

#include "base/error.h"
#include "base/log.h"
#include "daemon/press.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/input.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define INPUT_FOLDER "/dev/input"

enum { EVENTS_AT_ONCE = 32 };

struct button {
    struct base_loop *loop;
    const struct base_clock *clock;
    struct button_events events;
    char device[256], input_folder[PATH_MAX];
    button_name_fn *name;
    int key, mute_key; /* -1: none */
    struct press press, mute_press;
    int fd; /* -1: missing */
    struct base_watch *watch;
    struct base_timer *timer;
    bool is_missing_told;
    char buffer[EVENTS_AT_ONCE * sizeof(struct input_event)]; /* a record may come in two parts */
    size_t n_buffer;
};

/* ---- finding the device ---- */

static int kernel_name(int fd, char *ret_name, size_t size)
{
    int n = ioctl(fd, EVIOCGNAME(size - 1), ret_name);

    if (n < 0)
        return -errno;
    ret_name[(size_t)n < size ? n : (int)size - 1] = '\0';
    return 0;
}

static int open_path(const char *path)
{
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

    return fd < 0 ? -errno : fd;
}

/* Returns: a descriptor, or -errno when it is not this one. */
static int open_if_named(const char *path, const char *part, button_name_fn *name)
{
    char called[256];
    int fd = open_path(path), r;

    if (fd < 0)
        return fd;
    r = name(fd, called, sizeof(called));
    if (r == 0 && strcasestr(called, part))
        return fd;
    close(fd);
    return r < 0 ? r : -ENODEV;
}

static int is_event_node(const struct dirent *entry)
{
    return strncmp(entry->d_name, "event", 5) == 0;
}

int button_open(const char *device, const char *input_folder, button_name_fn *name)
{
    const char *folder = input_folder ? input_folder : INPUT_FOLDER;
    struct dirent **entries = NULL;
    char path[PATH_MAX];
    int fd = -ENODEV, n;

    if (device[0] == '/')
        return open_path(device);
    n = scandir(folder, &entries, is_event_node, versionsort);
    if (n < 0)
        return errno == ENOENT ? -ENODEV : -errno;
    for (int i = 0; i < n; i++) {
        int r;

        snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
        r = fd < 0 ? open_if_named(path, device, name ? name : kernel_name) : -ENODEV;
        if (r >= 0 || (r == -EACCES && fd == -ENODEV))
            fd = r;
        free(entries[i]);
    }
    free(entries);
    return fd;
}

int button_list(const char *input_folder, button_name_fn *name,
                void (*fn)(void *user, const char *path, const char *name), void *user)
{
    const char *folder = input_folder ? input_folder : INPUT_FOLDER;
    struct dirent **entries = NULL;
    int n = scandir(folder, &entries, is_event_node, versionsort);

    if (n < 0)
        return errno == ENOENT ? 0 : -errno;
    for (int i = 0; i < n; i++) {
        char path[PATH_MAX], called[256];
        int fd;

        snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
        fd = open_path(path);
        if (fd >= 0 && (name ? name : kernel_name)(fd, called, sizeof(called)) == 0)
            fn(user, path, called);
        if (fd >= 0)
            close(fd);
        free(entries[i]);
    }
    free(entries);
    return 0;
}

/* ---- presses ---- */

static int64_t now_ms(const struct button *button)
{
    return button->clock->monotonic_ms(button->clock);
}

static void wait_for_time(struct button *button)
{
    int64_t due_ms = press_due_ms(&button->press), mute_ms = press_due_ms(&button->mute_press);

    if (due_ms < 0 || (mute_ms >= 0 && mute_ms < due_ms))
        due_ms = mute_ms;
    if (due_ms < 0)
        base_timer_stop(button->timer);
    else
        base_timer_start(button->timer, due_ms - now_ms(button), 0);
}

static void tell(struct button *button, enum press_kind kind)
{
    if (kind != PRESS_NONE)
        button->events.on_press(button->events.user, kind == PRESS_LONG);
}

static void tell_mute(struct button *button, enum press_kind kind)
{
    if (kind != PRESS_NONE)
        button->events.on_mute_key(button->events.user);
}

static void on_time(void *user)
{
    struct button *button = user;

    tell(button, press_time(&button->press, now_ms(button)));
    tell_mute(button, press_time(&button->mute_press, now_ms(button)));
    wait_for_time(button);
}

static void take_event(struct button *button, const struct input_event *event)
{
    bool is_down = event->value != 0;

    if (event->type == EV_SYN && event->code == SYN_DROPPED) {
        press_reset(&button->press); /* a release may be among what was lost */
        press_reset(&button->mute_press);
    }
    if (event->type != EV_KEY || event->value > 1) /* 2: the key repeats itself */
        return;
    if (event->code == button->key)
        tell(button, press_key(&button->press, is_down, now_ms(button)));
    else if (event->code == button->mute_key)
        tell_mute(button, press_key(&button->mute_press, is_down, now_ms(button)));
}

static void take_buffer(struct button *button)
{
    struct input_event event;
    size_t at = 0;

    for (; button->n_buffer - at >= sizeof(event); at += sizeof(event)) {
        memcpy(&event, button->buffer + at, sizeof(event));
        take_event(button, &event);
    }
    memmove(button->buffer, button->buffer + at, button->n_buffer - at);
    button->n_buffer -= at;
    wait_for_time(button);
}

/* ---- the device comes and goes ---- */

static void lose(struct button *button, int error)
{
    base_watch_destroy(button->watch);
    button->watch = NULL;
    if (button->fd >= 0)
        close(button->fd);
    button->fd = -1;
    button->n_buffer = 0;
    press_reset(&button->press);
    press_reset(&button->mute_press);
    wait_for_time(button);
    if (!button->is_missing_told)
        log_warning("button-missing", "%s: %s; plug it in, or set button.device", button->device,
                    error ? strerror(error) : "unplugged");
    button->is_missing_told = true;
}

static void on_readable(void *user, int events)
{
    struct button *button = user;
    ssize_t n = read(button->fd, button->buffer + button->n_buffer,
                     sizeof(button->buffer) - button->n_buffer);

    (void)events;
    if (n > 0) {
        button->n_buffer += (size_t)n;
        take_buffer(button);
    } else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
        lose(button, n == 0 ? 0 : errno);
    }
}

static void find(struct button *button)
{
    int fd = button_open(button->device, button->input_folder, button->name), r;

    if (fd < 0) {
        lose(button, -fd);
        return;
    }
    button->fd = fd;
    r = base_watch_create(button->loop, fd, BASE_LOOP_READABLE, on_readable, button,
                          &button->watch);
    if (r < 0) {
        lose(button, -r);
        return;
    }
    log_info("button-found", "%s", button->device);
    button->is_missing_told = false;
}

void button_check(struct button *button)
{
    if (button->fd < 0 && button->device[0])
        find(button);
}

const char *button_health(const struct button *button)
{
    return !button->device[0] ? "none" : button->fd < 0 ? "missing" : "ok";
}

int button_create(struct base_loop *loop, const struct button_options *options,
                  const struct button_events *events, struct button **ret_button)
{
    struct button *button = calloc(1, sizeof(*button));
    int r;

    if (!button)
        return -ENOMEM;
    *button =
        (struct button){.loop = loop,
                        .clock = options->clock,
                        .events = *events,
                        .name = options->name,
                        .key = button_key_code(options->key),
                        .mute_key = *options->mute_key ? button_key_code(options->mute_key) : -1,
                        .fd = -1};
    snprintf(button->device, sizeof(button->device), "%s", options->device);
    snprintf(button->input_folder, sizeof(button->input_folder), "%s",
             options->input_folder ? options->input_folder : INPUT_FOLDER);
    press_init(&button->press, options->long_press_ms);
    press_init(&button->mute_press, 0);
    r = button->key < 0 || (*options->mute_key && button->mute_key < 0) ? -EINVAL : 0;
    if (r == 0)
        r = base_timer_create(loop, on_time, button, &button->timer);
    if (r < 0) {
        button_destroy(button);
        return base_trace(r);
    }
    button_check(button);
    *ret_button = button;
    return 0;
}

void button_destroy(struct button *button)
{
    if (!button)
        return;
    base_watch_destroy(button->watch);
    base_timer_destroy(button->timer);
    if (button->fd >= 0)
        close(button->fd);
    free(button);
}
