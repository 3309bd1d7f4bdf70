/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The daemon's signs of life: counters that must move while it is well, and the judgement of two
 * readings some time apart. A daemon may be alive, answer its socket, and hear nothing; so health
 * is never that a timer fires, but that sound came in, was taken by the ears, was asked for by the
 * loudspeaker, and that the delivery worker turned (R6). daemon/watchdog tells systemd by it,
 * `voisine doctor` the carer. Pure. Thread: any.
 */
#ifndef DAEMON_VITALS_H
#define DAEMON_VITALS_H

#include <stdbool.h>
#include <stdint.h>

struct vitals {
    int64_t n_heard;  /* samples that the microphone delivered */
    int64_t n_taken;  /* blocks that the ears worked on without a fault */
    int64_t n_played; /* samples that the loudspeaker asked for */
    int64_t n_turns;  /* of the delivery worker */
    bool is_mic_open; /* neither muted nor missing */
};

enum vitals_organ {
    VITALS_ALL_WELL,
    VITALS_MICROPHONE,
    VITALS_EARS,
    VITALS_LOUDSPEAKER,
    VITALS_WORKER,
};

/*
 * The first organ that stood still between two readings, which must be a second or more apart. A
 * microphone that was not open at both of them is not judged: that it is missing was noticed, told
 * to the resident and is being healed.
 */
enum vitals_organ vitals_judge(const struct vitals *before, const struct vitals *now);

/* "microphone", "ears", ...; "nothing" when all is well. */
const char *vitals_organ_name(enum vitals_organ organ);

#endif
