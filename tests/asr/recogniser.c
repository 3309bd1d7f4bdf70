/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Slow speech is read twice, and the second reading has to be worth it. What the decoder finds is
 * made up here; the sound is real only in its length. */
#include "asr/recogniser.h"
#include "tests/check.h"

#include <math.h>
#include <unistd.h>

enum { RATE_HZ = 16000, N_SAMPLES = 5 * RATE_HZ, N_WORDS = 4 };

/* What is found in turn by decodings with the open search, and how many were made. */
struct found {
    const char *words[N_WORDS]; /* up to NULL */
    int n_frames;               /* of each word */
    int language;               /* of all of them, in the library's unit */
};
static const struct found *script;
static int n_decodings;

static struct asr_segment segments[N_WORDS];

int __wrap_asr_decoder_add_ngram(struct asr_decoder *decoder, const char *name, const char *path,
                                 const struct asr_setting *settings);
int __real_asr_decoder_decode(struct asr_decoder *decoder, const char *search,
                              const struct asr_analysis *analysis, int from_frame, int n_frames,
                              struct asr_decoding *ret_decoding);
int __wrap_asr_decoder_decode(struct asr_decoder *decoder, const char *search,
                              const struct asr_analysis *analysis, int from_frame, int n_frames,
                              struct asr_decoding *ret_decoding);
int __wrap_asr_decoder_decode_again(struct asr_decoder *decoder, const char *search,
                                    struct asr_decoding *ret_decoding);
int __wrap_asr_decoder_others(struct asr_decoder *decoder, int n_max,
                              int (*take)(void *user, const char *words, int score), void *user);

int __wrap_asr_decoder_add_ngram(struct asr_decoder *decoder, const char *name, const char *path,
                                 const struct asr_setting *settings)
{
    (void)decoder, (void)name, (void)path, (void)settings;
    return 0;
}

int __wrap_asr_decoder_decode(struct asr_decoder *decoder, const char *search,
                              const struct asr_analysis *analysis, int from_frame, int n_frames,
                              struct asr_decoding *ret_decoding)
{
    if (strcmp(search, "open") != 0)
        return __real_asr_decoder_decode(decoder, search, analysis, from_frame, n_frames,
                                         ret_decoding);
    const struct found *found = &script[n_decodings++];
    *ret_decoding = (struct asr_decoding){.segments = segments, .n_frames = n_frames};
    for (size_t i = 0; i < N_WORDS && found->words[i]; i++) {
        int from = (int)i * found->n_frames;
        segments[i] = (struct asr_segment){.word = found->words[i],
                                           .start_frame = from,
                                           .end_frame = from + found->n_frames - 1,
                                           .posterior = 1};
        ret_decoding->n_segments = i + 1;
    }
    ret_decoding->score = found->language;
    return 0;
}

int __wrap_asr_decoder_decode_again(struct asr_decoder *decoder, const char *search,
                                    struct asr_decoding *ret_decoding)
{
    static const struct asr_segment silence = {.word = "SIL", .end_frame = 199};
    (void)decoder;
    CHECK_STR(search, "phones");
    *ret_decoding = (struct asr_decoding){.segments = &silence, .n_segments = 1, .n_frames = 500};
    return 0;
}

int __wrap_asr_decoder_others(struct asr_decoder *decoder, int n_max,
                              int (*take)(void *user, const char *words, int score), void *user)
{
    (void)decoder, (void)n_max, (void)take, (void)user;
    return 0;
}

static struct asr_recogniser *recogniser;

static void open_recogniser(const char *model)
{
    char folder[] = "/tmp/voisine-recogniser-XXXXXX", path[64];
    REQUIRE(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/words.dict", folder);
    FILE *file = fopen(path, "w");
    REQUIRE(file && fputs("oui ww ii\n", file) >= 0 && fclose(file) == 0);
    struct asr_recogniser_options options = {.model_folder = model, .bundle_folder = folder};
    REQUIRE(asr_recogniser_open(&options, &recogniser) == 0);
    REQUIRE(unlink(path) == 0 && rmdir(folder) == 0);
}

/* Hears a sound longer than any short answer; nothing in it is a pause. */
static struct asr_hypothesis hear(const struct found *found)
{
    static int16_t samples[N_SAMPLES];
    struct asr_hypothesis heard;
    for (int i = 0; i < N_SAMPLES; i++)
        samples[i] = (int16_t)(8000 * sin(1e-5 * i * (i % 4000)));
    script = found;
    n_decodings = 0;
    REQUIRE(asr_recogniser_hear(recogniser, samples, N_SAMPLES, ASR_EXPECT_REQUEST, &heard) == 0);
    return heard;
}

/* 17 letters in 2 s, and much the same passed 1.5 times as fast. */
#define SLOW                                                                                       \
    {                                                                                              \
        {"aidez", "moi", "je", "tombais"}, 50, -40000                                              \
    }
#define QUICKER                                                                                    \
    {                                                                                              \
        {"aidez", "moi", "je", "tombe"}, 33, -20000                                                \
    }

static void the_usual_pace_is_read_once(void)
{
    static const struct found found[] = {{{"aidez", "moi", "je", "tombais"}, 25, -40000}, QUICKER};
    CHECK_STR(hear(found).text, "aidez moi je tombais");
    CHECK_INT(n_decodings, 1);
}

static void the_likelier_reading_of_slow_speech_holds(void)
{
    static const struct found better[] = {SLOW, QUICKER}, worse[] = {QUICKER, SLOW};
    CHECK_STR(hear(better).text, "aidez moi je tombe");
    CHECK_INT(n_decodings, 2);
    CHECK_STR(hear(worse).text, "aidez moi je tombe");
    CHECK_INT(n_decodings, 2);
}

static void the_second_holds_when_there_is_little_between_them(void)
{
    static const struct found found[] = {SLOW, {{"aidez", "moi", "je", "tombe"}, 33, -40200}};
    CHECK_STR(hear(found).text, "aidez moi je tombe");
}

static void a_second_reading_without_words_takes_nothing_away(void)
{
    static const struct found found[] = {SLOW, {{NULL}, 0, 0}};
    struct asr_hypothesis heard = hear(found);
    CHECK_STR(heard.text, "aidez moi je tombais");
    CHECK_INT(n_decodings, 2);
    CHECK_INT(heard.n_words, 4);
    CHECK_INT(heard.speech_ms, 2000);
}

/* From one word to the next is as long as it was said, whichever reading holds. */
static int second_word_ms(const struct found *found)
{
    struct asr_hypothesis heard = hear(found);
    REQUIRE(heard.n_words == 4);
    return heard.words[2].start_ms - heard.words[1].start_ms;
}

static void times_are_those_of_the_sound(void)
{
    static const struct found first[] = {SLOW, {{NULL}, 0, 0}}, second[] = {SLOW, QUICKER};
    CHECK_INT(second_word_ms(first), 500);
    CHECK_INT(second_word_ms(second), 495);
}

/* 17 letters in 1.32 s are 12.9 a second; 16 in 2 s are 8, though their bytes are 16 a second. */
static void letters_are_counted_not_bytes(void)
{
    static const struct found usual[] = {{{"aidez", "moi", "je", "tombais"}, 33, -40000}, QUICKER};
    static const struct found accents[] = {{{"éééééé", "ééé", "éé", "ééééé"}, 50, -40000}, QUICKER};
    hear(usual);
    CHECK_INT(n_decodings, 1);
    hear(accents);
    CHECK_INT(n_decodings, 2);
}

int main(int argc, char **argv)
{
    REQUIRE(argc == 2);
    open_recogniser(argv[1]);
    the_usual_pace_is_read_once();
    the_likelier_reading_of_slow_speech_holds();
    the_second_holds_when_there_is_little_between_them();
    a_second_reading_without_words_takes_nothing_away();
    times_are_those_of_the_sound();
    letters_are_counted_not_bytes();
    asr_recogniser_destroy(recogniser);
    return check_failures ? 1 : 0;
}
