/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A single-producer single-consumer ring of 16-bit samples: the only way sound crosses between the
 * real-time callback and the main thread.
 *
 * One thread writes, one other reads; neither ever waits. The capacity is a power of two, the two
 * counters run freely and are masked on access, so that full and empty differ without a spare
 * place. Writing publishes with release order, reading takes with acquire order; that pairing is
 * all the synchronisation there is, and breaks if a second writer or reader is added.
 */
#ifndef BASE_RING_H
#define BASE_RING_H

#include <stddef.h>
#include <stdint.h>

struct base_ring;

/*
 * Makes a ring that holds at least n_samples (rounded up to a power of two).
 * Returns: 0, -EINVAL (0 or more than 2^26), -ENOMEM. Owns: the caller. Thread: any.
 */
int base_ring_create(size_t n_samples, struct base_ring **ret_ring);
/* Accepts NULL. Thread: any, when neither side uses it any more. */
void base_ring_destroy(struct base_ring *ring);

/* Copies in as many as there is room for. Returns: how many. Thread: the writer (RT allowed). */
size_t base_ring_write(struct base_ring *ring, const int16_t *samples, size_t n_samples);
/* Copies out as many as there are. Returns: how many. Thread: the reader (RT allowed). */
size_t base_ring_read(struct base_ring *ring, int16_t *ret_samples, size_t n_samples);

/* How many can be read now, at least. Thread: the reader. */
size_t base_ring_readable(const struct base_ring *ring);
/* How many can be written now, at least. Thread: the writer. */
size_t base_ring_writable(const struct base_ring *ring);
/* Throws away what can be read now. Thread: the reader. */
void base_ring_discard(struct base_ring *ring);

#endif
