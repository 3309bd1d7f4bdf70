/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whether the resident can be heard while we speak: by what is left of our own voice in what the
 * microphone hears, behind the canceller (audio/canceller.h).
 *
 * Measured, not believed: a small loudspeaker adds to our voice what no filter takes out. Only
 * blocks count in which a voice of ours really sounds.
 *
 * - A second of it that leaves no trace above the room opens the ears: to words that stop us, and
 *   to calls for help. Four seconds that are louder than the room close them again to all but
 *   calls for help: no call is so long.
 * - Where a trace is left, the ears open to calls for help alone, as soon as the canceller was seen
 *   to take out most of it. They close when it was not seen to for eight seconds: who talks
 *   meanwhile hides it, and a call for help is over by then.
 * - Where our voice was sought and is not in the microphone at all, the same holds from there on.
 *
 * What is left in short pieces may be heard as anything ("y a le feu"). So an utterance whose sound
 * rises and falls in each band as our own voice does is our own voice, whatever was heard; but
 * where far more is left than usually, somebody speaks, though our voice be in it.
 *
 * Order: echo_init, then each block. Pure. Thread: main.
 */
#ifndef DAEMON_ECHO_H
#define DAEMON_ECHO_H

#include "audio/canceller.h"

#include <stdbool.h>
#include <stdint.h>

/* To what the ears may be open while we speak. */
enum echo_ears {
    ECHO_DEAF,
    ECHO_HELP_ALONE,
    ECHO_OPEN,
};

enum { ECHO_REMEMBERED = 1600 }; /* blocks: longer than the longest utterance */

/* What is kept of a block that holds our voice. */
struct echo_trace {
    bool is_cancelled;
    bool is_sought; /* where our voice lies in it was not known */
    bool is_loud;   /* stands out of the room, and tells whether somebody speaks */
    bool is_others; /* more than is left of our voice at any time */
    struct audio_bands left, sounded;
};

struct echo {
    float floor_db;     /* of the room, while we are silent */
    unsigned n, n_up;   /* blocks of the second in course; of those, above the room */
    unsigned n_loud;    /* blocks above the room since the last second without trace */
    float heard, left;  /* power of the stretch in course, before the canceller and behind */
    unsigned n_stretch; /* its blocks */
    unsigned n_fails;   /* stretches in a row in which the canceller was not seen to work */
    bool is_taken_out;  /* the canceller was seen to work */
    bool is_clear;      /* the last second left no trace */
    struct echo_trace past[ECHO_REMEMBERED]; /* a ring */
    unsigned n_past;
    unsigned n_idle; /* blocks since anything of ours could be heard */
};

void echo_init(struct echo *echo);
/* A block while we are silent. */
void echo_hear_room(struct echo *echo, const struct audio_canceller_block *block);
/* A block while our words sound. Returns: what the ears may hear in it. */
enum echo_ears echo_hear_speech(struct echo *echo, const struct audio_canceller_block *block);
/* Our voice has changed: all is to be measured anew. */
void echo_changed(struct echo *echo);

/* How alike the sound of the blocks from `from` to before `to` is to our voice, counted back from
 * the newest, which is 0. Returns: 0 to 1; 0 also when of most of them nothing of ours was taken
 * out, 1 when of too few to tell. */
float echo_likeness(const struct echo *echo, unsigned from, unsigned to);
/* Whether in most of it the place of our voice was not known, so that nothing tells whose it is. */
bool echo_is_unknown(const struct echo *echo, unsigned from, unsigned to);

/* How much of it somebody else's voice is in: of the blocks that stand out of the room, the share
 * in which clearly more was left than usually is of ours. Returns: 0 to 1; below 0 when too few
 * stand out to tell. */
float echo_others(const struct echo *echo, unsigned from, unsigned to);
/* From here on somebody spoke. Below the second nobody did: calls had 0.20 and more, we 0.22 and
 * less, but for once 0.43. */
#define ECHO_OTHERS 0.4f
#define ECHO_ALONE  0.15f

/* Beyond, it is our voice; where nothing tells whether somebody spoke, in a short sound beyond the
 * lowest already; where somebody may have, beyond the second, and where somebody did, beyond the
 * highest: their voice and ours are both in it. docs/performance.md has the figures. */
#define ECHO_SURELY_OURS 0.7f
#define ECHO_MOSTLY_OURS 0.5f
#define ECHO_OURS        0.37f
#define ECHO_MAYBE_OURS  0.2f

#endif
