/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "matching/reserve.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define RESERVE_BYTES (1024 * 1024)

int matching_reserve_make(const char *path)
{
    struct stat st;
    int fd, r;

    if (stat(path, &st) == 0 && st.st_size == RESERVE_BYTES)
        return 0;
    fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return errno == EDQUOT ? -ENOSPC : -errno;
    r = -posix_fallocate(fd, 0, RESERVE_BYTES);
    if (r == 0 && fsync(fd) < 0)
        r = -errno;
    close(fd);
    if (r)
        unlink(path);
    return r == -EDQUOT || r == -EFBIG ? -ENOSPC : r;
}

void matching_reserve_release(const char *path)
{
    unlink(path);
}
