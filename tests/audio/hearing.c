/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/hearing.h"
#include "audio/format.h"
#include "tests/check.h"

/* A second of a microphone's life, and the judgement at its end. */
struct microphone {
    struct audio_hearing hearing;
    struct audio_capture_health health;
    int64_t now_ms;
};

static void begin(struct microphone *microphone)
{
    *microphone = (struct microphone){.now_ms = 1000, .health = {.is_open = true}};
    audio_hearing_init(&microphone->hearing, microphone->now_ms);
}

static enum audio_hearing_remedy second(struct microphone *microphone, int percent, bool is_zero)
{
    int64_t n = audio_ms_to_samples(1000) * percent / 100;

    microphone->now_ms += 1000;
    microphone->health.n_samples += n;
    microphone->health.zero_run_samples = is_zero ? microphone->health.zero_run_samples + n : 0;
    return audio_hearing_judge(&microphone->hearing, microphone->now_ms, &microphone->health);
}

/* Returns: after how many seconds the first remedy came, 0 when none did. */
static int seconds_to_remedy(struct microphone *microphone, int percent, bool is_zero, int limit)
{
    for (int i = 1; i <= limit; i++) {
        if (second(microphone, percent, is_zero) != AUDIO_HEARING_FINE)
            return i;
    }
    return 0;
}

static void a_working_microphone_is_left_alone(void)
{
    struct microphone microphone;

    begin(&microphone);
    CHECK_INT(seconds_to_remedy(&microphone, 100, false, 3600), 0);
    CHECK_INT(seconds_to_remedy(&microphone, 60, false, 600), 0); /* a slow one too */
    CHECK_INT(seconds_to_remedy(&microphone, 100, true, 29), 0);  /* a short silence too */
    CHECK_INT(microphone.hearing.state, AUDIO_HEARING_HEARS);
}

static void one_that_delivers_too_little_is_found_in_ten_seconds(void)
{
    struct microphone microphone;
    int found;

    begin(&microphone);
    found = seconds_to_remedy(&microphone, 0, false, 60);
    CHECK(found > 0 && found <= 10);
    CHECK_INT(microphone.hearing.state, AUDIO_HEARING_STARVED);
    begin(&microphone);
    seconds_to_remedy(&microphone, 100, false, 7);
    found = seconds_to_remedy(&microphone, 40, false, 60);
    CHECK(found > 0 && found <= 10);
}

static void digital_zero_is_found_after_thirty_seconds(void)
{
    struct microphone microphone;
    int found;

    begin(&microphone);
    found = seconds_to_remedy(&microphone, 100, true, 60);
    CHECK(found >= 30 && found <= 35);
    CHECK_INT(microphone.hearing.state, AUDIO_HEARING_ZERO);
}

static void remedies_grow_and_go_on(void)
{
    struct microphone microphone;
    enum audio_hearing_remedy remedies[6];
    int n = 0;

    begin(&microphone);
    for (int i = 0; i < 120 && n < 6; i++) {
        enum audio_hearing_remedy remedy = second(&microphone, 0, false);

        if (remedy != AUDIO_HEARING_FINE)
            remedies[n++] = remedy;
    }
    REQUIRE(n == 6);
    CHECK_INT(remedies[0], AUDIO_HEARING_REOPEN);
    CHECK_INT(remedies[1], AUDIO_HEARING_REOPEN);
    CHECK_INT(remedies[2], AUDIO_HEARING_RESTART);
    CHECK_INT(remedies[5], AUDIO_HEARING_RESTART);
}

static void a_remedy_that_worked_is_not_repeated(void)
{
    struct microphone microphone;

    begin(&microphone);
    REQUIRE(seconds_to_remedy(&microphone, 0, false, 20) > 0);
    CHECK_INT(seconds_to_remedy(&microphone, 100, false, 60), 0);
    CHECK_INT(microphone.hearing.deaf_since_ms, 0);
    CHECK_INT(microphone.hearing.n_tried, 0);
}

static void zeros_after_a_reopening_are_still_deafness(void)
{
    struct microphone microphone;
    int found;

    begin(&microphone);
    REQUIRE(seconds_to_remedy(&microphone, 100, true, 60) > 0);
    microphone.health.zero_run_samples = 0; /* what reopening does */
    found = seconds_to_remedy(&microphone, 100, true, 60);
    CHECK(found > 0 && found <= 6);
    CHECK_INT(microphone.hearing.n_tried, 2);
}

static void after_a_mute_nothing_is_owed(void)
{
    struct microphone microphone;

    begin(&microphone);
    seconds_to_remedy(&microphone, 100, false, 3);
    microphone.now_ms += 3600000;
    audio_hearing_reset(&microphone.hearing, microphone.now_ms);
    CHECK_INT(seconds_to_remedy(&microphone, 100, false, 60), 0);
}

CHECK_MAIN(a_working_microphone_is_left_alone, one_that_delivers_too_little_is_found_in_ten_seconds,
           digital_zero_is_found_after_thirty_seconds, remedies_grow_and_go_on,
           a_remedy_that_worked_is_not_repeated, zeros_after_a_reopening_are_still_deafness,
           after_a_mute_nothing_is_owed)
