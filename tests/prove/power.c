/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * R2: the power goes at every write, truncation and sync of a life, again and again with other
 * remains; what was said to be noted is there afterwards with its bytes, nothing is invented, and
 * what was called off does not come back.
 *
 *   prove-power [remains=2] [broken-sync=0]
 */
#include "matching/outbox.h"
#include "tests/matching/scene.h"
#include "tests/prove/power_disk.h"
#include "tests/prove/prove.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define N_PUTS  8
#define NOW_MS  1800000000000LL
#define HOUR_MS 3600000LL

/* What is promised of one request, as the power goes. */
struct promise {
    char id[MATCHING_ID_SIZE];
    char *body;
    bool is_noted, is_cancelled, may_be_cancelled, is_erased;
};

/* A life of several days: puts, deliveries, news, cancellations, erasing, folding back. */
static void live(const char *folder, struct promise promises[N_PUTS])
{
    struct matching_news news = {.status = "matched", .first_name = "Marie"};
    struct matching_outbox *outbox = NULL;
    bool is_changed;

    if (matching_outbox_open(folder, 100, &outbox) != 0)
        return;
    for (int i = 0; i < N_PUTS; i++) {
        struct promise *p = &promises[i];
        int64_t now_ms = NOW_MS + i * 20 * HOUR_MS;

        p->is_noted = matching_outbox_put(outbox, p->id, p->body, strlen(p->body), now_ms) == 0;
        (void)matching_outbox_mark(outbox, p->id, MATCHING_SENDING, now_ms);
        p->may_be_cancelled = i % 3 == 1;
        if (i % 3 == 1)
            p->is_cancelled = matching_outbox_mark(outbox, p->id, MATCHING_CANCELLED, now_ms) == 0;
        if (i % 3 == 2)
            (void)matching_outbox_mark(outbox, p->id, MATCHING_TRANSMITTED, now_ms);
        memcpy(news.id, p->id, sizeof(news.id));
        if (i % 6 == 2)
            (void)matching_outbox_news(outbox, &news, 1, "3", now_ms, &is_changed);
        (void)matching_outbox_add_waited(outbox, 3600);
        for (int j = 0; j < i; j++) /* erasing may be half done, from the moment it is begun */
            promises[j].is_erased |= j % 3 != 0;
        (void)matching_outbox_erase_old(outbox, now_ms, true, NULL);
        (void)matching_outbox_tidy(outbox);
    }
    matching_outbox_close(outbox);
}

static bool is_kept(struct matching_outbox *outbox, const struct promise *p)
{
    struct matching_entry entry;
    char *body = NULL;
    size_t n;
    int r = matching_outbox_get(outbox, p->id, &entry);
    bool is_good = true;

    if (r != 0)
        return !p->is_noted;
    if (p->is_cancelled)
        return entry.summary.state == MATCHING_CANCELLED;
    if (p->may_be_cancelled && entry.summary.state == MATCHING_CANCELLED)
        return true; /* the power went as it was being called off */
    r = matching_outbox_body(outbox, p->id, &body, &n);
    if (r == 0)
        is_good = n == strlen(p->body) && memcmp(body, p->body, n) == 0;
    else /* a refused put may leave a row of its own; an invented body never */
        is_good = !p->is_noted || p->is_erased;
    free(body);
    return is_good;
}

static unsigned long count_broken(const char *folder, const struct promise promises[N_PUTS])
{
    struct matching_outbox *outbox = NULL;
    unsigned long n_broken = 0;

    if (matching_outbox_open(folder, 100, &outbox) != 0)
        return N_PUTS;
    for (int i = 0; i < N_PUTS; i++)
        if (!is_kept(outbox, &promises[i])) {
            struct matching_entry entry;
            int r = matching_outbox_get(outbox, promises[i].id, &entry);

            printf("request %d: noted %d, cancelled %d, erased %d; found %d, %s\n", i,
                   promises[i].is_noted, promises[i].is_cancelled, promises[i].is_erased, r,
                   r == 0 ? matching_state_name(entry.summary.state) : "-");
            n_broken++;
        }
    matching_outbox_close(outbox);
    return n_broken;
}

static void make_promises(struct promise promises[N_PUTS])
{
    memset(promises, 0, N_PUTS * sizeof(*promises));
    for (int i = 0; i < N_PUTS; i++)
        promises[i].body = scene_body("groceries", promises[i].id);
}

int main(int argc, char **argv)
{
    unsigned long n_cuts = 0, n_broken = 0, n_lost, n_remains, n;
    bool is_gone = true;

    prove_init(argc, argv);
    n_remains = prove_count("remains", 2);
    power_install();
    if (prove_count("broken-sync", 0))
        power_break_sync();
    for (n = 1; is_gone; n++) {
        struct promise promises[N_PUTS];
        char folder[64], after[64];

        make_promises(promises);
        scene_folder(folder);
        power_begin((unsigned)n);
        live(folder, promises);
        is_gone = power_is_gone();
        for (unsigned long seed = 0; seed < n_remains; seed++) {
            scene_folder(after);
            power_leave(folder, after, n * 1000 + seed);
            /* The copies are read with the power on, and their own writes are not looked at. */
            power_pause(true);
            n_lost = count_broken(after, promises);
            if (n_lost > 0)
                printf("cut at operation %lu, remains %lu: %lu broken\n", n, seed, n_lost);
            n_broken += n_lost;
            power_pause(false);
            scene_remove(after);
            n_cuts++;
        }
        power_begin(0);
        scene_remove(folder);
        for (int i = 0; i < N_PUTS; i++)
            free(promises[i].body);
    }
    prove_tell(
        "R2 R1", n_cuts, n_broken,
        "power cut at each of %lu writes, syncs and truncations, unsynced sectors lost at random",
        n - 2);
    return prove_end();
}
