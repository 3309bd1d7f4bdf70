/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/matching/vfs.h"

#include "base/file.h"

#include <dirent.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct file {
    sqlite3_file base; /* first */
    char path[512];
    sqlite3_file *real; /* behind this struct */
};

static struct {
    sqlite3_vfs vfs, *real;
    enum vfs_fault fault;
    int n_left;
    bool is_forever, has_struck, is_watching;
} disk;

static sqlite3_file *real_of(sqlite3_file *file)
{
    return ((struct file *)file)->real;
}

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
        return real_of(file)->pMethods->xWrite(real_of(file), data, n, at);
    if (disk.fault == VFS_NO_SPACE)
        return SQLITE_FULL;
    if (disk.fault == VFS_TORN)
        real_of(file)->pMethods->xWrite(real_of(file), data, n / 2, at);
    return SQLITE_IOERR_WRITE;
}

static int cut(sqlite3_file *file, sqlite3_int64 size)
{
    if (strikes(false))
        return SQLITE_IOERR_TRUNCATE;
    return real_of(file)->pMethods->xTruncate(real_of(file), size);
}

static int sync_file(sqlite3_file *file, int flags)
{
    const char *path = ((struct file *)file)->path;
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
    return real_of(file)->pMethods->xSync(real_of(file), flags);
}

static int close_file(sqlite3_file *file)
{
    return real_of(file)->pMethods->xClose(real_of(file));
}

static int read_some(sqlite3_file *file, void *data, int n, sqlite3_int64 at)
{
    return real_of(file)->pMethods->xRead(real_of(file), data, n, at);
}

static int size_of(sqlite3_file *file, sqlite3_int64 *size)
{
    return real_of(file)->pMethods->xFileSize(real_of(file), size);
}

static int lock_file(sqlite3_file *file, int level)
{
    return real_of(file)->pMethods->xLock(real_of(file), level);
}

static int unlock_file(sqlite3_file *file, int level)
{
    return real_of(file)->pMethods->xUnlock(real_of(file), level);
}

static int check_lock(sqlite3_file *file, int *result)
{
    return real_of(file)->pMethods->xCheckReservedLock(real_of(file), result);
}

static int control(sqlite3_file *file, int what, void *with)
{
    return real_of(file)->pMethods->xFileControl(real_of(file), what, with);
}

static int sector_size(sqlite3_file *file)
{
    return real_of(file)->pMethods->xSectorSize(real_of(file));
}

static int traits(sqlite3_file *file)
{
    return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

static int shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **ret)
{
    return real_of(file)->pMethods->xShmMap(real_of(file), page, size, extend, ret);
}

static int shm_lock(sqlite3_file *file, int offset, int n, int flags)
{
    return real_of(file)->pMethods->xShmLock(real_of(file), offset, n, flags);
}

static void shm_barrier(sqlite3_file *file)
{
    real_of(file)->pMethods->xShmBarrier(real_of(file));
}

static int shm_unmap(sqlite3_file *file, int deletes)
{
    return real_of(file)->pMethods->xShmUnmap(real_of(file), deletes);
}

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = close_file,
    .xRead = read_some,
    .xWrite = write_some,
    .xTruncate = cut,
    .xSync = sync_file,
    .xFileSize = size_of,
    .xLock = lock_file,
    .xUnlock = unlock_file,
    .xCheckReservedLock = check_lock,
    .xFileControl = control,
    .xSectorSize = sector_size,
    .xDeviceCharacteristics = traits,
    .xShmMap = shm_map,
    .xShmLock = shm_lock,
    .xShmBarrier = shm_barrier,
    .xShmUnmap = shm_unmap,
};

static int open_file(sqlite3_vfs *vfs, const char *name, sqlite3_file *base, int flags,
                     int *ret_flags)
{
    struct file *file = (struct file *)base;
    int code;

    (void)vfs;
    file->base.pMethods = NULL;
    file->real = (sqlite3_file *)(file + 1);
    snprintf(file->path, sizeof(file->path), "%s", name ? name : "");
    code = disk.real->xOpen(disk.real, name, file->real, flags, ret_flags);
    if (file->real->pMethods)
        file->base.pMethods = &methods;
    return code;
}

void vfs_install(void)
{
    disk.real = sqlite3_vfs_find(NULL);
    disk.vfs = *disk.real;
    disk.vfs.pNext = NULL;
    disk.vfs.zName = "faulty";
    disk.vfs.szOsFile = (int)sizeof(struct file) + disk.real->szOsFile;
    disk.vfs.xOpen = open_file;
    sqlite3_vfs_register(&disk.vfs, 1);
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
