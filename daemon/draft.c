/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/draft.h"

#include <string.h>

void draft_clear(struct draft *draft)
{
    *draft = (struct draft){.time = BASE_NO_TIME, .asked = BASE_NO_TIME};
}

bool draft_has_details(const struct draft *draft)
{
    return base_date_is_set(draft->date) || draft->part[0] || base_time_is_set(draft->time) ||
           draft->is_repeated || draft->n_items > 0 || draft->n_dropped > 0 || draft->misses_item;
}

static bool has_item(const struct draft *draft, const char *item)
{
    for (size_t i = 0; i < draft->n_items; i++) {
        if (strcmp(draft->items[i], item) == 0)
            return true;
    }
    return false;
}

/* Whether `words` stand whole in an item: "œufs" in "six œufs". */
static bool is_in(const char *item, const char *words)
{
    size_t n = strlen(words);

    for (const char *at = item; n > 0 && (at = strstr(at, words)) != NULL; at++) {
        if ((at == item || at[-1] == ' ' || at[-1] == '\'') && (!at[n] || at[n] == ' '))
            return true;
    }
    return false;
}

/* Returns: whether anything left. */
static bool drop(struct draft *draft, const char *words)
{
    size_t n_kept = 0, n_before = draft->n_items;

    for (size_t i = 0; i < n_before; i++) {
        if (!is_in(draft->items[i], words) && !is_in(words, draft->items[i]))
            memmove(draft->items[n_kept++], draft->items[i], DRAFT_ITEM_MAX);
    }
    draft->n_items = n_kept;
    return n_kept < n_before;
}

void draft_add_item(struct draft *draft, const char *item)
{
    if (has_item(draft, item))
        return;
    if (draft->n_items == DRAFT_ITEMS_MAX)
        draft->is_full = true;
    else
        memcpy(draft->items[draft->n_items++], item, DRAFT_ITEM_MAX);
}

bool draft_correct(struct draft *draft, const struct draft *said)
{
    struct draft before = *draft;
    bool has_dropped = false;

    if (base_date_is_set(said->date)) {
        draft->date = said->date;
        draft->is_off_weekday = said->is_off_weekday;
    }
    if (said->part[0] || base_time_is_set(said->time)) {
        memcpy(draft->part, said->part, sizeof(draft->part));
        draft->time = said->time;
    }
    draft->is_repeated |= said->is_repeated;
    draft->misses_item |= said->misses_item;
    if (said->kind[0])
        memcpy(draft->kind, said->kind, sizeof(draft->kind));
    for (size_t i = 0; i < said->n_dropped; i++)
        has_dropped |= drop(draft, said->dropped[i]);
    draft->is_full |= said->is_full;
    for (size_t i = 0; i < said->n_items; i++)
        draft_add_item(draft, said->items[i]);
    return has_dropped || base_date_compare(before.date, draft->date) != 0 ||
           strcmp(before.part, draft->part) != 0 || strcmp(before.kind, draft->kind) != 0 ||
           before.time.hour != draft->time.hour || before.time.minute != draft->time.minute ||
           before.n_items != draft->n_items;
}

void draft_inherit(struct draft *draft, const struct draft *before)
{
    if (!base_date_is_set(draft->date))
        draft->date = before->date;
    if (draft->part[0] || base_time_is_set(draft->time))
        return;
    memcpy(draft->part, before->part, sizeof(draft->part));
    draft->time = before->time;
}
