/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/lag.h"
#include "tests/audio/speaker_room.h"
#include "tests/check.h"

#include <math.h>

enum { N = 3 * AUDIO_RATE_HZ, MS = AUDIO_RATE_HZ / 1000 };

static float ours[N], heard[N];

/* The last second heard, and what was sounded up to then. */
static float seek(int *ret_lag)
{
    static int16_t sounded_pcm[AUDIO_LAG_SOUNDED], heard_pcm[AUDIO_LAG_HEARD];
    struct audio_lag *lag;
    float strength;

    for (int i = 0; i < AUDIO_LAG_SOUNDED; i++)
        sounded_pcm[i] = (int16_t)ours[N - AUDIO_LAG_SOUNDED + i];
    for (int i = 0; i < AUDIO_LAG_HEARD; i++)
        heard_pcm[i] = (int16_t)heard[N - AUDIO_LAG_HEARD + i];
    REQUIRE(audio_lag_create(&lag) == 0);
    strength = audio_lag_find(lag, sounded_pcm, heard_pcm, ret_lag);
    audio_lag_destroy(lag);
    return strength;
}

static void set_up(void)
{
    speaker_voice(ours, N, 110, 1);
    memset(heard, 0, sizeof(heard));
    noise_add(heard, 0, N, 60, 2);
}

static void add_echo(int delay_ms, double gain)
{
    struct speaker_room room = {delay_ms, 300, gain, 0};

    speaker_room_add(&room, ours, N, heard, N);
}

static void finds_an_echo_to_the_sample(void)
{
    static const int delays_ms[] = {0, 3, 90, 250, 400, 799};

    for (size_t i = 0; i < sizeof(delays_ms) / sizeof(delays_ms[0]); i++) {
        int lag = -1;

        set_up();
        add_echo(delays_ms[i], 0.3);
        CHECK(seek(&lag) > AUDIO_LAG_SURE);
        CHECK_INT(lag, delays_ms[i] * MS);
    }
}

static void finds_it_beneath_who_talks_louder(void)
{
    int lag = -1;

    set_up();
    add_echo(180, 0.3);
    voice_add(heard, 0, N / (SYLLABLE_MS * MS), 190, 9000);
    CHECK(seek(&lag) > AUDIO_LAG_SURE);
    CHECK_INT(lag, 180 * MS);
}

static void is_not_sure_of_what_is_not_there(void)
{
    int lag;

    set_up();
    CHECK(seek(&lag) < AUDIO_LAG_SURE);
    voice_add(heard, 0, N / (SYLLABLE_MS * MS), 190, 9000);
    CHECK(seek(&lag) < AUDIO_LAG_SURE);
}

static void silence_is_no_echo(void)
{
    int lag;

    set_up();
    memset(ours, 0, sizeof(ours));
    CHECK(!(seek(&lag) > 0));
    set_up();
    memset(heard, 0, sizeof(heard));
    CHECK(!(seek(&lag) > 0));
}

CHECK_MAIN(finds_an_echo_to_the_sample, finds_it_beneath_who_talks_louder,
           is_not_sure_of_what_is_not_there, silence_is_no_echo)
