/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The seal of a folder: a file "seal" with a hash of each other file, so that what a dying memory
 * card spoils is found. A dictionary that was cut short still is a dictionary: PocketSphinx took
 * it, heard nothing but the few words left, and made a request of them. Not against who wants to
 * cheat.
 *
 * Order: put when the folder is whole, check before its files are trusted. Thread: any.
 */
#ifndef DAEMON_SEAL_H
#define DAEMON_SEAL_H

#include "base/strbuf.h"

enum { SEAL_BROKEN = 1 };

/* Returns: 0 or -errno. */
int seal_put(const char *folder);

/* A folder without a seal counts as whole. Returns: 0; SEAL_BROKEN with the name of the first file
 * that is missing or changed added to `ret_name`; -errno. */
int seal_check(const char *folder, struct base_strbuf *ret_name);

#endif
