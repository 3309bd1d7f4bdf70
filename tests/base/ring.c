/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/ring.h"
#include "tests/check.h"

#include <errno.h>
#include <pthread.h>

#define N_SAMPLES 400000

static void *write_a_ramp(void *user)
{
    struct base_ring *ring = user;
    int next = 0;

    while (next < N_SAMPLES) {
        int16_t block[97];
        size_t n = 0;

        for (; n < 97 && next + (int)n < N_SAMPLES; n++)
            block[n] = (int16_t)(next + (int)n);
        next += (int)base_ring_write(ring, block, n);
    }
    return NULL;
}

static void a_second_thread_reads_what_the_first_wrote(void)
{
    struct base_ring *ring;
    pthread_t writer;
    int next = 0, wrong = 0;

    REQUIRE(base_ring_create(1000, &ring) == 0);
    REQUIRE(pthread_create(&writer, NULL, write_a_ramp, ring) == 0);
    while (next < N_SAMPLES) {
        int16_t block[61];
        size_t n = base_ring_read(ring, block, 61);

        for (size_t i = 0; i < n; i++)
            wrong += block[i] != (int16_t)next++;
    }
    pthread_join(writer, NULL);
    CHECK_INT(wrong, 0);
    base_ring_destroy(ring);
}

static void a_full_ring_takes_no_more_and_loses_nothing(void)
{
    int16_t in[20], out[20];
    struct base_ring *ring;

    for (int i = 0; i < 20; i++)
        in[i] = (int16_t)i;
    REQUIRE(base_ring_create(16, &ring) == 0);
    CHECK_INT(base_ring_write(ring, in, 20), 16);
    CHECK_INT(base_ring_write(ring, in, 1), 0);
    CHECK_INT(base_ring_read(ring, out, 20), 16);
    CHECK_INT(out[15], 15);
    CHECK_INT(base_ring_write(ring, in, 3), 3);
    base_ring_discard(ring);
    CHECK_INT(base_ring_readable(ring), 0);
    base_ring_destroy(ring);
    CHECK_INT(base_ring_create(0, &ring), -EINVAL);
}

CHECK_MAIN(a_second_thread_reads_what_the_first_wrote, a_full_ring_takes_no_more_and_loses_nothing)
