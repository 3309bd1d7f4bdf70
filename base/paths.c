/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/paths.h"

#include "base/file.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LEVELS_ABOVE 3

/* The build folder of the running program, when it runs from one. Returns: 0, or -ENOENT. */
static int find_build_folder(char ret_folder[PATH_MAX])
{
    ssize_t n = readlink("/proc/self/exe", ret_folder, PATH_MAX - 1);

    if (n < 0)
        return -ENOENT;
    ret_folder[n] = '\0';
    for (int level = 0; level < LEVELS_ABOVE; level++) {
        char mark[PATH_MAX];
        char *slash = strrchr(ret_folder, '/');

        if (!slash || slash == ret_folder)
            return -ENOENT;
        *slash = '\0';
        if (base_file_join(ret_folder, "voisine-data", mark, sizeof(mark)) == 0 &&
            access(mark, R_OK) == 0)
            return 0;
    }
    return -ENOENT;
}

static int copy(const char *path, char *ret_path, size_t size)
{
    return (size_t)snprintf(ret_path, size, "%s", path) >= size ? -ENAMETOOLONG : 0;
}

int base_paths_data(char *ret_path, size_t size)
{
    const char *chosen = getenv("VOISINE_DATA");
    char build[PATH_MAX], mark[PATH_MAX], *root;
    size_t n;
    int r;

    if (chosen && *chosen)
        return copy(chosen, ret_path, size);
    if (find_build_folder(build) < 0)
        return copy(VOISINE_DATADIR, ret_path, size);
    r = base_file_join(build, "voisine-data", mark, sizeof(mark));
    if (r == 0)
        r = base_file_read(mark, PATH_MAX, &root, &n);
    if (r < 0)
        return r;
    root[strcspn(root, "\n")] = '\0';
    r = copy(root, ret_path, size);
    free(root);
    return r;
}

int base_paths_bundles(char *ret_path, size_t size)
{
    const char *chosen = getenv("VOISINE_BUNDLES");
    char build[PATH_MAX];

    if (chosen && *chosen)
        return copy(chosen, ret_path, size);
    if (find_build_folder(build) == 0)
        return base_file_join(build, "bundles", ret_path, size);
    return base_file_join(VOISINE_DATADIR, "bundles", ret_path, size);
}
