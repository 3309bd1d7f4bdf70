/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/options.h"
#include "base/file.h"
#include "base/rng.h"
#include "tests/check.h"

#include <limits.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/voisine-options-XXXXXX";
static char path[PATH_MAX], copy[PATH_MAX];

static struct config_options *create(void)
{
    struct config_options *options;

    REQUIRE(config_options_create(&options) == 0);
    return options;
}

static void write_text(const char *where, const char *text)
{
    REQUIRE(base_file_replace(where, text, strlen(text), 0600) == 0);
}

/* Loads a text that must be refused with a first finding that ends like this. */
static void refuse(const char *text, const char *finding)
{
    struct config_options *options = create();
    struct config_problems *problems;
    char *got;

    REQUIRE(config_problems_create(&problems) == 0);
    write_text(path, text);
    CHECK_INT(config_options_load(options, path, problems), CONFIG_INVALID);
    REQUIRE(config_problems_count(problems) > 0);
    got = config_problems_text(problems, 0);
    REQUIRE(got && strncmp(got, path, strlen(path)) == 0);
    CHECK_STR(got + strlen(path), finding);
    CHECK_INT(config_options_number(options, CONFIG_VOICE_RATE_WPM), 150);
    free(got);
    config_problems_destroy(problems);
    config_options_destroy(options);
}

static void options_have_defaults_and_a_file_changes_them(void)
{
    struct config_options *options = create();
    const struct config_name *names;
    size_t n;

    CHECK_STR(config_options_text(options, CONFIG_TERRITORY), "all");
    CHECK_STR(config_options_text(options, CONFIG_WAKE_PHRASE), "bonjour voisine");
    CHECK_STR(config_options_text(options, CONFIG_VOICE_NAME), "fr");
    CHECK(!config_options_is_set(options, CONFIG_WAKE_PHRASE));
    CHECK_INT(config_options_number(options, CONFIG_VOICE_RATE_WPM), 150);
    CHECK(!config_options_switch(options, CONFIG_PRIVACY_SEND_TRANSCRIPT));
    write_text(path, "{\"territory\": \"pessac\", \"language\": \"en\", \"voice\": {\"rate_wpm\": "
                     "140}, \"privacy\": {\"send_transcript\": true}, \"news\": {\"hours_from\": "
                     "\"09:15\"}, \"names\": [{\"name\": \"Médor\", \"kind\": \"dog\"}]}");
    REQUIRE(config_options_load(options, path, NULL) == 0);
    CHECK_STR(config_options_text(options, CONFIG_TERRITORY), "pessac");
    CHECK_STR(config_options_text(options, CONFIG_WAKE_PHRASE), "hello dear neighbour");
    CHECK_INT(config_options_number(options, CONFIG_VOICE_RATE_WPM), 140);
    CHECK_INT(config_options_number(options, CONFIG_VOICE_VOLUME), 80);
    CHECK(config_options_switch(options, CONFIG_PRIVACY_SEND_TRANSCRIPT));
    CHECK_INT(config_options_time(options, CONFIG_NEWS_HOURS_FROM).hour, 9);
    CHECK_INT(config_options_time(options, CONFIG_NEWS_HOURS_FROM).minute, 15);
    names = config_options_names(options, &n);
    REQUIRE(n == 1);
    CHECK_STR(names[0].name, "Médor");
    CHECK_STR(names[0].kind, "dog");
    config_options_destroy(options);
}

static void faults_say_where_and_what_to_do(void)
{
    refuse("{\n  \"voice\": {\n    \"rate\": 150\n  }\n}",
           ":3:5: there is no key \"voice.rate\": did you mean \"voice.rate_wpm\"?");
    refuse("{\n  \"voice\": {\"rate_wmp\": 150}\n}",
           ":2:13: there is no key \"voice.rate_wmp\": did you mean \"voice.rate_wpm\"?");
    refuse("{\"audio\": {\"volume\": 50}}",
           ":1:12: there is no key \"audio.volume\": did you mean \"voice.volume\"?");
    refuse("{\"colour\": 1}",
           ":1:2: there is no key \"colour\": take it out, or see the list of keys");
    refuse("{\"teritory\": \"pessac\"}",
           ":1:2: there is no key \"teritory\": did you mean \"territory\"?");
    refuse("{\"carer\": {\"alert_name\": \"é\"}, \"voice\": {\"rate_wpm\": 500}}",
           ":1:42: \"voice.rate_wpm\" is 500: it must be from 100 to 260 words a minute");
    refuse("{\"voice\": {\"rate_wpm\": \"fast\"}}",
           ":1:12: \"voice.rate_wpm\" must be 123, not \"...\"");
    refuse("{\"voice\": 3}", ":1:2: \"voice\" is a group: write { } with its keys inside");
    refuse("{\"news\": {\"hours_to\": \"25:00\"}}",
           ":1:11: \"news.hours_to\" is \"25:00\": write a time as \"08:30\", from 00:00 to 23:59");
    refuse("{\"log\": {\"level\": \"loud\"}}",
           ":1:10: \"log.level\" is \"loud\": it must be one of "
           "error warning notice info debug");
    refuse("{\"service\": {\"url\": \"http://x.example\"}}",
           ":1:14: \"service.url\" must begin with https:// and name a host");
    refuse("{\"state\": {\"folder\": \"here\"}}",
           ":1:12: \"state.folder\" is \"here\": write the whole path, from / on");
    refuse("{\"territory\": \"../x\"}",
           ":1:2: \"territory\" holds a control character or <, >, [, ]: take it out");
    refuse("{\"carer\": {\"alert_name\": \"<b>\"}}",
           ":1:12: \"carer.alert_name\" holds a control character or <, >, [, ]: take it out");
    refuse("[]", ":1:1: the file must be one JSON object: begin it with { and end it with }");
    refuse("{\"voice\": {\"volume\": 50},}",
           ":1:26: this is no JSON (string or '}' expected near '}'): check the quotes, commas "
           "and brackets here and on the line above");
    refuse("{\"territory\": \"all\",\n \"territory\": \"all\"}",
           ":2:12: this is no JSON (duplicate object key near '\"territory\"'): check the quotes, "
           "commas and brackets here and on the line above");
}

static void a_wrong_file_leaves_the_last_good_one_in_charge(void)
{
    struct config_options *options = create();
    struct config_problems *problems;
    enum config_source source;

    REQUIRE(config_problems_create(&problems) == 0);
    unlink(copy);
    write_text(path, "{\"voice\": {\"volume\": 42}}");
    REQUIRE(config_options_start(options, path, copy, CONFIG_FROM_FILE, problems, &source) == 0);
    CHECK_INT(source, CONFIG_FROM_FILE);
    CHECK_INT(config_problems_count(problems), 0);
    config_options_keep(options, copy);
    config_options_destroy(options);

    options = create();
    write_text(path, "{\"voice\": {\"volume\": 42");
    REQUIRE(config_options_start(options, path, copy, CONFIG_FROM_FILE, problems, &source) == 0);
    CHECK_INT(source, CONFIG_FROM_LAST_GOOD);
    CHECK_INT(config_options_number(options, CONFIG_VOICE_VOLUME), 42);
    CHECK_INT(config_problems_count(problems), 2);
    config_options_destroy(options);

    options = create();
    unlink(copy);
    REQUIRE(config_options_start(options, path, copy, CONFIG_FROM_FILE, problems, &source) == 0);
    CHECK_INT(source, CONFIG_FROM_DEFAULTS);
    CHECK_INT(config_options_number(options, CONFIG_VOICE_VOLUME), 80);
    unlink(path);
    REQUIRE(config_options_start(options, path, copy, CONFIG_FROM_FILE, problems, &source) == 0);
    CHECK_INT(source, CONFIG_FROM_DEFAULTS);
    config_options_destroy(options);
    config_problems_destroy(problems);
}

/* A file that is well written may still name what does not exist: only what the speaker was made
 * with is kept, and it begins with the next (R42). */
static void what_no_speaker_was_made_with_is_not_kept(void)
{
    struct config_options *options = create();
    enum config_source source;

    write_text(copy, "{\"voice\": {\"volume\": 42}}");
    write_text(path, "{\"territory\": \"nowhere\"}");
    REQUIRE(config_options_start(options, path, copy, CONFIG_FROM_FILE, NULL, &source) == 0);
    CHECK_INT(source, CONFIG_FROM_FILE);
    CHECK_STR(config_options_text(options, CONFIG_TERRITORY), "nowhere");
    config_options_destroy(options);

    options = create();
    REQUIRE(config_options_start(options, path, copy, CONFIG_FROM_LAST_GOOD, NULL, &source) == 0);
    CHECK_INT(source, CONFIG_FROM_LAST_GOOD);
    CHECK_STR(config_options_text(options, CONFIG_TERRITORY), "all");
    CHECK_INT(config_options_number(options, CONFIG_VOICE_VOLUME), 42);
    config_options_keep(options, copy); /* it came from there */
    config_options_destroy(options);

    options = create();
    REQUIRE(config_options_start(options, path, copy, CONFIG_FROM_DEFAULTS, NULL, &source) == 0);
    CHECK_INT(source, CONFIG_FROM_DEFAULTS);
    CHECK_INT(config_options_number(options, CONFIG_VOICE_VOLUME), 80);
    config_options_destroy(options);
}

static void what_is_set_holds(void)
{
    struct config_options *options = create();
    struct config_problems *problems;

    REQUIRE(config_problems_create(&problems) == 0);
    CHECK_INT(config_options_set(options, CONFIG_VOICE_VOLUME, "95", problems), 0);
    CHECK_INT(config_options_set(options, CONFIG_VOICE_VOLUME, "101", problems), CONFIG_INVALID);
    CHECK_INT(config_options_set(options, CONFIG_VOICE_VOLUME, "9x", problems), CONFIG_INVALID);
    CHECK_INT(config_options_set(options, CONFIG_TERRITORY, "pessac", problems), 0);
    CHECK_INT(config_options_set(options, CONFIG_VOICE_NIGHT_FROM, "22:05", problems), 0);
    CHECK_INT(config_options_set(options, CONFIG_AUDIO_EARCONS, "false", problems), 0);
    CHECK_INT(config_options_set(options, CONFIG_AUDIO_EARCONS, "no", problems), CONFIG_INVALID);
    CHECK_INT(config_options_set(options, CONFIG_NAMES, "[{\"name\":\"Rex\",\"kind\":\"dog\"}]",
                                 problems),
              0);
    CHECK_INT(config_options_set(options, CONFIG_NAMES, "[{\"name\":\"Rex\",\"kind\":\"fox\"}]",
                                 problems),
              CONFIG_INVALID);
    CHECK_INT(config_problems_count(problems), 4);
    CHECK_INT(config_options_number(options, CONFIG_VOICE_VOLUME), 95);
    CHECK_STR(config_options_text(options, CONFIG_TERRITORY), "pessac");
    CHECK_INT(config_options_time(options, CONFIG_VOICE_NIGHT_FROM).minute, 5);
    CHECK(!config_options_switch(options, CONFIG_AUDIO_EARCONS));
    config_options_destroy(options);
    config_problems_destroy(problems);
}

/* The marks of two templates must be the same set. */
static void same_marks(const char *a, const char *b)
{
    for (const char *p = strchr(a, '{'); p; p = strchr(p + 1, '{')) {
        char mark[40];

        snprintf(mark, sizeof(mark), "%.*s", (int)strcspn(p, "}") + 1, p);
        if (p[1] == '{') {
            p++;
            continue;
        }
        if (!strstr(b, mark)) {
            fprintf(stderr, "\"%s\" lacks %s\n", b, mark);
            CHECK(!"a mark is missing");
        }
    }
}

static void each_option_and_message_has_its_text_for_carers(void)
{
    struct config_carer_texts *texts;

    REQUIRE(config_carer_texts_load("fr", &texts) == 0);
    for (enum config_key key = 0; key < CONFIG_N_KEYS; key++) {
        CHECK(config_option(key)->key && config_option(key)->help[0]);
        if (!config_carer_texts_help(texts, config_option(key)->key))
            CHECK_STR(config_option(key)->key, "in carer.json");
    }
    for (enum config_message message = 0; message < CONFIG_N_MESSAGES; message++) {
        const char *french = config_carer_texts_message(texts, message);

        REQUIRE(config_message_english(message));
        if (!french) {
            CHECK_STR(config_message_code(message), "in carer.json");
            continue;
        }
        same_marks(french, config_message_english(message));
    }
    CHECK_INT(config_carer_texts_load("xx", &texts), CONFIG_MISSING);
    config_carer_texts_destroy(texts);
}

static void a_carer_reads_french(void)
{
    struct config_options *options = create();
    struct config_problems *problems;
    struct config_carer_texts *texts;
    char *french;

    REQUIRE(config_problems_create(&problems) == 0);
    REQUIRE(config_carer_texts_load("fr", &texts) == 0);
    CHECK_INT(config_options_set(options, CONFIG_VOICE_VOLUME, "200", problems), CONFIG_INVALID);
    french = config_carer_texts_problem(texts, problems, 0);
    CHECK_STR(french, "« voice.volume » vaut 200 : il doit être compris entre 10 et 100 %.");
    free(french);
    config_carer_texts_destroy(texts);
    config_problems_destroy(problems);
    config_options_destroy(options);
}

/* A file in memory: thousands of real ones would wait for the disk. */
static void write_bytes(int fd, const char *bytes, size_t n)
{
    REQUIRE(ftruncate(fd, 0) == 0 && pwrite(fd, bytes, n, 0) == (ssize_t)n);
}

/* Any damage is either harmless or told; what was in force stays in force (R42). */
static void damaged_files_are_told_and_change_nothing(void)
{
    static const char good[] =
        "{\"territory\": \"pessac\", \"voice\": {\"rate_wpm\": 140, \"volume\": 70}, \"news\": "
        "{\"hours_from\": \"09:15\"}, \"privacy\": {\"send_transcript\": true}, \"names\": "
        "[{\"name\": \"Médor\", \"kind\": \"dog\"}], \"carer\": {\"alert_name\": \"Claire\"}}";
    struct config_problems *problems;
    struct base_rng rng;
    char bytes[sizeof(good)], memory[64];
    int fd = memfd_create("configuration", MFD_CLOEXEC);

    REQUIRE(fd >= 0);
    snprintf(memory, sizeof(memory), "/proc/self/fd/%d", fd);
    base_rng_seed(&rng, 42);
    for (int turn = 0; turn < 4000; turn++) {
        struct config_options *options = create();
        size_t n = sizeof(good) - 1;
        int r;

        memcpy(bytes, good, sizeof(good));
        if (turn < (int)n)
            n = (size_t)turn; /* cut at every byte, then bytes changed at random */
        else
            for (int k = 0; k < 1 + turn % 3; k++)
                bytes[base_rng_below(&rng, (uint32_t)n)] = (char)base_rng_next(&rng);
        write_bytes(fd, bytes, n);
        REQUIRE(config_problems_create(&problems) == 0);
        r = config_options_load(options, memory, problems);
        CHECK(r == 0 || r == CONFIG_INVALID);
        CHECK((r == 0) == (config_problems_count(problems) == 0));
        if (r != 0)
            CHECK_INT(config_options_number(options, CONFIG_VOICE_RATE_WPM), 150);
        for (size_t i = 0; i < config_problems_count(problems); i++)
            free(config_problems_text(problems, i));
        config_problems_destroy(problems);
        config_options_destroy(options);
    }
    close(fd);
}

static void begin(void)
{
    REQUIRE(mkdtemp(folder));
    REQUIRE(base_file_join(folder, "voisine.json", path, sizeof(path)) == 0);
    REQUIRE(base_file_join(folder, "last-good.json", copy, sizeof(copy)) == 0);
}

static void end(void)
{
    unlink(path);
    unlink(copy);
    CHECK_INT(rmdir(folder), 0);
}

CHECK_MAIN(begin, options_have_defaults_and_a_file_changes_them, faults_say_where_and_what_to_do,
           a_wrong_file_leaves_the_last_good_one_in_charge,
           what_no_speaker_was_made_with_is_not_kept, what_is_set_holds,
           damaged_files_are_told_and_change_nothing,
           each_option_and_message_has_its_text_for_carers, a_carer_reads_french, end)
