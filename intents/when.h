/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * When something is wanted: the day, the part of the day, the clock time of a sentence, by the
 * rules of when.json and against a given "now" (design section 4).
 *
 * All mentions are found first, each as long as it can be: days, parts, times, spans of the past
 * and spans that only look like a time. Neighbouring mentions make one group ("demain | matin |
 * vers dix heures"). Then groups are weighed: what a past tense or "depuis" governs, what is
 * negated, what a self-correction took back and the second of "lundi ou mardi" fall away; a group
 * of the asking clause goes before one of a reason. Refused: taking the first or the last date of
 * the sentence, which is wrong wherever a reason has its own day. Thread: any.
 */
#ifndef INTENTS_WHEN_H
#define INTENTS_WHEN_H

#include "base/date.h"
#include "intents/act.h"
#include "intents/when_data.h"
#include "intents/words.h"

#include <stdbool.h>

struct intents_when {
    struct base_date date;
    enum intents_part part;
    struct base_time time;
    bool is_repeated; /* more than once: "tous les mardis", "chaque semaine" */
    /* Of the day: the weekday that was said is not its own ("mardi onze août", a Wednesday). */
    bool is_off_weekday;
    /* Nothing but a part of today names it ("tantôt"). */
    bool is_implied;
    /* "Mardi et vendredi": the other day, with its part or time. */
    bool has_second;
    struct base_date second_date;
    enum intents_part second_part;
    struct base_time second_time;
};

/* What a word of the sentence belongs to, for those who read the rest of it. */
enum intents_when_tag {
    INTENTS_TAG_NONE,
    INTENTS_TAG_DATE,
    INTENTS_TAG_PART,
    INTENTS_TAG_TIME,
    INTENTS_TAG_PAST,
    INTENTS_TAG_IGNORE,
    INTENTS_TAG_INSIDE, /* a further word of the mention before */
};

/* Returns: behind the words that begin a request ("je voudrais", "est-ce que"); `at` when there are
 * none. */
size_t intents_when_asks(const struct intents_when_data *data, const struct intents_words *words,
                         size_t at);

void intents_when_find(const struct intents_when_data *data, const struct intents_words *words,
                       struct base_datetime now, struct intents_when *ret_when);

/* Whether it says that any time will do. */
bool intents_when_is_open(const struct intents_when_data *data, const struct intents_words *words);

/* Marks the words of every mention; of the unseen rules only if so asked. */
void intents_when_tag(const struct intents_when_data *data, const struct intents_words *words,
                      bool with_unseen, unsigned char ret_tags[INTENTS_WORDS_MAX]);

#endif
