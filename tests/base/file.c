/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/file.h"
#include "tests/check.h"

#include <errno.h>
#include <limits.h>
#include <unistd.h>

static void a_file_is_replaced_whole_or_not_at_all(void)
{
    char folder[] = "/tmp/voisine-file-XXXXXX", deep[PATH_MAX], path[PATH_MAX], *data;
    size_t n;

    REQUIRE(mkdtemp(folder));
    REQUIRE(base_file_join(folder, "a/b/c", deep, sizeof(deep)) == 0);
    CHECK_INT(base_file_make_folder(deep, 0700), 0);
    CHECK_INT(base_file_make_folder(deep, 0700), 0);
    REQUIRE(base_file_join(deep, "x", path, sizeof(path)) == 0);
    CHECK_INT(base_file_replace(path, "one", 3, 0600), 0);
    CHECK_INT(base_file_replace(path, "two!", 4, 0600), 0);
    REQUIRE(base_file_read(path, 100, &data, &n) == 0);
    CHECK_STR(data, "two!");
    free(data);
    CHECK_INT(base_file_read(path, 3, &data, &n), -EFBIG);
    CHECK_INT(base_file_replace("/proc/nowhere/x", "a", 1, 0600), -ENOENT);
    CHECK_INT(unlink(path), 0);
}

CHECK_MAIN(a_file_is_replaced_whole_or_not_at_all)
