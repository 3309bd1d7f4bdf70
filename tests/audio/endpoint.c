/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/endpoint.h"
#include "tests/audio/voice.h"
#include "tests/check.h"

#include <errno.h>

#define SECONDS  60
#define N_EVENTS 40
#define PITCH    180

static float scene[SECONDS * AUDIO_RATE_HZ];

struct ear {
    struct audio_endpointer *endpointer;
    struct audio_endpoint_event events[N_EVENTS];
    int64_t told_at[N_EVENTS];
    int n_events;
};

static void begin(struct ear *ear, const struct audio_endpointer_settings *settings)
{
    struct audio_endpointer_settings usual;

    *ear = (struct ear){0};
    memset(scene, 0, sizeof(scene));
    noise_add(scene, 0, SECONDS * AUDIO_RATE_HZ, 20, 3);
    audio_endpointer_settings_default(&usual);
    REQUIRE(audio_endpointer_create(settings ? settings : &usual, &ear->endpointer) == 0);
}

static void end(struct ear *ear)
{
    audio_endpointer_destroy(ear->endpointer);
}

static size_t s(double seconds)
{
    return (size_t)(seconds * AUDIO_RATE_HZ);
}

/* Feeds the scene up to that second. */
static void feed_until(struct ear *ear, double seconds)
{
    while (audio_endpointer_now(ear->endpointer) < (int64_t)s(seconds)) {
        int16_t block[AUDIO_BLOCK_SAMPLES];
        struct audio_endpoint_event event;

        voice_block(scene + audio_endpointer_now(ear->endpointer), block);
        audio_endpointer_feed(ear->endpointer, block, &event);
        if (event.kind == AUDIO_ENDPOINT_NONE)
            continue;
        REQUIRE(ear->n_events < N_EVENTS);
        ear->events[ear->n_events] = event;
        ear->told_at[ear->n_events++] = audio_endpointer_now(ear->endpointer);
    }
}

static void open_now(struct ear *ear)
{
    audio_endpointer_open(ear->endpointer, audio_endpointer_now(ear->endpointer));
}

/* Checks the kinds that came, in order. */
static void came(const struct ear *ear, int n, const enum audio_endpoint_kind *kinds)
{
    CHECK_INT(ear->n_events, n);
    for (int i = 0; i < n && i < ear->n_events; i++)
        CHECK_INT(ear->events[i].kind, kinds[i]);
}
#define CAME(ear, ...)                                                                             \
    came((ear),                                                                                    \
         (int)(sizeof((enum audio_endpoint_kind[]){__VA_ARGS__}) /                                 \
               sizeof(enum audio_endpoint_kind)),                                                  \
         (enum audio_endpoint_kind[]){__VA_ARGS__})

static bool is_near_s(int64_t sample, double seconds, double tolerance_s)
{
    double off = audio_samples_to_s(sample) - seconds;

    if (fabs(off) > tolerance_s)
        fprintf(stderr, "at %.3f s, not %.3f s\n", audio_samples_to_s(sample), seconds);
    return fabs(off) <= tolerance_s;
}

static void closed_it_finds_nothing(void)
{
    struct ear ear;

    begin(&ear, NULL);
    voice_add(scene, s(2), 10, PITCH, 4000);
    feed_until(&ear, 10);
    CHECK_INT(ear.n_events, 0);
    CHECK(!audio_endpointer_is_open(ear.endpointer));
    end(&ear);
}

static void an_utterance_has_its_places_and_its_sound(void)
{
    struct ear ear;
    const int16_t *sound;
    int64_t start;
    size_t n;
    double words_end;

    begin(&ear, NULL);
    words_end = (double)voice_add(scene, s(3), 8, PITCH, 4000) / AUDIO_RATE_HZ;
    feed_until(&ear, 2);
    open_now(&ear);
    feed_until(&ear, 10);
    CAME(&ear, AUDIO_ENDPOINT_START, AUDIO_ENDPOINT_PAUSE, AUDIO_ENDPOINT_END);
    CHECK(is_near_s(ear.events[0].at_sample, 3, 0.08));
    CHECK(is_near_s(ear.events[1].at_sample, words_end, 0.08));
    CHECK(is_near_s(ear.told_at[1], words_end + 0.35, 0.08));
    CHECK(is_near_s(ear.events[2].at_sample, words_end, 0.08));
    CHECK(is_near_s(ear.told_at[2], words_end + 1.6, 0.08));
    CHECK(!ear.events[2].is_cut);
    sound = audio_endpointer_sound(ear.endpointer, &n, &start);
    REQUIRE(sound);
    CHECK(is_near_s(start, 3 - 0.3, 0.08));
    CHECK_INT(start + (int64_t)n, ear.told_at[2]);
    for (size_t i = 0; i < n; i += AUDIO_BLOCK_SAMPLES) {
        int16_t block[AUDIO_BLOCK_SAMPLES];

        voice_block(scene + start + i, block);
        REQUIRE(memcmp(block, sound + i, sizeof(block)) == 0);
    }
    end(&ear);
}

static void a_pause_inside_does_not_end_it(void)
{
    struct ear ear;
    size_t at;

    begin(&ear, NULL);
    at = voice_add(scene, s(3), 4, PITCH, 4000);
    at = voice_add(scene, at + s(1.2), 4, PITCH, 4000);
    at = voice_add(scene, at + s(1.2), 4, PITCH, 4000);
    feed_until(&ear, 2);
    open_now(&ear);
    feed_until(&ear, 15);
    CAME(&ear, AUDIO_ENDPOINT_START, AUDIO_ENDPOINT_PAUSE, AUDIO_ENDPOINT_RESUME,
         AUDIO_ENDPOINT_PAUSE, AUDIO_ENDPOINT_RESUME, AUDIO_ENDPOINT_PAUSE, AUDIO_ENDPOINT_END);
    CHECK(is_near_s(ear.events[2].at_sample, 3 + 4 * 0.21 + 1.2, 0.08));
    CHECK(is_near_s(ear.events[6].at_sample, (double)at / AUDIO_RATE_HZ, 0.08));
    end(&ear);
}

static void patience_can_change_on_the_way(void)
{
    struct ear ear;
    double words_end;

    begin(&ear, NULL);
    words_end = (double)voice_add(scene, s(3), 4, PITCH, 4000) / AUDIO_RATE_HZ;
    voice_add(scene, s(8), 4, PITCH, 4000);
    feed_until(&ear, 2);
    open_now(&ear);
    feed_until(&ear, words_end + 0.5);
    audio_endpointer_set_patience(ear.endpointer, 600); /* the sentence is complete */
    feed_until(&ear, 7);
    CAME(&ear, AUDIO_ENDPOINT_START, AUDIO_ENDPOINT_PAUSE, AUDIO_ENDPOINT_END);
    CHECK(is_near_s(ear.told_at[2], words_end + 0.6, 0.08));
    open_now(&ear); /* with the patience of the settings again */
    feed_until(&ear, 15);
    CHECK_INT(ear.n_events, 6);
    CHECK(is_near_s(ear.told_at[5], 8 + 4 * 0.21 + 1.6, 0.08));
    end(&ear);
}

static void a_short_yes_is_enough(void)
{
    struct ear ear;

    begin(&ear, NULL);
    voice_add(scene, s(3), 1, PITCH, 3000);
    feed_until(&ear, 2);
    open_now(&ear);
    feed_until(&ear, 8);
    CAME(&ear, AUDIO_ENDPOINT_START, AUDIO_ENDPOINT_PAUSE, AUDIO_ENDPOINT_END);
    end(&ear);
}

static void clicks_are_not_enough(void)
{
    struct ear ear;

    begin(&ear, NULL);
    for (double at = 2.5; at < 9; at += 0.7)
        noise_add(scene, s(at), s(0.02), 20000, 5);
    feed_until(&ear, 2);
    open_now(&ear);
    feed_until(&ear, 9.9);
    CHECK_INT(ear.n_events, 0);
    end(&ear);
}

static void silence_is_told_and_closes(void)
{
    struct ear ear;
    size_t n;
    int64_t start;

    begin(&ear, NULL);
    feed_until(&ear, 2);
    open_now(&ear);
    feed_until(&ear, 15);
    CAME(&ear, AUDIO_ENDPOINT_NO_SPEECH);
    CHECK(is_near_s(ear.told_at[0], 10, 0.02));
    CHECK(!audio_endpointer_is_open(ear.endpointer));
    CHECK(audio_endpointer_sound(ear.endpointer, &n, &start) == NULL);
    end(&ear);
}

static void one_breath_loses_nothing_after_the_wake_phrase(void)
{
    struct ear ear;
    const int16_t *sound;
    size_t wake_end, n;
    int64_t start;

    begin(&ear, NULL);
    wake_end = voice_add(scene, s(5), 5, PITCH, 4000);
    voice_add(scene, wake_end, 8, PITCH, 4000); /* no gap at all */
    feed_until(&ear, (double)wake_end / AUDIO_RATE_HZ + 0.4);
    audio_endpointer_open(ear.endpointer, (int64_t)wake_end);
    feed_until(&ear, 15);
    CAME(&ear, AUDIO_ENDPOINT_START, AUDIO_ENDPOINT_PAUSE, AUDIO_ENDPOINT_END);
    sound = audio_endpointer_sound(ear.endpointer, &n, &start);
    REQUIRE(sound);
    CHECK_INT(start, (int64_t)wake_end / AUDIO_BLOCK_SAMPLES * AUDIO_BLOCK_SAMPLES);
    end(&ear);
}

/* A voice 10 dB lower that never stops. */
static void add_television(double from_s, double peak)
{
    voice_add(scene, s(from_s), (int)((SECONDS - 1 - from_s) / 0.21), 120, peak);
}

static void a_television_does_not_hold_it_open(void)
{
    struct ear ear;
    size_t at;
    double words_end;

    begin(&ear, NULL);
    add_television(0, 1260);
    at = voice_add(scene, s(20), 5, PITCH, 4000); /* the wake phrase */
    words_end = (double)voice_add(scene, at + s(0.2), 10, PITCH, 4000) / AUDIO_RATE_HZ;
    feed_until(&ear, (double)at / AUDIO_RATE_HZ + 0.3);
    audio_endpointer_open(ear.endpointer, (int64_t)at);
    feed_until(&ear, 50);
    REQUIRE(ear.n_events >= 2);
    CHECK_INT(ear.events[0].kind, AUDIO_ENDPOINT_START);
    CHECK_INT(ear.events[ear.n_events - 1].kind, AUDIO_ENDPOINT_END);
    CHECK(!ear.events[ear.n_events - 1].is_cut);
    CHECK(is_near_s(ear.events[ear.n_events - 1].at_sample, words_end, 0.15));
    CHECK(is_near_s(ear.told_at[ear.n_events - 1], words_end + 1.6, 0.15));
    end(&ear);
}

static void nor_one_that_was_turned_on_in_mid_sentence(void)
{
    struct ear ear;
    double words_end;

    begin(&ear, NULL);
    add_television(4, 1260);
    words_end = (double)voice_add(scene, s(3), 10, PITCH, 4000) / AUDIO_RATE_HZ;
    feed_until(&ear, 2.5);
    open_now(&ear);
    feed_until(&ear, 30);
    REQUIRE(ear.n_events >= 2);
    CHECK_INT(ear.events[ear.n_events - 1].kind, AUDIO_ENDPOINT_END);
    CHECK(!ear.events[ear.n_events - 1].is_cut);
    CHECK(ear.told_at[ear.n_events - 1] <= (int64_t)s(words_end + 1.6 + 2.5 + 0.15));
    end(&ear);
}

static void and_is_no_sentence_of_its_own_behind_the_person(void)
{
    struct ear ear;
    int before;

    begin(&ear, NULL);
    add_television(0, 1000);
    voice_add(scene, s(0.5), 10, PITCH, 4000);
    voice_add(scene, s(25), 3, PITCH, 4000);
    open_now(&ear);
    feed_until(&ear, 5.3);
    CHECK(!audio_endpointer_is_open(ear.endpointer));
    before = ear.n_events;
    open_now(&ear);
    feed_until(&ear, 22);
    REQUIRE(ear.n_events == before + 1);
    CHECK_INT(ear.events[before].kind, AUDIO_ENDPOINT_NO_SPEECH);
    before = ear.n_events;
    open_now(&ear);
    feed_until(&ear, 30);
    REQUIRE(ear.n_events >= before + 2);
    CHECK_INT(ear.events[before].kind, AUDIO_ENDPOINT_START);
    CHECK(is_near_s(ear.events[before].at_sample, 25, 0.12));
    end(&ear);
}

static void after_a_prompt_the_person_is_known_from_the_television(void)
{
    struct ear ear;
    size_t wake_end, answer_end;
    int before;

    begin(&ear, NULL);
    add_television(0, 1260);
    wake_end = voice_add(scene, s(20), 5, PITCH, 4000);
    voice_add(scene, wake_end, 6, PITCH, 4000);
    feed_until(&ear, (double)wake_end / AUDIO_RATE_HZ + 0.3);
    audio_endpointer_open(ear.endpointer, (int64_t)wake_end);
    feed_until(&ear, 26);
    CHECK(!audio_endpointer_is_open(ear.endpointer));
    while (audio_endpointer_now(ear.endpointer) < (int64_t)s(30))
        audio_endpointer_skip(ear.endpointer); /* our question */
    answer_end = voice_add(scene, s(32), 2, PITCH, 4000);
    before = ear.n_events;
    open_now(&ear);
    feed_until(&ear, 40);
    REQUIRE(ear.n_events >= before + 2);
    CHECK_INT(ear.events[before].kind, AUDIO_ENDPOINT_START);
    CHECK(is_near_s(ear.events[before].at_sample, 32, 0.12));
    CHECK_INT(ear.events[ear.n_events - 1].kind, AUDIO_ENDPOINT_END);
    CHECK(is_near_s(ear.events[ear.n_events - 1].at_sample, (double)answer_end / AUDIO_RATE_HZ,
                    0.15));
    end(&ear);
}

static void fifteen_seconds_are_the_most(void)
{
    struct ear ear;
    size_t n;
    int64_t start;

    begin(&ear, NULL);
    voice_add(scene, s(3), 200, PITCH, 4000);
    feed_until(&ear, 2);
    open_now(&ear);
    feed_until(&ear, 25);
    CHECK_INT(ear.n_events, 2);
    CHECK_INT(ear.events[1].kind, AUDIO_ENDPOINT_END);
    CHECK(ear.events[1].is_cut);
    REQUIRE(audio_endpointer_sound(ear.endpointer, &n, &start));
    CHECK_INT(n, 15 * AUDIO_RATE_HZ);
    end(&ear);
}

static void wiping_leaves_no_sound(void)
{
    struct ear ear;
    static int16_t recent[3 * AUDIO_RATE_HZ];
    const int16_t *sound;
    size_t n, n_left = 0;
    int64_t start;

    begin(&ear, NULL);
    voice_add(scene, s(3), 8, PITCH, 4000);
    feed_until(&ear, 2);
    open_now(&ear);
    feed_until(&ear, 7);
    sound = audio_endpointer_sound(ear.endpointer, &n, &start);
    REQUIRE(sound && n > 0);
    CHECK_INT(audio_endpointer_recent(ear.endpointer, recent, 3 * AUDIO_RATE_HZ),
              3 * AUDIO_RATE_HZ);
    audio_endpointer_wipe(ear.endpointer);
    for (size_t i = 0; i < n; i++)
        n_left += sound[i] != 0;
    CHECK_INT(audio_endpointer_recent(ear.endpointer, recent, 3 * AUDIO_RATE_HZ),
              3 * AUDIO_RATE_HZ);
    for (size_t i = 0; i < 3 * AUDIO_RATE_HZ; i++)
        n_left += recent[i] != 0;
    CHECK_INT(n_left, 0);
    CHECK(audio_endpointer_sound(ear.endpointer, &n, &start) == NULL);
    end(&ear);
}

static void the_recent_past_is_what_was_fed(void)
{
    struct ear ear;
    int16_t recent[1600], block[AUDIO_BLOCK_SAMPLES];

    begin(&ear, NULL);
    feed_until(&ear, 5);
    CHECK_INT(audio_endpointer_recent(ear.endpointer, recent, 1600), 1600);
    voice_block(scene + s(5) - 1600, block);
    CHECK(memcmp(block, recent, sizeof(block)) == 0);
    voice_block(scene + s(5) - AUDIO_BLOCK_SAMPLES, block);
    CHECK(memcmp(block, recent + 1600 - AUDIO_BLOCK_SAMPLES, sizeof(block)) == 0);
    end(&ear);
}

static void skipping_abandons_and_counts_the_time(void)
{
    struct ear ear;

    begin(&ear, NULL);
    voice_add(scene, s(3), 8, PITCH, 4000);
    feed_until(&ear, 2);
    open_now(&ear);
    feed_until(&ear, 4);
    CHECK_INT(ear.n_events, 1);
    audio_endpointer_skip(ear.endpointer);
    CHECK(!audio_endpointer_is_open(ear.endpointer));
    CHECK_INT(audio_endpointer_now(ear.endpointer), (int64_t)s(4.01));
    feed_until(&ear, 8);
    CHECK_INT(ear.n_events, 1);
    end(&ear);
}

static void odd_openings_are_harmless(void)
{
    struct ear ear;

    begin(&ear, NULL);
    audio_endpointer_open(ear.endpointer, 0);
    audio_endpointer_open(ear.endpointer, -1000000);
    audio_endpointer_open(ear.endpointer, 1000000);
    feed_until(&ear, 7);
    audio_endpointer_open(ear.endpointer, 0); /* more than 3 s ago */
    feed_until(&ear, 7.5);
    audio_endpointer_skip(ear.endpointer);
    audio_endpointer_open(ear.endpointer, (int64_t)s(7)); /* over a skipped block */
    feed_until(&ear, 8);
    CHECK_INT(ear.n_events, 0);
    audio_endpointer_close(ear.endpointer);
    end(&ear);
}

static void settings_are_checked(void)
{
    struct audio_endpointer_settings settings;
    struct audio_endpointer *endpointer;

    audio_endpointer_settings_default(&settings);
    settings.max_ms = 15001;
    CHECK_INT(audio_endpointer_create(&settings, &endpointer), -EINVAL);
    settings.max_ms = 5000;
    settings.preroll_ms = -1;
    CHECK_INT(audio_endpointer_create(&settings, &endpointer), -EINVAL);
    audio_endpointer_destroy(NULL);
}

CHECK_MAIN(closed_it_finds_nothing, an_utterance_has_its_places_and_its_sound,
           a_pause_inside_does_not_end_it, patience_can_change_on_the_way, a_short_yes_is_enough,
           clicks_are_not_enough, silence_is_told_and_closes,
           one_breath_loses_nothing_after_the_wake_phrase, a_television_does_not_hold_it_open,
           nor_one_that_was_turned_on_in_mid_sentence,
           and_is_no_sentence_of_its_own_behind_the_person,
           after_a_prompt_the_person_is_known_from_the_television, fifteen_seconds_are_the_most,
           wiping_leaves_no_sound, the_recent_past_is_what_was_fed,
           skipping_abandons_and_counts_the_time, odd_openings_are_harmless, settings_are_checked)
