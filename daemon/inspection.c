/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/inspection.h"

#include "base/file.h"
#include "base/paths.h"
#include "base/strbuf.h"
#include "daemon/button.h"
#include "daemon/commands.h"
#include "daemon/identity.h"
#include "daemon/inspection_private.h"
#include "tts/prompts.h"
#include "tts/voice.h"

#include <errno.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct config_place nowhere = {0};

const char *inspection_text(const struct inspection *inspection, enum config_key key)
{
    return config_options_text(inspection->options, key);
}

void inspection_report(struct inspection *inspection, enum config_level level,
                       enum config_message message, const char *const args[])
{
    config_problems_add(inspection->problems, level, message, nowhere, args);
}

void inspection_report_good(struct inspection *inspection, size_t n_before, const char *what)
{
    const char *const args[] = {"what", what, NULL};

    if (config_problems_count(inspection->problems) == n_before)
        inspection_report(inspection, CONFIG_NOTE, CONFIG_GOOD, args);
}

static void check_file(struct inspection *inspection)
{
    size_t n_before = config_problems_count(inspection->problems);
    const char *const args[] = {"file", inspection->path, NULL};

    /* Without a file at the usual place all is at its default, which is no fault. */
    if (strcmp(inspection->path, CONFIG_DEFAULT_PATH) == 0 && access(inspection->path, F_OK) < 0)
        inspection_report(inspection, CONFIG_WARNING, CONFIG_FILE_MISSING, args);
    else
        (void)config_options_load_right_part(inspection->options, inspection->path,
                                             inspection->problems);
    inspection_report_good(inspection, n_before, inspection->path);
}

static void check_territory(struct inspection *inspection)
{
    size_t n_before = config_problems_count(inspection->problems);
    const char *id = inspection_text(inspection, CONFIG_TERRITORY);
    char *known = config_territory_list(inspection->folder);
    const char *const args[] = {"known", known ? known : "", NULL};

    if (!config_options_is_set(inspection->options, CONFIG_TERRITORY))
        inspection_report(inspection, CONFIG_WARNING, CONFIG_ALL_TERRITORIES, args);
    if (config_territory_load(inspection->folder, id, inspection->problems,
                              &inspection->territory) == 0)
        inspection_report_good(inspection, n_before, config_territory_name(inspection->territory));
    free(known);
}

static void check_services(struct inspection *inspection)
{
    size_t n_before = config_problems_count(inspection->problems);
    const char *language = inspection_text(inspection, CONFIG_LANGUAGE);

    if (config_catalogue_load(language, inspection->problems, &inspection->catalogue) != 0 ||
        !inspection->territory)
        return;
    for (size_t i = 0; i < config_territory_n_services(inspection->territory); i++) {
        const char *id = config_territory_service(inspection->territory, i);
        const char *const args[] = {"service", id, "language", language, NULL};

        if (!config_catalogue_find(inspection->catalogue, id))
            inspection_report(inspection, CONFIG_ERROR, CONFIG_TERRITORY_NO_SERVICE, args);
    }
    inspection_report_good(inspection, n_before, "services");
}

static void check_sentences(struct inspection *inspection)
{
    const char *language = inspection_text(inspection, CONFIG_LANGUAGE);
    struct tts_prompts *prompts;
    int r = tts_prompts_load(language, &prompts);
    const char *const args[] = {"language", language, "why", strerror(-r), NULL};

    if (r < 0) {
        inspection_report(inspection, CONFIG_ERROR, CONFIG_NO_PROMPTS, args);
        return;
    }
    tts_prompts_destroy(prompts);
    inspection_report_good(inspection, config_problems_count(inspection->problems), "sentences");
}

static void check_voice(struct inspection *inspection)
{
    const char *name = inspection_text(inspection, CONFIG_VOICE_NAME);
    struct tts_voice_settings settings = {
        .name = *name ? name : inspection_text(inspection, CONFIG_LANGUAGE),
        .rate_wpm = config_options_number(inspection->options, CONFIG_VOICE_RATE_WPM),
        .pitch = config_options_number(inspection->options, CONFIG_VOICE_PITCH),
        .volume = 100,
    };
    const char *const args[] = {"got", settings.name, NULL};
    struct tts_voice *voice;

    if (tts_voice_create(&settings, &voice) != 0) {
        inspection_report(inspection, CONFIG_ERROR, CONFIG_NO_VOICE, args);
        return;
    }
    tts_voice_destroy(voice);
    inspection_report_good(inspection, config_problems_count(inspection->problems), "voice");
}

static void check_model(struct inspection *inspection)
{
    const char *set = inspection_text(inspection, CONFIG_MODELS_FOLDER);
    char root[PATH_MAX], folder[PATH_MAX], path[PATH_MAX];
    const char *const args[] = {"file", path, NULL};
    int n;

    if (base_paths_data(root, sizeof(root)) < 0)
        return;
    snprintf(folder, sizeof(folder), "%s%s", *set ? set : root, *set ? "" : "/models");
    n = snprintf(path, sizeof(path), "%s/%s/mdef", folder,
                 inspection_text(inspection, CONFIG_LANGUAGE));
    if (n < 0 || n >= (int)sizeof(path) || access(path, R_OK) != 0)
        inspection_report(inspection, CONFIG_ERROR, CONFIG_NO_MODEL, args);
    else
        inspection_report_good(inspection, config_problems_count(inspection->problems), "model");
}

/* A file that must be there; a secret must be readable by nobody else and not be empty. */
static void check_one_file(struct inspection *inspection, enum config_key key, bool is_secret)
{
    const char *path = inspection_text(inspection, key);
    struct stat status;
    char mode[16];
    const char *args[] = {"file", path, "got", mode, "why", "", NULL};

    if (!*path)
        return;
    if (stat(path, &status) < 0 || access(path, R_OK) < 0) {
        args[5] = strerror(errno);
        inspection_report(inspection, CONFIG_ERROR,
                          errno == ENOENT ? CONFIG_FILE_MISSING : CONFIG_FILE_UNREADABLE, args);
        return;
    }
    snprintf(mode, sizeof(mode), "%03o", (unsigned)status.st_mode & 0777);
    if (is_secret && (status.st_mode & 077))
        inspection_report(inspection, CONFIG_ERROR, CONFIG_SECRET_MODE, args);
    if (is_secret && status.st_size == 0)
        inspection_report(inspection, CONFIG_ERROR, CONFIG_SECRET_EMPTY, args);
}

bool inspection_is_placeholder(const char *url)
{
    size_t n_host;

    url += strncmp(url, "https://", 8) == 0 ? 8 : 0;
    n_host = strcspn(url, ":/");
    return n_host > 8 && strncmp(url + n_host - 8, ".example", 8) == 0;
}

static void check_address(struct inspection *inspection)
{
    const char *url = inspection_text(inspection, CONFIG_SERVICE_URL);
    const char *args[] = {"got", url, NULL};

    if (!*url && !inspection->territory)
        return; /* that finding stands already */
    if (!*url)
        args[1] = url = config_territory_service_url(inspection->territory);
    if (!*url) {
        inspection_report(inspection, CONFIG_WARNING, CONFIG_NO_SERVICE_URL, args);
        return;
    }
    if (inspection_is_placeholder(url))
        inspection_report(inspection, CONFIG_WARNING, CONFIG_PLACEHOLDER_URL, args);
}

static void check_service_access(struct inspection *inspection)
{
    size_t n_before = config_problems_count(inspection->problems);
    char token_path[PATH_MAX] = "";
    bool has_token =
             *inspection_text(inspection, CONFIG_SERVICE_TOKEN_FILE) ||
             (identity_token_path(inspection->options, token_path, sizeof(token_path)) == 0 &&
              access(token_path, F_OK) == 0),
         has_cert = *inspection_text(inspection, CONFIG_SERVICE_CLIENT_CERT_FILE),
         has_key = *inspection_text(inspection, CONFIG_SERVICE_CLIENT_KEY_FILE);

    check_address(inspection);
    check_one_file(inspection, CONFIG_SERVICE_CA_FILE, false);
    check_one_file(inspection, CONFIG_SERVICE_TOKEN_FILE, true);
    check_one_file(inspection, CONFIG_SERVICE_CLIENT_CERT_FILE, false);
    check_one_file(inspection, CONFIG_SERVICE_CLIENT_KEY_FILE, true);
    if (has_cert != has_key)
        inspection_report(inspection, CONFIG_ERROR, CONFIG_CERT_WITHOUT_KEY, NULL);
    if (!has_token && !has_cert)
        inspection_report(inspection, CONFIG_WARNING, CONFIG_NO_CREDENTIAL, NULL);
    inspection_report_good(inspection, n_before, "service");
}

static void check_places(struct inspection *inspection)
{
    const char *state = inspection_text(inspection, CONFIG_STATE_FOLDER);
    const char *args[] = {"file", state, "why", "", NULL};
    bool is_default = !config_options_is_set(inspection->options, CONFIG_STATE_FOLDER);

    /* The unit's StateDirectory= makes the usual one at the first start. */
    if (access(state, W_OK | X_OK) < 0 && !(is_default && errno == ENOENT)) {
        args[3] = strerror(errno);
        inspection_report(inspection, errno == ENOENT ? CONFIG_WARNING : CONFIG_ERROR,
                          CONFIG_STATE_UNWRITABLE, args);
    } else {
        inspection_report_good(inspection, config_problems_count(inspection->problems), state);
    }
}

static void check_key(struct inspection *inspection, enum config_key key)
{
    const char *name = inspection_text(inspection, key);
    const char *const args[] = {"key", config_option(key)->key, "got", name, NULL};

    if (*name && button_key_code(name) < 0)
        inspection_report(inspection, CONFIG_ERROR, CONFIG_KEY_UNKNOWN, args);
}

static void check_button(struct inspection *inspection)
{
    size_t n_before = config_problems_count(inspection->problems);
    const char *device = inspection_text(inspection, CONFIG_BUTTON_DEVICE);
    const char *args[] = {"got", device, "why", "", NULL};
    int fd;

    check_key(inspection, CONFIG_BUTTON_KEY);
    check_key(inspection, CONFIG_BUTTON_MUTE_KEY);
    if (!*device)
        return;
    fd = button_open(device, NULL, NULL);
    if (fd < 0) {
        args[3] = strerror(-fd);
        inspection_report(inspection, CONFIG_WARNING, CONFIG_BUTTON_MISSING, args);
    } else {
        close(fd);
        inspection_report_good(inspection, n_before, "button");
    }
}

void inspection_configuration(struct inspection *inspection)
{
    check_file(inspection);
    check_territory(inspection);
    check_services(inspection);
    check_sentences(inspection);
    check_voice(inspection);
    inspection_check_wake(inspection);
    check_model(inspection);
    check_service_access(inspection);
    check_places(inspection);
    check_button(inspection);
}

/* ---- printing ---- */

static const char *const level_names[] = {"ok", "warning", "error"};

static struct config_carer_texts *load_texts(const struct inspection *inspection)
{
    struct config_carer_texts *texts = NULL;

    if (config_carer_texts_load(inspection_text(inspection, CONFIG_LANGUAGE), &texts) != 0)
        return NULL;
    return texts;
}

void inspection_print(const struct inspection *inspection, bool quiet)
{
    struct config_carer_texts *texts = load_texts(inspection);

    for (size_t i = 0; i < config_problems_count(inspection->problems); i++) {
        enum config_level level = config_problems_level(inspection->problems, i);
        char *english = config_problems_text(inspection->problems, i);
        char *carer = texts ? config_carer_texts_problem(texts, inspection->problems, i) : NULL;

        if (level > CONFIG_NOTE || !quiet)
            printf("%-8s %s%s%s\n", level_names[level], english ? english : "",
                   carer && level > CONFIG_NOTE ? " | " : "",
                   carer && level > CONFIG_NOTE ? carer : "");
        free(english);
        free(carer);
    }
    config_carer_texts_destroy(texts);
}

void inspection_print_for_carer(const struct inspection *inspection)
{
    static const char *const marks[] = {"  ", "! ", "!!"};
    struct config_carer_texts *texts = load_texts(inspection);

    for (size_t i = 0; i < config_problems_count(inspection->problems); i++) {
        enum config_level level = config_problems_level(inspection->problems, i);
        char *words = texts ? config_carer_texts_problem(texts, inspection->problems, i) : NULL;

        if (!words)
            words = config_problems_text(inspection->problems, i);
        printf("%s %s\n", marks[level], words ? words : "");
        free(words);
    }
    config_carer_texts_destroy(texts);
}

static void add_text(struct base_strbuf *json, const char *member, char *text)
{
    base_strbuf_addf(json, ",\"%s\":", member);
    if (text)
        base_strbuf_add_json(json, text);
    else
        base_strbuf_add(json, "null");
    free(text);
}

void inspection_print_json(const struct inspection *inspection)
{
    struct config_carer_texts *texts = load_texts(inspection);
    enum config_level worst = CONFIG_NOTE;
    struct base_strbuf json;

    base_strbuf_init(&json);
    for (size_t i = 0; i < config_problems_count(inspection->problems); i++) {
        enum config_level level = config_problems_level(inspection->problems, i);

        worst = level > worst ? level : worst;
        base_strbuf_addf(&json, "%s{\"level\":\"%s\",\"code\":\"%s\"", i ? ",\n " : "",
                         level_names[level], config_problems_code(inspection->problems, i));
        add_text(&json, "text", config_problems_text(inspection->problems, i));
        add_text(&json, "carer",
                 texts ? config_carer_texts_problem(texts, inspection->problems, i) : NULL);
        base_strbuf_add(&json, "}");
    }
    printf("{\"worst\":\"%s\",\"findings\":[%s]}\n", level_names[worst], base_strbuf_text(&json));
    base_strbuf_finish(&json);
    config_carer_texts_destroy(texts);
}

int inspection_status(const struct inspection *inspection)
{
    if (config_problems_count_from(inspection->problems, CONFIG_ERROR) > 0)
        return EXIT_CONFIG;
    return config_problems_count_from(inspection->problems, CONFIG_WARNING) > 0 ? EXIT_PROBLEM
                                                                                : EXIT_OK;
}

/* ---- life ---- */

int inspection_begin(const char *path, struct inspection *ret_inspection)
{
    char copy[PATH_MAX];
    int r;

    *ret_inspection = (struct inspection){.path = path};
    snprintf(copy, sizeof(copy), "%s", path);
    r = base_file_join(dirname(copy), "territories", ret_inspection->folder,
                       sizeof(ret_inspection->folder));
    if (r == 0)
        r = config_options_create(&ret_inspection->options);
    if (r == 0)
        r = config_problems_create(&ret_inspection->problems);
    return r;
}

void inspection_finish(struct inspection *inspection)
{
    config_catalogue_destroy(inspection->catalogue);
    config_territory_destroy(inspection->territory);
    config_problems_destroy(inspection->problems);
    config_options_destroy(inspection->options);
    *inspection = (struct inspection){0};
}
