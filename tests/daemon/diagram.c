/* SPDX-License-Identifier: GPL-3.0-or-later */
/* docs/conversation.md holds the diagram of the table as it is now; with --print, prints it. */
#include "base/file.h"
#include "base/paths.h"
#include "daemon/conversation.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
    char root[PATH_MAX], path[PATH_MAX], *page = NULL, *diagram = NULL;
    size_t n;
    FILE *file = open_memstream(&diagram, &n);
    int status = 1;

    if (!file)
        return 1;
    conversation_print_dot(file);
    fclose(file);
    if (argc > 1 && strcmp(argv[1], "--print") == 0) {
        fputs(diagram, stdout);
        status = 0;
    } else if (base_paths_data(root, sizeof(root)) == 0 &&
               base_file_join(root, "docs/conversation.md", path, sizeof(path)) == 0 &&
               base_file_read(path, 1 << 20, &page, &n) == 0) {
        status = strstr(page, diagram) == NULL;
        if (status)
            fprintf(stderr,
                    "%s: the diagram is out of date; put the output of\n    %s --print\n"
                    "between its two marks\n",
                    path, argv[0]);
    }
    free(page);
    free(diagram);
    return status;
}
