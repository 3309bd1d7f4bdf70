/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/residue.h"

#include <math.h>

#define FLOOR_LEAST   -66.0f /* a room that is cut off is as silent as zeros */
#define FLOOR_RISE_DB 0.02f  /* a block: the room's level is that of its pauses */
#define FADE_DB       0.8f   /* a block: a room that falls by 60 dB in three quarters of a second */
#define LEAK_FIRST_DB -12.0f
#define LEAK_LEAST_DB -40.0f
#define LEAK_MOST_DB  -8.0f /* = -SOMEBODY_DB: else who talks for long falls into a gap */
#define LEAK_FALL_DB  0.2f  /* a block; the level that two thirds of the blocks stay below, */
#define LEAK_RISE_DB  0.06f /* and that who talks meanwhile moves little */
#define SOMEBODY_DB   8.0f  /* more than usual */
#define NOTHING_DB    -120.0f
#define SURELY        3 /* blocks of the last SURELY_OF: somebody speaks */
#define SURELY_OF     0x3fu
#define OPEN_BLOCKS   20 /* behind them: the soft end of a word */

void audio_residue_init(struct audio_residue *residue)
{
    *residue = (struct audio_residue){
        .floor_db = FLOOR_LEAST, .taken_db = NOTHING_DB, .leak_db = LEAK_FIRST_DB, .gain = 1};
}

void audio_residue_hear_room(struct audio_residue *residue, float level_db)
{
    residue->floor_db = fmaxf(fminf(level_db, residue->floor_db + FLOOR_RISE_DB), FLOOR_LEAST);
    residue->gain = 1;
}

/* Returns: whether somebody speaks in the block. */
static bool follow(struct audio_residue *residue, float level_db, float taken_db)
{
    float leak;
    bool is_more;

    residue->taken_db = fmaxf(taken_db, residue->taken_db - FADE_DB);
    leak = level_db - residue->taken_db;
    is_more = residue->leak_db > LEAK_MOST_DB || leak > residue->leak_db + SOMEBODY_DB;
    residue->leak_db += leak > residue->leak_db ? LEAK_RISE_DB : -LEAK_FALL_DB;
    residue->leak_db = fmaxf(residue->leak_db, LEAK_LEAST_DB);
    residue->somebody = residue->somebody << 1 | is_more;
    if (__builtin_popcount(residue->somebody & SURELY_OF) >= SURELY)
        residue->n_open = OPEN_BLOCKS;
    else if (residue->n_open > 0)
        residue->n_open--;
    return is_more || residue->n_open > 0;
}

float audio_residue_hush(struct audio_residue *residue, int16_t block[AUDIO_BLOCK_SAMPLES],
                         float level_db, float taken_db)
{
    bool is_somebody = follow(residue, level_db, taken_db);
    float target = is_somebody || level_db <= residue->floor_db
                       ? 1
                       : powf(10, (residue->floor_db - level_db) / 20);
    float step = (target - residue->gain) / AUDIO_BLOCK_SAMPLES;

    for (int i = 0; i < AUDIO_BLOCK_SAMPLES; i++)
        block[i] = (int16_t)lrintf((float)block[i] * (residue->gain + step * (float)(i + 1)));
    residue->gain = target;
    return is_somebody ? level_db : fminf(level_db, residue->floor_db);
}

bool audio_residue_more(const struct audio_residue *residue, float level_db, float *ret_more_db)
{
    if (residue->leak_db > LEAK_MOST_DB)
        return false;
    *ret_more_db = level_db - residue->taken_db - residue->leak_db;
    return true;
}
