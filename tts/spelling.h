/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How words change beside each other: elision ("de" + "une" = "d'une"), contraction ("de le" =
 * "du"), articles of things to buy, the gender of first names. All from the language's tables
 * intents/<language>/grammar.json and lexicon.json; a language without them changes nothing.
 * Thread: any; what is loaded never changes.
 */
#ifndef TTS_SPELLING_H
#define TTS_SPELLING_H

#include "base/strbuf.h"
#include "tts/json.h"

#include <stdbool.h>

struct tts_spelling;

/*
 * rules: the root of prompts.json, whose "articles" and "genders" name lists of the lexicon; must
 * outlive it. Returns: 0 or -ENOMEM, -EINVAL. Owns: the caller.
 */
int tts_spelling_load(const char *language, const json_t *rules,
                      struct tts_spelling **ret_spelling);
/* Accepts NULL. */
void tts_spelling_destroy(struct tts_spelling *spelling);

/* Appends `text` so that the last word of `out` and its first one agree. */
void tts_spelling_append(const struct tts_spelling *spelling, const char *text,
                         struct base_strbuf *out);

/* Whether the thing can be said with an article, or has a number already. */
bool tts_spelling_knows_item(const struct tts_spelling *spelling, const char *item);
/* "pain" -> "du pain", "eau" -> "de l'eau", "œufs" -> "des œufs", "six œufs" stays. */
void tts_spelling_add_item(const struct tts_spelling *spelling, const char *item,
                           struct base_strbuf *out);

/* Whether a first name is a woman's in the lexicon; unknown ones are not. */
bool tts_spelling_is_feminine(const struct tts_spelling *spelling, const char *first_name);

/* Every sentence begins with a capital; no double space, none before "," or ".". In place. */
void tts_spelling_tidy(struct base_strbuf *text);

#endif
