/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tts/voice.h"
#include "tests/check.h"
#include "tts/loudness.h"

#include <errno.h>
#include <math.h>

static const struct tts_voice_settings french = {"fr", 150, 50, 80};

static struct tts_voice *create(void)
{
    struct tts_voice *voice;

    REQUIRE(tts_voice_create(&french, &voice) == 0);
    return voice;
}

static struct tts_sound render(struct tts_voice *voice, const char *text)
{
    struct tts_sound sound = {0};

    REQUIRE(tts_voice_render(voice, text, &sound) == 0);
    return sound;
}

static size_t length_of(struct tts_voice *voice, const char *text)
{
    struct tts_sound sound = render(voice, text);

    free(sound.samples);
    return sound.n_samples;
}

static void a_sentence_becomes_sound_at_the_same_loudness_whatever_the_voice(void)
{
    static const char *const names[] = {"fr", "fr+f2", "fr+m3", "fr-be"};
    struct tts_voice *voice = create(), *second;

    CHECK_INT(tts_voice_create(&french, &second), -EBUSY);
    for (size_t i = 0; i < 4; i++) {
        struct tts_voice_settings settings = french;
        struct tts_sound sound;
        int peak = 0;

        settings.name = names[i];
        REQUIRE(tts_voice_set(voice, &settings) == 0);
        sound = render(voice, "Vous demandez que quelqu'un fasse vos courses demain matin.");
        CHECK_INT(sound.rate_hz, 22050);
        CHECK(sound.n_samples > 22050 * 2);
        for (size_t k = 0; k < sound.n_samples; k++)
            peak = abs(sound.samples[k]) > peak ? abs(sound.samples[k]) : peak;
        CHECK(peak > 8000 && peak < 32768);
        CHECK(fabs(tts_loudness_measure(sound.samples, sound.n_samples, 22050) + 23.0) < 1.0);
        free(sound.samples);
    }
    tts_voice_destroy(voice);
}

static void settings_change_what_is_heard_and_a_wrong_voice_is_refused(void)
{
    struct tts_voice *voice = create();
    struct tts_voice_settings settings = french;
    size_t usual = length_of(voice, "Je vous écoute, prenez votre temps.");

    settings.rate_wpm = 110;
    REQUIRE(tts_voice_set(voice, &settings) == 0);
    CHECK(length_of(voice, "Je vous écoute, prenez votre temps.") > usual * 11 / 10);
    settings.name = "no-such-voice";
    CHECK_INT(tts_voice_set(voice, &settings), TTS_NO_VOICE);
    CHECK(length_of(voice, "Je vous écoute.") > 0);
    settings = french;
    settings.volume = 0;
    REQUIRE(tts_voice_set(voice, &settings) == 0);
    struct tts_sound sound = render(voice, "Bonjour.");
    for (size_t i = 0; i < sound.n_samples; i++)
        REQUIRE(sound.samples[i] == 0);
    free(sound.samples);
    tts_voice_destroy(voice);
}

static void chunks_are_set_apart_by_pauses(void)
{
    struct tts_voice *voice = create();
    size_t together = length_of(voice, "du pain du lait et six œufs"),
           apart = length_of(voice, "du pain, du lait, et six œufs");

    CHECK(apart > together + 22050 * 250 / 1000);
    tts_voice_destroy(voice);
}

static void hostile_text_is_refused(void)
{
    struct tts_voice *voice = create();
    struct tts_sound sound;
    char ipa[64], long_text[400];
    static const char *const hostile[] = {"",
                                          " ",
                                          "Marie <break time='9s'/>",
                                          "[[m'aRi]]",
                                          "Marie\x1b[2J",
                                          "Marie\n",
                                          "\xC3",
                                          "\xF0\x9F\x98\x80",
                                          "Marie\x07",
                                          "a\xED\xA0\x80",
                                          "$(reboot)",
                                          "`id`",
                                          "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                                          "1234567890123"};

    for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
        CHECK_INT(tts_voice_render(voice, hostile[i], &sound), TTS_TEXT_REFUSED);
        CHECK_INT(tts_voice_phonemes(voice, hostile[i], ipa, sizeof(ipa)), TTS_TEXT_REFUSED);
    }
    for (size_t i = 0; i < 301; i++)
        long_text[i] = i % 2 ? 'a' : ' ';
    long_text[301] = '\0';
    CHECK_INT(tts_voice_render(voice, long_text, &sound), TTS_TEXT_REFUSED);
    long_text[300] = '\0';
    CHECK(length_of(voice, long_text) > 0);
    tts_voice_destroy(voice);
}

static void a_speech_of_several_sentences_is_said_whole(void)
{
    static const char sentence[] = "Je ne suis pas une alarme, je ne peux pas appeler les secours. "
                                   "Appelez le 15 ou le 112, ou "
                                   "appuyez sur votre bouton d'alerte.";
    struct tts_voice *voice = create();
    struct tts_sound sound = {0};
    char speech[1600] = "";
    size_t once;

    once = length_of(voice, sentence);
    for (int i = 0; i < 4; i++)
        snprintf(speech + strlen(speech), sizeof(speech) - strlen(speech), "%s%s", i ? " " : "",
                 sentence);
    CHECK_INT(tts_voice_render(voice, speech, &sound), TTS_TEXT_REFUSED);
    REQUIRE(tts_voice_render_speech(voice, speech, &sound) == 0);
    CHECK(sound.n_samples > 4 * once && sound.n_samples < 5 * once);
    free(sound.samples);
    REQUIRE(tts_voice_render_speech(voice, "Bonjour.", &sound) == 0);
    free(sound.samples);
    memset(speech, 'a', 500);
    for (size_t i = 0; i < 500; i += 5)
        speech[i] = ' ';
    speech[500] = '\0';
    CHECK_INT(tts_voice_render_speech(voice, speech, &sound), TTS_TEXT_REFUSED);
    CHECK_INT(tts_voice_render_speech(voice, "", &sound), TTS_TEXT_REFUSED);
    CHECK_INT(tts_voice_render_speech(voice, "Bonjour. <b>", &sound), TTS_TEXT_REFUSED);
    tts_voice_destroy(voice);
}

static void a_word_tells_its_phonemes(void)
{
    struct tts_voice *voice = create();
    char ipa[128];

    REQUIRE(tts_voice_phonemes(voice, "Médor", ipa, sizeof(ipa)) == 0);
    CHECK_STR(ipa, "m e d ɔ ʁ");
    REQUIRE(tts_voice_phonemes(voice, "Chantal", ipa, sizeof(ipa)) == 0);
    CHECK_STR(ipa, "ʃ ɑ̃ t a l");
    REQUIRE(tts_voice_phonemes(voice, "yaourt", ipa, sizeof(ipa)) == 0);
    CHECK_STR(ipa, "j a u ʁ t");
    REQUIRE(tts_voice_phonemes(voice, "Jean-Pierre", ipa, sizeof(ipa)) == 0);
    CHECK_STR(ipa, "ʒ ɑ̃ p j ɛ ʁ");
    REQUIRE(tts_voice_phonemes(voice, "Grégory", ipa, sizeof(ipa)) == 0);
    CHECK_STR(ipa, "ɡ ʁ e ɡ o ʁ i");
    REQUIRE(tts_voice_phonemes(voice, "Élisabeth", ipa, sizeof(ipa)) == 0);
    CHECK_STR(ipa, "e l i z a b ɛ t");
    REQUIRE(tts_voice_phonemes(voice, "de l'arthrose, du sirop de menthe", ipa, sizeof(ipa)) == 0);
    CHECK_STR(ipa, "d ə l a ʁ t ʁ ɔ z d y s i ʁ o d ə m ɑ̃ t");
    CHECK_INT(tts_voice_phonemes(voice, "Médor", ipa, 5), -ENOBUFS);
    CHECK_INT(tts_voice_phonemes(voice, "Médor", ipa, 0), -ENOBUFS);
    tts_voice_destroy(voice);
}

static void the_twin_is_silent_and_remembers(void)
{
    struct tts_voice *voice;
    struct tts_sound sound;
    char ipa[8];

    REQUIRE(tts_voice_create_silent(&voice) == 0);
    CHECK_STR(tts_voice_silent_text(voice), "");
    sound = render(voice, "Bonjour.");
    CHECK_INT(sound.n_samples, 8 * 60 * 22050 / 1000);
    CHECK_STR(tts_voice_silent_text(voice), "Bonjour.");
    CHECK_INT(tts_voice_silent_count(voice), 1);
    CHECK_INT(tts_voice_phonemes(voice, "a", ipa, sizeof(ipa)), TTS_NO_PHONEMES);
    CHECK_INT(tts_voice_render(voice, "<b>", &sound), TTS_TEXT_REFUSED);
    free(sound.samples);
    tts_voice_destroy(voice);
    tts_voice_destroy(NULL);
}

CHECK_MAIN(a_sentence_becomes_sound_at_the_same_loudness_whatever_the_voice,
           settings_change_what_is_heard_and_a_wrong_voice_is_refused,
           chunks_are_set_apart_by_pauses, hostile_text_is_refused,
           a_speech_of_several_sentences_is_said_whole, a_word_tells_its_phonemes,
           the_twin_is_silent_and_remembers)
