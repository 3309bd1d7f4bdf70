/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What has been learned of one person's voice, over all confirmed requests.
 *
 * Each lesson adds its statistics. After each, transforms of several freedoms are tried on the last
 * lessons, each time solved without the one that it is tried on; the best is kept if it fits those
 * clearly better than doing nothing, and none of them worse. So a transform is only ever used that
 * helped on speech that it was not made from.
 *
 * The file holds the statistics: no sound, no words, nothing they could be made of. It is read with
 * suspicion: another version, another model, a wrong size, a wrong sum, a number that cannot be,
 * and it is refused as a whole. The transform is not in it but solved anew. Thread: any, one owner.
 */
#ifndef ASR_ADAPT_VOICE_H
#define ASR_ADAPT_VOICE_H

#include "asr/adapt.h"

struct asr_adapt_voice;

/* Positive results of asr_adapt_voice_load: refused, nothing was taken over. */
enum {
    ASR_ADAPT_DAMAGED = 1, /* size, sum or a number is wrong */
    ASR_ADAPT_FOREIGN,     /* another version's, or learned with another model */
};

/* The model must outlive it. Returns: 0, -ENOMEM. Owns: the caller. */
int asr_adapt_voice_create(const struct asr_adapt_model *model, struct asr_adapt_voice **ret_voice);
/* Accepts NULL. */
void asr_adapt_voice_destroy(struct asr_adapt_voice *voice);

/* Adds a lesson that was analysed at a scale (tract), and decides anew what is used: some 20 ms.
 * Returns: 0, -EINVAL for one that cannot be (nothing is changed), -ENOMEM (it may have been added;
 * what is used stays). */
int asr_adapt_voice_learn(struct asr_adapt_voice *voice, double tract,
                          const struct asr_adapt_stats *lesson);

/* A person's voice as it was learned. */
struct asr_adapt_known_voice {
    const struct asr_transform *transform; /* NULL: nobody is known */
    double tract;                          /* the scale that it was learned at */
    double gain; /* log density per frame that it gave to lessons it was not made from */
};

/* What is used now; its transform lives as long as the voice and until the next lesson. */
struct asr_adapt_known_voice asr_adapt_voice_known(const struct asr_adapt_voice *voice);

struct asr_adapt_voice_state {
    unsigned n_lessons;
    double seconds; /* of speech, as far as it still counts */
    double gain;    /* log density per frame on lessons it was not made from; 0: not used */
    enum asr_adapt_form form; /* of what is used */
};
void asr_adapt_voice_describe(const struct asr_adapt_voice *voice,
                              struct asr_adapt_voice_state *ret_state);

/* Forgets everything; a file must be removed by the caller. */
void asr_adapt_voice_forget(struct asr_adapt_voice *voice);

/* Returns: 0 or -errno. The file is written whole or not at all, mode 0600. */
int asr_adapt_voice_save(const struct asr_adapt_voice *voice, const char *path);
/* Returns: 0, ASR_ADAPT_DAMAGED, ASR_ADAPT_FOREIGN, or -errno (-ENOENT: nothing was learned yet).
 */
int asr_adapt_voice_load(struct asr_adapt_voice *voice, const char *path);

#endif
