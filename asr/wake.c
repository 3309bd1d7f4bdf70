/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "asr/wake.h"

#include "asr/pronounce.h"
#include "base/error.h"
#include "base/file.h"
#include "base/log.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    RECENT_SAMPLES = ASR_RATE_HZ * 2,   /* what the second look sees */
    RESTART_SAMPLES = ASR_RATE_HZ * 20, /* a live utterance is never longer, or it would grow */
    HOLD_OFF_SAMPLES = ASR_RATE_HZ,     /* after a candidate was refused */
};

struct asr_wake {
    struct asr_decoder *live, *whole;
    char phrase[128];
    float limit; /* of the score in the second look */
    int16_t recent[RECENT_SAMPLES];
    size_t n_recent;
    int64_t n_fed, began_at, not_before;
};

/* Writes a small file that the library wants as a file. Returns: 0 or -errno. */
static int write_temporary(char path[64], const char *text)
{
    int fd;

    snprintf(path, 64, "/tmp/voisine-wake-XXXXXX");
    fd = mkstemp(path);
    if (fd < 0)
        return -errno;
    if (write(fd, text, strlen(text)) != (ssize_t)strlen(text)) {
        close(fd);
        return -EIO;
    }
    close(fd);
    return 0;
}

static int add_pronunciations(struct base_strbuf *dictionary, struct asr_pronounce *pronounce,
                              const char *word)
{
    struct base_strbuf lines;
    char *line, *rest;
    int n, i = 1;

    base_strbuf_init(&lines);
    n = asr_pronounce_word(pronounce, word, &lines);
    rest = lines.text;
    while (n > 0 && (line = strsep(&rest, "\n")) && *line) {
        base_strbuf_add(dictionary, word);
        if (i > 1)
            base_strbuf_addf(dictionary, "(%d)", i);
        base_strbuf_addf(dictionary, " %s\n", line);
        i++;
    }
    base_strbuf_finish(&lines);
    return n == 0 ? -EINVAL : n < 0 ? n : 0;
}

static int make_dictionary(const struct asr_wake_options *options, struct base_strbuf *dictionary)
{
    char phrase[128], *word, *rest = phrase;
    int r = 0;

    snprintf(phrase, sizeof(phrase), "%s", options->phrase);
    while (r == 0 && (word = strsep(&rest, " ")))
        r = *word ? add_pronunciations(dictionary, options->pronounce, word) : 0;
    return r;
}

static int open_decoders(struct asr_wake *wake, const struct asr_wake_options *options,
                         const char *dictionary, const char *keyphrases)
{
    static const struct asr_setting wide[] = {
        {"-beam", "1e-100"}, {"-pbeam", "1e-100"}, {"-ds", "2"}, {NULL, NULL}};
    struct asr_decoder_options live = {.kind = ASR_DECODER_LIVE,
                                       .model_folder = options->model_folder,
                                       .dictionary = dictionary,
                                       .skips_silence = true,
                                       .settings = wide};
    struct asr_decoder_options whole = {
        .kind = ASR_DECODER_WHOLE, .model_folder = options->model_folder, .dictionary = dictionary};
    char jsgf[256];
    int r = asr_decoder_create(&live, &wake->live);

    snprintf(jsgf, sizeof(jsgf), "#JSGF V1.0;\ngrammar wake;\npublic <wake> = %s;\n",
             options->phrase);
    if (r == 0)
        r = asr_decoder_add_keyphrases(wake->live, "wake", keyphrases, NULL);
    if (r == 0)
        r = asr_decoder_begin(wake->live, "wake");
    if (r == 0)
        r = asr_decoder_create(&whole, &wake->whole);
    if (r == 0)
        r = asr_decoder_add_grammar(wake->whole, "wake", jsgf, NULL);
    if (r == 0)
        r = asr_decoder_add_phones(wake->whole, "phones", NULL);
    return r;
}

int asr_wake_create(const struct asr_wake_options *options, struct asr_wake **ret_wake)
{
    struct asr_wake *wake = calloc(1, sizeof(*wake));
    char dictionary_path[64] = "", keyphrase_path[64] = "", keyphrase[256];
    struct base_strbuf dictionary;
    int r;

    if (!wake)
        return -ENOMEM;
    base_strbuf_init(&dictionary);
    snprintf(wake->phrase, sizeof(wake->phrase), "%s", options->phrase);
    wake->limit = (float)(-8.0 - 12.0 * options->sensitivity);
    snprintf(keyphrase, sizeof(keyphrase), "%s /1e-60/\n", options->phrase);
    r = make_dictionary(options, &dictionary);
    if (r == 0)
        r = write_temporary(dictionary_path, base_strbuf_text(&dictionary));
    if (r == 0)
        r = write_temporary(keyphrase_path, keyphrase);
    if (r == 0)
        r = open_decoders(wake, options, dictionary_path, keyphrase_path);
    unlink(dictionary_path);
    unlink(keyphrase_path);
    base_strbuf_finish(&dictionary);
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
    free(wake);
}

static void remember(struct asr_wake *wake, const int16_t *samples, size_t n)
{
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

/* The second look: the phrase's score against the phones over the same frames. */
static bool confirm(struct asr_wake *wake, struct asr_wake_event *event)
{
    struct asr_decoding phrase, phones;
    int first = -1, last = -1, n = 0;
    long score = 0, free_score = 0;

    if (asr_decoder_decode(wake->whole, "wake", wake->recent, wake->n_recent, &phrase) < 0)
        return false;
    for (size_t i = 0; i < phrase.n_segments; i++) {
        const struct asr_segment *s = &phrase.segments[i];

        if (s->word[0] == '<' || s->word[0] == '(')
            continue;
        if (first < 0)
            first = s->start_frame;
        last = s->end_frame;
        score += s->acoustic;
        n++;
    }
    if (n == 0)
        return false;
    if (asr_decoder_decode(wake->whole, "phones", wake->recent, wake->n_recent, &phones) < 0)
        return false;
    for (size_t i = 0; i < phones.n_segments; i++) {
        const struct asr_segment *s = &phones.segments[i];
        int from = s->start_frame > first ? s->start_frame : first;
        int to = s->end_frame < last ? s->end_frame : last;

        if (to >= from)
            free_score += (long)s->acoustic * (to - from + 1) / (s->end_frame - s->start_frame + 1);
    }
    event->score = (float)(score - free_score) / (float)(last - first + 1);
    event->start_sample =
        wake->n_fed - (int64_t)wake->n_recent + (int64_t)first * ASR_FRAME_SAMPLES;
    event->end_sample =
        wake->n_fed - (int64_t)wake->n_recent + (int64_t)(last + 1) * ASR_FRAME_SAMPLES;
    return event->score > wake->limit && last - first > 40;
}

int asr_wake_feed(struct asr_wake *wake, const int16_t *samples, size_t n_samples,
                  struct asr_wake_event *ret_event)
{
    struct asr_decoding found;
    struct asr_wake_event event;
    int r;

    remember(wake, samples, n_samples);
    wake->n_fed += (int64_t)n_samples;
    r = asr_decoder_feed(wake->live, samples, n_samples);
    if (r == 0)
        r = asr_decoder_look(wake->live, &found);
    if (r < 0)
        return base_trace(r);
    if (found.n_segments > 0 && wake->n_fed >= wake->not_before) {
        bool is_wake = confirm(wake, &event);

        r = restart(wake);
        wake->not_before = wake->n_fed + (is_wake ? HOLD_OFF_SAMPLES : HOLD_OFF_SAMPLES / 10);
        if (r == 0 && is_wake) {
            *ret_event = event;
            return ASR_WAKE_HEARD;
        }
        return r;
    }
    if (wake->n_fed - wake->began_at > RESTART_SAMPLES && !asr_decoder_hears_voice(wake->live))
        return restart(wake);
    return 0;
}

int asr_wake_reset(struct asr_wake *wake)
{
    memset(wake->recent, 0, sizeof(wake->recent));
    wake->n_recent = 0;
    wake->n_fed = wake->not_before = 0;
    return restart(wake);
}
