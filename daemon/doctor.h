/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The examinations of `voisine doctor` beyond the configuration (daemon/inspection): what runs,
 * what is heard, who answers, what is kept. Each adds findings; none changes anything, neither here
 * nor at the service. Thread: main of a command.
 */
#ifndef DAEMON_DOCTOR_H
#define DAEMON_DOCTOR_H

#include "daemon/inspection.h"
#include "matching/client.h"

/*
 * The running daemon: its counters, read twice, tell whether it hears, works and can speak.
 * Returns: whether one runs; it then holds the sound devices, and doctor_sound has nothing to add.
 */
bool doctor_daemon(struct inspection *inspection);

/* Without a daemon: opens the loudspeaker and the microphone, listens for a moment. */
void doctor_sound(struct inspection *inspection);

/* What a call that got no answer says to a carer; args: url, why. */
enum config_message doctor_transport_message(enum matching_transport transport);

/* Asks the service for a request that does not exist: reached, proven, known? And the clock. */
void doctor_service(struct inspection *inspection);

/* The language bundle. */
void doctor_understanding(struct inspection *inspection);

/* The outbox, the disk, whom the files belong to. */
void doctor_state(struct inspection *inspection);

#endif
