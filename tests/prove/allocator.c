/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/prove/allocator.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

/* glibc's, under the names that stay when malloc is replaced. */
void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *block, size_t n);
void __libc_free(void *block);

void *malloc(size_t n);
void *calloc(size_t n, size_t size);
void *realloc(void *block, size_t n);
void free(void *block);

static atomic_ulong count, first, last;
static atomic_long live;

void allocator_fail(unsigned long n, unsigned long n_more)
{
    first = last = 0;
    count = 0;
    last = n ? n + n_more : 0;
    first = n;
}

unsigned long allocator_count(void)
{
    return count;
}

long allocator_live(void)
{
    return live;
}

static bool fails(void)
{
    unsigned long n = ++count;

    if (first == 0 || n < first || n > last)
        return false;
    errno = ENOMEM;
    return true;
}

void *malloc(size_t n)
{
    void *block = fails() ? NULL : __libc_malloc(n);

    live += block != NULL;
    return block;
}

void *calloc(size_t n, size_t size)
{
    void *block = fails() ? NULL : __libc_calloc(n, size);

    live += block != NULL;
    return block;
}

void *realloc(void *block, size_t n)
{
    void *larger = fails() ? NULL : __libc_realloc(block, n);

    live += !block && larger;
    return larger;
}

void free(void *block)
{
    live -= block != NULL;
    __libc_free(block);
}
