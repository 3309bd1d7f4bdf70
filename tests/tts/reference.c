/* SPDX-License-Identifier: GPL-3.0-or-later */
/* docs/conversation.md holds the table of what is said, as the catalogue has it now. */
#include "base/file.h"
#include "base/paths.h"
#include "tests/check.h"
#include "tts/prompts.h"

#include <limits.h>

static void the_table_of_sentences_is_up_to_date(void)
{
    char root[PATH_MAX], path[PATH_MAX], *page, *table = NULL;
    struct tts_prompts *prompts;
    size_t n;
    FILE *file;

    REQUIRE(base_paths_data(root, sizeof(root)) == 0);
    REQUIRE(base_file_join(root, "docs/conversation.md", path, sizeof(path)) == 0);
    REQUIRE(base_file_read(path, 1 << 20, &page, &n) == 0);
    REQUIRE(tts_prompts_load("fr", &prompts) == 0);
    file = open_memstream(&table, &n);
    REQUIRE(file);
    tts_prompts_print_reference(prompts, file);
    fclose(file);
    if (!strstr(page, table)) {
        fputs("docs/conversation.md: the table is out of date; put the output of\n"
              "    voisine say --print-sentences\nbetween its two marks\n",
              stderr);
        CHECK(!"the table is up to date");
    }
    free(page);
    free(table);
    tts_prompts_destroy(prompts);
}

CHECK_MAIN(the_table_of_sentences_is_up_to_date)
