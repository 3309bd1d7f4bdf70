/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Numbers, days and clock times in words, from tts/<language>/numbers.json: no word of any language
 * stands in C. Days are named as a person would from where they stand in time: "demain",
 * "vendredi", "vendredi trois juillet" when it is more than six days away.
 *
 * Every function appends to a string buffer. Order: load, write, destroy. Thread: any; what is
 * loaded never changes.
 */
#ifndef TTS_NUMBERS_H
#define TTS_NUMBERS_H

#include "base/date.h"
#include "base/strbuf.h"

#include <stdbool.h>

struct tts_numbers;

/* Loads a language of the data root. Returns: 0, -EINVAL (logged with line and column), -ENOENT,
 * -errno. Owns: the caller. */
int tts_numbers_load(const char *language, struct tts_numbers **ret_numbers);
/* Accepts NULL. */
void tts_numbers_destroy(struct tts_numbers *numbers);

/* 0 to 9999: "vingt et un", feminine "vingt et une". Others: digits. */
void tts_numbers_cardinal(const struct tts_numbers *numbers, int n, bool feminine,
                          struct base_strbuf *out);

/* Whether n of something is said in the plural. */
bool tts_numbers_is_plural(const struct tts_numbers *numbers, int n);

/* "dix heures et demie", "midi", "minuit", "vingt et une heures". */
void tts_numbers_clock(const struct tts_numbers *numbers, struct base_time time,
                       struct base_strbuf *out);

/* Any of day, part ("morning", "noon", "afternoon", "evening" or "") and time; a time goes before a
 * part. Appends nothing when there is none of them. */
struct tts_when {
    struct base_date date;
    const char *part;
    struct base_time time;
};

/* "demain matin", "vendredi à dix heures et demie", "ce soir", "à midi". */
void tts_numbers_when(const struct tts_numbers *numbers, const struct tts_when *when,
                      struct base_date today, bool full, struct base_strbuf *out);

/* "mercredi dix-sept juin", however near. */
void tts_numbers_dated(const struct tts_numbers *numbers, struct base_date date,
                       struct base_strbuf *out);

/* A moment of the past: "à dix heures" today, "hier à dix heures" before. */
void tts_numbers_moment(const struct tts_numbers *numbers, const struct tts_when *when,
                        struct base_date today, struct base_strbuf *out);

#endif
