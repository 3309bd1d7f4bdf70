/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/value.h"

#include "base/date.h"
#include "base/utf8.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NAME_MAX_CHARS 40

/* What is being read and where complaints go: handed down as one. */
struct reading {
    const struct config_option *option;
    struct config_problems *problems;
    struct config_place place;
};

static int complain(const struct reading *reading, enum config_message message, const char *got)
{
    static const char *const wanted[] = {
        [CONFIG_TEXT] = "\"...\"",
        [CONFIG_PATH] = "\"/...\"",
        [CONFIG_URL] = "\"https://...\"",
        [CONFIG_WORD] = "\"...\"",
        [CONFIG_NUMBER] = "123",
        [CONFIG_SWITCH] = "true/false",
        [CONFIG_CHOICE] = "\"...\"",
        [CONFIG_TIME] = "\"08:30\"",
        [CONFIG_NAMELIST] = "[{\"name\": \"...\", \"kind\": \"...\"}, ...]",
    };
    const struct config_option *option = reading->option;
    char from[16], to[16];
    const char *const args[] = {"key",     option->key,
                                "got",     got,
                                "from",    from,
                                "to",      to,
                                "unit",    option->unit,
                                "wanted",  wanted[option->type],
                                "choices", option->choices,
                                NULL};

    snprintf(from, sizeof(from), "%d", option->from);
    snprintf(to, sizeof(to), "%d", option->to);
    config_problems_add(reading->problems, CONFIG_ERROR, message, reading->place, args);
    return CONFIG_INVALID;
}

static void names_free(struct config_name *names, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        free((char *)names[i].name);
        free((char *)names[i].kind);
    }
    free(names);
}

void config_value_finish(struct config_value *value)
{
    free(value->text);
    names_free(value->names, value->n_names);
    *value = (struct config_value){0};
}

static int add_name(struct config_value *value, const char *name, const char *kind)
{
    struct config_name *larger =
        realloc(value->names, (value->n_names + 1) * sizeof(value->names[0]));

    if (!larger)
        return -ENOMEM;
    value->names = larger;
    larger[value->n_names] = (struct config_name){strdup(name), strdup(kind)};
    value->n_names++;
    return larger[value->n_names - 1].name && larger[value->n_names - 1].kind ? 0 : -ENOMEM;
}

int config_value_copy(const struct config_value *from, struct config_value *ret_value)
{
    struct config_value copy = {.is_set = from->is_set, .number = from->number};
    int r = 0;

    if (from->text) {
        copy.text = strdup(from->text);
        r = copy.text ? 0 : -ENOMEM;
    }
    for (size_t i = 0; i < from->n_names && r == 0; i++)
        r = add_name(&copy, from->names[i].name, from->names[i].kind);
    if (r < 0) {
        config_value_finish(&copy);
        return r;
    }
    *ret_value = copy;
    return 0;
}

static int take(struct config_value *value, struct config_value *fresh)
{
    fresh->is_set = true;
    config_value_finish(value);
    *value = *fresh;
    return 0;
}

/* Plain text on one line; what could be markup or a command in other hands is refused (R26). */
static bool is_plain(const char *text, size_t *ret_n_chars)
{
    uint32_t c;

    *ret_n_chars = 0;
    if (!base_utf8_is_valid(text))
        return false;
    while ((c = base_utf8_next(&text)) != 0) {
        if (c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x2028 || c == 0x2029 ||
            (c < 0x80 && strchr("<>[]{}`$\\|", (int)c)))
            return false;
        (*ret_n_chars)++;
    }
    return true;
}

/* Whether `word` is one of the words of "one two three". */
static bool is_choice(const char *choices, const char *word)
{
    size_t n = strlen(word);

    for (const char *p = choices; *p;) {
        size_t length = strcspn(p, " ");

        if (n > 0 && length == n && strncmp(p, word, n) == 0)
            return true;
        p += length;
        p += strspn(p, " ");
    }
    return false;
}

static bool is_url(const char *text)
{
    static const char scheme[] = "https://";
    const char *host = text + sizeof(scheme) - 1;

    return strncmp(text, scheme, sizeof(scheme) - 1) == 0 && *host && strspn(host, "/:?#@") == 0 &&
           !strpbrk(text, " \"'<>\\^`{|}") && !strchr(host, '@');
}

static int check_text(const struct reading *reading, const char *text)
{
    const struct config_option *option = reading->option;
    bool empty_is_fine = option->default_text[0] == '\0';
    size_t n_chars;

    if (!is_plain(text, &n_chars))
        return complain(reading, CONFIG_TEXT_UNSAFE, "");
    if (option->to > 0 && n_chars > (size_t)option->to)
        return complain(reading, CONFIG_TEXT_TOO_LONG, "");
    if (!*text && empty_is_fine)
        return 0;
    switch ((int)option->type) {
    case CONFIG_PATH:
        return *text == '/' ? 0 : complain(reading, CONFIG_BAD_PATH, text);
    case CONFIG_URL:
        return is_url(text) ? 0 : complain(reading, CONFIG_BAD_URL, text);
    case CONFIG_CHOICE:
        return is_choice(option->choices, text) ? 0 : complain(reading, CONFIG_NOT_A_CHOICE, text);
    case CONFIG_WORD:
        return *text && text[strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-_")] == '\0'
                   ? 0
                   : complain(reading, CONFIG_TEXT_UNSAFE, text);
    default:
        return 0;
    }
}

static int set_text(const struct reading *reading, const char *text, struct config_value *value)
{
    struct config_value fresh = {0};
    int r = check_text(reading, text);

    if (r != 0)
        return r;
    fresh.text = strdup(text);
    return fresh.text ? take(value, &fresh) : -ENOMEM;
}

static int set_number(const struct reading *reading, long long number, struct config_value *value)
{
    struct config_value fresh = {.number = (int)number};
    char got[24];

    if (number < reading->option->from || number > reading->option->to) {
        snprintf(got, sizeof(got), "%lld", number);
        return complain(reading, CONFIG_OUT_OF_RANGE, got);
    }
    return take(value, &fresh);
}

static int set_time(const struct reading *reading, const char *text, struct config_value *value)
{
    struct config_value fresh = {0};
    struct base_time time;

    if (base_time_parse(text, &time) != 0)
        return complain(reading, CONFIG_BAD_TIME, text);
    fresh.number = time.hour * 60 + time.minute;
    return take(value, &fresh);
}

static int read_name(const struct reading *reading, const json_t *entry, struct config_value *fresh)
{
    const char *name = json_string_value(json_object_get(entry, "name"));
    const char *kind = json_string_value(json_object_get(entry, "kind"));
    size_t n_chars;

    if (!name || !*name || !kind || json_object_size(entry) != 2 ||
        !is_choice(reading->option->choices, kind))
        return complain(reading, CONFIG_BAD_NAME_ENTRY, "");
    if (!is_plain(name, &n_chars))
        return complain(reading, CONFIG_TEXT_UNSAFE, "");
    if (n_chars > NAME_MAX_CHARS)
        return complain(reading, CONFIG_BAD_NAME_ENTRY, "");
    return add_name(fresh, name, kind);
}

static int set_names(const struct reading *reading, const json_t *list, struct config_value *value)
{
    struct config_value fresh = {0};
    size_t n = json_array_size(list);
    int r = 0;

    if (!json_is_array(list))
        return complain(reading, CONFIG_BAD_NAME_ENTRY, "");
    if (n > (size_t)reading->option->to)
        return complain(reading, CONFIG_TOO_MANY_NAMES, "");
    for (size_t i = 0; i < n && r == 0; i++)
        r = read_name(reading, json_array_get(list, i), &fresh);
    if (r != 0) {
        config_value_finish(&fresh);
        return r;
    }
    return take(value, &fresh);
}

int config_value_from_json(const struct config_option *option, const json_t *json,
                           struct config_problems *problems, struct config_place place,
                           struct config_value *value)
{
    const struct reading reading = {option, problems, place};

    switch (option->type) {
    case CONFIG_NUMBER:
        if (json_is_integer(json))
            return set_number(&reading, json_integer_value(json), value);
        break;
    case CONFIG_SWITCH:
        if (json_is_boolean(json)) {
            struct config_value fresh = {.number = json_is_true(json)};

            return take(value, &fresh);
        }
        break;
    case CONFIG_NAMELIST:
        return set_names(&reading, json, value);
    case CONFIG_TIME:
        if (json_is_string(json))
            return set_time(&reading, json_string_value(json), value);
        break;
    case CONFIG_TEXT:
    case CONFIG_PATH:
    case CONFIG_URL:
    case CONFIG_WORD:
    case CONFIG_CHOICE:
    default:
        if (json_is_string(json))
            return set_text(&reading, json_string_value(json), value);
        break;
    }
    return complain(&reading, CONFIG_WRONG_TYPE, config_json_kind(json));
}

int config_value_from_text(const struct config_option *option, const char *text,
                           struct config_problems *problems, struct config_place place,
                           struct config_value *value)
{
    const struct reading reading = {option, problems, place};
    struct config_value fresh = {0};
    json_t *json;
    char *end;
    long long number;
    int r;

    switch (option->type) {
    case CONFIG_NUMBER:
        errno = 0;
        number = strtoll(text, &end, 10);
        if (*text == '\0' || *end != '\0' || errno)
            return complain(&reading, CONFIG_WRONG_TYPE, text);
        return set_number(&reading, number, value);
    case CONFIG_SWITCH:
        fresh.number = strcmp(text, "true") == 0;
        if (!fresh.number && strcmp(text, "false") != 0)
            return complain(&reading, CONFIG_WRONG_TYPE, text);
        return take(value, &fresh);
    case CONFIG_NAMELIST:
        json = json_loads(text, 0, NULL);
        if (!json)
            return complain(&reading, CONFIG_BAD_NAME_ENTRY, "");
        r = set_names(&reading, json, value);
        json_decref(json);
        return r;
    case CONFIG_TIME:
        return set_time(&reading, text, value);
    case CONFIG_TEXT:
    case CONFIG_PATH:
    case CONFIG_URL:
    case CONFIG_WORD:
    case CONFIG_CHOICE:
    default:
        return set_text(&reading, text, value);
    }
}
