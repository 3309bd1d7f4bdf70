/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `voisined`, the daemon: its command line, its configuration and its log; then daemon/speaker. */
#include "base/date.h"
#include "base/file.h"
#include "base/log.h"
#include "config/options.h"
#include "daemon/commands.h"
#include "daemon/identity.h"
#include "daemon/keepsake.h"
#include "daemon/speaker.h"
#include "matching/registration.h"

#include <getopt.h>
#include <limits.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

/* Beside the speaker's own: it could not be made with this configuration, and there is another. */
enum { OTHER_CONFIG = SPEAKER_MENDED + 1 };

struct arguments {
    const char *config, *now, *trace;
};

static void print_usage(FILE *file)
{
    fputs("usage: voisined [--config FILE] [--now YYYY-MM-DDTHH:MM] [--trace FILE]\n\n"
          "  --config FILE  the configuration (default " CONFIG_DEFAULT_PATH ")\n"
          "  --now TIME     lets the clock begin at another time, for trials and tests\n"
          "  --trace FILE   writes what is heard and said, in words, for trials and tests\n",
          file);
}

/* Returns: -1 to go on, or the exit status. */
static int parse(int argc, char **argv, struct arguments *ret_arguments)
{
    static const struct option options[] = {
        {"config", required_argument, NULL, 'c'}, {"now", required_argument, NULL, 'n'},
        {"trace", required_argument, NULL, 't'},  {"version", no_argument, NULL, 'v'},
        {"help", no_argument, NULL, 'h'},         {0}};
    int c;

    *ret_arguments = (struct arguments){CONFIG_DEFAULT_PATH, NULL, NULL};
    while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
        switch (c) {
        case 'c':
            ret_arguments->config = optarg;
            break;
        case 'n':
            ret_arguments->now = optarg;
            break;
        case 't':
            ret_arguments->trace = optarg;
            break;
        case 'v':
            puts("voisined " VOISINE_VERSION);
            return EXIT_OK;
        case 'h':
            print_usage(stdout);
            return EXIT_OK;
        default:
            print_usage(stderr);
            return EXIT_USAGE;
        }
    }
    if (optind < argc) {
        print_usage(stderr);
        return EXIT_USAGE;
    }
    return -1;
}

static void last_good_path(const char *path, char ret_path[PATH_MAX])
{
    const char *state = getenv("STATE_DIRECTORY"); /* systemd's: /etc is read-only under our unit */

    if (state && *state)
        snprintf(ret_path, PATH_MAX, "%s/last-good.json", state);
    else
        snprintf(ret_path, PATH_MAX, "%s.last-good", path);
}

/*
 * The carer's file, the copy of the last good one when it is broken (R42), then what the resident
 * changed by voice, then what the service told when the speaker was paired. Returns: 0 or -errno.
 */
static int load_config(struct config_options *config, const char *path, enum config_source first,
                       struct config_problems *problems, enum config_source *ret_source)
{
    char last_good[PATH_MAX], by_voice[PATH_MAX], paired[PATH_MAX];
    int r;

    last_good_path(path, last_good);
    r = config_options_start(config, path, last_good, first, problems, ret_source);
    if (r < 0)
        return r;
    snprintf(by_voice, sizeof(by_voice), "%s/voice.json",
             config_options_text(config, CONFIG_STATE_FOLDER));
    r = config_options_load(config, by_voice, NULL);
    if (r >= 0 && !*config_options_text(config, CONFIG_RESIDENT_REFERENCE) &&
        identity_paired_path(config, paired, sizeof(paired)) == 0)
        r = config_options_load(config, paired, NULL);
    return r < 0 ? r : 0;
}

static int open_log(const struct config_options *config)
{
    const char *file = config_options_text(config, CONFIG_LOG_FILE);
    enum base_log_level level = BASE_LOG_INFO;
    enum base_log_form form = BASE_LOG_AUTO;

    (void)base_log_level_parse(config_options_text(config, CONFIG_LOG_LEVEL), &level);
    (void)base_log_form_parse(config_options_text(config, CONFIG_LOG_FORM), &form);
    return base_log_open(level, form, *file ? file : NULL);
}

/* What the resident is told of a broken configuration (R42). */
static const char *announcement(enum config_source source)
{
    return source == CONFIG_FROM_LAST_GOOD  ? "config.last_good"
           : source == CONFIG_FROM_DEFAULTS ? "config.defaults"
                                            : NULL;
}

/* What was to be erased is (R32), also when the power went in the middle of it. Returns: the prompt
 * that tells it; NULL when there was nothing to do. */
static const char *erase_if_asked(const struct config_options *config, const char *path)
{
    const char *token = config_options_text(config, CONFIG_SERVICE_TOKEN_FILE);
    char last_good[PATH_MAX], token_next[PATH_MAX] = "", token_before[PATH_MAX] = "";
    const char *others[] = {path,
                            last_good,
                            token,
                            token_next,
                            token_before,
                            config_options_text(config, CONFIG_SERVICE_CLIENT_CERT_FILE),
                            config_options_text(config, CONFIG_SERVICE_CLIENT_KEY_FILE),
                            config_options_text(config, CONFIG_LOG_FILE)};
    struct keepsake keepsake;
    size_t n_left = 0;

    keepsake_init(&keepsake, config_options_text(config, CONFIG_STATE_FOLDER));
    if (!keepsake_is_marked(&keepsake, KEEPSAKE_ERASE))
        return NULL;
    last_good_path(path, last_good);
    if (*token) {
        (void)matching_registration_path(token, MATCHING_TOKEN_NEXT, token_next, PATH_MAX);
        (void)matching_registration_path(token, MATCHING_TOKEN_BEFORE, token_before, PATH_MAX);
    }
    if (keepsake_erase_all(&keepsake, others, sizeof(others) / sizeof(others[0]), &n_left) < 0)
        return "erase.failed";
    return n_left ? "erase.left" : "erase.done";
}

/* Only what the speaker works with as it stands is worth falling back to. */
static void keep_last_good(const struct config_options *config, const char *path,
                           const struct speaker *speaker)
{
    char last_good[PATH_MAX];

    if (!speaker_is_as_configured(speaker))
        return;
    last_good_path(path, last_good);
    config_options_keep(config, last_good);
}

/* *ret_untold: what the next life is to tell first, NULL nothing. */
static int run(const struct config_options *config, const struct arguments *arguments,
               const char *announcement, const char **ret_untold)
{
    struct base_clock_shifted shifted;
    struct base_datetime now;
    struct speaker_options options = {.config = config,
                                      .clock = base_clock_system(),
                                      .trace_path = arguments->trace,
                                      .announcement = announcement};
    struct speaker *speaker;
    int status;

    if (arguments->now) {
        if (base_datetime_parse(arguments->now, &now) < 0) {
            fprintf(stderr, "voisined: --now: \"%s\" is no time like 2026-06-15T09:30\n",
                    arguments->now);
            return EXIT_USAGE;
        }
        base_clock_shifted_init(&shifted, base_datetime_to_wall_ms(now));
        options.clock = &shifted.base;
    }
    status = speaker_create(&options, &speaker);
    if (status == 0) {
        keep_last_good(config, arguments->config, speaker);
        status = speaker_run(speaker);
        *ret_untold = speaker_left_untold(speaker);
        speaker_destroy(speaker);
    }
    return status;
}

/* What one life hands on to the next. */
struct legacy {
    const char *untold; /* a prompt to be told first, NULL none */
    enum config_source first;
};

/* A setting can be well written and name nothing real: the speaker begins anew with the last good
 * configuration, then with the defaults (R42). Returns: whether there is one left to try. */
static bool takes_next(enum config_source source, const char *path, struct legacy *legacy)
{
    if (source == CONFIG_FROM_DEFAULTS)
        return false;
    log_error("config-unusable", "%s: the line above names what; `voisine check` tells the key",
              source == CONFIG_FROM_FILE ? path : "the last good configuration");
    legacy->first = source + 1;
    return true;
}

/* From reading the configuration to the end. Returns: an exit status, or SPEAKER_ERASE,
 * SPEAKER_MENDED or OTHER_CONFIG: there is one more. */
static int live(const struct arguments *arguments, struct legacy *legacy)
{
    struct config_options *config = NULL;
    struct config_problems *problems = NULL;
    enum config_source source = CONFIG_FROM_FILE;
    const char *told = legacy->untold;
    enum config_source first = legacy->first;
    int status = EXIT_SOFTWARE;
    int r = config_options_create(&config);

    *legacy = (struct legacy){NULL, CONFIG_FROM_FILE};
    if (r == 0)
        r = config_problems_create(&problems);
    if (r == 0)
        r = load_config(config, arguments->config, first, problems, &source);
    if (r < 0) {
        fprintf(stderr,
                "voisined: the configuration %s cannot be taken: %s; start the device anew\n",
                arguments->config, strerror(-r));
    } else {
        r = open_log(config);
        if (r < 0)
            log_warning("log-file", "%s: %s", config_options_text(config, CONFIG_LOG_FILE),
                        strerror(-r));
        config_problems_log(problems);
        if (!told && (legacy->untold = erase_if_asked(config, arguments->config)) != NULL)
            status = SPEAKER_ERASE; /* the configuration is another now */
        else
            status = run(config, arguments, told ? told : announcement(source), &legacy->untold);
        if (status == EXIT_CONFIG && takes_next(source, arguments->config, legacy)) {
            status = OTHER_CONFIG;
            legacy->untold = legacy->untold ? legacy->untold : told; /* nobody heard it */
        }
    }
    config_problems_destroy(problems);
    config_options_destroy(config);
    base_log_close();
    return status;
}

int main(int argc, char **argv)
{
    struct arguments arguments;
    const struct rlimit no_core = {0, 0};
    struct legacy legacy = {NULL, CONFIG_FROM_FILE};
    int status = parse(argc, argv, &arguments);

    if (status >= 0)
        return status;
    /* What is large goes back to the system at once, and five threads need no heap each. */
    mallopt(M_MMAP_THRESHOLD, 256 * 1024);
    mallopt(M_ARENA_MAX, 2);
    setrlimit(RLIMIT_CORE, &no_core); /* what people said must not land in a core file (R10) */
    prctl(PR_SET_DUMPABLE, 0);        /* nor in one that the kernel hands to a program (R35) */
    umask(077);                       /* what it writes, SQLite's files too, is its user's own */
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a limit on files is a full disk: told aloud, not died of (R14) */
    do {
        status = live(&arguments, &legacy);
    } while (status == SPEAKER_ERASE || status == SPEAKER_MENDED || status == OTHER_CONFIG);
    return status;
}
