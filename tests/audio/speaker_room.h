/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A made-up room with a loudspeaker in it, for tests: what the microphone hears of our voice. */
#ifndef TESTS_AUDIO_SPEAKER_ROOM_H
#define TESTS_AUDIO_SPEAKER_ROOM_H

#include "tests/audio/voice.h"

#include <string.h>

/* Our voice: sentences of syllables with a breath in them, as consonants have, and pauses. Returns:
 * how many samples were filled. */
static inline size_t speaker_voice(float *sound, size_t n, double pitch_hz, uint64_t seed)
{
    size_t at = 0, syllable = (size_t)audio_ms_to_samples(SYLLABLE_MS);

    memset(sound, 0, n * sizeof(*sound));
    for (int word = 0; at + 5 * syllable < n; word++) {
        size_t end = voice_add(sound, at, 2 + word % 3, pitch_hz * (1 + 0.07 * (word % 4)), 9000);

        noise_add(sound, at, (end - at) / 3, 900, seed + (uint64_t)word);
        at = end + (word % 4 == 3 ? syllable : 0);
    }
    return at;
}

/* The way to the microphone: the first arrival, then a tail that falls by 60 dB within decay_ms. */
struct speaker_room {
    int delay_ms, decay_ms;
    double gain;
    double drift_ppm; /* by which the microphone's clock is slow */
};

#define ROOM_TAIL_MOST 4800

/* Adds our voice as the room brings it. */
static inline void speaker_room_add(const struct speaker_room *room, const float *voice,
                                    size_t n_voice, float *ret_heard, size_t n_heard)
{
    static float echo[AUDIO_RATE_HZ * 40];
    static double taps[ROOM_TAIL_MOST];
    size_t n_taps = (size_t)audio_ms_to_samples(room->decay_ms) / 2 + 1;
    struct base_rng rng;

    base_rng_seed(&rng, 3);
    for (size_t i = 0; i < n_taps; i++)
        taps[i] = i == 0 ? room->gain
                         : room->gain * 0.1 * (2 * base_rng_unit(&rng) - 1) *
                               pow(10, -1.5 * (double)i / (double)n_taps);
    for (size_t i = 0; i < n_voice; i++) {
        double sum = 0;

        for (size_t k = 0; k < n_taps && k <= i; k++)
            sum += taps[k] * (double)voice[i - k];
        echo[i] = (float)sum;
    }
    for (size_t i = 0; i < n_heard; i++) {
        double at = ((double)i - (double)audio_ms_to_samples(room->delay_ms)) *
                    (1 + room->drift_ppm * 1e-6);
        size_t before = at > 0 ? (size_t)at : 0;
        float part = (float)(at - (double)before);

        if (at >= 0 && before + 1 < n_voice)
            ret_heard[i] += echo[before] * (1 - part) + echo[before + 1] * part;
    }
}

#endif
