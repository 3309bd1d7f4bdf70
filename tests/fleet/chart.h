/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Draws the load of fleet scenarios as one SVG picture. Thread: any. */
#ifndef TESTS_FLEET_CHART_H
#define TESTS_FLEET_CHART_H

#include "tests/fleet/fleet.h"

/* Returns: 0 or -errno. */
int chart_write(const char *path, const struct fleet_scenario *scenarios,
                const struct fleet_result *results, size_t n);

#endif
