/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/ring.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define RING_MAX ((size_t)1 << 26)

struct base_ring {
    size_t capacity; /* a power of two */
    /* Apart by a cache line, so that the two sides do not slow each other. */
    _Alignas(64) atomic_size_t written;
    _Alignas(64) atomic_size_t taken;
    int16_t samples[];
};

int base_ring_create(size_t n_samples, struct base_ring **ret_ring)
{
    struct base_ring *ring;
    size_t capacity = 1, size;

    if (n_samples == 0 || n_samples > RING_MAX)
        return -EINVAL;
    while (capacity < n_samples)
        capacity *= 2;
    size = sizeof(*ring) + capacity * sizeof(ring->samples[0]);
    ring = aligned_alloc(64, (size + 63) / 64 * 64);
    if (!ring)
        return -ENOMEM;
    ring->capacity = capacity;
    atomic_init(&ring->written, 0);
    atomic_init(&ring->taken, 0);
    *ret_ring = ring;
    return 0;
}

void base_ring_destroy(struct base_ring *ring)
{
    free(ring);
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

size_t base_ring_readable(const struct base_ring *ring)
{
    return atomic_load_explicit(&ring->written, memory_order_acquire) -
           atomic_load_explicit(&ring->taken, memory_order_relaxed);
}

size_t base_ring_writable(const struct base_ring *ring)
{
    return ring->capacity - (atomic_load_explicit(&ring->written, memory_order_relaxed) -
                             atomic_load_explicit(&ring->taken, memory_order_acquire));
}

size_t base_ring_write(struct base_ring *ring, const int16_t *samples, size_t n_samples)
{
    size_t written = atomic_load_explicit(&ring->written, memory_order_relaxed);
    size_t n = smaller(n_samples, base_ring_writable(ring));
    size_t at = written & (ring->capacity - 1);
    size_t first = smaller(n, ring->capacity - at);

    memcpy(ring->samples + at, samples, first * sizeof(*samples));
    memcpy(ring->samples, samples + first, (n - first) * sizeof(*samples));
    atomic_store_explicit(&ring->written, written + n, memory_order_release);
    return n;
}

size_t base_ring_read(struct base_ring *ring, int16_t *ret_samples, size_t n_samples)
{
    size_t taken = atomic_load_explicit(&ring->taken, memory_order_relaxed);
    size_t n = smaller(n_samples, base_ring_readable(ring));
    size_t at = taken & (ring->capacity - 1);
    size_t first = smaller(n, ring->capacity - at);

    memcpy(ret_samples, ring->samples + at, first * sizeof(*ret_samples));
    memcpy(ret_samples + first, ring->samples, (n - first) * sizeof(*ret_samples));
    atomic_store_explicit(&ring->taken, taken + n, memory_order_release);
    return n;
}

void base_ring_discard(struct base_ring *ring)
{
    size_t n = base_ring_readable(ring);

    atomic_fetch_add_explicit(&ring->taken, n, memory_order_release);
}
