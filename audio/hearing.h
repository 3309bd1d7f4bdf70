/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tells deafness from health (R5): a microphone that is open, whose process is alive, and which
 * hears nothing. A pure judge: it is told the time and the counters, once a second or so, and says
 * what to do; the caller does it and logs.
 *
 * Deaf is: fewer than half of the expected samples in 5 s; or digital zero for 30 s (a real
 * microphone is never exactly zero, a driver that lost its device is). The remedies grow: reopen
 * the stream; restart PortAudio. While deaf they are tried again every few seconds, for ever. The
 * new process that R5 wants in the end is daemon/watchdog's business: a stream that opens and
 * delivers nothing is not told to be well. Where no microphone opens, or one gives zeros (a switch
 * on it), a new process would find the same, and forget what it holds. Thread: main.
 */
#ifndef AUDIO_HEARING_H
#define AUDIO_HEARING_H

#include "audio/capture.h"

#include <stdbool.h>
#include <stdint.h>

enum audio_hearing_remedy {
    AUDIO_HEARING_FINE,    /* nothing to do */
    AUDIO_HEARING_REOPEN,  /* audio_capture_reopen */
    AUDIO_HEARING_RESTART, /* audio_devices_restart */
};

enum audio_hearing_state {
    AUDIO_HEARING_HEARS,
    AUDIO_HEARING_STARVED, /* samples do not come */
    AUDIO_HEARING_ZERO,    /* they come and are all zero */
};

struct audio_hearing {
    int64_t window_start_ms;
    int64_t window_samples;
    int64_t remedy_at_ms;
    int64_t deaf_since_ms; /* 0: not deaf */
    int n_tried;
    enum audio_hearing_state state;
};

void audio_hearing_init(struct audio_hearing *hearing, int64_t now_ms);

/* Begins anew: after mute and unmute, when nothing was expected. */
void audio_hearing_reset(struct audio_hearing *hearing, int64_t now_ms);

/* Returns: what to do now. hearing->state tells what is wrong, for the log and the spoken words. */
enum audio_hearing_remedy audio_hearing_judge(struct audio_hearing *hearing, int64_t now_ms,
                                              const struct audio_capture_health *health);

#endif
