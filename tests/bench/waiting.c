/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An outbox in which requests wait, as a speaker leaves it that was switched off before its service
 * answered. Usage: waiting FOLDER N. Prints their ids. */
#include "matching/outbox.h"
#include "tests/matching/scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
    struct matching_outbox *outbox;
    char id[MATCHING_ID_SIZE];
    int n = argc == 3 ? atoi(argv[2]) : 0;

    if (n < 1 || matching_outbox_open(argv[1], (unsigned)n, &outbox) != 0) {
        fprintf(stderr, "usage: waiting FOLDER N, a folder that is there\n");
        return 1;
    }
    for (int i = 0; i < n; i++) {
        char *body = scene_body("groceries", id);

        if (matching_outbox_put(outbox, id, body, strlen(body), 1) != 0)
            return 1;
        free(body);
        puts(id);
    }
    matching_outbox_close(outbox);
    return 0;
}
