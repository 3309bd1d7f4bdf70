/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Each earcon is a row of notes: a fundamental between 200 and 800 Hz and its first partials, all
 * below 2 kHz. Meaning is in the contour (up, level, down, twice low), which survives a hearing
 * loss better than pitch or timbre does. Levels stay 12 dB below full scale: an earcon must not
 * startle.
 */
#include "audio/earcon.h"

#include "audio/format.h"

#include <math.h>
#include <string.h>

#define MAX_NOTES  3
#define ATTACK_MS  15
#define RELEASE_MS 35
#define PEAK       8000.0

struct note {
    int ms;
    double from_hz, to_hz; /* 0: a pause */
};

static const struct {
    const char *name;
    struct note notes[MAX_NOTES];
} earcons[AUDIO_EARCON_COUNT] = {
    [AUDIO_EARCON_LISTENING] = {"listening", {{100, 440, 440}, {130, 660, 660}}},
    [AUDIO_EARCON_CLOSED] = {"closed", {{100, 523, 523}, {140, 349, 349}}},
    [AUDIO_EARCON_FAILED] = {"failed", {{90, 247, 247}, {50, 0, 0}, {110, 247, 247}}},
    [AUDIO_EARCON_MUTED] = {"muted", {{240, 440, 220}}},
};

/* Partials of a soft struck bar, the weights sum to 1. */
static double timbre(double phase, double hz)
{
    double sum = 0.70 * sin(phase);

    if (2 * hz < 1900)
        sum += 0.22 * sin(2 * phase);
    if (3 * hz < 1900)
        sum += 0.08 * sin(3 * phase);
    return sum;
}

static double envelope(size_t at, size_t n)
{
    size_t attack = (size_t)audio_ms_to_samples(ATTACK_MS);
    size_t release = (size_t)audio_ms_to_samples(RELEASE_MS);
    double gain = 1;

    if (at < attack)
        gain = 0.5 - 0.5 * cos(M_PI * (double)at / (double)attack);
    if (n - at < release)
        gain *= 0.5 - 0.5 * cos(M_PI * (double)(n - at) / (double)release);
    return gain;
}

static size_t render_note(const struct note *note, int16_t *ret_samples)
{
    size_t n = (size_t)audio_ms_to_samples(note->ms);
    double phase = 0;

    if (note->from_hz <= 0) {
        memset(ret_samples, 0, n * sizeof(*ret_samples));
        return n;
    }
    for (size_t i = 0; i < n; i++) {
        double hz = note->from_hz + (note->to_hz - note->from_hz) * (double)i / (double)n;

        phase += 2 * M_PI * hz / AUDIO_RATE_HZ;
        ret_samples[i] = (int16_t)lrint(PEAK * envelope(i, n) * timbre(phase, hz));
    }
    return n;
}

size_t audio_earcon_render(enum audio_earcon earcon, int16_t ret_samples[AUDIO_EARCON_MAX_SAMPLES])
{
    size_t n = 0;

    for (int i = 0; i < MAX_NOTES && earcons[earcon].notes[i].ms > 0; i++)
        n += render_note(&earcons[earcon].notes[i], ret_samples + n);
    return n;
}

const char *audio_earcon_name(enum audio_earcon earcon)
{
    return earcons[earcon].name;
}
