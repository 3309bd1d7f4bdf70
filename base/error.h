/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How functions of this project fail.
 *
 * 0 is fine. A negative value is -errno: the caller did not expect it and forwards it unchanged
 * through base_trace(), so that the debug log shows the way it took. A positive value is a
 * condition that the module's own header documents; the caller handles it and never forwards it.
 */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

/* Logs (debug) where a negative result passed through; gives it back unchanged. Thread: any. */
#define base_trace(r) base_trace_at((r), __FILE__, __LINE__, __func__)
int base_trace_at(int r, const char *file, int line, const char *function);

#endif
