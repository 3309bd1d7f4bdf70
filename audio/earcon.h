/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Earcons: the short sounds that stand beside words, never in place of them. All below 2 kHz (what
 * aged ears keep), no longer than 250 ms, with soft attack and release. Pure. Thread: any.
 */
#ifndef AUDIO_EARCON_H
#define AUDIO_EARCON_H

#include <stddef.h>
#include <stdint.h>

enum audio_earcon {
    AUDIO_EARCON_LISTENING, /* two notes up: go on, I hear */
    AUDIO_EARCON_CLOSED,    /* two notes down: I stopped listening */
    AUDIO_EARCON_FAILED,    /* twice one low note: something is wrong */
    AUDIO_EARCON_MUTED,     /* a low falling note: the microphone is off */
    AUDIO_EARCON_COUNT,
};

/* The longest earcon, in samples of 16 kHz. */
#define AUDIO_EARCON_MAX_SAMPLES 4000

/* Returns: how many samples were written. */
size_t audio_earcon_render(enum audio_earcon earcon, int16_t ret_samples[AUDIO_EARCON_MAX_SAMPLES]);
const char *audio_earcon_name(enum audio_earcon earcon);

#endif
