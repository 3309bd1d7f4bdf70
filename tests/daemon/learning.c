/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A probe, no test: how much learning a voice helps (tools/learning makes the sound and the table).
 *
 *     learning TERRITORY-FREE LIST with a line "train|test <tab> file <tab> service <tab> text"
 *
 * The train files are heard one after the other as the daemon would hear them; a sentence whose
 * service was understood right is taken as confirmed, and learned. Before the first and after the
 * 1st, 5th, 10th and 30th of them the test files are heard, which are never learned from. One JSON
 * object a line for each time.
 */
#include "asr/adapt_voice.h"
#include "audio/soundfile.h"
#include "base/log.h"
#include "base/strbuf.h"
#include "base/utf8.h"
#include "daemon/bundle.h"
#include "daemon/interpreter.h"
#include "daemon/language.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { N_ROWS_MAX = 1000, N_WORDS_MAX = 128 };

struct row {
    bool is_test;
    char *path, *service, *text;
};

struct bench {
    struct language language;
    struct interpreter *interpreter;
    struct asr_adapt_model *model;
    struct asr_adapt_voice *voice;
    struct row rows[N_ROWS_MAX];
    size_t n_rows;
    unsigned n_confirmed;
};

static const unsigned told_at[] = {1, 5, 10, 30};

static void read_list(struct bench *bench, FILE *file)
{
    char *line = NULL;
    size_t size = 0;
    while (getline(&line, &size, file) > 0 && bench->n_rows < N_ROWS_MAX) {
        char *copy = strdup(line), *rest = copy;
        struct row *row = &bench->rows[bench->n_rows];
        const char *kind = strsep(&rest, "\t");
        row->is_test = kind && strcmp(kind, "test") == 0;
        row->path = strsep(&rest, "\t");
        row->service = strsep(&rest, "\t");
        row->text = strsep(&rest, "\t\n");
        bench->n_rows += row->text != NULL;
    }
    free(line);
}

/* ---- word errors ---- */

struct words {
    char text[2048];
    const char *at[N_WORDS_MAX];
    size_t n;
};

static void split(const char *text, struct words *words)
{
    words->n = 0;
    base_utf8_lowercase(text, words->text, sizeof(words->text));
    char *rest = words->text, *word;
    while ((word = strsep(&rest, " '-,.?!")) && words->n < N_WORDS_MAX) {
        if (*word)
            words->at[words->n++] = word;
    }
}

static size_t least(size_t a, size_t b, size_t c)
{
    size_t ab = a < b ? a : b;
    return ab < c ? ab : c;
}

static size_t count_errors(const struct words *said, const struct words *heard)
{
    size_t row[N_WORDS_MAX + 1];
    for (size_t j = 0; j <= heard->n; j++)
        row[j] = j;
    for (size_t i = 1; i <= said->n; i++) {
        size_t corner = row[0];
        row[0] = i;
        for (size_t j = 1; j <= heard->n; j++) {
            size_t differs = strcmp(said->at[i - 1], heard->at[j - 1]) != 0;
            size_t next = least(row[j] + 1, row[j - 1] + 1, corner + differs);
            corner = row[j];
            row[j] = next;
        }
    }
    return row[heard->n];
}

/* ---- hearing ---- */

static bool hear(struct bench *bench, const struct row *row, struct utterance *ret_utterance)
{
    int16_t *samples;
    size_t n_samples;
    const struct base_datetime now = {.date = {2020, 6, 15}, .time = {9, 0}};
    if (audio_soundfile_load(row->path, 20, &samples, &n_samples, NULL) < 0)
        return false;
    int r = interpreter_hear(bench->interpreter, samples, n_samples, INTENTS_EXPECT_REQUEST, now,
                             ret_utterance);
    free(samples);
    return r == 0;
}

static bool is_right(const struct row *row, const struct utterance *utterance)
{
    return utterance->meaning.act == INTENTS_REQUEST &&
           strcmp(utterance->meaning.service, row->service) == 0;
}

static void tell(struct bench *bench)
{
    size_t n_files = 0, n_right = 0, n_wrong = 0, n_words = 0, n_errors = 0;
    double audio_s = 0, cpu_s = 0;
    struct asr_adapt_voice_state state;
    for (size_t i = 0; i < bench->n_rows; i++) {
        struct utterance utterance;
        struct words said, heard;
        if (!bench->rows[i].is_test || !hear(bench, &bench->rows[i], &utterance))
            continue;
        split(bench->rows[i].text, &said);
        split(utterance.text, &heard);
        n_files++;
        n_words += said.n;
        n_errors += count_errors(&said, &heard);
        n_right += is_right(&bench->rows[i], &utterance);
        n_wrong +=
            utterance.meaning.act == INTENTS_REQUEST && !is_right(&bench->rows[i], &utterance);
        audio_s += utterance.audio_s;
        cpu_s += utterance.cpu_s;
    }
    asr_adapt_voice_describe(bench->voice, &state);
    printf("{\"confirmed\":%u,\"files\":%zu,\"right\":%zu,\"wrong\":%zu,\"words\":%zu,"
           "\"errors\":%zu,\"gain\":%.2f,\"form\":%d,\"real_time\":%.3f}\n",
           bench->n_confirmed, n_files, n_right, n_wrong, n_words, n_errors, state.gain,
           (int)state.form, audio_s > 0 ? cpu_s / audio_s : 0);
    fflush(stdout);
}

/* ---- learning ---- */

static void confirm(struct bench *bench)
{
    struct asr_adapt_lesson *lesson;
    struct asr_adapt_known_voice known;
    if (asr_recogniser_lesson(bench->language.recogniser, &lesson) < 0)
        return;
    while (asr_adapt_lesson_work(lesson) == ASR_ADAPT_MORE)
        ;
    asr_adapt_voice_learn(bench->voice, asr_adapt_lesson_tract(lesson),
                          asr_adapt_lesson_stats(lesson));
    asr_adapt_lesson_destroy(lesson);
    known = asr_adapt_voice_known(bench->voice);
    asr_recogniser_know(bench->language.recogniser, bench->model, &known);
    bench->n_confirmed++;
    for (size_t i = 0; i < sizeof(told_at) / sizeof(told_at[0]); i++) {
        if (told_at[i] == bench->n_confirmed)
            tell(bench);
    }
}

static void go(struct bench *bench)
{
    tell(bench);
    for (size_t i = 0; i < bench->n_rows; i++) {
        struct utterance utterance;
        if (bench->rows[i].is_test || bench->n_confirmed == told_at[3])
            continue;
        if (hear(bench, &bench->rows[i], &utterance) && is_right(&bench->rows[i], &utterance))
            confirm(bench);
    }
    if (bench->n_confirmed < told_at[3])
        tell(bench);
}

static int open_bench(struct bench *bench)
{
    struct language_options options = {
        .id = "fr", .models_folder = "", .wake_phrase = "", .parts = LANGUAGE_HEARS};
    struct base_strbuf error;
    char model[1024];
    base_strbuf_init(&error);
    int r = language_open(&options, &bench->language, &error);
    if (r < 0)
        fprintf(stderr, "learning: %s\n", base_strbuf_text(&error));
    base_strbuf_finish(&error);
    if (r == 0)
        r = interpreter_create(bench->language.recogniser, bench->language.understander, "",
                               &bench->interpreter);
    if (r == 0)
        r = bundle_model_folder("", "fr", model, sizeof(model));
    if (r == 0)
        r = asr_adapt_model_open(model, &bench->model);
    if (r == 0)
        r = asr_recogniser_know(bench->language.recogniser, bench->model, NULL);
    return r < 0 ? r : asr_adapt_voice_create(bench->model, &bench->voice);
}

int main(int argc, char **argv)
{
    static struct bench bench;
    FILE *file = argc == 2 ? fopen(argv[1], "re") : NULL;
    if (!file) {
        fputs("usage: learning LIST\n", stderr);
        return 64;
    }
    base_log_open(BASE_LOG_ERROR, BASE_LOG_HUMAN, NULL);
    read_list(&bench, file);
    fclose(file);
    if (open_bench(&bench) < 0)
        return 70;
    go(&bench);
    asr_adapt_voice_destroy(bench.voice);
    asr_adapt_model_close(bench.model);
    interpreter_destroy(bench.interpreter);
    language_close(&bench.language);
    return 0;
}
