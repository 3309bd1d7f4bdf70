/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One live decoder cannot fit men and women at once, and four are too dear to run all day. So the
 * live search is loose and lies between them, and every candidate is looked at again: the last
 * seconds as a whole utterance, at the length of vocal tract that fits the voice, by a keyphrase
 * search whose score decides.
 */
#include "asr/wake.h"

#include "asr/pronounce.h"
#include "asr/tract.h"
#include "base/error.h"
#include "base/file.h"
#include "base/log.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
    RECENT_SAMPLES = ASR_RATE_HZ * 5 / 2, /* what the second look sees */
    RESTART_SAMPLES = ASR_RATE_HZ * 20,   /* a live utterance is not longer, or it would grow */
    RESTART_AT_ANY_COST = ASR_RATE_HZ * 60,
    HOLD_OFF_SAMPLES = ASR_RATE_HZ,  /* after the phrase was heard */
    AGAIN_SAMPLES = ASR_RATE_HZ / 5, /* after a candidate was refused */
    PHRASE_MAX = 128,
};

struct asr_wake {
    struct asr_decoder *live, *whole;
    struct asr_tract *tract;
    float limit; /* of the score in the second look */
    int16_t recent[RECENT_SAMPLES];
    size_t n_recent;
    int64_t n_fed, began_at, not_before;
};

/* A file in memory, since the library wants its words and phrases as files. */
struct memory_file {
    int fd;
    char path[32];
};

static int memory_file_open(struct memory_file *file, const char *text)
{
    size_t n = strlen(text);
    file->fd = memfd_create("voisine-wake", MFD_CLOEXEC);
    if (file->fd < 0)
        return -errno;
    snprintf(file->path, sizeof(file->path), "/proc/self/fd/%d", file->fd);
    return write(file->fd, text, n) == (ssize_t)n ? 0 : -EIO;
}

static void memory_file_close(struct memory_file *file)
{
    if (file->fd >= 0)
        close(file->fd);
}

/* The phrase's words one after the other. Returns: NULL at the end. */
static const char *next_word(char phrase[PHRASE_MAX], char **rest)
{
    return strtok_r(*rest ? NULL : phrase, " ", rest);
}

static int add_pronunciations(struct base_strbuf *dictionary, struct asr_pronounce *pronounce,
                              const char *word)
{
    struct base_strbuf lines;
    base_strbuf_init(&lines);
    int n = asr_pronounce_word(pronounce, word, &lines);
    char *rest = NULL;
    int i = 1;
    for (char *line = n > 0 ? strtok_r(lines.text, "\n", &rest) : NULL; line;
         line = strtok_r(NULL, "\n", &rest), i++) {
        base_strbuf_add(dictionary, word);
        if (i > 1)
            base_strbuf_addf(dictionary, "(%d)", i);
        base_strbuf_addf(dictionary, " %s\n", line);
    }
    base_strbuf_finish(&lines);
    return n == 0 ? -EINVAL : n < 0 ? n : 0;
}

static int make_dictionary(const struct asr_wake_options *options, struct base_strbuf *dictionary)
{
    char phrase[PHRASE_MAX], *rest = NULL;
    const char *word;
    int r = 0;
    snprintf(phrase, sizeof(phrase), "%s", options->phrase);
    while (r == 0 && (word = next_word(phrase, &rest)))
        r = add_pronunciations(dictionary, options->pronounce, word);
    return r;
}

static int open_decoders(struct asr_wake *wake, const struct asr_wake_options *options,
                         const char *dictionary, const char *loose, const char *strict)
{
    static const struct asr_setting live_settings[] = {{"-beam", "1e-100"},
                                                       {"-pbeam", "1e-100"},
                                                       {"-kws_plp", "1e-1"},
                                                       {"-ds", "2"},
                                                       {NULL, NULL}};
    static const struct asr_setting whole_settings[] = {
        {"-beam", "1e-150"}, {"-pbeam", "1e-150"}, {"-kws_delay", "0"}, {NULL, NULL}};
    struct asr_decoder_options live = {.kind = ASR_DECODER_LIVE,
                                       .model_folder = options->model_folder,
                                       .dictionary = dictionary,
                                       .tract = 1.12,
                                       .skips_silence = true,
                                       .settings =
                                           options->settings ? options->settings : live_settings};
    struct asr_decoder_options whole = {.kind = ASR_DECODER_WHOLE,
                                        .model_folder = options->model_folder,
                                        .dictionary = dictionary,
                                        .settings = whole_settings};
    int r = asr_decoder_create(&live, &wake->live);
    if (r == 0)
        r = asr_decoder_add_keyphrases(wake->live, "wake", loose, NULL);
    if (r == 0)
        r = asr_decoder_begin(wake->live, "wake");
    if (r == 0)
        r = asr_decoder_create(&whole, &wake->whole);
    if (r == 0)
        r = asr_decoder_add_keyphrases(wake->whole, "wake", strict, NULL);
    if (r == 0)
        r = asr_tract_create(options->model_folder, NULL, &wake->tract);
    return r;
}

static int open_all(struct asr_wake *wake, const struct asr_wake_options *options)
{
    struct memory_file dictionary = {.fd = -1}, loose = {.fd = -1}, strict = {.fd = -1};
    struct base_strbuf words;
    char keyphrase[PHRASE_MAX + 32];
    base_strbuf_init(&words);
    int r = make_dictionary(options, &words);
    if (r == 0)
        r = memory_file_open(&dictionary, base_strbuf_text(&words));
    snprintf(keyphrase, sizeof(keyphrase), "%s /1e-70/\n", options->phrase);
    if (r == 0)
        r = memory_file_open(&loose, keyphrase);
    snprintf(keyphrase, sizeof(keyphrase), "%s /1e-120/\n", options->phrase);
    if (r == 0)
        r = memory_file_open(&strict, keyphrase);
    if (r == 0)
        r = open_decoders(wake, options, dictionary.path, loose.path, strict.path);
    memory_file_close(&dictionary);
    memory_file_close(&loose);
    memory_file_close(&strict);
    base_strbuf_finish(&words);
    return r;
}

int asr_wake_create(const struct asr_wake_options *options, struct asr_wake **ret_wake)
{
    struct asr_wake *wake = calloc(1, sizeof(*wake));
    if (!wake)
        return base_trace(-ENOMEM);
    wake->limit = (float)(-2.5 - 3 * options->sensitivity);
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
    asr_decoder_destroy(wake->live);
    asr_decoder_destroy(wake->whole);
    asr_tract_destroy(wake->tract);
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
        memmove(wake->recent, wake->recent + drop, (wake->n_recent - drop) * sizeof(*samples));
        wake->n_recent -= drop;
    }
    memcpy(wake->recent + wake->n_recent, samples, n * sizeof(*samples));
    wake->n_recent += n;
}

static int restart(struct asr_wake *wake)
{
    int r = asr_decoder_end(wake->live);
    wake->began_at = wake->n_fed;
    return r < 0 ? r : asr_decoder_begin(wake->live, "wake");
}

/* The second look. Returns: whether the phrase is there. */
static bool confirm(struct asr_wake *wake, struct asr_wake_event *event)
{
    struct asr_decoding phrase = {0};
    const struct asr_analysis *analysis;
    const struct asr_segment *best = NULL;
    if (asr_tract_fit(wake->tract, wake->recent, wake->n_recent, &analysis) < 0 ||
        asr_decoder_decode(wake->whole, "wake", analysis, 0, asr_analysis_n_frames(analysis),
                           &phrase) < 0)
        return false;
    for (size_t i = 0; i < phrase.n_segments; i++) {
        if (!best || phrase.segments[i].log_posterior > best->log_posterior)
            best = &phrase.segments[i];
    }
    if (!best)
        return false;
    int64_t from = wake->n_fed - (int64_t)wake->n_recent;
    int n_frames = best->end_frame - best->start_frame + 1;
    event->score = (float)best->log_posterior / (float)n_frames;
    event->start_sample = from + (int64_t)best->start_frame * ASR_FRAME_SAMPLES;
    event->end_sample = from + (int64_t)(best->end_frame + 1) * ASR_FRAME_SAMPLES;
    return event->score > wake->limit;
}

int asr_wake_feed(struct asr_wake *wake, const int16_t *samples, size_t n_samples,
                  struct asr_wake_event *ret_event)
{
    struct asr_decoding found = {0};
    struct asr_wake_event event = {0};
    remember(wake, samples, n_samples);
    wake->n_fed += (int64_t)n_samples;
    int r = asr_decoder_feed(wake->live, samples, n_samples);
    if (r == 0)
        r = asr_decoder_look(wake->live, &found);
    if (r < 0)
        return base_trace(r);
    if (found.n_segments > 0 && wake->n_fed >= wake->not_before) {
        bool is_wake = confirm(wake, &event);
        r = restart(wake);
        wake->not_before = wake->n_fed + (is_wake ? HOLD_OFF_SAMPLES : AGAIN_SAMPLES);
        if (r == 0 && is_wake) {
            *ret_event = event;
            return ASR_WAKE_HEARD;
        }
        return base_trace(r);
    }
    int64_t age = wake->n_fed - wake->began_at;
    if (age > RESTART_AT_ANY_COST ||
        (age > RESTART_SAMPLES && !asr_decoder_hears_voice(wake->live)))
        return base_trace(restart(wake));
    return 0;
}

int asr_wake_reset(struct asr_wake *wake)
{
    memset(wake->recent, 0, sizeof(wake->recent));
    wake->n_recent = 0;
    wake->n_fed = wake->not_before = 0;
    return base_trace(restart(wake));
}
