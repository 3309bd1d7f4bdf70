/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/language.h"

#include "base/file.h"
#include "base/paths.h"
#include "tests/check.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

/* The data as they are, save asr/en, which is ours to fill. */
static void lay_out(char data[PATH_MAX])
{
    static const char *const as_they_are[] = {"config", "intents", "models", "tts"};
    char root[PATH_MAX], from[PATH_MAX], to[PATH_MAX];

    unsetenv("VOISINE_DATA");
    REQUIRE(base_paths_data(root, sizeof(root)) == 0 && mkdtemp(data));
    for (size_t i = 0; i < sizeof(as_they_are) / sizeof(as_they_are[0]); i++) {
        REQUIRE(base_file_join(root, as_they_are[i], from, sizeof(from)) == 0 &&
                base_file_join(data, as_they_are[i], to, sizeof(to)) == 0);
        REQUIRE(symlink(from, to) == 0);
    }
    REQUIRE(base_file_join(data, "asr", to, sizeof(to)) == 0 && mkdir(to, 0700) == 0);
    REQUIRE(base_file_join(data, "asr/en", to, sizeof(to)) == 0 && mkdir(to, 0700) == 0);
    setenv("VOISINE_DATA", data, 1);
}

/* A network of the French model's states beside the English model. */
static void put_network_of_french(const char *data)
{
    char root[PATH_MAX], from[PATH_MAX], to[PATH_MAX];

    unsetenv("VOISINE_DATA");
    REQUIRE(base_paths_data(root, sizeof(root)) == 0);
    setenv("VOISINE_DATA", data, 1);
    REQUIRE(base_file_join(root, "asr/fr/denoiser.bin", from, sizeof(from)) == 0 &&
            base_file_join(data, "asr/en/denoiser.bin", to, sizeof(to)) == 0);
    REQUIRE(symlink(from, to) == 0);
}

static void clear_away(const char *data)
{
    static const char *const laid[] = {"asr/en/denoiser.bin", "config", "intents", "models", "tts"};
    char path[PATH_MAX];

    for (size_t i = 0; i < sizeof(laid) / sizeof(laid[0]); i++) {
        if (base_file_join(data, laid[i], path, sizeof(path)) == 0)
            (void)unlink(path);
    }
    if (base_file_join(data, "asr/en", path, sizeof(path)) == 0)
        (void)rmdir(path);
    if (base_file_join(data, "asr", path, sizeof(path)) == 0)
        (void)rmdir(path);
    (void)rmdir(data);
    unsetenv("VOISINE_DATA");
}

static int open_english(struct language *language, struct base_strbuf *error)
{
    struct language_options options = {
        .id = "en", .models_folder = "", .wake_phrase = "", .parts = LANGUAGE_HEARS};

    return language_open(&options, language, error);
}

static void a_language_without_a_network_hears_without_it(void)
{
    char data[PATH_MAX] = "/tmp/voisine-language-XXXXXX";
    struct language language;
    struct base_strbuf error;

    lay_out(data);
    base_strbuf_init(&error);
    CHECK_INT(open_english(&language, &error), 0);
    CHECK_STR(base_strbuf_text(&error), "");
    CHECK(language.recogniser && !language.denoiser && !language.is_denoiser_bad);
    language_close(&language);
    base_strbuf_finish(&error);
    clear_away(data);
}

/* What it tells of another model's states would be read beyond its end; half of it tells nothing.
 * The speaker hears on without it, and says so to who looks after it. */
static void hears_on_without(bool is_cut)
{
    char data[PATH_MAX] = "/tmp/voisine-language-XXXXXX", path[PATH_MAX];
    struct language language;
    struct base_strbuf error;

    lay_out(data);
    put_network_of_french(data);
    REQUIRE(base_file_join(data, "asr/en/denoiser.bin", path, sizeof(path)) == 0);
    if (is_cut) {
        REQUIRE(unlink(path) == 0);
        REQUIRE(base_file_replace(path, "VOISINED", 8, 0600) == 0);
    }
    base_strbuf_init(&error);
    CHECK_INT(open_english(&language, &error), 0);
    CHECK(language.recogniser && !language.denoiser && language.is_denoiser_bad);
    language_close(&language);
    base_strbuf_finish(&error);
    clear_away(data);
}

static int open_french(const char *models, struct language *language)
{
    struct language_options options = {
        .id = "fr", .models_folder = models, .wake_phrase = "", .parts = LANGUAGE_HEARS};
    struct base_strbuf error;
    int r;

    base_strbuf_init(&error);
    r = language_open(&options, language, &error);
    CHECK_STR(base_strbuf_text(&error), "");
    base_strbuf_finish(&error);
    return r;
}

/* French has one, as its bundle's seal knows: that it is gone is told, and it hears on. */
static void a_network_that_is_gone_is_missed(void)
{
    char data[PATH_MAX] = "/tmp/voisine-language-XXXXXX";
    struct language language;

    lay_out(data);
    CHECK_INT(open_french("", &language), 0);
    CHECK(language.recogniser && !language.denoiser && language.is_denoiser_bad);
    CHECK(!language.is_model_changed);
    language_close(&language);
    clear_away(data);
}

/* A link to each file of the model, but for one that is another's. */
static void put_model(const char *data, const char *changed, char ret_models[PATH_MAX])
{
    char from[PATH_MAX], folder[PATH_MAX], file[PATH_MAX], to[PATH_MAX];
    struct dirent *entry;
    DIR *dir;

    REQUIRE(base_file_join(data, "models/fr", from, sizeof(from)) == 0 &&
            base_file_join(data, "models-changed", ret_models, PATH_MAX) == 0 &&
            base_file_join(ret_models, "fr", folder, sizeof(folder)) == 0);
    REQUIRE(mkdir(ret_models, 0700) == 0 && mkdir(folder, 0700) == 0 && (dir = opendir(from)));
    while ((entry = readdir(dir))) {
        REQUIRE(base_file_join(from, entry->d_name, file, sizeof(file)) == 0 &&
                base_file_join(folder, entry->d_name, to, sizeof(to)) == 0);
        if (strcmp(entry->d_name, changed) == 0)
            REQUIRE(base_file_replace(to, "{}", 2, 0600) == 0);
        else if (entry->d_name[0] != '.')
            REQUIRE(symlink(file, to) == 0);
    }
    closedir(dir);
}

static void take_model_away(const char *models)
{
    char folder[PATH_MAX], path[PATH_MAX];
    struct dirent *entry;
    DIR *dir;

    REQUIRE(base_file_join(models, "fr", folder, sizeof(folder)) == 0 && (dir = opendir(folder)));
    while ((entry = readdir(dir))) {
        if (base_file_join(folder, entry->d_name, path, sizeof(path)) == 0)
            (void)unlink(path);
    }
    closedir(dir);
    (void)rmdir(folder);
    (void)rmdir(models);
}

/* It is heard with all the same: nothing else hears a call for help. */
static void a_model_that_changed_is_told(void)
{
    char data[PATH_MAX] = "/tmp/voisine-language-XXXXXX", models[PATH_MAX];
    struct language language;

    lay_out(data);
    put_model(data, "feat_params.json", models);
    CHECK_INT(open_french(models, &language), 0);
    CHECK(language.recogniser && language.is_model_changed);
    language_close(&language);
    take_model_away(models);
    clear_away(data);
}

static void the_network_of_another_model_is_left_out(void)
{
    hears_on_without(false);
}

static void a_damaged_network_is_left_out(void)
{
    hears_on_without(true);
}

CHECK_MAIN(a_language_without_a_network_hears_without_it, the_network_of_another_model_is_left_out,
           a_damaged_network_is_left_out, a_network_that_is_gone_is_missed,
           a_model_that_changed_is_told)
