/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The voice speaks as many words a minute as asked, over everything it ever says. */
#include "base/utf8.h"
#include "tests/check.h"
#include "tts/prompts.h"
#include "tts/voice.h"

static struct tts_prompts *prompts;

static size_t count_words(const char *text)
{
    size_t n = 0;
    bool inside = false;
    uint32_t c;

    while ((c = base_utf8_next(&text)) != 0) {
        bool part = base_utf8_is_letter(c) || c == '\'' || c == '-' || (c >= '0' && c <= '9');

        n += part && !inside;
        inside = part;
    }
    return n;
}

static double words_a_minute(struct tts_voice *voice)
{
    struct base_datetime now;
    struct tts_args args;
    double words = 0, seconds = 0;

    tts_prompts_sample(prompts, &args, &now);
    for (size_t i = 0; i < tts_prompts_count(prompts); i++) {
        char text[TTS_PROMPT_SIZE];
        struct tts_sound sound;

        REQUIRE(tts_prompts_render(prompts, tts_prompts_key(prompts, i), 0, &args, now, text,
                                   sizeof(text)) == 0);
        REQUIRE(tts_voice_render(voice, text, &sound) == 0);
        words += (double)count_words(text);
        seconds += (double)sound.n_samples / sound.rate_hz;
        free(sound.samples);
    }
    return words * 60 / seconds;
}

static void the_rate_heard_is_the_rate_asked_for(void)
{
    static const int rates[] = {120, 150, 165, 200};
    struct tts_voice_settings settings = {"fr", 150, 50, 80};
    struct tts_voice *voice;

    REQUIRE(tts_prompts_load("fr", &prompts) == 0);
    REQUIRE(tts_voice_create(&settings, &voice) == 0);
    for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
        double heard;

        settings.rate_wpm = rates[i];
        REQUIRE(tts_voice_set(voice, &settings) == 0);
        heard = words_a_minute(voice);
        printf("%d words a minute asked for, %.1f heard\n", rates[i], heard);
        CHECK(heard > rates[i] * 0.95 && heard < rates[i] * 1.05);
    }
    tts_voice_destroy(voice);
    tts_prompts_destroy(prompts);
}

CHECK_MAIN(the_rate_heard_is_the_rate_asked_for)
