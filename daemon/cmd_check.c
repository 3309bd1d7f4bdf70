/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * `voisine check`: everything that can be wrong before the daemon is started, each with its place
 * and its remedy, in English and in the language of the carer.
 */
#include "base/log.h"
#include "daemon/commands.h"
#include "daemon/inspection.h"

#include <getopt.h>
#include <stdio.h>

static const char usage[] =
    "usage: voisine check [OPTION...] [FILE]\n\n"
    "Checks a configuration (default: " CONFIG_DEFAULT_PATH ") and what it names: territory,\n"
    "services, voice, model, keys, folders. Prints a line for each finding. Ends with 0 when all "
    "is\n"
    "well, 1 when something should be looked at, 78 when the speaker could not work with it.\n\n"
    "  --print-reference    print docs/configuration.md instead\n"
    "  --quiet              print problems alone\n";

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
    struct inspection inspection;
    int status = EXIT_SOFTWARE;

    (void)base_log_open(BASE_LOG_ERROR, BASE_LOG_HUMAN, NULL);
    if (inspection_begin(path, &inspection) == 0) {
        inspection_configuration(&inspection);
        inspection_print(&inspection, quiet);
        status = inspection_status(&inspection);
    }
    inspection_finish(&inspection);
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
