/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/vad.h"
#include "tests/audio/voice.h"
#include "tests/check.h"

#define SECONDS   14
#define N_BLOCKS  (SECONDS * 100)
#define SPEECH_AT (6 * AUDIO_RATE_HZ)
#define SYLLABLES 12

static float sound[SECONDS * AUDIO_RATE_HZ];

/* Shares of blocks taken for voice, within the voice and well outside of it. */
struct shares {
    double voice, noise;
};

static struct shares measure(void)
{
    struct audio_vad *vad;
    int end = SPEECH_AT / AUDIO_BLOCK_SAMPLES + SYLLABLES * SYLLABLE_MS / AUDIO_BLOCK_MS;
    int n_voice = 0, n_noise = 0, of_voice = 0, of_noise = 0;

    REQUIRE(audio_vad_create(&vad) == 0);
    for (int b = 0; b < N_BLOCKS; b++) {
        struct audio_vad_result result;
        int16_t block[AUDIO_BLOCK_SAMPLES];

        voice_block(sound + b * AUDIO_BLOCK_SAMPLES, block);
        audio_vad_feed(vad, block, &result);
        if (b > SPEECH_AT / AUDIO_BLOCK_SAMPLES + 5 && b < end - 5) {
            of_voice++;
            n_voice += result.is_voice;
        } else if ((b > 200 && b < SPEECH_AT / AUDIO_BLOCK_SAMPLES) || b > end + 30) {
            of_noise++;
            n_noise += result.is_voice;
        }
    }
    audio_vad_destroy(vad);
    return (struct shares){(double)n_voice / of_voice, (double)n_noise / of_noise};
}

static void begin(double noise, double peak)
{
    memset(sound, 0, sizeof(sound));
    noise_add(sound, 0, SECONDS * AUDIO_RATE_HZ, noise, 7);
    if (peak > 0)
        voice_add(sound, SPEECH_AT, SYLLABLES, 190, peak);
}

static void a_voice_is_found_at_any_level(void)
{
    static const double peaks[] = {30000, 3000, 300};

    for (size_t i = 0; i < sizeof(peaks) / sizeof(peaks[0]); i++) {
        struct shares shares;

        begin(peaks[i] / 100, peaks[i]);
        shares = measure();
        CHECK(shares.voice > 0.95);
        CHECK(shares.noise < 0.02);
    }
}

static void a_voice_is_found_in_digital_silence(void)
{
    struct shares shares;

    begin(0, 3000);
    shares = measure();
    CHECK(shares.voice > 0.95);
    CHECK_INT(shares.noise * 1000, 0);
}

static void a_voice_is_found_in_noise(void)
{
    struct shares shares;

    begin(1500, 6000); /* about 6 dB */
    shares = measure();
    CHECK(shares.voice > 0.8);
    CHECK(shares.noise < 0.02);
}

static void steady_sounds_are_no_voice(void)
{
    struct shares shares;

    begin(2000, 0);
    shares = measure();
    CHECK(shares.noise < 0.02);
    begin(100, 0);
    for (size_t i = 0; i < SECONDS * AUDIO_RATE_HZ;
         i++) /* a refrigerator: periodic, and no voice */
        sound[i] += (float)(3000 * sin(2 * M_PI * 100 * (double)i / AUDIO_RATE_HZ) +
                            1500 * sin(2 * M_PI * 300 * (double)i / AUDIO_RATE_HZ));
    shares = measure();
    CHECK(shares.noise < 0.02);
}

static void noise_that_rises_is_noise_after_six_seconds(void)
{
    struct audio_vad *vad;
    int n_voice = 0;

    begin(50, 0);
    noise_add(sound, 4 * AUDIO_RATE_HZ, 10 * AUDIO_RATE_HZ, 3000, 9);
    REQUIRE(audio_vad_create(&vad) == 0);
    for (int b = 0; b < N_BLOCKS; b++) {
        struct audio_vad_result result;
        int16_t block[AUDIO_BLOCK_SAMPLES];

        voice_block(sound + b * AUDIO_BLOCK_SAMPLES, block);
        audio_vad_feed(vad, block, &result);
        n_voice += b > 1020 && result.is_voice;
    }
    CHECK_INT(n_voice, 0);
    audio_vad_destroy(vad);
}

static void levels_are_told_against_full_scale(void)
{
    struct audio_vad *vad;
    struct audio_vad_result result = {0};

    REQUIRE(audio_vad_create(&vad) == 0);
    for (int b = 0; b < 700; b++) {
        int16_t block[AUDIO_BLOCK_SAMPLES];

        for (int i = 0; i < AUDIO_BLOCK_SAMPLES; i++)
            block[i] =
                (int16_t)(3277 * sin(2 * M_PI * 1000 * (b * AUDIO_BLOCK_SAMPLES + i) / 16000));
        audio_vad_feed(vad, block, &result);
    }
    CHECK(fabsf(result.level_db + 20) < 1.5f);
    CHECK(fabsf(result.noise_db + 17) < 2.5f); /* steady for so long: it is the room's */
    audio_vad_reset(vad);
    audio_vad_feed(vad, (int16_t[AUDIO_BLOCK_SAMPLES]){0}, &result);
    CHECK(result.level_db < -70 && !result.is_voice && result.score < 0.3f);
    audio_vad_destroy(vad);
}

CHECK_MAIN(a_voice_is_found_at_any_level, a_voice_is_found_in_digital_silence,
           a_voice_is_found_in_noise, steady_sounds_are_no_voice,
           noise_that_rises_is_noise_after_six_seconds, levels_are_told_against_full_scale)
