/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What becomes of an utterance before it is decoded: its pauses, its edges, its level. */
#include "asr/prepare.h"
#include "tests/check.h"

#include <math.h>
#include <stdlib.h>

enum { MS = 16, VOICE_MS = 600, EDGE_MS = 200 };

static int16_t sound[MS * 4000];
static size_t n_sound;

static void put(int n_ms, int amplitude)
{
    for (int i = 0; i < n_ms * MS; i++, n_sound++)
        sound[n_sound] = (int16_t)(amplitude * sin((double)n_sound * 0.2));
}

static int loudest(const struct asr_prepared *prepared, size_t from_ms, size_t to_ms)
{
    int most = 0;
    for (size_t i = from_ms * MS; i < to_ms * MS && i < prepared->n_samples; i++)
        most = abs(prepared->samples[i]) > most ? abs(prepared->samples[i]) : most;
    return most;
}

static size_t length_ms(const struct asr_prepared *prepared)
{
    return prepared->n_samples / MS;
}

/* Cut out of a stream within a word, or a recording without silence around it. */
static void a_sound_that_begins_within_a_word_gets_silence_around_it(void)
{
    struct asr_prepared prepared;
    n_sound = 0;
    put(VOICE_MS, 8000);
    REQUIRE(asr_prepare(sound, n_sound, &asr_prepare_default, &prepared) == 0);
    CHECK_INT(length_ms(&prepared), VOICE_MS + 2 * EDGE_MS);
    CHECK(loudest(&prepared, 0, EDGE_MS - 5) < 1000);
    CHECK(loudest(&prepared, EDGE_MS, EDGE_MS + VOICE_MS) > 10000);
    CHECK(loudest(&prepared, EDGE_MS + VOICE_MS + 5, 2 * EDGE_MS + VOICE_MS) < 1000);
    CHECK_INT(asr_prepare_origin(&prepared, 10), 0);
    CHECK_INT(asr_prepare_origin(&prepared, (EDGE_MS + 50) * MS), 50 * MS);
    CHECK_INT(asr_prepare_origin(&prepared, prepared.n_samples - 1), n_sound);
    asr_prepare_finish(&prepared);
}

static void pauses_are_shortened_and_times_stay_known(void)
{
    struct asr_prepared prepared;
    n_sound = 0;
    put(500, 0);
    put(VOICE_MS, 4000);
    put(1000, 0);
    put(VOICE_MS, 4000);
    put(500, 0);
    REQUIRE(asr_prepare(sound, n_sound, &asr_prepare_default, &prepared) == 0);
    CHECK(length_ms(&prepared) < n_sound / MS - 2 * (500 - EDGE_MS) - 150);
    CHECK(length_ms(&prepared) > 2 * VOICE_MS);
    size_t last = 0;
    for (size_t i = 0; i < prepared.n_samples; i++) {
        if (abs(prepared.samples[i]) > 5000)
            last = i;
    }
    /* Where the second voice ends, up to the soft edges. */
    CHECK(fabs((double)asr_prepare_origin(&prepared, last) / MS - (500 + 2 * VOICE_MS + 1000)) <
          15);
    asr_prepare_finish(&prepared);
}

static void loud_and_quiet_come_out_alike(void)
{
    int heights[2];
    for (int i = 0; i < 2; i++) {
        struct asr_prepared prepared;
        n_sound = 0;
        put(300, 0);
        put(VOICE_MS, i == 0 ? 600 : 20000);
        put(300, 0);
        REQUIRE(asr_prepare(sound, n_sound, &asr_prepare_default, &prepared) == 0);
        heights[i] = loudest(&prepared, 0, length_ms(&prepared));
        asr_prepare_finish(&prepared);
    }
    CHECK(abs(heights[0] - heights[1]) < 6000);
    CHECK(heights[0] > 10000);
}

CHECK_MAIN(a_sound_that_begins_within_a_word_gets_silence_around_it,
           pauses_are_shortened_and_times_stay_known, loud_and_quiet_come_out_alike)
