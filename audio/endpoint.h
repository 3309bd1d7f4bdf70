/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The endpointer finds where an utterance begins and ends in the endless stream of the microphone,
 * and keeps its sound.
 *
 * It is fed every block, always, so that it knows the room's noise and what the television is
 * like. While closed it finds nothing. audio_endpointer_open makes it wait for one utterance, which
 * may have begun a little before: "bonjour voisine, je voudrais..." in one breath opens at the end
 * of the wake phrase, some hundred milliseconds in the past. Events of one opening, in order:
 *
 *     (NO_SPEECH | START (PAUSE RESUME)* [PAUSE] END), then it is closed again.
 *
 * PAUSE comes after pause_ms of silence: time to begin the recognition that RESUME throws away. END
 * comes after end_silence_ms of silence (the patience, which may change at any time), or when the
 * utterance has max_ms. Silence means that the person near the speaker is silent: a television
 * that goes on below their level does not hold the utterance open.
 *
 * The sound of an utterance lies in one buffer, allocated at create, from preroll before START (or
 * from the opening, if that is later) up to now; it is zeroed by audio_endpointer_wipe and by the
 * next open (R10). The last seconds of the stream are kept for openings in the past and zeroed by
 * audio_endpointer_wipe. Thread: any, one owner. Nothing allocates after create.
 */
#ifndef AUDIO_ENDPOINT_H
#define AUDIO_ENDPOINT_H

#include "audio/format.h"
#include "audio/vad.h"

#include <stdbool.h>
#include <stddef.h>

struct audio_endpointer;

struct audio_endpointer_settings {
    int preroll_ms;     /* sound kept from before START: 300 */
    int start_ms;       /* voice needed before it counts as speech: 100 */
    int pause_ms;       /* silence before PAUSE: 350 */
    int end_silence_ms; /* silence before END, the patience at each opening: 1600 */
    int max_ms;         /* the longest utterance: 15000, and never more */
    int no_speech_ms;   /* silence from the opening to NO_SPEECH: 8000; 0: never */
};

/* The values above. */
void audio_endpointer_settings_default(struct audio_endpointer_settings *ret_settings);

enum audio_endpoint_kind {
    AUDIO_ENDPOINT_NONE,
    AUDIO_ENDPOINT_START,
    AUDIO_ENDPOINT_PAUSE,
    AUDIO_ENDPOINT_RESUME,
    AUDIO_ENDPOINT_END,
    AUDIO_ENDPOINT_NO_SPEECH,
};

struct audio_endpoint_event {
    enum audio_endpoint_kind kind;
    /* START and RESUME: where the voice begins; PAUSE and END: where it ended; NO_SPEECH: now. In
     * samples of the stream since create. */
    int64_t at_sample;
    bool is_cut; /* END because of max_ms, not of silence */
};

/* Returns: 0, -EINVAL (a setting below 0, max_ms over 15000), -ENOMEM. Owns: the caller. */
int audio_endpointer_create(const struct audio_endpointer_settings *settings,
                            struct audio_endpointer **ret_endpointer);
void audio_endpointer_destroy(struct audio_endpointer *endpointer);

/* Takes the next block; at most one event comes of it (NONE otherwise). */
void audio_endpointer_feed(struct audio_endpointer *endpointer,
                           const int16_t block[AUDIO_BLOCK_SAMPLES],
                           struct audio_endpoint_event *ret_event);

/* In place of feed while our own loudspeaker sounds (the gate): time passes, nothing is heard and
 * nothing is learnt of the room. An open utterance is abandoned. */
void audio_endpointer_skip(struct audio_endpointer *endpointer);

/*
 * Waits for an utterance from from_sample on (now: audio_endpointer_now; the past reaches back
 * 3 s, earlier is clipped). Ends what was open. Events of the past come with the next feed.
 */
void audio_endpointer_open(struct audio_endpointer *endpointer, int64_t from_sample);
void audio_endpointer_close(struct audio_endpointer *endpointer);
bool audio_endpointer_is_open(const struct audio_endpointer *endpointer);

/* The silence that ends the utterance in course, from now until the next opening. Shorter once the
 * sentence is complete or for a yes or no; longer while it is not. */
void audio_endpointer_set_patience(struct audio_endpointer *endpointer, int end_silence_ms);

/* Samples fed or skipped since create. */
int64_t audio_endpointer_now(const struct audio_endpointer *endpointer);

/* What the voice activity said of the newest block. Returns: until the next one is fed. */
const struct audio_vad_result *audio_endpointer_vad(const struct audio_endpointer *endpointer);

/*
 * The utterance's sound so far (since START until the next open or wipe). Returns: NULL when there
 * is none. Owns: the endpointer. ret_start_sample: where in the stream its first sample lies.
 */
const int16_t *audio_endpointer_sound(const struct audio_endpointer *endpointer,
                                      size_t *ret_n_samples, int64_t *ret_start_sample);

/*
 * The last n_samples of the stream (at most 3 s of it), so that a test can look for what wipe must
 * take away.
 * Returns: how many were copied.
 */
size_t audio_endpointer_recent(const struct audio_endpointer *endpointer, int16_t *ret_samples,
                               size_t n_samples);

/* Zeroes all sound kept: the utterance and the past. */
void audio_endpointer_wipe(struct audio_endpointer *endpointer);

#endif
