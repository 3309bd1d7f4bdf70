/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Calls of the system that fail on demand, in the whole process and whatever library makes them:
 * the program's own definitions stand before the C library's. Files, sockets, waiting, the clock.
 * Thread: any.
 */
#ifndef TESTS_PROVE_SHIM_H
#define TESTS_PROVE_SHIM_H

/* Counts from now on; the n-th call and n_more after it fail (0: none), each with an error of its
 * kind. */
void shim_fail(unsigned long n, unsigned long n_more);
/* The error of all of them from now on; 0: each its own again. */
void shim_error(int error);
unsigned long shim_count(void);
/* The first one that failed, "" when none did. */
const char *shim_failed(void);

#endif
