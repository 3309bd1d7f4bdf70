/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The listener on rendered voice: with the real wake detector where there is a model (else those
 * cases are skipped), and a recogniser that is told the words and keeps an eye on the sound. */
#include "daemon/listener.h"

#include "audio/format.h"
#include "base/log.h"
#include "base/rng.h"
#include "daemon/language.h"
#include "tests/check.h"
#include "tts/voice.h"

#include <stdlib.h>

enum { NO_SPEECH_MS = 5000 };

struct ears {
    struct asr_recogniser base; /* first */
    const char *text;
    float certainty;
    const int16_t *samples; /* what it was last given */
    size_t n_samples;
    unsigned n_heard;
};

struct stage {
    struct language language;
    bool has_wake;
    struct tts_voice *voice;
    struct ears ears;
    struct interpreter *interpreter;
    struct listener *listener;
    struct base_rng rng;
    unsigned n_wakes, n_utterances, n_silences;
    struct utterance utterance;
    bool was_zeroed, opens_after_wake;
    bool is_nobody; /* what is being said */
    int waited_ms;  /* from the end of the voice to the utterance, in the sound's time */
};

static int hear(struct asr_recogniser *recogniser, const int16_t *samples, size_t n_samples,
                enum asr_expect expect, struct asr_hypothesis *ret_hypothesis)
{
    struct ears *ears = (struct ears *)recogniser;

    (void)expect;
    ears->samples = samples;
    ears->n_samples = n_samples;
    ears->n_heard++;
    *ret_hypothesis = (struct asr_hypothesis){.text = ears->text, .certainty = ears->certainty};
    return 0;
}

static void no_destroy(struct asr_recogniser *recogniser)
{
    (void)recogniser;
}

static void on_wake(void *user, int delay_ms)
{
    struct stage *stage = user;

    CHECK(delay_ms >= 0 && delay_ms < 3000);
    stage->n_wakes++;
    if (stage->opens_after_wake)
        listener_open(stage->listener, INTENTS_EXPECT_REQUEST);
}

static bool is_zero(const int16_t *samples, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (samples[i])
            return false;
    }
    return n > 0;
}

static void on_utterance(void *user, const struct utterance *utterance)
{
    struct stage *stage = user;

    stage->n_utterances++;
    stage->utterance = *utterance;
    stage->waited_ms = (int)((listener_now_s(stage->listener) - utterance->end_s) * 1000 + 0.5);
    stage->was_zeroed = is_zero(stage->ears.samples, stage->ears.n_samples);
}

static void on_silence(void *user)
{
    struct stage *stage = user;

    stage->n_silences++;
}

static bool is_nobody(void *user, const struct utterance *so_far)
{
    const struct stage *stage = user;

    CHECK(so_far->end_s > so_far->start_s);
    return stage->is_nobody;
}

static void open_stage(struct stage *stage)
{
    static const struct asr_recogniser_ops ops = {hear, no_destroy};
    struct language_options options = {.id = "fr",
                                       .models_folder = "",
                                       .wake_phrase = "bonjour voisine",
                                       .wake_sensitivity = 0.5,
                                       .parts = LANGUAGE_WAKES};
    struct tts_voice_settings voice = {"fr", 140, 50, 100};
    struct base_strbuf error;

    base_log_open(BASE_LOG_ERROR, BASE_LOG_HUMAN, NULL);
    base_strbuf_init(&error);
    stage->has_wake = language_open(&options, &stage->language, &error) == 0;
    if (!stage->has_wake) {
        language_close(&stage->language);
        options.parts = LANGUAGE_TEXT;
        REQUIRE(language_open(&options, &stage->language, &error) == 0);
    }
    base_strbuf_finish(&error);
    REQUIRE(tts_voice_create(&voice, &stage->voice) == 0);
    stage->ears.base.ops = &ops;
    REQUIRE(interpreter_create(&stage->ears.base, stage->language.understander, "bonjour voisine",
                               &stage->interpreter) == 0);
    base_rng_seed(&stage->rng, 1);
}

static struct stage stage;

static void begin(bool has_wake)
{
    struct listener_options options = {0};
    struct listener_events events = {.on_wake = on_wake,
                                     .on_utterance = on_utterance,
                                     .on_silence = on_silence,
                                     .is_nobody = is_nobody,
                                     .user = &stage};

    if (!stage.interpreter)
        open_stage(&stage);
    options.interpreter = stage.interpreter;
    options.wake = has_wake ? stage.language.wake : NULL;
    audio_endpointer_settings_default(&options.endpoint);
    options.endpoint.no_speech_ms = NO_SPEECH_MS;
    stage.n_wakes = stage.n_utterances = stage.n_silences = 0;
    stage.ears.n_heard = 0;
    stage.ears.certainty = 1;
    stage.opens_after_wake = true;
    stage.is_nobody = false;
    REQUIRE(listener_create(&options, &events, &stage.listener) == 0);
    listener_set_now(stage.listener, (struct base_datetime){{2026, 6, 15}, {9, 30}});
    listener_sleep(stage.listener);
}

static void end(void)
{
    listener_destroy(stage.listener);
    stage.listener = NULL;
}

static void feed(const int16_t *samples, size_t n_samples)
{
    int16_t block[AUDIO_BLOCK_SAMPLES];

    for (size_t at = 0; at + AUDIO_BLOCK_SAMPLES <= n_samples; at += AUDIO_BLOCK_SAMPLES) {
        for (int i = 0; i < AUDIO_BLOCK_SAMPLES; i++)
            block[i] = (int16_t)((samples ? samples[at + (size_t)i] * 3 / 4 : 0) +
                                 (int)base_rng_below(&stage.rng, 41) - 20);
        listener_feed(stage.listener, block);
    }
}

static void quiet(int ms)
{
    feed(NULL, (size_t)audio_ms_to_samples(ms));
}

static void say(const char *text)
{
    struct tts_sound sound;
    size_t n;

    REQUIRE(tts_voice_render(stage.voice, text, &sound) == 0);
    n = sound.n_samples * AUDIO_RATE_HZ / (size_t)sound.rate_hz;
    for (size_t i = 0; i < n; i++)
        sound.samples[i] = sound.samples[i * (size_t)sound.rate_hz / AUDIO_RATE_HZ];
    feed(sound.samples, n);
    free(sound.samples);
}

static void speak_as(const char *name, int rate_wpm)
{
    struct tts_voice_settings settings = {name, rate_wpm, 50, 100};

    REQUIRE(tts_voice_set(stage.voice, &settings) == 0);
}

/* No detector hears every voice: what it hears must be taken rightly, and some it must hear. */
static void one_breath_is_one_utterance_that_is_woken(void)
{
    static const char *const voices[] = {"fr", "fr+f2", "fr+m3", "fr-be", "fr+f4"};
    unsigned n_heard = 0;

    for (size_t i = 0; i < sizeof(voices) / sizeof(voices[0]); i++) {
        begin(true);
        speak_as(voices[i], 150);
        stage.ears.text = "bonjour voisine je voudrais que quelqu'un fasse mes courses demain";
        quiet(2000);
        say("bonjour voisine je voudrais que quelqu'un fasse mes courses demain");
        quiet(4000);
        n_heard += stage.n_utterances;
        CHECK_INT(stage.n_wakes, 0);
        CHECK(stage.n_utterances <= 1);
        if (stage.n_utterances) {
            CHECK(stage.utterance.is_woken);
            CHECK_STR(stage.utterance.meaning.service, "groceries");
            CHECK_STR(stage.utterance.text, "je voudrais que quelqu'un fasse mes courses demain");
            /* Nothing is cut off at the front: the phrase itself is in the sound. */
            CHECK(stage.utterance.start_s < 2.6);
            CHECK(!listener_is_open(stage.listener));
        }
        end();
    }
    CHECK(n_heard > 0 || !stage.has_wake);
}

static void the_wake_phrase_alone_wakes_and_then_listens(void)
{
    static const char *const voices[] = {"fr", "fr+f2", "fr+m3", "fr-be", "fr+f4"};
    unsigned n_heard = 0;

    for (size_t i = 0; i < sizeof(voices) / sizeof(voices[0]); i++) {
        begin(true);
        speak_as(voices[i], 140);
        stage.ears.text = "bonjour voisine";
        quiet(2000);
        say("bonjour voisine");
        quiet(3000);
        n_heard += stage.n_wakes;
        CHECK(stage.n_wakes <= 1);
        CHECK_INT(stage.n_utterances, 0);
        CHECK_INT(listener_is_open(stage.listener), stage.n_wakes);
        quiet(NO_SPEECH_MS);
        CHECK_INT(stage.n_silences, stage.n_wakes);
        CHECK(!listener_is_open(stage.listener));
        end();
    }
    speak_as("fr", 150);
    CHECK(n_heard > 0 || !stage.has_wake);
}

static void nobody_who_speaks_in_time_is_silence(void)
{
    begin(false);
    quiet(1000);
    listener_open(stage.listener, INTENTS_EXPECT_CONFIRMATION);
    quiet(NO_SPEECH_MS - 500);
    CHECK_INT(stage.n_silences, 0);
    quiet(1000);
    CHECK_INT(stage.n_silences, 1);
    CHECK_INT(stage.n_utterances, 0);
    CHECK_INT(stage.ears.n_heard, 0);
    end();
}

/* The ears are open, and nobody need say anything: the wake phrase counts as in sleep. */
static void a_call_counts_where_the_ears_are_open_to_it(void)
{
    static const char *const voices[] = {"fr", "fr+m3"};
    unsigned n_heard = 0;

    for (size_t i = 0; i < 2 * sizeof(voices) / sizeof(voices[0]); i++) {
        bool is_one_breath = i % 2;

        begin(true);
        speak_as(voices[i / 2], 150);
        stage.opens_after_wake = false;
        quiet(1000);
        for (int k = 0; k < 200; k++)
            listener_skip(stage.listener); /* we spoke */
        listener_open_to_calls(stage.listener, INTENTS_EXPECT_REQUEST);
        quiet(1000);
        stage.ears.text = "bonjour voisine je voudrais que quelqu'un fasse mes courses demain";
        say(is_one_breath ? stage.ears.text : "bonjour voisine");
        quiet(4000);
        CHECK(stage.n_wakes == 0 || !is_one_breath);
        CHECK(!stage.utterance.is_woken || stage.n_utterances <= 1);
        if (is_one_breath)
            n_heard += stage.n_utterances == 1 && stage.utterance.is_woken;
        else
            n_heard += stage.n_wakes;
        stage.utterance = (struct utterance){0};
        end();
    }
    speak_as("fr", 150);
    CHECK(n_heard >= 2 || !stage.has_wake);
}

static void what_is_no_call_is_an_utterance_all_the_same(void)
{
    begin(true);
    stage.ears.text = "quelle heure est-il";
    quiet(1000);
    listener_open_to_calls(stage.listener, INTENTS_EXPECT_REQUEST);
    quiet(500);
    say("quelle heure est-il");
    quiet(3000);
    CHECK_INT(stage.n_utterances, 1);
    CHECK(!stage.utterance.is_woken);
    listener_open_to_calls(stage.listener, INTENTS_EXPECT_REQUEST);
    quiet(NO_SPEECH_MS + 500);
    CHECK_INT(stage.n_silences, 1);
    CHECK(!listener_is_open(stage.listener));
    end();
}

static void the_sound_is_zeroed_before_the_words_are_handed_over(void)
{
    begin(false);
    stage.ears.text = "oui c'est ça";
    quiet(1000);
    listener_open(stage.listener, INTENTS_EXPECT_CONFIRMATION);
    quiet(500);
    say("oui c'est ça");
    quiet(3000);
    CHECK_INT(stage.n_utterances, 1);
    CHECK(!stage.utterance.is_woken);
    CHECK_INT(stage.utterance.meaning.act, INTENTS_AFFIRM);
    CHECK(stage.was_zeroed);
    end();
}

static void what_sounds_while_we_speak_is_not_heard(void)
{
    begin(false);
    stage.ears.text = "oui";
    quiet(1000);
    for (int i = 0; i < 300; i++)
        listener_skip(stage.listener);
    CHECK_INT(stage.n_utterances + stage.n_silences, 0);
    CHECK(listener_now_s(stage.listener) > 3.9 && listener_now_s(stage.listener) < 4.1);
    say("oui c'est ça");
    quiet(2000);
    CHECK_INT(stage.n_utterances, 0); /* asleep, and not called */
    end();
}

/* Somebody speaks over the end of what we say, and we listen from the middle of it on. */
static void speak_from_before(const char *text)
{
    begin(false);
    stage.ears.text = text;
    quiet(1000);
    listener_open(stage.listener, INTENTS_EXPECT_CONFIRMATION);
    quiet(500);
    CHECK(!listener_hears_voice(stage.listener));
    say("je suis tombée dans la cuisine");
    CHECK(listener_hears_voice(stage.listener));
    listener_go_on(stage.listener, INTENTS_EXPECT_REQUEST);
}

static void a_call_for_help_begun_before_is_heard_whole(void)
{
    speak_from_before("je suis tombée");
    say("je suis tombée");
    quiet(3000);
    CHECK_INT(stage.n_utterances, 1);
    CHECK_INT(stage.utterance.meaning.act, INTENTS_EMERGENCY);
    CHECK(stage.utterance.is_before);
    CHECK(stage.utterance.start_s < 1.8);
    end();
}

static void of_an_answer_begun_before_only_what_comes_since_counts(void)
{
    speak_from_before("je voudrais mes courses");
    say("je voudrais mes courses");
    quiet(3000);
    CHECK_INT(stage.n_utterances, 1);
    CHECK_INT(stage.utterance.meaning.act, INTENTS_REQUEST);
    CHECK(stage.utterance.start_s > 2.5);
    end();
}

static void what_was_all_said_before_is_no_answer(void)
{
    speak_from_before("oui c'est ça");
    quiet(2500);
    CHECK_INT(stage.n_utterances, 0);
    CHECK(listener_is_open(stage.listener));
    say("oui c'est ça");
    quiet(3000);
    CHECK_INT(stage.n_utterances, 1);
    CHECK(!stage.utterance.is_before);
    end();
}

/* Two in a row, with a pause that ends neither, and nobody said the first. */
static void what_nobody_said_is_not_heard_with_what_follows(void)
{
    begin(false);
    stage.ears.text = "je voudrais mes courses";
    quiet(1000);
    listener_open(stage.listener, INTENTS_EXPECT_CONFIRMATION);
    stage.is_nobody = true;
    quiet(500);
    say("bonjour voisine");
    quiet(600);
    CHECK_INT(stage.ears.n_heard, 1);
    stage.is_nobody = false;
    say("je suis tombée");
    quiet(3000);
    CHECK_INT(stage.n_utterances, 1);
    CHECK(stage.utterance.start_s > 2.5);
    end();
}

/* A short answer is answered soon, a sentence that lacks something is waited for. In the sound's
 * own time, so it is the same on any machine. */
static void patience_is_by_what_was_said_so_far(void)
{
    static const struct {
        const char *text;
        enum intents_expect expect;
        int wanted_ms;
    } cases[] = {
        {"oui", INTENTS_EXPECT_CONFIRMATION, 500},
        {"non merci", INTENTS_EXPECT_CONFIRMATION, 500},
        {"je suis tombée", INTENTS_EXPECT_REQUEST, 500},
        {"je voudrais mes courses demain matin", INTENTS_EXPECT_REQUEST, 700},
        {"je voudrais mes courses", INTENTS_EXPECT_REQUEST, 1000},
        {"je voudrais que", INTENTS_EXPECT_REQUEST, 1600},
        {"je voudrais que", INTENTS_EXPECT_CONFIRMATION, 1600},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        begin(false);
        stage.ears.certainty = 0.99f; /* of the words: what they mean may be doubtful */
        stage.ears.text = cases[i].text;
        quiet(1000);
        listener_open(stage.listener, cases[i].expect);
        quiet(500);
        stage.waited_ms = -1;
        say(cases[i].text);
        quiet(3000);
        if (abs(stage.waited_ms - cases[i].wanted_ms) > 2 * AUDIO_BLOCK_MS) {
            fprintf(stderr, "\"%s\": ended after %d ms\n", cases[i].text, stage.waited_ms);
            check_failures++;
        }
        end();
    }
}

static void close_stage(void)
{
    interpreter_destroy(stage.interpreter);
    tts_voice_destroy(stage.voice);
    language_close(&stage.language);
}

CHECK_MAIN(one_breath_is_one_utterance_that_is_woken, the_wake_phrase_alone_wakes_and_then_listens,
           a_call_counts_where_the_ears_are_open_to_it,
           what_is_no_call_is_an_utterance_all_the_same, nobody_who_speaks_in_time_is_silence,
           the_sound_is_zeroed_before_the_words_are_handed_over,
           what_sounds_while_we_speak_is_not_heard, a_call_for_help_begun_before_is_heard_whole,
           of_an_answer_begun_before_only_what_comes_since_counts,
           what_was_all_said_before_is_no_answer, what_nobody_said_is_not_heard_with_what_follows,
           patience_is_by_what_was_said_so_far, close_stage)
