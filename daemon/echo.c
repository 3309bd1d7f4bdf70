/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/echo.h"

#include <math.h>

enum {
    SPEECH_LEAST = 100, /* blocks: a shorter speech proves nothing */
    CLEAR_LEAST = 2,
    UP_AT_ONCE = 400,     /* blocks above the room: no call for help is so long */
    UP_PERMILLE_MAX = 30, /* of a speech: a cup on a saucer */
};

#define UP_DB         9.0f   /* above the room's level */
#define FLOOR_LEAST   -66.0f /* a room that is cut off is as silent as zeros */
#define FLOOR_RISE_DB 0.02f  /* a block: the room's level is that of its pauses */

static float level_db(const int16_t block[AUDIO_BLOCK_SAMPLES])
{
    double sum = 0;

    for (int i = 0; i < AUDIO_BLOCK_SAMPLES; i++)
        sum += (double)block[i] * block[i];
    return (float)(10 * log10(sum / AUDIO_BLOCK_SAMPLES / (32768.0 * 32768.0) + 1e-12));
}

void echo_init(struct echo *echo)
{
    *echo = (struct echo){.floor_db = FLOOR_LEAST};
}

void echo_hear_room(struct echo *echo, const int16_t block[AUDIO_BLOCK_SAMPLES])
{
    float level = level_db(block);

    echo->floor_db = fminf(level, echo->floor_db + FLOOR_RISE_DB);
    echo->floor_db = fmaxf(echo->floor_db, FLOOR_LEAST);
}

void echo_hear_speech(struct echo *echo, const int16_t block[AUDIO_BLOCK_SAMPLES])
{
    echo->n++;
    echo->n_up += level_db(block) > echo->floor_db + UP_DB;
    if (echo->n_up >= UP_AT_ONCE)
        echo->n_clear = 0;
}

void echo_ended(struct echo *echo)
{
    if (echo->n_up * 1000 > echo->n * UP_PERMILLE_MAX)
        echo->n_clear = 0;
    else if (echo->n >= SPEECH_LEAST)
        echo->n_clear++;
    echo_cut(echo);
}

void echo_cut(struct echo *echo)
{
    echo->n = echo->n_up = 0;
}

void echo_changed(struct echo *echo)
{
    echo->n_clear = 0;
    echo_cut(echo);
}

bool echo_allows(const struct echo *echo)
{
    return echo->n_clear >= CLEAR_LEAST;
}
