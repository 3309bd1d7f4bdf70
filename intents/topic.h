/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What an act is about: "privacy" of help, "everything" of cancelling, "pitch" of a softer voice.
 * The language's acts tell a topic beside some of their phrases; a phrase said whole tells it, else
 * a word which no phrase of another topic has. Thread: any.
 */
#ifndef INTENTS_TOPIC_H
#define INTENTS_TOPIC_H

#include "intents/act.h"
#include "intents/language.h"
#include "intents/words.h"

/* Returns: the topic, "" when it is about nothing in particular. Owns: the language. */
const char *intents_topic_find(const struct intents_language *language, enum intents_act act,
                               const struct intents_words *words);

#endif
