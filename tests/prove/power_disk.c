/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/prove/power_disk.h"

#include "base/file.h"
#include "base/rng.h"
#include "tests/matching/pass_vfs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PATHS_MAX 16
#define SECTOR    512

/* A write, or a truncation (data NULL). */
struct change {
    struct change *next;
    size_t at, n;
    char *data;
};

struct disk_file {
    char path[160];
    char *synced;
    size_t n_synced;
    struct change *changes, **changes_end;
};

static struct {
    struct pass_vfs pass;
    struct disk_file files[PATHS_MAX];
    size_t n_files;
    unsigned n_left;
    bool is_gone, is_paused, ignores_sync;
} power;

static struct disk_file *disk_of(sqlite3_file *file)
{
    return ((struct pass_file *)file)->user;
}

static void forget_changes(struct disk_file *disk)
{
    while (disk->changes) {
        struct change *change = disk->changes;

        disk->changes = change->next;
        free(change->data);
        free(change);
    }
    disk->changes_end = &disk->changes;
}

/* Returns: whether the power holds for this operation. */
static bool draw_current(void)
{
    if (power.is_paused)
        return true;
    if (power.is_gone)
        return false;
    if (power.n_left > 0 && --power.n_left == 0)
        power.is_gone = true;
    return !power.is_gone;
}

static void remember(struct disk_file *disk, const void *data, size_t n, size_t at)
{
    struct change *change = disk ? calloc(1, sizeof(*change)) : NULL;

    if (!change)
        return;
    change->at = at;
    change->n = n;
    if (data) {
        change->data = malloc(n);
        if (!change->data)
            abort();
        memcpy(change->data, data, n);
    }
    *disk->changes_end = change;
    disk->changes_end = &change->next;
}

static int write_some(sqlite3_file *file, const void *data, int n, sqlite3_int64 at)
{
    if (!power.is_gone) /* the write that the power fails in may be half done */
        remember(disk_of(file), data, (size_t)n, (size_t)at);
    if (!draw_current())
        return SQLITE_IOERR_WRITE;
    return pass_write(file, data, n, at);
}

static int cut(sqlite3_file *file, sqlite3_int64 size)
{
    if (!draw_current())
        return SQLITE_IOERR_TRUNCATE;
    remember(disk_of(file), NULL, (size_t)size, 0);
    return pass_truncate(file, size);
}

static int sync_file(sqlite3_file *file, int flags)
{
    struct disk_file *disk = disk_of(file);

    (void)flags;
    if (!draw_current())
        return SQLITE_IOERR_FSYNC;
    if (power.ignores_sync || !disk)
        return SQLITE_OK;
    free(disk->synced);
    disk->synced = NULL;
    if (base_file_read(disk->path, 1 << 26, &disk->synced, &disk->n_synced) != 0)
        abort();
    forget_changes(disk);
    return SQLITE_OK; /* the model's sync is enough: nothing here is to outlive the test */
}

/* The file's memory; one that was there before power_begin counts as synced. */
static struct disk_file *find_disk(const char *path)
{
    struct disk_file *disk;

    for (size_t i = 0; i < power.n_files; i++) {
        if (strcmp(power.files[i].path, path) == 0)
            return &power.files[i];
    }
    if (power.n_files == PATHS_MAX)
        abort();
    disk = &power.files[power.n_files++];
    memset(disk, 0, sizeof(*disk));
    snprintf(disk->path, sizeof(disk->path), "%s", path);
    disk->changes_end = &disk->changes;
    if (base_file_read(path, 1 << 26, &disk->synced, &disk->n_synced) != 0) {
        disk->synced = NULL;
        disk->n_synced = 0;
    }
    return disk;
}

static int open_file(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags,
                     int *ret_flags)
{
    struct disk_file *disk = name && !power.is_paused ? find_disk(name) : NULL;
    int code = pass_vfs_open(vfs, name, file, flags, ret_flags);

    ((struct pass_file *)file)->user = disk;
    return code;
}

/* A journal that SQLite removes is gone once the folder is synced, which SQLite asks for. */
static int remove_file(sqlite3_vfs *vfs, const char *name, int syncs_folder)
{
    (void)vfs;
    if (power.is_paused)
        return power.pass.real->xDelete(power.pass.real, name, syncs_folder);
    if (power.is_gone)
        return SQLITE_IOERR_DELETE;
    for (size_t i = 0; i < power.n_files; i++) {
        if (strcmp(power.files[i].path, name) == 0) {
            forget_changes(&power.files[i]);
            free(power.files[i].synced);
            power.files[i].synced = NULL;
            power.files[i].n_synced = 0;
        }
    }
    return power.pass.real->xDelete(power.pass.real, name, syncs_folder);
}

void power_install(void)
{
    pass_vfs_init(&power.pass, "power");
    power.pass.vfs.xOpen = open_file;
    power.pass.vfs.xDelete = remove_file;
    power.pass.methods.xWrite = write_some;
    power.pass.methods.xTruncate = cut;
    power.pass.methods.xSync = sync_file;
    pass_vfs_register(&power.pass);
}

void power_begin(unsigned n)
{
    for (size_t i = 0; i < power.n_files; i++) {
        forget_changes(&power.files[i]);
        free(power.files[i].synced);
    }
    power.n_files = 0;
    power.n_left = n;
    power.is_gone = false;
}

bool power_is_gone(void)
{
    return power.is_gone;
}

void power_pause(bool is_on)
{
    power.is_paused = is_on;
}

void power_break_sync(void)
{
    power.ignores_sync = true;
}

/* --- what is left --- */

struct image {
    char *data;
    size_t n, n_room;
};

static void make_longer(struct image *image, size_t n)
{
    if (n > image->n_room) {
        image->n_room = n * 2;
        image->data = realloc(image->data, image->n_room);
        if (!image->data)
            abort();
    }
    if (n > image->n)
        memset(image->data + image->n, 0, n - image->n);
    if (n > image->n)
        image->n = n;
}

static void put(struct image *image, const char *data, size_t at, size_t n)
{
    make_longer(image, at + n);
    memcpy(image->data + at, data, n);
}

/* All of it, nothing, or each sector as it falls. */
static void put_some(struct image *image, const struct change *change, struct base_rng *rng)
{
    uint32_t fate = base_rng_below(rng, 3);

    if (fate == 0)
        return;
    if (!change->data) {
        make_longer(image, change->n);
        image->n = change->n;
        return;
    }
    for (size_t at = 0; at < change->n;) {
        size_t n = SECTOR - (change->at + at) % SECTOR;

        n = n < change->n - at ? n : change->n - at;
        if (fate == 1 || base_rng_below(rng, 2))
            put(image, change->data + at, change->at + at, n);
        at += n;
    }
}

void power_leave(const char *from, const char *to, uint64_t seed)
{
    struct base_rng rng;

    base_rng_seed(&rng, seed);
    for (size_t i = 0; i < power.n_files; i++) {
        const struct disk_file *disk = &power.files[i];
        const char *name = strrchr(disk->path, '/');
        struct image image = {NULL, 0, 0};
        char path[256];

        if (!name || strncmp(disk->path, from, strlen(from)) != 0)
            continue;
        make_longer(&image, 1);
        image.n = 0;
        put(&image, disk->synced ? disk->synced : "", 0, disk->n_synced);
        for (const struct change *change = disk->changes; change; change = change->next)
            put_some(&image, change, &rng);
        snprintf(path, sizeof(path), "%s%s", to, name);
        if ((image.n > 0 || disk->synced) &&
            base_file_replace(path, image.data, image.n, 0600) != 0)
            abort();
        free(image.data);
    }
}
