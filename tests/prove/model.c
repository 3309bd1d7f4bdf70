/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * R48: random sequences of all that may happen, against the model of world.h.
 *
 *   prove-model [steps=20000] [seed=1] [length=2000] [episode=0] [trace=0] [shorten=1]
 * prints the seed; a sequence that breaks a promise is made shorter and printed step by step.
 */
#include "base/rng.h"
#include "tests/matching/vfs.h"
#include "tests/prove/prove.h"
#include "tests/prove/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The schedule's jitter must be the same when a sequence is repeated. */
void __wrap_base_rng_seed_randomly(struct base_rng *rng);
void __wrap_base_rng_seed_randomly(struct base_rng *rng)
{
    base_rng_seed(rng, 7);
}

/* How often each kind comes, in a hundred or so. */
static const uint8_t weights[N_STEP_KINDS] = {
    [STEP_SUBMIT] = 9,  [STEP_AGAIN] = 2, [STEP_CANCEL] = 6, [STEP_TOLD] = 3,  [STEP_TURN] = 10,
    [STEP_ANSWER] = 30, [STEP_NEWS] = 14, [STEP_HAPPEN] = 8, [STEP_PASS] = 14, [STEP_CLOCK] = 1,
    [STEP_CRASH] = 2,   [STEP_DISK] = 3,  [STEP_HEAL] = 4,   [STEP_TIDY] = 2,
};

static void draw(struct base_rng *rng, struct step *steps, size_t n)
{
    uint32_t all = 0;

    for (int kind = 0; kind < N_STEP_KINDS; kind++)
        all += weights[kind];
    for (size_t i = 0; i < n; i++) {
        uint32_t at = base_rng_below(rng, all);
        uint8_t kind = 0;

        while (at >= weights[kind])
            at -= weights[kind++];
        steps[i] = (struct step){kind, (uint32_t)base_rng_next(rng)};
    }
}

/* Leaves out ever smaller pieces as long as it still breaks. Returns: the new length. */
static size_t shorten(struct step *steps, size_t n, struct verdict *verdict)
{
    struct step *fewer = malloc(n * sizeof(*fewer));
    struct tally ignored = {0};

    if (!fewer)
        exit(1);
    for (size_t piece = n / 2; piece >= 1; piece /= 2) {
        for (size_t at = 0; at + piece <= n;) {
            struct verdict now;

            memcpy(fewer, steps, at * sizeof(*fewer));
            memcpy(fewer + at, steps + at + piece, (n - at - piece) * sizeof(*fewer));
            world_run(fewer, n - piece, &now, &ignored);
            if (strncmp(now.what, verdict->what, 4) == 0) {
                n -= piece;
                memcpy(steps, fewer, n * sizeof(*steps));
                *verdict = now;
            } else {
                at += piece;
            }
        }
    }
    free(fewer);
    return n;
}

static void print(const struct step *steps, size_t n, const struct verdict *verdict)
{
    printf("broken: %s\n", verdict->what);
    for (size_t i = 0; i < n; i++)
        printf("  %2zu %s %u\n", i + 1, step_name((enum step_kind)steps[i].kind), steps[i].how);
}

int main(int argc, char **argv)
{
    unsigned long n_steps, length, seed, n_done = 0, n_broken = 0;
    struct tally tally = {0};
    struct step *steps;

    prove_init(argc, argv);
    n_steps = prove_count("steps", 20000);
    length = prove_count("length", 2000);
    seed = prove_count("seed", 1);
    steps = calloc(length, sizeof(*steps));
    if (!steps)
        return 1;
    vfs_install();
    printf("seed: %lu\n", seed);
    tally.is_traced = prove_count("trace", 0) != 0;
    for (unsigned long episode = prove_count("episode", 0); n_done < n_steps && n_broken < 3;
         episode++) {
        struct verdict verdict;
        struct base_rng rng;

        base_rng_seed(&rng, seed * 1000003 + episode);
        draw(&rng, steps, length);
        world_run(steps, length, &verdict, &tally);
        n_done += verdict.n_done;
        prove_go_on("steps", n_done, n_steps);
        if (verdict.what[0]) {
            printf("episode %lu, step %zu: %s\n", episode, verdict.n_done, verdict.what);
            n_broken++;
            if (prove_count("shorten", 1))
                print(steps, shorten(steps, verdict.n_done, &verdict), &verdict);
        }
    }
    printf(
        "noted %lu, not noted %lu (full %lu), calls %lu, transmitted %lu, refused %lu, matched %lu,"
        " cancelled %lu, expired %lu, crashes %lu, came after their cancellation %lu\n",
        tally.n_noted, tally.n_not_noted, tally.n_full, tally.n_calls, tally.n_transmitted,
        tally.n_refused, tally.n_matched, tally.n_cancelled, tally.n_expired, tally.n_crashes,
        tally.n_late);
    /* A world in which something never happens proves nothing about it. */
    if (!tally.n_full || !tally.n_refused || !tally.n_matched || !tally.n_cancelled ||
        !tally.n_expired || !tally.n_late || tally.n_not_noted == tally.n_full)
        n_broken++;
    prove_tell("R48 R1 R2 R3 R4 R14 R17 R21 R22", n_done, n_broken,
               "random steps against the model, seed %lu: %lu noted, %lu crashes", seed,
               tally.n_noted, tally.n_crashes);
    free(steps);
    return prove_end();
}
