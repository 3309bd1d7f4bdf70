/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * R43, R44, R47 on the outbox alone: each allocation and each call of the system that a life of it
 * makes fails in turn, alone, with one more somewhat later and with all that follow, in each state
 * that its files may be in before. Whatever happens, the outbox opens once the trouble is over, and
 * everything that was noted is there with its bytes.
 *
 *   prove-faults [stride=401] [calls=41]
 * (stride: every n-th allocation is tried; calls: every n-th call)
 */
#include "base/file.h"
#include "matching/outbox.h"
#include "matching/outbox_store.h"
#include "matching/schedule.h"
#include "tests/matching/scene.h"
#include "tests/prove/allocator.h"
#include "tests/prove/prove.h"
#include "tests/prove/shim.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NOW_MS   1800000000000LL
#define HOUR_MS  3600000LL
#define N_OLD    14
#define N_NEW    2
#define FOR_EVER 1000000000UL

/* What was noted before the trouble, in each state that a request may be in; what is asked for
 * during it. */
struct life {
    char folder[64], path[96];
    char old[N_OLD][MATCHING_ID_SIZE], fresh[N_NEW][MATCHING_ID_SIZE];
    char *old_body[N_OLD], *fresh_body[N_NEW];
    bool is_kept[N_OLD]; /* waits, and is sound */
    bool is_noted[N_NEW];
};

/* --- the states before --- */

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

static const struct {
    const char *name;
    void (*prepare)(struct life *life);
    unsigned long n_dense; /* of the first places none is left out: here the names change */
} states[] = {
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
    {"of a newer version", be_newer},
};

/* --- the life --- */

static void end_old(struct life *life, struct matching_outbox *outbox, int i)
{
    static const enum matching_state ends[N_OLD] = {
        [3] = MATCHING_TRANSMITTED, [4] = MATCHING_CANCELLED, [5] = MATCHING_REFUSED,
        [6] = MATCHING_CANCELLING,  [7] = MATCHING_DONE,      [8] = MATCHING_EXPIRED,
        [9] = MATCHING_MATCHED,     [10] = MATCHING_SENDING};

    life->is_kept[i] = ends[i] == MATCHING_NOTED || ends[i] == MATCHING_SENDING;
    if (ends[i] != MATCHING_NOTED &&
        matching_outbox_mark(outbox, life->old[i], ends[i], NOW_MS) != 0)
        exit(1);
}

static void open_folder(struct life *life)
{
    scene_folder(life->folder);
    snprintf(life->path, sizeof(life->path), "%s/%s", life->folder, MATCHING_OUTBOX_FILE);
}

/* Once for each state; every life begins with a copy of it. */
static void make_template(struct life *life, size_t state)
{
    struct matching_outbox *outbox;

    memset(life, 0, sizeof(*life));
    open_folder(life);
    if (matching_outbox_open(life->folder, 100, &outbox) != 0)
        exit(1);
    for (int i = 0; i < N_OLD; i++) {
        life->old_body[i] = scene_body("groceries", life->old[i]);
        if (matching_outbox_put(outbox, life->old[i], life->old_body[i], strlen(life->old_body[i]),
                                NOW_MS) != 0)
            exit(1);
        end_old(life, outbox, i);
    }
    if (matching_outbox_news(outbox, NULL, 0, "5", NOW_MS, NULL) != 0)
        exit(1);
    matching_outbox_close(outbox);
    for (int i = 0; i < N_NEW; i++)
        life->fresh_body[i] = scene_body("pet_walk", life->fresh[i]);
    states[state].prepare(life);
}

static void remove_template(struct life *life)
{
    for (int i = 0; i < N_OLD; i++)
        free(life->old_body[i]);
    for (int i = 0; i < N_NEW; i++)
        free(life->fresh_body[i]);
    scene_remove(life->folder);
}

static void begin(const struct life *template, struct life *life)
{
    static const char *const names[] = {"outbox.db", "outbox.db-wal", "outbox.db.mended",
                                        "outbox.db.damaged-1", "outbox.db.damaged-2"};

    *life = *template;
    open_folder(life);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char from[128], to[128], *data;
        size_t n;

        snprintf(from, sizeof(from), "%s/%s", template->folder, names[i]);
        snprintf(to, sizeof(to), "%s/%s", life->folder, names[i]);
        if (base_file_read(from, 1 << 26, &data, &n) != 0)
            continue;
        if (base_file_replace(to, data, n, 0600) != 0)
            exit(1);
        free(data);
    }
}

static int look(void *user, const struct matching_entry *entry)
{
    unsigned *n = user;

    *n += entry->summary.id[0] != '\0';
    return 0;
}

static void read_news(struct life *life, struct matching_outbox *outbox)
{
    struct matching_news news[3] = {
        {.status = "matched", .first_name = "Marie"}, {.status = "open"}, {.status = "later"}};
    bool changed[3];

    memcpy(news[0].id, life->old[3], sizeof(news[0].id));
    memcpy(news[1].id, life->fresh[1], sizeof(news[1].id));
    memcpy(news[2].id, life->old[9], sizeof(news[2].id));
    (void)matching_outbox_news(outbox, news, 3, "7", NOW_MS, changed);
}

/* Every call may fail; only what was noted is believed. */
static void live(struct life *life)
{
    struct matching_outbox *outbox = NULL, *reader = NULL;
    char cursor[MATCHING_CURSOR_SIZE], *body;
    unsigned n_seen = 0;
    size_t n;

    if (matching_outbox_open(life->folder, 100, &outbox) != 0)
        return;
    for (int i = 0; i < N_NEW; i++) {
        const char *text = life->fresh_body[i];

        life->is_noted[i] =
            matching_outbox_put(outbox, life->fresh[i], text, strlen(text), NOW_MS) == 0;
        (void)matching_outbox_put(outbox, life->fresh[i], text, strlen(text), NOW_MS);
        (void)matching_outbox_mark(outbox, life->fresh[i], MATCHING_SENDING, NOW_MS);
        if (matching_outbox_body(outbox, life->fresh[i], &body, &n) == 0)
            free(body);
    }
    if (matching_outbox_open_read_only(life->folder, &reader) == 0)
        (void)matching_outbox_each(reader, look, &n_seen);
    matching_outbox_close(reader);
    read_news(life, outbox);
    (void)matching_outbox_cursor(outbox, cursor);
    (void)matching_outbox_told(outbox, life->old[3]);
    (void)matching_outbox_add_waited(outbox, 3600);
    (void)matching_outbox_erase_old(outbox, NOW_MS + 25 * HOUR_MS, true, NULL);
    (void)matching_outbox_tidy(outbox);
    (void)matching_outbox_erase_old(outbox, NOW_MS + 32 * 24 * HOUR_MS, true, NULL);
    (void)matching_outbox_tidy(outbox);
    matching_outbox_close(outbox);
}

static bool is_there(struct matching_outbox *outbox, const char *id, const char *wanted)
{
    char *body = NULL;
    size_t n;
    bool is_good = matching_outbox_body(outbox, id, &body, &n) == 0 && strcmp(body, wanted) == 0;

    free(body);
    return is_good;
}

/* The trouble is over. Returns: how many promises do not hold. */
static unsigned long look_after(struct life *life, size_t state)
{
    bool is_newer = states[state].prepare == be_newer;
    struct matching_outbox *outbox;
    unsigned long n_broken = 0;
    int r = matching_outbox_open(life->folder, 100, &outbox);

    if (r != 0) {
        n_broken = r == MATCHING_OUTBOX_NEWER && is_newer ? 0 : 1;
        if (n_broken)
            printf("cannot be opened afterwards: %d\n", r);
        return n_broken;
    }
    for (int i = 0; i < N_OLD; i++) {
        if (life->is_kept[i] && !is_there(outbox, life->old[i], life->old_body[i])) {
            printf("request %d of before is lost\n", i);
            n_broken++;
        }
    }
    for (int i = 0; i < N_NEW; i++) {
        struct matching_entry entry;

        /* the second one was delivered, and its text erased, by the news and the days */
        if (life->is_noted[i] && matching_outbox_get(outbox, life->fresh[i], &entry) != 0 &&
            i == 0) {
            printf("request %d was noted and is lost\n", i);
            n_broken++;
        }
    }
    matching_outbox_close(outbox);
    return n_broken;
}

/* --- the faults --- */

struct fault {
    const char *name;
    int error; /* of calls of the system; 0: each its own; -1: of allocations */
    unsigned long n_more;
};

static const struct fault faults[] = {
    {"an allocation, alone", -1, 0},
    {"an allocation and all after it", -1, FOR_EVER},
    {"a call of the system, alone", 0, 0},
    {"a call of the system and all after it", 0, FOR_EVER},
    {"a call for want of room, alone", ENOSPC, 0},
    {"a call for want of room and eight after it", EDQUOT, 8},
};

static unsigned long live_with(struct life *life, const struct fault *fault, unsigned long n)
{
    unsigned long n_calls;

    if (fault->error < 0) {
        allocator_fail(n, n ? fault->n_more : 0);
        live(life);
        n_calls = allocator_count();
        allocator_fail(0, 0);
        return n_calls;
    }
    shim_error(fault->error);
    shim_fail(n, n ? fault->n_more : 0);
    live(life);
    n_calls = shim_count();
    shim_fail(0, 0);
    return n_calls;
}

/* One life with the n-th place failing (0: none). Returns: whether a promise is broken; *ret_n_all
 * the places there are. */
static bool try_once(const struct life *template, size_t state, const struct fault *fault,
                     unsigned long n, unsigned long *ret_n_all)
{
    struct life life;
    unsigned long n_broken;

    begin(template, &life);
    *ret_n_all = live_with(&life, fault, n);
    n_broken = look_after(&life, state);
    if (n_broken)
        printf("an outbox %s, %s, place %lu\n", states[state].name, fault->name, n);
    scene_remove(life.folder);
    return n_broken > 0;
}

static void prove(const struct fault *fault, unsigned long stride)
{
    const size_t n_states = sizeof(states) / sizeof(states[0]);
    unsigned long n_cases = 0, n_broken = 0, n_places = 0;

    for (size_t state = 0; state < n_states; state++) {
        struct life template;
        unsigned long n_all, n_ignored;

        make_template(&template, state);
        n_broken += try_once(&template, state, fault, 0, &n_all);
        n_places += n_all;
        for (unsigned long n = states[state].n_dense ? 1 : 1 + n_cases % stride; n <= n_all;
             n += n < states[state].n_dense ? 1 : stride) {
            n_broken += try_once(&template, state, fault, n, &n_ignored);
            n_cases++;
            prove_go_on(states[state].name, n, n_all);
        }
        remove_template(&template);
    }
    prove_tell("R43 R44 R1 R2 R16", n_cases, n_broken,
               "%s fails, at each of %lu places of the outbox's life in %zu states of its files",
               fault->name, n_places, n_states);
}

/* --- each call by itself --- */

struct desk {
    struct life life;
    struct matching_outbox *outbox;
    struct matching_schedule schedule;
    unsigned n_calls;
    char id[MATCHING_ID_SIZE], *body; /* of a put */
};

static int do_put(struct desk *desk)
{
    return matching_outbox_put(desk->outbox, desk->id, desk->body, strlen(desk->body), NOW_MS);
}

static int do_read(struct desk *desk)
{
    char *body = NULL;
    size_t n;
    int r = matching_outbox_body(desk->outbox, desk->life.old[0], &body, &n);

    if (r == 0)
        free(body);
    return r;
}

static int do_news(struct desk *desk)
{
    struct matching_news news = {.status = "matched"};
    bool is_changed;

    memcpy(news.id, desk->life.old[3], sizeof(news.id));
    snprintf(news.first_name, sizeof(news.first_name), "M%u", desk->n_calls);
    return matching_outbox_news(desk->outbox, &news, 1, "9", NOW_MS, &is_changed);
}

static int do_mark(struct desk *desk)
{
    return matching_outbox_mark(desk->outbox, desk->life.old[0],
                                desk->n_calls % 2 ? MATCHING_SENDING : MATCHING_NOTED, NOW_MS);
}

static int do_plan(struct desk *desk)
{
    int r = 0;

    for (int i = 0; r == 0 && i < N_OLD; i++)
        r = matching_schedule_add(&desk->schedule, desk->life.old[i], MATCHING_TURN_SEND, true, 0);
    matching_schedule_finish(&desk->schedule);
    return r;
}

static int do_open(struct desk *desk)
{
    struct matching_outbox *other;
    int r = matching_outbox_open_read_only(desk->life.folder, &other);

    if (r == 0)
        matching_outbox_close(other);
    return r;
}

static const struct {
    const char *name;
    int (*run)(struct desk *desk);
} calls[] = {{"a put", do_put},   {"a reading", do_read}, {"news", do_news},
             {"a mark", do_mark}, {"a plan", do_plan},    {"a reader's opening", do_open}};

static int run_call(struct desk *desk, size_t which, unsigned long n, bool *ret_is_over)
{
    int r;

    desk->n_calls++;
    desk->body = scene_body("groceries", desk->id);
    allocator_fail(n, 0);
    r = calls[which].run(desk);
    *ret_is_over = allocator_count() < n;
    allocator_fail(0, 0);
    free(desk->body);
    return r;
}

/* Every allocation of one call, with none left out: short of memory it says so, and the next one
 * goes well. */
static void prove_calls(void)
{
    struct desk desk = {0};
    unsigned long n_cases = 0, n_broken = 0;

    make_template(&desk.life, 0);
    if (matching_outbox_open(desk.life.folder, 100000, &desk.outbox) != 0)
        exit(1);
    matching_schedule_init(&desk.schedule, 1, 0, 0, 0, 0);
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        bool is_over = false, is_ignored;

        for (unsigned long n = 1; !is_over; n++) {
            int r = run_call(&desk, i, n, &is_over), next = run_call(&desk, i, 0, &is_ignored);

            /* SQLite does without some of it; JSON that cannot be read is called no request */
            if ((r != 0 && r != -ENOMEM && r != -EINVAL) || (is_over && r != 0) || next != 0) {
                printf("%s, allocation %lu: %d, and the next one: %d\n", calls[i].name, n, r, next);
                n_broken++;
            }
            n_cases++;
        }
    }
    n_broken += !is_there(desk.outbox, desk.life.old[0], desk.life.old_body[0]);
    matching_outbox_close(desk.outbox);
    remove_template(&desk.life);
    prove_tell("R43 R1", n_cases, n_broken,
               "each allocation of a single call fails, and the next one goes well");
}

int main(int argc, char **argv)
{
    prove_init(argc, argv);
    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
        prove(&faults[i],
              faults[i].error < 0 ? prove_count("stride", 401) : prove_count("calls", 41));
    prove_calls();
    return prove_end();
}
