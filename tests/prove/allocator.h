/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The program's own malloc, calloc, realloc and free, over glibc's: every allocation of every
 * library comes through here, and the n-th can fail. Not for sanitizers, which bring their own.
 */
#ifndef TESTS_PROVE_ALLOCATOR_H
#define TESTS_PROVE_ALLOCATOR_H

/* From now on the n-th allocation (1, 2, ...) of any thread and the n_more after it fail; 0: none.
 */
void allocator_fail(unsigned long n, unsigned long n_more);
/* Allocations since allocator_fail. */
unsigned long allocator_count(void);
/* Blocks that are not freed. */
long allocator_live(void);

#endif
