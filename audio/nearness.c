/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/nearness.h"

#include <math.h>

#define LEVELS        AUDIO_NEARNESS_LEVELS
#define LEVELS_KEEP   0.9995 /* half forgotten after 14 s */
#define LEVELS_SHARE  0.9
#define LEVELS_ENOUGH 100.0 /* blocks before it is believed */
#define NOWHERE       (-1000.0f)

#define ABOVE_BACKGROUND_DB 2.0f
#define BELOW_PERSON_DB     7.0f  /* at least */
#define BELOW_PERSON_MAX_DB 25.0f /* and at most */
#define ABOVE_NOISE_DB      3.0f
#define HIGH_BELOW_DB       7.0f
#define QUIET_BELOW_DB      15.0f

void audio_nearness_init(struct audio_nearness *nearness)
{
    *nearness = (struct audio_nearness){.background_db = NOWHERE, .person_db = NOWHERE};
}

void audio_nearness_learn_background(struct audio_nearness *nearness, float level_db)
{
    double sum = 0, below = 0;
    int place = (int)level_db + LEVELS;

    place = place < 0 ? 0 : place >= LEVELS ? LEVELS - 1 : place;
    for (int i = 0; i < LEVELS; i++)
        sum += nearness->levels[i] *= LEVELS_KEEP;
    nearness->levels[place] += 1;
    sum += 1;
    for (place = 0; place < LEVELS - 1; place++) {
        below += nearness->levels[place];
        if (below >= LEVELS_SHARE * sum)
            break;
    }
    nearness->background_db = sum >= LEVELS_ENOUGH ? (float)(place - LEVELS + 1) : NOWHERE;
}

void audio_nearness_learn_person(struct audio_nearness *nearness, float level_db)
{
    float apart = level_db - nearness->person_db;

    if (nearness->person_db == NOWHERE)
        nearness->person_db = level_db;
    else
        nearness->person_db += apart > 0 ? 0.2f * apart : 0.001f * apart;
}

void audio_nearness_forget_person(struct audio_nearness *nearness)
{
    nearness->person_db = NOWHERE;
}

float audio_nearness_cut_db(const struct audio_nearness *nearness, float noise_db)
{
    float cut = noise_db + ABOVE_NOISE_DB;
    float person = nearness->person_db;

    if (person > NOWHERE)
        cut = fmaxf(cut, fminf(fmaxf(nearness->background_db + ABOVE_BACKGROUND_DB,
                                     person - BELOW_PERSON_MAX_DB),
                               person - BELOW_PERSON_DB));
    return cut;
}

float audio_nearness_high_cut_db(const struct audio_nearness *nearness)
{
    return nearness->person_db - HIGH_BELOW_DB;
}

bool audio_nearness_is_quiet(const struct audio_nearness *nearness)
{
    return nearness->background_db > NOWHERE &&
           nearness->background_db < nearness->person_db - QUIET_BELOW_DB;
}
