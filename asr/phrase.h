/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How well a phrase fits a stretch of sound beside anything else that may have been said: its
 * phones against a loop of all phones, without their neighbours, on scores that are there already.
 *
 * The library's keyphrase search asks the same with neighbours and prunes; in a room where others
 * speak it loses nearly every call before a second look could find it. Here a frame may count
 * against the phrase only so much: noise makes single frames impossible, not whole phrases.
 * Cheap enough (a few thousand steps a frame) to be asked several times a second.
 *
 * Read-only after create, but for its own tables: one owner. Thread: any.
 */
#ifndef ASR_PHRASE_H
#define ASR_PHRASE_H

#include <stddef.h>
#include <stdint.h>

struct asr_phrase;

/* No stretch is long enough to be the phrase. */
#define ASR_PHRASE_NEVER 1000.0f

/* More ways to say a phrase are not looked for. */
enum { ASR_PHRASE_WAYS_MAX = 8 };

/* `ways` are the phrase in the model's phones, blanks between. Returns: 0, -EINVAL (an unknown
 * phone, no way at all), -ENOENT, -ENOMEM. Owns: the caller. */
int asr_phrase_create(const char *model_folder, const char *const *ways, size_t n_ways,
                      struct asr_phrase **ret_phrase);
/* Accepts NULL. */
void asr_phrase_destroy(struct asr_phrase *phrase);

/*
 * rows: a frame's scores each, as asr_acoustics_score leaves them, n_senones numbers of which the
 * phones without neighbours are enough. Returns: how much worse than free phones the best stretch
 * fits, a frame, in the unit of the scores; 0 is as good.
 */
float asr_phrase_gap(struct asr_phrase *phrase, const int16_t *rows, int n_frames, int n_senones);

#endif
