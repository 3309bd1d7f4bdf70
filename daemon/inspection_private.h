/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between the sources of daemon/inspection. Thread: any. */
#ifndef DAEMON_INSPECTION_PRIVATE_H
#define DAEMON_INSPECTION_PRIVATE_H

struct inspection;

/* The words that call the speaker. */
void inspection_check_wake(struct inspection *inspection);

#endif
