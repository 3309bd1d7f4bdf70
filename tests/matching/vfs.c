/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/matching/vfs.h"

#include "base/file.h"
#include "tests/matching/pass_vfs.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct {
    struct pass_vfs pass;
    enum vfs_fault fault;
    int n_left;
    bool is_forever, has_struck, is_watching;
} disk;

static bool strikes(bool is_sync)
{
    if (disk.n_left == 0 || (disk.fault == VFS_SYNC_ONLY && !is_sync))
        return false;
    if (disk.n_left > 1) {
        disk.n_left--;
        return false;
    }
    if (!disk.is_forever)
        disk.n_left = 0;
    disk.has_struck = true;
    return true;
}

static int write_some(sqlite3_file *file, const void *data, int n, sqlite3_int64 at)
{
    if (!strikes(false))
        return pass_write(file, data, n, at);
    if (disk.fault == VFS_NO_SPACE)
        return SQLITE_FULL;
    if (disk.fault == VFS_TORN)
        pass_write(file, data, n / 2, at);
    return SQLITE_IOERR_WRITE;
}

static int cut(sqlite3_file *file, sqlite3_int64 size)
{
    if (strikes(false))
        return SQLITE_IOERR_TRUNCATE;
    return pass_truncate(file, size);
}

static int sync_file(sqlite3_file *file, int flags)
{
    const char *path = ((struct pass_file *)file)->path;
    char kept[600], *data;
    size_t n;

    if (strikes(true))
        return SQLITE_IOERR_FSYNC;
    if (disk.is_watching && *path && base_file_read(path, 1 << 26, &data, &n) == 0) {
        snprintf(kept, sizeof(kept), "%s.durable", path);
        if (base_file_replace(kept, data, n, 0600) != 0)
            abort();
        free(data);
    }
    return pass_sync(file, flags);
}

void vfs_install(void)
{
    pass_vfs_init(&disk.pass, "faulty");
    disk.pass.methods.xWrite = write_some;
    disk.pass.methods.xTruncate = cut;
    disk.pass.methods.xSync = sync_file;
    pass_vfs_register(&disk.pass);
}

void vfs_fail(enum vfs_fault fault, int n, bool forever)
{
    disk.fault = fault;
    disk.n_left = n;
    disk.is_forever = forever;
    disk.has_struck = false;
}

bool vfs_has_struck(void)
{
    return disk.has_struck;
}

void vfs_watch(bool is_on)
{
    disk.is_watching = is_on;
}

void vfs_copy_durable(const char *from, const char *to)
{
    DIR *dir = opendir(from);
    const struct dirent *entry;

    while (dir && (entry = readdir(dir)) != NULL) {
        char source[1024], target[1024], *data;
        size_t n_name = strlen(entry->d_name), n;

        if (n_name < 8 || strcmp(entry->d_name + n_name - 8, ".durable") != 0)
            continue;
        snprintf(source, sizeof(source), "%s/%.*s", from, (int)n_name - 8, entry->d_name);
        if (access(source, F_OK) < 0)
            continue; /* removed since, as SQLite does with a rollback journal, and synced */
        snprintf(source, sizeof(source), "%s/%s", from, entry->d_name);
        snprintf(target, sizeof(target), "%s/%.*s", to, (int)n_name - 8, entry->d_name);
        if (base_file_read(source, 1 << 26, &data, &n) != 0 ||
            base_file_replace(target, data, n, 0600) != 0)
            abort();
        free(data);
    }
    if (dir)
        closedir(dir);
}
