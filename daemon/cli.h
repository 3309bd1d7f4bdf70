/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What subcommands share: saying what is wrong with their words, the territory and the language
 * they name; for those that look at a running daemon, --config, --json and the configuration.
 * Thread: main.
 */
#ifndef DAEMON_CLI_H
#define DAEMON_CLI_H

#include "config/options.h"
#include "config/territory.h"

#include <stdbool.h>

/* What --now and --expect take. */
#define CLI_NOW    "a local time such as 2026-06-15T10:00"
#define CLI_EXPECT "request, confirmation, choice or day"

/* Says on standard error what an option of a command takes, and what it was given. Returns:
 * EXIT_USAGE. */
int cli_reject(const char *command, const char *option, const char *wanted, const char *got);
/* Loads an installed territory; prints the findings, which name the known ones. Returns: 0, or the
 * exit status. Owns: the caller. */
int cli_load_territory(const char *id, struct config_territory **ret_territory);
/* Says so when there is no language of that name. Returns: 0, or the exit status. */
int cli_find_language(const char *name);

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
 * Tells a person what a command came to, in English and, where there is a text, in the language of
 * the configuration: a note on standard output, anything worse on standard error. args as
 * config_problems_add takes them.
 */
void cli_tell(const struct cli *cli, enum config_level level, enum config_message message,
              const char *const args[]);

/*
 * Asks the running daemon; says plainly when there is none. Returns: 0, or EXIT_NO_SERVICE. Owns:
 * the caller (free).
 */
int cli_ask_daemon(const struct cli *cli, const char *command, char **ret_answer);

#endif
