/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/date.h"
#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "matching/crc.h"
#include "matching/outbox.h"
#include "matching/outbox_store.h"
#include "matching/request.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DAMAGED_KEPT   3
#define DAMAGED_FOR_MS (7 * 86400000LL)
#define DAMAGED_MAX    (64 * 1024 * 1024) /* a file larger than that is not ours */

/* How every body begins; its id follows. */
#define HEAD      "{\"id\":\""
#define HEAD_SIZE (sizeof(HEAD) - 1)

static int copy_row(struct matching_row *row, struct matching_db *target, unsigned *ret_n_saved)
{
    enum matching_state state = matching_state_parse(matching_row_text(row, 1));
    size_t n_blob;
    const void *blob = matching_row_blob(row, 7, &n_blob);
    int n_changed = 0, r;

    if (!matching_id_is_valid(matching_row_text(row, 0)) ||
        (blob && !matching_store_check(blob, n_blob)) ||
        (!blob && (state == MATCHING_NOTED || state == MATCHING_SENDING))) {
        log_error("outbox-row-lost", "a row of the damaged file is unreadable");
        return 0;
    }
    r = matching_db_run(
        target, &n_changed,
        "INSERT INTO request (" MATCHING_STORE_COLUMNS ") VALUES"
        " (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT (id) DO NOTHING",
        "sssssssbiiisssssi", matching_row_text(row, 0), matching_state_name(state),
        matching_row_text(row, 2), matching_row_text(row, 3), matching_row_text(row, 4),
        matching_row_text(row, 5), matching_row_text(row, 6), blob, n_blob,
        matching_row_int(row, 8), matching_row_int(row, 9), matching_row_int(row, 10),
        matching_row_text(row, 11), matching_row_text(row, 12), matching_row_text(row, 13),
        matching_row_text(row, 14), matching_row_text(row, 15), matching_row_int(row, 16));
    *ret_n_saved += n_changed > 0;
    return r;
}

/* Reads from one end until the damage; the other end is read by the other order. */
static int copy_rows(struct matching_db *source, const char *sql, struct matching_db *target,
                     unsigned *ret_n_saved)
{
    struct matching_row *row;
    int end, r = matching_db_query(source, &row, sql, "");

    if (r) /* the schema itself is unreadable: nothing to be had this way */
        return r == -ENOMEM ? r : 0;
    while (r == 0 && (end = matching_row_next(row)) != 0) {
        if (end == 1)
            r = copy_row(row, target, ret_n_saved);
        else if (end == -ENOMEM) /* no damage: the rows behind are sound */
            r = end;
        else
            break;
    }
    matching_row_finish(row);
    return r;
}

/* The cursor is worth little: without it, news come again and are recognised. */
static int copy_cursor(struct matching_db *source, struct matching_db *target)
{
    struct matching_row *row;
    int r = 0;

    if (matching_db_query(source, &row, "SELECT value FROM meta WHERE name = 'cursor'", "") != 0)
        return 0;
    if (matching_row_next(row) == 1)
        r = matching_db_run(target, NULL,
                            "INSERT INTO meta (name, value) VALUES ('cursor', ?)"
                            " ON CONFLICT (name) DO NOTHING",
                            "s", matching_row_text(row, 0));
    matching_row_finish(row);
    return r;
}

/* A body that begins here. Returns: its length, 0 if there is none. */
static size_t find_body(const char *at, size_t n_left)
{
    uint32_t sum = 0;

    for (size_t n = 1; n <= MATCHING_BODY_MAX && n + MATCHING_SUM_SIZE <= n_left; n++) {
        sum = matching_crc32_more(sum, at + n - 1, 1);
        if (at[n - 1] == '}' && sum == matching_store_sum(at + n))
            return n;
    }
    return 0;
}

/* When it was spoken, by the device's clock: else the guard against the same request
 * twice would not know it (R59). 0 when it cannot be told. */
static int64_t spoken_wall_ms(const char *body, size_t n_body)
{
    static const char name[] = "\"spoken_at\":\"";
    const char *at = memmem(body, n_body, name, sizeof(name) - 1);
    struct base_datetime spoken;
    char text[20];

    if (!at || (size_t)(body + n_body - at) < sizeof(name) + sizeof(text))
        return 0;
    snprintf(text, sizeof(text), "%.19s", at + sizeof(name) - 1);
    return base_datetime_parse(text, &spoken) < 0 ? 0 : base_datetime_to_wall_ms(spoken);
}

/* A body whose sum is right is one of ours. What cannot be read of it, for want of memory, is tried
 * again, and is no reason to lose it: the id stands where it always does. */
static bool read_digest(const char *body, size_t n_body, struct matching_digest *ret_digest)
{
    if (matching_request_digest(body, n_body, ret_digest) == 0 ||
        matching_request_digest(body, n_body, ret_digest) == 0)
        return true;
    memset(ret_digest, 0, sizeof(*ret_digest));
    snprintf(ret_digest->id, sizeof(ret_digest->id), "%.*s", (int)(n_body - HEAD_SIZE),
             body + HEAD_SIZE);
    return matching_id_is_valid(ret_digest->id);
}

/*
 * Looks for bodies in the bytes of a file that SQLite cannot read, or not all of it: a body proves
 * itself by the sum behind it. What was delivered may be sent once more, under the same key.
 */
static int carve(const char *path, struct matching_db *target, unsigned *ret_n_saved)
{
    char *data;
    size_t n, n_body;
    int r = base_file_read(path, DAMAGED_MAX, &data, &n);

    if (r < 0)
        return r == -ENOENT || r == -EFBIG ? 0 : r;
    for (char *at = data; r == 0 && (at = memmem(at, n - (size_t)(at - data), HEAD, HEAD_SIZE));
         at++) {
        struct matching_digest digest;
        int n_changed = 0;

        n_body = find_body(at, n - (size_t)(at - data));
        if (n_body < HEAD_SIZE || !read_digest(at, n_body, &digest))
            continue;
        r = matching_db_run(target, &n_changed,
                            "INSERT INTO request (id, state, kind, service, date, part, time,"
                            " body, noted_ms) VALUES (?, 'sending', ?, ?, ?, ?, ?, ?, ?)"
                            " ON CONFLICT (id) DO NOTHING",
                            "ssssssbi", digest.id, matching_kind_name(digest.kind), digest.service,
                            digest.when.date, digest.when.part, digest.when.time, (const void *)at,
                            n_body + MATCHING_SUM_SIZE, spoken_wall_ms(at, n_body));
        *ret_n_saved += n_changed > 0;
    }
    free(data);
    return r;
}

int matching_mend_journal(const char *folder, struct matching_db *db, unsigned *ret_n_saved)
{
    char path[PATH_MAX];

    *ret_n_saved = 0;
    matching_store_path(folder, "-wal", path);
    return carve(path, db, ret_n_saved);
}

/* What SQLite can still read of it. */
static int copy_readable(const char *path, struct matching_db *target, unsigned *ret_n_saved)
{
    struct matching_db *source;
    int r = matching_db_open(path, false, &source);

    if (r && r != -ENOMEM) /* a passing error, or a header that forbids writing: reading may do */
        r = matching_db_open(path, true, &source);
    if (r) /* too damaged for SQLite: its bytes are searched instead */
        return r == -ENOMEM ? r : 0;
    r = copy_rows(source, "SELECT " MATCHING_STORE_COLUMNS " FROM request NOT INDEXED ORDER BY seq",
                  target, ret_n_saved);
    if (r == 0)
        r = copy_rows(
            source, "SELECT " MATCHING_STORE_COLUMNS " FROM request NOT INDEXED ORDER BY seq DESC",
            target, ret_n_saved);
    if (r == 0)
        r = copy_cursor(source, target);
    matching_db_close(source);
    return r;
}

static int copy_good(const char *folder, struct matching_db *target, unsigned *ret_n_saved)
{
    char path[PATH_MAX], journal[PATH_MAX];
    int r;

    matching_store_path(folder, "", path);
    matching_store_path(folder, "-wal", journal);
    r = copy_readable(path, target, ret_n_saved);
    if (r == 0)
        r = carve(path, target, ret_n_saved);
    return r ? r : carve(journal, target, ret_n_saved);
}

static const char *const suffixes[] = {"", "-wal", "-shm"};

/* outbox.db<suffix>, or of n > 0 outbox.db.damaged-n<suffix>. */
static void name_damaged(const char *folder, int n, const char *suffix, char ret_path[PATH_MAX])
{
    char name[32];

    snprintf(name, sizeof(name), ".damaged-%d%s", n, suffix);
    matching_store_path(folder, n > 0 ? name : suffix, ret_path);
}

/* Moves outbox.db<suffix> to outbox.db.damaged-1<suffix>, the older ones making room. */
static int set_aside(const char *folder)
{
    char from[PATH_MAX], to[PATH_MAX];

    for (int n = DAMAGED_KEPT; n >= 1; n--) {
        for (int i = 0; i < 3; i++) {
            name_damaged(folder, n - 1, suffixes[i], from);
            name_damaged(folder, n, suffixes[i], to);
            if (rename(from, to) < 0 && errno != ENOENT)
                return -errno;
        }
    }
    return 0;
}

void matching_mend_forget(const char *folder, int64_t now_wall_ms)
{
    char path[PATH_MAX];
    struct stat st;

    for (int n = 1; n <= DAMAGED_KEPT; n++) {
        for (int i = 0; i < 3; i++) {
            name_damaged(folder, n, suffixes[i], path);
            if (stat(path, &st) == 0 &&
                now_wall_ms - (int64_t)st.st_ctime * 1000 > DAMAGED_FOR_MS && unlink(path) == 0)
                log_info("outbox-erased", "a damaged file of a week ago");
        }
    }
}

static int sync_folder(const char *folder)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC), r;

    if (fd < 0)
        return -errno;
    r = fsync(fd) < 0 ? -errno : 0;
    close(fd);
    return r;
}

int matching_mend_finish(const char *folder)
{
    char mended[PATH_MAX], path[PATH_MAX];
    int r;

    matching_store_path(folder, ".mended", mended);
    matching_store_path(folder, "", path);
    if (access(mended, F_OK) < 0) /* not to know is not to go on: a new outbox would be put aside */
        return errno == ENOENT ? 0 : -errno;
    /* The journal goes before the copy comes: SQLite would play it into the copy. */
    r = set_aside(folder);
    if (r == 0 && rename(mended, path) < 0)
        r = -errno;
    return r == 0 ? sync_folder(folder) : base_trace(r);
}

/* Removes outbox.db.mending and its journal, or the journal alone. */
static void remove_mending(const char *folder, bool journal_only)
{
    static const char *const names[] = {".mending-wal", ".mending-shm", ".mending"};
    char path[PATH_MAX];

    for (int i = 0; i < (journal_only ? 2 : 3); i++) {
        matching_store_path(folder, names[i], path);
        unlink(path);
    }
}

/* Makes the sound copy under a name of its own. */
static int make_copy(const char *folder, const char *path, unsigned *ret_n_saved)
{
    struct matching_db *target = NULL;
    int r;

    remove_mending(folder, false);
    r = matching_db_open(path, false, &target);
    if (r == 0)
        r = matching_store_migrate(target);
    if (r == 0)
        r = copy_good(folder, target, ret_n_saved);
    if (r == 0)
        r = matching_db_checkpoint(target, true);
    matching_db_close(target);
    remove_mending(folder, true);
    return r;
}

int matching_mend(const char *folder, unsigned *ret_n_saved)
{
    char copy[PATH_MAX], mended[PATH_MAX];
    int r;

    *ret_n_saved = 0;
    matching_store_path(folder, ".mending", copy);
    matching_store_path(folder, ".mended", mended);
    r = make_copy(folder, copy, ret_n_saved);
    if (r == 0 && rename(copy, mended) < 0)
        r = -errno;
    if (r == 0) /* else a power cut could keep the next renames and lose this one */
        r = sync_folder(folder);
    if (r == 0)
        r = matching_mend_finish(folder);
    if (r == MATCHING_DB_NO_SPACE)
        return MATCHING_OUTBOX_NO_SPACE;
    return r == MATCHING_DB_DAMAGED ? -EIO : base_trace(r);
}
