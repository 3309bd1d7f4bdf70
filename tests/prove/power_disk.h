/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A disk that loses its power: becomes SQLite's default VFS and remembers, for each file, what was
 * synced and every write since. At the n-th operation the power goes: nothing works any more, and
 * what is left on the disk is what was synced, and of each write since then all, nothing, or some
 * of its sectors of 512 bytes, as the seed decides (so that writes are also reordered). Shared
 * memory is lost. Thread: one.
 */
#ifndef TESTS_PROVE_POWER_DISK_H
#define TESTS_PROVE_POWER_DISK_H

#include <stdbool.h>
#include <stdint.h>

void power_install(void);
/* Forgets every file; the power goes at the n-th write, truncation or sync from now on (0: never).
 */
void power_begin(unsigned n);
bool power_is_gone(void);
/* Files opened in between are left alone. */
void power_pause(bool is_on);
/* Writes what is left of the files of `from` to `to`. */
void power_leave(const char *from, const char *to, uint64_t seed);
/* A fault to prove the proof with: syncs are believed and not done. */
void power_break_sync(void);

#endif
