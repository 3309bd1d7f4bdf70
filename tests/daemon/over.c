/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Calls for help over our own speech, in a room whose microphone hears our loudspeaker: the
 * daemon's parts and voice, and ears that are told the words. tools/overheard measures the same
 * with real ears, in hundreds of rooms. */
#include "base/log.h"
#include "tests/check.h"
#include "tests/daemon/scene.h"
#include "tests/daemon/scene_private.h"

#include <math.h>
#include <time.h>

enum {
    DELAY = 2560, /* samples from the loudspeaker's queue to the microphone */
    BEFORE_MS = 1500,
    LONG_MS = 12000,
    TONE_WAIT_MS = 3000,
    SOUND_LEAST = 64,
};

#define OURS_GAIN 0.08f /* much softer than who calls */
#define TONE_GAIN 0.5f  /* of a loudspeaker beside its microphone */
#define BENDS     3e-5f /* the cone: what no filter takes out */

static struct scene scene;
static struct tts_sound call;
static size_t n_room;
static int64_t call_from; /* below 0: nobody calls */
static float ours_gain = OURS_GAIN;

static int16_t sample_at(const int16_t *sounded, size_t n_sounded, int64_t at)
{
    return at < 0 || at >= (int64_t)n_sounded ? 0 : sounded[at];
}

static void hear_room(struct scene *a_scene, const int16_t *sounded, size_t n_sounded,
                      int16_t ret_block[AUDIO_BLOCK_SAMPLES])
{
    for (int i = 0; i < AUDIO_BLOCK_SAMPLES; i++, n_room++) {
        float ours = sample_at(sounded, n_sounded, (int64_t)n_room - DELAY);
        int64_t at = (int64_t)n_room - call_from;
        float theirs = call_from < 0 ? 0 : sample_at(call.samples, call.n_samples, at);

        ret_block[i] = (int16_t)(ours_gain * (ours + BENDS * ours * ours) + theirs / 4 +
                                 (float)base_rng_below(&a_scene->rng, 41) - 20);
    }
}

static void render_call(struct tts_voice *voice)
{
    size_t n;

    REQUIRE(tts_voice_render(voice, "Au secours, je suis tombée dans la salle de bains, aidez-moi.",
                             &call) == 0);
    n = call.n_samples * AUDIO_RATE_HZ / (size_t)call.rate_hz;
    for (size_t i = 0; i < n; i++)
        call.samples[i] = call.samples[i * (size_t)call.rate_hz / AUDIO_RATE_HZ];
    call.n_samples = n;
}

static void open_scene(void)
{
    struct tts_voice_settings ours = {"fr+f3", 150, 50, 100};
    struct base_datetime now;

    setenv("TZ", "Europe/Paris", 1);
    tzset();
    base_log_open(BASE_LOG_ERROR, BASE_LOG_HUMAN, NULL);
    scene.stage = scene_stage_create();
    scene.name = "over";
    scene.file = json_object();
    render_call(scene.stage->resident);
    /* There is one voice in a process: the caller's becomes ours. */
    scene.stage->voice = scene.stage->resident;
    REQUIRE(tts_voice_set(scene.stage->voice, &ours) == 0);
    snprintf(scene.stage->ears.text, sizeof(scene.stage->ears.text), "au secours je suis tombée");
    scene.stage->ears.confidence = 1;
    REQUIRE(base_datetime_parse("2026-06-15T09:30", &now) == 0);
    REQUIRE(config_territory_load(NULL, "pessac", scene.stage->problems, &scene.territory) == 0);
    base_clock_manual_init(&scene.clock, base_datetime_to_wall_ms(now));
    scene.clock.monotonic_now_ms = 1000;
    scene.room_fn = hear_room;
}

static bool has_sounded(size_t from)
{
    size_t n;
    const int16_t *played = audio_twin_played(scene.room, &n);

    for (size_t i = from; i < n; i++) {
        if (abs(played[i]) >= SOUND_LEAST)
            return true;
    }
    return false;
}

/* A daemon's first speech, with or without a call from its first sound on. Returns: whether it was
 * taken for one. */
static bool speak(const char *key, bool is_called)
{
    bool is_alarmed = false;

    if (!scene.stage)
        open_scene();
    n_room = 0;
    call_from = -1;
    scene_room_open(&scene);
    scene_run_ms(&scene, BEFORE_MS);
    assistant_announce(scene.assistant, key);
    for (int ms = 0; ms < LONG_MS && !is_alarmed; ms += AUDIO_BLOCK_MS) {
        scene_run_ms(&scene, AUDIO_BLOCK_MS);
        if (is_called && call_from < 0 && has_sounded(0))
            call_from = (int64_t)n_room + DELAY;
        is_alarmed = assistant_state(scene.assistant) == STATE_ALARMED;
    }
    scene.n_said = 0;
    scene_room_close(&scene);
    return is_alarmed;
}

static void a_call_over_the_whole_of_our_first_short_speech_is_answered(void)
{
    CHECK(speak("news.back", true));
}

static void a_call_over_a_longer_speech_is_answered(void)
{
    CHECK(speak("start.privacy", true));
}

static void our_own_voice_is_no_call_whatever_is_heard_in_it(void)
{
    CHECK(!speak("news.back", false));
    CHECK(!speak("start.privacy", false));
}

static void a_call_that_is_half_heard_over_our_speech_is_none(void)
{
    scene.stage->ears.confidence = 0.5;
    CHECK(!speak("start.privacy", true));
    scene.stage->ears.confidence = 1;
}

static void our_own_tone_is_no_answer_to_it(void)
{
    snprintf(scene.stage->ears.text, sizeof(scene.stage->ears.text), "répétez");
    ours_gain = TONE_GAIN;
    n_room = 0;
    call_from = -1;
    scene_room_open(&scene);
    scene_run_ms(&scene, BEFORE_MS);
    scene_wake(&scene);
    scene_run_ms(&scene, TONE_WAIT_MS);
    CHECK(has_sounded(0));
    CHECK(scene.n_said == 0);
    CHECK(assistant_state(scene.assistant) == STATE_LISTENING);
    scene_room_close(&scene);
}

static void close_scene(void)
{
    config_territory_destroy(scene.territory);
    scene_stage_destroy(scene.stage);
    json_decref(scene.file);
    free(call.samples);
    base_log_close();
}

CHECK_MAIN(a_call_over_the_whole_of_our_first_short_speech_is_answered,
           a_call_over_a_longer_speech_is_answered,
           our_own_voice_is_no_call_whatever_is_heard_in_it,
           a_call_that_is_half_heard_over_our_speech_is_none, our_own_tone_is_no_answer_to_it,
           close_scene)
