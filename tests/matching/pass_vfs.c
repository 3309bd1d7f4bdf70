/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/matching/pass_vfs.h"

#include <stdio.h>

static sqlite3_file *real_of(sqlite3_file *file)
{
    return ((struct pass_file *)file)->real;
}

int pass_write(sqlite3_file *file, const void *data, int n, sqlite3_int64 at)
{
    return real_of(file)->pMethods->xWrite(real_of(file), data, n, at);
}

int pass_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    return real_of(file)->pMethods->xTruncate(real_of(file), size);
}

int pass_sync(sqlite3_file *file, int flags)
{
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
    .xWrite = pass_write,
    .xTruncate = pass_truncate,
    .xSync = pass_sync,
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

int pass_vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *base, int flags, int *ret_flags)
{
    struct pass_vfs *pass = (struct pass_vfs *)vfs;
    struct pass_file *file = (struct pass_file *)base;
    int code;

    file->base.pMethods = NULL;
    file->real = (sqlite3_file *)(file + 1);
    file->user = NULL;
    snprintf(file->path, sizeof(file->path), "%s", name ? name : "");
    code = pass->real->xOpen(pass->real, name, file->real, flags, ret_flags);
    if (file->real->pMethods)
        file->base.pMethods = &pass->methods;
    return code;
}

void pass_vfs_init(struct pass_vfs *pass, const char *name)
{
    pass->real = sqlite3_vfs_find(NULL);
    pass->vfs = *pass->real;
    pass->vfs.pNext = NULL;
    pass->vfs.zName = name;
    pass->vfs.szOsFile = (int)sizeof(struct pass_file) + pass->real->szOsFile;
    pass->vfs.xOpen = pass_vfs_open;
    pass->methods = methods;
}

void pass_vfs_register(struct pass_vfs *pass)
{
    sqlite3_vfs_register(&pass->vfs, 1);
}
