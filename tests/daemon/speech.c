/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A voice that fails: a tone and a stored sentence are heard in its place (R25). */
#include "daemon/speech.h"

#include "audio/twin.h"
#include "base/strbuf.h"
#include "config/catalogue.h"
#include "daemon/bundle.h"
#include "daemon/stored.h"
#include "tests/check.h"
#include "tts/voice_ops.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

static int render_nothing(struct tts_voice *voice, const char *text, struct tts_sound *ret_sound)
{
    (void)voice;
    (void)text;
    (void)ret_sound;
    return -EIO;
}

static const struct tts_voice_ops broken_ops = {.render = render_nothing};
static struct tts_voice broken = {&broken_ops};

struct stage {
    struct base_clock_manual clock;
    struct config_problems *problems;
    struct config_catalogue *catalogue;
    struct phrasing *phrasing;
    struct tts_voice *voice;
    struct audio_twin *room;
    struct audio_player *player;
    struct speech *speech;
    char bundle[PATH_MAX];
};

static void begin(struct stage *stage, bool is_broken)
{
    static const char *const services[] = {"groceries"};
    struct phrasing_options phrasing = {.language = "fr",
                                        .services = services,
                                        .n_services = 1,
                                        .alert_name = "",
                                        .wake_phrase = "bonjour voisine"};
    struct speech_settings settings = {.voice = {"fr", 150, 50, 100}, .volume = 100};
    struct audio_player_settings player;
    struct audio_player_events events = {0};
    struct speech_parts parts = {.clock = &stage->clock.base};
    struct base_strbuf error;

    base_clock_manual_init(&stage->clock, 1781508600000);
    stage->clock.monotonic_now_ms = 1000;
    base_strbuf_init(&error);
    REQUIRE(bundle_folder("fr", stage->bundle, sizeof(stage->bundle)) == 0);
    REQUIRE(config_problems_create(&stage->problems) == 0);
    REQUIRE(config_catalogue_load("fr", stage->problems, &stage->catalogue) == 0);
    phrasing.catalogue = stage->catalogue;
    REQUIRE(phrasing_create(&phrasing, &stage->phrasing, &error) == 0);
    REQUIRE(tts_voice_create_silent(&stage->voice) == 0);
    REQUIRE(audio_twin_create(40, &stage->room) == 0);
    audio_player_settings_default(&player);
    REQUIRE(audio_player_create(NULL, audio_twin_playback(stage->room), &player, &events,
                                &stage->player) == 0);
    settings.stored_folder = stage->bundle;
    parts.voice = is_broken ? &broken : stage->voice;
    parts.phrasing = stage->phrasing;
    REQUIRE(speech_create(&settings, &parts, NULL, NULL, &stage->speech) == 0);
    speech_join(stage->speech, stage->player);
    base_strbuf_finish(&error);
}

static void end(struct stage *stage)
{
    speech_destroy(stage->speech);
    audio_player_destroy(stage->player);
    audio_twin_destroy(stage->room);
    tts_voice_destroy(stage->voice);
    phrasing_destroy(stage->phrasing);
    config_catalogue_destroy(stage->catalogue);
    config_problems_destroy(stage->problems);
}

/* Plays until all is heard. Returns: how many blocks of 10 ms were no silence. */
static int loud_blocks(struct stage *stage)
{
    int16_t block[AUDIO_BLOCK_SAMPLES];
    const int16_t *played;
    size_t n_before, n_played;
    int n = 0;

    audio_twin_played(stage->room, &n_before);
    do {
        while (audio_capture_read(audio_twin_capture(stage->room), block, AUDIO_BLOCK_SAMPLES) == 0)
            ;
        base_clock_manual_advance(&stage->clock, AUDIO_BLOCK_MS);
        audio_player_pump(stage->player);
    } while (audio_player_is_busy(stage->player));
    played = audio_twin_played(stage->room, &n_played);
    for (size_t at = n_before; at + AUDIO_BLOCK_SAMPLES <= n_played; at += AUDIO_BLOCK_SAMPLES) {
        bool is_loud = false;

        for (int i = 0; i < AUDIO_BLOCK_SAMPLES; i++)
            is_loud |= abs(played[at + (size_t)i]) > 300;
        n += is_loud;
    }
    return n;
}

static void say(struct stage *stage)
{
    struct draft none;

    draft_clear(&none);
    speech_say(stage->speech, "noted", &none);
}

static void a_sentence_stands_in(void)
{
    struct stage stage = {0};
    int n;

    begin(&stage, true);
    say(&stage);
    CHECK(loud_blocks(&stage) > 150);
    /* Once is enough for a while; the tone is heard each time. */
    say(&stage);
    n = loud_blocks(&stage);
    CHECK(n > 5 && n < 100);
    end(&stage);
}

static void words_that_can_be_said_need_none(void)
{
    struct stage stage = {0};

    begin(&stage, false);
    say(&stage);
    CHECK_INT(loud_blocks(&stage), 0); /* the twin's voice is silence */
    end(&stage);
}

static void an_emergency_has_its_own(void)
{
    int16_t *emergency, *other;
    size_t n_emergency, n_other;
    char folder[PATH_MAX];

    REQUIRE(bundle_folder("fr", folder, sizeof(folder)) == 0);
    REQUIRE(stored_load(folder, "emergency", &emergency, &n_emergency) == 0);
    REQUIRE(stored_load(folder, "noted", &other, &n_other) == 0);
    CHECK(n_emergency > n_other && n_other > 2 * AUDIO_RATE_HZ);
    free(emergency);
    free(other);
    CHECK(stored_load("/nowhere", "noted", &other, &n_other) < 0);
}

CHECK_MAIN(a_sentence_stands_in, words_that_can_be_said_need_none, an_emergency_has_its_own)
