/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/service/volunteers.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

json_t *volunteers_load(const char *path)
{
    json_error_t error;
    json_t *list;

    if (!path)
        return json_pack("[{s:s, s:s}]", "id", "marie", "first_name", "Marie");
    list = json_load_file(path, 0, &error);
    if (!json_is_array(list)) {
        fprintf(stderr, "%s:%d:%d: %s\n", path, error.line, error.column,
                list ? "no list of volunteers" : error.text);
        json_decref(list);
        return NULL;
    }
    return list;
}

static const char *text(const json_t *json, const char *key)
{
    const char *value = json_string_value(json_object_get(json, key));

    return value ? value : "";
}

const char *volunteers_name(const json_t *volunteers, const char *id)
{
    json_t *volunteer;
    size_t i;

    json_array_foreach(volunteers, i, volunteer)
    {
        if (strcmp(text(volunteer, "id"), id) == 0 && *text(volunteer, "first_name"))
            return text(volunteer, "first_name");
    }
    return id;
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

const json_t *volunteers_find(const json_t *volunteers, const char *territory, const char *service)
{
    json_t *volunteer;
    size_t i;

    json_array_foreach(volunteers, i, volunteer)
    {
        if (allows(json_object_get(volunteer, "territories"), territory) &&
            allows(json_object_get(volunteer, "services"), service))
            return volunteer;
    }
    return NULL;
}

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

static json_t *make_when(const json_t *asked, const char *when)
{
    char date[11] = "", time[6] = "";

    if (when) {
        snprintf(date, sizeof(date), "%s", when);
        if (strlen(when) > 11)
            snprintf(time, sizeof(time), "%s", when + 11);
    } else {
        snprintf(date, sizeof(date), "%s", text(asked, "date"));
        snprintf(time, sizeof(time), "%s", time_of(asked));
    }
    return json_pack("{s:o, s:n, s:o}", "date", *date ? json_string(date) : json_null(), "part",
                     "time", *time ? json_string(time) : json_null());
}

int volunteers_accept(struct store *store, const char *id, const char *first_name, const char *when)
{
    json_t *all = store_request(store, id, true);
    const json_t *asked = json_object_get(json_object_get(all, "request"), "when");
    json_t *at = all ? make_when(asked, when) : NULL;
    int r = all ? store_change(store, id, "open", "matched", first_name, at, true) : STORE_ABSENT;

    json_decref(at);
    json_decref(all);
    return r;
}
