/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A small reproducible random generator, SplitMix64 (Steele, Lea and Flood, "Fast Splittable
 * Pseudorandom Number Generators", 2014): for sampling sentences, jitter and tests. Never for
 * keys or ids. The same seed gives the same sequence on every machine. Thread: any, one owner.
 */
#ifndef BASE_RNG_H
#define BASE_RNG_H

#include <stdint.h>

struct base_rng {
    uint64_t state;
};

void base_rng_seed(struct base_rng *rng, uint64_t seed);
/* Seeds from the kernel's generator, so that no two devices agree. */
void base_rng_seed_randomly(struct base_rng *rng);
uint64_t base_rng_next(struct base_rng *rng);
/* An even draw from 0 to limit - 1; 0 when limit is 0. */
uint32_t base_rng_below(struct base_rng *rng, uint32_t limit);
/* From 0 inclusive to 1 exclusive. */
double base_rng_unit(struct base_rng *rng);

#endif
