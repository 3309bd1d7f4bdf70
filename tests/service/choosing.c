/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whom the reference service asks: by service, day, way, the volunteer's own radius, and the one
 * that the territory's file gives. */
#include "tests/check.h"
#include "tests/service/volunteers.h"

/* 51, 18 and 3 km from where the resident lives. */
static const char volunteers[] =
    "[{\"id\": \"far\", \"latitude\": 49.00, \"longitude\": 2.66},"
    " {\"id\": \"near\", \"latitude\": 48.70, \"longitude\": 2.66},"
    " {\"id\": \"next-door\", \"latitude\": 48.565, \"longitude\": 2.66, \"radius_km\": 2},"
    " {\"id\": \"gardener\", \"services\": [\"gardening\"], \"latitude\": 48.54, \"longitude\": "
    "2.66},"
    " {\"id\": \"on-mondays\", \"days\": [\"monday\"], \"latitude\": 48.54, \"longitude\": 2.66}]";

/* A request for groceries on a Tuesday. asked: who was asked before, or NULL. */
static json_t *make_request(const char *territory, const char *asked)
{
    json_t *request =
        json_pack("{s:s, s:s, s:{s:f, s:f}, s:{s:{s:s}}, s:[]}", "service", "groceries",
                  "territory", territory, "person", "latitude", 48.54, "longitude", 2.66, "request",
                  "when", "date", "2026-06-16", "proposals");

    REQUIRE(request);
    if (asked)
        json_array_append_new(json_object_get(request, "proposals"),
                              json_pack("{s:s, s:s}", "volunteer", asked, "state", "refused"));
    return request;
}

/* Returns: the id of who is asked next, "" nobody. */
static const char *choose(const json_t *all, const char *territory, const char *asked)
{
    json_t *request = make_request(territory, asked);
    const json_t *chosen = volunteers_choose(all, request, NULL);

    json_decref(request);
    return chosen ? json_string_value(json_object_get(chosen, "id")) : "";
}

static void the_nearest_who_can_is_asked(void)
{
    json_t *all = json_loads(volunteers, 0, NULL);

    REQUIRE(all);
    CHECK_STR(choose(all, "pessac", NULL), "near");
    CHECK_STR(choose(all, "pessac", "near"), "far");
    json_decref(all);
}

/* Neighbours within 30 km: the file of Seine-et-Marne says so. */
static void a_territory_asks_nobody_beyond_its_radius(void)
{
    json_t *all = json_loads(volunteers, 0, NULL);

    REQUIRE(all);
    CHECK_STR(choose(all, "seine-et-marne", NULL), "near");
    CHECK_STR(choose(all, "seine-et-marne", "near"), "");
    CHECK_STR(choose(all, "no-such-territory", "near"), "far");
    json_decref(all);
}

static void who_has_no_place_is_asked_last(void)
{
    json_t *all = json_loads("[{\"id\": \"somewhere\"}, {\"id\": \"near\", \"latitude\": 48.70,"
                             " \"longitude\": 2.66}]",
                             0, NULL);

    REQUIRE(all);
    CHECK_STR(choose(all, "seine-et-marne", NULL), "near");
    CHECK_STR(choose(all, "seine-et-marne", "near"), "somewhere");
    json_decref(all);
}

CHECK_MAIN(the_nearest_who_can_is_asked, a_territory_asks_nobody_beyond_its_radius,
           who_has_no_place_is_asked_last)
