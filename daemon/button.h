/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The button: a key of an input device (evdev) that calls, answers yes, cancels; and one that
 * switches the microphone off and on.
 *
 * The device is named by its path or by a part of its name ("Jabra"), which stays when it is
 * plugged in elsewhere. It may be missing at the start, be unplugged and come back: button_check
 * looks for it again. What is read are the kernel's struct input_event records; everything behind
 * open() works on any file that gives them, so that a test needs no device. The device is not
 * grabbed: a keyboard used as a button still works as one. Thread: main.
 */
#ifndef DAEMON_BUTTON_H
#define DAEMON_BUTTON_H

#include "base/clock.h"
#include "base/loop.h"

#include <stdbool.h>
#include <stddef.h>

struct button;

struct button_events {
    void (*on_press)(void *user, bool is_long);
    void (*on_mute_key)(void *user);
    void *user;
};

/* Writes the name of an open device. Returns: 0 or -errno. */
typedef int button_name_fn(int fd, char *ret_name, size_t size);

struct button_options {
    const char *device;   /* a path, or a part of a name; "" none */
    const char *key;      /* "KEY_ENTER" or its number */
    const char *mute_key; /* "" none */
    int long_press_ms;
    const struct base_clock *clock;
    const char *input_folder; /* NULL: /dev/input */
    button_name_fn *name;     /* NULL: the kernel's; a test's own */
};

/*
 * A device that is not there is no error: it is logged and looked for again. With no device set the
 * object does nothing. Returns: 0, -EINVAL (a key that does not exist), -ENOMEM. Owns: the caller;
 * to be destroyed before the loop. Texts are copied.
 */
int button_create(struct base_loop *loop, const struct button_options *options,
                  const struct button_events *events, struct button **ret_button);
/* Accepts NULL. */
void button_destroy(struct button *button);

/* To be called once a second. */
void button_check(struct button *button);

/* "none", "ok", "missing": for status. */
const char *button_health(const struct button *button);

/* The code of a key by its name in linux/input-event-codes.h, or by its number. Returns: -EINVAL.
 */
int button_key_code(const char *name);

/* Tells the input devices that can be opened, in order. Returns: 0 or -errno. */
int button_list(const char *input_folder, button_name_fn *name,
                void (*fn)(void *user, const char *path, const char *name), void *user);

/*
 * Opens an input device by path or by a part of its name, for reading, without waiting. Folder and
 * name as in the options. Returns: a descriptor, or -errno; -ENODEV when no device has the name.
 */
int button_open(const char *device, const char *input_folder, button_name_fn *name);

#endif
