/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `voisine understand`: lines of text in, one JSON object a line out. */
#include "base/clock.h"
#include "base/file.h"
#include "base/paths.h"
#include "config/territory.h"
#include "daemon/bundle.h"
#include "daemon/cli.h"
#include "daemon/commands.h"
#include "daemon/utterance_json.h"
#include "intents/language.h"
#include "intents/understand.h"

#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct options {
    const char *territory, *language, *model;
    struct base_datetime now;
    enum intents_expect expect;
};

static const char usage[] =
    "usage: voisine understand [OPTION...] < LINES\n\n"
    "Prints what each line of text asks for, one JSON object a line.\n\n"
    "  --territory ID       only its services are requests (default: all)\n"
    "  --now ISO            the resident's local time (default: the clock)\n"
    "  --expect WHAT        request (default), confirmation, choice or day\n"
    "  --language LANGUAGE  folder under intents/ (default: fr)\n"
    "  --model FILE         an understanding.bin (default: the bundle's, else it is learned now)\n";

/* Returns: -1 to go on, or the exit status. */
static int read_options(int argc, char **argv, struct options *options)
{
    static const struct option known[] = {
        {"territory", required_argument, NULL, 't'},
        {"now", required_argument, NULL, 'n'},
        {"expect", required_argument, NULL, 'e'},
        {"language", required_argument, NULL, 'l'},
        {"model", required_argument, NULL, 'm'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    int c;

    *options = (struct options){.language = "fr"};
    options->now = base_datetime_local(base_clock_system()->wall_ms(base_clock_system()));
    while ((c = getopt_long(argc, argv, "", known, NULL)) != -1) {
        if (c == 't')
            options->territory = optarg;
        else if (c == 'l')
            options->language = optarg;
        else if (c == 'm')
            options->model = optarg;
        else if (c == 'n' && base_datetime_parse(optarg, &options->now) == 0)
            continue;
        else if (c == 'e' && intents_expect_parse(optarg, &options->expect) == 0)
            continue;
        else if (c == 'n')
            return cli_reject("understand", "now", CLI_NOW, optarg);
        else if (c == 'e')
            return cli_reject("understand", "expect", CLI_EXPECT, optarg);
        else {
            fputs(usage, c == 'h' ? stdout : stderr);
            return c == 'h' ? EXIT_OK : EXIT_USAGE;
        }
    }
    if (optind == argc)
        return -1;
    fprintf(stderr, "voisine understand: the lines are read from standard input, not from \"%s\"\n",
            argv[optind]);
    return EXIT_USAGE;
}

/* The bundle's model if there is one. Returns: its path, or NULL: it is learned now. */
static const char *find_model(const struct options *options, char *path, size_t size)
{
    char bundles[PATH_MAX], folder[PATH_MAX];

    if (options->model)
        return options->model;
    if (base_paths_bundles(bundles, sizeof(bundles)) == 0 &&
        base_file_join(bundles, options->language, folder, sizeof(folder)) == 0 &&
        base_file_join(folder, "understanding.bin", path, size) == 0 && access(path, R_OK) == 0)
        return path;
    return NULL;
}

/* Returns: 0, or the exit status after saying what is wrong. */
static int open_understander(const struct options *options, struct intents_language **ret_language,
                             struct intents_understander **ret_understander)
{
    char folder[PATH_MAX], path[PATH_MAX];
    const char *model = find_model(options, path, sizeof(path));
    int r = bundle_data_folder(options->language, folder, sizeof(folder));

    if (r == 0)
        r = intents_language_load(folder, model ? INTENTS_TO_UNDERSTAND : INTENTS_TO_DRAW, NULL, 0,
                                  ret_language);
    if (r < 0) {
        fprintf(stderr, "voisine understand: the language data %s cannot be used: %s\n", folder,
                strerror(-r));
        return EXIT_CONFIG;
    }
    r = intents_understander_create(*ret_language, model, ret_understander);
    if (r == 0)
        return 0;
    fprintf(stderr, "voisine understand: %s cannot be used: %s%s\n",
            model ? model : "what is learned from the language data", strerror(-r),
            model ? "; `voisine bundle` makes the bundle's anew" : "");
    return EXIT_CONFIG;
}

static int understand_lines(struct intents_understander *understander,
                            const struct options *options)
{
    char *line = NULL;
    size_t size = 0;
    int r = 0;

    while (r == 0 && getline(&line, &size, stdin) >= 0) {
        struct intents_result result;
        struct utterance_report report;

        line[strcspn(line, "\r\n")] = '\0';
        intents_understand(understander, line, options->now, options->expect, &result);
        report = utterance_report_of_text(line, &result);
        r = utterance_json_print(stdout, &report);
    }
    free(line);
    return r;
}

int cmd_understand(int argc, char **argv)
{
    struct intents_understander *understander = NULL;
    struct intents_language *language = NULL;
    struct config_territory *territory = NULL;
    struct options options;
    int status = read_options(argc, argv, &options);

    if (status >= 0)
        return status;
    status = cli_find_language(options.language);
    if (status == 0 && options.territory)
        status = cli_load_territory(options.territory, &territory);
    if (status == 0)
        status = open_understander(&options, &language, &understander);
    if (status == 0 && territory)
        intents_understander_offer(understander, config_territory_services(territory),
                                   config_territory_n_services(territory));
    if (status == 0 && understand_lines(understander, &options) < 0)
        status = EXIT_SOFTWARE;
    intents_understander_destroy(understander);
    intents_language_destroy(language);
    config_territory_destroy(territory);
    return status;
}
