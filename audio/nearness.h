/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tells the person near the speaker from the television behind them, by how loud a voice is.
 *
 * Two things are followed: the person's own level (the upper part of their blocks' levels, kept
 * over the turns of a conversation) and the background's (the level that nine tenths of the blocks
 * stay below while nobody is listened to). The cut lies just above the background, but never less
 * than 7 nor more than 25 dB below the person: a television 10 dB below them falls away, a sentence
 * that dies away in a quiet room does not.
 *
 * Levels are in dB below full scale, of blocks of 10 ms. Which blocks are whose is the
 * endpointer's business. Order: init, then learn and ask as wanted. Thread: any, one owner.
 */
#ifndef AUDIO_NEARNESS_H
#define AUDIO_NEARNESS_H

#include <stdbool.h>

enum { AUDIO_NEARNESS_LEVELS = 100 }; /* 1 dB a place from -100 */

struct audio_nearness {
    double levels[AUDIO_NEARNESS_LEVELS]; /* the histogram of the background, slowly forgotten */
    float background_db, person_db;       /* far below any sound: not known */
};

/* Neither is known. */
void audio_nearness_init(struct audio_nearness *nearness);

/* A block of the time that nobody is listened to. */
void audio_nearness_learn_background(struct audio_nearness *nearness, float level_db);
/* A block of the person's voice: quickly up, slowly down. */
void audio_nearness_learn_person(struct audio_nearness *nearness, float level_db);
void audio_nearness_forget_person(struct audio_nearness *nearness);

/* Above which a voice is taken to be the person's, in a room whose noise is known. */
float audio_nearness_cut_db(const struct audio_nearness *nearness, float noise_db);
/* The higher cut, for where the background is not known. */
float audio_nearness_high_cut_db(const struct audio_nearness *nearness);
/* The background is known and lies far below the person. */
bool audio_nearness_is_quiet(const struct audio_nearness *nearness);

#endif
