/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/territory.h"

#include "base/error.h"
#include "base/file.h"
#include "base/paths.h"
#include "base/strbuf.h"
#include "config/json.h"
#include "config/words.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct config_territory {
    json_t *root; /* everything below borrows from it */
    const char *id;
    const char *name;
    const char *service_url;
    bool moderated;
    int radius_km;
    size_t n_services;
    const char **services;
};

static const char *const known_fields[] = {"id",   "name",        "services", "moderated",
                                           "note", "service_url", "radius_km"};

static int shared_folder(char ret_folder[PATH_MAX])
{
    char root[PATH_MAX];
    int r = base_paths_data(root, sizeof(root));

    return r < 0 ? r : base_file_join(root, "config/territories", ret_folder, PATH_MAX);
}

/* Lower-case letters, digits and hyphens: an id becomes part of a path. */
static bool is_id(const char *id)
{
    return *id && strlen(id) < 64 &&
           id[strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-_")] == '\0';
}

static int path_in(const char *folder, const char *id, char ret_path[PATH_MAX])
{
    char name[80];

    snprintf(name, sizeof(name), "%s.json", id);
    return base_file_join(folder, name, ret_path, PATH_MAX);
}

static int find(const char *local_folder, const char *id, char ret_path[PATH_MAX])
{
    char folder[PATH_MAX];
    int r;

    if (!is_id(id))
        return CONFIG_MISSING;
    if (local_folder && path_in(local_folder, id, ret_path) == 0 && access(ret_path, F_OK) == 0)
        return 0;
    r = shared_folder(folder);
    if (r == 0)
        r = path_in(folder, id, ret_path);
    if (r < 0)
        return base_trace(r);
    return access(ret_path, F_OK) == 0 ? 0 : CONFIG_MISSING;
}

static void list_folder(const char *folder, struct config_words *words)
{
    DIR *dir = opendir(folder);
    struct dirent *entry;

    while (dir && (entry = readdir(dir))) {
        size_t n = strlen(entry->d_name);

        if (n > 5 && strcmp(entry->d_name + n - 5, ".json") == 0)
            config_words_add(words, entry->d_name, n - 5);
    }
    if (dir)
        closedir(dir);
}

char *config_territory_list(const char *local_folder)
{
    char folder[PATH_MAX];
    struct config_words words = {0};
    char *joined;

    if (local_folder)
        list_folder(local_folder, &words);
    if (shared_folder(folder) == 0)
        list_folder(folder, &words);
    config_words_sort(&words);
    joined = config_words_join(&words, ", ");
    config_words_finish(&words);
    return joined;
}

static int unknown(const char *local_folder, const char *id, struct config_problems *problems)
{
    char *known = config_territory_list(local_folder);
    const char *const args[] = {"territory", id, "known", known ? known : "", NULL};

    config_problems_add(problems, CONFIG_ERROR, CONFIG_TERRITORY_UNKNOWN, (struct config_place){0},
                        args);
    free(known);
    return CONFIG_MISSING;
}

static void wrong_field(const struct config_json *json, const char *field, const char *wanted,
                        struct config_problems *problems)
{
    const char *const args[] = {"field", field, "wanted", wanted, "file", json->path, NULL};

    config_problems_add(problems, CONFIG_ERROR, CONFIG_TERRITORY_FIELD,
                        config_json_place(json, field), args);
}

static const char *text_field(const struct config_json *json, const char *field,
                              struct config_problems *problems)
{
    const char *text = json_string_value(json_object_get(json->root, field));

    if (!text || !*text) {
        wrong_field(json, field, "\"...\"", problems);
        return "";
    }
    return text;
}

static bool flag_field(const struct config_json *json, const char *field, bool if_absent,
                       struct config_problems *problems)
{
    const json_t *value = json_object_get(json->root, field);

    if (value && !json_is_boolean(value))
        wrong_field(json, field, "true/false", problems);
    return value ? json_is_true(value) : if_absent;
}

static int read_services(const struct config_json *json, struct config_territory *territory,
                         struct config_problems *problems)
{
    const json_t *list = json_object_get(json->root, "services");
    size_t n = json_array_size(list);

    territory->services = calloc(n + 1, sizeof(territory->services[0]));
    if (!territory->services)
        return -ENOMEM;
    for (size_t i = 0; i < n; i++) {
        const char *id = json_string_value(json_array_get(list, i));

        if (id && is_id(id) && !config_territory_has_service(territory, id))
            territory->services[territory->n_services++] = id;
        else
            wrong_field(json, "services", "[\"groceries\", ...]", problems);
    }
    if (n == 0)
        wrong_field(json, "services", "[\"groceries\", ...]", problems);
    return 0;
}

static void check_fields(const struct config_json *json, struct config_problems *problems)
{
    const char *field;
    json_t *value;

    json_object_foreach(json->root, field, value)
    {
        bool known = false;

        for (size_t i = 0; i < sizeof(known_fields) / sizeof(known_fields[0]); i++)
            known = known || strcmp(field, known_fields[i]) == 0;
        if (!known) {
            const char *const args[] = {"key", field, NULL};

            config_problems_add(problems, CONFIG_ERROR, CONFIG_UNKNOWN_KEY,
                                config_json_place(json, field), args);
        }
    }
}

static int fill(const struct config_json *json, const char *id, struct config_territory *territory,
                struct config_problems *problems)
{
    const json_t *radius = json_object_get(json->root, "radius_km");

    check_fields(json, problems);
    territory->root = json_incref(json->root);
    territory->id = text_field(json, "id", problems);
    territory->name = text_field(json, "name", problems);
    territory->service_url = text_field(json, "service_url", problems);
    territory->moderated = flag_field(json, "moderated", false, problems);
    if (radius && (!json_is_integer(radius) || json_integer_value(radius) < 0 ||
                   json_integer_value(radius) > 1000))
        wrong_field(json, "radius_km", "0 ... 1000", problems);
    else
        territory->radius_km = (int)json_integer_value(radius);
    if (strcmp(territory->id, id) != 0) {
        const char *const args[] = {"id", territory->id, "file", json->path, NULL};

        config_problems_add(problems, CONFIG_ERROR, CONFIG_TERRITORY_OTHER_ID,
                            config_json_place(json, "id"), args);
    }
    return read_services(json, territory, problems);
}

int config_territory_load(const char *local_folder, const char *id,
                          struct config_problems *problems, struct config_territory **ret_territory)
{
    struct config_json json = {0};
    struct config_problems *own = NULL;
    struct config_territory *territory = NULL;
    char path[PATH_MAX];
    int r = find(local_folder, id, path);

    if (r == CONFIG_MISSING)
        return unknown(local_folder, id, problems);
    if (r == 0 && !problems) {
        r = config_problems_create(&own);
        problems = own;
    }
    if (r == 0)
        r = config_json_read(path, problems, &json);
    if (r != 0)
        goto out;
    territory = calloc(1, sizeof(*territory));
    if (!territory) {
        r = -ENOMEM;
        goto out;
    }
    size_t n_before = config_problems_count_from(problems, CONFIG_ERROR);

    r = fill(&json, id, territory, problems);
    if (r == 0 && config_problems_count_from(problems, CONFIG_ERROR) > n_before)
        r = CONFIG_INVALID;
    if (r == 0) {
        *ret_territory = territory;
        territory = NULL;
    }
out:
    config_territory_destroy(territory);
    config_json_finish(&json);
    config_problems_destroy(own);
    return r < 0 ? base_trace(r) : r;
}

void config_territory_destroy(struct config_territory *territory)
{
    if (!territory)
        return;
    free(territory->services);
    json_decref(territory->root);
    free(territory);
}

const char *config_territory_id(const struct config_territory *territory)
{
    return territory->id;
}

const char *config_territory_name(const struct config_territory *territory)
{
    return territory->name;
}

bool config_territory_is_moderated(const struct config_territory *territory)
{
    return territory->moderated;
}

const char *config_territory_service_url(const struct config_territory *territory)
{
    return territory->service_url;
}

int config_territory_radius_km(const struct config_territory *territory)
{
    return territory->radius_km;
}

size_t config_territory_n_services(const struct config_territory *territory)
{
    return territory->n_services;
}

const char *config_territory_service(const struct config_territory *territory, size_t i)
{
    return territory->services[i];
}

const char *const *config_territory_services(const struct config_territory *territory)
{
    return territory->services;
}

bool config_territory_has_service(const struct config_territory *territory, const char *service)
{
    for (size_t i = 0; i < territory->n_services; i++) {
        if (strcmp(territory->services[i], service) == 0)
            return true;
    }
    return false;
}
