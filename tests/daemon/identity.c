/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/identity.h"

#include "base/file.h"
#include "matching/request.h"
#include "tests/check.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[64], path[96];

static void set_up(void)
{
    strcpy(folder, "/tmp/voisine-XXXXXX");
    REQUIRE(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/device-id", folder);
}

static void tear_down(void)
{
    unlink(path);
    rmdir(folder);
}

static void a_name_is_made_once_and_kept(void)
{
    char first[64], second[64];
    struct stat status;

    set_up();
    CHECK_INT(identity_device(folder, "", first, sizeof(first)), 0);
    CHECK(matching_id_is_valid(first));
    CHECK_INT(identity_device(folder, "", second, sizeof(second)), 0);
    CHECK_STR(second, first);
    CHECK(stat(path, &status) == 0 && (status.st_mode & 0777) == 0600);
    tear_down();
}

static void a_configured_name_goes_before_and_writes_nothing(void)
{
    char id[64];

    set_up();
    CHECK_INT(identity_device(folder, "speaker-7", id, sizeof(id)), 0);
    CHECK_STR(id, "speaker-7");
    CHECK(access(path, F_OK) != 0);
    CHECK_INT(identity_device(folder, "speaker-7", id, 5), -ENAMETOOLONG);
    tear_down();
}

static void a_damaged_name_is_made_anew(void)
{
    char id[64];

    set_up();
    REQUIRE(base_file_replace(path, "rubbish", 7, 0600) == 0);
    CHECK_INT(identity_device(folder, "", id, sizeof(id)), 0);
    CHECK(matching_id_is_valid(id));
    tear_down();
}

/* A new name would be a speaker that the service does not know. */
static void a_name_that_cannot_be_read_is_left_alone(void)
{
    char first[64], again[64], kept[128];

    set_up();
    REQUIRE(identity_device(folder, "", first, sizeof(first)) == 0);
    snprintf(kept, sizeof(kept), "%s.kept", path);
    REQUIRE(rename(path, kept) == 0);
    REQUIRE(symlink("/proc/self/mem", path) == 0); /* a disk that fails: reading it is EIO */
    CHECK_INT(identity_device(folder, "", again, sizeof(again)), -EIO);
    REQUIRE(rename(kept, path) == 0);
    REQUIRE(identity_device(folder, "", again, sizeof(again)) == 0);
    CHECK_STR(again, first);
    tear_down();
}

static void a_folder_that_is_not_there_is_told(void)
{
    char id[64];

    CHECK(identity_device("/nowhere/at/all", "", id, sizeof(id)) < 0);
}

CHECK_MAIN(a_name_is_made_once_and_kept, a_configured_name_goes_before_and_writes_nothing,
           a_damaged_name_is_made_anew, a_name_that_cannot_be_read_is_left_alone,
           a_folder_that_is_not_there_is_told)
