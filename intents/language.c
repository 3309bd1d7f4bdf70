/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "intents/language.h"

#include "base/file.h"
#include "base/log.h"
#include "intents/language_private.h"
#include "intents/plain.h"

#include <dirent.h>
#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_BYTES_MAX (8u << 20)

static int complain(const char *file, const char *problem)
{
    log_error("language-bad", "%s: %s", file, problem);
    return -EINVAL;
}

/* Reads a JSON file, which is an object. Returns: 0 or -errno (logged). */
static int read_json(const char *folder, const char *name, json_t **ret_root)
{
    char path[PATH_MAX], *text;
    json_error_t error;
    size_t n;
    int r;

    r = base_file_join(folder, name, path, sizeof(path));
    if (r == 0)
        r = base_file_read(path, FILE_BYTES_MAX, &text, &n);
    if (r < 0) {
        log_error("language-bad", "%s: %s", name, strerror(-r));
        return r;
    }
    *ret_root = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    free(text);
    if (*ret_root && json_is_object(*ret_root))
        return 0;
    if (*ret_root)
        snprintf(error.text, sizeof(error.text), "an object is wanted");
    log_error("language-bad", "%s: line %d, column %d: %s", name, error.line, error.column,
              error.text);
    json_decref(*ret_root);
    return -EINVAL;
}

/* Adds the strings of a JSON array; missing is empty. */
static int add_strings(struct intents_list *list, const char *file, const json_t *array,
                       double weight)
{
    if (array && !json_is_array(array))
        return complain(file, "a list of phrases is wanted");
    for (size_t i = 0; i < json_array_size(array); i++) {
        const char *text = json_string_value(json_array_get(array, i));
        int r = text ? intents_list_add(list, file, text, INTENTS_NO_GENDER, weight) : -EINVAL;

        if (!text)
            return complain(file, "a phrase is no string");
        if (r < 0)
            return r;
    }
    return 0;
}

/* Cuts the mark of gender and number off "petit pain m". */
static enum intents_gender take_gender(char *text)
{
    static const char *const marks[] = {
        [INTENTS_MASCULINE] = " m",
        [INTENTS_FEMININE] = " f",
        [INTENTS_MASCULINE_PLURAL] = " mp",
        [INTENTS_FEMININE_PLURAL] = " fp",
    };
    char *space = strrchr(text, ' ');

    for (int i = INTENTS_MASCULINE; space && i <= INTENTS_FEMININE_PLURAL; i++) {
        if (strcmp(space, marks[i]) == 0) {
            *space = '\0';
            return (enum intents_gender)i;
        }
    }
    return INTENTS_NO_GENDER;
}

static int add_nouns(struct intents_list *list, const char *file, const json_t *array)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < json_array_size(array); i++) {
        const char *text = json_string_value(json_array_get(array, i));
        char *copy = text ? strdup(text) : NULL;

        if (!text)
            return complain(file, "an entry is no string");
        if (!copy)
            return -ENOMEM;
        enum intents_gender gender = take_gender(copy);
        r = intents_list_add(list, file, copy, gender, 1);
        free(copy);
    }
    return r;
}

static int load_lists(const char *folder, const char *file, struct intents_lists *lists,
                      bool are_nouns)
{
    struct intents_list *list;
    const char *name;
    json_t *root, *value;
    int r = read_json(folder, file, &root);

    if (r < 0)
        return r;
    json_object_foreach(root, name, value)
    {
        r = intents_lists_add(lists, name, &list);
        if (r == 0)
            r = are_nouns ? add_nouns(list, file, value) : add_strings(list, file, value, 1);
        if (r < 0)
            break;
    }
    json_decref(root);
    return r;
}

static char *copy_string(const json_t *root, const char *key)
{
    const char *text = json_string_value(json_object_get(root, key));

    return strdup(text ? text : "");
}

static int load_follow_ups(struct intents_service *info, const char *file, const json_t *array)
{
    if (json_array_size(array) > INTENTS_FOLLOW_UPS)
        return complain(file, "more than 4 in \"follow_up\"");
    for (size_t i = 0; i < json_array_size(array); i++) {
        struct intents_follow_up *follow_up = &info->follow_up[info->n_follow_ups++];

        follow_up->slot = copy_string(json_array_get(array, i), "slot");
        follow_up->ask = copy_string(json_array_get(array, i), "ask");
        if (!follow_up->slot || !follow_up->ask)
            return -ENOMEM;
    }
    return 0;
}

static int add_phrases(struct intents_service_data *service, const char *file, const json_t *root)
{
    struct {
        struct intents_list *list;
        const char *key;
    } const lists[] = {
        {&service->inf, "inf"},         {&service->subj, "subj"},
        {&service->noun, "noun"},       {&service->reasons, "reasons"},
        {&service->phrases, "phrases"}, {&service->near_misses, "near_misses"},
    };

    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        int r = add_strings(lists[i].list, file, json_object_get(root, lists[i].key), 0);

        if (r < 0)
            return r;
        lists[i].list->is_learnable = true;
    }
    if (service->phrases.n + service->inf.n + service->noun.n == 0)
        return complain(file, "the service has no phrase, \"inf\" or \"noun\"");
    return 0;
}

static int fill_service(struct intents_service_data *service, const char *file, const json_t *root)
{
    const json_t *say = json_object_get(root, "say");
    int r;

    service->info.id = copy_string(root, "id");
    service->info.say_choice = copy_string(say, "choice");
    service->info.say_want = copy_string(say, "want");
    service->info.say_of = copy_string(say, "of");
    service->info.takes_items = json_is_true(json_object_get(root, "takes_items"));
    if (!service->info.id || !service->info.say_choice || !service->info.say_want ||
        !service->info.say_of)
        return -ENOMEM;
    if (!*service->info.id || strlen(service->info.id) >= INTENTS_SERVICE_ID)
        return complain(file, "\"id\" is missing or longer than 31 bytes");
    r = add_strings(&service->names, file, json_object_get(root, "names"), 1);
    return r < 0 ? r : load_follow_ups(&service->info, file, json_object_get(root, "follow_up"));
}

static int load_service(struct intents_language *language, const char *folder, const char *file)
{
    struct intents_service_data *service = &language->services[language->n_services];
    json_t *root;
    int r;

    if (language->n_services == INTENTS_SERVICES_MAX)
        return complain(file, "more than 64 services");
    r = read_json(folder, file, &root);
    if (r < 0)
        return r;
    language->n_services++;
    r = fill_service(service, file, root);
    if (r == 0 && language->purpose == INTENTS_TO_DRAW)
        r = add_phrases(service, file, root);
    json_decref(root);
    return r;
}

/* {"privacy": ["...", ...]}: phrases of the act like the others, with a name. */
static int add_topics(struct intents_list *phrases, const char *file, json_t *topics)
{
    const char *name;
    json_t *array;

    json_object_foreach(topics, name, array)
    {
        size_t first = phrases->n;
        int r = strlen(name) < INTENTS_TOPIC_MAX ? add_strings(phrases, file, array, 0)
                                                 : complain(file, "a topic's name is too long");

        if (r < 0)
            return r;
        for (size_t i = first; i < phrases->n; i++)
            strcpy(phrases->entries[i].topic, name);
    }
    return 0;
}

/* How the act is drawn (intents/sampler.c). */
static int read_drawing(struct intents_act_data *act, const char *file, const json_t *root)
{
    const json_t *shares = json_object_get(root, "shares");
    json_int_t n = shares ? json_integer_value(shares) : 1;

    if (n < 1 || n > INTENTS_ACT_SHARES_MAX)
        return complain(file, "\"shares\" is no number from 1 to 10");
    act->n_shares = (uint32_t)n;
    act->is_blunt = json_is_true(json_object_get(root, "blunt"));
    return 0;
}

static int load_act(struct intents_language *language, const char *folder, const char *file)
{
    struct intents_act_data *act;
    const char *name;
    json_t *root;
    int r = read_json(folder, file, &root);

    if (r < 0)
        return r;
    name = json_string_value(json_object_get(root, "act"));
    if (language->n_acts == INTENTS_N_ACTS)
        r = complain(file, "more acts than there are");
    else if (!name || intents_act_parse(name, &language->acts[language->n_acts].act) < 0)
        r = complain(file, "\"act\" names no act");
    if (r == 0) {
        act = &language->acts[language->n_acts++];
        act->phrases.is_learnable = act->near_misses.is_learnable = true;
        r = read_drawing(act, file, root);
        if (r == 0)
            r = add_strings(&act->phrases, file, json_object_get(root, "phrases"), 0);
        if (r == 0)
            r = add_topics(&act->phrases, file, json_object_get(root, "topics"));
        if (r == 0 && language->purpose == INTENTS_TO_DRAW)
            r = add_strings(&act->near_misses, file, json_object_get(root, "near_misses"), 0);
    }
    json_decref(root);
    return r;
}

/* A template a line. */
static int load_lines(struct intents_list *list, const char *folder, const char *file)
{
    char path[PATH_MAX], *text, *rest, *line;
    size_t n;
    int r;

    r = base_file_join(folder, file, path, sizeof(path));
    if (r == 0)
        r = base_file_read(path, FILE_BYTES_MAX, &text, &n);
    if (r < 0) {
        complain(file, strerror(-r));
        return r;
    }
    list->is_learnable = true;
    for (rest = text; r == 0 && (line = strsep(&rest, "\n"));) {
        line[strcspn(line, "#\r")] = '\0';
        if (line[strspn(line, " \t")] != '\0')
            r = intents_list_add(list, file, line, INTENTS_NO_GENDER, 0);
    }
    free(text);
    return r;
}

static int load_topic(struct intents_language *language, const char *folder, const char *file)
{
    struct intents_list *list;
    int r = intents_lists_add(&language->background, file, &list);

    return r < 0 ? r : load_lines(list, folder, file);
}

/* Whether "groceries.txt" is about "groceries". */
static bool is_about(const char *file, const char *name)
{
    size_t n = strlen(name);

    return strncmp(file, name, n) == 0 && strcmp(file + n, ".txt") == 0;
}

static struct intents_service_data *service_of_file(struct intents_language *language,
                                                    const char *file)
{
    for (size_t i = 0; i < language->n_services; i++) {
        if (is_about(file, language->services[i].info.id))
            return &language->services[i];
    }
    return NULL;
}

static struct intents_act_data *act_of_file(struct intents_language *language, const char *file)
{
    for (size_t i = 0; i < language->n_acts; i++) {
        if (is_about(file, intents_act_name(language->acts[i].act)))
            return &language->acts[i];
    }
    return NULL;
}

static int load_examples(struct intents_language *language, const char *folder, const char *file)
{
    struct intents_service_data *service = service_of_file(language, file);
    struct intents_act_data *act = act_of_file(language, file);

    if (!service && !act)
        return complain(file, "no service and no act has this name");
    return load_lines(service ? &service->examples : &act->examples, folder, file);
}

/* What resembles no service or act in particular stands in a file of another name. */
static int load_near_examples(struct intents_language *language, const char *folder,
                              const char *file)
{
    struct intents_service_data *service = service_of_file(language, file);
    struct intents_act_data *act = act_of_file(language, file);
    struct intents_list *list = service ? &service->near_examples
                                : act   ? &act->near_examples
                                        : &language->near_examples;

    return load_lines(list, folder, file);
}

static bool ends_with(const char *name, const char *end)
{
    size_t n = strlen(name), n_end = strlen(end);

    return n > n_end && strcmp(name + n - n_end, end) == 0;
}

/* Calls fn for each file of a folder in the order of the names, as bytes. */
static int each_file(struct intents_language *language, const char *root, const char *folder,
                     const char *ending, bool is_optional,
                     int (*fn)(struct intents_language *, const char *folder, const char *file))
{
    struct dirent **entries;
    char path[PATH_MAX];
    int n, r = base_file_join(root, folder, path, sizeof(path));

    if (r < 0)
        return r;
    n = scandir(path, &entries, NULL, alphasort);
    if (n < 0 && errno == ENOENT && is_optional)
        return 0;
    if (n < 0) {
        r = -errno;
        log_error("language-bad", "%s: %s", path, strerror(-r));
        return r;
    }
    for (int i = 0; i < n; i++) {
        if (r == 0 && ends_with(entries[i]->d_name, ending))
            r = fn(language, path, entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    return r;
}

static void finish_phrases(struct intents_service_data *service)
{
    struct intents_list *const lists[] = {
        &service->inf,      &service->subj,          &service->noun,
        &service->reasons,  &service->phrases,       &service->near_misses,
        &service->examples, &service->near_examples, &service->names};

    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
        intents_list_finish(lists[i]);
}

static void service_finish(struct intents_service_data *service)
{
    finish_phrases(service);
    for (size_t i = 0; i < service->info.n_follow_ups; i++) {
        free((char *)service->info.follow_up[i].slot);
        free((char *)service->info.follow_up[i].ask);
    }
    free((char *)service->info.id);
    free((char *)service->info.say_choice);
    free((char *)service->info.say_want);
    free((char *)service->info.say_of);
    *service = (struct intents_service_data){0};
}

/* All names of a carer together are as likely as so much of a list: theirs are said more often than
 * any other, and a list tells what else may be meant. */
#define EXTRA_SHARE 0.5

static size_t n_extras_of(const struct intents_extra *extra, size_t n, const char *list)
{
    size_t n_of_list = 0;

    for (size_t i = 0; i < n; i++)
        n_of_list += strcmp(extra[i].slot, list) == 0;
    return n_of_list;
}

static int add_extra(struct intents_language *language, const struct intents_extra *extra, size_t n)
{
    for (size_t k = 0; k < language->lexicon.n; k++) {
        struct intents_list *list = &language->lexicon.lists[k];
        size_t n_of_list = n_extras_of(extra, n, list->name);
        double weight = n_of_list ? EXTRA_SHARE * list->weight / (double)n_of_list : 0;

        for (size_t i = 0; n_of_list > 0 && i < n; i++) {
            int r = strcmp(list->name, extra[i].slot) == 0
                        ? intents_list_add(list, "extra", extra[i].text, INTENTS_MASCULINE, weight)
                        : 0;

            if (r < 0)
                return r;
        }
    }
    return 0;
}

static int load_tables(struct intents_language *language, const char *folder)
{
    json_t *root;
    int r = read_json(folder, "grammar.json", &root);

    if (r == 0) {
        r = intents_grammar_init(&language->grammar, root);
        json_decref(root);
    }
    if (r == 0)
        r = intents_plain_check(language);
    if (r == 0)
        r = read_json(folder, "when.json", &root);
    if (r == 0) {
        r = intents_when_data_init(&language->when, root);
        json_decref(root);
    }
    if (r == 0)
        r = load_lists(folder, "lexicon.json", &language->lexicon, true);
    if (r == 0)
        r = load_lists(folder, "fragments.json", &language->fragments, false);
    if (r == 0)
        r = each_file(language, folder, "services", ".json", false, load_service);
    if (r == 0)
        r = each_file(language, folder, "acts", ".json", false, load_act);
    return r;
}

/* Whole sentences, a line each: they are drawn and nothing else. */
static int load_sentences(struct intents_language *language, const char *folder)
{
    int r = each_file(language, folder, "background", ".txt", false, load_topic);

    if (r == 0)
        r = each_file(language, folder, "examples", ".txt", true, load_examples);
    if (r == 0)
        r = each_file(language, folder, "near_examples", ".txt", true, load_near_examples);
    return r;
}

int intents_language_load(const char *folder, enum intents_purpose purpose,
                          const struct intents_extra *extra, size_t n_extra,
                          struct intents_language **ret_language)
{
    struct intents_language *language = calloc(1, sizeof(*language));
    int r;

    if (!language)
        return -ENOMEM;
    language->purpose = purpose;
    r = load_tables(language, folder);
    if (r == 0 && purpose == INTENTS_TO_DRAW)
        r = load_sentences(language, folder);
    if (r == 0)
        r = add_extra(language, extra, n_extra);
    if (r == 0)
        r = intents_language_bind(language);
    if (r < 0) {
        intents_language_destroy(language);
        return r;
    }
    if (purpose == INTENTS_TO_UNDERSTAND)
        intents_language_forget_phrases(language);
    *ret_language = language;
    return 0;
}

void intents_language_destroy(struct intents_language *language)
{
    if (!language)
        return;
    for (size_t i = 0; i < language->n_services; i++)
        service_finish(&language->services[i]);
    for (size_t i = 0; i < INTENTS_N_ACTS; i++) {
        intents_list_finish(&language->acts[i].phrases);
        intents_list_finish(&language->acts[i].near_misses);
        intents_list_finish(&language->acts[i].examples);
        intents_list_finish(&language->acts[i].near_examples);
    }
    intents_list_finish(&language->near_examples);
    intents_lists_finish(&language->background);
    intents_lists_finish(&language->fragments);
    intents_lists_finish(&language->lexicon);
    intents_when_data_finish(&language->when);
    intents_grammar_finish(&language->grammar);
    free(language);
}

size_t intents_language_n_services(const struct intents_language *language)
{
    return language->n_services;
}

const struct intents_service *intents_language_service(const struct intents_language *language,
                                                       size_t index)
{
    return &language->services[index].info;
}

const struct intents_service *intents_language_find_service(const struct intents_language *language,
                                                            const char *id)
{
    for (size_t i = 0; i < language->n_services; i++) {
        if (strcmp(language->services[i].info.id, id) == 0)
            return &language->services[i].info;
    }
    return NULL;
}
