/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading the language data of this folder, and filling {names} in. Inside tts/ only. Thread: any.
 */
#ifndef TTS_JSON_H
#define TTS_JSON_H

#include "base/strbuf.h"

#include <jansson.h>
#include <stdbool.h>

/*
 * Reads <data root>/<folder>/<language>/<name>. Returns: 0, -ENOENT, -EINVAL (logged as
 * "language-bad" with line and column), -errno. Owns: the caller (json_decref).
 */
int tts_json_load(const char *folder, const char *language, const char *name, json_t **ret_root);

/* Whether there is such a file. */
bool tts_json_exists(const char *folder, const char *language, const char *name);

/* A name and what stands for it. */
struct tts_mark {
    const char *name;
    const char *text;
};

/* Appends the template with each {name} replaced; unknown names become nothing. */
void tts_json_fill(const char *template, const struct tts_mark *marks, size_t n_marks,
                   struct base_strbuf *out);

#endif
