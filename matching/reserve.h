/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A file of 1 MiB that only takes room, so that what must be written on a full disk can be: it is
 * removed then, and made again once there is room. Thread: any, one at a time per path.
 */
#ifndef MATCHING_RESERVE_H
#define MATCHING_RESERVE_H

/* Makes it unless it stands. Returns: 0, -ENOSPC (also for quotas and size limits), -errno. */
int matching_reserve_make(const char *path);
/* Gives its room back. */
void matching_reserve_release(const char *path);

#endif
