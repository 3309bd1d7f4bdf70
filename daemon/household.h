/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The household as the carer has named it, and whom of it a service is for: whose walk it is
 * decides whether "your dog", "your cat" or "your pet" is spoken of. What the resident says goes
 * before what the carer wrote; where neither tells, the service has its own words.
 *
 * Pure functions. Thread: any.
 */
#ifndef DAEMON_HOUSEHOLD_H
#define DAEMON_HOUSEHOLD_H

#include "config/catalogue.h"
#include "config/options.h"

/* In place of a kind: one was said perhaps, and is not known any more. */
#define HOUSEHOLD_KIND_FORGOTTEN "*"

struct household {
    const struct config_name *names;
    size_t n_names;
};

/* Whom of the service's kinds a sentence names, by a name of the household or by a word. Returns:
 * the kind, "" none. */
const char *household_kind_said(const struct household *household,
                                const struct config_service *service, const char *text);

/* The kind to speak of: the one that was said ("" none), else the only one of the household, the
 * general one when there are several; of one that is forgotten, the general one in place of none.
 * Returns: of the service; NULL when none is known. */
const struct config_kind *household_kind(const struct household *household,
                                         const struct config_service *service, const char *said);

/* The one who bears a name among that kind; two would have to be asked for. Returns: NULL none. */
const char *household_name(const struct household *household, const struct config_service *service,
                           const char *said);

#endif
