/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the speaker itself keeps over a restart, in its state folder beside the outbox: rate,
 * volume and pitch chosen by voice, the habits of the resident, whom the last requests were for,
 * that the introduction was said, that the microphone is off; and the erasing of everything (R32).
 *
 * Erasing is marked durably first and done at the next start, before anything is opened: a power
 * cut in the middle of it only means that it goes on. Thread: main.
 */
#ifndef DAEMON_KEEPSAKE_H
#define DAEMON_KEEPSAKE_H

#include "daemon/habits.h"
#include "daemon/kinds.h"

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

struct keepsake {
    char folder[PATH_MAX];
};

enum keepsake_mark {
    KEEPSAKE_INTRODUCED, /* the introduction was said */
    KEEPSAKE_MUTED,      /* the microphone is off */
    KEEPSAKE_ERASE,      /* everything is to be erased */
};

void keepsake_init(struct keepsake *keepsake, const char *state_folder);

bool keepsake_is_marked(const struct keepsake *keepsake, enum keepsake_mark mark);
/* Durable when it returns. Returns: 0 or -errno; failures are logged. */
int keepsake_mark(const struct keepsake *keepsake, enum keepsake_mark mark, bool is_on);

/* Failures are logged: the settings then hold until the next start. */
void keepsake_save_voice(const struct keepsake *keepsake, int rate_wpm, int volume, int pitch);
void keepsake_save_habits(const struct keepsake *keepsake, const struct habits *habits);
struct habits keepsake_load_habits(const struct keepsake *keepsake);
void keepsake_save_kinds(const struct keepsake *keepsake, const struct kinds *kinds);
struct kinds keepsake_load_kinds(const struct keepsake *keepsake);

/*
 * Erases the state folder's files and the others named (NULL and "" are skipped), the mark last.
 * Of the others, those that this user may not touch are left, logged and counted. Returns: 0 or
 * -errno of the first that is still there for another reason, logged; the mark then stays.
 */
int keepsake_erase_all(const struct keepsake *keepsake, const char *const *others, size_t n_others,
                       size_t *ret_n_left);

#endif
