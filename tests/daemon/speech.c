/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A voice that fails: a tone and a stored sentence ("speech.failed") are heard in its place (R25).
 * What is said again is slower. */
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

/* A voice that notes at which rate it spoke, and what. */
struct notes {
    struct tts_voice base; /* first */
    int rate_wpm;          /* as it is set now */
    int spoken_at_wpm[8];
    char texts[8][400];
    size_t n;
};

static int note_speech(struct tts_voice *voice, const char *text, struct tts_sound *ret_sound)
{
    struct notes *notes = (struct notes *)voice;

    REQUIRE(notes->n < sizeof(notes->texts) / sizeof(notes->texts[0]));
    notes->spoken_at_wpm[notes->n] = notes->rate_wpm;
    snprintf(notes->texts[notes->n++], sizeof(notes->texts[0]), "%s", text);
    *ret_sound = (struct tts_sound){
        .samples = calloc(1600, sizeof(int16_t)), .n_samples = 1600, .rate_hz = 16000};
    return ret_sound->samples ? 0 : -ENOMEM;
}

static int note_setting(struct tts_voice *voice, const struct tts_voice_settings *settings)
{
    ((struct notes *)voice)->rate_wpm = settings->rate_wpm;
    return 0;
}

static const struct tts_voice_ops noting_ops = {.render = note_speech, .set = note_setting};

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

static void begin_with(struct stage *stage, struct tts_voice *voice, int rate_wpm)
{
    static const char *const services[] = {"groceries"};
    struct phrasing_options phrasing = {.language = "fr",
                                        .services = services,
                                        .n_services = 1,
                                        .alert_name = "",
                                        .wake_phrase = "bonjour voisine"};
    struct speech_settings settings = {.voice = {"fr", rate_wpm, 50, 100}, .volume = 100};
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
    parts.voice = voice ? voice : stage->voice;
    parts.phrasing = stage->phrasing;
    REQUIRE(speech_create(&settings, &parts, NULL, NULL, &stage->speech) == 0);
    speech_join(stage->speech, stage->player);
    base_strbuf_finish(&error);
}

static void begin(struct stage *stage, bool is_broken)
{
    begin_with(stage, is_broken ? &broken : NULL, 150);
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

/* "Répétez": the same words, a step slower, and what comes next as fast as before; never below the
 * slowest that can be followed. */
static void what_is_said_again_is_slower(void)
{
    static const struct {
        int usual_wpm, again_wpm;
    } rates[] = {{150, 135}, {130, 115}, {105, 100}, {100, 100}};

    for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
        struct notes notes = {.base = {&noting_ops}, .rate_wpm = rates[i].usual_wpm};
        struct stage stage = {0};

        begin_with(&stage, &notes.base, rates[i].usual_wpm);
        say(&stage);
        loud_blocks(&stage);
        speech_again(stage.speech);
        loud_blocks(&stage);
        CHECK_INT(notes.rate_wpm, rates[i].usual_wpm);
        CHECK_INT(speech_rate_wpm(stage.speech), rates[i].usual_wpm);
        speech_begin(stage.speech);
        say(&stage);
        CHECK(notes.n >= 3 && notes.n % 3 == 0);
        for (size_t k = 0; k < notes.n; k++)
            CHECK_INT(notes.spoken_at_wpm[k],
                      k / (notes.n / 3) == 1 ? rates[i].again_wpm : rates[i].usual_wpm);
        for (size_t k = 0; k < notes.n / 3; k++)
            CHECK_STR(notes.texts[notes.n / 3 + k], notes.texts[k]);
        end(&stage);
    }
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

CHECK_MAIN(a_sentence_stands_in, words_that_can_be_said_need_none, what_is_said_again_is_slower,
           an_emergency_has_its_own)
