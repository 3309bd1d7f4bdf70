/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The smart speaker as a whole: makes the real parts from the configuration, joins them and runs
 * them on the loop until it is told to stop. What `voisined` is, without its command line.
 *
 * Order: create, run, destroy. Thread: main.
 */
#ifndef DAEMON_SPEAKER_H
#define DAEMON_SPEAKER_H

#include "base/clock.h"
#include "config/options.h"

#include <stdbool.h>

struct speaker;

struct speaker_options {
    const struct config_options *config;
    const char *territories_folder; /* a carer's own territory files; NULL none */
    const struct base_clock *clock;
    const char *trace_path;   /* a file that gets what is heard and said, for tests; NULL none */
    const char *announcement; /* a prompt to be told once it is time for news; NULL none */
};

/*
 * Builds everything but the sound streams, which may come later. What is missing is logged with its
 * remedy. A voice or a key that does not exist is told aloud and done without. Returns: 0;
 * EXIT_CONFIG when it cannot be made with these settings; else the exit status the program must end
 * with (daemon/commands.h). Owns: the caller; config and clock must outlive it.
 */
int speaker_create(const struct speaker_options *options, struct speaker **ret_speaker);
/* Accepts NULL. */
void speaker_destroy(struct speaker *speaker);

/* Runs until SIGTERM or SIGINT. Returns: an exit status, or one of those below. */
int speaker_run(struct speaker *speaker);

/* Whether it works with every setting as it stands. */
bool speaker_is_as_configured(const struct speaker *speaker);

/* A prompt that the next speaker must tell, NULL none. */
const char *speaker_left_untold(const struct speaker *speaker);

/* Another speaker is to be made: after everything was erased (daemon/keepsake.h, marked); because
 * this one understands nothing and what it lacked was made. */
enum { SPEAKER_ERASE = 256, SPEAKER_MENDED };

#endif
