/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * `voisine listen` and `voisine wake`: sound files through the daemon's own listener, faster than
 * real time. The first is always awake, the second always asleep.
 */
#include "audio/soundfile.h"
#include "base/clock.h"
#include "base/log.h"
#include "config/territory.h"
#include "daemon/cli.h"
#include "daemon/commands.h"
#include "daemon/language.h"
#include "daemon/listener.h"
#include "daemon/utterance_json.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char listen_usage[] =
    "usage: voisine listen [OPTION...] FILE...\n\n"
    "Recognises sound files as the daemon would; prints one JSON object an utterance, at least "
    "one\n"
    "a file.\n\n"
    "  --territory ID       only its services are requests (default: all)\n"
    "  --now ISO            the resident's local time (default: the clock)\n"
    "  --expect WHAT        request (default), confirmation, choice or day\n"
    "  --evidence           also print what the confidence was made of (for tools/fit-confidence)\n"
    "  --language LANGUAGE  default: fr\n"
    "  --models FOLDER      of the acoustic models (default: the installed ones)\n";

static const char wake_usage[] =
    "usage: voisine wake [--phrase TEXT] [--sensitivity 0..100] [--language L] [--models FOLDER] "
    "[--looks] FILE...\n\n"
    "Prints for each sound file where the wake phrase is heard, as one JSON object. --looks: where "
    "it\n"
    "was looked for and the score there instead, for the curve of the documentation.\n";

struct arguments {
    const char *territory, *language, *models, *phrase;
    char own_phrase[128]; /* the language's */
    double sensitivity;
    struct base_datetime now;
    enum intents_expect expect;
    bool shows_evidence, shows_looks;
};

/* What the callbacks of the listener need. */
struct hearing {
    const char *file;
    struct listener *listener;
    enum intents_expect expect;
    bool shows_evidence;
    int n_printed;
    double *wakes; /* seconds */
    size_t n_wakes, n_wakes_max;
    struct base_strbuf *looks; /* [second, score], ...; NULL: not wanted */
};

/* As a share of one. Returns: whether it is a number from 0 to 100. */
static bool read_percent(const char *text, double *ret_share)
{
    char *end;
    double percent = strtod(text, &end);

    if (end == text || *end || !(percent >= 0 && percent <= 100))
        return false;
    *ret_share = percent / 100;
    return true;
}

/* Returns: -1 to go on, or the exit status. */
static int parse(int argc, char **argv, const char *usage, struct arguments *ret_arguments)
{
    static const struct option known[] = {{"territory", required_argument, NULL, 't'},
                                          {"now", required_argument, NULL, 'n'},
                                          {"expect", required_argument, NULL, 'e'},
                                          {"language", required_argument, NULL, 'l'},
                                          {"models", required_argument, NULL, 'm'},
                                          {"phrase", required_argument, NULL, 'p'},
                                          {"sensitivity", required_argument, NULL, 's'},
                                          {"evidence", no_argument, NULL, 'E'},
                                          {"looks", no_argument, NULL, 'L'},
                                          {"help", no_argument, NULL, 'h'},
                                          {0}};
    struct arguments a = {.language = "fr", .sensitivity = 0.5};
    int c;

    a.now = base_datetime_local(base_clock_system()->wall_ms(base_clock_system()));
    optind = 1;
    while ((c = getopt_long(argc, argv, "", known, NULL)) != -1) {
        if (c == 't')
            a.territory = optarg;
        else if (c == 'l')
            a.language = optarg;
        else if (c == 'm')
            a.models = optarg;
        else if (c == 'p')
            a.phrase = optarg;
        else if (c == 'E')
            a.shows_evidence = true;
        else if (c == 'L')
            a.shows_looks = true;
        else if (c == 's' && read_percent(optarg, &a.sensitivity))
            continue;
        else if (c == 'n' && base_datetime_parse(optarg, &a.now) == 0)
            continue;
        else if (c == 'e' && intents_expect_parse(optarg, &a.expect) == 0)
            continue;
        else if (c == 's')
            return cli_reject(argv[0], "sensitivity", "a number from 0 to 100", optarg);
        else if (c == 'n')
            return cli_reject(argv[0], "now", CLI_NOW, optarg);
        else if (c == 'e')
            return cli_reject(argv[0], "expect", CLI_EXPECT, optarg);
        else {
            fputs(usage, c == 'h' ? stdout : stderr);
            return c == 'h' ? EXIT_OK : EXIT_USAGE;
        }
    }
    if (optind == argc) {
        fputs(usage, stderr);
        return EXIT_USAGE;
    }
    *ret_arguments = a;
    if (cli_find_language(a.language) != 0)
        return EXIT_CONFIG;
    if (!a.phrase && language_wake_phrase(a.language, ret_arguments->own_phrase,
                                          sizeof(ret_arguments->own_phrase)) < 0)
        return EXIT_SOFTWARE;
    if (!a.phrase)
        ret_arguments->phrase = ret_arguments->own_phrase;
    return -1;
}

static int open_language(const struct arguments *a, const struct config_territory *territory,
                         int parts, struct language *ret_language)
{
    struct language_options options = {
        .id = a->language,
        .models_folder = a->models,
        .services = territory ? config_territory_services(territory) : NULL,
        .n_services = territory ? config_territory_n_services(territory) : 0,
        .wake_phrase = a->phrase,
        .wake_sensitivity = a->sensitivity,
        .parts = parts};
    struct base_strbuf error;
    int r;

    base_strbuf_init(&error);
    r = language_open(&options, ret_language, &error);
    if (r < 0)
        fprintf(stderr, "voisine: %s\n", base_strbuf_text(&error));
    base_strbuf_finish(&error);
    return r < 0 ? EXIT_CONFIG : 0;
}

static void print_utterance(struct hearing *hearing, const struct utterance *utterance)
{
    struct utterance_report report = {.file = hearing->file,
                                      .start_s = utterance->start_s,
                                      .end_s = utterance->end_s,
                                      .text = utterance->text,
                                      .result = &utterance->meaning,
                                      .confidence = utterance->confidence,
                                      .audio_s = utterance->audio_s,
                                      .cpu_s = utterance->cpu_s};

    if (hearing->shows_evidence) {
        report.evidence = &utterance->evidence;
        if (utterance->answer_evidence.is_short)
            report.answer_evidence = &utterance->answer_evidence;
        report.answer_text = utterance->answer_text;
    }
    (void)utterance_json_print(stdout, &report);
    hearing->n_printed++;
}

static void on_utterance(void *user, const struct utterance *utterance)
{
    struct hearing *hearing = user;

    print_utterance(hearing, utterance);
    listener_open(hearing->listener, hearing->expect);
}

static void on_silence(void *user)
{
    struct hearing *hearing = user;

    listener_open(hearing->listener, hearing->expect);
}

static void on_wake(void *user, int delay_ms)
{
    struct hearing *hearing = user;

    if (hearing->n_wakes == hearing->n_wakes_max) {
        size_t n = hearing->n_wakes_max * 2 + 16;
        double *wakes = realloc(hearing->wakes, n * sizeof(*wakes));

        if (!wakes)
            return;
        hearing->wakes = wakes;
        hearing->n_wakes_max = n;
    }
    hearing->wakes[hearing->n_wakes++] = listener_now_s(hearing->listener) - delay_ms / 1000.0;
}

static void on_woken_utterance(void *user, const struct utterance *utterance)
{
    struct hearing *hearing = user;
    int delay_ms = (int)((listener_now_s(hearing->listener) - utterance->wake_s) * 1000);

    on_wake(user, delay_ms);
}

/* Feeds a whole file, block by block. Returns: 0, or -errno with the reason printed. */
static int feed_file(struct hearing *hearing)
{
    struct audio_soundfile *file;
    char *error = NULL;
    int16_t block[AUDIO_BLOCK_SAMPLES];
    long n;
    int r = audio_soundfile_open(hearing->file, &file, &error);

    if (r < 0) {
        fprintf(stderr, "voisine: %s\n", error ? error : strerror(-r));
        free(error);
        return r;
    }
    while ((n = audio_soundfile_read(file, block, AUDIO_BLOCK_SAMPLES)) > 0) {
        memset(block + n, 0, ((size_t)AUDIO_BLOCK_SAMPLES - (size_t)n) * sizeof(block[0]));
        listener_feed(hearing->listener, block);
    }
    audio_soundfile_close(file);
    listener_finish(hearing->listener);
    return 0;
}

/* One file through a listener of its own, so that no file changes how the next is heard. */
static int listen_to(const char *file, const struct arguments *a, struct interpreter *interpreter)
{
    struct hearing hearing = {
        .file = file, .expect = a->expect, .shows_evidence = a->shows_evidence};
    struct listener_options options = {.interpreter = interpreter};
    struct listener_events events = {on_wake, on_utterance, on_silence, NULL, NULL, NULL, &hearing};
    struct utterance nothing = {0};
    int r;

    audio_endpointer_settings_default(&options.endpoint);
    options.endpoint.no_speech_ms = 0;
    r = listener_create(&options, &events, &hearing.listener);
    if (r < 0)
        return r;
    listener_set_now(hearing.listener, a->now);
    listener_open(hearing.listener, a->expect);
    r = feed_file(&hearing);
    if (r == 0 && hearing.n_printed == 0) {
        nothing.meaning.time = BASE_NO_TIME;
        nothing.audio_s = nothing.end_s = listener_now_s(hearing.listener);
        print_utterance(&hearing, &nothing);
    }
    listener_destroy(hearing.listener);
    return r;
}

int cmd_listen(int argc, char **argv)
{
    struct arguments a;
    struct config_territory *territory = NULL;
    struct language language = {0};
    struct interpreter *interpreter = NULL;
    int status = parse(argc, argv, listen_usage, &a);

    if (status >= 0)
        return status;
    base_log_open(BASE_LOG_WARNING, BASE_LOG_HUMAN, NULL);
    status = a.territory ? cli_load_territory(a.territory, &territory) : 0;
    if (status == 0)
        status = open_language(&a, territory, LANGUAGE_HEARS, &language);
    if (status == 0 &&
        interpreter_create(language.recogniser, language.understander, a.phrase, &interpreter) < 0)
        status = EXIT_SOFTWARE;
    if (status == 0) {
        for (int i = optind; i < argc; i++) {
            if (listen_to(argv[i], &a, interpreter) < 0)
                status = EXIT_INPUT;
            fflush(stdout);
        }
    }
    interpreter_destroy(interpreter);
    language_close(&language);
    config_territory_destroy(territory);
    return status;
}

static double cpu_s(void)
{
    return (double)clock() / CLOCKS_PER_SEC;
}

static void print_wakes(const struct hearing *hearing, double spent_s)
{
    struct base_strbuf line;

    base_strbuf_init(&line);
    base_strbuf_add(&line, "{\"file\":");
    base_strbuf_add_json(&line, hearing->file);
    base_strbuf_add(&line, ",\"wakes\":[");
    for (size_t i = 0; i < hearing->n_wakes; i++)
        base_strbuf_addf(&line, "%s%.2f", i ? "," : "", hearing->wakes[i]);
    if (hearing->looks)
        base_strbuf_addf(&line, "],\"looks\":[%s", base_strbuf_text(hearing->looks));
    base_strbuf_addf(&line, "],\"audio_s\":%.3f,\"cpu_s\":%.3f}", listener_now_s(hearing->listener),
                     spent_s);
    puts(base_strbuf_text(&line));
    fflush(stdout);
    base_strbuf_finish(&line);
}

static void on_look(void *user, const struct asr_wake_event *event)
{
    struct hearing *hearing = user;

    base_strbuf_addf(hearing->looks, "%s[%.2f,%.2f]", hearing->looks->length ? "," : "",
                     listener_now_s(hearing->listener), (double)event->score);
}

static int wake_in(const char *file, struct asr_wake *wake, bool shows_looks)
{
    struct base_strbuf looks;
    struct hearing hearing = {.file = file, .looks = shows_looks ? &looks : NULL};
    struct listener_options options = {.wake = wake};
    struct listener_events events = {on_wake, on_woken_utterance, on_silence, NULL, NULL, NULL,
                                     &hearing};
    double start_s = cpu_s();
    int r;

    audio_endpointer_settings_default(&options.endpoint);
    r = listener_create(&options, &events, &hearing.listener);
    if (r < 0)
        return r;
    base_strbuf_init(&looks);
    if (shows_looks)
        asr_wake_watch(wake, on_look, &hearing);
    listener_sleep(hearing.listener);
    r = feed_file(&hearing);
    if (r == 0)
        print_wakes(&hearing, cpu_s() - start_s);
    base_strbuf_finish(&looks);
    free(hearing.wakes);
    listener_destroy(hearing.listener);
    return r;
}

int cmd_wake(int argc, char **argv)
{
    struct arguments a;
    struct language language = {0};
    int status = parse(argc, argv, wake_usage, &a);

    if (status >= 0)
        return status;
    base_log_open(BASE_LOG_WARNING, BASE_LOG_HUMAN, NULL);
    status = open_language(&a, NULL, LANGUAGE_WAKES, &language);
    if (status == 0) {
        for (int i = optind; i < argc; i++) {
            if (wake_in(argv[i], language.wake, a.shows_looks) < 0)
                status = EXIT_INPUT;
        }
    }
    language_close(&language);
    return status;
}
