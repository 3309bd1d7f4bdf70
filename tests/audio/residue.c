/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/residue.h"
#include "audio/level.h"
#include "base/rng.h"
#include "tests/check.h"

#include <math.h>

enum { SECOND = 1000 / AUDIO_BLOCK_MS };

#define ROOM_DB (-60.0f)
#define OURS_DB (-25.0f) /* as it was taken out */
#define LEFT_DB (-45.0f)

static struct base_rng rng;

static void fill(int16_t block[AUDIO_BLOCK_SAMPLES], float level_db)
{
    double amplitude = 32768 * pow(10, (double)level_db / 20) * sqrt(3);

    for (int i = 0; i < AUDIO_BLOCK_SAMPLES; i++)
        block[i] = (int16_t)lrint(amplitude * (2 * base_rng_unit(&rng) - 1));
}

static void set_up(struct audio_residue *residue)
{
    base_rng_seed(&rng, 1);
    audio_residue_init(residue);
    for (int i = 0; i < 60 * SECOND; i++)
        audio_residue_hear_room(residue, ROOM_DB);
}

/* n blocks with so much in them. Returns: how many came back untouched. */
static int pass(struct audio_residue *residue, float level_db, float taken_db, int n,
                float *ret_level_db)
{
    int n_untouched = 0;

    for (int i = 0; i < n; i++) {
        int16_t block[AUDIO_BLOCK_SAMPLES], before[AUDIO_BLOCK_SAMPLES];

        fill(block, level_db);
        memcpy(before, block, sizeof(block));
        audio_residue_hush(residue, block, audio_level_db(block), taken_db);
        n_untouched += memcmp(block, before, sizeof(block)) == 0;
        *ret_level_db = audio_level_db(block);
    }
    return n_untouched;
}

static void what_is_left_is_brought_down_to_the_room(void)
{
    struct audio_residue residue;
    float level;

    set_up(&residue);
    pass(&residue, LEFT_DB, OURS_DB, SECOND, &level);
    CHECK(fabsf(level - ROOM_DB) < 2);
    CHECK_INT(pass(&residue, LEFT_DB, OURS_DB, 10 * SECOND, &level), 0);
}

static void who_speaks_is_left_alone(void)
{
    struct audio_residue residue;
    float level;

    set_up(&residue);
    pass(&residue, LEFT_DB, OURS_DB, SECOND, &level);
    /* The first block fades in. */
    CHECK_INT(pass(&residue, OURS_DB, OURS_DB, 4 * SECOND, &level), 4 * SECOND - 1);
    pass(&residue, LEFT_DB, OURS_DB, SECOND, &level);
    CHECK(fabsf(level - ROOM_DB) < 2);
}

/* Who talks for long hardly changes what is known of the filter. */
static void what_is_left_is_hushed_right_behind_who_spoke(void)
{
    struct audio_residue residue;
    float level;

    set_up(&residue);
    pass(&residue, LEFT_DB, OURS_DB, SECOND, &level);
    pass(&residue, OURS_DB, OURS_DB, SECOND, &level);
    pass(&residue, LEFT_DB, OURS_DB, 30, &level);
    CHECK(fabsf(level - ROOM_DB) < 2);
}

static void the_soft_end_of_a_word_is_left_alone(void)
{
    struct audio_residue residue;
    float level;

    set_up(&residue);
    pass(&residue, LEFT_DB, OURS_DB, SECOND, &level);
    pass(&residue, OURS_DB, OURS_DB, 20, &level);
    CHECK_INT(pass(&residue, LEFT_DB, OURS_DB, 15, &level), 15);
}

static void nothing_is_hushed_where_little_is_taken_out(void)
{
    struct audio_residue residue;
    float level;

    set_up(&residue);
    pass(&residue, OURS_DB - 2, OURS_DB, 2 * SECOND, &level);
    CHECK_INT(pass(&residue, OURS_DB - 2, OURS_DB, 2 * SECOND, &level), 2 * SECOND);
}

static void a_pause_of_ours_is_left_as_it_is(void)
{
    struct audio_residue residue;
    float level;

    set_up(&residue);
    pass(&residue, LEFT_DB, OURS_DB, SECOND, &level);
    pass(&residue, ROOM_DB - 3, -100, 1, &level);
    CHECK_INT(pass(&residue, ROOM_DB - 3, -100, 30, &level), 30);
}

static float more(const struct audio_residue *residue, float level_db)
{
    float more_db = -1000;

    CHECK(audio_residue_more(residue, level_db, &more_db));
    return more_db;
}

/* What is usually left, be it soft or loud, is not more; who speaks over it is. */
static void who_speaks_is_more_than_usual(void)
{
    struct audio_residue residue;
    float level;

    set_up(&residue);
    pass(&residue, LEFT_DB, OURS_DB, 10 * SECOND, &level);
    CHECK(fabsf(more(&residue, LEFT_DB)) < 1);
    pass(&residue, LEFT_DB - 20, OURS_DB - 20, SECOND, &level);
    CHECK(more(&residue, LEFT_DB - 20) < 2);
    pass(&residue, LEFT_DB, OURS_DB, SECOND, &level);
    pass(&residue, LEFT_DB + 16, OURS_DB, SECOND, &level);
    CHECK(more(&residue, LEFT_DB + 16) > 8);
}

static void where_little_is_taken_out_nothing_is_usual(void)
{
    struct audio_residue residue;
    float level, more_db;

    set_up(&residue);
    pass(&residue, OURS_DB - 2, OURS_DB, 4 * SECOND, &level);
    CHECK(!audio_residue_more(&residue, OURS_DB - 2, &more_db));
}

CHECK_MAIN(where_little_is_taken_out_nothing_is_usual, who_speaks_is_more_than_usual,
           what_is_left_is_brought_down_to_the_room, who_speaks_is_left_alone,
           what_is_left_is_hushed_right_behind_who_spoke, the_soft_end_of_a_word_is_left_alone,
           nothing_is_hushed_where_little_is_taken_out, a_pause_of_ours_is_left_as_it_is)
