/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What was heard and said, in words, as JSON lines in a file: for tests and for a carer's trial at
 * the table. It is not the log, which never holds words; it exists only where `voisined --trace
 * FILE` asks for it. Thread: main.
 */
#ifndef DAEMON_TRACE_H
#define DAEMON_TRACE_H

#include "base/clock.h"
#include "daemon/interpreter.h"

struct trace;

/* path NULL: a trace that writes nothing. Returns: 0 or -errno. Owns: the caller. */
int trace_create(const char *path, const struct base_clock *clock, struct trace **ret_trace);
/* Accepts NULL. */
void trace_destroy(struct trace *trace);

void trace_ready(struct trace *trace);
void trace_spoken(struct trace *trace, const char *text);
/* With date, part, time and items where there are any. */
void trace_heard(struct trace *trace, const struct utterance *utterance);

#endif
