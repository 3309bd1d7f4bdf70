/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The whole understanding, learned here from fewer sentences than in the bundle: what must be right
 * whatever the tuning, the territory's mask, the open question, the file, and a fourteenth service
 * that is one JSON file more. How good it is on free speech is measured by tools/evaluate. */
#include "intents/understand.h"

#include "intents/train.h"
#include "tests/intents/french.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define N_LEARNED    300000
#define N_FOURTEENTH 120000

static const struct base_datetime now = {{2026, 6, 15}, {9, 0}};
static char folder[] = "/tmp/voisine-understand-XXXXXX";
static char model_path[PATH_MAX];
static struct intents_language *language;
static struct intents_understander *understander;

static void learn(const struct intents_language *from, size_t n_sentences, const char *path)
{
    const struct intents_train_options options = {.seed = 1, .n_sentences = n_sentences};
    struct intents_model *model;

    REQUIRE(intents_train_model(from, &options, &model) == 0);
    REQUIRE(intents_model_save(model, path) == 0);
    intents_model_destroy(model);
}

static void starts(void)
{
    REQUIRE(mkdtemp(folder) != NULL);
    REQUIRE(base_file_join(folder, "understanding.bin", model_path, sizeof(model_path)) == 0);
    language = load_french();
    learn(language, N_LEARNED, model_path);
    intents_language_destroy(language);
    language = load_french_for(INTENTS_TO_UNDERSTAND); /* as the daemon does */
    REQUIRE(intents_understander_create(language, model_path, &understander) == 0);
}

static struct intents_result understand(const char *text, enum intents_expect expect)
{
    struct intents_result result;

    intents_understand(understander, text, now, expect, &result);
    CHECK(result.confidence >= 0 && result.confidence <= 1);
    return result;
}

static void check_act(const char *text, enum intents_expect expect, enum intents_act act,
                      const char *service)
{
    struct intents_result result = understand(text, expect);

    if (result.act != act || strcmp(result.service, service) != 0) {
        fprintf(stderr, "\"%s\": %s %s\n", text, intents_act_name(result.act), result.service);
        check_failures++;
    }
}

static void plain_requests(void)
{
    check_act("je voudrais qu'on fasse mes courses demain matin", INTENTS_EXPECT_REQUEST,
              INTENTS_REQUEST, "groceries");
    check_act("est-ce que quelqu'un pourrait promener mon chien", INTENTS_EXPECT_REQUEST,
              INTENTS_REQUEST, "pet_walk");
    check_act("Pourriez-vous me faire appeler ce soir ?", INTENTS_EXPECT_REQUEST, INTENTS_REQUEST,
              "friendly_call");
    check_act("ma chaudière est en panne quelqu'un peut-il venir la réparer",
              INTENTS_EXPECT_REQUEST, INTENTS_REQUEST, "repair");
    check_act("j'ai fait mes courses hier avec ma fille", INTENTS_EXPECT_REQUEST, INTENTS_NONE, "");
    check_act("le ministre s'exprimera ce soir à vingt heures", INTENTS_EXPECT_REQUEST,
              INTENTS_NONE, "");
    check_act("au secours je suis tombée", INTENTS_EXPECT_REQUEST, INTENTS_EMERGENCY, "");
    check_act("au secours", INTENTS_EXPECT_CONFIRMATION, INTENTS_EMERGENCY, "");
    check_act("", INTENTS_EXPECT_REQUEST, INTENTS_NONE, "");
    check_act("\xff\xfe", INTENTS_EXPECT_REQUEST, INTENTS_NONE, "");
}

static void all_of_a_request(void)
{
    struct intents_result result = understand(
        "il me faudrait six bouteilles d'eau et du vin rouge jeudi à dix heures et demie",
        INTENTS_EXPECT_REQUEST);

    CHECK_INT(result.act, INTENTS_REQUEST);
    CHECK_STR(result.service, "groceries");
    CHECK_INT(result.date.day, 18);
    CHECK_INT(result.time.hour, 10);
    CHECK_INT(result.time.minute, 30);
    CHECK_INT(result.part, INTENTS_NO_PART);
    REQUIRE(result.n_items == 2);
    CHECK_STR(result.items[0], "six bouteilles d'eau");
    CHECK_STR(result.items[1], "vin rouge");
}

static void answers(void)
{
    struct intents_result result;

    check_act("oui c'est ça", INTENTS_EXPECT_CONFIRMATION, INTENTS_AFFIRM, "");
    check_act("non pas du tout", INTENTS_EXPECT_CONFIRMATION, INTENTS_DENY, "");
    /* A name that was read aloud, whatever it is taken for by itself. */
    check_act("mon chien", INTENTS_EXPECT_CHOICE, INTENTS_REQUEST, "pet_walk");
    check_act("plutôt le chien", INTENTS_EXPECT_CHOICE, INTENTS_REQUEST, "pet_walk");
    check_act("pour mon chien", INTENTS_EXPECT_CHOICE, INTENTS_REQUEST, "pet_walk");
    check_act("oui pour mon chien", INTENTS_EXPECT_CHOICE, INTENTS_REQUEST, "pet_walk");
    check_act("c'est pour mes courses", INTENTS_EXPECT_CHOICE, INTENTS_REQUEST, "groceries");
    check_act("où en est ma demande", INTENTS_EXPECT_CHOICE, INTENTS_STATUS, "");
    check_act("oui", INTENTS_EXPECT_CHOICE, INTENTS_AFFIRM, "");
    check_act("ben oui", INTENTS_EXPECT_CHOICE, INTENTS_AFFIRM, "");
    check_act("je réfléchis", INTENTS_EXPECT_DAY, INTENTS_NONE, "");
    check_act("au secours", INTENTS_EXPECT_CHOICE, INTENTS_EMERGENCY, "");
    /* Talk with a day at its end is no answer; a day with a reason behind it is one. */
    result = understand("il fait un temps superbe aujourd'hui", INTENTS_EXPECT_CONFIRMATION);
    CHECK(!base_date_is_set(result.date));
    result = understand("mettez vendredi ma fille vient jeudi", INTENTS_EXPECT_CONFIRMATION);
    CHECK_INT(result.date.day, 19);
    result = understand("non vendredi plutôt", INTENTS_EXPECT_CONFIRMATION);
    CHECK_INT(result.act, INTENTS_DENY);
    CHECK_INT(result.date.day, 19);
    result = understand("non plutôt tantôt", INTENTS_EXPECT_CONFIRMATION);
    CHECK_INT(result.part, INTENTS_AFTERNOON);
    CHECK(!base_date_is_set(result.date)); /* of the day that is being confirmed */
    result = understand("tantôt", INTENTS_EXPECT_DAY);
    CHECK_INT(result.date.day, 15);
    result = understand("mardi", INTENTS_EXPECT_CONFIRMATION);
    CHECK_INT(result.act, INTENTS_NONE); /* a day by itself is no "no" */
    CHECK_INT(result.date.day, 16);
    result = understand("jeudi vers dix heures", INTENTS_EXPECT_DAY);
    CHECK_INT(result.act, INTENTS_NONE);
    CHECK_INT(result.date.day, 18);
    CHECK_INT(result.time.hour, 10);
    check_act("peu importe", INTENTS_EXPECT_DAY, INTENTS_NONE, "");
    check_act("non pas demain", INTENTS_EXPECT_DAY, INTENTS_DENY, "");
    result = understand("oui mais l'après-midi", INTENTS_EXPECT_CONFIRMATION);
    CHECK_INT(result.act, INTENTS_AFFIRM);
    CHECK_INT(result.part, INTENTS_AFTERNOON);
}

static void a_no_that_names_another_service(void)
{
    static const char *const walks[] = {
        "non, pas des courses, une promenade",
        "non le chien",
        "non c'est pour le chien",
        "ce n'est pas ça, c'est pour mon chien",
        "pas les courses, le chien",
    };
    static const char *const denials[] = {
        "non pas le chien",
        "non surtout pas de promenade",
        "non j'ai fait les courses",
        "non merci, pas de courses",
    };

    for (size_t i = 0; i < sizeof(walks) / sizeof(walks[0]); i++) {
        check_act(walks[i], INTENTS_EXPECT_CONFIRMATION, INTENTS_REQUEST, "pet_walk");
        CHECK(understand(walks[i], INTENTS_EXPECT_CONFIRMATION).is_instead);
    }
    for (size_t i = 0; i < sizeof(denials) / sizeof(denials[0]); i++)
        check_act(denials[i], INTENTS_EXPECT_CONFIRMATION, INTENTS_DENY, "");
}

static void territory_masks(void)
{
    static const char *const offered[] = {"groceries", "friendly_call", "no_such_service"};
    struct intents_result result;

    intents_understander_offer(understander, offered, 3);
    check_act("je voudrais qu'on fasse mes courses", INTENTS_EXPECT_REQUEST, INTENTS_REQUEST,
              "groceries");
    result = understand("est-ce que quelqu'un pourrait promener mon chien demain",
                        INTENTS_EXPECT_REQUEST);
    CHECK_INT(result.act, INTENTS_NONE);
    CHECK_STR(result.service, "");
    CHECK_STR(result.outside_service, "pet_walk");
    intents_understander_offer(understander, NULL, 0);
}

/* Of the file, before its calibration: a mark, a number, the services. Behind the four numbers of
 * that, three of the first head, and its biases. */
static size_t n_head(void)
{
    return sizeof("VOUN0003") + sizeof(uint32_t) +
           intents_language_n_services(language) * INTENTS_SERVICE_ID;
}

/* Every beginning of the file, and a file with one byte changed here and there, is refused or read,
 * never worse. */
static void damaged_files(void)
{
    struct intents_model *model;
    char *data, path[PATH_MAX];
    size_t n;

    REQUIRE(base_file_read(model_path, 16u << 20, &data, &n) == 0);
    CHECK(n < 3u << 20);
    REQUIRE(base_file_join(folder, "damaged.bin", path, sizeof(path)) == 0);
    for (size_t i = 0; i < n; i += i < 64 ? 7 : n / 12) {
        REQUIRE(base_file_replace(path, data, i, 0600) == 0);
        CHECK_INT(intents_model_load(path, &model), -EINVAL);
    }
    for (size_t i = 0; i < 200; i += 13) {
        data[i] ^= 0x55;
        REQUIRE(base_file_replace(path, data, n, 0600) == 0);
        if (intents_model_load(path, &model) == 0)
            intents_model_destroy(model);
        data[i] ^= 0x55;
    }
    /* No number of the head, and none of the first biases. */
    for (size_t i = 0; i < 6; i++) {
        size_t at = n_head() + (i < 4 ? i : i + 3) * sizeof(float);
        float kept, none = NAN;

        memcpy(&kept, data + at, sizeof(kept));
        memcpy(data + at, &none, sizeof(none));
        REQUIRE(base_file_replace(path, data, n, 0600) == 0);
        CHECK_INT(intents_model_load(path, &model), -EINVAL);
        memcpy(data + at, &kept, sizeof(kept));
    }
    free(data);
    CHECK_INT(intents_model_load("/nowhere/at/all", &model), -ENOENT);
    unlink(path);
}

static const char reading_json[] =
    "{\"id\": \"reading\", \"names\": [\"la lecture\"],"
    " \"say\": {\"choice\": \"de la lecture\", \"want\": \"que quelqu'un vienne vous faire la "
    "lecture\","
    "           \"of\": \"de votre lecture\"}, \"takes_items\": false,"
    " \"inf\": [\"[venir] me faire la lecture\", \"me lire (le journal|un roman|un livre) [à voix "
    "haute]\"],"
    " \"subj\": [\"[vienne] me faire la lecture\", \"me lise (le journal|un roman|un livre)\"],"
    " \"noun\": [\"de la lecture\", \"un lecteur\"],"
    " \"reasons\": [\"mes yeux ne peuvent plus lire\", \"les lettres se brouillent\"],"
    " \"phrases\": [\"lecture [{when}]\"], \"near_misses\": [\"j'ai lu un bon roman cet été\"]}";

/* A folder with the French data and one more file. */
static void make_fourteen(char ret_root[PATH_MAX])
{
    char data[PATH_MAX], french[PATH_MAX], path[PATH_MAX], services[PATH_MAX];

    REQUIRE(base_paths_data(data, sizeof(data)) == 0);
    REQUIRE(base_file_join(data, "intents/fr", french, sizeof(french)) == 0);
    REQUIRE(base_file_join(folder, "fr", ret_root, PATH_MAX) == 0);
    REQUIRE(mkdir(ret_root, 0700) == 0);
    link_entries(french, ret_root);
    REQUIRE(base_file_join(ret_root, "services", services, sizeof(services)) == 0);
    REQUIRE(mkdir(services, 0700) == 0);
    REQUIRE(base_file_join(french, "services", path, sizeof(path)) == 0);
    link_entries(path, services);
    REQUIRE(base_file_join(services, "reading.json", path, sizeof(path)) == 0);
    REQUIRE(base_file_replace(path, reading_json, sizeof(reading_json) - 1, 0600) == 0);
}

static void fourteenth_service(void)
{
    struct intents_language *fourteen;
    struct intents_result result;
    char root[PATH_MAX];

    make_fourteen(root);
    REQUIRE(intents_language_load(root, INTENTS_TO_DRAW, NULL, 0, &fourteen) == 0);
    CHECK_INT(intents_language_n_services(fourteen), intents_language_n_services(language) + 1);
    /* A model of thirteen services would never hear the fourteenth. */
    CHECK_INT(intents_understander_create(fourteen, model_path, &understander), -EINVAL);
    learn(fourteen, N_FOURTEENTH, model_path);
    CHECK_INT(intents_understander_create(language, model_path, &understander), -EINVAL);
    REQUIRE(intents_understander_create(fourteen, model_path, &understander) == 0);
    result = understand("je voudrais que quelqu'un vienne me lire le journal demain",
                        INTENTS_EXPECT_REQUEST);
    CHECK_INT(result.act, INTENTS_REQUEST);
    CHECK_STR(result.service, "reading");
    CHECK_INT(result.date.day, 16);
    check_act("je voudrais qu'on fasse mes courses", INTENTS_EXPECT_REQUEST, INTENTS_REQUEST,
              "groceries");
    intents_understander_destroy(understander);
    intents_language_destroy(fourteen);
}

static void ends_understander(void)
{
    intents_understander_destroy(understander);
    understander = NULL;
}

static void ends(void)
{
    intents_language_destroy(language);
    remove_folder(folder);
}

CHECK_MAIN(starts, plain_requests, all_of_a_request, answers, a_no_that_names_another_service,
           territory_masks, damaged_files, ends_understander, fourteenth_service, ends)
