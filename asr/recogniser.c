/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "asr/recogniser.h"

#include "asr/prepare.h"
#include "asr/tokens.h"
#include "asr/tract.h"
#include "asr/whole.h"
#include "base/error.h"
#include "base/file.h"
#include "base/strbuf.h"
#include "base/utf8.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What an utterance is decoded with: what may be said freely, and the short answers. */
enum search { SEARCH_OPEN, SEARCH_SHORT, N_SEARCHES };
static const char *const search_names[N_SEARCHES] = {
    [SEARCH_OPEN] = "open", [SEARCH_SHORT] = "short"};

/* The language models of a bundle. */
enum model { MODEL_NONE, MODEL_REQUEST, MODEL_ANSWER, MODEL_SHORT, MODEL_CHOICE, MODEL_DAY };
static const char *const model_files[] = {[MODEL_REQUEST] = "request.lm",
                                          [MODEL_ANSWER] = "answer.lm",
                                          [MODEL_SHORT] = "short.lm",
                                          [MODEL_CHOICE] = "choice.lm",
                                          [MODEL_DAY] = "day.lm"};

/* The model of each search, and how long a short answer is at most. */
static const struct {
    enum model models[N_SEARCHES];
    int n_short_frames;
} expected[] = {
    [ASR_EXPECT_REQUEST] = {{MODEL_REQUEST, MODEL_SHORT}, 350},
    [ASR_EXPECT_ANSWER] = {{MODEL_ANSWER, MODEL_SHORT}, 350},
    [ASR_EXPECT_CHOICE] = {{MODEL_ANSWER, MODEL_CHOICE}, 350},
    [ASR_EXPECT_DAY] = {{MODEL_ANSWER, MODEL_DAY}, 600},
};

enum {
    N_OTHERS_MAX = 12,
    N_PATHS_MAX = 60,  /* many differ in pauses and pronunciations only */
    N_FRAMES_MIN = 20, /* nobody says a word in less */
    FOLDER_MAX = 1024,
};

/* The library's scores are logarithms to this base. */
#define LOG_BASE 1.0001

/*
 * Slow speech is decoded once more with frames left out, as if it were spoken at a usual pace: the
 * model expects phones of usual length and hears several in a long one. The first decoding tells
 * the pace, wrong words or not; what is as short as an answer stays as it is, a drawn-out "oui" has
 * no pace (docs/understanding-history.md, "Sound: slow speech"). In letters a second of the words.
 */
#define SLOW_PACE   11.75
#define USUAL_PACE  14.2
#define QUICKEN_MAX 1.5

/* Where a word lies in the prepared sound; the end is inclusive. */
struct span {
    int start_frame, end_frame;
};

/* One decoding of an utterance, kept until the next utterance. */
struct reading {
    struct asr_hypothesis hypothesis;
    struct base_strbuf text, kept; /* kept: the words' own texts, NUL-separated */
    struct base_strbuf other;      /* the texts of the others, NUL-separated */
    struct asr_other others[N_OTHERS_MAX];
    struct asr_word *words; /* their times and scores come when the phones are known */
    struct span *spans;     /* of the words */
    size_t n_words, n_words_max, n_others;
    int first_score;                 /* of the n-best list */
    double quickened;                /* how many times as fast the frames passed as the sound */
    struct asr_adapt_lesson *lesson; /* of what was heard freely; or NULL */
};

struct recogniser {
    struct asr_recogniser base; /* first */
    struct asr_decoder *decoder;
    char bundle_folder[FOLDER_MAX];
    enum model models[N_SEARCHES]; /* that each search has now */
    struct asr_tract *tract;
    bool has_network;
    const struct asr_adapt_model *model; /* NULL: nothing is learned */
    struct reading readings[N_SEARCHES];
    struct reading spare; /* slow speech at the other pace, until one of the two is chosen */
    int *frame_scores;    /* of the phone loop, summed from the first frame */
    size_t n_frames_max;
};

int asr_recogniser_hear(struct asr_recogniser *recogniser, const int16_t *samples, size_t n_samples,
                        enum asr_expect expect, struct asr_hypothesis *ret_hypothesis)
{
    return recogniser->ops->hear(recogniser, samples, n_samples, expect, ret_hypothesis);
}

int asr_recogniser_lesson(struct asr_recogniser *recogniser, struct asr_adapt_lesson **ret_lesson)
{
    return recogniser->ops->lesson ? recogniser->ops->lesson(recogniser, ret_lesson) : -ENOTSUP;
}

int asr_recogniser_know(struct asr_recogniser *recogniser, const struct asr_adapt_model *model,
                        const struct asr_adapt_known_voice *known)
{
    return recogniser->ops->know ? recogniser->ops->know(recogniser, model, known) : -ENOTSUP;
}

void asr_recogniser_destroy(struct asr_recogniser *recogniser)
{
    if (recogniser)
        recogniser->ops->destroy(recogniser);
}

static void reading_init(struct reading *reading)
{
    base_strbuf_init(&reading->text);
    base_strbuf_init(&reading->kept);
    base_strbuf_init(&reading->other);
}

static void reading_finish(struct reading *reading)
{
    base_strbuf_finish(&reading->text);
    base_strbuf_finish(&reading->kept);
    base_strbuf_finish(&reading->other);
    free(reading->words);
    free(reading->spans);
    asr_adapt_lesson_destroy(reading->lesson);
}

static void reading_clear(struct reading *reading)
{
    reading->hypothesis = (struct asr_hypothesis){.text = "", .certainty = -1};
    reading->n_words = reading->n_others = 0;
    reading->quickened = 1;
    asr_adapt_lesson_destroy(reading->lesson);
    reading->lesson = NULL;
    base_strbuf_clear(&reading->text);
    base_strbuf_clear(&reading->kept);
    base_strbuf_clear(&reading->other);
}

static void destroy(struct asr_recogniser *base)
{
    struct recogniser *self = (struct recogniser *)base;
    asr_tract_destroy(self->tract);
    asr_decoder_destroy(self->decoder);
    for (int i = 0; i < N_SEARCHES; i++)
        reading_finish(&self->readings[i]);
    reading_finish(&self->spare);
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

static int make_room(struct reading *reading)
{
    size_t n = reading->n_words_max * 2 + 32;
    struct asr_word *words = realloc(reading->words, n * sizeof(*words));
    if (words)
        reading->words = words;
    struct span *spans = words ? realloc(reading->spans, n * sizeof(*spans)) : NULL;
    if (!spans)
        return -ENOMEM;
    reading->spans = spans;
    reading->n_words_max = n;
    return 0;
}

static int add_word(struct reading *reading, const struct asr_segment *segment)
{
    int r = reading->n_words == reading->n_words_max ? make_room(reading) : 0;
    if (r < 0)
        return r;
    reading->spans[reading->n_words] = (struct span){segment->start_frame, segment->end_frame};
    reading->words[reading->n_words++] = (struct asr_word){
        .acoustic = (float)segment->acoustic,
        .posterior = segment->posterior,
    };
    size_t at = reading->kept.length;
    base_strbuf_add_n(&reading->kept, segment->word, strlen(segment->word) + 1);
    if (reading->kept.error)
        return reading->kept.error;
    asr_whole_part(reading->kept.text + at);
    asr_tokens_join(&reading->text, reading->kept.text + at);
    return 0;
}

static int take_words(struct reading *reading, const struct asr_decoding *found)
{
    int r = 0;
    for (size_t i = 0; r == 0 && i < found->n_segments; i++) {
        if (!is_filler(found->segments[i].word))
            r = add_word(reading, &found->segments[i]);
    }
    if (r == 0 && reading->text.error)
        r = -ENOMEM;
    const char *text = base_strbuf_text(&reading->kept);
    for (size_t i = 0; r == 0 && i < reading->n_words; i++) {
        reading->words[i].text = text;
        text += strlen(text) + 1;
    }
    return r;
}

/* Spells one path of the n-best list, unless its text is there already. */
static int take_other(void *user, const char *words, int score)
{
    struct reading *reading = user;
    char path[1024], *rest = path, *word;
    size_t start = reading->other.length;

    if (start == 0)
        reading->first_score = score;
    snprintf(path, sizeof(path), "%s", words);
    struct base_strbuf text;
    base_strbuf_init(&text);
    while ((word = strsep(&rest, " ")) != NULL) {
        word[strcspn(word, "(")] = '\0';
        if (*word && !is_filler(word)) {
            asr_whole_part(word);
            asr_tokens_join(&text, word);
        }
    }
    bool is_new = text.length > 0;
    for (size_t at = 0; is_new && at < start; at += strlen(reading->other.text + at) + 1)
        is_new = strcmp(reading->other.text + at, base_strbuf_text(&text)) != 0;
    if (is_new) {
        base_strbuf_add_n(&reading->other, base_strbuf_text(&text), text.length + 1);
        reading->others[reading->n_others++].below =
            (float)((reading->first_score - score) * log(LOG_BASE));
    }
    int r = text.error ? text.error : reading->other.error;
    base_strbuf_finish(&text);
    return r < 0 ? r : reading->n_others == N_OTHERS_MAX;
}

/* What else the sound may be, from the lattice of the decoding that was made last. */
static int find_others(struct recogniser *self, struct reading *reading)
{
    int r = asr_decoder_others(self->decoder, N_PATHS_MAX, take_other, reading);
    const char *text = base_strbuf_text(&reading->other);
    for (size_t i = 0; i < reading->n_others; i++) {
        reading->others[i].text = text;
        text += strlen(text) + 1;
    }
    return r < 0 ? r : 0;
}

static int frame_to_ms(const struct reading *reading, const struct asr_prepared *prepared,
                       int frame)
{
    size_t sample = (size_t)(frame * reading->quickened * ASR_FRAME_SAMPLES);
    size_t origin = asr_prepare_origin(prepared, sample);
    return (int)(origin / (ASR_RATE_HZ / 1000));
}

/* Scores each word against the phone loop, and all of them together. */
static void score(const struct recogniser *self, struct reading *reading,
                  const struct asr_prepared *prepared, int n_frames)
{
    long total = 0;
    int n_total = 0;
    for (size_t i = 0; i < reading->n_words; i++) {
        struct asr_word *word = &reading->words[i];
        int from = reading->spans[i].start_frame, to = reading->spans[i].end_frame + 1;
        to = to < n_frames ? to : n_frames;
        int gap = (int)word->acoustic - (self->frame_scores[to] - self->frame_scores[from]);
        int n = to - from > 0 ? to - from : 1;
        total += gap;
        n_total += n;
        word->acoustic = (float)gap / (float)n;
        word->start_ms = frame_to_ms(reading, prepared, from);
        word->end_ms = frame_to_ms(reading, prepared, to);
    }
    reading->hypothesis.acoustic = n_total ? (float)total / (float)n_total : 0;
    reading->hypothesis.speech_ms =
        (int)(n_total * reading->quickened) * (1000 * ASR_FRAME_SAMPLES / ASR_RATE_HZ);
}

/* A lattice's segments know nothing of the language model: it is what their sum leaves. */
static float language_score(const struct asr_decoding *found, size_t n_words)
{
    double rest = found->score;
    for (size_t i = 0; i < found->n_segments; i++)
        rest -= found->segments[i].acoustic;
    return n_words ? (float)(rest * log(LOG_BASE) / (double)n_words) : 0;
}

/* For the case that what was found is confirmed. */
static int leave_lesson(struct recogniser *self, const struct asr_analysis *analysis,
                        const struct asr_decoding *found, struct reading *reading)
{
    int r = asr_adapt_lesson_create(self->model, self->decoder, analysis, found,
                                    asr_tract_scale(self->tract), &reading->lesson);
    return r == -ENODATA ? 0 : r;
}

/* Decodes the analysed sound with one search; NULL: what was analysed last. */
static int read_with(struct recogniser *self, const char *search,
                     const struct asr_analysis *analysis, struct reading *reading)
{
    struct asr_decoding found = {0};
    int r = analysis ? asr_decoder_decode(self->decoder, search, analysis, 0,
                                          asr_analysis_n_frames(analysis), &found)
                     : asr_decoder_decode_again(self->decoder, search, &found);
    if (r == 0 && analysis && self->model)
        r = leave_lesson(self, analysis, &found, reading);
    if (r == 0)
        r = take_words(reading, &found);
    if (r == 0 && reading->n_words > 0)
        r = find_others(self, reading);
    reading->hypothesis.language = language_score(&found, reading->n_words);
    reading->hypothesis.score =
        (float)found.score / (float)(found.n_frames > 0 ? found.n_frames : 1);
    reading->hypothesis.tract = (float)asr_tract_scale(self->tract);
    reading->hypothesis.has_network = self->has_network;
    return r;
}

/* What the caller sees of a reading. */
static void publish(struct reading *reading)
{
    struct asr_hypothesis *hypothesis = &reading->hypothesis;

    if (reading->n_words > 0)
        hypothesis->text = base_strbuf_text(&reading->text);
    hypothesis->words = reading->words;
    hypothesis->n_words = reading->n_words;
    hypothesis->others = reading->others;
    hypothesis->n_others = reading->n_others;
}

/* A phrase gets the language model's share at its end only, some 45 nats: a longer one that begins
 * alike is so much ahead of it until then, and usual beams (-65) lose the end of "aidez-moi". */
static const struct asr_setting wide_beams[] = {
    {"-beam", "1e-70"},        {"-pbeam", "1e-70"},        {"-wbeam", "1e-55"},
    {"-fwdflatbeam", "1e-80"}, {"-fwdflatwbeam", "1e-55"}, {NULL, NULL}};

/* Each search is of the dictionary's size (6 MB), so that they are two and take the model that is
 * wanted: 8 to 25 ms, a few times in a conversation. */
static int use_model(struct recogniser *self, enum search search, enum model model)
{
    static const struct asr_setting *const settings[N_SEARCHES] = {[SEARCH_SHORT] = wide_beams};
    char path[FOLDER_MAX];
    if (self->models[search] == model)
        return 0;
    int r = base_file_join(self->bundle_folder, model_files[model], path, sizeof(path));
    if (r == 0)
        r = asr_decoder_add_ngram(self->decoder, search_names[search], path, settings[search]);
    self->models[search] = r == 0 ? model : MODEL_NONE;
    return r;
}

static int read_as(struct recogniser *self, enum asr_expect expect, enum search search,
                   const struct asr_analysis *analysis, struct reading *reading)
{
    int r = use_model(self, search, expected[expect].models[search]);
    return r < 0 ? r : read_with(self, search_names[search], analysis, reading);
}

/* All but the spaces of a phrase: the apostrophe of "qu'" stands for a letter. */
static size_t count_letters(const char *text)
{
    size_t n = 0;
    for (uint32_t c = base_utf8_next(&text); c; c = base_utf8_next(&text))
        n += c != ' ';
    return n;
}

/* Letters a second; 0 where no word is. */
static double pace(const struct reading *reading)
{
    size_t n_letters = 0;
    int n_frames = 0;
    for (size_t i = 0; i < reading->n_words; i++) {
        n_letters += count_letters(reading->words[i].text);
        n_frames += reading->spans[i].end_frame - reading->spans[i].start_frame + 1;
    }
    return n_frames > 0 ? (double)n_letters * ASR_RATE_HZ / (n_frames * ASR_FRAME_SAMPLES) : 0;
}

/* Scores readings of the frames that were decoded last against the phone loop. */
static int judge(struct recogniser *self, struct reading *readings, size_t n_readings,
                 const struct asr_prepared *prepared)
{
    struct asr_decoding phones = {0};
    size_t n_words = 0;
    for (size_t i = 0; i < n_readings; i++)
        n_words += readings[i].n_words;
    if (n_words == 0)
        return 0;
    int r = asr_decoder_decode_again(self->decoder, "phones", &phones);
    if (r == 0)
        r = sum_phone_scores(self, &phones);
    for (size_t i = 0; r == 0 && phones.n_frames > 0 && i < n_readings; i++)
        score(self, &readings[i], prepared, phones.n_frames);
    return r;
}

/* The second reading is mostly the better one. How well a reading fits its frames tells nothing of
 * it: a salad of short words fits long phones well. Its language tells, in which the frames that
 * were left out have no part; beyond this, a word's, the second is the salad. */
#define LANGUAGE_LOSS_MAX 0.01f

static bool is_better(const struct reading *quickened, const struct reading *first)
{
    return quickened->n_words > 0 &&
           quickened->hypothesis.language >= first->hypothesis.language - LANGUAGE_LOSS_MAX;
}

/* Reads what was spoken slowly once more, as if it were not, and keeps the better reading. */
static int read_quickened(struct recogniser *self, enum asr_expect expect,
                          const struct asr_prepared *prepared)
{
    const struct asr_analysis *analysis;
    struct reading *first = &self->readings[SEARCH_OPEN], *quickened = &self->spare;
    double factor = fmin(USUAL_PACE / pace(first), QUICKEN_MAX);
    int r = judge(self, first, 1, prepared);
    if (r < 0)
        return r;
    asr_tract_quicken(self->tract, factor, &analysis);
    quickened->quickened = factor;
    r = read_as(self, expect, SEARCH_OPEN, analysis, quickened);
    if (r == 0)
        r = judge(self, quickened, 1, prepared);
    if (r == 0 && is_better(quickened, first)) {
        struct reading worse = *first;
        *first = *quickened;
        *quickened = worse;
    }
    reading_clear(quickened); /* the lesson of what does not hold is wiped */
    return r;
}

static bool is_slow(const struct reading *reading)
{
    double found = pace(reading);
    return found > 0 && found < SLOW_PACE;
}

static int decode(struct recogniser *self, const struct asr_prepared *prepared,
                  enum asr_expect expect)
{
    struct reading *open = &self->readings[SEARCH_OPEN];
    const struct asr_analysis *analysis = NULL;
    int r = asr_tract_hear(self->tract, prepared->samples, prepared->n_samples);
    if (r == 0)
        r = asr_tract_fit(self->tract, &analysis);
    if (r == 0)
        r = read_as(self, expect, SEARCH_OPEN, analysis, open);
    if (r < 0)
        return r;
    bool is_short = asr_analysis_n_frames(analysis) <= expected[expect].n_short_frames;
    if (!is_short && is_slow(open))
        return read_quickened(self, expect, prepared);
    if (is_short)
        r = read_as(self, expect, SEARCH_SHORT, NULL, &self->readings[SEARCH_SHORT]);
    return r < 0 ? r : judge(self, self->readings, N_SEARCHES, prepared);
}

static int hear(struct asr_recogniser *base, const int16_t *samples, size_t n_samples,
                enum asr_expect expect, struct asr_hypothesis *ret_hypothesis)
{
    struct recogniser *self = (struct recogniser *)base;
    struct asr_prepared prepared = {0};
    int r = asr_prepare(samples, n_samples, &asr_prepare_default, &prepared);
    for (int i = 0; i < N_SEARCHES; i++)
        reading_clear(&self->readings[i]);
    reading_clear(&self->spare);
    if (r == 0 && prepared.n_samples >= N_FRAMES_MIN * ASR_FRAME_SAMPLES)
        r = decode(self, &prepared, expect);
    asr_prepare_finish(&prepared);
    asr_decoder_forget(self->decoder);
    if (r < 0)
        return base_trace(r);
    for (int i = 0; i < N_SEARCHES; i++)
        publish(&self->readings[i]);
    *ret_hypothesis = self->readings[SEARCH_OPEN].hypothesis;
    if (self->readings[SEARCH_SHORT].n_words > 0)
        ret_hypothesis->short_answer = &self->readings[SEARCH_SHORT].hypothesis;
    return 0;
}

static int lesson(struct asr_recogniser *base, struct asr_adapt_lesson **ret_lesson)
{
    struct reading *heard = &((struct recogniser *)base)->readings[SEARCH_OPEN];
    if (!heard->lesson)
        return -ENODATA;
    *ret_lesson = heard->lesson;
    heard->lesson = NULL;
    return 0;
}

static int know(struct asr_recogniser *base, const struct asr_adapt_model *model,
                const struct asr_adapt_known_voice *known)
{
    struct recogniser *self = (struct recogniser *)base;
    self->model = model;
    return asr_tract_know(self->tract, model, model ? known : NULL);
}

static const struct asr_recogniser_ops recogniser_ops = {
    .hear = hear, .destroy = destroy, .lesson = lesson, .know = know};

/* All language models of the bundle once, so that a missing one is told at the start; those of a
 * request last, since it comes first. */
static int try_models(struct recogniser *self)
{
    int r = 0;
    for (int i = (int)(sizeof(expected) / sizeof(expected[0])) - 1; r == 0 && i >= 0; i--) {
        for (enum search search = 0; r == 0 && search < N_SEARCHES; search++)
            r = use_model(self, search, expected[i].models[search]);
    }
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
    for (int i = 0; i < N_SEARCHES; i++)
        reading_init(&self->readings[i]);
    reading_init(&self->spare);
    int r = base_file_join(options->bundle_folder, "words.dict", dictionary, sizeof(dictionary));
    snprintf(self->bundle_folder, sizeof(self->bundle_folder), "%s", options->bundle_folder);
    if (r == 0)
        r = asr_decoder_create(&(struct asr_decoder_options){.model_folder = options->model_folder,
                                                             .dictionary = dictionary,
                                                             .settings = options->settings,
                                                             .scores = options->scores},
                               &self->decoder);
    if (r == 0)
        r = try_models(self);
    if (r == 0)
        r = asr_tract_create(options->model_folder, self->decoder, options->settings,
                             options->denoiser, &self->tract);
    if (r < 0) {
        destroy(&self->base);
        return base_trace(r);
    }
    self->has_network = options->denoiser != NULL;
    *ret_recogniser = &self->base;
    return 0;
}
