/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int read_all(int fd, size_t n_max, char **ret_data, size_t *ret_n_bytes)
{
    size_t n = 0, capacity = 4096;
    char *data = malloc(capacity + 1);
    ssize_t got = 1;

    while (data && got != 0) {
        if (n == capacity) {
            char *larger = realloc(data, capacity * 2 + 1);

            if (!larger)
                break;
            data = larger;
            capacity *= 2;
        }
        got = read(fd, data + n, capacity - n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0 || (n += (size_t)got) > n_max) {
            int r = got < 0 ? -errno : -EFBIG;

            free(data);
            return r;
        }
    }
    if (!data || got != 0) {
        free(data);
        return -ENOMEM;
    }
    data[n] = '\0';
    *ret_data = data;
    *ret_n_bytes = n;
    return 0;
}

int base_file_read(const char *path, size_t n_max, char **ret_data, size_t *ret_n_bytes)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    int r;

    if (fd < 0)
        return -errno;
    r = read_all(fd, n_max, ret_data, ret_n_bytes);
    close(fd);
    return r;
}

static int write_all(int fd, const char *data, size_t n_bytes)
{
    while (n_bytes > 0) {
        ssize_t n = write(fd, data, n_bytes);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        data += n;
        n_bytes -= (size_t)n;
    }
    return fsync(fd) < 0 ? -errno : 0;
}

int base_file_sync_folder(const char *folder)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int r;

    if (fd < 0)
        return -errno;
    r = fsync(fd) < 0 ? -errno : 0;
    close(fd);
    return r;
}

int base_file_replace(const char *path, const void *data, size_t n_bytes, mode_t mode)
{
    char fresh[PATH_MAX], copy[PATH_MAX];
    int fd, r;

    if ((size_t)snprintf(fresh, sizeof(fresh), "%s.new", path) >= sizeof(fresh))
        return -ENAMETOOLONG;
    fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    if (fd < 0)
        return -errno;
    r = write_all(fd, data, n_bytes);
    if (close(fd) < 0 && r == 0)
        r = -errno;
    if (r == 0 && rename(fresh, path) < 0)
        r = -errno;
    if (r < 0) {
        unlink(fresh);
        return r;
    }
    snprintf(copy, sizeof(copy), "%s", path);
    return base_file_sync_folder(dirname(copy));
}

int base_file_give_to_folder_owner(const char *path)
{
    char copy[PATH_MAX];
    struct stat st;

    if (geteuid() != 0)
        return 0;
    if ((size_t)snprintf(copy, sizeof(copy), "%s", path) >= sizeof(copy))
        return -ENAMETOOLONG;
    return stat(dirname(copy), &st) < 0 || chown(path, st.st_uid, st.st_gid) < 0 ? -errno : 0;
}

int base_file_make_folder(const char *path, mode_t mode)
{
    char part[PATH_MAX];

    if ((size_t)snprintf(part, sizeof(part), "%s", path) >= sizeof(part))
        return -ENAMETOOLONG;
    for (char *p = part + 1; *p; p++) {
        if (*p != '/')
            continue;
        *p = '\0';
        if (mkdir(part, mode) < 0 && errno != EEXIST)
            return -errno;
        *p = '/';
    }
    return mkdir(part, mode) < 0 && errno != EEXIST ? -errno : 0;
}

int base_file_join(const char *folder, const char *name, char *ret_path, size_t size)
{
    int n = snprintf(ret_path, size, "%s/%s", folder, name);

    return n < 0 || (size_t)n >= size ? -ENAMETOOLONG : 0;
}
