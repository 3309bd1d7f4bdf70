/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/echo.h"
#include "tests/check.h"

#include <stdlib.h>

enum { SECOND = 1000 / AUDIO_BLOCK_MS };

static void fill(int16_t block[AUDIO_BLOCK_SAMPLES], int amplitude)
{
    for (int i = 0; i < AUDIO_BLOCK_SAMPLES; i++)
        block[i] = (int16_t)(i % 8 < 4 ? amplitude : -amplitude);
}

static void be_quiet(struct echo *echo, int amplitude, int s)
{
    int16_t block[AUDIO_BLOCK_SAMPLES];

    fill(block, amplitude);
    for (int i = 0; i < s * SECOND; i++)
        echo_hear_room(echo, block);
}

static void speak(struct echo *echo, int heard_amplitude, int s)
{
    int16_t block[AUDIO_BLOCK_SAMPLES];

    fill(block, heard_amplitude);
    for (int i = 0; i < s * SECOND; i++)
        echo_hear_speech(echo, block);
}

static void say(struct echo *echo, int heard_amplitude)
{
    speak(echo, heard_amplitude, 3);
    echo_ended(echo);
}

static void nothing_is_known_at_first(void)
{
    struct echo echo;

    echo_init(&echo);
    be_quiet(&echo, 60, 60);
    CHECK(!echo_allows(&echo));
    say(&echo, 60);
    CHECK(!echo_allows(&echo));
    say(&echo, 60);
    CHECK(echo_allows(&echo));
}

static void an_echo_forbids(void)
{
    struct echo echo;

    echo_init(&echo);
    be_quiet(&echo, 60, 60);
    for (int i = 0; i < 5; i++)
        say(&echo, 600);
    CHECK(!echo_allows(&echo));
}

static void an_echo_that_begins_forbids_before_our_speech_ends(void)
{
    struct echo echo;

    echo_init(&echo);
    be_quiet(&echo, 60, 60);
    say(&echo, 60);
    say(&echo, 60);
    speak(&echo, 600, 3);
    CHECK(echo_allows(&echo)); /* "au secours, je suis tombée, je n'arrive plus à me relever" */
    speak(&echo, 600, 2);
    CHECK(!echo_allows(&echo));
}

static void who_interrupts_is_no_echo(void)
{
    struct echo echo;

    echo_init(&echo);
    be_quiet(&echo, 60, 60);
    say(&echo, 60);
    say(&echo, 60);
    speak(&echo, 600, 3);
    echo_cut(&echo);
    CHECK(echo_allows(&echo));
    say(&echo, 60);
    CHECK(echo_allows(&echo));
}

static void a_louder_voice_is_measured_anew(void)
{
    struct echo echo;

    echo_init(&echo);
    be_quiet(&echo, 60, 60);
    say(&echo, 60);
    say(&echo, 60);
    echo_changed(&echo);
    CHECK(!echo_allows(&echo));
}

static void a_word_proves_nothing(void)
{
    struct echo echo;
    int16_t block[AUDIO_BLOCK_SAMPLES];

    echo_init(&echo);
    be_quiet(&echo, 60, 60);
    fill(block, 60);
    for (int i = 0; i < 5; i++) {
        for (int k = 0; k < SECOND / 2; k++)
            echo_hear_speech(&echo, block);
        echo_ended(&echo);
    }
    CHECK(!echo_allows(&echo));
}

/* A television that came on: its level becomes the room's within a minute or so. */
static void a_louder_room_is_learnt(void)
{
    struct echo echo;

    echo_init(&echo);
    be_quiet(&echo, 60, 60);
    say(&echo, 400);
    be_quiet(&echo, 400, 60);
    say(&echo, 400);
    say(&echo, 400);
    CHECK(echo_allows(&echo));
}

CHECK_MAIN(nothing_is_known_at_first, an_echo_forbids,
           an_echo_that_begins_forbids_before_our_speech_ends, who_interrupts_is_no_echo,
           a_louder_voice_is_measured_anew, a_word_proves_nothing, a_louder_room_is_learnt)
