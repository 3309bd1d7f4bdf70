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

/* Every column that travels. */
#define COPIED                                                                                     \
    "id, state, kind, service, date, part, time, body, noted_ms, settled_ms, waited_s, status,"    \
    " first_name, matched_date, matched_part, matched_time, untold"

/* One step a version; each is a transaction. Never edit one that was released: add another. */
static const char *const migrations[] = {
    "CREATE TABLE request ("
    " seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, state TEXT NOT NULL, kind TEXT,"
    " service TEXT, date TEXT, part TEXT, time TEXT, body BLOB, noted_ms INTEGER NOT NULL,"
    " settled_ms INTEGER NOT NULL DEFAULT 0, waited_s INTEGER NOT NULL DEFAULT 0, status TEXT,"
    " first_name TEXT, matched_date TEXT, matched_part TEXT, matched_time TEXT,"
    " untold INTEGER NOT NULL DEFAULT 0);"
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;"
    "INSERT INTO meta (name, value) VALUES ('version', '1000');",
};

/* The version stands twice: a flipped bit in the header must not make the outbox one of a later
 * version, which would be left alone for ever. */
static int64_t version_inside(struct matching_db *db)
{
    int64_t version = 0;

    return matching_db_number(db, "SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'version'",
                              &version) == 0
               ? version
               : 0;
}

int matching_store_migrate(struct matching_db *db)
{
    int64_t version = 0, application = 0;
    char sql[2048];
    int r = matching_db_number(db, "PRAGMA user_version", &version);

    if (r == 0)
        r = matching_db_number(db, "PRAGMA application_id", &application);
    if (r)
        return r;
    if (version != 0 && application != MATCHING_SCHEMA_APPLICATION)
        return MATCHING_DB_DAMAGED; /* another program's, or not ours any more */
    if (version != 0 && version != version_inside(db))
        return MATCHING_DB_DAMAGED;
    if (MATCHING_SCHEMA_MAJOR(version) > MATCHING_SCHEMA_MAJOR(MATCHING_SCHEMA_VERSION)) {
        log_error("outbox-newer", "version %lld of the outbox is not known: left as it is",
                  (long long)version);
        return MATCHING_OUTBOX_NEWER;
    }
    if (version != 0) /* this one, or a newer minor one: with every column under its name */
        return matching_db_run(db, NULL, "SELECT seq, " COPIED " FROM request LIMIT 0", "");
    snprintf(sql, sizeof(sql),
             "BEGIN IMMEDIATE; %s PRAGMA application_id = %d; PRAGMA user_version = %d; COMMIT;",
             migrations[0], MATCHING_SCHEMA_APPLICATION, MATCHING_SCHEMA_VERSION);
    return matching_db_exec(db, sql);
}

static uint32_t read_sum(const unsigned char *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

size_t matching_store_check(const void *blob, size_t n_bytes)
{
    size_t n_body = n_bytes > MATCHING_SUM_SIZE ? n_bytes - MATCHING_SUM_SIZE : 0;

    if (!blob || n_body == 0 || n_body > MATCHING_BODY_MAX)
        return 0;
    return matching_crc32(blob, n_body) == read_sum((const unsigned char *)blob + n_body) ? n_body
                                                                                          : 0;
}

void matching_store_seal(char *blob, size_t n_body)
{
    uint32_t sum = matching_crc32(blob, n_body);

    for (int i = 0; i < MATCHING_SUM_SIZE; i++)
        blob[n_body + (size_t)i] = (char)(sum >> (24 - 8 * i));
}

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
        "INSERT INTO request (" COPIED ") VALUES"
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
        if (at[n - 1] == '}' && sum == read_sum((const unsigned char *)at + n))
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

/*
 * Looks for bodies in the bytes of a file that SQLite cannot read, or not all of it: a body proves
 * itself by the sum behind it. What was delivered may be sent once more, under the same key.
 */
static int carve(const char *path, struct matching_db *target, unsigned *ret_n_saved)
{
    static const char head[] = "{\"id\":\"";
    char *data;
    size_t n, n_body;
    int r = base_file_read(path, DAMAGED_MAX, &data, &n);

    if (r < 0)
        return r == -ENOENT || r == -EFBIG ? 0 : r;
    for (char *at = data; r == 0 && (at = memmem(at, n - (size_t)(at - data), head, 7)); at++) {
        struct matching_digest digest;
        int n_changed = 0;

        n_body = find_body(at, n - (size_t)(at - data));
        if (n_body == 0 || matching_request_digest(at, n_body, &digest) < 0)
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
    int r = base_file_join(folder, MATCHING_OUTBOX_FILE "-wal", path, sizeof(path));

    *ret_n_saved = 0;
    return r < 0 ? r : carve(path, db, ret_n_saved);
}

static int copy_good(const char *folder, struct matching_db *target, unsigned *ret_n_saved)
{
    char path[PATH_MAX], journal[PATH_MAX];
    struct matching_db *source;
    int r = base_file_join(folder, MATCHING_OUTBOX_FILE, path, sizeof(path));

    if (r == 0)
        r = base_file_join(folder, MATCHING_OUTBOX_FILE "-wal", journal, sizeof(journal));
    if (r < 0)
        return r;
    r = matching_db_open(path, false, &source);
    if (r && r != -ENOMEM) /* a passing error, or a header that forbids writing: reading may do */
        r = matching_db_open(path, true, &source);
    if (r && r != -ENOMEM) { /* too damaged for SQLite: its bytes are searched below */
        r = 0;
    } else if (r == 0) {
        r = copy_rows(source, "SELECT " COPIED " FROM request NOT INDEXED ORDER BY seq", target,
                      ret_n_saved);
        if (r == 0)
            r = copy_rows(source, "SELECT " COPIED " FROM request NOT INDEXED ORDER BY seq DESC",
                          target, ret_n_saved);
        if (r == 0)
            r = copy_cursor(source, target);
        matching_db_close(source);
    }
    if (r == 0)
        r = carve(path, target, ret_n_saved);
    if (r == 0)
        r = carve(journal, target, ret_n_saved);
    return r;
}

static const char *const suffixes[] = {"", "-wal", "-shm"};

/* Moves outbox.db<suffix> to the first free outbox.db.damaged-N<suffix>, the oldest making room. */
static int set_aside(const char *folder)
{
    char from[PATH_MAX], to[PATH_MAX];

    for (int n = DAMAGED_KEPT; n >= 1; n--) {
        for (int i = 0; i < 3; i++) {
            if ((size_t)snprintf(to, sizeof(to), "%s/%s.damaged-%d%s", folder, MATCHING_OUTBOX_FILE,
                                 n, suffixes[i]) >= sizeof(to))
                return -ENAMETOOLONG;
            if (n == 1)
                snprintf(from, sizeof(from), "%s/%s%s", folder, MATCHING_OUTBOX_FILE, suffixes[i]);
            else
                snprintf(from, sizeof(from), "%s/%s.damaged-%d%s", folder, MATCHING_OUTBOX_FILE,
                         n - 1, suffixes[i]);
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
            if ((size_t)snprintf(path, sizeof(path), "%s/%s.damaged-%d%s", folder,
                                 MATCHING_OUTBOX_FILE, n, suffixes[i]) >= sizeof(path) ||
                stat(path, &st) < 0)
                continue;
            if (now_wall_ms - (int64_t)st.st_ctime * 1000 > DAMAGED_FOR_MS && unlink(path) == 0)
                log_info("outbox-erased", "a damaged file of a week ago");
        }
    }
}

static int sync_folder(const char *folder)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int r = fd < 0 || fsync(fd) < 0 ? -errno : 0;

    if (fd >= 0)
        close(fd);
    return r;
}

int matching_mend_finish(const char *folder)
{
    char mended[PATH_MAX], path[PATH_MAX];
    int r = base_file_join(folder, MATCHING_OUTBOX_FILE ".mended", mended, sizeof(mended));

    if (r == 0)
        r = base_file_join(folder, MATCHING_OUTBOX_FILE, path, sizeof(path));
    if (r < 0 || access(mended, F_OK) < 0)
        return r;
    /* The journal goes before the copy comes: SQLite would play it into the copy. */
    r = set_aside(folder);
    if (r == 0 && rename(mended, path) < 0)
        r = -errno;
    return r == 0 ? sync_folder(folder) : base_trace(r);
}

int matching_mend(const char *folder, unsigned *ret_n_saved)
{
    char fresh[PATH_MAX], mended[PATH_MAX], leftover[PATH_MAX + 8];
    struct matching_db *target = NULL;
    int r = base_file_join(folder, MATCHING_OUTBOX_FILE ".mending", fresh, sizeof(fresh));

    *ret_n_saved = 0;
    if (r == 0)
        r = base_file_join(folder, MATCHING_OUTBOX_FILE ".mended", mended, sizeof(mended));
    if (r < 0)
        return r;
    for (int i = 0; i < 3; i++) {
        snprintf(leftover, sizeof(leftover), "%s%s", fresh, suffixes[i]);
        unlink(leftover);
    }
    r = matching_db_open(fresh, false, &target);
    if (r == 0)
        r = matching_store_migrate(target);
    if (r == 0)
        r = copy_good(folder, target, ret_n_saved);
    if (r == 0)
        r = matching_db_checkpoint(target, true);
    matching_db_close(target);
    for (int i = 1; i < 3; i++) {
        snprintf(leftover, sizeof(leftover), "%s%s", fresh, suffixes[i]);
        unlink(leftover);
    }
    if (r == 0 && rename(fresh, mended) < 0)
        r = -errno;
    if (r == 0) /* else a power cut could keep the next renames and lose this one */
        r = sync_folder(folder);
    if (r == 0)
        r = matching_mend_finish(folder);
    if (r == MATCHING_DB_NO_SPACE)
        return MATCHING_OUTBOX_NO_SPACE;
    return r == MATCHING_DB_DAMAGED ? -EIO : base_trace(r);
}
