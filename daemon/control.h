/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The daemon's control socket: how `voisine status`, a script or a test speaks to a running daemon.
 *
 * A local stream socket, mode 0600, in the state folder. A client writes one line ("status",
 * "button", "mute"), gets one line of JSON back, and the daemon closes. One client at a
 * time is served, a line is at most 256 bytes: it is a service hatch, not an interface for the
 * network. A file with the daemon's numbers was refused, because writing it regularly would wear
 * the flash.
 *
 * Thread: main, for all of it.
 */
#ifndef DAEMON_CONTROL_H
#define DAEMON_CONTROL_H

#include "base/loop.h"
#include "base/strbuf.h"

#include <stdbool.h>
#include <stddef.h>

struct control;

/* Answers a command: writes one JSON object to `answer`. Returns: 0, or -EINVAL for an unknown one.
 */
typedef int control_fn(void *user, const char *command, struct base_strbuf *answer);

/* Listens on `path`, replacing a socket left by a dead daemon. Returns: 0, -EADDRINUSE when one is
 * alive, -errno. Owns: the caller. */
int control_create(struct base_loop *loop, const char *path, control_fn *fn, void *user,
                   struct control **ret_control);
/* Removes the socket. Accepts NULL. */
void control_destroy(struct control *control);

/*
 * The client's side: sends a command, waits up to 2 s for the answer. Returns: 0, -ECONNREFUSED or
 * -ENOENT when no daemon runs, -errno. Owns: the caller (free).
 */
int control_ask(const char *path, const char *command, char **ret_answer);

/* A member of such an answer, one flat object of ours. Returns: the number, or `missing` when there
 * is none; whether there is such a word. */
double control_number(const char *answer, const char *member, double missing);
bool control_word(const char *answer, const char *member, char *ret_word, size_t size);

#endif
