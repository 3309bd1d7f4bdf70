/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When somebody speaks, and when not, however long it goes on. */
#include "asr/voice.h"
#include "asr/decoder.h"
#include "tests/check.h"

#include <math.h>
#include <string.h>

enum { N_BLOCK = ASR_RATE_HZ / 100, N_VOICE = ASR_RATE_HZ * 3, N_ROOM = ASR_RATE_HZ * 3 };

struct scene {
    struct asr_voice *voice;
    uint32_t random;
    long at;
};

/* A room's hiss; with a voice in it, a buzz with two formants that comes and goes as syllables do.
 */
static int16_t next_sample(struct scene *scene, bool is_voice)
{
    double t = (double)scene->at++ / ASR_RATE_HZ;
    scene->random = scene->random * 1664525 + 1013904223;
    double sample = ((double)(scene->random >> 16) / 32768 - 1) * 30;
    for (int k = 1; is_voice && k < 20; k++) {
        double hz = 140 * k;
        double formants = exp(-pow((hz - 600) / 250, 2)) + 0.5 * exp(-pow((hz - 1800) / 300, 2));
        sample += 3000 * formants * fmax(0, sin(2 * M_PI * 2.5 * t)) * sin(2 * M_PI * hz * t);
    }
    return (int16_t)lrint(sample);
}

/* Returns: in how many blocks of so many samples a voice was heard. */
static int count_heard(struct scene *scene, bool is_voice, long n_samples)
{
    int n_heard = 0;
    for (long at = 0; at < n_samples; at += N_BLOCK) {
        int16_t block[N_BLOCK];
        for (int i = 0; i < N_BLOCK; i++)
            block[i] = next_sample(scene, is_voice);
        REQUIRE(asr_voice_feed(scene->voice, block, N_BLOCK) == 0);
        n_heard += asr_voice_is_heard(scene->voice);
    }
    return n_heard;
}

static void a_voice_is_heard_while_it_speaks(struct scene *scene)
{
    count_heard(scene, false, N_ROOM); /* it learns the room's noise */
    CHECK_INT(count_heard(scene, false, N_ROOM), 0);
    CHECK(count_heard(scene, true, N_VOICE) > N_VOICE / N_BLOCK * 8 / 10);
    count_heard(scene, false, N_ROOM / 2);
    CHECK_INT(count_heard(scene, false, N_ROOM), 0);
}

/* More frames than come out at a time. */
static void a_large_piece_is_heard_to_its_end(struct scene *scene)
{
    static int16_t piece[N_VOICE + N_ROOM];
    for (int i = 0; i < N_VOICE + N_ROOM; i++)
        piece[i] = next_sample(scene, i < N_VOICE);
    REQUIRE(asr_voice_feed(scene->voice, piece, N_VOICE + N_ROOM) == 0);
    CHECK(!asr_voice_is_heard(scene->voice));
}

static void a_restart_begins_in_silence(struct scene *scene)
{
    count_heard(scene, true, N_VOICE);
    CHECK(asr_voice_is_heard(scene->voice));
    REQUIRE(asr_voice_restart(scene->voice) == 0);
    CHECK(!asr_voice_is_heard(scene->voice));
    CHECK(count_heard(scene, true, N_VOICE) > N_VOICE / N_BLOCK / 2);
}

static void a_folder_without_a_model_is_refused(void)
{
    struct asr_voice *voice;
    CHECK(asr_voice_create("/nowhere", &voice) < 0);
}

int main(int argc, char **argv)
{
    struct scene scene = {.random = 1};
    REQUIRE(argc == 2);
    REQUIRE(asr_voice_create(argv[1], &scene.voice) == 0);
    a_voice_is_heard_while_it_speaks(&scene);
    a_large_piece_is_heard_to_its_end(&scene);
    a_restart_begins_in_silence(&scene);
    asr_voice_destroy(scene.voice);
    a_folder_without_a_model_is_refused();
    return check_failures ? 1 : 0;
}
