/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * `voisine doctor`: is this speaker well? The configuration, then what runs, what is heard, who
 * answers and what is kept, each in the carer's language with its remedy.
 */
#include "base/log.h"
#include "daemon/commands.h"
#include "daemon/doctor.h"

#include <getopt.h>
#include <stdio.h>

static const char usage[] =
    "usage: voisine doctor [--config FILE] [--json]\n\n"
    "Examines a speaker where it stands: settings, understanding, microphone, loudspeaker, the\n"
    "running program, the service, the requests that are kept, the disk. One line each, with what\n"
    "to do; ! marks what should be looked at, !! what keeps the speaker from its work. Run it as\n"
    "root. Ends with 0 when all is well, 1 when something should be looked at, 69 when the "
    "speaker\n"
    "cannot work, 78 when that is because of its settings.\n\n"
    "  --config FILE    the configuration (default " CONFIG_DEFAULT_PATH ")\n"
    "  --json           one object, with codes, for support and scripts\n";

static int examine(struct inspection *inspection, bool wants_json)
{
    size_t n_config;
    int status;

    inspection_configuration(inspection);
    n_config = config_problems_count_from(inspection->problems, CONFIG_ERROR);
    doctor_understanding(inspection);
    if (!doctor_daemon(inspection))
        doctor_sound(inspection);
    doctor_service(inspection);
    doctor_state(inspection);
    if (wants_json)
        inspection_print_json(inspection);
    else
        inspection_print_for_carer(inspection);
    status = inspection_status(inspection);
    return status == EXIT_CONFIG && n_config == 0 ? EXIT_NO_SERVICE : status;
}

int cmd_doctor(int argc, char **argv)
{
    static const struct option known[] = {{"config", required_argument, NULL, 'c'},
                                          {"json", no_argument, NULL, 'j'},
                                          {"help", no_argument, NULL, 'h'},
                                          {0}};
    const char *path = CONFIG_DEFAULT_PATH;
    struct inspection inspection;
    bool wants_json = false;
    int c, status = EXIT_SOFTWARE;

    while ((c = getopt_long(argc, argv, "", known, NULL)) != -1) {
        if (c == 'c') {
            path = optarg;
        } else if (c == 'j') {
            wants_json = true;
        } else {
            fputs(usage, c == 'h' ? stdout : stderr);
            return c == 'h' ? EXIT_OK : EXIT_USAGE;
        }
    }
    if (optind < argc) {
        fputs(usage, stderr);
        return EXIT_USAGE;
    }
    (void)base_log_open(BASE_LOG_ERROR, BASE_LOG_HUMAN, NULL);
    if (inspection_begin(path, &inspection) == 0)
        status = examine(&inspection, wants_json);
    inspection_finish(&inspection);
    return status;
}
