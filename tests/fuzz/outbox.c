/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A file in the outbox's place with anything in it (R16): the outbox opens all the same, what it
 * gives out as a request is one, and a new request can be noted.
 */
#include "matching/outbox.h"
#include "base/file.h"
#include "base/log.h"
#include "tests/check.h"
#include "tests/fuzz/target.h"
#include "tests/matching/scene.h"

#include <unistd.h>

/* Standard error is full of what the outbox says about such files. */
#define MUST(condition)                                                                            \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            printf("%s:%d: required: %s\n", __FILE__, __LINE__, #condition);                       \
            fflush(stdout);                                                                        \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

static void hush(void)
{
    if (!freopen("/dev/null", "w", stderr))
        abort();
}

static int look(void *user, const struct matching_entry *entry)
{
    struct matching_outbox *outbox = user;
    char *body;
    size_t n;

    if (matching_outbox_body(outbox, entry->summary.id, &body, &n) != 0)
        return 0;
    MUST(n > 0 && n <= MATCHING_BODY_MAX && strlen(body) <= n);
    free(body);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct matching_outbox *outbox;
    char folder[64], path[96], id[MATCHING_ID_SIZE], *body;
    int r;

    (void)base_log_open(BASE_LOG_ERROR, BASE_LOG_JSON, NULL);
    hush();
    if (access("/dev/shm", W_OK) == 0)
        setenv("TMPDIR", "/dev/shm", 1);
    scene_folder(folder);
    snprintf(path, sizeof(path), "%s/%s", folder, MATCHING_OUTBOX_FILE);
    MUST(base_file_replace(path, data, size, 0600) == 0);
    r = matching_outbox_open(folder, 1000, &outbox);
    if (r != 0 && r != MATCHING_OUTBOX_NEWER)
        printf("opening gives %d\n", r);
    MUST(r == 0 || r == MATCHING_OUTBOX_NEWER);
    if (r == 0) {
        (void)matching_outbox_each(outbox, look, outbox);
        body = scene_body("groceries", id);
        MUST(matching_outbox_put(outbox, id, body, strlen(body), 1) == 0);
        free(body);
        MUST(matching_outbox_body(outbox, id, &body, &size) == 0);
        free(body);
        matching_outbox_close(outbox);
    }
    scene_remove(folder);
    return 0;
}
