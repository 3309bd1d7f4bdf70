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
           draft->n_items > 0;
}

static bool has_item(const struct draft *draft, const char *item)
{
    for (size_t i = 0; i < draft->n_items; i++) {
        if (strcmp(draft->items[i], item) == 0)
            return true;
    }
    return false;
}

bool draft_correct(struct draft *draft, const struct draft *said)
{
    struct draft before = *draft;

    if (base_date_is_set(said->date))
        draft->date = said->date;
    if (said->part[0] || base_time_is_set(said->time)) {
        memcpy(draft->part, said->part, sizeof(draft->part));
        draft->time = said->time;
    }
    for (size_t i = 0; i < said->n_items && draft->n_items < DRAFT_ITEMS_MAX; i++) {
        if (!has_item(draft, said->items[i]))
            memcpy(draft->items[draft->n_items++], said->items[i], DRAFT_ITEM_MAX);
    }
    return base_date_compare(before.date, draft->date) != 0 ||
           strcmp(before.part, draft->part) != 0 || before.time.hour != draft->time.hour ||
           before.time.minute != draft->time.minute || before.n_items != draft->n_items;
}
