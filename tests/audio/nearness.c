/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Near or far, by level alone: what a quiet room, a television and a person at the table do to the
 * cut between them. */
#include "audio/nearness.h"
#include "tests/check.h"

#define NOISE_DB (-75.0f)

static bool is_between(float level, float low, float high)
{
    return level >= low && level <= high;
}

static void learn(void (*what)(struct audio_nearness *, float), struct audio_nearness *nearness,
                  float level_db, int n_blocks)
{
    for (int i = 0; i < n_blocks; i++)
        what(nearness, level_db);
}

static struct audio_nearness room(float background_db, float person_db)
{
    struct audio_nearness nearness;

    audio_nearness_init(&nearness);
    learn(audio_nearness_learn_background, &nearness, background_db, 500);
    learn(audio_nearness_learn_person, &nearness, person_db, 50);
    return nearness;
}

static void nobody_is_known_at_first(void)
{
    struct audio_nearness nearness;

    audio_nearness_init(&nearness);
    CHECK(is_between(audio_nearness_cut_db(&nearness, NOISE_DB), NOISE_DB + 1, NOISE_DB + 5));
    CHECK(!audio_nearness_is_quiet(&nearness));
}

static void a_television_falls_away(void)
{
    struct audio_nearness nearness = room(-40, -30);
    float cut = audio_nearness_cut_db(&nearness, NOISE_DB);

    CHECK(cut > -40);
    CHECK(cut < -30);
    CHECK(!audio_nearness_is_quiet(&nearness));
}

/* As loud as the person: their softer words must still count. */
static void a_loud_television_does_not_shut_the_person_out(void)
{
    struct audio_nearness nearness = room(-30, -30);

    CHECK(audio_nearness_cut_db(&nearness, NOISE_DB) <= -36);
}

static void a_dying_sentence_counts_in_a_quiet_room(void)
{
    struct audio_nearness nearness = room(-70, -30);

    CHECK(is_between(audio_nearness_cut_db(&nearness, NOISE_DB), -56, -50));
    CHECK(audio_nearness_is_quiet(&nearness));
    CHECK(audio_nearness_high_cut_db(&nearness) > audio_nearness_cut_db(&nearness, NOISE_DB));
}

static void a_few_blocks_are_no_background(void)
{
    struct audio_nearness nearness;

    audio_nearness_init(&nearness);
    learn(audio_nearness_learn_person, &nearness, -30, 50);
    learn(audio_nearness_learn_background, &nearness, -33, 50);
    CHECK(audio_nearness_cut_db(&nearness, NOISE_DB) < -50);
}

static void clicks_do_not_make_the_background(void)
{
    struct audio_nearness nearness = room(-60, -30);

    learn(audio_nearness_learn_background, &nearness, -20, 20);
    CHECK(audio_nearness_cut_db(&nearness, NOISE_DB) < -50);
}

/* The television was turned off: after a minute its level is forgotten. */
static void the_background_is_forgotten(void)
{
    struct audio_nearness nearness = room(-40, -30);

    learn(audio_nearness_learn_background, &nearness, -70, 6000);
    CHECK(audio_nearness_is_quiet(&nearness));
}

static void another_person_is_followed(void)
{
    struct audio_nearness nearness = room(-70, -30);

    learn(audio_nearness_learn_person, &nearness, -15, 30); /* comes nearer: at once */
    CHECK(audio_nearness_high_cut_db(&nearness) > -23);
    learn(audio_nearness_learn_person, &nearness, -35, 30); /* the end of a sentence: hardly */
    CHECK(audio_nearness_high_cut_db(&nearness) > -24);
    audio_nearness_forget_person(&nearness);
    CHECK(audio_nearness_cut_db(&nearness, NOISE_DB) < NOISE_DB + 5);
}

/* Digital silence and full scale fall into the histogram's ends, not beside it. */
static void levels_outside_the_histogram(void)
{
    struct audio_nearness nearness;

    audio_nearness_init(&nearness);
    learn(audio_nearness_learn_background, &nearness, -180, 200);
    CHECK(is_between(nearness.background_db, -100, -98));
    learn(audio_nearness_learn_background, &nearness, 12, 20000);
    CHECK(is_between(nearness.background_db, -1, 1));
}

CHECK_MAIN(nobody_is_known_at_first, a_television_falls_away,
           a_loud_television_does_not_shut_the_person_out, a_dying_sentence_counts_in_a_quiet_room,
           a_few_blocks_are_no_background, clicks_do_not_make_the_background,
           the_background_is_forgotten, another_person_is_followed, levels_outside_the_histogram)
