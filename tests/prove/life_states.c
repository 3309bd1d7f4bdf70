/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of an outbox may be like before a life begins: each state is made on purpose from
 * a sound one. */
#include "base/file.h"
#include "matching/outbox.h"
#include "matching/outbox_store.h"
#include "tests/prove/life.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void run_sql(const struct life *life, const char *sql)
{
    sqlite3 *db;

    if (sqlite3_open(life->path, &db) != SQLITE_OK ||
        sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK) {
        printf("%s: %s\n", sql, sqlite3_errmsg(db));
        exit(1);
    }
    sqlite3_close(db);
}

/* Turns every eighth bit of a part of a file. */
static void spoil(const struct life *life, const char *suffix, size_t from, size_t n)
{
    char path[112], *data;
    size_t n_data;

    snprintf(path, sizeof(path), "%s%s", life->path, suffix);
    if (base_file_read(path, 1 << 26, &data, &n_data) != 0)
        exit(1);
    for (size_t i = from; i < from + n && i < n_data; i++)
        data[i] = (char)(data[i] ^ 1);
    if (base_file_replace(path, data, n_data, 0600) != 0)
        exit(1);
    free(data);
}

static void leave_file(const struct life *life, const char *suffix)
{
    char path[112];

    snprintf(path, sizeof(path), "%s%s", life->path, suffix);
    if (base_file_replace(path, "old", 3, 0600) != 0)
        exit(1);
}

static void leave_sound(struct life *life)
{
    (void)life;
}

static void spoil_header(struct life *life)
{
    spoil(life, "", 0, 64);
}

static void fold_back(struct life *life)
{
    run_sql(life, "PRAGMA wal_checkpoint(TRUNCATE)");
}

static void spoil_folded_header(struct life *life)
{
    fold_back(life);
    spoil(life, "", 0, 64);
    leave_file(life, ".damaged-1");
    leave_file(life, ".damaged-2");
}

/* The rows are sound, and the schema is not what it was. */
static void rename_table(struct life *life)
{
    run_sql(life, "ALTER TABLE request RENAME TO other");
}

static void drop_version(struct life *life)
{
    run_sql(life, "DELETE FROM meta WHERE name = 'version'");
}

static void be_anothers(struct life *life)
{
    run_sql(life, "PRAGMA application_id = 7");
}

/* In a file whose rows are copied: rows that are none. */
static void mix_in_nonsense(struct life *life)
{
    run_sql(life, "PRAGMA application_id = 7;"
                  "INSERT INTO request (id, state, noted_ms) VALUES ('x', 'noted', 0),"
                  " ('00000000-0000-4000-8000-000000000001', 'noted', 0),"
                  " ('00000000-0000-4000-8000-000000000002', 'sending', 0);"
                  "INSERT INTO request (id, state, noted_ms, body) VALUES"
                  " ('00000000-0000-4000-8000-000000000003', 'done', 0, x'7b7d00000000')");
}

/* Bodies that are found in the bytes only, one of them without the hour it was spoken at. */
static void leave_bodies_only(struct life *life)
{
    static const char head[] = "{\"id\":\"00000000-0000-4000-8000-00000000000";
    char text[256], hex[600] = "", sql[900];
    const char *const tails[] = {"4\"}", "5\",\"spoken_at\":\"x\"}",
                                 "6\",\"spoken_at\":\"long ago, when the sun was young\"}",
                                 "nothing of the kind\"}"};

    fold_back(life);
    for (size_t i = 0; i < sizeof(tails) / sizeof(tails[0]); i++) {
        char blob[300];
        size_t n;

        snprintf(text, sizeof(text), "%s%s", head, tails[i]);
        n = strlen(text);
        memcpy(blob, text, n);
        matching_store_seal(blob, n);
        for (size_t b = 0; b < n + MATCHING_SUM_SIZE; b++)
            snprintf(hex + 2 * b, 3, "%02x", (unsigned char)blob[b]);
        snprintf(sql, sizeof(sql), "INSERT INTO meta (name, value) VALUES ('found-%zu', x'%s')", i,
                 hex);
        run_sql(life, sql);
    }
    fold_back(life);
    spoil(life, "", 0, 64);
}

static void spoil_rows(struct life *life)
{
    run_sql(life, "UPDATE request SET body = x'7b7d00000000' WHERE seq <= 3");
    for (int i = 0; i < 3; i++)
        life->is_kept[i] = false;
}

/* The last frames are torn: SQLite forgets what stands behind without a word. */
static void spoil_journal(struct life *life)
{
    spoil(life, "-wal", 32 + 24 + 4096 + 24 + 100, 4);
}

static void be_cut_off_while_mending(struct life *life)
{
    char mended[112];

    fold_back(life);
    snprintf(mended, sizeof(mended), "%s.mended", life->path);
    if (rename(life->path, mended) < 0)
        exit(1);
}

static void be_newer(struct life *life)
{
    run_sql(life, "UPDATE meta SET value = '2000' WHERE name = 'version';"
                  "PRAGMA user_version = 2000");
}

const struct life_state life_states[LIFE_N_STATES] = {
    {"sound", leave_sound},
    {"folded back", fold_back},
    {"its header damaged", spoil_header},
    {"folded back, its header damaged", spoil_folded_header},
    {"without its table", rename_table},
    {"without its version", drop_version},
    {"another program's", be_anothers},
    {"with rows that are none", mix_in_nonsense},
    {"with bodies in its bytes alone", leave_bodies_only},
    {"with spoiled rows", spoil_rows},
    {"its journal torn", spoil_journal},
    {"half mended", be_cut_off_while_mending, 40},
    {"of a newer version", be_newer, .is_newer = true},
};
