/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The log of a conversation, at its most talkative, and what must not stand in it (R11): what the
 * resident said, and names. Order: begin, play, end, then n_leaks. Standard error goes to the log
 * meanwhile.
 */
#ifndef TESTS_DAEMON_SCENE_LOG_H
#define TESTS_DAEMON_SCENE_LOG_H

#include "base/strbuf.h"

struct scene_log {
    int file, stderr_before;
};

void scene_log_begin(struct scene_log *log);
/* What was written. Owns: the caller (base_strbuf_finish). */
void scene_log_end(struct scene_log *log, struct base_strbuf *ret_text);

/* Returns: how many words of <folder>/scene.json stand in the text, each told on stderr. */
int scene_log_n_leaks(const char *folder, const char *text);

#endif
