/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/draft.h"

#include "tests/check.h"

static struct draft groceries(void)
{
    struct draft draft;

    draft_clear(&draft);
    strcpy(draft.service, "groceries");
    draft.date = (struct base_date){2026, 6, 16};
    strcpy(draft.part, "morning");
    strcpy(draft.items[draft.n_items++], "pain");
    return draft;
}

static void a_clear_draft_has_no_details(void)
{
    struct draft draft;

    draft_clear(&draft);
    CHECK(!draft_has_details(&draft));
    draft.time = (struct base_time){0, 0};
    CHECK(draft_has_details(&draft));
}

static void a_time_replaces_the_part_of_the_day(void)
{
    struct draft draft = groceries(), said;

    draft_clear(&said);
    said.time = (struct base_time){10, 30};
    CHECK(draft_correct(&draft, &said));
    CHECK_STR(draft.part, "");
    CHECK_INT(draft.time.hour, 10);
    CHECK_INT(draft.date.day, 16);
    CHECK_STR(draft.service, "groceries");
}

static void items_are_added_once(void)
{
    struct draft draft = groceries(), said;

    draft_clear(&said);
    strcpy(said.items[said.n_items++], "pain");
    CHECK(!draft_correct(&draft, &said));
    strcpy(said.items[said.n_items++], "beurre");
    CHECK(draft_correct(&draft, &said));
    CHECK_INT(draft.n_items, 2);
    CHECK_STR(draft.items[1], "beurre");
}

static void items_leave_the_list_by_their_name(void)
{
    struct draft draft = groceries(), said;

    strcpy(draft.items[draft.n_items++], "six œufs");
    strcpy(draft.items[draft.n_items++], "beurre");
    draft_clear(&said);
    strcpy(said.dropped[said.n_dropped++], "œuf");
    CHECK(draft_has_details(&said));
    CHECK(!draft_correct(&draft, &said)); /* no whole word */
    strcpy(said.dropped[0], "œufs");
    strcpy(said.items[said.n_items++], "lait");
    CHECK(draft_correct(&draft, &said));
    CHECK_INT(draft.n_items, 3);
    CHECK_STR(draft.items[0], "pain");
    CHECK_STR(draft.items[1], "beurre");
    CHECK_STR(draft.items[2], "lait");
}

static void a_list_that_is_full_takes_no_more(void)
{
    struct draft draft = groceries(), said;

    draft_clear(&said);
    for (said.n_items = 0; said.n_items < DRAFT_ITEMS_MAX; said.n_items++)
        snprintf(said.items[said.n_items], DRAFT_ITEM_MAX, "chose %zu", said.n_items);
    CHECK(draft_correct(&draft, &said));
    CHECK_INT(draft.n_items, DRAFT_ITEMS_MAX);
    CHECK(draft.is_full); /* to be told */
}

static void a_list_is_not_full_before_something_finds_no_room(void)
{
    struct draft draft = groceries(), said;

    draft_clear(&said);
    for (said.n_items = 0; said.n_items < DRAFT_ITEMS_MAX - 1; said.n_items++)
        snprintf(said.items[said.n_items], DRAFT_ITEM_MAX, "chose %zu", said.n_items);
    CHECK(draft_correct(&draft, &said));
    CHECK(!draft.is_full);
    CHECK(!draft_correct(&draft, &said)); /* all of it stands there already */
    CHECK(!draft.is_full);
}

static void another_request_keeps_the_day_unless_it_has_its_own(void)
{
    struct draft before = groceries(), draft;

    draft_clear(&draft);
    draft_inherit(&draft, &before);
    CHECK_INT(draft.date.day, 16);
    CHECK_STR(draft.part, "morning");
    CHECK_INT(draft.n_items, 0);
    CHECK_STR(draft.service, "");
    draft_clear(&draft);
    draft.date = (struct base_date){2026, 6, 19};
    draft.time = (struct base_time){10, 30};
    draft_inherit(&draft, &before);
    CHECK_INT(draft.date.day, 19);
    CHECK_STR(draft.part, "");
}

CHECK_MAIN(a_clear_draft_has_no_details, a_time_replaces_the_part_of_the_day, items_are_added_once,
           items_leave_the_list_by_their_name, a_list_that_is_full_takes_no_more,
           a_list_is_not_full_before_something_finds_no_room,
           another_request_keeps_the_day_unless_it_has_its_own)
