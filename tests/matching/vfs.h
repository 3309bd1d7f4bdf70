/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SQLite's disk, with faults: becomes the default VFS and passes everything on to the one before,
 * but counts each write, sync and truncation, and can fail the n-th. Shared memory and reads are
 * left alone. Thread: one.
 */
#ifndef TESTS_MATCHING_VFS_H
#define TESTS_MATCHING_VFS_H

#include <stdbool.h>

enum vfs_fault {
    VFS_NO_SPACE,  /* SQLITE_FULL, nothing written */
    VFS_IO,        /* EIO, nothing written */
    VFS_TORN,      /* EIO after half of it was written */
    VFS_SYNC_ONLY, /* EIO of syncs alone; what was written stays */
};

void vfs_install(void);
/* The n-th operation from now on (1, 2, ...) fails; `forever`: and all after it. 0: none. */
void vfs_fail(enum vfs_fault fault, int n, bool forever);
/* Whether the fault has struck since vfs_fail. */
bool vfs_has_struck(void);

/* After each sync of a file a copy of it is kept, until vfs_watch(false): what a power cut would
 * leave. Copies it to <to>/<name> for every file of `from`. */
void vfs_watch(bool is_on);
void vfs_copy_durable(const char *from, const char *to);

#endif
