/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/territory.h"
#include "base/file.h"
#include "tests/check.h"

#include <limits.h>
#include <unistd.h>

static struct config_territory *load(const char *id)
{
    struct config_territory *territory;

    REQUIRE(config_territory_load(NULL, id, NULL, &territory) == 0);
    return territory;
}

static void each_territory_offers_its_services(void)
{
    struct config_territory *pessac = load("pessac"), *correze = load("correze"),
                            *east = load("seine-et-marne");

    CHECK_STR(config_territory_id(pessac), "pessac");
    CHECK_STR(config_territory_name(pessac), "Pessac (SoBeezy)");
    CHECK_INT(config_territory_n_services(pessac), 3);
    CHECK(config_territory_has_service(pessac, "pet_walk"));
    CHECK(!config_territory_has_service(pessac, "gardening"));
    CHECK(!config_territory_is_moderated(pessac));
    CHECK(config_territory_is_moderated(correze));
    CHECK_INT(config_territory_n_services(correze), 5);
    CHECK_INT(config_territory_n_services(east), 11);
    CHECK_INT(config_territory_radius_km(east), 30);
    CHECK(config_territory_services(east)[11] == NULL);
    config_territory_destroy(pessac);
    config_territory_destroy(correze);
    config_territory_destroy(east);
}

static void all_is_the_union_of_the_others(void)
{
    static const char *const others[] = {"pessac", "seine-et-marne", "correze"};
    struct config_territory *all = load("all");
    size_t n_found = 0;

    for (size_t i = 0; i < config_territory_n_services(all); i++) {
        bool offered = false;

        for (size_t k = 0; k < 3; k++) {
            struct config_territory *other = load(others[k]);

            offered |= config_territory_has_service(other, config_territory_service(all, i));
            config_territory_destroy(other);
        }
        CHECK(offered);
    }
    for (size_t k = 0; k < 3; k++) {
        struct config_territory *other = load(others[k]);

        for (size_t i = 0; i < config_territory_n_services(other); i++, n_found++)
            CHECK(config_territory_has_service(all, config_territory_service(other, i)));
        config_territory_destroy(other);
    }
    CHECK_INT(n_found, 19);
    config_territory_destroy(all);
}

static void expect(const char *folder, const char *id, int result, const char *text)
{
    struct config_problems *problems;
    struct config_territory *territory;
    char *found = NULL;

    REQUIRE(config_problems_create(&problems) == 0);
    CHECK_INT(config_territory_load(folder, id, problems, &territory), result);
    REQUIRE(config_problems_count(problems) >= 1);
    found = config_problems_text(problems, 0);
    if (!found || !strstr(found, text))
        CHECK_STR(found, text);
    free(found);
    config_problems_destroy(problems);
}

static void an_unknown_territory_is_told_with_the_known_ones(void)
{
    expect(NULL, "pesac", CONFIG_MISSING, "take one of all, correze, pessac, seine-et-marne");
    expect(NULL, "../../etc/passwd", CONFIG_MISSING, "there is no territory");
    expect(NULL, "", CONFIG_MISSING, "there is no territory");
}

static void write_file(const char *folder, const char *name, const char *text)
{
    char path[PATH_MAX];

    REQUIRE(base_file_join(folder, name, path, sizeof(path)) == 0);
    REQUIRE(base_file_replace(path, text, strlen(text), 0600) == 0);
}

static void a_carers_own_file_goes_first_and_its_faults_have_a_place(void)
{
    char folder[] = "/tmp/voisine-territory-XXXXXX", path[PATH_MAX];
    static const char good[] = "{\"id\": \"pessac\", \"name\": \"Ours\", \"services\": "
                               "[\"groceries\"], \"service_url\": \"https://x.example\"}";
    struct config_territory *territory;

    REQUIRE(mkdtemp(folder));
    write_file(folder, "pessac.json", good);
    REQUIRE(config_territory_load(folder, "pessac", NULL, &territory) == 0);
    CHECK_STR(config_territory_name(territory), "Ours");
    CHECK_INT(config_territory_radius_km(territory), 0);
    config_territory_destroy(territory);
    write_file(folder, "pessac.json", "{\"id\": \"pessac\",\n \"name\": 3}");
    expect(folder, "pessac", CONFIG_INVALID, "pessac.json:2:2: \"name\" of a territory must be");
    write_file(folder, "pessac.json", "{\"id\": \"pessac\",\n \"name\" \"x\"}");
    expect(folder, "pessac", CONFIG_INVALID, "pessac.json:2:");
    write_file(folder, "pessac.json",
               "{\"id\": \"other\", \"name\": \"Ours\", \"services\": "
               "[\"groceries\"], \"service_url\": \"https://x.example\"}");
    expect(folder, "pessac", CONFIG_INVALID, "pessac.json:1:2: the territory's id is \"other\"");
    REQUIRE(base_file_join(folder, "pessac.json", path, sizeof(path)) == 0);
    unlink(path);
    rmdir(folder);
}

CHECK_MAIN(each_territory_offers_its_services, all_is_the_union_of_the_others,
           an_unknown_territory_is_told_with_the_known_ones,
           a_carers_own_file_goes_first_and_its_faults_have_a_place)
