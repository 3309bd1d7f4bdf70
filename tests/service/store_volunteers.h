/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The store's volunteers, and to whom of them each request was proposed. A proposal is "waiting",
 * "accepted", "refused", "unanswered" or "withdrawn" (accepted, and then could not come); nobody is
 * asked twice for the same request. Thread: any.
 */
#ifndef TESTS_SERVICE_STORE_VOLUNTEERS_H
#define TESTS_SERVICE_STORE_VOLUNTEERS_H

#include "tests/service/store.h"

/*
 * {"id", "first_name", "phone", "services": [...], "territories": [...], "days": ["monday"...],
 *  "latitude", "longitude", "radius_km"}: adds or replaces. An absent list means any.
 * Returns: 0, -EINVAL without id or first_name, -errno.
 */
int store_set_volunteer(struct store *store, const json_t *volunteer);
/* Whether he or she is asked. Returns: 0, STORE_ABSENT, -errno. */
int store_set_volunteer_active(struct store *store, const char *id, bool is_active);
int store_remove_volunteer(struct store *store, const char *id);
/* All, by first name, with "is_active". Owns: the caller. */
json_t *store_volunteers(struct store *store);
/* Returns: the volunteer or NULL. Owns: the caller. */
json_t *store_volunteer(struct store *store, const char *id);

/* Asks somebody. Returns: 0 or -errno. */
int store_propose(struct store *store, const char *request, const char *volunteer);
/* Changes one that waits. Returns: 0, STORE_NOT_NOW when it does not, -errno. */
int store_end_proposal(struct store *store, const char *request, const char *volunteer,
                       const char *state);
/* [{"volunteer", "first_name", "phone", "state", "made_ms", "seq"}], the first asked first. Owns:
 * the caller. */
json_t *store_proposals(struct store *store, const char *request);

#endif
