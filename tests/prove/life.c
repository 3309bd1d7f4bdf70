/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/prove/life.h"

#include "base/file.h"
#include "matching/outbox_store.h"
#include "tests/matching/scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOUR_MS 3600000LL

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
void life_make_template(struct life *life, size_t state)
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
    life_states[state].prepare(life);
}

void life_remove_template(struct life *life)
{
    for (int i = 0; i < N_OLD; i++)
        free(life->old_body[i]);
    for (int i = 0; i < N_NEW; i++)
        free(life->fresh_body[i]);
    scene_remove(life->folder);
}

void life_begin(const struct life *template, struct life *life)
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
void life_live(struct life *life)
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

bool life_is_there(struct matching_outbox *outbox, const char *id, const char *wanted)
{
    char *body = NULL;
    size_t n;
    bool is_good = matching_outbox_body(outbox, id, &body, &n) == 0 && strcmp(body, wanted) == 0;

    free(body);
    return is_good;
}

/* The trouble is over. Returns: how many promises do not hold. */
unsigned long life_look_after(struct life *life, size_t state)
{
    bool is_newer = life_states[state].is_newer;
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
        if (life->is_kept[i] && !life_is_there(outbox, life->old[i], life->old_body[i])) {
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
