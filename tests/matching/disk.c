/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The outbox on a disk that is full, broken, cut off or not to be written (R1, R2, R14, R15, R52).
 */
#include "matching/outbox.h"

#include "tests/check.h"
#include "tests/matching/promises.h"
#include "tests/matching/scene.h"
#include "tests/matching/vfs.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* A life: puts, marks, news, told, folding back. Every call may fail; only puts are believed. */
static void live(const char *folder, struct put puts[N_PUTS])
{
    struct matching_outbox *outbox = NULL;
    struct matching_news news = {.status = "matched", .first_name = "Marie"};
    bool is_changed;

    for (int i = 0; i < N_PUTS; i++) {
        puts[i].r = -1;
        puts[i].body = scene_body("groceries", puts[i].id);
    }
    if (matching_outbox_open(folder, 100, &outbox) != 0)
        return;
    for (int i = 0; i < N_PUTS; i++) {
        puts[i].r =
            matching_outbox_put(outbox, puts[i].id, puts[i].body, strlen(puts[i].body), NOW_MS);
        (void)matching_outbox_mark(outbox, puts[i].id, MATCHING_SENDING, NOW_MS);
        if (i % 2)
            (void)matching_outbox_mark(outbox, puts[i].id, MATCHING_TRANSMITTED, NOW_MS);
        memcpy(news.id, puts[i].id, sizeof(news.id));
        if (i % 4 == 1)
            (void)matching_outbox_news(outbox, &news, 1, "3", NOW_MS, &is_changed);
        (void)matching_outbox_add_waited(outbox, 3600);
        (void)matching_outbox_tidy(outbox);
    }
    matching_outbox_close(outbox);
}

/* What was promised is there with its bytes; what was refused is not (`phantoms_allowed`: a disk
 * that never writes again cannot take back what it wrote before). Returns: how many are missing. */
static int check_promises(const char *folder, const struct put puts[N_PUTS], bool phantoms_allowed)
{
    struct matching_outbox *outbox = NULL;
    int n_missing = 0;

    REQUIRE(matching_outbox_open(folder, 100, &outbox) == 0);
    for (int i = 0; i < N_PUTS; i++) {
        char *body = NULL;
        size_t n;
        int r = matching_outbox_body(outbox, puts[i].id, &body, &n);

        if (puts[i].r == 0 && (r != 0 || strcmp(body, puts[i].body) != 0))
            n_missing++;
        if (puts[i].r != 0 && !phantoms_allowed)
            CHECK(r != 0);
        free(body);
    }
    matching_outbox_close(outbox);
    return n_missing;
}

/* Each write and sync of a life fails in turn, once and for ever. */
static void every_write_may_fail(void)
{
    static const enum vfs_fault faults[] = {VFS_NO_SPACE, VFS_IO, VFS_TORN, VFS_SYNC_ONLY};

    for (size_t kind = 0; kind < 8; kind++) {
        enum vfs_fault fault = faults[kind / 2];
        bool is_forever = kind % 2;
        int n = promises_are_thorough() || fault == VFS_SYNC_ONLY ? 0 : (int)kind / 2 - 4;
        int n_failed_puts = 0;
        bool has_struck = true;

        while (has_struck) {
            char folder[64];
            struct put puts[N_PUTS];

            scene_folder(folder);
            n += promises_are_thorough() || fault == VFS_SYNC_ONLY ? 1 : 5;
            vfs_fail(fault, n, is_forever);
            live(folder, puts);
            has_struck = vfs_has_struck();
            vfs_fail(fault, 0, false);
            for (int i = 0; i < N_PUTS; i++)
                n_failed_puts += puts[i].r != 0;
            CHECK_INT(check_promises(folder, puts, is_forever), 0);
            promises_forget(puts);
            scene_remove(folder);
        }
        CHECK(n > 20);
        CHECK(n_failed_puts > 0);
        printf("fault %d %s: %d places, %d puts refused\n", fault, is_forever ? "for ever" : "once",
               n - 1, n_failed_puts);
    }
}

/* R2: a power cut after each put: only what was synced is left, and that is enough. */
static void a_power_cut_leaves_every_promise(void)
{
    char folder[64], after[64];
    struct matching_outbox *outbox;
    struct put puts[N_PUTS];

    scene_folder(folder);
    vfs_watch(true);
    REQUIRE(matching_outbox_open(folder, 100, &outbox) == 0);
    for (int i = 0; i < N_PUTS; i++)
        puts[i] = (struct put){.r = -1, .body = scene_body("groceries", puts[i].id)};
    for (int i = 0; i < N_PUTS; i++) {
        puts[i].body = (free(puts[i].body), scene_body("groceries", puts[i].id));
        puts[i].r =
            matching_outbox_put(outbox, puts[i].id, puts[i].body, strlen(puts[i].body), NOW_MS);
        CHECK_INT(puts[i].r, 0);
        scene_folder(after);
        vfs_copy_durable(folder, after);
        vfs_watch(false);
        CHECK_INT(check_promises(after, puts, true), 0);
        vfs_watch(true);
        scene_remove(after);
        if (i % 3 == 2)
            CHECK_INT(matching_outbox_tidy(outbox), 0);
    }
    matching_outbox_close(outbox);
    vfs_watch(false);
    promises_forget(puts);
    scene_remove(folder);
}

/* Puts until it is refused. Returns: how; *ret_n how many were taken. */
static int fill(struct matching_outbox *outbox, int *ret_n)
{
    char id[MATCHING_ID_SIZE], *body;
    int r = 0;

    for (*ret_n = 0; r == 0 && *ret_n < 100000; *ret_n += r == 0) {
        body = scene_body("groceries", id);
        r = matching_outbox_put(outbox, id, body, strlen(body), NOW_MS);
        free(body);
        if (r == 0)
            (void)matching_outbox_tidy(outbox);
    }
    return r;
}

/* A real limit of the kernel's instead of a simulated one. */
static void a_size_limit_refuses(void)
{
    struct rlimit before, limit;
    char folder[64], id[MATCHING_ID_SIZE], *body;
    struct matching_outbox *outbox;
    int n;

    signal(SIGXFSZ, SIG_IGN);
    scene_folder(folder);
    REQUIRE(matching_outbox_open(folder, 100000, &outbox) == 0);
    getrlimit(RLIMIT_FSIZE, &before);
    limit = before;
    limit.rlim_cur = 200 * 1024;
    setrlimit(RLIMIT_FSIZE, &limit);
    CHECK(fill(outbox, &n) != 0);
    setrlimit(RLIMIT_FSIZE, &before);
    CHECK(n > 5);
    /* With room again, it goes on. */
    CHECK_INT(matching_outbox_tidy(outbox), 0);
    body = scene_body("groceries", id);
    CHECK_INT(matching_outbox_put(outbox, id, body, strlen(body), NOW_MS), 0);
    free(body);
    matching_outbox_close(outbox);
    scene_remove(folder);
}

static bool write_text(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    bool is_done = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

    if (fd >= 0)
        close(fd);
    return is_done;
}

/* Mounts a small file system on the folder, in a name space of our own. */
static bool mount_small(const char *folder)
{
    char map[64];

    if (unshare(CLONE_NEWNS) < 0) { /* not root: a name space where we are */
        snprintf(map, sizeof(map), "0 %d 1", (int)getuid());
        if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0)
            return false;
        (void)(write_text("/proc/self/uid_map", map) && write_text("/proc/self/setgroups", "deny"));
        snprintf(map, sizeof(map), "0 %d 1", (int)getgid());
        (void)write_text("/proc/self/gid_map", map);
    }
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
        return false;
    return mount("tmpfs", folder, "tmpfs", 0, "size=2m") == 0;
}

/* Runs in a child: the name space is the child's. */
static void fill_a_small_disk(const char *folder)
{
    struct matching_outbox *outbox;
    char id[MATCHING_ID_SIZE], *body;
    int n;

    REQUIRE(matching_outbox_open(folder, 100000, &outbox) == 0);
    body = scene_body("groceries", id);
    CHECK_INT(matching_outbox_put(outbox, id, body, strlen(body), NOW_MS), 0);
    free(body);
    CHECK_INT(fill(outbox, &n), MATCHING_OUTBOX_NO_SPACE);
    CHECK(n > 100);
    /* The disk is full to the brim, and what was noted can still be marked, thanks to the reserve.
     */
    CHECK_INT(matching_outbox_mark(outbox, id, MATCHING_SENDING, NOW_MS), 0);
    CHECK_INT(matching_outbox_mark(outbox, id, MATCHING_TRANSMITTED, NOW_MS), 0);
    matching_outbox_close(outbox);
    CHECK_INT(matching_outbox_open(folder, 100000, &outbox), 0);
    matching_outbox_close(outbox);
}

/* A disk that is read-only is no damage: nothing is mended, and what is there can be read. Runs in
 * a child. */
static void open_on_a_read_only_disk(const char *folder)
{
    struct matching_outbox *outbox;
    struct matching_entry entry;
    char id[MATCHING_ID_SIZE], aside[128], *body;

    REQUIRE(matching_outbox_open(folder, 10, &outbox) == 0);
    body = scene_body("groceries", id);
    CHECK_INT(matching_outbox_put(outbox, id, body, strlen(body), NOW_MS), 0);
    free(body);
    REQUIRE(mount(NULL, folder, NULL, MS_REMOUNT | MS_RDONLY, NULL) == 0 || errno == EBUSY);
    matching_outbox_close(outbox);
    REQUIRE(mount(NULL, folder, NULL, MS_REMOUNT | MS_RDONLY, NULL) == 0);
    CHECK(matching_outbox_open(folder, 10, &outbox) < 0);
    snprintf(aside, sizeof(aside), "%s/outbox.db.damaged-1", folder);
    CHECK(access(aside, F_OK) < 0);
    REQUIRE(mount(NULL, folder, NULL, MS_REMOUNT, NULL) == 0);
    REQUIRE(matching_outbox_open(folder, 10, &outbox) == 0);
    CHECK_INT(matching_outbox_get(outbox, id, &entry), 0);
    matching_outbox_close(outbox);
}

/* In a child of its own, whose name space goes with it. */
static void on_a_small_disk(void (*live_there)(const char *folder))
{
    char folder[64];
    int status;
    pid_t pid;

    scene_folder(folder);
    fflush(NULL);
    pid = fork();
    if (pid == 0) {
        if (!mount_small(folder))
            _exit(77);
        check_failures = 0;
        live_there(folder);
        exit(check_failures ? 1 : 0); /* so that what it reached is counted */
    }
    REQUIRE(waitpid(pid, &status, 0) == pid && WIFEXITED(status));
    if (WEXITSTATUS(status) == 77)
        printf("no small disk could be mounted here: not checked\n");
    else
        CHECK_INT(WEXITSTATUS(status), 0);
    scene_remove(folder);
}

/* R14 on a disk that is really full. */
static void a_full_disk_is_told_and_loses_nothing(void)
{
    on_a_small_disk(fill_a_small_disk);
}

static void a_read_only_disk_is_no_damage(void)
{
    on_a_small_disk(open_on_a_read_only_disk);
}

/* Folding the journal back may use the reserve; on a disk that takes nothing it is left for later,
 * and nothing is lost. */
static void the_journal_is_folded_back_when_it_can_be(void)
{
    char folder[64], reserve[128], id[MATCHING_ID_SIZE];
    struct matching_outbox *outbox;
    struct matching_entry entry;

    scene_folder(folder);
    snprintf(reserve, sizeof(reserve), "%s/outbox.reserve", folder);
    REQUIRE(matching_outbox_open(folder, 100, &outbox) == 0);
    for (int i = 0; i < 30; i++) {
        char *body = scene_body("groceries", id);

        CHECK_INT(matching_outbox_put(outbox, id, body, strlen(body), NOW_MS), 0);
        free(body);
    }
    vfs_fail(VFS_IO, 1, true);
    CHECK(matching_outbox_tidy(outbox) < 0);
    vfs_fail(VFS_NO_SPACE, 2, false); /* the journal is synced first */
    CHECK_INT(matching_outbox_tidy(outbox), 0);
    CHECK(vfs_has_struck());
    vfs_fail(VFS_IO, 1, true); /* folded back: there is nothing to write any more */
    CHECK_INT(matching_outbox_tidy(outbox), 0);
    vfs_fail(VFS_IO, 0, false);
    CHECK_INT(access(reserve, F_OK), 0);
    CHECK_INT(matching_outbox_get(outbox, id, &entry), 0);
    matching_outbox_close(outbox);
    scene_remove(folder);
}

/* Holds SQLite's lock for folding back, which stands at byte 121 of the -shm file, until it may go.
 * Runs in a child: such locks are between processes. */
static void hold_fold_back(const char *path, int ready_fd, int go_fd)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 121, .l_len = 1};
    int fd = open(path, O_RDWR | O_CLOEXEC);
    char letter = fcntl(fd, F_SETLK, &lock) == 0 ? 'y' : 'n';

    (void)!write(ready_fd, &letter, 1);
    (void)!read(go_fd, &letter, 1);
    _exit(0);
}

/* Another process folds the journal back at this moment: it is left to that one. */
static void two_do_not_fold_back_at_once(void)
{
    char folder[64], path[128], id[MATCHING_ID_SIZE], letter = 0;
    struct matching_outbox *outbox;
    int ready[2], go[2];
    pid_t pid;

    scene_folder(folder);
    snprintf(path, sizeof(path), "%s/outbox.db-shm", folder);
    REQUIRE(matching_outbox_open(folder, 100, &outbox) == 0);
    for (int i = 0; i < 30; i++) {
        char *body = scene_body("groceries", id);

        CHECK_INT(matching_outbox_put(outbox, id, body, strlen(body), NOW_MS), 0);
        free(body);
    }
    REQUIRE(pipe(ready) == 0 && pipe(go) == 0);
    pid = fork();
    if (pid == 0)
        hold_fold_back(path, ready[1], go[0]);
    REQUIRE(read(ready[0], &letter, 1) == 1 && letter == 'y');
    CHECK_INT(matching_outbox_tidy(outbox), 0);
    REQUIRE(write(go[1], "g", 1) == 1);
    waitpid(pid, NULL, 0);
    CHECK_INT(matching_outbox_tidy(outbox), 0);
    for (int i = 0; i < 2; i++) {
        close(ready[i]);
        close(go[i]);
    }
    matching_outbox_close(outbox);
    scene_remove(folder);
}

/* R14: no room even for the reserve: nothing is noted, and marks still work. */
static void without_the_reserve_nothing_is_noted(void)
{
    struct rlimit before, limit;
    char folder[64], reserve[128], id[MATCHING_ID_SIZE], other[MATCHING_ID_SIZE];
    char *body = NULL;
    struct matching_outbox *outbox;

    scene_folder(folder);
    snprintf(reserve, sizeof(reserve), "%s/outbox.reserve", folder);
    REQUIRE(matching_outbox_open(folder, 10, &outbox) == 0);
    CHECK_INT(access(reserve, F_OK), 0);
    body = scene_body("groceries", id);
    CHECK_INT(matching_outbox_put(outbox, id, body, strlen(body), NOW_MS), 0);
    free(body);
    vfs_fail(VFS_NO_SPACE, 1, false);
    CHECK_INT(matching_outbox_mark(outbox, id, MATCHING_TRANSMITTED, NOW_MS), 0);
    vfs_fail(VFS_NO_SPACE, 0, false);
    CHECK(access(reserve, F_OK) < 0); /* it was given up for the mark */
    getrlimit(RLIMIT_FSIZE, &before);
    limit = before;
    limit.rlim_cur = 512 * 1024;
    setrlimit(RLIMIT_FSIZE, &limit);
    body = scene_body("groceries", other);
    CHECK_INT(matching_outbox_put(outbox, other, body, strlen(body), NOW_MS),
              MATCHING_OUTBOX_NO_SPACE);
    setrlimit(RLIMIT_FSIZE, &before);
    CHECK_INT(matching_outbox_put(outbox, other, body, strlen(body), NOW_MS), 0);
    CHECK_INT(access(reserve, F_OK), 0);
    free(body);
    matching_outbox_close(outbox);
    scene_remove(folder);
}

/* R52: nearly a day with nothing to do, one request delivered: not one write. */
static void an_idle_day_writes_nothing(void)
{
    struct matching_outbox *outbox;
    char folder[64], id[MATCHING_ID_SIZE], *body;

    scene_folder(folder);
    REQUIRE(matching_outbox_open(folder, 10, &outbox) == 0);
    body = scene_body("groceries", id);
    CHECK_INT(matching_outbox_put(outbox, id, body, strlen(body), NOW_MS), 0);
    CHECK_INT(matching_outbox_mark(outbox, id, MATCHING_TRANSMITTED, NOW_MS), 0);
    vfs_fail(VFS_IO, 1, true);
    for (int hour = 1; hour < 22; hour++) {
        CHECK_INT(matching_outbox_add_waited(outbox, 3600), 0);
        CHECK_INT(matching_outbox_erase_old(outbox, NOW_MS + hour * 3600000LL, true, NULL), 0);
        CHECK_INT(matching_outbox_tidy(outbox), 0);
        CHECK_INT(matching_outbox_told(outbox, id), 0);
    }
    CHECK(!vfs_has_struck());
    CHECK(matching_outbox_erase_old(outbox, NOW_MS + 25 * 3600000LL, true, NULL) != 0);
    CHECK(vfs_has_struck()); /* the erasing does write */
    vfs_fail(VFS_IO, 0, false);
    free(body);
    matching_outbox_close(outbox);
    scene_remove(folder);
}

static void an_unwritable_folder_is_named(void)
{
    struct matching_outbox *outbox;

    CHECK_INT(matching_outbox_open("/proc/nowhere", 10, &outbox) < 0, true);
}

CHECK_MAIN(promises_install, every_write_may_fail, two_do_not_fold_back_at_once,
           a_power_cut_leaves_every_promise, a_size_limit_refuses,
           a_full_disk_is_told_and_loses_nothing, a_read_only_disk_is_no_damage,
           the_journal_is_folded_back_when_it_can_be, without_the_reserve_nothing_is_noted,
           an_idle_day_writes_nothing, an_unwritable_folder_is_named)
