/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reading a JSON file of ours so that every complaint has a line and a column. jansson tells where
 * the syntax breaks; where a value that is only of the wrong kind stands, it does not, so the place
 * of a key is found again in the text.
 *
 * Inside config/ only: it is the one header of the folder that shows a library's type. Thread: any.
 */
#ifndef CONFIG_JSON_H
#define CONFIG_JSON_H

#include "config/problems.h"

#include <jansson.h>

struct config_json {
    char *path;
    char *text;
    json_t *root; /* an object */
};

/*
 * Reads a file whose top is an object; a key said twice is an error. Returns: 0, CONFIG_INVALID,
 * CONFIG_MISSING (each with a finding), -errno. Owns: the caller (config_json_finish).
 */
int config_json_read(const char *path, struct config_problems *problems,
                     struct config_json *ret_json);
/* Accepts one that is all zero. */
void config_json_finish(struct config_json *json);

/* Where the dotted key ("voice.rate_wpm") stands; line 0 when it does not. Owns: json. */
struct config_place config_json_place(const struct config_json *json, const char *dotted_key);

/* "a number", "text", ... for messages. Returns: a constant. */
const char *config_json_kind(const json_t *value);

#endif
