/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tells systemd how we are: sd_notify(3)'s protocol, one datagram "READY=1" or "WATCHDOG=1" to the
 * socket named by $NOTIFY_SOCKET. libsystemd was refused: it is a large dependency for one sendto,
 * and the protocol is promised to stay. Thread: main.
 */
#ifndef BASE_NOTIFY_H
#define BASE_NOTIFY_H

#include <stdint.h>

/* Does nothing when no supervisor asked for it. */
void base_notify(const char *state);

/* How often "WATCHDOG=1" is due, half of $WATCHDOG_USEC; 0: never. */
int64_t base_notify_watchdog_ms(void);

#endif
