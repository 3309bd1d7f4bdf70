/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/catalogue.h"
#include "base/file.h"
#include "config/territory.h"
#include "tests/check.h"

#include <limits.h>
#include <unistd.h>

static void every_service_of_every_territory_can_be_spoken_about(void)
{
    struct config_catalogue *catalogue;
    struct config_territory *all;
    const struct config_service *groceries;

    REQUIRE(config_catalogue_load("fr", NULL, &catalogue) == 0);
    REQUIRE(config_territory_load(NULL, "all", NULL, &all) == 0);
    CHECK_INT(config_catalogue_n_services(catalogue), config_territory_n_services(all));
    for (size_t i = 0; i < config_territory_n_services(all); i++) {
        const char *id = config_territory_service(all, i);

        if (!config_catalogue_find(catalogue, id))
            CHECK_STR(id, "in the catalogue");
    }
    groceries = config_catalogue_find(catalogue, "groceries");
    REQUIRE(groceries);
    CHECK(groceries->takes_items);
    CHECK_STR(groceries->say_choice, "vos courses");
    CHECK(groceries->n_follow_ups >= 1);
    CHECK(config_catalogue_find(catalogue, "none") == NULL);
    config_territory_destroy(all);
    config_catalogue_destroy(catalogue);
}

/* A data root with one service file of this text. */
static void with_service(const char *text, int result, const char *finding)
{
    char folder[] = "/tmp/voisine-catalogue-XXXXXX", path[PATH_MAX], command[PATH_MAX];
    struct config_problems *problems;
    struct config_catalogue *catalogue = NULL;
    char *found;

    REQUIRE(mkdtemp(folder));
    REQUIRE(base_file_join(folder, "intents/fr/services", path, sizeof(path)) == 0);
    REQUIRE(base_file_make_folder(path, 0700) == 0);
    REQUIRE(base_file_join(path, "parcel.json", command, sizeof(command)) == 0);
    REQUIRE(base_file_replace(command, text, strlen(text), 0600) == 0);
    REQUIRE(config_problems_create(&problems) == 0);
    setenv("VOISINE_DATA", folder, 1);
    CHECK_INT(config_catalogue_load("fr", problems, &catalogue), result);
    CHECK_INT(config_problems_count(problems), result != 0);
    found = result ? config_problems_text(problems, 0) : NULL;
    if (result)
        CHECK_STR(found ? found + strlen(command) : NULL, finding);
    free(found);
    config_catalogue_destroy(catalogue);
    unsetenv("VOISINE_DATA");
    config_problems_destroy(problems);
    unlink(command);
    for (char *slash = path + strlen(path); slash && slash > path + strlen(folder) - 1;
         slash = strrchr(path, '/')) {
        *slash = '\0';
        rmdir(path);
    }
}

static void a_wrong_service_file_says_where(void)
{
    static const char good[] =
        "{\"id\": \"parcel\", \"names\": [\"un colis\"], \"say\": {\"choice\": \"votre colis\", "
        "\"want\": \"que\", \"of\": \"de\"}}";

    with_service(good, 0, "");
    with_service("{\"id\": \"parcel\", \"names\": [\"un colis\"],\n \"say\": {\"choice\": 3, "
                 "\"want\": \"que\", \"of\": \"de\"}}",
                 CONFIG_INVALID, ":2:10: \"say.choice\" of a service must be \"...\"");
    with_service("{\"id\": \"parcel\", \"names\": [\"un colis\"], \"say\": {\"choice\": \"a\", "
                 "\"want\": \"que\", \"of\": \"de\"},\n \"kinds\": [{\"words\": \"gros\"}]}",
                 CONFIG_INVALID, ":2:2: \"kinds\" of a service must be \"...\"");
    with_service("{\"id\": \"other\", \"names\": [\"un colis\"],\n \"say\": {\"choice\": \"a\", "
                 "\"want\": \"que\", \"of\": \"de\"}}",
                 CONFIG_INVALID, ":1:2: the service's id is \"other\": it must be the file's name");
    with_service("{\"id\": \"parcel\", \"names\": [\"un colis\"],\n \"say\": {\"choice\": \"a\", "
                 "\"want\": \"que\", \"of\": \"de\"},\n \"follow_up\": [{\"slot\": \"colour\", "
                 "\"ask\": \"?\"}]}",
                 CONFIG_INVALID,
                 ":3:2: \"follow_up\" of a service must be [{\"slot\": \"date\", "
                 "\"ask\": \"...\"}]");
}

static void an_unknown_language_is_told(void)
{
    struct config_catalogue *catalogue;
    struct config_problems *problems;

    REQUIRE(config_problems_create(&problems) == 0);
    CHECK_INT(config_catalogue_load("xx", problems, &catalogue), CONFIG_MISSING);
    CHECK_INT(config_problems_message(problems, 0), CONFIG_NO_LANGUAGE);
    config_problems_destroy(problems);
}

CHECK_MAIN(every_service_of_every_territory_can_be_spoken_about, a_wrong_service_file_says_where,
           an_unknown_language_is_told)
