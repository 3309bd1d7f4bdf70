/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The speaker's own language bundle (R56). The installed one serves every territory, but knows no
 * name that a carer added: with names in the configuration the speaker makes its own, in the state
 * folder, from the same data and the names.
 *
 * Why a process: it is 16 s of one core and 130 MB, which neither the main thread nor the daemon's
 * memory has room for, and what fails there deafens nobody. `voisine bundle` is started by its
 * absolute path, gets the names by a pipe, and yields to everything else. Until it has ended the
 * installed bundle hears; then the caller is told and takes the new one when nobody speaks. What
 * was made is used again at the next start, and made anew when the names, the wake phrase or the
 * installed bundle are others. A bundle that cannot be made is tried three times, over restarts
 * too. So it also stands in for an installed bundle that is damaged (mend): then it is tried for as
 * long as the speaker understands nothing, ever more seldom. A process that does not end is ended.
 *
 * Order: create, mend where it is needed, folder and names as often as wished, start, destroy.
 * Thread: main.
 */
#ifndef DAEMON_OWN_BUNDLE_H
#define DAEMON_OWN_BUNDLE_H

#include "base/loop.h"
#include "base/strbuf.h"
#include "config/options.h"
#include "intents/language.h"

struct own_bundle;

struct own_bundle_options {
    struct base_loop *loop;
    const struct config_options *config; /* outlives it */
    void (*on_ready)(void *user);        /* the folder is there now */
    void *user;
    const char *program; /* makes it; NULL: `voisine` beside the running one */
    int again_ms;        /* to the second try of mending, and twice as long each time; 0: 10 min */
    int longest_ms;      /* that a try may take; 0: 15 min */
};

/* Returns: 0, -ENOMEM, -ENAMETOOLONG, -errno. Owns: the caller. */
int own_bundle_create(const struct own_bundle_options *options, struct own_bundle **ret_own);
/* Ends the process that is at work. Accepts NULL. */
void own_bundle_destroy(struct own_bundle *own);

/* Returns: the folder of the bundle, or NULL while the installed one is to be used. */
const char *own_bundle_folder(const struct own_bundle *own);
/* The names, as the language takes them. Returns: own's, as long as it is. */
const struct intents_extra *own_bundle_names(const struct own_bundle *own, size_t *ret_n);

/* One is wanted though there are no names: the installed one cannot be used. */
void own_bundle_mend(struct own_bundle *own);
/* Begins to make the bundle where one is wanted and not there. */
void own_bundle_start(struct own_bundle *own);
/* What was made cannot be opened, and why: it is removed and made anew, at the next start or, when
 * nothing is understood, after a while. */
void own_bundle_refuse(struct own_bundle *own, const char *why);

/* A member of the status without braces. */
void own_bundle_describe(const struct own_bundle *own, struct base_strbuf *json);

#endif
