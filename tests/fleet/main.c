/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * R12, R13: 100,000 speakers after an outage, and after the power came back in the whole region.
 *
 *   fleet [--svg FILE]
 * prints the figures, draws the load over time, and ends with 1 when a goal is missed: at most
 * 0.4 % of the fleet in any second, and all that waited delivered within a quarter of an hour;
 * later only by what a service that is too small asks for (Retry-After: 120).
 */
#include "tests/fleet/chart.h"
#include "tests/fleet/fleet.h"

#include <stdio.h>
#include <string.h>

#define N_DEVICES    100000
#define PEAK_PERCENT 0.4

static const struct fleet_scenario scenarios[] = {
    {"The service is back after twelve hours", N_DEVICES, 2.0, 12 * 3600, false, 400, 900, 1200, 1},
    {"The power is back after two hours", N_DEVICES, 2.0, 2 * 3600, true, 400, 900, 1200, 2},
    {"The power is back after twelve hours", N_DEVICES, 2.0, 12 * 3600, true, 400, 900, 1200, 3},
    {"The same, and the service takes 300 calls a second", N_DEVICES, 2.0, 12 * 3600, true, 300,
     900 + 2 * 120, 1200, 4},
};
enum { N_SCENARIOS = sizeof(scenarios) / sizeof(scenarios[0]) };

static bool is_reached(const struct fleet_scenario *scenario, const struct fleet_result *result)
{
    return result->peak <= (double)scenario->n_devices * PEAK_PERCENT / 100 &&
           result->served_s >= 0 && result->served_s <= scenario->served_within_s &&
           result->fresh_worst_s <= scenario->served_within_s;
}

static void print(const struct fleet_scenario *scenario, const struct fleet_result *result)
{
    double percent = 100.0 / (double)scenario->n_devices;

    printf("%s: %s\n", scenario->title, is_reached(scenario, result) ? "reached" : "MISSED");
    printf("  waiting: %zu requests on %zu of %zu devices\n", result->n_waiting, result->n_starters,
           scenario->n_devices);
    printf("  peak: %u calls/s (%.3f %% of the fleet) at %d s; 503: %llu\n", result->peak,
           result->peak * percent, result->peak_at_s, (unsigned long long)result->n_refused);
    printf("  delivered: half after %.0f s, all after %.0f s; a fresh one at worst after %.1f s\n",
           result->median_s, result->served_s, result->fresh_worst_s);
    printf("  calls: %llu that waited, %llu fresh, %llu heartbeats, %llu first polls, %llu held\n",
           (unsigned long long)result->n_calls[FLEET_BACKLOG],
           (unsigned long long)result->n_calls[FLEET_FRESH],
           (unsigned long long)result->n_calls[FLEET_BEAT],
           (unsigned long long)result->n_calls[FLEET_NEWS], (unsigned long long)result->n_held);
    printf("  during the outage: %.0f calls/s, at most %u\n", result->outage_calls_s,
           result->outage_peak);
}

int main(int argc, char **argv)
{
    const char *path = argc == 3 && strcmp(argv[1], "--svg") == 0 ? argv[2] : NULL;
    struct fleet_result results[N_SCENARIOS];
    int r = 0, n_missed = 0;

    if (argc != 1 && !path) {
        fprintf(stderr, "usage: fleet [--svg FILE]\n");
        return 64;
    }
    for (int i = 0; i < N_SCENARIOS; i++) {
        r = r == 0 ? fleet_run(&scenarios[i], &results[i]) : r;
        if (r == 0)
            print(&scenarios[i], &results[i]);
        n_missed += r != 0 || !is_reached(&scenarios[i], &results[i]);
    }
    if (r == 0 && path)
        r = chart_write(path, scenarios, results, N_SCENARIOS);
    for (int i = 0; i < N_SCENARIOS; i++)
        fleet_finish(&results[i]);
    if (r < 0)
        fprintf(stderr, "fleet: %s\n", strerror(-r));
    return r < 0 ? 70 : n_missed > 0;
}
