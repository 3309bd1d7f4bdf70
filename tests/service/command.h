/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `voisine-service accept ID ...` and so on: the admin calls, for people and scripts. */
#ifndef TESTS_SERVICE_COMMAND_H
#define TESTS_SERVICE_COMMAND_H

/* argv[0] is the command's name. Returns: the exit status. */
int command_run(int argc, char **argv);

#endif
