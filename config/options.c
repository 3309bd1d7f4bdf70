/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/options.h"

#include "base/error.h"
#include "base/file.h"
#include "base/paths.h"
#include "base/strbuf.h"
#include "config/json.h"
#include "config/value.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define MAX_FILE (1024u * 1024u)

struct config_options {
    struct config_value values[CONFIG_N_KEYS];
    char *text; /* of the file that config_options_start took, NULL: of none */
};

static void values_finish(struct config_value values[CONFIG_N_KEYS])
{
    for (size_t i = 0; i < CONFIG_N_KEYS; i++)
        config_value_finish(&values[i]);
}

static int values_copy(const struct config_value from[CONFIG_N_KEYS],
                       struct config_value ret_to[CONFIG_N_KEYS])
{
    for (size_t i = 0; i < CONFIG_N_KEYS; i++) {
        int r = config_value_copy(&from[i], &ret_to[i]);

        if (r < 0)
            return r;
    }
    return 0;
}

static int values_default(struct config_value ret_values[CONFIG_N_KEYS])
{
    for (enum config_key key = 0; key < CONFIG_N_KEYS; key++) {
        int r = config_value_from_text(config_option(key), config_option(key)->default_text, NULL,
                                       (struct config_place){0}, &ret_values[key]);

        if (r != 0)
            return r < 0 ? r : -EINVAL;
        ret_values[key].is_set = false;
    }
    return 0;
}

/* What the chosen language prefers, for options that nobody set. A language without such a file
 * keeps the table's defaults. */
static int apply_language(struct config_value values[CONFIG_N_KEYS])
{
    char root[PATH_MAX], path[PATH_MAX], name[64];
    struct config_json json = {0};
    const char *key;
    json_t *value;
    int r = base_paths_data(root, sizeof(root));

    snprintf(name, sizeof(name), "config/%s/defaults.json", values[CONFIG_LANGUAGE].text);
    if (r == 0)
        r = base_file_join(root, name, path, sizeof(path));
    if (r < 0 || config_json_read(path, NULL, &json) != 0)
        return r == -ENOMEM ? r : 0;
    json_object_foreach(json.root, key, value)
    {
        enum config_key found = config_option_find(key);

        if (found == CONFIG_N_KEYS || values[found].is_set || !json_is_string(value) || r != 0)
            continue;
        r = config_value_from_text(config_option(found), json_string_value(value), NULL,
                                   (struct config_place){0}, &values[found]);
        values[found].is_set = false;
    }
    config_json_finish(&json);
    return r < 0 ? r : 0;
}

int config_options_create(struct config_options **ret_options)
{
    struct config_options *options = calloc(1, sizeof(*options));
    int r = options ? values_default(options->values) : -ENOMEM;

    if (r == 0)
        r = apply_language(options->values);
    if (r < 0) {
        config_options_destroy(options);
        return base_trace(r);
    }
    *ret_options = options;
    return 0;
}

void config_options_destroy(struct config_options *options)
{
    if (!options)
        return;
    values_finish(options->values);
    free(options->text);
    free(options);
}

static void complain_unknown(const struct config_json *json, const char *dotted,
                             struct config_problems *problems)
{
    const char *nearest = config_option_nearest(dotted);
    const char *const args[] = {"key", dotted, "nearest", nearest, NULL};

    config_problems_add(problems, CONFIG_ERROR,
                        nearest ? CONFIG_UNKNOWN_KEY_NEAR : CONFIG_UNKNOWN_KEY,
                        config_json_place(json, dotted), args);
}

static bool is_group(const char *dotted)
{
    size_t n = strlen(dotted);

    for (enum config_key key = 0; key < CONFIG_N_KEYS; key++) {
        if (strncmp(config_option(key)->key, dotted, n) == 0 && config_option(key)->key[n] == '.')
            return true;
    }
    return false;
}

static int read_option(const struct config_json *json, const char *dotted, const json_t *value,
                       struct config_value values[CONFIG_N_KEYS], struct config_problems *problems)
{
    enum config_key key = config_option_find(dotted);

    if (key == CONFIG_N_KEYS) {
        complain_unknown(json, dotted, problems);
        return CONFIG_INVALID;
    }
    return config_value_from_json(config_option(key), value, problems,
                                  config_json_place(json, dotted), &values[key]);
}

static int read_group(const struct config_json *json, const char *group, json_t *members,
                      struct config_value values[CONFIG_N_KEYS], struct config_problems *problems)
{
    const char *name;
    json_t *value;
    int result = 0;

    if (!json_is_object(members)) {
        const char *const args[] = {"key", group, NULL};

        config_problems_add(problems, CONFIG_ERROR, CONFIG_GROUP_NOT_OBJECT,
                            config_json_place(json, group), args);
        return CONFIG_INVALID;
    }
    json_object_foreach(members, name, value)
    {
        char dotted[128];
        int r;

        snprintf(dotted, sizeof(dotted), "%s.%s", group, name);
        r = read_option(json, dotted, value, values, problems);
        if (r < 0)
            return r;
        result = r ? r : result;
    }
    return result;
}

static int read_all(const struct config_json *json, struct config_value values[CONFIG_N_KEYS],
                    struct config_problems *problems)
{
    const char *name;
    json_t *value;
    int result = 0;

    json_object_foreach(json->root, name, value)
    {
        int r = is_group(name) ? read_group(json, name, value, values, problems)
                               : read_option(json, name, value, values, problems);

        if (r < 0)
            return r;
        result = r ? r : result;
    }
    return result;
}

enum how { WHOLE_OR_NOTHING, RIGHT_PART };

static int load_text(struct config_options *options, const char *path, enum how how,
                     struct config_problems *problems, char **ret_text)
{
    struct config_value next[CONFIG_N_KEYS] = {0};
    struct config_json json = {0};
    int r = config_json_read(path, problems, &json), wrong = 0;

    if (r == 0)
        r = values_copy(options->values, next);
    if (r == 0)
        wrong = read_all(&json, next, problems);
    if (r == 0 && (wrong < 0 || how == WHOLE_OR_NOTHING))
        r = wrong;
    if (r == 0)
        r = apply_language(next);
    if (r == 0) {
        values_finish(options->values);
        memcpy(options->values, next, sizeof(next));
        memset(next, 0, sizeof(next));
        if (ret_text) {
            *ret_text = json.text;
            json.text = NULL;
        }
    }
    values_finish(next);
    config_json_finish(&json);
    return r < 0 ? base_trace(r) : r ? r : wrong;
}

int config_options_load(struct config_options *options, const char *path,
                        struct config_problems *problems)
{
    return load_text(options, path, WHOLE_OR_NOTHING, problems, NULL);
}

int config_options_load_right_part(struct config_options *options, const char *path,
                                   struct config_problems *problems)
{
    return load_text(options, path, RIGHT_PART, problems, NULL);
}

/* Writing the copy only when it differs spares the memory card at each start. */
void config_options_keep(const struct config_options *options, const char *last_good_path)
{
    char *old = NULL;
    size_t n;

    if (!options->text)
        return;
    if (base_file_read(last_good_path, MAX_FILE, &old, &n) != 0 || strcmp(old, options->text) != 0)
        (void)base_file_replace(last_good_path, options->text, strlen(options->text),
                                0600); /* the next start tries again */
    free(old);
}

static void note(struct config_problems *problems, enum config_message message, const char *path)
{
    const char *const args[] = {"file", path, NULL};

    config_problems_add(problems, CONFIG_WARNING, message, (struct config_place){path, 0, 0}, args);
}

/* Returns: 0, a positive result when it cannot be used, -errno. */
static int start_from_file(struct config_options *options, const char *path,
                           struct config_problems *problems, enum config_source *ret_source)
{
    int r = strcmp(path, CONFIG_DEFAULT_PATH) == 0
                ? load_text(options, path, WHOLE_OR_NOTHING, NULL, &options->text)
                : CONFIG_INVALID;

    *ret_source = r == CONFIG_MISSING ? CONFIG_FROM_DEFAULTS : CONFIG_FROM_FILE;
    if (r <= 0 || r == CONFIG_MISSING)
        return r < 0 ? r : 0;
    return load_text(options, path, WHOLE_OR_NOTHING, problems, &options->text);
}

int config_options_start(struct config_options *options, const char *path,
                         const char *last_good_path, enum config_source first,
                         struct config_problems *problems, enum config_source *ret_source)
{
    int r = first == CONFIG_FROM_FILE ? start_from_file(options, path, problems, ret_source)
                                      : CONFIG_INVALID;

    if (r > 0 && last_good_path && first != CONFIG_FROM_DEFAULTS &&
        (r = load_text(options, last_good_path, WHOLE_OR_NOTHING, NULL, NULL)) == 0) {
        note(problems, CONFIG_USING_LAST_GOOD, last_good_path);
        *ret_source = CONFIG_FROM_LAST_GOOD;
    } else if (r > 0) {
        note(problems, CONFIG_USING_DEFAULTS, path);
        *ret_source = CONFIG_FROM_DEFAULTS;
        r = 0;
    }
    return r;
}

int config_options_set(struct config_options *options, enum config_key key, const char *text,
                       struct config_problems *problems)
{
    int r = config_value_from_text(config_option(key), text, problems, (struct config_place){0},
                                   &options->values[key]);

    if (r == 0 && key == CONFIG_LANGUAGE)
        r = apply_language(options->values);
    return r;
}

static const struct config_value *value_of(const struct config_options *options,
                                           enum config_key key, bool right_type)
{
    /* A wrong type is a slip of the programmer, found by the first run of the line. */
    if (!right_type)
        abort();
    return &options->values[key];
}

const char *config_options_text(const struct config_options *options, enum config_key key)
{
    enum config_type type = config_option(key)->type;

    return value_of(options, key,
                    type == CONFIG_TEXT || type == CONFIG_PATH || type == CONFIG_URL ||
                        type == CONFIG_WORD || type == CONFIG_CHOICE)
        ->text;
}

int config_options_number(const struct config_options *options, enum config_key key)
{
    return value_of(options, key, config_option(key)->type == CONFIG_NUMBER)->number;
}

bool config_options_switch(const struct config_options *options, enum config_key key)
{
    return value_of(options, key, config_option(key)->type == CONFIG_SWITCH)->number != 0;
}

struct base_time config_options_time(const struct config_options *options, enum config_key key)
{
    int minutes = value_of(options, key, config_option(key)->type == CONFIG_TIME)->number;

    return (struct base_time){minutes / 60, minutes % 60};
}

const struct config_name *config_options_names(const struct config_options *options, size_t *ret_n)
{
    *ret_n = options->values[CONFIG_NAMES].n_names;
    return options->values[CONFIG_NAMES].names;
}

bool config_options_is_set(const struct config_options *options, enum config_key key)
{
    return options->values[key].is_set;
}
