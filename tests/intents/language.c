/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Data that would be ignored, cut or read wrongly are refused where they stand, before anybody is
 * understood by them: the French data with one thing changed. */
#include "intents/language.h"

#include "intents/aside.h"
#include "intents/emergency.h"
#include "intents/instead.h"
#include "intents/items.h"
#include "intents/joints.h"
#include "intents/lexis.h"
#include "intents/telling.h"
#include "tests/intents/french.h"

#include <errno.h>
#include <jansson.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/voisine-language-XXXXXX";

/* A folder with the French data, of which one file can be written anew. */
static void make_copy(const char *file)
{
    static const char *const inner[] = {"", "acts", "services"};
    char data[PATH_MAX], french[PATH_MAX], from[PATH_MAX], to[PATH_MAX], path[PATH_MAX];

    REQUIRE(base_paths_data(data, sizeof(data)) == 0);
    REQUIRE(base_file_join(data, "intents/fr", french, sizeof(french)) == 0);
    for (size_t i = 0; i < sizeof(inner) / sizeof(inner[0]); i++) {
        REQUIRE(base_file_join(french, inner[i], from, sizeof(from)) == 0);
        REQUIRE(base_file_join(folder, inner[i], to, sizeof(to)) == 0);
        if (i > 0) {
            REQUIRE(unlink(to) == 0 || errno == ENOENT); /* a link, so far */
            REQUIRE(mkdir(to, 0700) == 0);
        }
        link_entries(from, to);
    }
    REQUIRE(base_file_join(folder, file, path, sizeof(path)) == 0);
    REQUIRE(unlink(path) == 0);
}

/* Sets what stands at a place like "items.lists.nouns". */
static void set(json_t *root, const char *place, const char *value)
{
    char copy[64], *rest = copy, *key = NULL;

    snprintf(copy, sizeof(copy), "%s", place);
    while ((key = strsep(&rest, ".")) && rest) {
        root = json_object_get(root, key);
        REQUIRE(json_is_object(root));
    }
    REQUIRE(json_object_set_new(root, key, json_loads(value, JSON_DECODE_ANY, NULL)) == 0);
}

static void write_changed(const char *file, const char *place, const char *value)
{
    char data[PATH_MAX], french[PATH_MAX], path[PATH_MAX];
    json_t *root;

    REQUIRE(base_paths_data(data, sizeof(data)) == 0);
    REQUIRE(base_file_join(data, "intents/fr", french, sizeof(french)) == 0);
    REQUIRE(base_file_join(french, file, path, sizeof(path)) == 0);
    root = json_load_file(path, 0, NULL);
    REQUIRE(root != NULL);
    if (place)
        set(root, place, value);
    REQUIRE(base_file_join(folder, file, path, sizeof(path)) == 0);
    REQUIRE(json_dump_file(root, path, 0) == 0);
    json_decref(root);
}

/* Makes all that is made of a language before a model. Returns: the first error. */
static int make_all(const struct intents_language *language)
{
    struct intents_aside *aside = NULL;
    struct intents_emergency *emergency = NULL;
    struct intents_instead *instead = NULL;
    struct intents_item_finder *finder = NULL;
    struct intents_joints *joints = NULL;
    struct intents_lexis *lexis = NULL;
    struct intents_telling *telling = NULL;
    int r = intents_lexis_create(language, &lexis);

    if (r == 0)
        r = intents_item_finder_create(language, &finder);
    if (r == 0)
        r = intents_instead_create(language, &instead);
    if (r == 0)
        r = intents_aside_create(language, &aside);
    if (r == 0)
        r = intents_emergency_create(language, &emergency);
    if (r == 0)
        r = intents_telling_create(language, &telling);
    if (r == 0)
        r = intents_joints_create(language, &joints);
    intents_joints_destroy(joints);
    intents_telling_destroy(telling);
    intents_emergency_destroy(emergency);
    intents_aside_destroy(aside);
    intents_instead_destroy(instead);
    intents_item_finder_destroy(finder);
    intents_lexis_destroy(lexis);
    return r;
}

/* Returns: 0 where the language with one thing changed can be used, or the error. */
static int use_with(const char *file, const char *place, const char *value)
{
    struct intents_language *language = NULL;
    int r;

    REQUIRE(mkdtemp(folder) != NULL);
    make_copy(file);
    write_changed(file, place, value);
    r = intents_language_load(folder, INTENTS_TO_UNDERSTAND, NULL, 0, &language);
    if (r == 0)
        r = make_all(language);
    intents_language_destroy(language);
    remove_folder(folder);
    memset(folder + strlen(folder) - 6, 'X', 6);
    return r;
}

static void what_is_wrong_is_refused(void)
{
    static const struct {
        const char *file, *place, *value;
    } rows[] = {
        {"grammar.json", "items.lists.nouns", "[5]"},
        {"grammar.json", "items.lists.nouns", "[\"no_such_list\"]"},
        {"grammar.json", "classes.no_such_list", "\"person\""},
        {"grammar.json", "classes.items", "5"},
        {"grammar.json", "asides.hello", "[\"bonjour {town}\"]"},
        {"grammar.json", "asides.hello", "\"bonjour\""},
        {"grammar.json", "joints.and", "[5]"},
        {"grammar.json", "instead.no", "[\"<kin>\"]"},
        {"grammar.json", "emergency.signs", "[5]"},
        {"grammar.json", "plain.runs",
         "[[[\"a\", \"b\", \"c\", \"d\", \"e\", \"f\", \"g\"], [\"a\"]]]"},
        {"when.json", "cues.ask", "[\"<ask>\"]"},
        {"when.json", "cues.ask", "[\"{first_names} viendrait\"]"},
        {"when.json", "rules", "[{\"kind\": \"date\", \"days\": 1, \"say\": [\"<ask> demain\"]}]"},
        {"acts/help.json", "topics.privacy", "[\"<ask> qui écoute\"]"},
        {"services/groceries.json", "follow_up", "[{}, {}, {}, {}, {}]"},
    };

    CHECK_INT(use_with("grammar.json", NULL, NULL), 0);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int r = use_with(rows[i].file, rows[i].place, rows[i].value);

        if (r != -EINVAL)
            fprintf(stderr, "%s, %s: %s\n", rows[i].file, rows[i].place, rows[i].value);
        CHECK_INT(r, -EINVAL);
    }
}

CHECK_MAIN(what_is_wrong_is_refused)
