/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The door to PocketSphinx's searches (5prealpha, as Debian 12 has it); the one to its front end is
 * asr/analysis.h.
 *
 * A decoder holds one acoustic model, one dictionary and any number of named searches: n-gram,
 * keyphrases, phones. Order: create, add searches, then for each utterance asr_decoder_decode.
 *
 * Utterances are decoded whole, never as they come in: one live utterance switches PocketSphinx to
 * a running cepstral mean for ever, which costs 6 to 16 points of right answers. No two threads may
 * be in one decoder; different decoders share the model's pages.
 *
 * An utterance is first analysed (cepstra, asr/analysis.h), for a given length of the speaker's
 * vocal tract, then scored by asr/scores.h and decoded by one search after the other, without
 * computing either again.
 *
 * The library's log goes to base_log (asr/library.h). Thread: any, one at a time in a decoder.
 */
#ifndef ASR_DECODER_H
#define ASR_DECODER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    ASR_RATE_HZ = 16000,
    ASR_FRAME_SAMPLES = 160, /* one frame of the recogniser, 10 ms */
};

struct asr_analysis;
struct asr_decoder;
struct asr_scores;

/* One setting of the library, by its own name: {"-wip", "0.1"}. */
struct asr_setting {
    const char *name;
    const char *value;
};

struct asr_decoder_options {
    const char *model_folder;           /* mdef, means, ..., feat.params, noisedict */
    const char *dictionary;             /* file; NULL: only phones can be searched */
    const struct asr_setting *settings; /* later ones win; ended by a NULL name; may be NULL */
    struct asr_scores *scores; /* shared with other decoders of the model and outliving them;
                                  NULL: its own */
};

/* One word (or filler, or phone) of a decoding. */
struct asr_segment {
    const char *word;           /* as the dictionary writes it, without "(2)"; fillers as "<sil>" */
    int start_frame, end_frame; /* inclusive */
    int acoustic;               /* log score, in the library's unit (log 1.0001) */
    int language;
    float posterior;   /* 0 to 1; 1 where the search knows none */
    int log_posterior; /* the same as a log score; keyphrases: against the phone loop */
};

struct asr_decoding {
    const struct asr_segment *segments;
    size_t n_segments;
    int score;    /* of the best path */
    int n_frames; /* decoded */
};

/*
 * Returns: 0, -ENOENT when a model file or the dictionary is missing, -EINVAL for a setting or file
 * that the library refuses, -ENOMEM. Owns: the caller (asr_decoder_destroy).
 */
int asr_decoder_create(const struct asr_decoder_options *options, struct asr_decoder **ret_decoder);

/* Accepts NULL. */
void asr_decoder_destroy(struct asr_decoder *decoder);

/*
 * Adds a search under a name; the one of that name, if any, is gone even if this fails. Between
 * utterances only. `settings` hold for this search alone; may be NULL. Returns: 0, or -ENOENT,
 * -EINVAL (a word that the dictionary lacks, bad syntax), -ENOMEM.
 */
int asr_decoder_add_ngram(struct asr_decoder *decoder, const char *name, const char *path,
                          const struct asr_setting *settings);
/* `path` holds one "phrase /threshold/" a line. Returns: as above. */
int asr_decoder_add_keyphrases(struct asr_decoder *decoder, const char *name, const char *path,
                               const struct asr_setting *settings);
/* The loop of context-independent phones, the yardstick of every confidence. Returns: as above. */
int asr_decoder_add_phones(struct asr_decoder *decoder, const char *name,
                           const struct asr_setting *settings);

/* The phones of a word in its first, second, ... pronunciation, blanks between. Returns: 0,
 * -ENOENT, -ENAMETOOLONG. */
int asr_decoder_pronounce(struct asr_decoder *decoder, const char *word, int variant,
                          char *ret_phones, size_t size);

/*
 * Decodes n_frames of an analysed utterance from from_frame on with a search. ret_decoding points
 * into the decoder until the next call that takes it; no path found gives no segments. Returns: 0,
 * -EINVAL for an unknown search, -EIO when the library fails.
 */
int asr_decoder_decode(struct asr_decoder *decoder, const char *search,
                       const struct asr_analysis *analysis, int from_frame, int n_frames,
                       struct asr_decoding *ret_decoding);

/*
 * Decodes the same frames with another search: their scores are there already. Returns: as above;
 * -EINVAL also when the phones alone were scored and the search needs more.
 */
int asr_decoder_decode_again(struct asr_decoder *decoder, const char *search,
                             struct asr_decoding *ret_decoding);

/*
 * Scores the phones of an analysed utterance without decoding it. ret_rows: as asr_scores_rows,
 * until the next decoding. Returns: 0, -EINVAL when there is no frame, -ENOMEM.
 */
int asr_decoder_score_phones(struct asr_decoder *decoder, const struct asr_analysis *analysis,
                             const int16_t **ret_rows, int *ret_n_frames, int *ret_n_senones);

/* The same by the network alone, without a Gaussian. Returns: as above; -EINVAL also when the
 * analysis has no network. */
int asr_decoder_score_phones_by_network(struct asr_decoder *decoder,
                                        const struct asr_analysis *analysis,
                                        const int16_t **ret_rows, int *ret_n_frames,
                                        int *ret_n_senones);

/* Lets go of the scores, which tell what was said and take 4 KB a frame. */
void asr_decoder_forget(struct asr_decoder *decoder);

/*
 * The next best paths of the n-gram decoding that was made last, best first and without doubles, as
 * words separated by blanks, at most n_max of them. Calls `take` with each. Returns: 0, also when
 * there are none, or what `take` returned when it was not 0.
 */
int asr_decoder_others(struct asr_decoder *decoder, int n_max,
                       int (*take)(void *user, const char *words, int score), void *user);

/* Rewrites a language model from ARPA text into the library's binary form. Returns: 0, -ENOENT,
 * -EINVAL. */
int asr_decoder_pack_ngram(const char *arpa_path, const char *binary_path);

#endif
