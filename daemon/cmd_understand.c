/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `voisine understand`: lines of text in, one JSON object a line out. */
#include "base/clock.h"
#include "base/file.h"
#include "base/paths.h"
#include "config/problems.h"
#include "config/territory.h"
#include "daemon/commands.h"
#include "daemon/utterance_json.h"
#include "intents/language.h"
#include "intents/understand.h"

#include <errno.h>
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
        else
            return c == 'h' ? 1 : -EINVAL;
    }
    return optind == argc ? 0 : -EINVAL;
}

static int load_language(const char *name, struct intents_language **ret_language)
{
    char root[PATH_MAX], folder[PATH_MAX], path[PATH_MAX];
    int r = base_paths_data(root, sizeof(root));

    if (r == 0)
        r = base_file_join(root, "intents", folder, sizeof(folder));
    if (r == 0)
        r = base_file_join(folder, name, path, sizeof(path));
    return r == 0 ? intents_language_load(path, NULL, 0, NULL, 0, ret_language) : r;
}

/* The bundle's model if there is one, else what is learned now. */
static int create_understander(const struct options *options,
                               const struct intents_language *language,
                               struct intents_understander **ret_understander)
{
    char bundles[PATH_MAX], folder[PATH_MAX], path[PATH_MAX];

    if (options->model)
        return intents_understander_create(language, options->model, ret_understander);
    if (base_paths_bundles(bundles, sizeof(bundles)) == 0 &&
        base_file_join(bundles, options->language, folder, sizeof(folder)) == 0 &&
        base_file_join(folder, "understanding.bin", path, sizeof(path)) == 0 &&
        access(path, R_OK) == 0)
        return intents_understander_create(language, path, ret_understander);
    return intents_understander_create(language, NULL, ret_understander);
}

static int offer_territory(struct intents_understander *understander, const char *id)
{
    struct config_territory *territory;
    struct config_problems *problems;
    int r = config_problems_create(&problems);

    if (r < 0)
        return r;
    r = config_territory_load(NULL, id, problems, &territory);
    if (r == 0) {
        intents_understander_offer(understander, config_territory_services(territory),
                                   config_territory_n_services(territory));
        config_territory_destroy(territory);
    } else {
        fprintf(stderr, "voisine understand: no territory \"%s\"\n", id);
    }
    config_problems_destroy(problems);
    return r;
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
    struct options options;
    int status = EXIT_CONFIG, r = read_options(argc, argv, &options);

    if (r != 0) {
        fputs(usage, r > 0 ? stdout : stderr);
        return r > 0 ? EXIT_OK : EXIT_USAGE;
    }
    r = load_language(options.language, &language);
    if (r == 0)
        r = create_understander(&options, language, &understander);
    if (r == 0 && options.territory)
        r = offer_territory(understander, options.territory);
    if (r == 0)
        status = understand_lines(understander, &options) == 0 ? EXIT_OK : EXIT_SOFTWARE;
    else if (r < 0)
        fprintf(stderr, "voisine understand: %s\n", strerror(-r));
    intents_understander_destroy(understander);
    intents_language_destroy(language);
    return status;
}
