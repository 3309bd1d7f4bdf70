/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One option's value: checked on the way in, from JSON or from text. Inside config/ only. Thread:
 * any. */
#ifndef CONFIG_VALUE_H
#define CONFIG_VALUE_H

#include "config/json.h"
#include "config/options.h"

struct config_value {
    bool is_set;
    char *text; /* TEXT, PATH, URL, WORD, CHOICE */
    int number; /* NUMBER, SWITCH, TIME (minutes since midnight) */
    struct config_name *names;
    size_t n_names;
};

/* Accepts one that is all zero. */
void config_value_finish(struct config_value *value);
/* Returns: 0 or -ENOMEM. */
int config_value_copy(const struct config_value *from, struct config_value *ret_value);

/* Replace *value when what is given is right. Returns: 0, CONFIG_INVALID (with a finding), -ENOMEM.
 */
int config_value_from_json(const struct config_option *option, const json_t *json,
                           struct config_problems *problems, struct config_place place,
                           struct config_value *value);
int config_value_from_text(const struct config_option *option, const char *text,
                           struct config_problems *problems, struct config_place place,
                           struct config_value *value);

#endif
