/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * when.json in memory: rules of how days, parts of the day and clock times are said, and what they
 * mean. The same rules are matched against what a resident says (intents/when.c) and drawn from
 * for the corpus ({date}, {part}, {time}), so that whatever is generated is also understood.
 * Thread: any; not changed after loading.
 */
#ifndef INTENTS_WHEN_DATA_H
#define INTENTS_WHEN_DATA_H

#include "intents/act.h"
#include "intents/template.h"

#include <stdbool.h>

struct intents_list;
struct intents_match_index;
struct json_t;

/* A value of a rule: a constant, or the number caught by the rule's slot of that kind. */
struct intents_when_value {
    bool is_set;
    enum intents_builtin from; /* NOT_BUILTIN: the constant */
    int constant;
};

enum intents_when_kind {
    INTENTS_WHEN_DATE,
    INTENTS_WHEN_PART,
    INTENTS_WHEN_TIME,
    INTENTS_WHEN_PAST,   /* a span that is no future day: "depuis mardi" */
    INTENTS_WHEN_WEAK,   /* a bare clock time: counts only beside a day or alone */
    INTENTS_WHEN_IGNORE, /* not about when: "une heure ou deux" */
    INTENTS_WHEN_N_KINDS,
};

struct intents_when_rule {
    enum intents_when_kind kind;
    const char *text; /* as the file has it */
    struct intents_node *node;
    struct intents_when_value days, weeks, months;  /* added to now, or to the weekday */
    struct intents_when_value week;                 /* weeks from this one, by the calendar */
    struct intents_when_value weekday;              /* 1 Monday to 7 Sunday, never today */
    struct intents_when_value nth;                  /* of the weekdays of a month, 5: the last */
    struct intents_when_value today_or;             /* a weekday, today allowed */
    struct intents_when_value day, month;           /* of the calendar, the next such one */
    struct intents_when_value hour, minute, to;     /* "to": minutes before the hour */
    struct intents_when_value in_minutes, in_hours; /* from now */
    enum intents_part part;
    bool is_last;        /* only where the clause ends behind it: "le dix-huit" */
    bool is_last_of_all; /* only at the end of the sentence */
    bool is_repeated;    /* more than once; of IGNORE without a day */
    bool is_unseen;      /* no mention to those who read the rest of the sentence */
};

/* Words that steer which of several days counts (intents/when.c), as templates. */
enum intents_when_cue {
    INTENTS_CUE_CORRECTION, /* "non pardon": what came before is void */
    INTENTS_CUE_NOT,        /* "pas": the day behind it is not meant */
    INTENTS_CUE_OR,         /* "ou": the first of the two counts */
    INTENTS_CUE_AND,        /* "et": of two days both are meant */
    INTENTS_CUE_RANGE,      /* "entre": before two days that bound one */
    INTENTS_CUE_BECAUSE,    /* "parce que": a reason begins */
    INTENTS_CUE_ASK,        /* "il faudrait", "quelqu'un": the request begins */
    INTENTS_CUE_OTHER,      /* "j'ai", "on doit", ...: a clause about something else begins */
    INTENTS_CUE_PAST,       /* "est parti", ...: the clause tells of the past */
    INTENTS_CUE_CLOSER,     /* what may stand behind a bare number of the month */
    INTENTS_CUE_FILLER,     /* may stand between two parts of one "when": "dans", "si possible" */
    INTENTS_CUE_OPEN,       /* "peu importe": any day will do */
    INTENTS_N_CUES,
};

struct intents_number {
    const char *text; /* words with one space between */
    int value;
};

struct intents_when_data {
    struct json_t *root;
    struct intents_when_rule *rules;
    size_t n_rules;
    struct intents_match_index *rule_index;
    struct intents_node **cues[INTENTS_N_CUES];
    size_t n_cues[INTENTS_N_CUES];
    struct intents_number *numbers; /* sorted by text */
    size_t n_numbers;
    const char *weekdays[7], *months[12];
    int afternoon_until; /* bare hours from 1 to this one are after noon */
    struct intents_list *date, *part, *time, *when;    /* what {date} ... draw from */
    struct intents_list *number, *hour, *minute, *day; /* words for the number slots */
    struct intents_list *weekday, *month;
};

/* Takes the file's content. Returns: 0, -ENOMEM, -EINVAL (logged). */
int intents_when_data_init(struct intents_when_data *data, struct json_t *root);
/* To be called once every slot of the rules is bound. Returns: 0, -ENOMEM, -EINVAL for a rule that
 * begins with what no index finds (logged). */
int intents_when_data_index(struct intents_when_data *data);
/* As the file has it. */
const char *intents_when_data_cue_text(const struct intents_when_data *data,
                                       enum intents_when_cue cue, size_t i);
void intents_when_data_finish(struct intents_when_data *data);

#endif
