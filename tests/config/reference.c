/* SPDX-License-Identifier: GPL-3.0-or-later */
/* docs/configuration.md is the reference that the option table makes now. */
#include "base/file.h"
#include "base/paths.h"
#include "config/options.h"
#include "tests/check.h"

#include <limits.h>

static void the_reference_is_up_to_date(void)
{
    char root[PATH_MAX], path[PATH_MAX], *page, *made = NULL;
    struct config_carer_texts *texts;
    size_t n;
    FILE *file;

    REQUIRE(base_paths_data(root, sizeof(root)) == 0);
    REQUIRE(base_file_join(root, "docs/configuration.md", path, sizeof(path)) == 0);
    REQUIRE(base_file_read(path, 1 << 20, &page, &n) == 0);
    REQUIRE(config_carer_texts_load("fr", &texts) == 0);
    file = open_memstream(&made, &n);
    REQUIRE(file);
    config_options_print_reference(file, texts);
    fclose(file);
    if (strcmp(page, made) != 0) {
        fputs("docs/configuration.md is out of date: run\n"
              "    voisine check --print-reference >docs/configuration.md\n",
              stderr);
        CHECK(!"the reference is up to date");
    }
    free(page);
    free(made);
    config_carer_texts_destroy(texts);
}

CHECK_MAIN(the_reference_is_up_to_date)
