/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Three looks, each dearer than the one before. The first, twice a second while somebody speaks,
 * asks of the last two seconds whether the phrase fits about as well as free phones do, by what the
 * network tells alone, at one length of vocal tract (asr/phrase.h). It turns away all but a few of
 * a thousand windows of other speech, and the rest costs only what passes: with Gaussians in it, at
 * two lengths, a television took three times as much of the processor. The second asks the same
 * with the Gaussians' scores added, at four lengths. The third is a keyphrase search over all ways
 * to say it, whose score decides together with the second's.
 *
 * The library's live keyphrase search was the first look once: beside a television it lost 60 of
 * 100 calls, since one live decoder cannot fit men and women at once and its running mean is what
 * the last speaker left behind. People call after a silence, and may say it in a way that no
 * dictionary has: so each beginning of speech goes from the first look to the third, after the time
 * that a quick and a slow voice take for the phrase, and as soon as the sound falls, since who
 * calls waits for an answer. A language without a network has no first look.
 */
#include "asr/wake.h"

#include "asr/analysis.h"
#include "asr/memory_file.h"
#include "asr/phrase.h"
#include "asr/pronounce.h"
#include "asr/tract.h"
#include "asr/voice.h"
#include "base/error.h"
#include "base/file.h"
#include "base/log.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    RECENT_SAMPLES = ASR_RATE_HZ * 2, /* what a look sees */
    HOLD_OFF_SAMPLES = ASR_RATE_HZ,   /* after the phrase was heard */
    PHRASE_MAX = 128,
    PHONES_MAX = 512,
    VARIANTS_MAX = 40,
    FALL_BLOCKS = 12,                   /* of 10 ms: so long it is quiet after a fall */
    FALL_LOUD_BLOCKS = 60,              /* that tell what is loud */
    FALL_FROM = ASR_RATE_HZ * 50 / 100, /* after the beginning of speech is a fall looked at */
    FALL_TO = ASR_RATE_HZ * 250 / 100,  /* and not later */
    FALL_LOOKS_MAX = 3,                 /* at one beginning */
    STREAM_SAMPLES = ASR_RATE_HZ / 2,   /* between two looks while somebody speaks */
    STREAM_LEAST = ASR_RATE_HZ,         /* of sound, or there is no first look */
    BLOCK_SAMPLES = ASR_RATE_HZ / 20,   /* whose power is compared */
    N_TRACTS_MAX = 8,
    FIRST_TRACT = 2, /* of the first look: what women have, and the network knows all */
};

/* The sound falls when it is so far below what was loud: four times the amplitude. */
#define FALL_POWER 16.0f
/* Something is said where the loudest moment is so far above the quietest. The noise of a room
 * stays below 1.5; a voice as loud as the noise around it gives 3. */
#define CONTRAST_POWER 2.0f

/* How much worse than free phones the phrase may fit (asr/phrase.h), to the network alone: calls
 * stay below 6 even where a television is as loud as half of them, of other speech one in 200
 * windows does not lie above. */
#define MAYBE_GAP 12.0f
/* And with the Gaussians, to be worth a search. Then what it is less than usual counts so many
 * times. */
#define NEAR_GAP   10.0f
#define FAR_GAP    13.0f /* not worth trying the lengths between */
#define USUAL_GAP  7.2f
#define GAP_COUNTS 5.0f

/* Of the score in the third look, a frame, in the library's log unit; docs/understanding.md has
 * the curve. */
#define LIMIT_STRICTEST -13.0
#define LIMIT_SLOPE     -20.0

struct asr_wake {
    struct asr_voice *voice;
    struct asr_decoder *decoder;
    struct asr_tract *tract;
    struct asr_phrase *phrase;
    bool has_network;
    int64_t streamed_at;                 /* where the last look in running speech was */
    float limit;                         /* of the score in the third look */
    int16_t history[RECENT_SAMPLES * 2]; /* `recent` wanders through it, and is rarely moved */
    int16_t *recent;
    size_t n_recent;
    int64_t n_fed, not_before;
    int64_t onset_at; /* where speech last began */
    int n_looks;      /* at that beginning */
    bool has_voice;
    float powers[FALL_LOUD_BLOCKS + FALL_BLOCKS]; /* of the last blocks, a ring */
    int64_t n_powers;
    int n_fall_looks;                                                /* at that beginning */
    bool has_fallen;                                                 /* and has not risen again */
    void (*on_look)(void *user, const struct asr_wake_event *event); /* or NULL */
    void *look_user;
};

/* When a beginning of speech is looked at, in samples after it was noticed. */
static const int64_t look_after[] = {ASR_RATE_HZ * 95 / 100, ASR_RATE_HZ * 155 / 100};

static int open_text(struct asr_memory_file *file, const struct base_strbuf *text)
{
    return asr_memory_file_open(file, base_strbuf_text(text), text->length);
}

/* The phrase as the searches know it: each way to say it is a word of its own. */
struct wake_words {
    struct base_strbuf dictionary, keyphrases;
    int n, n_places;                 /* so many may be the dictionary's */
    char *ways[ASR_PHRASE_WAYS_MAX]; /* by the dictionary alone */
    size_t n_ways;
};

static int add_variant(struct wake_words *words, const char *phones)
{
    base_strbuf_addf(&words->dictionary, "wake%d %s\n", words->n, phones);
    base_strbuf_addf(&words->keyphrases, "wake%d /1e-160/\n", words->n);
    words->n++;
    return words->dictionary.error;
}

/* What the looks before the search go by: the likeliest ways, which come first. */
static int add_way(struct wake_words *words, const char *phones)
{
    if (words->n_ways == ASR_PHRASE_WAYS_MAX)
        return 0;
    words->ways[words->n_ways] = strdup(phones);
    if (!words->ways[words->n_ways])
        return -ENOMEM;
    words->n_ways++;
    return 0;
}

/* Every phrase made of one pronunciation of each word, `so_far` being those of the words before. */
static int add_phrases(struct wake_words *words, struct asr_pronounce *pronounce, char *rest,
                       const char *so_far)
{
    char *word = strsep(&rest, " ");
    struct base_strbuf lines;
    int r;

    if (!word) {
        if (words->n == words->n_places)
            return 0; /* the likeliest came first */
        r = add_way(words, so_far);
        return r == 0 ? add_variant(words, so_far) : r;
    }
    if (!*word)
        return add_phrases(words, pronounce, rest, so_far);
    base_strbuf_init(&lines);
    r = asr_pronounce_word(pronounce, word, &lines);
    char *cursor = lines.text, *line;
    int n = r;
    r = n == 0 ? -EINVAL : n < 0 ? n : 0;
    while (r == 0 && (line = strsep(&cursor, "\n")) && *line) {
        char phones[PHONES_MAX], later[PHRASE_MAX];
        snprintf(phones, sizeof(phones), "%s%s%s", so_far, *so_far ? " " : "", line);
        snprintf(later, sizeof(later), "%s", rest ? rest : "");
        r = add_phrases(words, pronounce, rest ? later : NULL, phones);
    }
    base_strbuf_finish(&lines);
    return r;
}

/* Those made by hand have their places before the dictionary's, which may be many. */
static int make_words(const struct asr_wake_options *options, struct wake_words *words)
{
    char phrase[PHRASE_MAX];
    if (options->n_variants > VARIANTS_MAX || strlen(options->phrase) >= sizeof(phrase)) {
        log_error("language-bad", "wake phrase: longer than %d bytes, or more than %d variants",
                  PHRASE_MAX - 1, VARIANTS_MAX);
        return -EINVAL;
    }
    strcpy(phrase, options->phrase);
    words->n_places = VARIANTS_MAX - (int)options->n_variants;
    int r = add_phrases(words, options->pronounce, phrase, "");
    for (size_t i = 0; r == 0 && i < options->n_variants; i++)
        r = add_variant(words, options->variants[i]);
    return r;
}

static int open_searches(struct asr_wake *wake, const struct asr_wake_options *options,
                         const char *dictionary, const char *keyphrases)
{
    static const struct asr_setting settings[] = {
        {"-beam", "1e-150"}, {"-pbeam", "1e-150"}, {"-kws_delay", "0"}, {NULL, NULL}};
    struct asr_decoder_options decoder = {.model_folder = options->model_folder,
                                          .dictionary = dictionary,
                                          .settings = settings,
                                          .scores = options->scores};
    int r = asr_voice_create(options->model_folder, &wake->voice);
    if (r == 0)
        r = asr_decoder_create(&decoder, &wake->decoder);
    if (r == 0)
        r = asr_decoder_add_keyphrases(wake->decoder, "wake", keyphrases, NULL);
    if (r == 0)
        r = asr_tract_create(options->model_folder, wake->decoder, NULL, options->denoiser,
                             &wake->tract);
    return r;
}

static int open_all(struct asr_wake *wake, const struct asr_wake_options *options)
{
    struct asr_memory_file dictionary = {.fd = -1}, keyphrases = {.fd = -1};
    struct wake_words words = {.n = 0};
    int r = make_words(options, &words);
    if (r == 0)
        r = open_text(&dictionary, &words.dictionary);
    if (r == 0)
        r = open_text(&keyphrases, &words.keyphrases);
    if (r == 0)
        r = open_searches(wake, options, dictionary.path, keyphrases.path);
    if (r == 0)
        r = asr_phrase_create(options->model_folder, (const char *const *)words.ways, words.n_ways,
                              &wake->phrase);
    for (size_t i = 0; i < words.n_ways; i++)
        free(words.ways[i]);
    asr_memory_file_close(&dictionary);
    asr_memory_file_close(&keyphrases);
    base_strbuf_finish(&words.dictionary);
    base_strbuf_finish(&words.keyphrases);
    return r;
}

int asr_wake_create(const struct asr_wake_options *options, struct asr_wake **ret_wake)
{
    struct asr_wake *wake = calloc(1, sizeof(*wake));
    if (!wake)
        return base_trace(-ENOMEM);
    wake->recent = wake->history;
    wake->has_network = options->denoiser != NULL;
    wake->limit = (float)(LIMIT_STRICTEST + LIMIT_SLOPE * options->sensitivity);
    int r = open_all(wake, options);
    if (r < 0) {
        asr_wake_destroy(wake);
        return base_trace(r);
    }
    *ret_wake = wake;
    return 0;
}

void asr_wake_destroy(struct asr_wake *wake)
{
    if (!wake)
        return;
    asr_voice_destroy(wake->voice);
    asr_tract_destroy(wake->tract);
    asr_phrase_destroy(wake->phrase);
    asr_decoder_destroy(wake->decoder);
    free(wake);
}

static void remember(struct asr_wake *wake, const int16_t *samples, size_t n)
{
    if (n > RECENT_SAMPLES) {
        samples += n - RECENT_SAMPLES;
        n = RECENT_SAMPLES;
    }
    if (wake->n_recent + n > RECENT_SAMPLES) {
        size_t drop = wake->n_recent + n - RECENT_SAMPLES;
        wake->recent += drop;
        wake->n_recent -= drop;
    }
    size_t at = (size_t)(wake->recent - wake->history);
    if (at + wake->n_recent + n > sizeof(wake->history) / sizeof(wake->history[0])) {
        memmove(wake->history, wake->recent, wake->n_recent * sizeof(*samples));
        wake->recent = wake->history;
    }
    memcpy(wake->recent + wake->n_recent, samples, n * sizeof(*samples));
    wake->n_recent += n;
}

static float mean_power(const int16_t *samples, size_t n)
{
    float sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (float)samples[i] * (float)samples[i];
    return sum / (float)n;
}

static float least_power(const struct asr_wake *wake)
{
    float least = INFINITY;
    for (size_t at = 0; at + BLOCK_SAMPLES <= wake->n_recent; at += BLOCK_SAMPLES)
        least = fminf(least, mean_power(wake->recent + at, BLOCK_SAMPLES));
    return least;
}

/* Returns: whether any block rises above the quietest moment of what was kept. The voice detector
 * takes a quiet room for voice now and then, and a look costs as much as half a minute of
 * listening. */
static bool has_contrast(const struct asr_wake *wake)
{
    float limit = CONTRAST_POWER * least_power(wake);
    for (size_t at = 0; at + BLOCK_SAMPLES <= wake->n_recent; at += BLOCK_SAMPLES) {
        if (mean_power(wake->recent + at, BLOCK_SAMPLES) > limit)
            return true;
    }
    return false;
}

/* How well the phrase fits an analysis of what was kept. Returns: 1, 0 when it is not in there at
 * all, -errno. */
static int measure(struct asr_wake *wake, const struct asr_analysis *analysis,
                   struct asr_wake_event *event)
{
    struct asr_decoding phrase = {0};
    const struct asr_segment *best = NULL;
    int r = asr_decoder_decode(wake->decoder, "wake", analysis, 0, asr_analysis_n_frames(analysis),
                               &phrase);
    asr_decoder_forget(wake->decoder);
    if (r < 0)
        return r;
    for (size_t i = 0; i < phrase.n_segments; i++) {
        if (!best || phrase.segments[i].log_posterior > best->log_posterior)
            best = &phrase.segments[i];
    }
    if (!best)
        return 0;
    int64_t from = wake->n_fed - (int64_t)wake->n_recent;
    int n_frames = best->end_frame - best->start_frame + 1;
    event->score = (float)best->log_posterior / (float)n_frames;
    event->start_sample = from + (int64_t)best->start_frame * ASR_FRAME_SAMPLES;
    event->end_sample = from + (int64_t)(best->end_frame + 1) * ASR_FRAME_SAMPLES;
    return 1;
}

/* Returns: whether that is the phrase. */
static bool decide(const struct asr_wake *wake, const struct asr_wake_event *event)
{
    if (!wake->on_look)
        return event->score > wake->limit;
    wake->on_look(wake->look_user, event);
    return false;
}

/* The first look. Returns: 1 when the phrase may be near, 0, -errno. */
static int look_first(struct asr_wake *wake)
{
    const struct asr_analysis *analysis = NULL;
    const int16_t *rows;
    int n_frames, n_senones;
    if (!wake->has_network)
        return 1;
    int r = asr_tract_analyse(wake->tract, FIRST_TRACT, &analysis);
    if (r == 0)
        r = asr_decoder_score_phones_by_network(wake->decoder, analysis, &rows, &n_frames,
                                                &n_senones);
    if (r < 0)
        return r;
    return asr_phrase_gap(wake->phrase, rows, n_frames, n_senones) < MAYBE_GAP;
}

/* The third look alone, where the tract fits best. Returns: 1 when it is the phrase, 0, -errno. */
static int confirm(struct asr_wake *wake, struct asr_wake_event *event)
{
    const struct asr_analysis *analysis = NULL;
    int r = asr_tract_fit(wake->tract, &analysis);
    if (r == 0)
        r = measure(wake, analysis, event);
    return r > 0 ? decide(wake, event) : r;
}

/* How near is the phrase, at every second length of the tract from `first` on? *least becomes the
 * nearest. Returns: 0, -errno. */
static int find_gap(struct asr_wake *wake, int first, const struct asr_analysis *analyses[],
                    float *least)
{
    for (int i = first; i < asr_tract_count(wake->tract); i += 2) {
        const int16_t *rows;
        int n_frames, n_senones;
        int r = asr_tract_analyse(wake->tract, i, &analyses[i]);
        if (r == 0)
            r = asr_decoder_score_phones(wake->decoder, analyses[i], &rows, &n_frames, &n_senones);
        if (r < 0)
            return r;
        *least = fminf(*least, asr_phrase_gap(wake->phrase, rows, n_frames, n_senones));
    }
    return 0;
}

/* The second and third. The phones show a call beside other voices better than the search that
 * knows their neighbours, which shows better what only sounds like one: the two are added up.
 * Returns: 1 when it is the phrase, 0, -errno. */
static int look_in_stream(struct asr_wake *wake, struct asr_wake_event *event)
{
    const struct asr_analysis *analyses[N_TRACTS_MAX];
    struct asr_wake_event found = {.score = -INFINITY};
    float gap = ASR_PHRASE_NEVER;
    int r = find_gap(wake, 1, analyses, &gap);
    if (r == 0 && gap < FAR_GAP)
        r = find_gap(wake, 0, analyses, &gap);
    if (r < 0 || gap > NEAR_GAP)
        return r;
    for (int i = 0; i < asr_tract_count(wake->tract); i++) {
        struct asr_wake_event one;
        r = measure(wake, analyses[i], &one);
        if (r < 0)
            return r;
        if (r > 0 && one.score > found.score)
            found = one;
    }
    found.score += GAP_COUNTS * (USUAL_GAP - gap);
    *event = found;
    return isfinite(found.score) && decide(wake, event);
}

/* Returns: 1 when the phrase was said, 0, -errno. */
static int look(struct asr_wake *wake, bool is_beginning, bool is_stream,
                struct asr_wake_event *event)
{
    int r = asr_tract_hear(wake->tract, wake->recent, wake->n_recent);
    if (r == 0)
        r = look_first(wake);
    bool is_near = r > 0;
    if (is_near)
        r = is_beginning ? confirm(wake, event) : 0;
    if (is_near && r == 0 && is_stream)
        r = look_in_stream(wake, event);
    asr_decoder_forget(wake->decoder);
    return r;
}

/* Returns: whether the speech that has begun is old enough to be looked at. */
static bool is_look_due(struct asr_wake *wake)
{
    bool has_voice = asr_voice_is_heard(wake->voice);
    if (has_voice && !wake->has_voice) {
        wake->onset_at = wake->n_fed;
        wake->n_looks = wake->n_fall_looks = 0;
    }
    wake->has_voice = has_voice;
    if (wake->onset_at == 0 || wake->n_looks == (int)(sizeof(look_after) / sizeof(look_after[0])) ||
        wake->n_fed - wake->onset_at < look_after[wake->n_looks])
        return false;
    wake->n_looks++;
    return has_contrast(wake);
}

/* Returns: whether the sound has just fallen silent beside what it was. */
static bool falls(struct asr_wake *wake, const int16_t *samples, size_t n)
{
    enum { N = FALL_LOUD_BLOCKS + FALL_BLOCKS };
    float loud = 0, quiet = 0;
    wake->powers[wake->n_powers++ % N] = mean_power(samples, n);
    if (wake->n_powers < N)
        return false;
    for (int i = 0; i < N; i++) {
        float power = wake->powers[(wake->n_powers + i) % N]; /* the oldest first */
        if (i < FALL_LOUD_BLOCKS)
            loud += power / FALL_LOUD_BLOCKS;
        else
            quiet = fmaxf(quiet, power);
    }
    bool had_fallen = wake->has_fallen;
    wake->has_fallen = quiet * FALL_POWER < loud;
    return wake->has_fallen && !had_fallen;
}

/* A fall soon after a beginning of speech may be the end of the phrase. */
static bool is_fall_look_due(struct asr_wake *wake, const int16_t *samples, size_t n)
{
    int64_t age = wake->n_fed - wake->onset_at;
    if (!falls(wake, samples, n) || wake->onset_at == 0 || age < FALL_FROM || age > FALL_TO ||
        wake->n_fall_looks == FALL_LOOKS_MAX)
        return false;
    wake->n_fall_looks++;
    return true;
}

/* While somebody speaks, and until what was said last has come to its end. */
static bool is_stream_look_due(struct asr_wake *wake)
{
    if (wake->n_recent < STREAM_LEAST || wake->n_fed - wake->streamed_at < STREAM_SAMPLES ||
        !wake->has_voice)
        return false;
    wake->streamed_at = wake->n_fed;
    return has_contrast(wake);
}

int asr_wake_feed(struct asr_wake *wake, const int16_t *samples, size_t n_samples,
                  struct asr_wake_event *ret_event)
{
    remember(wake, samples, n_samples);
    wake->n_fed += (int64_t)n_samples;
    int r = asr_voice_feed(wake->voice, samples, n_samples);
    if (r < 0)
        return base_trace(r);
    bool is_beginning = is_look_due(wake);
    is_beginning |= is_fall_look_due(wake, samples, n_samples);
    bool is_stream = is_stream_look_due(wake);
    if ((!is_beginning && !is_stream) || wake->n_fed < wake->not_before)
        return 0;
    struct asr_wake_event event;
    r = look(wake, is_beginning, is_stream, &event);
    if (r <= 0)
        return base_trace(r);
    *ret_event = event;
    wake->not_before = wake->n_fed + HOLD_OFF_SAMPLES;
    wake->onset_at = 0;
    return ASR_WAKE_HEARD;
}

void asr_wake_watch(struct asr_wake *wake,
                    void (*on_look)(void *user, const struct asr_wake_event *event), void *user)
{
    wake->on_look = on_look;
    wake->look_user = user;
}

bool asr_wake_hears_voice(const struct asr_wake *wake)
{
    return wake->has_voice;
}

int asr_wake_reset(struct asr_wake *wake)
{
    memset(wake->history, 0, sizeof(wake->history));
    wake->recent = wake->history;
    wake->n_recent = 0;
    wake->n_fed = wake->not_before = wake->onset_at = wake->streamed_at = 0;
    wake->has_voice = wake->has_fallen = false;
    wake->n_powers = 0;
    return base_trace(asr_voice_restart(wake->voice));
}
