/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "matching/ledger.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define DAY_S 86400

void matching_ledger_finish(struct matching_ledger *ledger)
{
    free(ledger->items);
    memset(ledger, 0, sizeof(*ledger));
}

struct matching_item *matching_ledger_find(struct matching_ledger *ledger, const char *id)
{
    for (size_t i = ledger->n_items; i-- > 0;) { /* the youngest is asked for most */
        if (strcmp(ledger->items[i].entry.summary.id, id) == 0)
            return &ledger->items[i];
    }
    return NULL;
}

void matching_ledger_touch(struct matching_ledger *ledger, const struct matching_item *item)
{
    size_t place = (size_t)(item - ledger->items);

    for (size_t i = 0; i < ledger->n_changed && i < MATCHING_CHANGED_MAX; i++) {
        if (ledger->changed[i] == place)
            return;
    }
    if (ledger->n_changed < MATCHING_CHANGED_MAX)
        ledger->changed[ledger->n_changed] = place;
    if (ledger->n_changed <= MATCHING_CHANGED_MAX)
        ledger->n_changed++;
}

bool matching_ledger_is_changed(const struct matching_ledger *ledger)
{
    return ledger->n_changed > 0;
}

static struct matching_item *append(struct matching_ledger *ledger)
{
    if (ledger->n_items == ledger->n_items_max) {
        size_t n_max = ledger->n_items_max ? ledger->n_items_max * 2 : 16;
        void *larger = realloc(ledger->items, n_max * sizeof(*ledger->items));

        if (!larger)
            return NULL;
        ledger->items = larger;
        ledger->n_items_max = n_max;
    }
    memset(&ledger->items[ledger->n_items], 0, sizeof(ledger->items[0]));
    matching_ledger_touch(ledger, &ledger->items[ledger->n_items]);
    return &ledger->items[ledger->n_items++];
}

struct loading {
    struct matching_ledger fresh;
    struct matching_ledger *before;
    int64_t now_ms, now_wall_ms;
};

/* On a disk that takes nothing more a request is sent without its mark: that it may have left is
 * then known here alone. */
static void keep_unmarked(struct matching_item *item, const struct matching_item *before)
{
    if (before && before->entry.summary.state == MATCHING_SENDING &&
        item->entry.summary.state == MATCHING_NOTED)
        item->entry.summary.state = MATCHING_SENDING;
}

static int load_one(void *user, const struct matching_entry *entry)
{
    struct loading *loading = user;
    struct matching_item *item = append(&loading->fresh);
    struct matching_item *before = matching_ledger_find(loading->before, entry->summary.id);
    int64_t age_ms = loading->now_wall_ms - entry->summary.noted_wall_ms;

    if (!item)
        return -ENOMEM;
    if (before)
        *item = *before;
    else
        *item = (struct matching_item){.since_ms = loading->now_ms,
                                       .age_then_ms = age_ms > 0 ? age_ms : 0};
    item->entry = *entry;
    keep_unmarked(item, before);
    if (before) /* counted in this run already */
        item->entry.waited_s = before->entry.waited_s;
    return 0;
}

int matching_ledger_load(struct matching_ledger *ledger, struct matching_outbox *outbox,
                         int64_t now_ms, int64_t now_wall_ms)
{
    struct loading loading = {.before = ledger, .now_ms = now_ms, .now_wall_ms = now_wall_ms};
    int r = matching_outbox_each(outbox, load_one, &loading);

    if (r) {
        matching_ledger_finish(&loading.fresh);
        return r;
    }
    matching_ledger_finish(ledger);
    *ledger = loading.fresh;
    ledger->n_changed = MATCHING_CHANGED_MAX + 1;
    return 0;
}

int matching_ledger_refresh(struct matching_ledger *ledger, struct matching_outbox *outbox,
                            const char *id, int64_t now_ms, struct matching_item **ret_item)
{
    struct matching_entry entry;
    struct matching_item *item, before;
    int r = matching_outbox_get(outbox, id, &entry);

    if (r)
        return r;
    item = matching_ledger_find(ledger, id);
    if (item) {
        entry.waited_s = item->entry.waited_s;
    } else {
        item = append(ledger);
        if (!item)
            return -ENOMEM;
        item->since_ms = now_ms;
    }
    before = *item;
    item->entry = entry;
    keep_unmarked(item, &before);
    matching_ledger_touch(ledger, item);
    if (ret_item)
        *ret_item = item;
    return 0;
}

bool matching_item_is_waiting(const struct matching_item *item)
{
    return item->entry.summary.state == MATCHING_NOTED ||
           item->entry.summary.state == MATCHING_SENDING;
}

int64_t matching_item_waited_s(const struct matching_item *item, int64_t now_ms)
{
    return item->entry.waited_s + (now_ms - item->since_ms) / 1000;
}

static int make_room(struct matching_copy *copy, size_t n)
{
    size_t n_max = copy->n_max ? copy->n_max : 16;
    void *summaries, *asof_ms;

    while (n_max < n)
        n_max *= 2;
    if (n_max == copy->n_max)
        return 0;
    summaries = realloc(copy->summaries, n_max * sizeof(*copy->summaries));
    if (!summaries)
        return -ENOMEM;
    copy->summaries = summaries;
    asof_ms = realloc(copy->asof_ms, n_max * sizeof(*copy->asof_ms));
    if (!asof_ms)
        return -ENOMEM;
    copy->asof_ms = asof_ms;
    copy->n_max = n_max;
    return 0;
}

static void publish_one(const struct matching_ledger *ledger, size_t i, int64_t now_ms,
                        struct matching_copy *copy)
{
    const struct matching_item *item = &ledger->items[i];
    struct matching_summary *summary = &copy->summaries[i];

    *summary = item->entry.summary;
    summary->age_ms = item->age_then_ms + now_ms - item->since_ms;
    summary->is_overdue =
        matching_item_is_waiting(item) && matching_item_waited_s(item, now_ms) >= DAY_S;
    copy->asof_ms[i] = now_ms;
}

int matching_ledger_publish(struct matching_ledger *ledger, int64_t now_ms,
                            struct matching_copy *copy)
{
    int r = make_room(copy, ledger->n_items);

    if (r < 0)
        return r;
    if (ledger->n_changed > MATCHING_CHANGED_MAX) {
        for (size_t i = 0; i < ledger->n_items; i++)
            publish_one(ledger, i, now_ms, copy);
    } else {
        for (size_t i = 0; i < ledger->n_changed; i++)
            publish_one(ledger, ledger->changed[i], now_ms, copy);
    }
    copy->n = ledger->n_items;
    ledger->n_changed = 0;
    return 0;
}

void matching_copy_finish(struct matching_copy *copy)
{
    free(copy->summaries);
    free(copy->asof_ms);
    memset(copy, 0, sizeof(*copy));
}
