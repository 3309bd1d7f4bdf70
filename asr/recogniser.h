/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whole utterances to text, and how sure. What the daemon and `voisine listen` call.
 *
 * Order: open, then asr_recogniser_hear for each utterance, then destroy. Tests put a twin with
 * given texts behind the same ops (tests/daemon/scene.c). An utterance is 16 kHz mono, cut by the
 * endpointer; the recogniser trims inner pauses, levels the sound and drops what is beyond 15 s.
 *
 * An answer is decoded twice: with the language of answers, in which anything may still be said,
 * and as one of the short answers alone (of those to a choice, after one), each of them one word
 * (asr/whole.h); where a day was asked for, as a day or an answer, word by word. Which of the two
 * holds is the caller's to judge. Where a request is waited for, short answers are tried as well:
 * calls for help are among them.
 *
 * How sure: the n-gram's best path against the free phone loop over the same frames, per word and
 * in all. The numbers are features; the daemon combines them with the margin of the understanding.
 */
#ifndef ASR_RECOGNISER_H
#define ASR_RECOGNISER_H

#include "asr/adapt_lesson.h"
#include "asr/analysis.h"
#include "asr/decoder.h"

#include <stddef.h>
#include <stdint.h>

/* What the conversation waits for: it chooses the language model. */
enum asr_expect {
    ASR_EXPECT_REQUEST, /* anything */
    ASR_EXPECT_ANSWER,  /* yes, no, a day, a correction; anything else is still possible */
    ASR_EXPECT_CHOICE,  /* the same after a closed choice of services */
    ASR_EXPECT_DAY,     /* the same after the question for a day */
};

struct asr_word {
    const char *text; /* the recogniser's word: "qu'", "-on"; of a whole phrase "je suis tombée" */
    int start_ms, end_ms; /* from the start of the given samples */
    float acoustic;       /* log score per frame less that of the phone loop: 0 is best, -5 poor */
    float posterior;
};

/* Another path through the same sound. */
struct asr_other {
    const char *text;
    float below; /* the best path, in log probability */
};

struct asr_hypothesis {
    const char *text; /* spelled French, lower case; "" when nothing was understood */
    const struct asr_word *words;
    size_t n_words;
    int speech_ms;    /* of the words, without fillers */
    float acoustic;   /* as above, over the whole utterance */
    float language;   /* mean log probability of a word in the language model, weighted */
    float tract;      /* of the speaker, as asr_analysis_create's */
    float score;      /* log probability of sound and words, a frame: to compare two readings */
    bool has_network; /* the phones were heard by a network as well (asr/denoiser.h) */
    float certainty;  /* 0 to 1 where the backend knows; below 0: the caller judges the rest */
    const struct asr_other *others; /* what else the sound may be, likeliest first */
    size_t n_others;
    /* The same sound, when it had to be a short answer; NULL: not tried, or nothing was heard.
     */
    const struct asr_hypothesis *short_answer;
};

struct asr_adapt_known_voice;
struct asr_recogniser;
struct asr_scores;

/* The backend. */
struct asr_recogniser_ops {
    int (*hear)(struct asr_recogniser *recogniser, const int16_t *samples, size_t n_samples,
                enum asr_expect expect, struct asr_hypothesis *ret_hypothesis);
    void (*destroy)(struct asr_recogniser *recogniser);
    /* Both may be NULL: this one learns nothing. */
    int (*lesson)(struct asr_recogniser *recogniser, struct asr_adapt_lesson **ret_lesson);
    int (*know)(struct asr_recogniser *recogniser, const struct asr_adapt_model *model,
                const struct asr_adapt_known_voice *known);
};

/* Each backend's struct begins with this. */
struct asr_recogniser {
    const struct asr_recogniser_ops *ops;
};

struct asr_recogniser_options {
    const char *model_folder;            /* models/fr */
    const char *bundle_folder;           /* words.dict and five .lm (daemon/bundle.h) */
    const struct asr_setting *settings;  /* for measurements; NULL */
    struct asr_scores *scores;           /* shared and outliving it; NULL: its own */
    const struct asr_denoiser *denoiser; /* the same; NULL: none */
};

/* Returns: 0, -ENOENT, -EINVAL (bundle and model do not fit), -ENOMEM. Owns: the caller. Thread:
 * main. */
int asr_recogniser_open(const struct asr_recogniser_options *options,
                        struct asr_recogniser **ret_recogniser);

/*
 * Recognises one utterance. ret_hypothesis points into the recogniser until the next call.
 * Returns: 0 (also when nothing was understood), or -EIO, -ENOMEM. Thread: main.
 */
int asr_recogniser_hear(struct asr_recogniser *recogniser, const int16_t *samples, size_t n_samples,
                        enum asr_expect expect, struct asr_hypothesis *ret_hypothesis);

/*
 * Learning a voice: with a model, each utterance leaves a lesson, and a person whose voice was
 * learned is heard through the transform, others as before (asr/tract.h); `known` of NULL, or
 * without a transform: nobody is known yet. A model of NULL ends both. The model must outlive the
 * recogniser or this. Returns: 0, -EINVAL, -ENOTSUP. Thread: main.
 */
int asr_recogniser_know(struct asr_recogniser *recogniser, const struct asr_adapt_model *model,
                        const struct asr_adapt_known_voice *known);

/*
 * Hands over the lesson of what was heard last, for the case that the person confirms it. Returns:
 * 0, -ENODATA when there is none, -ENOTSUP. Owns: the caller. Thread: main.
 */
int asr_recogniser_lesson(struct asr_recogniser *recogniser, struct asr_adapt_lesson **ret_lesson);

/* Accepts NULL. */
void asr_recogniser_destroy(struct asr_recogniser *recogniser);

#endif
