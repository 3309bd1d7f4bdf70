/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/json.h"

#include "base/error.h"
#include "base/file.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Service files of a rich language are the largest we read. */
#define MAX_BYTES (1024u * 1024u)

static int complain(struct config_problems *problems, enum config_message message,
                    struct config_place place, const char *why)
{
    const char *const args[] = {"file", place.file, "why", why, NULL};

    /* Without a line the message itself names the file. */
    if (place.line == 0)
        place.file = NULL;
    config_problems_add(problems, CONFIG_ERROR, message, place, args);
    return message == CONFIG_FILE_MISSING ? CONFIG_MISSING : CONFIG_INVALID;
}

static int read_text(const char *path, struct config_problems *problems, char **ret_text,
                     size_t *ret_n)
{
    struct config_place place = {path, 0, 0};
    int r = base_file_read(path, MAX_BYTES, ret_text, ret_n);

    if (r == -ENOENT || r == -ENOTDIR)
        return complain(problems, CONFIG_FILE_MISSING, place, strerror(-r));
    if (r == -EFBIG)
        return complain(problems, CONFIG_FILE_TOO_LARGE, place, strerror(-r));
    if (r == -ENOMEM)
        return base_trace(r);
    if (r < 0)
        return complain(problems, CONFIG_FILE_UNREADABLE, place, strerror(-r));
    return 0;
}

int config_json_read(const char *path, struct config_problems *problems,
                     struct config_json *ret_json)
{
    struct config_json json = {0};
    json_error_t error;
    size_t n;
    int r = read_text(path, problems, &json.text, &n);

    if (r != 0)
        return r;
    json.path = strdup(path);
    if (!json.path) {
        r = -ENOMEM;
        goto fail;
    }
    json.root = json_loadb(json.text, n, JSON_REJECT_DUPLICATES, &error);
    if (!json.root) {
        r = complain(problems, CONFIG_SYNTAX, (struct config_place){path, error.line, error.column},
                     error.text);
        goto fail;
    }
    if (!json_is_object(json.root)) {
        r = complain(problems, CONFIG_NOT_OBJECT, (struct config_place){path, 1, 1}, "");
        goto fail;
    }
    *ret_json = json;
    return 0;
fail:
    config_json_finish(&json);
    return r;
}

void config_json_finish(struct config_json *json)
{
    free(json->path);
    free(json->text);
    json_decref(json->root);
    *json = (struct config_json){0};
}

/* The text is known to be valid JSON from here on, so the walk only needs to keep its balance. */

static const char *skip_space(const char *p)
{
    return p + strspn(p, " \t\r\n");
}

static const char *skip_string(const char *p)
{
    for (p++; *p && *p != '"'; p++) {
        if (*p == '\\' && p[1])
            p++;
    }
    return *p ? p + 1 : p;
}

static const char *skip_value(const char *p)
{
    int depth = 0;

    do {
        p = skip_space(p);
        if (*p == '"') {
            p = skip_string(p);
        } else if (*p == '{' || *p == '[') {
            depth++;
            p++;
        } else if (*p == '}' || *p == ']') {
            depth--;
            p++;
        } else if (*p == ',' || *p == ':') {
            p++;
        } else {
            p += strcspn(p, " \t\r\n,:{}[]\"");
        }
    } while (depth > 0 && *p);
    return p;
}

/* The place of `key`'s opening quote in the object that begins at p, and of its value. */
static const char *find_member(const char *p, const char *key, size_t n, const char **ret_value)
{
    p = skip_space(p);
    if (*p != '{')
        return NULL;
    p = skip_space(p + 1);
    while (*p == '"') {
        const char *name = p, *value;

        p = skip_string(p);
        value = skip_space(skip_space(p) + 1);
        if ((size_t)(p - name) == n + 2 && strncmp(name + 1, key, n) == 0) {
            *ret_value = value;
            return name;
        }
        p = skip_space(skip_value(value));
        if (*p == ',')
            p = skip_space(p + 1);
    }
    return NULL;
}

struct config_place config_json_place(const struct config_json *json, const char *dotted_key)
{
    struct config_place place = {json->path, 0, 0};
    const char *at = json->text, *value = json->text;

    while (at && *dotted_key) {
        size_t n = strcspn(dotted_key, ".");

        at = find_member(value, dotted_key, n, &value);
        dotted_key += n + (dotted_key[n] == '.');
    }
    if (!at)
        return place;
    place.line = 1;
    place.column = 1;
    for (const char *p = json->text; p < at; p++) {
        bool continues = ((unsigned char)*p & 0xC0) == 0x80;

        place.line += *p == '\n';
        place.column = *p == '\n' ? 1 : place.column + !continues;
    }
    return place;
}

const char *config_json_kind(const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return "{...}";
    case JSON_ARRAY:
        return "[...]";
    case JSON_STRING:
        return "\"...\"";
    case JSON_INTEGER:
    case JSON_REAL:
        return "123";
    case JSON_TRUE:
    case JSON_FALSE:
        return "true/false";
    case JSON_NULL:
    default:
        return "null";
    }
}
