/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the subcommands that look at a running daemon share: --config, --json, the configuration
 * they name. Thread: main. */
#ifndef DAEMON_CLI_H
#define DAEMON_CLI_H

#include "config/options.h"

#include <stdbool.h>

struct cli {
    const char *config_path;
    bool wants_json;
    int n_words; /* what follows the options */
    char **words;
    struct config_options *config;
};

/*
 * Reads [--config FILE] [--json] and loads the configuration; prints what is wrong. `usage` is
 * printed for --help and for words that do not fit. Returns: -1 to go on (then cli_finish), or the
 * exit status.
 */
int cli_begin(int argc, char **argv, const char *usage, int n_words_max, struct cli *ret_cli);
void cli_finish(struct cli *cli);

/*
 * Asks the running daemon; says plainly when there is none. Returns: 0, or EXIT_NO_SERVICE. Owns:
 * the caller (free).
 */
int cli_ask_daemon(const struct cli *cli, const char *command, char **ret_answer);

#endif
