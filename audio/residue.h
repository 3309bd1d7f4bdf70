/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Hushes what the canceller leaves of our voice: what a small loudspeaker adds to it, what the room
 * keeps longer than the filter is, what the filter has not learnt yet. Left alone it would pass for
 * somebody's words.
 *
 * It is followed how much is usually left, beside what was taken out. A block that has no more is
 * brought down to the room's level; one that has clearly more holds somebody else, and is left as
 * it is, with what comes shortly behind it. Where less than 8 dB are taken out,
 * nothing is hushed: it could be anybody.
 *
 * Pure. Thread: any, one owner.
 */
#ifndef AUDIO_RESIDUE_H
#define AUDIO_RESIDUE_H

#include "audio/format.h"

#include <stdbool.h>
#include <stdint.h>

struct audio_residue {
    float floor_db;    /* of the room */
    float taken_db;    /* of what was taken out, falling no faster than a room */
    float leak_db;     /* what is usually left, beside that */
    float gain;        /* at the end of the last block */
    unsigned somebody; /* blocks, the newest lowest, in which there is more */
    int n_open;        /* blocks to be left alone */
};

void audio_residue_init(struct audio_residue *residue);

/* A block in which nothing of ours can be, and its level. */
void audio_residue_hear_room(struct audio_residue *residue, float level_db);
/* A block behind the canceller, its level, and that of what was taken out of it. Returns: its
 * level afterwards. */
float audio_residue_hush(struct audio_residue *residue, int16_t block[AUDIO_BLOCK_SAMPLES],
                         float level_db, float taken_db);
/* By how much more was left in the last block than usually is, in dB. Returns: whether enough is
 * usually taken out to tell. */
bool audio_residue_more(const struct audio_residue *residue, float level_db, float *ret_more_db);

#endif
