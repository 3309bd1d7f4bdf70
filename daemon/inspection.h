/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What `voisine check` and `voisine doctor` share: the examination of a configuration and of all it
 * names, and the ways to print what was found. Findings are those of config/problems.h, so that
 * each has a stable code, an English text and one for carers.
 *
 * Order: begin, _configuration, (the doctor adds its own with _report), one of the prints, _status,
 * finish. Thread: main of a command.
 */
#ifndef DAEMON_INSPECTION_H
#define DAEMON_INSPECTION_H

#include "config/catalogue.h"
#include "config/options.h"
#include "config/territory.h"

#include <limits.h>

struct inspection {
    const char *path;
    char folder[PATH_MAX]; /* of a carer's own territories */
    struct config_options *options;
    struct config_problems *problems;
    struct config_territory *territory; /* NULL when it could not be loaded */
    struct config_catalogue *catalogue;
};

/* `path` is borrowed. Returns: 0, -ENAMETOOLONG, -ENOMEM. Owns: the caller (inspection_finish, also
 * after a failure). */
int inspection_begin(const char *path, struct inspection *ret_inspection);
void inspection_finish(struct inspection *inspection);

/* Examines the file, the territory, the services, the sentences, voice, model, keys, folders. */
void inspection_configuration(struct inspection *inspection);

/* An address under .example, which nobody can have: that of a territory that is not in use yet. */
bool inspection_is_placeholder(const char *url);

/* A setting of the configuration examined. Returns: the inspection's own. */
const char *inspection_text(const struct inspection *inspection, enum config_key key);

/* Adds a finding; args as config_problems_add takes them. */
void inspection_report(struct inspection *inspection, enum config_level level,
                       enum config_message message, const char *const args[]);
/* Adds "what: good" unless something was found since there were n_before findings. */
void inspection_report_good(struct inspection *inspection, size_t n_before, const char *what);

/* English, and behind it the carer's language for what is wrong. */
void inspection_print(const struct inspection *inspection, bool quiet);
/* The carer's language alone; English where it has no text. */
void inspection_print_for_carer(const struct inspection *inspection);
/* {"worst": LEVEL, "findings": [{"level", "code", "text", "carer"}, ...]} */
void inspection_print_json(const struct inspection *inspection);

/* Returns: EXIT_OK, EXIT_PROBLEM after warnings, EXIT_CONFIG after errors. */
int inspection_status(const struct inspection *inspection);

#endif
