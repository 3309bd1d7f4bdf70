/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "intents/act.h"

#include <errno.h>
#include <string.h>

static const char *const act_names[INTENTS_N_ACTS] = {
    [INTENTS_NONE] = "none",           [INTENTS_REQUEST] = "request", [INTENTS_AFFIRM] = "affirm",
    [INTENTS_DENY] = "deny",           [INTENTS_CANCEL] = "cancel",   [INTENTS_REPEAT] = "repeat",
    [INTENTS_STATUS] = "status",       [INTENTS_HELP] = "help",       [INTENTS_LOUDER] = "louder",
    [INTENTS_SOFTER] = "softer",       [INTENTS_SLOWER] = "slower",   [INTENTS_FASTER] = "faster",
    [INTENTS_EMERGENCY] = "emergency",
};

static const char *const part_names[INTENTS_N_PARTS] = {
    [INTENTS_NO_PART] = "",        [INTENTS_MORNING] = "morning",
    [INTENTS_NOON] = "noon",       [INTENTS_AFTERNOON] = "afternoon",
    [INTENTS_EVENING] = "evening",
};

const char *intents_act_name(enum intents_act act)
{
    return act_names[act];
}

int intents_act_parse(const char *name, enum intents_act *ret_act)
{
    for (int i = 0; i < INTENTS_N_ACTS; i++) {
        if (strcmp(name, act_names[i]) == 0) {
            *ret_act = (enum intents_act)i;
            return 0;
        }
    }
    return -EINVAL;
}

const char *intents_part_name(enum intents_part part)
{
    return part_names[part];
}

int intents_part_parse(const char *name, enum intents_part *ret_part)
{
    for (int i = 1; i < INTENTS_N_PARTS; i++) {
        if (strcmp(name, part_names[i]) == 0) {
            *ret_part = (enum intents_part)i;
            return 0;
        }
    }
    return -EINVAL;
}
