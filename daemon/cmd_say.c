/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `voisine say`: what the speaker's voice makes of a text, on the loudspeaker or into a file. */
#include "audio/device.h"
#include "audio/player.h"
#include "audio/soundfile.h"
#include "base/log.h"
#include "base/loop.h"
#include "config/options.h"
#include "daemon/commands.h"
#include "tts/prompts.h"
#include "tts/voice.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usage[] = "usage: voisine say [OPTION...] TEXT...\n"
                            "       voisine say --print-sentences\n\n"
                            "Speaks with the voice of the configuration.\n\n"
                            "  -o, --output FILE     write a WAV file instead of playing\n"
                            "  --config FILE         (default: " CONFIG_DEFAULT_PATH ")\n"
                            "  --voice NAME          an espeak-ng voice, such as fr+f2\n"
                            "  --rate N              words a minute\n"
                            "  --pitch N, --volume N from 0 to 100\n"
                            "  --language LANGUAGE   (default: the configuration's)\n"
                            "  --print-sentences     the table of docs/conversation.md\n";

struct saying {
    struct config_options *config;
    struct config_problems *problems;
    const char *output;
    char text[TTS_SPEECH_MAX * 4 + 1];
};

struct ending {
    struct base_loop *loop;
};

static void on_quiet(void *user)
{
    base_loop_stop(((struct ending *)user)->loop);
}

static void on_interrupt(void *user, int signal_number)
{
    (void)signal_number;
    on_quiet(user);
}

static int play_on(struct audio_playback *playback, const struct tts_sound *sound)
{
    struct ending ending = {0};
    struct audio_player_events events = {.on_quiet = on_quiet, .user = &ending};
    struct audio_player_settings settings;
    struct audio_player *player = NULL;
    int r = base_loop_create(&ending.loop);

    audio_player_settings_default(&settings);
    if (r == 0)
        r = base_loop_on_signal(ending.loop, 2, on_interrupt, &ending);
    if (r == 0)
        r = audio_player_create(ending.loop, playback, &settings, &events, &player);
    if (r == 0)
        r = audio_player_play(player, sound->samples, sound->n_samples, sound->rate_hz);
    if (r == 0)
        r = base_loop_run(ending.loop);
    audio_player_destroy(player);
    base_loop_destroy(ending.loop);
    return r;
}

static int play(const struct saying *saying, const struct tts_sound *sound)
{
    struct audio_devices *devices;
    struct audio_playback *playback;
    int r = audio_devices_create(&devices);

    if (r < 0) {
        fprintf(stderr,
                "voisine say: the sound system cannot be started: %s; `voisine doctor` looks for "
                "the cause\n",
                strerror(-r));
        return EXIT_NO_SERVICE;
    }
    r = audio_devices_open_playback(
        devices, config_options_text(saying->config, CONFIG_AUDIO_PLAYBACK_DEVICE), &playback);
    if (r != 0) {
        fprintf(stderr, "voisine say: %s\n", audio_devices_error(devices));
        audio_devices_destroy(devices);
        return EXIT_NO_SERVICE;
    }
    r = play_on(playback, sound);
    audio_playback_close(playback);
    audio_devices_destroy(devices);
    if (r == 0)
        return EXIT_OK;
    fprintf(stderr, "voisine say: it cannot be played: %s%s\n", strerror(-r),
            r == -E2BIG ? "; say less, or write it to a file with -o" : "");
    return EXIT_SOFTWARE;
}

static int save(const struct saying *saying, const struct tts_sound *sound)
{
    char *error = NULL;

    if (audio_soundfile_save(saying->output, sound->samples, sound->n_samples, sound->rate_hz,
                             &error) == 0)
        return EXIT_OK;
    fprintf(stderr, "voisine say: %s\n", error ? error : saying->output);
    free(error);
    return EXIT_NO_STATE;
}

static int say(const struct saying *saying)
{
    const char *name = config_options_text(saying->config, CONFIG_VOICE_NAME);
    struct tts_voice_settings settings = {
        .name = *name ? name : config_options_text(saying->config, CONFIG_LANGUAGE),
        .rate_wpm = config_options_number(saying->config, CONFIG_VOICE_RATE_WPM),
        .pitch = config_options_number(saying->config, CONFIG_VOICE_PITCH),
        .volume = config_options_number(saying->config, CONFIG_VOICE_VOLUME),
    };
    struct tts_voice *voice;
    struct tts_sound sound;
    int r = tts_voice_create(&settings, &voice), status;

    if (r < 0) {
        fprintf(stderr, "voisine say: the voice cannot be made ready: %s\n", strerror(-r));
        return EXIT_SOFTWARE;
    }
    if (r > 0) {
        fprintf(stderr,
                "voisine say: espeak-ng has no voice \"%s\": espeak-ng --voices lists them\n",
                settings.name);
        return EXIT_CONFIG;
    }
    r = tts_voice_render_speech(voice, saying->text, &sound);
    tts_voice_destroy(voice);
    if (r < 0) {
        fprintf(stderr, "voisine say: it cannot be spoken: %s\n", strerror(-r));
        return EXIT_SOFTWARE;
    }
    if (r > 0) {
        fputs(
            "voisine say: this text is not spoken: plain sentences of at most 300 characters each, "
            "1200 in all; letters, digits and everyday punctuation\n",
            stderr);
        return EXIT_INPUT;
    }
    status = saying->output ? save(saying, &sound) : play(saying, &sound);
    free(sound.samples);
    return status;
}

static int print_sentences(const struct saying *saying)
{
    struct tts_prompts *prompts;

    const char *language = config_options_text(saying->config, CONFIG_LANGUAGE);
    int r = tts_prompts_load(language, &prompts);

    if (r < 0) {
        fprintf(stderr,
                "voisine say: the sentences of \"%s\" cannot be used: %s; install the data again\n",
                language, strerror(-r));
        return EXIT_CONFIG;
    }
    tts_prompts_print_reference(prompts, stdout);
    tts_prompts_destroy(prompts);
    return EXIT_OK;
}

static int print_problems(const struct saying *saying, int status)
{
    for (size_t i = 0; i < config_problems_count(saying->problems); i++) {
        char *line = config_problems_text(saying->problems, i);

        fprintf(stderr, "voisine say: %s\n", line ? line : "memory is short");
        free(line);
    }
    return status;
}

/* Options of the configuration that have a word of their own on the command line. */
static enum config_key key_of(int c)
{
    switch (c) {
    case 'v':
        return CONFIG_VOICE_NAME;
    case 'r':
        return CONFIG_VOICE_RATE_WPM;
    case 'p':
        return CONFIG_VOICE_PITCH;
    case 'u':
        return CONFIG_VOICE_VOLUME;
    case 'l':
        return CONFIG_LANGUAGE;
    default:
        return CONFIG_N_KEYS;
    }
}

static const struct option known[] = {
    {"output", required_argument, NULL, 'o'},   {"config", required_argument, NULL, 'c'},
    {"voice", required_argument, NULL, 'v'},    {"rate", required_argument, NULL, 'r'},
    {"pitch", required_argument, NULL, 'p'},    {"volume", required_argument, NULL, 'u'},
    {"language", required_argument, NULL, 'l'}, {"print-sentences", no_argument, NULL, 's'},
    {"help", no_argument, NULL, 'h'},           {NULL, 0, NULL, 0},
};

/* A named configuration must be right; the usual one may be missing. */
static int load_config(struct saying *saying, int argc, char **argv)
{
    const char *path = CONFIG_DEFAULT_PATH;
    bool is_named = false;
    int c;

    opterr = 0;
    while ((c = getopt_long(argc, argv, "o:h", known, NULL)) != -1) {
        if (c == 'c') {
            path = optarg;
            is_named = true;
        }
    }
    opterr = optind = 1;
    if (!is_named && access(path, F_OK) < 0)
        return 0;
    return config_options_load(saying->config, path, saying->problems);
}

static int run(struct saying *saying, int argc, char **argv)
{
    bool sentences = false;
    int c;

    if (load_config(saying, argc, argv) != 0)
        return print_problems(saying, EXIT_CONFIG);
    while ((c = getopt_long(argc, argv, "o:h", known, NULL)) != -1) {
        if (c == 'h') {
            fputs(usage, stdout);
            return EXIT_OK;
        }
        if (c == 'o')
            saying->output = optarg;
        else if (c == 's')
            sentences = true;
        else if (key_of(c) < CONFIG_N_KEYS &&
                 config_options_set(saying->config, key_of(c), optarg, saying->problems) != 0)
            return print_problems(saying, EXIT_USAGE);
        else if (c == '?') {
            fputs(usage, stderr);
            return EXIT_USAGE;
        }
    }
    if (sentences)
        return print_sentences(saying);
    for (; optind < argc; optind++) {
        size_t n = strlen(saying->text);

        snprintf(saying->text + n, sizeof(saying->text) - n, "%s%s", n ? " " : "", argv[optind]);
    }
    if (!saying->text[0]) {
        fputs(usage, stderr);
        return EXIT_USAGE;
    }
    return say(saying);
}

int cmd_say(int argc, char **argv)
{
    struct saying saying = {0};
    int status = EXIT_SOFTWARE;

    (void)base_log_open(BASE_LOG_ERROR, BASE_LOG_HUMAN, NULL);
    if (config_options_create(&saying.config) == 0 && config_problems_create(&saying.problems) == 0)
        status = run(&saying, argc, argv);
    config_problems_destroy(saying.problems);
    config_options_destroy(saying.config);
    return status;
}
