/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The subcommands of `voisine`, one source file each (daemon/cmd_<name>.c). Each gets its own argv,
 * argv[0] being the subcommand's name. Returns: the exit status, one of the below.
 * Thread: main.
 */
#ifndef DAEMON_COMMANDS_H
#define DAEMON_COMMANDS_H

/* Exit statuses of both programs, after sysexits(3) where that names the case. */
enum {
    EXIT_OK = 0,
    EXIT_PROBLEM = 1,     /* ran, and found something wrong (`check`, `doctor`) */
    EXIT_USAGE = 64,      /* words of the command line */
    EXIT_INPUT = 65,      /* a file that is no sound, no JSON, ... */
    EXIT_NO_INPUT = 66,   /* a file that is not there */
    EXIT_NO_SERVICE = 69, /* no daemon, no microphone, no loudspeaker */
    EXIT_SOFTWARE = 70,   /* our own fault, or memory is short */
    EXIT_NO_STATE = 73,   /* the state folder cannot be written */
    EXIT_CONFIG = 78,     /* the configuration, a territory, a model or the data */
};

int cmd_bundle(int argc, char **argv);
int cmd_check(int argc, char **argv);
int cmd_check_language(int argc, char **argv);
int cmd_doctor(int argc, char **argv);
int cmd_devices(int argc, char **argv);
int cmd_learning(int argc, char **argv);
int cmd_listen(int argc, char **argv);
int cmd_log(int argc, char **argv);
int cmd_outbox(int argc, char **argv);
int cmd_pair(int argc, char **argv);
int cmd_press(int argc, char **argv);
int cmd_renew(int argc, char **argv);
int cmd_say(int argc, char **argv);
int cmd_status(int argc, char **argv);
int cmd_understand(int argc, char **argv);
int cmd_wake(int argc, char **argv);

#endif
