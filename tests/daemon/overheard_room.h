/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The made-up room of tests/daemon/overheard: a loudspeaker whose cone bends, walls, the sounds of
 * others, and the microphone that hears it all. Twice the same for the same spec (overheard.c tells
 * its members).
 *
 * Order: create, hear for each 10 ms, speaks when a speech of ours begins to sound, destroy. What
 * is missing ends the program. Thread: main.
 */
#ifndef TESTS_DAEMON_OVERHEARD_ROOM_H
#define TESTS_DAEMON_OVERHEARD_ROOM_H

#include "audio/format.h"
#include "tts/voice.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { OVERHEARD_BLOCKS_MAX = 18000 }; /* of a life: three minutes */

#define OVERHEARD_MUST(condition)                                                                  \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "overheard: %s:%d: %s\n", __FILE__, __LINE__, #condition);             \
            exit(1);                                                                               \
        }                                                                                          \
    } while (0)

/* A member of a spec, or what holds without it. */
double overheard_number(const json_t *object, const char *name, double otherwise);

struct overheard_room;

/* voice: ours, whose loudness "echo_db" is about. Owns: the caller. */
struct overheard_room *overheard_room_create(const json_t *spec, struct tts_voice *voice);
void overheard_room_destroy(struct overheard_room *room);

/* The next 10 ms. sounded: all that the loudspeaker was given so far. */
void overheard_room_hear(struct overheard_room *room, const int16_t *sounded, size_t n_sounded,
                         int16_t ret_block[AUDIO_BLOCK_SAMPLES]);

/* Returns: how many samples have passed. */
int64_t overheard_room_now(const struct overheard_room *room);

/* Our speech of that number begins at a sample of what is sounded, and lasts so long: the sounds
 * that belong to it get their place. */
void overheard_room_speaks(struct overheard_room *room, int number, int64_t from, double lasts_s);

/* Whether somebody calls for help, from when (below 0: not yet known) to the end of their voice. */
bool overheard_room_call(const struct overheard_room *room, int64_t *ret_from, int64_t *ret_end);

#endif
