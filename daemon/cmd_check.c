/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * `voisine check`: everything that can be wrong before the daemon is started, each with its place
 * and its remedy, in English and in the language of the carer.
 */
#include "base/file.h"
#include "base/log.h"
#include "base/paths.h"
#include "config/catalogue.h"
#include "config/options.h"
#include "config/territory.h"
#include "daemon/commands.h"
#include "tts/prompts.h"
#include "tts/voice.h"

#include <errno.h>
#include <getopt.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char usage[] =
    "usage: voisine check [OPTION...] [FILE]\n\n"
    "Checks a configuration (default: " CONFIG_DEFAULT_PATH ") and what it names: territory,\n"
    "services, voice, model, keys, folders. Prints a line for each finding. Ends with 0 when all "
    "is\n"
    "well, 1 when something should be looked at, 78 when the speaker could not work with it.\n\n"
    "  --print-reference    print docs/configuration.md instead\n"
    "  --quiet              print problems alone\n";

struct check {
    const char *path;
    char folder[PATH_MAX]; /* of a carer's own territories */
    struct config_options *options;
    struct config_problems *problems;
    struct config_territory *territory;
    struct config_catalogue *catalogue;
};

static const struct config_place nowhere = {0};

static const char *text(const struct check *check, enum config_key key)
{
    return config_options_text(check->options, key);
}

static void report(struct check *check, enum config_level level, enum config_message message,
                   const char *const args[])
{
    config_problems_add(check->problems, level, message, nowhere, args);
}

static void report_good(struct check *check, size_t n_before, const char *what)
{
    const char *const args[] = {"what", what, NULL};

    if (config_problems_count(check->problems) == n_before)
        report(check, CONFIG_NOTE, CONFIG_GOOD, args);
}

static void check_file(struct check *check)
{
    size_t n_before = config_problems_count(check->problems);
    const char *const args[] = {"file", check->path, NULL};

    /* Without a file at the usual place all is at its default, which is no fault. */
    if (strcmp(check->path, CONFIG_DEFAULT_PATH) == 0 && access(check->path, F_OK) < 0)
        report(check, CONFIG_WARNING, CONFIG_FILE_MISSING, args);
    else
        (void)config_options_load_right_part(check->options, check->path, check->problems);
    report_good(check, n_before, check->path);
}

static void check_territory(struct check *check)
{
    size_t n_before = config_problems_count(check->problems);
    const char *id = text(check, CONFIG_TERRITORY);
    char *known = config_territory_list(check->folder);
    const char *const args[] = {"known", known ? known : "", NULL};

    if (!config_options_is_set(check->options, CONFIG_TERRITORY))
        report(check, CONFIG_WARNING, CONFIG_ALL_TERRITORIES, args);
    if (config_territory_load(check->folder, id, check->problems, &check->territory) == 0)
        report_good(check, n_before, config_territory_name(check->territory));
    free(known);
}

static void check_services(struct check *check)
{
    size_t n_before = config_problems_count(check->problems);
    const char *language = text(check, CONFIG_LANGUAGE);

    if (config_catalogue_load(language, check->problems, &check->catalogue) != 0 ||
        !check->territory)
        return;
    for (size_t i = 0; i < config_territory_n_services(check->territory); i++) {
        const char *id = config_territory_service(check->territory, i);
        const char *const args[] = {"service", id, "language", language, NULL};

        if (!config_catalogue_find(check->catalogue, id))
            report(check, CONFIG_ERROR, CONFIG_TERRITORY_NO_SERVICE, args);
    }
    report_good(check, n_before, "services");
}

static void check_sentences(struct check *check)
{
    const char *language = text(check, CONFIG_LANGUAGE);
    struct tts_prompts *prompts;
    int r = tts_prompts_load(language, &prompts);
    const char *const args[] = {"language", language, "why", strerror(-r), NULL};

    if (r < 0) {
        report(check, CONFIG_ERROR, CONFIG_NO_PROMPTS, args);
        return;
    }
    tts_prompts_destroy(prompts);
    report_good(check, config_problems_count(check->problems), "sentences");
}

static void check_voice(struct check *check)
{
    const char *name = text(check, CONFIG_VOICE_NAME);
    struct tts_voice_settings settings = {
        .name = *name ? name : text(check, CONFIG_LANGUAGE),
        .rate_wpm = config_options_number(check->options, CONFIG_VOICE_RATE_WPM),
        .pitch = config_options_number(check->options, CONFIG_VOICE_PITCH),
        .volume = 100,
    };
    const char *const args[] = {"got", settings.name, NULL};
    struct tts_voice *voice;

    if (tts_voice_create(&settings, &voice) != 0) {
        report(check, CONFIG_ERROR, CONFIG_NO_VOICE, args);
        return;
    }
    tts_voice_destroy(voice);
    report_good(check, config_problems_count(check->problems), "voice");
}

static void check_model(struct check *check)
{
    const char *set = text(check, CONFIG_MODELS_FOLDER);
    char root[PATH_MAX], folder[PATH_MAX], path[PATH_MAX];
    const char *const args[] = {"file", path, NULL};
    int n;

    if (base_paths_data(root, sizeof(root)) < 0)
        return;
    snprintf(folder, sizeof(folder), "%s%s", *set ? set : root, *set ? "" : "/models");
    n = snprintf(path, sizeof(path), "%s/%s/mdef", folder, text(check, CONFIG_LANGUAGE));
    if (n < 0 || n >= (int)sizeof(path) || access(path, R_OK) != 0)
        report(check, CONFIG_ERROR, CONFIG_NO_MODEL, args);
    else
        report_good(check, config_problems_count(check->problems), "model");
}

/* A file that must be there; a secret must be readable by nobody else and not be empty. */
static void check_one_file(struct check *check, enum config_key key, bool is_secret)
{
    const char *path = text(check, key);
    struct stat status;
    char mode[16];
    const char *args[] = {"file", path, "got", mode, "why", "", NULL};

    if (!*path)
        return;
    if (stat(path, &status) < 0 || access(path, R_OK) < 0) {
        args[5] = strerror(errno);
        report(check, CONFIG_ERROR, errno == ENOENT ? CONFIG_FILE_MISSING : CONFIG_FILE_UNREADABLE,
               args);
        return;
    }
    snprintf(mode, sizeof(mode), "%03o", (unsigned)status.st_mode & 0777);
    if (is_secret && (status.st_mode & 077))
        report(check, CONFIG_ERROR, CONFIG_SECRET_MODE, args);
    if (is_secret && status.st_size == 0)
        report(check, CONFIG_ERROR, CONFIG_SECRET_EMPTY, args);
}

static void check_address(struct check *check)
{
    const char *url = text(check, CONFIG_SERVICE_URL);
    const char *args[] = {"got", url, NULL};
    size_t n_host;

    if (!*url && !check->territory)
        return; /* that finding stands already */
    if (!*url)
        args[1] = url = config_territory_service_url(check->territory);
    if (!*url) {
        report(check, CONFIG_WARNING, CONFIG_NO_SERVICE_URL, args);
        return;
    }
    url += strncmp(url, "https://", 8) == 0 ? 8 : 0;
    n_host = strcspn(url, ":/");
    if (n_host > 8 && strncmp(url + n_host - 8, ".example", 8) == 0)
        report(check, CONFIG_WARNING, CONFIG_PLACEHOLDER_URL, args);
}

static void check_service_access(struct check *check)
{
    size_t n_before = config_problems_count(check->problems);
    bool has_token = *text(check, CONFIG_SERVICE_TOKEN_FILE),
         has_cert = *text(check, CONFIG_SERVICE_CLIENT_CERT_FILE),
         has_key = *text(check, CONFIG_SERVICE_CLIENT_KEY_FILE);

    check_address(check);
    check_one_file(check, CONFIG_SERVICE_CA_FILE, false);
    check_one_file(check, CONFIG_SERVICE_TOKEN_FILE, true);
    check_one_file(check, CONFIG_SERVICE_CLIENT_CERT_FILE, false);
    check_one_file(check, CONFIG_SERVICE_CLIENT_KEY_FILE, true);
    if (has_cert != has_key)
        report(check, CONFIG_ERROR, CONFIG_CERT_WITHOUT_KEY, NULL);
    if (!has_token && !has_cert)
        report(check, CONFIG_WARNING, CONFIG_NO_CREDENTIAL, NULL);
    report_good(check, n_before, "service");
}

static void check_places(struct check *check)
{
    const char *state = text(check, CONFIG_STATE_FOLDER),
               *button = text(check, CONFIG_BUTTON_DEVICE);
    const char *args[] = {"file", state, "why", "", NULL};

    if (access(state, W_OK | X_OK) < 0) {
        args[3] = strerror(errno);
        report(check, errno == ENOENT ? CONFIG_WARNING : CONFIG_ERROR, CONFIG_STATE_UNWRITABLE,
               args);
    } else {
        report_good(check, config_problems_count(check->problems), state);
    }
    if (*button && access(button, R_OK) < 0) {
        args[1] = button;
        args[3] = strerror(errno);
        report(check, CONFIG_WARNING, CONFIG_DEVICE_UNREADABLE, args);
    }
}

static void print_findings(const struct check *check, bool quiet)
{
    static const char *const levels[] = {"ok", "warning", "error"};
    struct config_carer_texts *texts = NULL;

    if (config_carer_texts_load(text(check, CONFIG_LANGUAGE), &texts) != 0)
        texts = NULL;
    for (size_t i = 0; i < config_problems_count(check->problems); i++) {
        enum config_level level = config_problems_level(check->problems, i);
        char *english = config_problems_text(check->problems, i);
        char *carer = texts ? config_carer_texts_problem(texts, check->problems, i) : NULL;

        if (level > CONFIG_NOTE || !quiet)
            printf("%-8s %s%s%s\n", levels[level], english ? english : "",
                   carer && level > CONFIG_NOTE ? " | " : "",
                   carer && level > CONFIG_NOTE ? carer : "");
        free(english);
        free(carer);
    }
    config_carer_texts_destroy(texts);
}

static int run(struct check *check, bool quiet)
{
    check_file(check);
    check_territory(check);
    check_services(check);
    check_sentences(check);
    check_voice(check);
    check_model(check);
    check_service_access(check);
    check_places(check);
    print_findings(check, quiet);
    if (config_problems_count_from(check->problems, CONFIG_ERROR) > 0)
        return EXIT_CONFIG;
    return config_problems_count_from(check->problems, CONFIG_WARNING) > 0 ? EXIT_PROBLEM : EXIT_OK;
}

static int print_reference(void)
{
    struct config_carer_texts *texts = NULL;

    (void)config_carer_texts_load("fr", &texts); /* the reference is complete without */
    config_options_print_reference(stdout, texts);
    config_carer_texts_destroy(texts);
    return EXIT_OK;
}

static int check_configuration(const char *path, bool quiet)
{
    struct check check = {.path = path};
    char copy[PATH_MAX];
    int status = EXIT_SOFTWARE;

    snprintf(copy, sizeof(copy), "%s", path);
    (void)base_log_open(BASE_LOG_ERROR, BASE_LOG_HUMAN, NULL);
    if (base_file_join(dirname(copy), "territories", check.folder, sizeof(check.folder)) == 0 &&
        config_options_create(&check.options) == 0 && config_problems_create(&check.problems) == 0)
        status = run(&check, quiet);
    config_catalogue_destroy(check.catalogue);
    config_territory_destroy(check.territory);
    config_problems_destroy(check.problems);
    config_options_destroy(check.options);
    return status;
}

int cmd_check(int argc, char **argv)
{
    static const struct option known[] = {
        {"print-reference", no_argument, NULL, 'r'},
        {"quiet", no_argument, NULL, 'q'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    bool quiet = false;
    int c;

    while ((c = getopt_long(argc, argv, "qh", known, NULL)) != -1) {
        switch (c) {
        case 'r':
            return print_reference();
        case 'q':
            quiet = true;
            break;
        case 'h':
            fputs(usage, stdout);
            return EXIT_OK;
        default:
            fputs(usage, stderr);
            return EXIT_USAGE;
        }
    }
    if (argc - optind > 1) {
        fputs(usage, stderr);
        return EXIT_USAGE;
    }
    return check_configuration(optind < argc ? argv[optind] : CONFIG_DEFAULT_PATH, quiet);
}
