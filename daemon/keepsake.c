/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/keepsake.h"

#include "base/file.h"
#include "base/log.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HABITS_MAX = 4096, KINDS_BYTES_MAX = 4096, FOLDERS_DEEP = 4 };

static const char *const marks[] = {
    [KEEPSAKE_INTRODUCED] = "introduced",
    [KEEPSAKE_MUTED] = "muted",
    [KEEPSAKE_ERASE] = "erase-all",
};

void keepsake_init(struct keepsake *keepsake, const char *state_folder)
{
    snprintf(keepsake->folder, sizeof(keepsake->folder), "%s", state_folder);
}

static int save(const struct keepsake *keepsake, const char *name, const char *text)
{
    char path[PATH_MAX];
    int r = base_file_join(keepsake->folder, name, path, sizeof(path));

    if (r == 0)
        r = base_file_replace(path, text, strlen(text), 0600);
    if (r < 0)
        log_warning("not-kept", "%s: %s", name, strerror(-r));
    return r;
}

bool keepsake_is_marked(const struct keepsake *keepsake, enum keepsake_mark mark)
{
    char path[PATH_MAX];

    return base_file_join(keepsake->folder, marks[mark], path, sizeof(path)) == 0 &&
           access(path, F_OK) == 0;
}

int keepsake_mark(const struct keepsake *keepsake, enum keepsake_mark mark, bool is_on)
{
    char path[PATH_MAX];
    int r;

    if (is_on)
        return save(keepsake, marks[mark], "");
    r = base_file_join(keepsake->folder, marks[mark], path, sizeof(path));
    if (r == 0 && unlink(path) < 0 && errno != ENOENT)
        r = -errno;
    if (r == 0)
        r = base_file_sync_folder(keepsake->folder);
    if (r < 0)
        log_warning("not-kept", "%s: %s", marks[mark], strerror(-r));
    return r;
}

void keepsake_save_voice(const struct keepsake *keepsake, int rate_wpm, int volume, int pitch)
{
    char json[128];

    snprintf(json, sizeof(json), "{\"voice\":{\"rate_wpm\":%d,\"volume\":%d,\"pitch\":%d}}\n",
             rate_wpm, volume, pitch);
    (void)save(keepsake, "voice.json", json);
}

void keepsake_save_habits(const struct keepsake *keepsake, const struct habits *habits)
{
    struct base_strbuf text;

    base_strbuf_init(&text);
    habits_print(habits, &text);
    (void)save(keepsake, "habits", base_strbuf_text(&text));
    base_strbuf_finish(&text);
}

struct habits keepsake_load_habits(const struct keepsake *keepsake)
{
    struct habits habits = habits_none();
    char path[PATH_MAX], *text;
    size_t n;

    if (base_file_join(keepsake->folder, "habits", path, sizeof(path)) < 0 ||
        base_file_read(path, HABITS_MAX, &text, &n) < 0)
        return habits;
    habits_parse(text, &habits);
    free(text);
    return habits;
}

void keepsake_save_kinds(const struct keepsake *keepsake, const struct kinds *kinds)
{
    struct base_strbuf text;

    base_strbuf_init(&text);
    kinds_print(kinds, &text);
    (void)save(keepsake, "kinds", base_strbuf_text(&text));
    base_strbuf_finish(&text);
}

struct kinds keepsake_load_kinds(const struct keepsake *keepsake)
{
    struct kinds kinds = {0};
    char path[PATH_MAX], *text;
    size_t n;

    if (base_file_join(keepsake->folder, "kinds", path, sizeof(path)) < 0 ||
        base_file_read(path, KINDS_BYTES_MAX, &text, &n) < 0)
        return kinds;
    kinds_parse(text, &kinds);
    free(text);
    return kinds;
}

/* ---- erasing ---- */

/* Overwritten before it is unlinked; on flash that is no promise, hence the keys go too. Returns: 0
 * or -errno. */
static int erase_file(const char *path)
{
    static const char zeros[4096];
    struct stat status;
    int fd;

    if (lstat(path, &status) < 0)
        return errno == ENOENT ? 0 : -errno;
    fd = S_ISREG(status.st_mode) ? open(path, O_WRONLY | O_NOFOLLOW | O_CLOEXEC) : -1;
    for (off_t done = 0; fd >= 0 && done < status.st_size;) {
        ssize_t n = write(fd, zeros, sizeof(zeros));

        if (n <= 0)
            break;
        done += n;
    }
    if (fd >= 0) {
        (void)fsync(fd);
        close(fd);
    }
    return unlink(path) < 0 && errno != ENOENT ? -errno : 0;
}

static int erase_in(const char *folder, const char *but, int depth);

static int erase(const char *path, int depth)
{
    struct stat status;
    int r;

    if (lstat(path, &status) < 0 || !S_ISDIR(status.st_mode))
        return erase_file(path);
    r = depth > 0 ? erase_in(path, NULL, depth - 1) : -ELOOP;
    return r == 0 && rmdir(path) < 0 ? -errno : r;
}

static int erase_in(const char *folder, const char *but, int depth)
{
    DIR *dir = opendir(folder);
    const struct dirent *entry;
    int result = dir ? 0 : -errno;

    while (dir && (entry = readdir(dir)) != NULL) {
        char path[PATH_MAX];
        int r;

        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
            (but && strcmp(entry->d_name, but) == 0) ||
            base_file_join(folder, entry->d_name, path, sizeof(path)) < 0)
            continue;
        r = erase(path, depth);
        if (r < 0 && result == 0)
            result = r;
    }
    if (dir)
        closedir(dir);
    return result;
}

/* The carer's files may be out of our reach: /etc is read-only under our unit. */
static bool is_out_of_reach(int r)
{
    return r == -EROFS || r == -EACCES || r == -EPERM;
}

int keepsake_erase_all(const struct keepsake *keepsake, const char *const *others, size_t n_others,
                       size_t *ret_n_left)
{
    size_t n_left = 0;
    int result = erase_in(keepsake->folder, marks[KEEPSAKE_ERASE], FOLDERS_DEEP);

    for (size_t i = 0; i < n_others; i++) {
        int r = others[i] && *others[i] ? erase_file(others[i]) : 0;

        if (is_out_of_reach(r)) {
            log_warning("erase-left", "%s: %s", others[i], strerror(-r));
            n_left++;
            continue;
        }
        if (r < 0 && result == 0)
            result = r;
    }
    if (result == 0)
        result = base_file_sync_folder(keepsake->folder);
    if (result < 0) {
        log_error("erase-failed", "%s", strerror(-result));
        return result;
    }
    *ret_n_left = n_left;
    log_notice("erased", "requests, settings, keys and logs");
    return keepsake_mark(keepsake, KEEPSAKE_ERASE, false);
}
