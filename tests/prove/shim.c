/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Both names of each call are defined below, each for itself. */
#undef _FILE_OFFSET_BITS
#undef _FORTIFY_SOURCE
#include "tests/prove/shim.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#pragma GCC diagnostic ignored "-Wmissing-prototypes"
#pragma GCC diagnostic ignored "-Wpedantic"

static atomic_ulong count, first, last;
static _Atomic(const char *) failed;
static atomic_int error_of_all;

void shim_fail(unsigned long n, unsigned long n_more)
{
    first = last = count = 0;
    failed = "";
    last = n ? n + n_more : 0;
    first = n;
}

void shim_error(int error)
{
    error_of_all = error;
}

unsigned long shim_count(void)
{
    return count;
}

const char *shim_failed(void)
{
    return failed;
}

static bool fails(const char *name, int error)
{
    unsigned long n = ++count;
    const char *none = "";

    if (first == 0 || n < first || n > last)
        return false;
    atomic_compare_exchange_strong(&failed, &none, name);
    errno = error_of_all ? error_of_all : error;
    return true;
}

/* A call with fixed arguments: its own failure, or the C library's answer. */
#define SHIM(type, name, parameters, arguments, error)                                             \
    type name parameters                                                                           \
    {                                                                                              \
        type(*real) parameters = (type(*) parameters)dlsym(RTLD_NEXT, #name);                      \
                                                                                                   \
        return fails(#name, error) ? (type)-1 : real arguments;                                    \
    }

#define SHIM_OPEN(name)                                                                            \
    int name(const char *path, int flags, ...)                                                     \
    {                                                                                              \
        int (*real)(const char *, int, ...) =                                                      \
            (int (*)(const char *, int, ...))dlsym(RTLD_NEXT, #name);                              \
        va_list args;                                                                              \
        mode_t mode = 0;                                                                           \
                                                                                                   \
        va_start(args, flags);                                                                     \
        if (flags & O_CREAT)                                                                       \
            mode = va_arg(args, mode_t);                                                           \
        va_end(args);                                                                              \
        return fails(#name, EIO) ? -1 : real(path, flags, mode);                                   \
    }

SHIM_OPEN(open)
SHIM_OPEN(open64)
SHIM(ssize_t, pread64, (int fd, void *data, size_t n, off64_t at), (fd, data, n, at), EIO)
SHIM(ssize_t, pwrite64, (int fd, const void *data, size_t n, off64_t at), (fd, data, n, at), EIO)
SHIM(int, fsync, (int fd), (fd), EIO)
SHIM(int, fdatasync, (int fd), (fd), EIO)
SHIM(int, ftruncate64, (int fd, off64_t n), (fd, n), ENOSPC)
SHIM(int, rename, (const char *from, const char *to), (from, to), EIO)
SHIM(int, unlink, (const char *path), (path), EIO)
SHIM(int, stat64, (const char *path, struct stat64 *st), (path, st), EACCES)
SHIM(int, fstat64, (int fd, struct stat64 *st), (fd, st), EIO)
SHIM(int, stat, (const char *path, struct stat *st), (path, st), EACCES)
SHIM(int, fstat, (int fd, struct stat *st), (fd, st), EIO)
SHIM(int, access, (const char *path, int mode), (path, mode), EIO)
SHIM(int, socket, (int domain, int type, int protocol), (domain, type, protocol), EMFILE)
SHIM(int, connect, (int fd, const struct sockaddr *to, socklen_t n), (fd, to, n), ENETUNREACH)
SHIM(ssize_t, send, (int fd, const void *data, size_t n, int flags), (fd, data, n, flags),
     ECONNRESET)
SHIM(ssize_t, recv, (int fd, void *data, size_t n, int flags), (fd, data, n, flags), ECONNRESET)
SHIM(int, getsockopt, (int fd, int level, int name, void *value, socklen_t *n),
     (fd, level, name, value, n), ENOBUFS)
SHIM(int, setsockopt, (int fd, int level, int name, const void *value, socklen_t n),
     (fd, level, name, value, n), ENOBUFS)
SHIM(int, clock_gettime, (clockid_t id, struct timespec *ts), (id, ts), EINVAL)
SHIM(ssize_t, getrandom, (void *data, size_t n, unsigned flags), (data, n, flags), EINTR)

/* Of files and of sockets, but not of a counter of eight bytes: an eventfd cannot fail. */
ssize_t write(int fd, const void *data, size_t n)
{
    ssize_t (*real)(int, const void *, size_t) =
        (ssize_t(*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");

    return n != 8 && fails("write", ENOSPC) ? -1 : real(fd, data, n);
}

ssize_t read(int fd, void *data, size_t n)
{
    ssize_t (*real)(int, void *, size_t) =
        (ssize_t(*)(int, void *, size_t))dlsym(RTLD_NEXT, "read");

    return n != 8 && fails("read", EIO) ? -1 : real(fd, data, n);
}

/* The proof itself waits on the first thread. */
int poll(struct pollfd *fds, nfds_t n, int timeout_ms)
{
    int (*real)(struct pollfd *, nfds_t, int) =
        (int (*)(struct pollfd *, nfds_t, int))dlsym(RTLD_NEXT, "poll");

    return gettid() != getpid() && fails("poll", ENOMEM) ? -1 : real(fds, n, timeout_ms);
}

/* Its error is its result. */
int posix_fallocate64(int fd, off64_t at, off64_t n)
{
    int (*real)(int, off64_t, off64_t) =
        (int (*)(int, off64_t, off64_t))dlsym(RTLD_NEXT, "posix_fallocate64");

    return fails("posix_fallocate64", ENOSPC) ? errno : real(fd, at, n);
}

void *mmap64(void *at, size_t n, int protection, int flags, int fd, off64_t offset)
{
    void *(*real)(void *, size_t, int, int, int, off64_t) =
        (void *(*)(void *, size_t, int, int, int, off64_t))dlsym(RTLD_NEXT, "mmap64");

    return fd >= 0 && fails("mmap64", ENOMEM) ? MAP_FAILED
                                              : real(at, n, protection, flags, fd, offset);
}
