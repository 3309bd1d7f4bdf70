/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `voisine`: everything a person or a script does with the assistant; a table of subcommands. */
#include "daemon/commands.h"

#include <stdio.h>
#include <string.h>

struct command {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *summary;
};

static const struct command commands[] = {
    {"check", cmd_check, "look for faults in the configuration and what it names"},
    {"doctor", cmd_doctor, "is this speaker well, and what to do"},
    {"understand", cmd_understand, "say what lines of text ask for, as JSON"},
    {"listen", cmd_listen, "recognise sound files as the daemon would"},
    {"wake", cmd_wake, "find the wake phrase in sound files"},
    {"status", cmd_status, "how the running daemon is"},
    {"pair", cmd_pair, "make this speaker known to the service, by a pairing code"},
    {"renew", cmd_renew, "replace this speaker's token at the service"},
    {"outbox", cmd_outbox, "the requests and how each stands"},
    {"learning", cmd_learning, "erase what was learned of the resident's voice"},
    {"log", cmd_log, "the log, or the life of one request"},
    {"press", cmd_press, "do what the speaker's button would do"},
    {"say", cmd_say, "speak a text, or write it as a sound file"},
    {"devices", cmd_devices, "the microphones and loudspeakers there are"},
    {"check-language", cmd_check_language, "look for faults in the data of a language"},
    {"bundle", cmd_bundle, "make the language bundle from the data"},
};

#define N_COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void print_usage(FILE *f)
{
    fputs("usage: voisine COMMAND [ARGUMENT...]\n\n", f);
    for (size_t i = 0; i < N_COMMANDS; i++)
        fprintf(f, "  %-14s %s\n", commands[i].name, commands[i].summary);
    fputs("\n`voisine COMMAND --help` tells more.\n", f);
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        print_usage(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
        print_usage(stdout);
        return EXIT_OK;
    }
    if (strcmp(argv[1], "--version") == 0) {
        puts("voisine " VOISINE_VERSION);
        return EXIT_OK;
    }
    for (size_t i = 0; i < N_COMMANDS; i++) {
        if (strcmp(argv[1], commands[i].name) == 0)
            return commands[i].run(argc - 1, argv + 1);
    }
    fprintf(stderr, "voisine: no command \"%s\"\n", argv[1]);
    print_usage(stderr);
    return EXIT_USAGE;
}
