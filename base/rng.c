/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/rng.h"

#include "base/clock.h"

#include <sys/random.h>

void base_rng_seed(struct base_rng *rng, uint64_t seed)
{
    rng->state = seed;
}

void base_rng_seed_randomly(struct base_rng *rng)
{
    const struct base_clock *clock = base_clock_system();

    if (getrandom(&rng->state, sizeof(rng->state), 0) != sizeof(rng->state))
        rng->state = (uint64_t)clock->monotonic_ms(clock);
}

uint64_t base_rng_next(struct base_rng *rng)
{
    uint64_t z = (rng->state += 0x9e3779b97f4a7c15u);

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

uint32_t base_rng_below(struct base_rng *rng, uint32_t limit)
{
    return (uint32_t)(((base_rng_next(rng) >> 32) * limit) >> 32);
}

double base_rng_unit(struct base_rng *rng)
{
    return (double)(base_rng_next(rng) >> 11) * 0x1.0p-53;
}
