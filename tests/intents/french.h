/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The French data of the source tree, for the tests of this folder. */
#ifndef TESTS_INTENTS_FRENCH_H
#define TESTS_INTENTS_FRENCH_H

#include "base/file.h"
#include "base/paths.h"
#include "intents/language.h"
#include "tests/check.h"

#include <limits.h>

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

#endif
