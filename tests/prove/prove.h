/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the proofs share: counts that can be set (`NAME=VALUE` arguments; without any, the short
 * form that runs with the other tests), and the lines that tools/prove collects:
 *
 *   PROOF {"promise": "R1 R2", "what": "...", "cases": 812, "failed": 0}
 *   FIGURE {"name": "...", "value": 1.5, "unit": "ms"}
 */
#ifndef TESTS_PROVE_PROVE_H
#define TESTS_PROVE_PROVE_H

#include <stdint.h>

/* Reads the arguments; quiet log; a folder in memory for what need not survive. */
void prove_init(int argc, char **argv);
/* A count that was given as NAME=VALUE, else `otherwise`. */
unsigned long prove_count(const char *name, unsigned long otherwise);

/* How far it is, for who waits: once every ten seconds at most. n_all 0: not known. */
void prove_go_on(const char *what, unsigned long n, unsigned long n_all);

/* Writes a line; remembers whether anything failed. A proof of no case at all has failed. */
void prove_tell(const char *promise, unsigned long n_cases, unsigned long n_failed,
                const char *what, ...) __attribute__((format(printf, 4, 5)));
void prove_figure(const char *name, double value, const char *unit);

/* The exit status: 0 when everything held. */
int prove_end(void);

#endif
