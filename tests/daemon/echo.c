/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/echo.h"
#include "tests/check.h"

#include <stdlib.h>

enum { SECOND = 1000 / AUDIO_BLOCK_MS };

#define ROOM_DB  (-60.0f)
#define VOICE_DB (-25.0f) /* ours, as the microphone hears it, or a person's */

static void set_up(struct echo *echo)
{
    struct audio_canceller_block block = {.heard_db = ROOM_DB, .left_db = ROOM_DB};

    echo_init(echo);
    for (int i = 0; i < 60 * SECOND; i++)
        echo_hear_room(echo, &block);
}

/* Our voice sounds for so long. Returns: what the ears may hear at the end of it. */
static enum echo_ears speak(struct echo *echo, enum audio_canceller_state state, float heard_db,
                            float left_db, int n_blocks)
{
    struct audio_canceller_block block = {.state = state,
                                          .is_sounding = true,
                                          .heard_db = heard_db,
                                          .left_db = left_db,
                                          .hushed_db = left_db};
    enum echo_ears ears = ECHO_DEAF;

    for (int i = 0; i < n_blocks; i++)
        ears = echo_hear_speech(echo, &block);
    return ears;
}

static enum echo_ears say(struct echo *echo, float left_db, int n_blocks)
{
    return speak(echo, AUDIO_CANCELLER_CANCELLED, VOICE_DB, left_db, n_blocks);
}

static void a_second_without_trace_opens(void)
{
    struct echo echo;

    set_up(&echo);
    CHECK_INT(say(&echo, ROOM_DB, 20), ECHO_DEAF);
    CHECK_INT(say(&echo, ROOM_DB, SECOND - 20), ECHO_OPEN);
}

static void a_trace_leaves_calls_for_help_alone(void)
{
    struct echo echo;

    set_up(&echo);
    CHECK_INT(say(&echo, VOICE_DB - 12, SECOND / 2), ECHO_HELP_ALONE);
    CHECK_INT(say(&echo, VOICE_DB - 12, 20 * SECOND), ECHO_HELP_ALONE);
}

static void nothing_is_heard_where_nothing_is_taken_out(void)
{
    struct echo echo;

    set_up(&echo);
    CHECK_INT(say(&echo, VOICE_DB - 2, 20 * SECOND), ECHO_DEAF);
}

static void nothing_is_heard_while_our_voice_is_sought(void)
{
    struct echo echo;

    set_up(&echo);
    CHECK_INT(say(&echo, ROOM_DB, SECOND), ECHO_OPEN);
    CHECK_INT(speak(&echo, AUDIO_CANCELLER_SEEKING, VOICE_DB, VOICE_DB, 1), ECHO_DEAF);
    CHECK_INT(say(&echo, ROOM_DB, 1), ECHO_OPEN);
}

/* A speakerphone that takes the echo out itself. */
static void a_room_without_echo_opens(void)
{
    struct echo echo;

    set_up(&echo);
    CHECK_INT(speak(&echo, AUDIO_CANCELLER_NO_TRACE, ROOM_DB, ROOM_DB, SECOND), ECHO_OPEN);
}

static void a_television_where_there_is_no_echo_leaves_calls_for_help(void)
{
    struct echo echo;

    set_up(&echo);
    CHECK_INT(speak(&echo, AUDIO_CANCELLER_NO_TRACE, VOICE_DB, VOICE_DB, 20 * SECOND),
              ECHO_HELP_ALONE);
}

/* "Au secours, je suis tombée, je n'arrive plus à me relever" */
static void who_talks_meanwhile_is_heard_to_the_end(void)
{
    struct echo echo;

    set_up(&echo);
    say(&echo, ROOM_DB, SECOND);
    CHECK_INT(say(&echo, VOICE_DB, 7 * SECOND / 2), ECHO_OPEN);
    CHECK_INT(say(&echo, VOICE_DB, 3 * SECOND), ECHO_HELP_ALONE);
    CHECK_INT(say(&echo, VOICE_DB, 60 * SECOND), ECHO_DEAF);
    CHECK_INT(say(&echo, ROOM_DB, 2 * SECOND), ECHO_OPEN);
}

static void pauses_of_ours_prove_nothing(void)
{
    struct audio_canceller_block pause = {.state = AUDIO_CANCELLER_CANCELLED,
                                          .heard_db = ROOM_DB,
                                          .left_db = ROOM_DB,
                                          .hushed_db = ROOM_DB};
    struct echo echo;

    set_up(&echo);
    for (int i = 0; i < 10 * SECOND; i++)
        CHECK_INT(echo_hear_speech(&echo, &pause), ECHO_DEAF);
}

static void nothing_of_ours_for_a_second_is_no_echo(void)
{
    struct audio_canceller_block idle = {.heard_db = ROOM_DB, .left_db = ROOM_DB};
    struct echo echo;

    set_up(&echo);
    for (int i = 0; i < SECOND - 1; i++)
        CHECK_INT(echo_hear_speech(&echo, &idle), ECHO_DEAF);
    CHECK_INT(echo_hear_speech(&echo, &idle), ECHO_OPEN);
}

static void a_louder_voice_is_measured_anew(void)
{
    struct echo echo;

    set_up(&echo);
    say(&echo, ROOM_DB, SECOND);
    echo_changed(&echo);
    CHECK_INT(say(&echo, ROOM_DB, 1), ECHO_HELP_ALONE);
    CHECK_INT(say(&echo, ROOM_DB, SECOND), ECHO_OPEN);
}

/* A television that came on: its level becomes the room's within a minute or so. */
static void a_louder_room_is_learnt(void)
{
    struct audio_canceller_block block = {.heard_db = ROOM_DB + 20, .left_db = ROOM_DB + 20};
    struct echo echo;

    set_up(&echo);
    CHECK_INT(say(&echo, ROOM_DB + 20, 2 * SECOND), ECHO_HELP_ALONE);
    for (int i = 0; i < 60 * SECOND; i++)
        echo_hear_room(&echo, &block);
    CHECK_INT(say(&echo, ROOM_DB + 20, 2 * SECOND), ECHO_OPEN);
}

/* A voice in bands: syllables of our own measure, or of somebody else's. */
static struct audio_bands syllable(int at, int length, int level_db)
{
    struct audio_bands bands;

    for (int band = 0; band < AUDIO_BANDS; band++) {
        bool is_vowel = at % length < length * 2 / 3;
        bool is_its_band = (at / length + band) % 3 == 0;

        bands.level_db[band] = (int8_t)(level_db - (is_vowel ? 0 : 25) - (is_its_band ? 0 : 15));
    }
    return bands;
}

static float likeness(int length_of_theirs, enum audio_canceller_state state)
{
    struct audio_canceller_block block = {.state = state, .is_sounding = true};
    struct echo echo;

    set_up(&echo);
    for (int i = 0; i < 3 * SECOND; i++) {
        block.sounded = syllable(i, 21, -20);
        block.left = syllable(i, length_of_theirs, -35);
        echo_hear_speech(&echo, &block);
    }
    return echo_likeness(&echo, 2 * SECOND, 10);
}

static void what_sounds_as_we_do_is_ours(void)
{
    CHECK(likeness(21, AUDIO_CANCELLER_CANCELLED) >= ECHO_OURS);
    CHECK(likeness(17, AUDIO_CANCELLER_CANCELLED) < ECHO_OURS);
}

static void where_nothing_is_taken_out_nothing_is_ours(void)
{
    CHECK(!(likeness(21, AUDIO_CANCELLER_NO_TRACE) != 0));
    CHECK(!(likeness(21, AUDIO_CANCELLER_IDLE) != 0));
}

static const float loud_db = ROOM_DB + 30;

/* Blocks of our voice, with so much more left than usually in the first of them. */
static void hear_more(struct echo *echo, float left_db, int n_more, int n)
{
    struct audio_canceller_block block = {
        .state = AUDIO_CANCELLER_CANCELLED, .is_sounding = true, .left_db = left_db};

    block.is_usual_known = true;
    for (int i = 0; i < n; i++) {
        block.more_db = i < n_more ? 20 : 3;
        echo_hear_speech(echo, &block);
    }
}

static void more_than_is_left_of_us_is_somebody_else(void)
{
    struct echo echo;

    set_up(&echo);
    hear_more(&echo, loud_db, 70, SECOND);
    CHECK(echo_others(&echo, SECOND, 0) >= ECHO_OTHERS);
    CHECK(!(echo_others(&echo, 30, 0) > 0) && echo_others(&echo, 30, 0) >= 0);
    hear_more(&echo, loud_db, 20, SECOND);
    CHECK(echo_others(&echo, SECOND, 0) < ECHO_OTHERS);
    CHECK(echo_others(&echo, 2 * SECOND, SECOND) >= ECHO_OTHERS);
}

/* A breath, a click: nothing to go by. */
static void what_hardly_stands_out_tells_nothing(void)
{
    struct echo echo;

    set_up(&echo);
    hear_more(&echo, ROOM_DB + 6, SECOND, SECOND);
    CHECK(echo_others(&echo, SECOND, 0) < 0);
    hear_more(&echo, loud_db, 10, 10);
    CHECK(echo_others(&echo, 10, 0) < 0);
}

static void where_little_is_taken_out_more_of_it_tells_nothing(void)
{
    struct audio_canceller_block block = {
        .state = AUDIO_CANCELLER_CANCELLED, .is_sounding = true, .left_db = loud_db};
    struct echo echo;

    set_up(&echo);
    for (int i = 0; i < SECOND; i++)
        echo_hear_speech(&echo, &block);
    CHECK(echo_others(&echo, SECOND, 0) < 0);
}

static void what_sounds_while_we_are_silent_is_somebody_else(void)
{
    struct audio_canceller_block block = {
        .state = AUDIO_CANCELLER_IDLE, .heard_db = loud_db, .left_db = loud_db};
    struct echo echo;

    set_up(&echo);
    for (int i = 0; i < 30; i++)
        echo_hear_room(&echo, &block);
    CHECK(echo_others(&echo, 30, 0) >= ECHO_OTHERS);
    block.state = AUDIO_CANCELLER_SEEKING;
    for (int i = 0; i < 30; i++)
        echo_hear_room(&echo, &block);
    CHECK(echo_others(&echo, 30, 0) < ECHO_OTHERS);
}

static void where_our_voice_was_not_found_nothing_is_known(void)
{
    struct audio_canceller_block block = {.state = AUDIO_CANCELLER_SEEKING};
    struct echo echo;

    set_up(&echo);
    CHECK(!echo_is_unknown(&echo, SECOND, 0));
    for (int i = 0; i < 60; i++)
        echo_hear_speech(&echo, &block);
    CHECK(echo_is_unknown(&echo, SECOND, 0));
    CHECK(!echo_is_unknown(&echo, 2 * SECOND, 0));
    CHECK(!echo_is_unknown(&echo, 0, 0));
}

/* As alike as can be, but a click. */
static void a_sound_too_short_to_tell_is_ours(void)
{
    struct audio_canceller_block block = {.state = AUDIO_CANCELLER_CANCELLED, .is_sounding = true};
    struct echo echo;

    set_up(&echo);
    for (int i = 0; i < 3 * SECOND; i++)
        echo_hear_speech(&echo, &block);
    CHECK(!(echo_likeness(&echo, 15, 0) < 1));
}

/* Somebody begins at the end of what we say, and goes on. */
static void what_goes_on_without_us_is_not_ours(void)
{
    struct audio_canceller_block block = {.state = AUDIO_CANCELLER_CANCELLED, .is_sounding = true};
    struct audio_canceller_block room = {.heard_db = ROOM_DB, .left_db = ROOM_DB};
    struct echo echo;

    set_up(&echo);
    for (int i = 0; i < SECOND; i++) {
        block.left = block.sounded = syllable(i, 21, -20);
        echo_hear_speech(&echo, &block);
    }
    CHECK(echo_likeness(&echo, SECOND, 0) >= ECHO_SURELY_OURS);
    for (int i = 0; i < 2 * SECOND; i++)
        echo_hear_room(&echo, &room);
    CHECK(!(echo_likeness(&echo, 3 * SECOND, 0) > 0));
    CHECK(echo_likeness(&echo, 3 * SECOND, 2 * SECOND) >= ECHO_SURELY_OURS);
}

CHECK_MAIN(a_second_without_trace_opens, a_trace_leaves_calls_for_help_alone,
           nothing_is_heard_where_nothing_is_taken_out, nothing_is_heard_while_our_voice_is_sought,
           a_room_without_echo_opens, a_television_where_there_is_no_echo_leaves_calls_for_help,
           who_talks_meanwhile_is_heard_to_the_end, pauses_of_ours_prove_nothing,
           nothing_of_ours_for_a_second_is_no_echo, a_louder_voice_is_measured_anew,
           a_louder_room_is_learnt, what_sounds_as_we_do_is_ours,
           where_nothing_is_taken_out_nothing_is_ours, a_sound_too_short_to_tell_is_ours,
           what_goes_on_without_us_is_not_ours, more_than_is_left_of_us_is_somebody_else,
           what_hardly_stands_out_tells_nothing, what_sounds_while_we_are_silent_is_somebody_else,
           where_our_voice_was_not_found_nothing_is_known,
           where_little_is_taken_out_more_of_it_tells_nothing)
