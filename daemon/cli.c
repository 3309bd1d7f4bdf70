/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/cli.h"

#include "daemon/commands.h"
#include "daemon/control.h"
#include "daemon/identity.h"

#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
    for (size_t i = 0; r != 0 && i < config_problems_count(problems); i++) {
        char *line = config_problems_text(problems, i);

        fprintf(stderr, "%s\n", line ? line : "memory is short");
        free(line);
    }
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
