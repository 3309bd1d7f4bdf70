/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an utterance does, and the parts of the day: the names of design section 4. */
#ifndef INTENTS_ACT_H
#define INTENTS_ACT_H

enum intents_act {
    INTENTS_NONE, /* not for us */
    INTENTS_REQUEST,
    INTENTS_AFFIRM,
    INTENTS_DENY,
    INTENTS_CANCEL,
    INTENTS_REPEAT,
    INTENTS_STATUS,
    INTENTS_HELP,
    INTENTS_LOUDER,
    INTENTS_SOFTER,
    INTENTS_SLOWER,
    INTENTS_FASTER,
    INTENTS_EMERGENCY,
    INTENTS_N_ACTS,
};

/* What an act may be about besides, by the name its data give it: "privacy" of HELP. */
#define INTENTS_TOPIC_MAX 16

enum intents_part {
    INTENTS_NO_PART,
    INTENTS_MORNING,
    INTENTS_NOON,
    INTENTS_AFTERNOON,
    INTENTS_EVENING,
    INTENTS_N_PARTS,
};

/* "none", "request", "affirm", ... Thread: any. */
const char *intents_act_name(enum intents_act act);
/* Returns: 0, or -EINVAL. Thread: any. */
int intents_act_parse(const char *name, enum intents_act *ret_act);

/* "", "morning", "noon", "afternoon", "evening". Thread: any. */
const char *intents_part_name(enum intents_part part);
/* Returns: 0, or -EINVAL. Thread: any. */
int intents_part_parse(const char *name, enum intents_part *ret_part);

#endif
