/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/cli.h"

#include "daemon/bundle.h"
#include "daemon/commands.h"
#include "daemon/control.h"
#include "daemon/identity.h"

#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int cli_reject(const char *command, const char *option, const char *wanted, const char *got)
{
    fprintf(stderr, "voisine %s: --%s takes %s, not \"%s\"\n", command, option, wanted, got);
    return EXIT_USAGE;
}

static void print_findings(const struct config_problems *problems)
{
    for (size_t i = 0; i < config_problems_count(problems); i++) {
        char *line = config_problems_text(problems, i);

        fprintf(stderr, "voisine: %s\n", line ? line : "memory is short");
        free(line);
    }
}

int cli_load_territory(const char *id, struct config_territory **ret_territory)
{
    struct config_problems *problems;
    int r = config_problems_create(&problems);

    if (r < 0)
        return EXIT_SOFTWARE;
    r = config_territory_load(NULL, id, problems, ret_territory);
    if (r != 0)
        print_findings(problems);
    config_problems_destroy(problems);
    return r == 0 ? 0 : EXIT_CONFIG;
}

int cli_find_language(const char *name)
{
    char folder[PATH_MAX];

    if (bundle_data_folder(name, folder, sizeof(folder)) == 0 && access(folder, R_OK | X_OK) == 0)
        return 0;
    fprintf(stderr, "voisine: there is no language \"%s\": the folder %s is missing\n", name,
            folder);
    return EXIT_CONFIG;
}

static int load(struct cli *cli)
{
    struct config_problems *problems = NULL;
    bool is_default = strcmp(cli->config_path, CONFIG_DEFAULT_PATH) == 0;
    int r = config_options_create(&cli->config);

    if (r == 0)
        r = config_problems_create(&problems);
    if (r == 0)
        r = config_options_load(cli->config, cli->config_path, problems);
    if (r == CONFIG_MISSING && is_default)
        r = 0;
    if (r != 0)
        print_findings(problems);
    config_problems_destroy(problems);
    return r == 0 ? -1 : EXIT_CONFIG;
}

int cli_begin(int argc, char **argv, const char *usage, int n_words_max, struct cli *ret_cli)
{
    static const struct option options[] = {{"config", required_argument, NULL, 'c'},
                                            {"json", no_argument, NULL, 'j'},
                                            {"help", no_argument, NULL, 'h'},
                                            {0}};
    int c, status;

    *ret_cli = (struct cli){.config_path = CONFIG_DEFAULT_PATH};
    optind = 1;
    while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (c == 'c') {
            ret_cli->config_path = optarg;
        } else if (c == 'j') {
            ret_cli->wants_json = true;
        } else {
            fprintf(c == 'h' ? stdout : stderr, "%s\n", usage);
            return c == 'h' ? EXIT_OK : EXIT_USAGE;
        }
    }
    ret_cli->words = argv + optind;
    ret_cli->n_words = argc - optind;
    if (ret_cli->n_words > n_words_max) {
        fprintf(stderr, "%s\n", usage);
        return EXIT_USAGE;
    }
    status = load(ret_cli);
    if (status >= 0)
        cli_finish(ret_cli);
    return status;
}

void cli_finish(struct cli *cli)
{
    config_options_destroy(cli->config);
    cli->config = NULL;
}

void cli_tell(const struct cli *cli, enum config_level level, enum config_message message,
              const char *const args[])
{
    const char *language = config_options_text(cli->config, CONFIG_LANGUAGE);
    FILE *file = level == CONFIG_NOTE ? stdout : stderr;
    struct config_problems *problems;
    struct config_carer_texts *texts = NULL;
    char *english, *carer = NULL;

    if (config_problems_create(&problems) < 0)
        return;
    config_problems_add(problems, level, message, (struct config_place){0}, args);
    english = config_problems_text(problems, 0);
    if (config_carer_texts_load(language, &texts) == 0)
        carer = config_carer_texts_problem(texts, problems, 0);
    fprintf(file, "%s%s\n", level == CONFIG_NOTE ? "" : "voisine: ",
            english ? english : config_message_english(message));
    if (carer)
        fprintf(file, "%s\n", carer);
    free(english);
    free(carer);
    config_carer_texts_destroy(texts);
    config_problems_destroy(problems);
}

int cli_ask_daemon(const struct cli *cli, const char *command, char **ret_answer)
{
    char path[PATH_MAX];
    int r = identity_control_path(cli->config, path, sizeof(path));

    if (r == 0)
        r = control_ask(path, command, ret_answer);
    if (r == 0)
        return 0;
    fprintf(stderr,
            "voisine: no running daemon answers on %s (%s); start it with `systemctl start "
            "voisined`, or name its configuration with --config\n",
            path, strerror(-r));
    return EXIT_NO_SERVICE;
}
