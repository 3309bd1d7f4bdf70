/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/catalogue.h"

#include "base/error.h"
#include "base/file.h"
#include "base/paths.h"
#include "base/utf8.h"
#include "config/json.h"
#include "config/words.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define MAX_SPOKEN_CHARS 120

struct loaded {
    struct config_service service; /* borrows from root */
    json_t *root;
};

struct config_catalogue {
    struct loaded *list;
    size_t n;
};

/* The file being read and what was found wrong in it. */
struct reading {
    const struct config_json *json;
    struct config_problems *problems;
    bool is_wrong;
};

static void wrong(struct reading *reading, const char *field, const char *wanted)
{
    const char *const args[] = {"field", field, "wanted", wanted, NULL};

    config_problems_add(reading->problems, CONFIG_ERROR, CONFIG_SERVICE_FIELD,
                        config_json_place(reading->json, field), args);
    reading->is_wrong = true;
}

/* Something that is said aloud: not empty, short, and plain text. */
static bool is_spoken(const char *text)
{
    size_t n = 0;
    uint32_t c;

    if (!text || !*text || !base_utf8_is_valid(text))
        return false;
    while ((c = base_utf8_next(&text)) != 0) {
        if (c < 0x20 || c == '<' || c == '>' || c == '[' || c == ']' || ++n > MAX_SPOKEN_CHARS)
            return false;
    }
    return true;
}

static const char *spoken(struct reading *reading, const char *dotted, const json_t *value,
                          bool required)
{
    const char *text = json_string_value(value);

    if (!value && !required)
        return "";
    if (!is_spoken(text)) {
        wrong(reading, dotted, "\"...\"");
        return "";
    }
    return text;
}

static bool flag(struct reading *reading, const char *field)
{
    const json_t *value = json_object_get(reading->json->root, field);

    if (value && !json_is_boolean(value))
        wrong(reading, field, "true/false");
    return json_is_true(value);
}

static void read_follow_ups(struct reading *reading, struct config_service *service)
{
    static const char *const slots[] = {"date", "part", "time", "items"};
    const json_t *list = json_object_get(reading->json->root, "follow_up"), *entry;
    size_t i;

    if ((list && !json_is_array(list)) || json_array_size(list) > CONFIG_FOLLOW_UPS_MAX)
        wrong(reading, "follow_up", "[{\"slot\": \"date\", \"ask\": \"...\"}]");
    json_array_foreach(list, i, entry)
    {
        const char *slot = json_string_value(json_object_get(entry, "slot"));
        const char *ask = json_string_value(json_object_get(entry, "ask"));
        bool known = false;

        for (size_t k = 0; k < sizeof(slots) / sizeof(slots[0]); k++)
            known = known || (slot && strcmp(slot, slots[k]) == 0);
        if (!known || !is_spoken(ask))
            wrong(reading, "follow_up", "[{\"slot\": \"date\", \"ask\": \"...\"}]");
        else if (service->n_follow_ups < CONFIG_FOLLOW_UPS_MAX)
            service->follow_up[service->n_follow_ups++] = (struct config_follow_up){slot, ask};
    }
}

static const char *spoken_of_kind(struct reading *reading, const json_t *say, const char *field,
                                  const char *otherwise)
{
    const json_t *value = json_object_get(say, field);

    return value ? spoken(reading, "kinds", value, true) : otherwise;
}

static void read_kinds(struct reading *reading, struct config_service *service)
{
    const json_t *list = json_object_get(reading->json->root, "kinds"), *entry;
    size_t i;

    if ((list && !json_is_array(list)) || json_array_size(list) > CONFIG_KINDS_MAX) {
        wrong(reading, "kinds", "[{\"kind\": \"dog\", \"words\": \"...\"}]");
        return;
    }
    json_array_foreach(list, i, entry)
    {
        const json_t *say = json_object_get(entry, "say");

        service->kinds[service->n_kinds++] = (struct config_kind){
            .kind = spoken(reading, "kinds", json_object_get(entry, "kind"), true),
            .words = spoken(reading, "kinds", json_object_get(entry, "words"), false),
            .say_choice = spoken_of_kind(reading, say, "choice", service->say_choice),
            .say_want = spoken_of_kind(reading, say, "want", service->say_want),
            .say_of = spoken_of_kind(reading, say, "of", service->say_of),
        };
    }
}

static void read_service(struct reading *reading, const char *id, struct config_service *service)
{
    const json_t *root = reading->json->root, *say = json_object_get(root, "say");

    service->id = spoken(reading, "id", json_object_get(root, "id"), true);
    service->name =
        spoken(reading, "names", json_array_get(json_object_get(root, "names"), 0), true);
    service->say_choice = spoken(reading, "say.choice", json_object_get(say, "choice"), true);
    service->say_want = spoken(reading, "say.want", json_object_get(say, "want"), true);
    service->say_of = spoken(reading, "say.of", json_object_get(say, "of"), true);
    service->say_will = spoken(reading, "say.will", json_object_get(say, "will"), false);
    service->say_cannot = spoken(reading, "say.cannot", json_object_get(say, "cannot"), false);
    service->takes_items = flag(reading, "takes_items");
    read_follow_ups(reading, service);
    read_kinds(reading, service);
    if (!reading->is_wrong && strcmp(service->id, id) != 0) {
        const char *const args[] = {"id", service->id, NULL};

        config_problems_add(reading->problems, CONFIG_ERROR, CONFIG_SERVICE_OTHER_ID,
                            config_json_place(reading->json, "id"), args);
        reading->is_wrong = true;
    }
}

/* The phrases of a service, nearly all of its file, are another folder's (intents/). */
static void keep_what_is_borrowed(json_t *root)
{
    static const char *const kept[] = {"id", "names", "say", "follow_up", "kinds"};
    const char *key;
    json_t *value;
    void *next;

    json_object_foreach_safe(root, next, key, value)
    {
        bool is_kept = false;

        for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
            is_kept = is_kept || strcmp(key, kept[i]) == 0;
        if (!is_kept)
            json_object_del(root, key);
    }
}

static int load_one(struct config_catalogue *catalogue, const char *folder, const char *id,
                    struct config_problems *problems)
{
    char path[PATH_MAX], name[128];
    struct config_json json = {0};
    struct reading reading = {&json, problems, false};
    struct loaded loaded = {0}, *larger;
    int r;

    snprintf(name, sizeof(name), "%s.json", id);
    r = base_file_join(folder, name, path, sizeof(path));
    if (r == 0)
        r = config_json_read(path, problems, &json);
    if (r != 0)
        return r;
    read_service(&reading, id, &loaded.service);
    larger = realloc(catalogue->list, (catalogue->n + 1) * sizeof(*larger));
    if (larger) {
        catalogue->list = larger;
        loaded.root = json_incref(json.root);
        keep_what_is_borrowed(json.root);
        larger[catalogue->n++] = loaded;
    }
    config_json_finish(&json);
    if (!larger)
        return -ENOMEM;
    return reading.is_wrong ? CONFIG_INVALID : 0;
}

static int list_ids(const char *language, const char *folder, struct config_problems *problems,
                    struct config_words *ret_ids)
{
    const char *const args[] = {"language", language, "file", folder, NULL};
    DIR *dir = opendir(folder);
    struct dirent *entry;

    if (!dir) {
        config_problems_add(problems, CONFIG_ERROR, CONFIG_NO_LANGUAGE, (struct config_place){0},
                            args);
        return CONFIG_MISSING;
    }
    while ((entry = readdir(dir))) {
        size_t n = strlen(entry->d_name);

        if (entry->d_name[0] != '.' && n > 5 && strcmp(entry->d_name + n - 5, ".json") == 0)
            config_words_add(ret_ids, entry->d_name, n - 5);
    }
    closedir(dir);
    config_words_sort(ret_ids);
    return 0;
}

int config_catalogue_load(const char *language, struct config_problems *problems,
                          struct config_catalogue **ret_catalogue)
{
    char root[PATH_MAX], folder[PATH_MAX], name[80];
    struct config_catalogue *catalogue = calloc(1, sizeof(*catalogue));
    struct config_words ids = {0};
    int result = catalogue ? base_paths_data(root, sizeof(root)) : -ENOMEM;

    snprintf(name, sizeof(name), "intents/%s/services", language);
    if (result == 0)
        result = base_file_join(root, name, folder, sizeof(folder));
    if (result == 0)
        result = list_ids(language, folder, problems, &ids);
    for (size_t i = 0; i < ids.n_words && result >= 0 && result != CONFIG_MISSING; i++) {
        int r = load_one(catalogue, folder, ids.words[i], problems);

        result = r < 0 || r > 0 ? r : result;
    }
    config_words_finish(&ids);
    if (result != 0) {
        config_catalogue_destroy(catalogue);
        return result < 0 ? base_trace(result) : result;
    }
    *ret_catalogue = catalogue;
    return 0;
}

void config_catalogue_destroy(struct config_catalogue *catalogue)
{
    if (!catalogue)
        return;
    for (size_t i = 0; i < catalogue->n; i++)
        json_decref(catalogue->list[i].root);
    free(catalogue->list);
    free(catalogue);
}

size_t config_catalogue_n_services(const struct config_catalogue *catalogue)
{
    return catalogue->n;
}

const struct config_service *config_catalogue_service(const struct config_catalogue *catalogue,
                                                      size_t i)
{
    return &catalogue->list[i].service;
}

const struct config_service *config_catalogue_find(const struct config_catalogue *catalogue,
                                                   const char *id)
{
    for (size_t i = 0; i < catalogue->n; i++) {
        if (strcmp(catalogue->list[i].service.id, id) == 0)
            return &catalogue->list[i].service;
    }
    return NULL;
}
