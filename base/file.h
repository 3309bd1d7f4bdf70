/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whole files: reading, writing so that a power cut leaves the old or the new one, making folders.
 * Thread: any. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stddef.h>
#include <sys/types.h>

/*
 * Reads a whole file and ends it with a NUL that is not counted. Returns: 0, -errno, -EFBIG above
 * n_max bytes. Owns: the caller (free).
 */
int base_file_read(const char *path, size_t n_max, char **ret_data, size_t *ret_n_bytes);

/*
 * Replaces a file: writes path.new, fsync, rename, fsync of the folder. After 0 the content
 * survives a power cut; after an error the old file is untouched. Returns: 0 or -errno.
 */
int base_file_replace(const char *path, const void *data, size_t n_bytes, mode_t mode);

/* Makes what was made, renamed or removed in a folder survive a power cut. Returns: 0 or -errno. */
int base_file_sync_folder(const char *folder);

/* What root wrote into another user's folder becomes that user's; anybody else's stays as it is.
 * Returns: 0 or -errno. */
int base_file_give_to_folder_owner(const char *path);

/* Makes a folder and those above it. Returns: 0 (also when it stands), or -errno. */
int base_file_make_folder(const char *path, mode_t mode);

/* "folder/name" into a buffer. Returns: 0, or -ENAMETOOLONG. */
int base_file_join(const char *folder, const char *name, char *ret_path, size_t size);

#endif
