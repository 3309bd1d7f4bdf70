/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/canceller.h"
#include "tests/audio/speaker_room.h"
#include "tests/check.h"

#include <math.h>

enum {
    MS = AUDIO_RATE_HZ / 1000,
    SECOND = AUDIO_RATE_HZ,
    N = 16 * SECOND,
    BEGIN = 2 * SECOND, /* of our voice */
    END = 13 * SECOND,
    ROOM_NOISE = 60,
};

/* What the loudspeaker is given, what a person says, what the microphone hears, what comes back. */
static float ours[N], theirs[N], heard[N];
static int16_t back[N];
static enum audio_canceller_state states[N / AUDIO_BLOCK_SAMPLES];

static const struct speaker_room living_room = {210, 300, 0.4, 0};

static void be_silent(void)
{
    memset(ours, 0, sizeof(ours));
    memset(theirs, 0, sizeof(theirs));
    memset(heard, 0, sizeof(heard));
    memset(back, 0, sizeof(back));
}

static void speak(void)
{
    speaker_voice(ours + BEGIN, END - BEGIN, 110, 1);
}

/* A person says some words from there on. */
static void talk(size_t at)
{
    voice_add(theirs, at, 8, 190, 9000);
}

static void make_heard(const struct speaker_room *room)
{
    memcpy(heard, theirs, sizeof(heard));
    noise_add(heard, 0, N, ROOM_NOISE, 2);
    if (room)
        speaker_room_add(room, ours, N, heard, N);
}

struct run {
    struct audio_canceller *canceller;
    size_t n_given, n_back;
};

static void begin(struct run *run)
{
    *run = (struct run){0};
    REQUIRE(audio_canceller_create(&run->canceller) == 0);
}

static void take_all(struct run *run)
{
    struct audio_canceller_block block;

    while (audio_canceller_take(run->canceller, &block)) {
        memcpy(back + run->n_back, block.samples, sizeof(block.samples));
        states[run->n_back / AUDIO_BLOCK_SAMPLES] = block.state;
        run->n_back += AUDIO_BLOCK_SAMPLES;
    }
}

/* Blocks of both streams up to a moment, as a device gives them. */
static void run_to(struct run *run, size_t end)
{
    for (; run->n_given < end; run->n_given += AUDIO_BLOCK_SAMPLES) {
        int16_t block[AUDIO_BLOCK_SAMPLES];

        voice_block(ours + run->n_given, block);
        audio_canceller_sounded(run->canceller, block, AUDIO_BLOCK_SAMPLES);
        voice_block(heard + run->n_given, block);
        audio_canceller_heard(run->canceller, block);
        take_all(run);
        audio_canceller_meet(run->canceller);
    }
}

static void hear_all(void)
{
    struct run run;

    begin(&run);
    run_to(&run, N);
    CHECK_INT(run.n_back, N);
    audio_canceller_destroy(run.canceller);
}

static double power(const float *sound, size_t from, size_t to)
{
    double sum = 0;

    for (size_t i = from; i < to; i++)
        sum += (double)sound[i] * (double)sound[i];
    return sum + 1;
}

/* What came back beside the person's words: our voice and the room. */
static double power_left(size_t from, size_t to)
{
    double sum = 0;

    for (size_t i = from; i < to; i++) {
        double left = (double)back[i] - (double)theirs[i];

        sum += left * left;
    }
    return sum + 1;
}

/* How much of our voice was taken out, in dB; what was heard must hold nobody's. */
static double removed_db(size_t from, size_t to)
{
    return 10 * log10(power(heard, from, to) / power_left(from, to));
}

static bool is_untouched(size_t from, size_t to)
{
    for (size_t i = from; i < to; i += AUDIO_BLOCK_SAMPLES) {
        int16_t block[AUDIO_BLOCK_SAMPLES];

        voice_block(heard + i, block);
        if (memcmp(block, back + i, sizeof(block)) != 0)
            return false;
    }
    return true;
}

static void what_is_heard_while_we_are_silent_is_untouched_and_at_once(void)
{
    struct run run;

    be_silent();
    speak();
    talk(SECOND / 2);
    make_heard(&living_room);
    begin(&run);
    for (size_t end = AUDIO_BLOCK_SAMPLES; end <= BEGIN; end += AUDIO_BLOCK_SAMPLES) {
        run_to(&run, end);
        CHECK_INT(run.n_back, run.n_given);
    }
    run_to(&run, N);
    CHECK_INT(run.n_back, N);
    CHECK(is_untouched(0, BEGIN));
    CHECK(is_untouched(END + SECOND, N));
    CHECK(!is_untouched(BEGIN, END));
    audio_canceller_destroy(run.canceller);
}

static void our_voice_is_taken_out(void)
{
    be_silent();
    speak();
    make_heard(&living_room);
    hear_all();
    CHECK(removed_db(BEGIN + SECOND, BEGIN + 3 * SECOND) > 8);
    CHECK(removed_db(END - 4 * SECOND, END) > 18);
}

/* The very first words that we say: they are held until they can be cleaned. */
static void our_first_words_are_taken_out_too(void)
{
    be_silent();
    speak();
    make_heard(&living_room);
    hear_all();
    CHECK(removed_db(BEGIN + 300 * MS, BEGIN + SECOND) > 6);
}

static void who_talks_over_our_first_words_is_left(void)
{
    size_t from = BEGIN + SECOND / 2, to = from + 8 * SYLLABLE_MS * MS;

    be_silent();
    speak();
    talk(from);
    make_heard(&living_room);
    hear_all();
    CHECK(10 * log10(power(theirs, from, to) / power_left(from, to)) > 6);
}

static void who_talks_later_is_left(void)
{
    size_t from = END - 4 * SECOND, to = from + 8 * SYLLABLE_MS * MS;

    be_silent();
    speak();
    talk(from);
    make_heard(&living_room);
    hear_all();
    CHECK(10 * log10(power(theirs, from, to) / power_left(from, to)) > 15);
}

static void a_room_without_echo_is_untouched(void)
{
    be_silent();
    speak();
    talk(BEGIN + 3 * SECOND);
    make_heard(NULL);
    hear_all();
    CHECK(is_untouched(0, N));
    CHECK_INT(states[(END - SECOND) / AUDIO_BLOCK_SAMPLES], AUDIO_CANCELLER_NO_TRACE);
}

/* Nobody waits longer than that for what was said. */
static void little_is_held_back(void)
{
    struct run run;

    be_silent();
    speak();
    make_heard(NULL);
    begin(&run);
    for (size_t end = AUDIO_BLOCK_SAMPLES; end <= N; end += AUDIO_BLOCK_SAMPLES) {
        run_to(&run, end);
        CHECK(run.n_given - run.n_back <= 3 * SECOND / 2);
    }
    audio_canceller_destroy(run.canceller);
}

static void a_lag_that_jumps_is_found_again(void)
{
    struct speaker_room moved = living_room;
    size_t at = BEGIN + 4 * SECOND;

    be_silent();
    speak();
    moved.delay_ms -= 60; /* before the filter begins */
    make_heard(&moved);
    {
        static float later[N];

        memcpy(later, heard, sizeof(later));
        make_heard(&living_room);
        memcpy(heard + at, later + at, (N - at) * sizeof(*heard));
    }
    hear_all();
    CHECK(removed_db(END - 3 * SECOND, END) > 12);
}

static void streams_that_part_meet_again(void)
{
    struct speaker_room after = living_room;
    size_t at = BEGIN + 4 * SECOND;
    struct run run;

    be_silent();
    speak();
    make_heard(&living_room);
    begin(&run);
    run_to(&run, at);
    after.delay_ms += 70;
    make_heard(&after);
    audio_canceller_part(run.canceller);
    run_to(&run, N);
    CHECK_INT(run.n_back, N);
    CHECK(removed_db(at + SECOND, at + 3 * SECOND) > 12);
    audio_canceller_destroy(run.canceller);
}

static void clocks_that_drift_are_followed(void)
{
    struct speaker_room room = living_room;

    room.drift_ppm = 50;
    be_silent();
    speak();
    make_heard(&room);
    hear_all();
    for (size_t at = BEGIN + SECOND; at < END - 2 * SECOND; at += 2 * SECOND)
        CHECK(removed_db(at, at + 2 * SECOND) > 6);
}

static void a_faint_echo_is_found(void)
{
    struct speaker_room room = living_room;

    room.gain = 0.03;
    be_silent();
    speak();
    make_heard(&room);
    hear_all();
    CHECK(removed_db(END - 4 * SECOND, END) > 6);
}

static void what_was_heard_is_forgotten_when_told(void)
{
    struct run run;

    be_silent();
    speak();
    make_heard(&living_room);
    begin(&run);
    run_to(&run, BEGIN + 200 * MS); /* held back */
    CHECK(run.n_back < run.n_given);
    audio_canceller_wipe(run.canceller);
    take_all(&run);
    CHECK(run.n_back < run.n_given);
    audio_canceller_destroy(run.canceller);
}

CHECK_MAIN(what_is_heard_while_we_are_silent_is_untouched_and_at_once, our_voice_is_taken_out,
           our_first_words_are_taken_out_too, who_talks_over_our_first_words_is_left,
           who_talks_later_is_left, a_room_without_echo_is_untouched, little_is_held_back,
           a_lag_that_jumps_is_found_again, streams_that_part_meet_again,
           clocks_that_drift_are_followed, a_faint_echo_is_found,
           what_was_heard_is_forgotten_when_told)
