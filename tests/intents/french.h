/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The French data of the source tree, for the tests of this folder. */
#ifndef TESTS_INTENTS_FRENCH_H
#define TESTS_INTENTS_FRENCH_H

#include "base/file.h"
#include "base/paths.h"
#include "intents/language.h"
#include "tests/check.h"

#include <dirent.h>
#include <ftw.h>
#include <limits.h>
#include <unistd.h>

static inline struct intents_language *load_french_for(enum intents_purpose purpose)
{
    struct intents_language *language = NULL;
    char root[PATH_MAX], folder[PATH_MAX];

    REQUIRE(base_paths_data(root, sizeof(root)) == 0);
    REQUIRE(base_file_join(root, "intents/fr", folder, sizeof(folder)) == 0);
    REQUIRE(intents_language_load(folder, purpose, NULL, 0, &language) == 0);
    return language;
}

static inline struct intents_language *load_french(void)
{
    return load_french_for(INTENTS_TO_DRAW);
}

/* A link for each entry of a folder, in another one. */
static inline void link_entries(const char *from, const char *to)
{
    DIR *listing = opendir(from);
    const struct dirent *entry;
    char source[PATH_MAX], target[PATH_MAX];

    REQUIRE(listing != NULL);
    while ((entry = readdir(listing))) {
        if (entry->d_name[0] == '.')
            continue;
        REQUIRE(base_file_join(from, entry->d_name, source, sizeof(source)) == 0);
        REQUIRE(base_file_join(to, entry->d_name, target, sizeof(target)) == 0);
        REQUIRE(strcmp(entry->d_name, "services") == 0 || symlink(source, target) == 0);
    }
    closedir(listing);
}

static inline int remove_entry(const char *path, const struct stat *status, int kind,
                               struct FTW *place)
{
    (void)status;
    (void)kind;
    (void)place;
    return remove(path);
}

static inline void remove_folder(const char *folder)
{
    CHECK_INT(nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS), 0);
}

#endif
