/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A request while it is being talked about: what was understood so far, before the resident said
 * yes. Plain values, copied freely. Nothing here is stored or sent. Thread: any.
 */
#ifndef DAEMON_DRAFT_H
#define DAEMON_DRAFT_H

#include "base/date.h"

#include <stdbool.h>
#include <stddef.h>

enum {
    DRAFT_SERVICE_MAX = 32,
    DRAFT_PART_MAX = 16,
    DRAFT_ITEMS_MAX = 16, /* as many as are understood */
    DRAFT_ITEM_MAX = 64,
    DRAFT_WHO_MAX = 64,
    DRAFT_KIND_MAX = 16,
};

struct draft {
    char service[DRAFT_SERVICE_MAX]; /* an id of the catalogue, "" none */
    char kind[DRAFT_KIND_MAX];       /* whom it was said to be for ("cat"), "" not said */
    struct base_date date;
    char part[DRAFT_PART_MAX]; /* "morning", "noon", "afternoon", "evening" or "" */
    struct base_time time;     /* then part is "" */
    bool is_off_weekday;       /* the weekday that was said is not the date's; until said so */
    bool is_repeated;          /* asked for more than once, which cannot be noted; until said so */
    bool is_full;              /* the list takes no more; until said so */
    bool misses_item;          /* something else shall come to the list: what, was not understood */
    size_t n_items;
    char items[DRAFT_ITEMS_MAX][DRAFT_ITEM_MAX];
    /* Only of an answer: what shall leave the list. */
    size_t n_dropped;
    char dropped[DRAFT_ITEMS_MAX][DRAFT_ITEM_MAX];
    /* Only of a request that was stored before, to be spoken about. */
    char who[DRAFT_WHO_MAX]; /* the volunteer's first name, "" */
    struct base_time asked;  /* when the resident asked for it */
    int n;                   /* how many: of news, of requests; 0 not said */
    /* Only of the closed choice: which of its questions, 0 the first. */
    size_t nth_choice;
};

void draft_clear(struct draft *draft);

/* Whether a day, a part of the day, a time, "every week", an item or one to leave out was said, the
 * item understood or not. */
bool draft_has_details(const struct draft *draft);

/* Unless it stands there already. Where the list is full, that is marked to be said. */
void draft_add_item(struct draft *draft, const char *item);

/*
 * Takes over what a later sentence said about the same request: its day, its part or time (each
 * replaces the other), whom it is for, and its items: some leave the list, others are added. The
 * service stays.
 * Returns: whether that changed anything.
 */
bool draft_correct(struct draft *draft, const struct draft *said);

/* Of a request that is asked for instead: what was not said again holds, its day, its part or time.
 */
void draft_inherit(struct draft *draft, const struct draft *before);

#endif
