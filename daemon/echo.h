/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whether the microphone hears our own voice. Where it does not (a speakerphone or a sound server
 * that takes the echo out), the resident can be heard while we speak, and stop us.
 *
 * Measured, not set: the level of the microphone while words sound is held against the room's own.
 * Two speeches in a row that left no trace allow listening; one that does, or a louder voice,
 * forbids it: at its end, or as soon as more sounds than a call for help takes. A television or a
 * person who talks meanwhile looks like an echo: then we do not listen, as ever.
 *
 * Order: echo_init, then a level for each block, echo_ended after each speech. Pure. Thread: main.
 */
#ifndef DAEMON_ECHO_H
#define DAEMON_ECHO_H

#include "audio/format.h"

#include <stdbool.h>
#include <stdint.h>

struct echo {
    float floor_db;   /* of the room, while we are silent */
    unsigned n, n_up; /* blocks of this speech; of those, above the room */
    unsigned n_clear; /* speeches in a row that were not heard */
};

void echo_init(struct echo *echo);
/* A block while nothing of ours sounds. */
void echo_hear_room(struct echo *echo, const int16_t block[AUDIO_BLOCK_SAMPLES]);
/* A block while our words sound. */
void echo_hear_speech(struct echo *echo, const int16_t block[AUDIO_BLOCK_SAMPLES]);
/* Our words were played to their end. */
void echo_ended(struct echo *echo);
/* They were cut off by somebody, whose voice is no echo: this speech counts for nothing. */
void echo_cut(struct echo *echo);
/* Our voice has changed: all is to be measured anew. */
void echo_changed(struct echo *echo);

/* Whether the resident can be heard while we speak. */
bool echo_allows(const struct echo *echo);

#endif
