/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A file in memory with a path of its own, since the library takes what it is given as files. It
 * lives as long as it is open here or mapped there. Thread: any. */
#ifndef ASR_MEMORY_FILE_H
#define ASR_MEMORY_FILE_H

#include <stddef.h>

struct asr_memory_file {
    int fd; /* -1: none */
    char path[32];
};

/* Returns: 0 or -errno; to be closed in either case. */
int asr_memory_file_open(struct asr_memory_file *file, const void *data, size_t n_bytes);
void asr_memory_file_close(struct asr_memory_file *file);

#endif
