/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is heard of the assistant besides words: the low tones before what must not be missed; and
 * when nothing at all can be heard of it, the conversation goes on. */
#include "daemon/assistant.h"

#include "audio/earcon.h"
#include "base/log.h"
#include "tests/check.h"
#include "tests/daemon/scene.h"
#include "tests/daemon/scene_private.h"

#include <errno.h>
#include <time.h>

int __real_audio_player_play(struct audio_player *player, const int16_t *samples, size_t n_samples,
                             int rate_hz);
int __wrap_audio_player_play(struct audio_player *player, const int16_t *samples, size_t n_samples,
                             int rate_hz);

static struct scene scene;
static bool takes_nothing;
static int n_played[AUDIO_EARCON_COUNT];

static void note_tone(const int16_t *samples, size_t n_samples)
{
    int16_t tone[AUDIO_EARCON_MAX_SAMPLES];

    for (int e = 0; e < AUDIO_EARCON_COUNT; e++) {
        size_t n = audio_earcon_render((enum audio_earcon)e, tone);

        n_played[e] += n == n_samples && memcmp(tone, samples, n * sizeof(*tone)) == 0;
    }
}

int __wrap_audio_player_play(struct audio_player *player, const int16_t *samples, size_t n_samples,
                             int rate_hz)
{
    if (takes_nothing)
        return -ENOMEM;
    note_tone(samples, n_samples);
    return __real_audio_player_play(player, samples, n_samples, rate_hz);
}

static void begin(void)
{
    struct base_datetime now;

    if (!scene.stage) {
        setenv("TZ", "Europe/Paris", 1);
        tzset();
        base_log_open(BASE_LOG_NOTICE, BASE_LOG_HUMAN, NULL);
        scene.stage = scene_stage_create();
        scene.name = "assistant";
        scene.file = json_object();
        REQUIRE(config_territory_load(NULL, "pessac", scene.stage->problems, &scene.territory) ==
                0);
    }
    REQUIRE(base_datetime_parse("2026-06-15T09:30", &now) == 0);
    base_clock_manual_init(&scene.clock, base_datetime_to_wall_ms(now));
    scene.clock.monotonic_now_ms = 1000;
    memset(n_played, 0, sizeof(n_played));
    scene.is_muted = false;
    scene_room_open(&scene);
    scene_run(&scene, false);
}

static bool was_said(const char *key)
{
    for (size_t i = 0; i < scene.n_said; i++) {
        if (strcmp(scene.said[i].key, key) == 0)
            return true;
    }
    return false;
}

static void end(void)
{
    CHECK_INT(scene.n_failures, 0);
    scene.n_said = 0;
    scene_room_close(&scene);
}

static void a_low_tone_stands_before_the_loss_of_the_microphone(void)
{
    begin();
    assistant_set_deaf(scene.assistant, true);
    scene_run_ms(&scene, 500);
    CHECK(was_said("mic.lost"));
    CHECK_INT(n_played[AUDIO_EARCON_FAILED], 1);
    CHECK_INT(n_played[AUDIO_EARCON_LISTENING], 0);
    end();
}

static void a_falling_tone_stands_before_the_word_that_it_is_muted(void)
{
    begin();
    assistant_set_muted(scene.assistant, true);
    scene_run_ms(&scene, 500);
    CHECK(was_said("mute.on"));
    CHECK_INT(n_played[AUDIO_EARCON_MUTED], 1);
    end();
}

/* No memory for a sentence, nor for a tone in its place: nobody waits for the end of nothing. */
static void a_question_that_could_not_sound_is_answered_all_the_same(void)
{
    begin();
    assistant_button(scene.assistant, false);
    scene_run(&scene, false);
    takes_nothing = true;
    scene_resident(&scene, "je voudrais que quelqu'un fasse mes courses demain matin", 1);
    scene_run_ms(&scene, 1000);
    takes_nothing = false;
    CHECK(scene_is_listening(&scene));
    assistant_button(scene.assistant, false);
    scene_run(&scene, false);
    CHECK(was_said("noted"));
    end();
}

static void close_scene(void)
{
    config_territory_destroy(scene.territory);
    scene_stage_destroy(scene.stage);
    json_decref(scene.file);
    base_log_close();
}

CHECK_MAIN(a_low_tone_stands_before_the_loss_of_the_microphone,
           a_falling_tone_stands_before_the_word_that_it_is_muted,
           a_question_that_could_not_sound_is_answered_all_the_same, close_scene)
