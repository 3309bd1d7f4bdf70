/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SQLite's disk, passed through: what a VFS with faults is made of. It becomes the default one and
 * hands every call to the one before; its owner puts its own functions in the place of those that
 * it wants to see. Thread: one.
 */
#ifndef TESTS_MATCHING_PASS_VFS_H
#define TESTS_MATCHING_PASS_VFS_H

#include <sqlite3.h>

struct pass_file {
    sqlite3_file base;  /* first */
    sqlite3_file *real; /* behind this struct */
    void *user;         /* the owner's; NULL at first */
    char path[512];     /* "" for a file without a name */
};

struct pass_vfs {
    sqlite3_vfs vfs, *real;
    sqlite3_io_methods methods; /* change them before pass_vfs_register */
};

/* Fills it in; `name` must live as long as the process. */
void pass_vfs_init(struct pass_vfs *pass, const char *name);
/* From now on the default; for ever. */
void pass_vfs_register(struct pass_vfs *pass);

/* The VFS's xOpen, with which an owner's own may begin. */
int pass_vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags,
                  int *ret_flags);

/* What an owner's own writing, truncating and syncing end with. */
int pass_write(sqlite3_file *file, const void *data, int n, sqlite3_int64 at);
int pass_truncate(sqlite3_file *file, sqlite3_int64 size);
int pass_sync(sqlite3_file *file, int flags);
#endif
