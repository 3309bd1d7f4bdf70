/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Words that espeak-ng would say as English in the middle of another language ("Élisabeth",
 * "menthe", "Grégory"), written so that it says them as its listeners do. From
 * tts/<language>/respelling.json: whole words, endings, letters; only what the voice itself calls
 * foreign is touched, and only when the new spelling no longer is. A language without the file
 * changes nothing. Inside tts/ only. Thread: any, one owner.
 */
#ifndef TTS_RESPELLING_H
#define TTS_RESPELLING_H

#include "base/strbuf.h"

#include <stdbool.h>

struct tts_respelling;

/* Whether the voice would say a word as another language's. */
typedef bool tts_is_foreign_fn(const char *word);

/* voice_name: "fr-be+f2" is of the language "fr". Returns: 0, -errno. Owns: the caller. */
int tts_respelling_load(const char *voice_name, struct tts_respelling **ret_respelling);
/* Accepts NULL. */
void tts_respelling_destroy(struct tts_respelling *respelling);

/* Appends the text with its foreign words respelled. respelling may be NULL. */
void tts_respelling_apply(const struct tts_respelling *respelling, const char *text,
                          tts_is_foreign_fn *is_foreign, struct base_strbuf *out);

#endif
