/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who is asked for a request, and who takes it.
 *
 * The nearest willing volunteer is asked first: of those who offer this service, in this territory,
 * on this day of the week, whose own radius reaches the resident and whom the territory's does not
 * leave out (config/territories), the one with the shortest way.
 * Who refuses, or does not answer in time, gives way to the next; nobody is asked twice. A place
 * that is not known counts as far, but not as out of reach. Thread: any.
 */
#ifndef TESTS_SERVICE_VOLUNTEERS_H
#define TESTS_SERVICE_VOLUNTEERS_H

#include "tests/service/store.h"

#include <jansson.h>

/* Adds the volunteers of a JSON file (a list of what store_set_volunteer takes). Returns: 0 or
 * -errno after saying why. */
int volunteers_load(struct store *store, const char *path);

/*
 * Whom to ask next: request as in store_requests_since. Returns: borrowed of `volunteers`, or
 * NULL when nobody is left; *ret_km is the way, -1 where it is not known.
 */
const json_t *volunteers_choose(const json_t *volunteers, const json_t *request, double *ret_km);

/* The way from the volunteer to where the request is for. Pure. Returns: km, -1 where it is not
 * known. */
double volunteers_way_km(const json_t *volunteer, const json_t *request);

/*
 * Lets the volunteer (an id; a first name where nobody has that id) take an open request. `when` is
 * "2026-11-24T10:00", "2026-11-24" or "": as it was asked, so that nobody is promised an hour that
 * nobody named. NULL is for volunteers who accept by themselves: at ten, noon, three or six when
 * only the part of the day was asked. Returns: as store_change.
 */
int volunteers_accept(struct store *store, const char *id, const char *volunteer, const char *when);

struct volunteers_rules {
    int64_t answer_ms; /* how long a volunteer has to answer; -1: nobody is asked */
    int64_t accept_ms; /* the nearest accepts by himself this long after it is open; -1: nobody */
};

/* Goes over the open requests once: asks, lets pass, accepts. Returns: in how many ms something is
 * due again. */
int64_t volunteers_round(struct store *store, const struct volunteers_rules *rules);

#endif
