/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A way to the service on loopback that fails as it is told: a listening port that forwards. */
#ifndef TESTS_PROVE_WIRE_H
#define TESTS_PROVE_WIRE_H

enum wire_mood {
    WIRE_WHOLE,
    WIRE_RESET,      /* after `how` bytes of the service's side, with a reset */
    WIRE_REFUSE,     /* nothing listens */
    WIRE_BLACK_HOLE, /* it listens, and takes no connection: the backlog is full */
    WIRE_HALF_OPEN,  /* taken, and nothing ever comes */
    WIRE_SLOW,       /* a byte a second */
    WIRE_GARBAGE,
    WIRE_CLOSE,
};

struct wire;

/* Owns: the caller. Thread: one, but for its own. */
struct wire *wire_create(int port, char ret_url[64]);
void wire_destroy(struct wire *wire);
/* For connections from now on. */
void wire_set(struct wire *wire, enum wire_mood mood, unsigned long how);
/* Resets since wire_set. */
unsigned long wire_n_resets(struct wire *wire);

#endif
