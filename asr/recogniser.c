/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "asr/recogniser.h"

#include "asr/confidence.h"
#include "asr/prepare.h"
#include "asr/tokens.h"
#include "asr/tract.h"
#include "base/error.h"
#include "base/file.h"
#include "base/strbuf.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct recogniser {
    struct asr_recogniser base; /* first */
    struct asr_decoder *decoder;
    struct asr_tract *tract;
    struct base_strbuf text, kept; /* kept: the words' own texts, NUL-separated */
    struct asr_word *words;
    size_t n_words, n_words_max;
    int *frame_scores; /* of the phone loop, summed from the first frame */
    size_t n_frames_max;
};

static const char *const search_names[] = {
    [ASR_EXPECT_REQUEST] = "request",
    [ASR_EXPECT_ANSWER] = "answer",
};

int asr_recogniser_hear(struct asr_recogniser *recogniser, const int16_t *samples, size_t n_samples,
                        enum asr_expect expect, struct asr_hypothesis *ret_hypothesis)
{
    return recogniser->ops->hear(recogniser, samples, n_samples, expect, ret_hypothesis);
}

void asr_recogniser_destroy(struct asr_recogniser *recogniser)
{
    if (recogniser)
        recogniser->ops->destroy(recogniser);
}

static void destroy(struct asr_recogniser *base)
{
    struct recogniser *self = (struct recogniser *)base;
    asr_tract_destroy(self->tract);
    asr_decoder_destroy(self->decoder);
    base_strbuf_finish(&self->text);
    base_strbuf_finish(&self->kept);
    free(self->words);
    free(self->frame_scores);
    free(self);
}

static bool is_filler(const char *word)
{
    return word[0] == '<' || word[0] == '[' || word[0] == '+';
}

/* The phone loop's score of each frame, summed up, so that any stretch is one subtraction. */
static int sum_phone_scores(struct recogniser *self, const struct asr_decoding *phones)
{
    size_t n = (size_t)phones->n_frames + 1;
    if (n > self->n_frames_max) {
        int *scores = realloc(self->frame_scores, 2 * n * sizeof(*scores));
        if (!scores)
            return -ENOMEM;
        self->frame_scores = scores;
        self->n_frames_max = 2 * n;
    }
    memset(self->frame_scores, 0, n * sizeof(*self->frame_scores));
    for (size_t i = 0; i < phones->n_segments; i++) {
        const struct asr_segment *segment = &phones->segments[i];
        int n_frames = segment->end_frame - segment->start_frame + 1;
        for (int f = segment->start_frame; f <= segment->end_frame && f < phones->n_frames; f++)
            self->frame_scores[f + 1] = segment->acoustic / n_frames;
    }
    for (size_t i = 1; i < n; i++)
        self->frame_scores[i] += self->frame_scores[i - 1];
    return 0;
}

static int add_word(struct recogniser *self, const struct asr_segment *segment)
{
    if (self->n_words == self->n_words_max) {
        size_t n = self->n_words_max * 2 + 32;
        struct asr_word *words = realloc(self->words, n * sizeof(*words));
        if (!words)
            return -ENOMEM;
        self->words = words;
        self->n_words_max = n;
    }
    /* Frames for the moment; scores and times come when the phones are known. */
    self->words[self->n_words++] = (struct asr_word){
        .start_ms = segment->start_frame,
        .end_ms = segment->end_frame,
        .acoustic = (float)segment->acoustic,
        .posterior = segment->posterior,
    };
    base_strbuf_add_n(&self->kept, segment->word, strlen(segment->word) + 1);
    asr_tokens_join(&self->text, segment->word);
    return 0;
}

static int take_words(struct recogniser *self, const struct asr_decoding *found)
{
    int r = 0;
    self->n_words = 0;
    base_strbuf_clear(&self->text);
    base_strbuf_clear(&self->kept);
    for (size_t i = 0; r == 0 && i < found->n_segments; i++) {
        if (!is_filler(found->segments[i].word))
            r = add_word(self, &found->segments[i]);
    }
    if (r == 0 && (self->text.error || self->kept.error))
        r = -ENOMEM;
    const char *text = base_strbuf_text(&self->kept);
    for (size_t i = 0; r == 0 && i < self->n_words; i++) {
        self->words[i].text = text;
        text += strlen(text) + 1;
    }
    return r;
}

static int frame_to_ms(const struct asr_prepared *prepared, int frame)
{
    size_t origin = asr_prepare_origin(prepared, (size_t)frame * ASR_FRAME_SAMPLES);
    return (int)(origin / (ASR_RATE_HZ / 1000));
}

/* Scores each word against the phone loop, and all of them together. */
static void score(struct recogniser *self, const struct asr_prepared *prepared, int n_frames,
                  struct asr_hypothesis *hypothesis)
{
    long total = 0;
    int n_total = 0;
    for (size_t i = 0; i < self->n_words; i++) {
        struct asr_word *word = &self->words[i];
        int from = word->start_ms, to = word->end_ms + 1 < n_frames ? word->end_ms + 1 : n_frames;
        int gap = (int)word->acoustic - (self->frame_scores[to] - self->frame_scores[from]);
        int n = to - from > 0 ? to - from : 1;
        total += gap;
        n_total += n;
        word->acoustic = (float)gap / (float)n;
        word->start_ms = frame_to_ms(prepared, from);
        word->end_ms = frame_to_ms(prepared, to);
    }
    hypothesis->acoustic = n_total ? (float)total / (float)n_total : 0;
    hypothesis->speech_ms = n_total * 10;
}

static int decode(struct recogniser *self, const struct asr_prepared *prepared,
                  enum asr_expect expect, struct asr_hypothesis *hypothesis)
{
    struct asr_decoding found = {0}, phones = {0};
    const struct asr_analysis *analysis = NULL;
    int r = asr_tract_fit(self->tract, prepared->samples, prepared->n_samples, &analysis);
    if (r == 0)
        r = asr_decoder_decode(self->decoder, search_names[expect], analysis, 0,
                               asr_analysis_n_frames(analysis), &found);
    if (r == 0)
        r = take_words(self, &found);
    if (r == 0 && self->n_words > 0)
        r = asr_decoder_decode_again(self->decoder, "phones", &phones);
    if (r == 0)
        r = sum_phone_scores(self, &phones);
    if (r == 0 && phones.n_frames > 0)
        score(self, prepared, phones.n_frames, hypothesis);
    hypothesis->tract = (float)asr_tract_scale(self->tract);
    return r;
}

static int hear(struct asr_recogniser *base, const int16_t *samples, size_t n_samples,
                enum asr_expect expect, struct asr_hypothesis *ret_hypothesis)
{
    struct recogniser *self = (struct recogniser *)base;
    struct asr_hypothesis hypothesis = {.text = ""};
    struct asr_prepared prepared = {0};
    int r = asr_prepare(samples, n_samples, &asr_prepare_default, &prepared);
    self->n_words = 0;
    if (r == 0 && prepared.n_samples >= 20 * ASR_FRAME_SAMPLES)
        r = decode(self, &prepared, expect, &hypothesis);
    asr_prepare_finish(&prepared);
    if (r < 0)
        return base_trace(r);
    if (self->n_words > 0)
        hypothesis.text = base_strbuf_text(&self->text);
    hypothesis.words = self->words;
    hypothesis.n_words = self->n_words;
    hypothesis.confidence = asr_confidence(&hypothesis);
    *ret_hypothesis = hypothesis;
    return 0;
}

static const struct asr_recogniser_ops recogniser_ops = {.hear = hear, .destroy = destroy};

/* Searches of the bundle; an answer model may be missing, then requests serve. */
static int add_searches(struct recogniser *self, const char *folder)
{
    char path[1024];
    int r = base_file_join(folder, "request.lm", path, sizeof(path));
    if (r == 0)
        r = asr_decoder_add_ngram(self->decoder, "request", path, NULL);
    if (r == 0)
        r = base_file_join(folder, "answer.lm", path, sizeof(path));
    if (r == 0)
        r = asr_decoder_add_ngram(self->decoder, "answer", path, NULL);
    return r;
}

int asr_recogniser_open(const struct asr_recogniser_options *options,
                        struct asr_recogniser **ret_recogniser)
{
    char dictionary[1024];
    struct recogniser *self = calloc(1, sizeof(*self));
    if (!self)
        return base_trace(-ENOMEM);
    self->base.ops = &recogniser_ops;
    base_strbuf_init(&self->text);
    base_strbuf_init(&self->kept);
    int r = base_file_join(options->bundle_folder, "words.dict", dictionary, sizeof(dictionary));
    if (r == 0)
        r = asr_decoder_create(&(struct asr_decoder_options){.kind = ASR_DECODER_WHOLE,
                                                             .model_folder = options->model_folder,
                                                             .dictionary = dictionary,
                                                             .settings = options->settings},
                               &self->decoder);
    if (r == 0)
        r = add_searches(self, options->bundle_folder);
    if (r == 0)
        r = asr_tract_create(options->model_folder, self->decoder, options->settings, &self->tract);
    if (r < 0) {
        destroy(&self->base);
        return base_trace(r);
    }
    *ret_recogniser = &self->base;
    return 0;
}
