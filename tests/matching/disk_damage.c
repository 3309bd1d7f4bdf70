/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The outbox whose files were damaged: it opens, and what is sound in them is kept (R16, R2). */
#include "matching/outbox.h"

#include "base/file.h"
#include "base/rng.h"
#include "tests/check.h"
#include "tests/matching/promises.h"
#include "tests/matching/scene.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

/* Makes an outbox of N_PUTS waiting requests; half of them folded back into the file. */
static void make_outbox(const char *folder, struct put puts[N_PUTS])
{
    struct matching_outbox *outbox;

    REQUIRE(matching_outbox_open(folder, 100, &outbox) == 0);
    for (int i = 0; i < N_PUTS; i++) {
        puts[i].body = scene_body("groceries", puts[i].id);
        puts[i].r =
            matching_outbox_put(outbox, puts[i].id, puts[i].body, strlen(puts[i].body), NOW_MS);
        CHECK_INT(puts[i].r, 0);
        if (i == N_PUTS / 2) { /* erasing folds the journal back; nothing is old here but this */
            CHECK_INT(matching_outbox_mark(outbox, puts[i].id, MATCHING_DONE, 1), 0);
            CHECK_INT(matching_outbox_erase_old(outbox, NOW_MS, true, NULL), 0);
            puts[i].r = -1;
        }
    }
    matching_outbox_close(outbox);
}

static void copy_folder(const char *from, const char *to)
{
    static const char *const names[] = {"outbox.db", "outbox.db-wal"};

    for (int i = 0; i < 2; i++) {
        char source[128], target[128], *data;
        size_t n;

        snprintf(source, sizeof(source), "%s/%s", from, names[i]);
        snprintf(target, sizeof(target), "%s/%s", to, names[i]);
        REQUIRE(base_file_read(source, 1 << 26, &data, &n) == 0);
        REQUIRE(base_file_replace(target, data, n, 0600) == 0);
        free(data);
    }
}

/* Opens what is left. No body is other than it was; returns how many good ones there are. */
static int count_good(const char *folder, const struct put puts[N_PUTS])
{
    struct matching_outbox *outbox = NULL;
    int n_good = 0, r = matching_outbox_open(folder, 100, &outbox);

    CHECK_INT(r, 0);
    if (r)
        return 0;
    for (int i = 0; i < N_PUTS; i++) {
        char *body = NULL;
        size_t n;

        if (matching_outbox_body(outbox, puts[i].id, &body, &n) == 0) {
            CHECK_STR(body, puts[i].body);
            n_good += puts[i].r == 0;
        }
        free(body);
    }
    matching_outbox_close(outbox);
    return n_good;
}

/* A file larger than any outbox is put aside unread. */
static void a_file_too_large_is_set_aside(void)
{
    char folder[64], path[128], id[MATCHING_ID_SIZE], *body;
    struct matching_outbox *outbox;

    scene_folder(folder);
    snprintf(path, sizeof(path), "%s/outbox.db", folder);
    REQUIRE(base_file_replace(path, "no database", 11, 0600) == 0);
    REQUIRE(truncate(path, 65L << 20) == 0);
    REQUIRE(matching_outbox_open(folder, 10, &outbox) == 0);
    body = scene_body("groceries", id);
    CHECK_INT(matching_outbox_put(outbox, id, body, strlen(body), NOW_MS), 0);
    free(body);
    matching_outbox_close(outbox);
    scene_remove(folder);
}

/* R16 wants 100,000: VOISINE_FLIPS=100000, with TMPDIR in memory. */
static int n_flips(void)
{
    const char *n = getenv("VOISINE_FLIPS");

    return n ? atoi(n) : promises_are_thorough() ? 10000 : 200;
}

static void bits_may_flip(void)
{
    char folder[64], path[128], *data;
    struct put puts[N_PUTS];
    struct base_rng rng;
    size_t n;
    int n_rounds = 0, n_good = 0, worst = N_PUTS;

    scene_folder(folder);
    make_outbox(folder, puts);
    base_rng_seed(&rng, 5);
    for (int which = 0; which < 2; which++) {
        snprintf(path, sizeof(path), "%s/outbox.db%s", folder, which ? "-wal" : "");
        REQUIRE(base_file_read(path, 1 << 26, &data, &n) == 0);
        REQUIRE(n > 0);
        for (int round = 0; round < n_flips() / 2; round++) {
            char copy[64], target[128];
            uint32_t at = base_rng_below(&rng, (uint32_t)n);
            int good;

            scene_folder(copy);
            copy_folder(folder, copy);
            data[at] = (char)(data[at] ^ (1 << base_rng_below(&rng, 8)));
            snprintf(target, sizeof(target), "%s/outbox.db%s", copy, which ? "-wal" : "");
            REQUIRE(base_file_replace(target, data, n, 0600) == 0);
            good = count_good(copy, puts);
            worst = good < worst ? good : worst;
            n_good += good;
            n_rounds++;
            free(data);
            scene_remove(copy);
            REQUIRE(base_file_read(path, 1 << 26, &data, &n) == 0);
        }
        free(data);
    }
    printf("bit flips: %d, requests kept: %d of %d, worst case %d of %d\n", n_rounds, n_good,
           n_rounds * (N_PUTS - 1), worst, N_PUTS - 1);
    CHECK(worst >= N_PUTS - 2); /* one bit costs one request at most */
    promises_forget(puts);
    scene_remove(folder);
}

static void files_may_be_cut_short(void)
{
    char folder[64];
    struct put puts[N_PUTS];
    int n_rounds = 0;

    scene_folder(folder);
    make_outbox(folder, puts);
    for (int which = 0; which < 2; which++) {
        char path[128], *data;
        size_t n;

        snprintf(path, sizeof(path), "%s/outbox.db%s", folder, which ? "-wal" : "");
        REQUIRE(base_file_read(path, 1 << 26, &data, &n) == 0);
        for (size_t length = 0; length < n; length += promises_are_thorough() ? 7 : 997) {
            char copy[64], target[128];

            scene_folder(copy);
            copy_folder(folder, copy);
            snprintf(target, sizeof(target), "%s/outbox.db%s", copy, which ? "-wal" : "");
            REQUIRE(truncate(target, (off_t)length) == 0);
            (void)count_good(copy, puts);
            scene_remove(copy);
            n_rounds++;
        }
        free(data);
    }
    printf("truncations: %d\n", n_rounds);
    CHECK(n_rounds > 30);
    promises_forget(puts);
    scene_remove(folder);
}

/* Puts for ever, telling each id once it is durable. */
static void put_until_killed(const char *folder, int fd)
{
    struct matching_outbox *outbox;
    char id[MATCHING_ID_SIZE];

    REQUIRE(matching_outbox_open(folder, 1000000, &outbox) == 0);
    for (;;) {
        char *body = scene_body("groceries", id);

        if (matching_outbox_put(outbox, id, body, strlen(body), NOW_MS) != 0 ||
            write(fd, id, sizeof(id)) != sizeof(id))
            _exit(1);
        free(body);
        (void)matching_outbox_mark(outbox, id, MATCHING_SENDING, NOW_MS);
        (void)matching_outbox_tidy(outbox);
    }
}

/* R1, R2: SIGKILL in the middle of the work, again and again on one outbox: what was told is there.
 */
static void kills_lose_nothing(void)
{
    static char told[12000][MATCHING_ID_SIZE];
    size_t n_told = 0, n_lost = 0;
    struct matching_outbox *outbox;
    struct matching_entry entry;
    struct base_rng rng;
    char folder[64];

    scene_folder(folder);
    base_rng_seed(&rng, 9);
    for (int round = 0; round < (promises_are_thorough() ? 200 : 30); round++) {
        unsigned n_wanted = 1 + base_rng_below(&rng, 25);
        int fds[2];
        pid_t pid;

        REQUIRE(pipe(fds) == 0);
        pid = fork();
        if (pid == 0)
            put_until_killed(folder, fds[1]);
        close(fds[1]);
        for (unsigned i = 0; i < n_wanted; i++)
            REQUIRE(read(fds[0], told[n_told++], MATCHING_ID_SIZE) == MATCHING_ID_SIZE);
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
        while (read(fds[0], told[n_told], MATCHING_ID_SIZE) == MATCHING_ID_SIZE && n_told < 11999)
            n_told++;
        close(fds[0]);
    }
    REQUIRE(matching_outbox_open(folder, 1000000, &outbox) == 0);
    for (size_t i = 0; i < n_told; i++)
        n_lost += matching_outbox_get(outbox, told[i], &entry) != 0;
    CHECK_INT(n_lost, 0);
    printf("requests told before kills: %zu\n", n_told);
    matching_outbox_close(outbox);
    scene_remove(folder);
}

/* One byte of the header says that a later SQLite alone may write: the disk is not read-only, so it
 * is damage. */
static void a_header_that_forbids_writing_is_damage(void)
{
    char folder[64], path[128], *data;
    struct matching_outbox_counts counts;
    struct matching_outbox *outbox;
    struct put puts[N_PUTS];
    size_t n;

    scene_folder(folder);
    make_outbox(folder, puts);
    snprintf(path, sizeof(path), "%s/outbox.db", folder);
    REQUIRE(base_file_read(path, 1 << 26, &data, &n) == 0);
    data[18] = 3;
    REQUIRE(base_file_replace(path, data, n, 0600) == 0);
    free(data);
    snprintf(path, sizeof(path), "%s/outbox.db-wal", folder);
    REQUIRE(truncate(path, 0) == 0);
    REQUIRE(matching_outbox_open(folder, 10, &outbox) == 0);
    matching_outbox_counts(outbox, &counts);
    CHECK(counts.was_damaged);
    CHECK_INT(counts.n_waiting, N_PUTS / 2); /* those that were folded back */
    matching_outbox_close(outbox);
    promises_forget(puts);
    scene_remove(folder);
}

static void what_is_no_database_is_set_aside(void)
{
    char folder[64], path[128], aside[128], id[MATCHING_ID_SIZE], *body;
    struct matching_outbox *outbox;
    struct matching_outbox_counts counts;

    scene_folder(folder);
    snprintf(path, sizeof(path), "%s/outbox.db", folder);
    snprintf(aside, sizeof(aside), "%s/outbox.db.damaged-1", folder);
    REQUIRE(base_file_replace(path, "this is a shopping list, not a database", 39, 0600) == 0);
    REQUIRE(matching_outbox_open(folder, 10, &outbox) == 0);
    matching_outbox_counts(outbox, &counts);
    CHECK(counts.was_damaged);
    CHECK_INT(access(aside, F_OK), 0);
    body = scene_body("groceries", id);
    CHECK_INT(matching_outbox_put(outbox, id, body, strlen(body), NOW_MS), 0);
    free(body);
    matching_outbox_close(outbox);
    scene_remove(folder);
}

/* The mending itself may be cut off: its copy was whole, the names were not yet changed, and the
 * journal of the damaged file still lies there. */
static void a_mending_cut_off_is_finished(void)
{
    char folder[64], path[128], mended[128];
    struct matching_outbox_counts counts;
    struct matching_outbox *outbox;
    struct put puts[N_PUTS];

    scene_folder(folder);
    make_outbox(folder, puts);
    snprintf(path, sizeof(path), "%s/outbox.db", folder);
    snprintf(mended, sizeof(mended), "%s/outbox.db.mended", folder);
    REQUIRE(rename(path, mended) == 0);
    REQUIRE(matching_outbox_open(folder, 10, &outbox) == 0);
    matching_outbox_counts(outbox, &counts);
    CHECK_INT(counts.n_all, N_PUTS / 2); /* what the copy held, and no frame of the journal */
    CHECK(access(mended, F_OK) < 0);
    matching_outbox_close(outbox);
    promises_forget(puts);
    scene_remove(folder);
}

CHECK_MAIN(promises_install, a_header_that_forbids_writing_is_damage, a_file_too_large_is_set_aside,
           bits_may_flip, files_may_be_cut_short, kills_lose_nothing,
           what_is_no_database_is_set_aside, a_mending_cut_off_is_finished)
