/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "asr/memory_file.h"

#include <errno.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

int asr_memory_file_open(struct asr_memory_file *file, const void *data, size_t n_bytes)
{
    file->fd = memfd_create("voisine", MFD_CLOEXEC);
    if (file->fd < 0)
        return -errno;
    snprintf(file->path, sizeof(file->path), "/proc/self/fd/%d", file->fd);
    return write(file->fd, data, n_bytes) == (ssize_t)n_bytes ? 0 : -EIO;
}

void asr_memory_file_close(struct asr_memory_file *file)
{
    if (file->fd >= 0)
        close(file->fd);
    file->fd = -1;
}
