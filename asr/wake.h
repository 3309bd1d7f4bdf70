/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Hears the wake phrase in a stream.
 *
 * While somebody speaks, the last seconds of sound are looked at twice a second, by looks of which
 * each is dearer and surer than the one before (asr/wake.c). Feed every block of the microphone,
 * from 10 ms up. Sample numbers count from create (or reset).
 */
#ifndef ASR_WAKE_H
#define ASR_WAKE_H

#include "asr/decoder.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct asr_pronounce;
struct asr_wake;
struct asr_denoiser;
struct asr_scores;

struct asr_wake_options {
    const char *model_folder;
    const char *phrase;              /* "bonjour voisine" */
    struct asr_pronounce *pronounce; /* used by create only */
    /* Whole phrases in the model's phones, blanks between, for voices that say it otherwise than
     * the dictionary: a clipped telephone voice, a synthetic one. Used by create only. */
    const char *const *variants;
    size_t n_variants;
    double sensitivity;        /* 0 (fewer false wakes) to 1 (fewer misses); 0.5 is measured best */
    struct asr_scores *scores; /* shared and outliving it; NULL: its own */
    const struct asr_denoiser *denoiser; /* the same; NULL: none */
};

struct asr_wake_event {
    int64_t start_sample, end_sample; /* of the phrase */
    float score;                      /* log score per frame against the phone loop */
};

/* Positive results of asr_wake_feed. */
enum { ASR_WAKE_HEARD = 1 };

/* Of more ways than 40 the dictionary's least likely are left out. Returns: 0, -EINVAL (a word
 * without pronunciation; logged: too long a phrase, too many variants), -ENOENT, -ENOMEM. Owns: the
 * caller. */
int asr_wake_create(const struct asr_wake_options *options, struct asr_wake **ret_wake);
/* Accepts NULL. */
void asr_wake_destroy(struct asr_wake *wake);

/*
 * Returns: 0, ASR_WAKE_HEARD with *ret_event, or -EIO, -ENOMEM: the block was taken, what was
 * looked at is not known. Thread: main.
 */
int asr_wake_feed(struct asr_wake *wake, const int16_t *samples, size_t n_samples,
                  struct asr_wake_event *ret_event);

/*
 * For measurements: every look at what is near is told, also where it is no wake phrase, and none
 * counts as heard. The event points into the call. NULL ends it.
 */
void asr_wake_watch(struct asr_wake *wake,
                    void (*on_look)(void *user, const struct asr_wake_event *event), void *user);

/* Whether somebody speaks at all, by the library's voice detector. */
bool asr_wake_hears_voice(const struct asr_wake *wake);

/* Forgets what was heard and counts from 0 again: after our own speech, after a lost device.
 * Returns: 0, -EIO. */
int asr_wake_reset(struct asr_wake *wake);

#endif
