/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is said beside the matter: "attendez", "merci", "au revoir", "quoi d'autre".
 *
 * Such words are few and short, and the learned understanding knows little to hold on to in them
 * ("bonsoir" was a request for the garden). So they are read by lists, `asides` of grammar.json:
 * the whole utterance must consist of them and of fillers. Who asks for time may say why, so that
 * "wait" may also stand at the beginning ("attendez, je baisse la télévision"), if the rest means
 * nothing else to us. Thread: any.
 */
#ifndef INTENTS_ASIDE_H
#define INTENTS_ASIDE_H

#include "intents/understand.h"
#include "intents/words.h"

/* Topics of the result, beside those of the acts. */
#define INTENTS_TOPIC_WAIT    "wait"    /* NONE: more time is wanted */
#define INTENTS_TOPIC_THINKS  "thinks"  /* NONE: only "euh", the words are to come */
#define INTENTS_TOPIC_HELLO   "hello"   /* NONE: only a greeting */
#define INTENTS_TOPIC_THANKS  "thanks"  /* NONE */
#define INTENTS_TOPIC_GOODBYE "goodbye" /* CANCEL, as who leaves wants nothing more */
#define INTENTS_TOPIC_ENOUGH  "enough"  /* DENY, CANCEL: nothing is wanted */
#define INTENTS_TOPIC_MORE    "more"    /* HELP: what else can be asked for */
#define INTENTS_TOPIC_CLOCK   "clock"   /* NONE: what time it is */
#define INTENTS_TOPIC_TODAY   "today"   /* NONE: what day it is */
#define INTENTS_TOPIC_WHO     "who"     /* HELP: who speaks, and whether it is a person */
#define INTENTS_TOPIC_DOUBT   "doubt"   /* REPEAT: whether it was understood rightly; no yes */
#define INTENTS_TOPIC_USUAL   "usual"   /* NONE: as always, as last time */
/* CANCEL of what is being said or asked, no word of a request: "stop", "laissez tomber". */
#define INTENTS_TOPIC_LEAVE "leave"

struct intents_aside;

/* Returns: 0, -ENOMEM, -EINVAL (logged). Owns: the caller; the language must outlive it. */
int intents_aside_create(const struct intents_language *language, struct intents_aside **ret_aside);
/* Accepts NULL. */
void intents_aside_destroy(struct intents_aside *aside);

/* Makes of what the words were read as what they are, if they are such. An open question for yes or
 * no keeps its answers: greetings and "c'est tout" are left alone there, and thanks alone are
 * neither yes nor no. Returns: whether. */
bool intents_aside_read(const struct intents_aside *aside, const struct intents_words *words,
                        enum intents_expect expect, struct intents_result *result);

#endif
