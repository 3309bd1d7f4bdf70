/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/service/volunteers.h"

#include "base/date.h"
#include "base/log.h"
#include "config/territory.h"
#include "tests/service/store_volunteers.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define EARTH_KM 6371.0
#define FAR_KM   1e6 /* a place that is not known */
#define ROUND_MS 60000

int volunteers_load(struct store *store, const char *path)
{
    json_error_t error;
    json_t *list = json_load_file(path, 0, &error), *volunteer;
    int r = json_is_array(list) ? 0 : -EINVAL;
    size_t i;

    if (r < 0)
        fprintf(stderr, "%s:%d:%d: %s\n", path, error.line, error.column,
                list ? "no list of volunteers" : error.text);
    json_array_foreach(list, i, volunteer)
    {
        if (r == 0 && (r = store_set_volunteer(store, volunteer)) < 0)
            fprintf(stderr, "%s: volunteer %zu: id or first_name is missing\n", path, i + 1);
    }
    json_decref(list);
    return r;
}

/* --- whom to ask --- */

static const char *text(const json_t *json, const char *key)
{
    const char *value = json_string_value(json_object_get(json, key));

    return value ? value : "";
}

static bool allows(const json_t *list, const char *word)
{
    json_t *value;
    size_t i;

    if (!json_is_array(list))
        return true;
    json_array_foreach(list, i, value)
    {
        if (json_is_string(value) && strcmp(json_string_value(value), word) == 0)
            return true;
    }
    return false;
}

static bool has_place(const json_t *json)
{
    return json_is_number(json_object_get(json, "latitude")) &&
           json_is_number(json_object_get(json, "longitude"));
}

static double radians(const json_t *json, const char *key)
{
    return json_number_value(json_object_get(json, key)) * M_PI / 180.0;
}

/* As the crow flies (haversine), or FAR_KM. */
static double way_km(const json_t *from, const json_t *to)
{
    double lat1, lat2, h;

    if (!has_place(from) || !has_place(to))
        return FAR_KM;
    lat1 = radians(from, "latitude");
    lat2 = radians(to, "latitude");
    h = pow(sin((lat2 - lat1) / 2), 2) +
        cos(lat1) * cos(lat2) *
            pow(sin((radians(to, "longitude") - radians(from, "longitude")) / 2), 2);
    return 2 * EARTH_KM * asin(sqrt(h < 1 ? h : 1));
}

double volunteers_way_km(const json_t *volunteer, const json_t *request)
{
    double km = way_km(volunteer, json_object_get(request, "person"));

    return km < FAR_KM ? km : -1;
}

static bool may_on_day(const json_t *volunteer, const json_t *request)
{
    static const char *const days[] = {"monday", "tuesday",  "wednesday", "thursday",
                                       "friday", "saturday", "sunday"};
    const json_t *when = json_object_get(json_object_get(request, "request"), "when");
    struct base_date date;

    if (base_date_parse(text(when, "date"), &date) < 0)
        return true;
    return allows(json_object_get(volunteer, "days"), days[base_date_weekday(date) - 1]);
}

static bool was_asked(const json_t *request, const char *volunteer)
{
    const json_t *proposals = json_object_get(request, "proposals");
    json_t *proposal;
    size_t i;

    json_array_foreach(proposals, i, proposal)
    {
        if (strcmp(text(proposal, "volunteer"), volunteer) == 0)
            return true;
    }
    return false;
}

/* Within how many km of the resident the territory asks anybody. */
static double reach_km(const json_t *request)
{
    struct config_territory *territory;
    int km;

    if (config_territory_load(NULL, text(request, "territory"), NULL, &territory) != 0)
        return FAR_KM;
    km = config_territory_radius_km(territory);
    config_territory_destroy(territory);
    return km > 0 ? km : FAR_KM;
}

/* Returns: the way in km, FAR_KM when not known, -1 when he or she is not to be asked. */
static double rate(const json_t *volunteer, const json_t *request, double max_km)
{
    const char *service = text(request, "service");
    const json_t *radius = json_object_get(volunteer, "radius_km");
    double km = way_km(volunteer, json_object_get(request, "person"));

    if (json_is_false(json_object_get(volunteer, "is_active")) ||
        was_asked(request, text(volunteer, "id")) || !may_on_day(volunteer, request) ||
        !allows(json_object_get(volunteer, "territories"), text(request, "territory")) ||
        !allows(json_object_get(volunteer, "services"), *service ? service : "callback"))
        return -1;
    if (json_is_number(radius))
        max_km = fmin(max_km, json_number_value(radius));
    return km < FAR_KM && km > max_km ? -1 : km;
}

const json_t *volunteers_choose(const json_t *volunteers, const json_t *request, double *ret_km)
{
    const json_t *best = NULL;
    json_t *volunteer;
    double best_km = 0, max_km = reach_km(request);
    size_t i;

    json_array_foreach(volunteers, i, volunteer)
    {
        double km = rate(volunteer, request, max_km);

        if (km >= 0 && (!best || km < best_km)) {
            best = volunteer;
            best_km = km;
        }
    }
    if (ret_km)
        *ret_km = best && best_km < FAR_KM ? best_km : -1;
    return best;
}

/* --- who takes it --- */

static const char *time_of(const json_t *asked)
{
    static const char *const parts[][2] = {
        {"morning", "10:00"}, {"noon", "12:00"}, {"afternoon", "15:00"}, {"evening", "18:00"}};

    if (*text(asked, "time"))
        return text(asked, "time");
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        if (strcmp(text(asked, "part"), parts[i][0]) == 0)
            return parts[i][1];
    }
    return "10:00";
}

static json_t *text_or_null(const char *value)
{
    return *value ? json_string(value) : json_null();
}

static json_t *make_when(const json_t *asked, const char *when)
{
    char date[11] = "", time[6] = "";
    const char *part = "";

    if (when && *when) {
        snprintf(date, sizeof(date), "%s", when);
        if (strlen(when) > 11)
            snprintf(time, sizeof(time), "%s", when + 11);
        else if (strcmp(date, text(asked, "date")) == 0)
            part = text(asked, "part");
    } else {
        snprintf(date, sizeof(date), "%s", text(asked, "date"));
        snprintf(time, sizeof(time), "%s", when ? text(asked, "time") : time_of(asked));
        part = when && !*time ? text(asked, "part") : "";
    }
    return json_pack("{s:o, s:o, s:o}", "date", text_or_null(date), "part", text_or_null(part),
                     "time", text_or_null(time));
}

int volunteers_accept(struct store *store, const char *id, const char *volunteer, const char *when)
{
    json_t *all = store_request(store, id, true), *known = store_volunteer(store, volunteer);
    const json_t *asked = json_object_get(json_object_get(all, "request"), "when");
    json_t *at = all ? make_when(asked, when) : NULL;
    struct store_change change = {.from = "open",
                                  .status = "matched",
                                  .volunteer = known ? volunteer : NULL,
                                  .first_name = known ? text(known, "first_name") : volunteer,
                                  .when = at,
                                  .with_news = true};
    int r = all ? store_change(store, id, &change) : STORE_ABSENT;

    json_decref(at);
    json_decref(known);
    json_decref(all);
    return r;
}

/* --- a round --- */

struct round {
    struct store *store;
    const struct volunteers_rules *rules;
    json_t *volunteers;
    int64_t now_ms, next_ms;
};

/* Whether at_ms has come; else it is remembered. */
static bool is_due(struct round *round, int64_t at_ms)
{
    if (at_ms <= round->now_ms)
        return true;
    if (at_ms < round->next_ms)
        round->next_ms = at_ms;
    return false;
}

static const json_t *find_waiting(const json_t *request)
{
    const json_t *proposals = json_object_get(request, "proposals");
    json_t *proposal;
    size_t i;

    json_array_foreach(proposals, i, proposal)
    {
        if (strcmp(text(proposal, "state"), "waiting") == 0)
            return proposal;
    }
    return NULL;
}

static void ask_next(struct round *round, const json_t *request)
{
    const json_t *waiting = find_waiting(request);
    const json_t *next;

    if (waiting) {
        int64_t made_ms = json_integer_value(json_object_get(waiting, "made_ms"));

        if (!is_due(round, made_ms + round->rules->answer_ms))
            return;
        (void)store_end_proposal(round->store, text(request, "id"), text(waiting, "volunteer"),
                                 "unanswered");
    }
    next = volunteers_choose(round->volunteers, request, NULL);
    if (next && store_propose(round->store, text(request, "id"), text(next, "id")) == 0)
        (void)is_due(round, round->now_ms + round->rules->answer_ms);
}

static void look_at(struct round *round, const json_t *request)
{
    const json_t *next;

    if (strcmp(text(request, "status"), "open") != 0)
        return;
    if (round->rules->accept_ms < 0) {
        ask_next(round, request);
        return;
    }
    next = volunteers_choose(round->volunteers, request, NULL);
    if (next && is_due(round, json_integer_value(json_object_get(request, "open_ms")) +
                                  round->rules->accept_ms))
        (void)volunteers_accept(round->store, text(request, "id"), text(next, "id"), NULL);
}

int64_t volunteers_round(struct store *store, const struct volunteers_rules *rules)
{
    struct round round = {store, rules, store_volunteers(store), store_now_ms(), 0};
    json_t *requests = store_requests_since(store, INT64_MAX), *request;
    size_t i;

    round.next_ms = round.now_ms + ROUND_MS;
    json_array_foreach(requests, i, request) look_at(&round, request);
    json_decref(requests);
    json_decref(round.volunteers);
    return round.next_ms - round.now_ms;
}
