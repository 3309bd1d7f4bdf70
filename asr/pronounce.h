/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Pronunciations of words in the model's phones: from the model's dictionary where it has the word,
 * else from its parts (compounds), else from letter-to-sound rules handed in as a function that
 * gives IPA, whose sounds the language's phones.txt turns into phones. A few ways to say a known
 * word that the dictionary lacks stand in phones.txt as well. Order: open, ask, close; it reads the
 * 3 MB dictionary into memory, so it is not kept open by the daemon. Thread: any, one owner.
 */
#ifndef ASR_PRONOUNCE_H
#define ASR_PRONOUNCE_H

#include "base/strbuf.h"

#include <stdbool.h>
#include <stddef.h>

/* Writes the IPA of a word. Returns: 0 or a negative errno. */
typedef int (*asr_letter_to_sound)(void *user, const char *word, char *ret_ipa, size_t size);

struct asr_pronounce;

/* phones_path: the language's phones.txt (docs/language-data.md). letter_to_sound may be NULL.
 * Returns: 0, -errno of a file, -EINVAL (a rule that is none), -EFBIG (a dictionary of more than
 * 131,072 words), each logged with its file, -ENOMEM. Owns: the caller. */
int asr_pronounce_open(const char *model_folder, const char *phones_path,
                       asr_letter_to_sound letter_to_sound, void *user,
                       struct asr_pronounce **ret_pronounce);
/* Accepts NULL. */
void asr_pronounce_close(struct asr_pronounce *pronounce);

/* Whether the model's dictionary holds the word, spelled in its way. */
bool asr_pronounce_knows(struct asr_pronounce *pronounce, const char *word);

/*
 * Appends the pronunciations of a word, best first, each a line of phones ended by '\n'.
 * Returns: how many, 0 when the word cannot be pronounced, or -ENOMEM.
 */
int asr_pronounce_word(struct asr_pronounce *pronounce, const char *word,
                       struct base_strbuf *ret_lines);

/* Whether the first of these phones is a vowel of phones.txt, before which French links words; a
 * language that lists none has no liaisons. */
bool asr_pronounce_is_vowel(const struct asr_pronounce *pronounce, const char *phones);
bool asr_pronounce_has_liaisons(const struct asr_pronounce *pronounce);

/* IPA to the model's phones, separated by blanks. Returns: 0, -EINVAL for a sound the model lacks.
 */
int asr_pronounce_map(const struct asr_pronounce *pronounce, const char *ipa,
                      struct base_strbuf *ret_phones);

#endif
