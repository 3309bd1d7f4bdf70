/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The seal of a folder: a file "seal" with a hash of each other file, so that what a dying memory
 * card spoils is found. A dictionary that was cut short still is a dictionary: PocketSphinx took
 * it, heard nothing but the few words left, and made a request of them. Not against who wants to
 * cheat.
 *
 * It also holds the hashes of what lies elsewhere and belongs to it, its parts: a bundle is made
 * for one acoustic model and one network, and that a file of theirs is gone nobody else would know.
 *
 * Order: put when all is whole, check before the files are trusted. Thread: any.
 */
#ifndef DAEMON_SEAL_H
#define DAEMON_SEAL_H

#include "base/strbuf.h"

#include <stddef.h>

enum { SEAL_BROKEN = 1 };

/* Another folder whose files (texts for readers apart) are sealed, too; it need not exist. */
struct seal_part {
    const char *name; /* that it is checked by; no slash */
    const char *folder;
};

/* Returns: 0 or -errno. */
int seal_put(const char *folder, const struct seal_part *parts, size_t n_parts);

/*
 * Checks the folder's own files, or those of one part. Without a seal, or with none of the part, it
 * counts as whole. Returns: 0; SEAL_BROKEN with the name of the first file that is missing or
 * changed added to `ret_name`; -errno.
 */
int seal_check(const char *folder, struct base_strbuf *ret_name);
int seal_check_part(const char *folder, const struct seal_part *part, struct base_strbuf *ret_name);

#endif
