/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "asr/adapt_lesson.h"

#include "base/error.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    N = ASR_CEPSTRA,
    N_VARIANTS_MAX = 6, /* pronunciations of a word */
    N_PHONES_MAX = 40,  /* of a word */
};

struct variant {
    int n_phones;
    int phones[N_PHONES_MAX];
};

struct piece {
    int from, n_frames;
    int n_variants;
    struct variant variants[N_VARIANTS_MAX];
};

struct asr_adapt_lesson {
    const struct asr_adapt_model *model;
    double tract;
    int n_frames;
    struct asr_adapt_frame *frames, *seen;
    struct piece *pieces;
    size_t n_pieces, n_done;
    struct asr_adapt_stats stats;
};

/* The phones of a text with blanks. Returns: whether the model knows them all. */
static bool parse(const struct asr_adapt_model *model, char *text, struct variant *variant)
{
    char *rest = text, *name;
    variant->n_phones = 0;
    while ((name = strsep(&rest, " "))) {
        int phone = *name ? asr_adapt_model_phone(model, name) : 0;
        if (*name == '\0')
            continue;
        if (phone < 0 || variant->n_phones == N_PHONES_MAX)
            return false;
        variant->phones[variant->n_phones++] = phone;
    }
    return variant->n_phones > 0;
}

static void pronounce(struct asr_adapt_lesson *lesson, struct asr_decoder *decoder,
                      const char *word, struct piece *piece)
{
    char phones[256];
    bool is_silence = word[0] == '<'; /* as the noise dictionary has them */
    for (int i = 1; i <= N_VARIANTS_MAX; i++) {
        if (is_silence)
            snprintf(phones, sizeof(phones), "SIL");
        else if (asr_decoder_pronounce(decoder, word, i, phones, sizeof(phones)) < 0)
            return;
        if (parse(lesson->model, phones, &piece->variants[piece->n_variants]))
            piece->n_variants++;
        if (is_silence)
            return;
    }
}

static void take_pieces(struct asr_adapt_lesson *lesson, struct asr_decoder *decoder,
                        const struct asr_decoding *decoding)
{
    for (size_t i = 0; i < decoding->n_segments; i++) {
        const struct asr_segment *segment = &decoding->segments[i];
        struct piece *piece = &lesson->pieces[lesson->n_pieces];
        piece->from = segment->start_frame;
        piece->n_frames = segment->end_frame - segment->start_frame + 1;
        if (piece->from < 0 || piece->n_frames < 1 || piece->n_frames > ASR_ADAPT_FRAMES_MAX ||
            piece->from + piece->n_frames > lesson->n_frames)
            continue;
        pronounce(lesson, decoder, segment->word, piece);
        if (piece->n_variants > 0)
            lesson->n_pieces++;
    }
}

static int take_frames(struct asr_adapt_lesson *lesson, const struct asr_analysis *analysis)
{
    size_t n = (size_t)lesson->n_frames;
    float(*cepstra)[N] = calloc(n, sizeof(*cepstra));
    lesson->frames = calloc(n, sizeof(*lesson->frames));
    lesson->seen = calloc(n, sizeof(*lesson->seen));
    bool is_whole = cepstra && lesson->frames && lesson->seen;
    if (is_whole) {
        asr_analysis_cepstra(analysis, 0, lesson->n_frames, false, cepstra);
        asr_adapt_model_frames((const float(*)[N])cepstra, lesson->n_frames, lesson->frames);
        asr_analysis_cepstra(analysis, 0, lesson->n_frames, true, cepstra);
        asr_adapt_model_frames((const float(*)[N])cepstra, lesson->n_frames, lesson->seen);
        explicit_bzero(cepstra, n * sizeof(*cepstra));
    }
    free(cepstra);
    return is_whole ? 0 : -ENOMEM;
}

int asr_adapt_lesson_create(const struct asr_adapt_model *model, struct asr_decoder *decoder,
                            const struct asr_analysis *analysis,
                            const struct asr_decoding *decoding, double tract,
                            struct asr_adapt_lesson **ret_lesson)
{
    if (decoding->n_segments == 0 || asr_analysis_n_frames(analysis) < 1)
        return -ENODATA;
    struct asr_adapt_lesson *lesson = calloc(1, sizeof(*lesson));
    if (!lesson)
        return base_trace(-ENOMEM);
    lesson->model = model;
    lesson->tract = tract;
    lesson->n_frames = asr_analysis_n_frames(analysis);
    lesson->pieces = calloc(decoding->n_segments, sizeof(*lesson->pieces));
    int r = lesson->pieces ? take_frames(lesson, analysis) : -ENOMEM;
    if (r == 0)
        take_pieces(lesson, decoder, decoding);
    if (r == 0 && lesson->n_pieces == 0)
        r = -ENODATA;
    if (r < 0) {
        asr_adapt_lesson_destroy(lesson);
        return r;
    }
    *ret_lesson = lesson;
    return 0;
}

void asr_adapt_lesson_destroy(struct asr_adapt_lesson *lesson)
{
    if (!lesson)
        return;
    size_t n = (size_t)lesson->n_frames;
    if (lesson->frames)
        explicit_bzero(lesson->frames, n * sizeof(*lesson->frames));
    if (lesson->seen)
        explicit_bzero(lesson->seen, n * sizeof(*lesson->seen));
    if (lesson->pieces)
        explicit_bzero(lesson->pieces, lesson->n_pieces * sizeof(*lesson->pieces));
    free(lesson->frames);
    free(lesson->seen);
    free(lesson->pieces);
    explicit_bzero(lesson, sizeof(*lesson));
    free(lesson);
}

double asr_adapt_lesson_tract(const struct asr_adapt_lesson *lesson)
{
    return lesson->tract;
}

/* The states of a piece in the pronunciation that fits best. Returns: whether one fits. */
static int align(const struct asr_adapt_lesson *lesson, const struct piece *piece,
                 struct asr_adapt_label labels[ASR_ADAPT_FRAMES_MAX])
{
    struct asr_adapt_label tried[ASR_ADAPT_FRAMES_MAX];
    double score, best = (double)-INFINITY;
    for (int i = 0; i < piece->n_variants; i++) {
        const struct variant *variant = &piece->variants[i];
        int r = asr_adapt_align(lesson->model, lesson->seen + piece->from, piece->n_frames,
                                variant->phones, variant->n_phones, tried, &score);
        if (r == -ENOMEM)
            return r;
        if (r < 0 || score <= best)
            continue;
        best = score;
        memcpy(labels, tried, (size_t)piece->n_frames * sizeof(*labels));
    }
    return isfinite(best) ? 1 : 0;
}

int asr_adapt_lesson_work(struct asr_adapt_lesson *lesson)
{
    struct asr_adapt_label labels[ASR_ADAPT_FRAMES_MAX];
    if (lesson->n_done == lesson->n_pieces)
        return 0;
    const struct piece *piece = &lesson->pieces[lesson->n_done++];
    int r = align(lesson, piece, labels);
    if (r > 0)
        asr_adapt_add(lesson->model, lesson->frames + piece->from, lesson->seen + piece->from,
                      labels, piece->n_frames, &lesson->stats);
    if (r < 0)
        return base_trace(r);
    return lesson->n_done < lesson->n_pieces ? ASR_ADAPT_MORE : 0;
}

const struct asr_adapt_stats *asr_adapt_lesson_stats(const struct asr_adapt_lesson *lesson)
{
    return &lesson->stats;
}
