/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A territory: where the speaker lives, which services can be asked for there, and how that place
 * handles requests. Each is one JSON file, config/territories/<id>.json; a carer's own file in the
 * folder "territories" beside the configuration file goes before it. No territory's name stands in
 * C. Thread: any, one owner.
 */
#ifndef CONFIG_TERRITORY_H
#define CONFIG_TERRITORY_H

#include "config/problems.h"

#include <stdbool.h>
#include <stddef.h>

struct config_territory;

/*
 * Reads a territory by its id. local_folder may be NULL. An unknown one gives a finding that lists
 * the known ones. Returns: 0, CONFIG_INVALID, CONFIG_MISSING, -errno. Owns: the caller.
 */
int config_territory_load(const char *local_folder, const char *id,
                          struct config_problems *problems,
                          struct config_territory **ret_territory);
/* Accepts NULL. */
void config_territory_destroy(struct config_territory *territory);

/* The ids of all territories, sorted, joined by ", ". Returns: NULL when memory is short. Owns: the
 * caller. */
char *config_territory_list(const char *local_folder);

/* Texts belong to the territory. */
const char *config_territory_id(const struct config_territory *territory);
/* For people: "Pessac (SoBeezy)". */
const char *config_territory_name(const struct config_territory *territory);
/* Whether a person checks each request before volunteers see it. */
bool config_territory_is_moderated(const struct config_territory *territory);
/* The service's address when the configuration names none. */
const char *config_territory_service_url(const struct config_territory *territory);
/* Within how many kilometres of the resident neighbours are asked; 0: as far as each of them goes.
 * The speaker does not know where it stands: the matching service keeps to it. */
int config_territory_radius_km(const struct config_territory *territory);

size_t config_territory_n_services(const struct config_territory *territory);
const char *config_territory_service(const struct config_territory *territory, size_t i);
bool config_territory_has_service(const struct config_territory *territory, const char *service);
/* The ids, NULL at the end: for the folders that know nothing of this one. Owns: territory. */
const char *const *config_territory_services(const struct config_territory *territory);

#endif
