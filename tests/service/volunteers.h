/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The volunteers, from a JSON file:
 *   [{"id": "marie", "first_name": "Marie", "services": ["groceries"], "territories": ["pessac"]}]
 * An absent list means any. Read once. Thread: any, after loading.
 */
#ifndef TESTS_SERVICE_VOLUNTEERS_H
#define TESTS_SERVICE_VOLUNTEERS_H

#include "tests/service/store.h"

#include <jansson.h>

/* path NULL: one willing Marie. Returns: the list, or NULL after saying why. Owns: the caller. */
json_t *volunteers_load(const char *path);

/* First name of a volunteer's id; the text itself when nobody has it. */
const char *volunteers_name(const json_t *volunteers, const char *id);
/* The first who takes such a request, or NULL. */
const json_t *volunteers_find(const json_t *volunteers, const char *territory, const char *service);

/*
 * The volunteer takes an open request. `when` is "2026-11-24T10:00", "2026-11-24" or NULL: as it
 * was asked, at ten, noon, three or six when only the part of the day was. Returns: as
 * store_change.
 */
int volunteers_accept(struct store *store, const char *id, const char *first_name,
                      const char *when);

#endif
