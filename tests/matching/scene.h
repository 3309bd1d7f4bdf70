/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What several tests of matching/ need: a folder of their own, requests, a scripted service. */
#ifndef TESTS_MATCHING_SCENE_H
#define TESTS_MATCHING_SCENE_H

#include "matching/client.h"
#include "matching/request.h"

#include <stddef.h>

/* Makes a folder under $TMPDIR or /tmp. */
void scene_folder(char ret_path[64]);
/* Removes it and what is in it (no deeper). */
void scene_remove(const char *folder);

/* A request of the resident for groceries, "2026-06-16" in the morning, two items. */
struct matching_request scene_request(const char *service);
/* Its bytes under a new id. Owns: the caller (free). */
char *scene_body(const char *service, char ret_id[MATCHING_ID_SIZE]);

/* A steady clock, for figures. */
double scene_now_ms(void);
/* A counter of /proc/self/io: "wchar" (handed to write calls), "write_bytes" (caused to be written
 * to storage). Returns: -1 where the kernel does not count. */
long long scene_io_bytes(const char *counter);

#endif
