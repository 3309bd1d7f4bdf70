/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * create goes through a list of steps in the order in which the parts need each other; destroy
 * undoes whatever was made. What happens while they run stands in daemon/speaker_events.c.
 */
#include "daemon/speaker.h"

#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "base/notify.h"
#include "daemon/bundle.h"
#include "daemon/commands.h"
#include "daemon/identity.h"
#include "daemon/speaker_private.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *text(const struct speaker *s, enum config_key key)
{
    return config_options_text(s->config, key);
}

static int number(const struct speaker *s, enum config_key key)
{
    return config_options_number(s->config, key);
}

/* ---- the steps of create: 0, or the exit status with `error` filled ---- */

int speaker_cannot(struct speaker *s, int r, const char *what)
{
    if (r == 0)
        return 0;
    base_strbuf_addf(&s->error, "%s cannot be made ready: %s; start the device anew", what,
                     strerror(-r));
    return EXIT_SOFTWARE;
}

static int make_state_folder(struct speaker *s)
{
    const char *folder = text(s, CONFIG_STATE_FOLDER);
    int r = base_file_make_folder(folder, 0700);

    if (r == 0)
        r = identity_device(folder, text(s, CONFIG_DEVICE_ID), s->device_id, sizeof(s->device_id));
    if (r == 0)
        r = identity_token_path(s->config, s->token_path, sizeof(s->token_path));
    if (r == 0) {
        s->n_restarts = identity_count_start(folder);
        return 0;
    }
    base_strbuf_addf(&s->error,
                     "the state folder %s cannot be used: %s; make it writable for this user, or "
                     "set state.folder",
                     folder, strerror(-r));
    return EXIT_NO_STATE;
}

static int load_territory(struct speaker *s, const char *territories_folder)
{
    struct config_problems *problems;
    int r = config_problems_create(&problems);

    if (r < 0)
        return speaker_cannot(s, r, "the territory");
    r = config_territory_load(territories_folder, text(s, CONFIG_TERRITORY), problems,
                              &s->territory);
    if (r == 0)
        r = config_catalogue_load(text(s, CONFIG_LANGUAGE), problems, &s->catalogue);
    for (size_t i = 0; r != 0 && i < config_problems_count(problems); i++) {
        char *line = config_problems_text(problems, i);

        base_strbuf_addf(&s->error, "%s%s", i ? "; " : "", line ? line : "memory is short");
        free(line);
    }
    config_problems_destroy(problems);
    if (r < 0 && s->error.length == 0)
        return speaker_cannot(s, r, "the territory");
    return r == 0 ? 0 : EXIT_CONFIG;
}

static struct tts_voice_settings voice_settings(const struct speaker *s)
{
    return (struct tts_voice_settings){
        .name = s->voice_name,
        .rate_wpm = number(s, CONFIG_VOICE_RATE_WPM),
        .pitch = number(s, CONFIG_VOICE_PITCH),
        .volume = 100, /* the player's volume is the one that a person changes */
    };
}

/* A setting that names nothing real silences nobody: it is done without, and told (R42). */
static void refuse_setting(struct speaker *s, enum config_key key, const char *remedy)
{
    log_error("setting-refused", "%s \"%s\": %s", config_option(key)->key, text(s, key), remedy);
    s->is_setting_refused = true;
}

/* The voice of the settings, or else the language's own. */
static int choose_voice(struct speaker *s)
{
    const char *name = text(s, CONFIG_VOICE_NAME), *own = text(s, CONFIG_LANGUAGE);
    struct tts_voice_settings settings;
    int r;

    s->voice_name = *name ? name : own;
    settings = voice_settings(s);
    r = tts_voice_create(&settings, &s->voice);
    if (r != TTS_NO_VOICE || strcmp(s->voice_name, own) == 0)
        return r;
    refuse_setting(s, CONFIG_VOICE_NAME,
                   "espeak-ng has no such voice: `espeak-ng --voices` lists them; the language's "
                   "own speaks meanwhile");
    s->voice_name = settings.name = own;
    return tts_voice_create(&settings, &s->voice);
}

static int open_voice(struct speaker *s)
{
    struct phrasing_options phrasing = {
        .language = text(s, CONFIG_LANGUAGE),
        .catalogue = s->catalogue,
        .services = config_territory_services(s->territory),
        .n_services = config_territory_n_services(s->territory),
        .is_moderated = config_territory_is_moderated(s->territory),
        .alert_name = text(s, CONFIG_CARER_ALERT_NAME),
        .wake_phrase = text(s, CONFIG_WAKE_PHRASE),
    };
    int r = choose_voice(s);

    phrasing.household.names = config_options_names(s->config, &phrasing.household.n_names);

    if (r < 0)
        return speaker_cannot(s, r, "the voice");
    if (r > 0) {
        base_strbuf_addf(&s->error,
                         "espeak-ng has no voice \"%s\": install espeak-ng-data, or set language",
                         s->voice_name);
        return EXIT_CONFIG;
    }
    r = phrasing_create(&phrasing, &s->phrasing, &s->error);
    if (r == PHRASING_WORDLESS) {
        log_error("prompts-damaged", "%s", base_strbuf_text(&s->error));
        base_strbuf_clear(&s->error);
        s->is_wordless = true;
        r = 0;
    }
    return speaker_cannot(s, r, "the sentences to say");
}

static int open_worker(struct speaker *s)
{
    const char *url = text(s, CONFIG_SERVICE_URL);
    struct matching_settings settings = {
        .state_folder = text(s, CONFIG_STATE_FOLDER),
        .device = s->device_id,
        .version = VOISINE_VERSION,
        .queue_max = (unsigned)number(s, CONFIG_SERVICE_OUTBOX_MAX),
        .boot_splay_ms = (int64_t)number(s, CONFIG_SERVICE_BOOT_SPLAY_S) * 1000,
        .news_wait_ms = (int64_t)number(s, CONFIG_SERVICE_NEWS_WAIT_S) * 1000,
        .client = {
            .url = *url ? url : config_territory_service_url(s->territory),
            .ca_file = text(s, CONFIG_SERVICE_CA_FILE),
            .token_file = s->token_path,
            .cert_file = text(s, CONFIG_SERVICE_CLIENT_CERT_FILE),
            .key_file = text(s, CONFIG_SERVICE_CLIENT_KEY_FILE),
            .connect_max_ms = (int64_t)number(s, CONFIG_SERVICE_CONNECT_TIMEOUT_S) * 1000,
            .total_max_ms = (int64_t)number(s, CONFIG_SERVICE_TIMEOUT_S) * 1000,
        }};
    int r = matching_worker_create(&settings, s->clock, &s->worker);

    /* An outbox that cannot be opened is no reason not to start: the worker tells of it. */
    return speaker_cannot(s, r, "the delivery");
}

/* Switched off, what was learned is erased; a speaker that cannot learn hears all the same, and one
 * that hears nothing keeps what was learned. */
static int open_learning(struct speaker *s)
{
    char model[PATH_MAX];
    const char *folder = text(s, CONFIG_STATE_FOLDER);
    struct learning_options options = {folder, model, s->language.recogniser};
    int r;

    if (config_options_switch(s->config, CONFIG_PRIVACY_LEARN_VOICE)) {
        if (s->cannot_understand)
            return 0;
        r = bundle_model_folder(text(s, CONFIG_MODELS_FOLDER), text(s, CONFIG_LANGUAGE), model,
                                sizeof(model));
        if (r == 0)
            r = learning_create(&options, &s->learning);
    } else {
        r = learning_erase_folder(folder);
    }
    if (r < 0)
        log_warning("learn-unused", "%s", strerror(-r));
    return 0;
}

static int make_assistant(struct speaker *s)
{
    struct assistant_settings settings = {
        .territory = config_territory_id(s->territory),
        .language = text(s, CONFIG_LANGUAGE),
        .device = s->device_id,
        .resident = text(s, CONFIG_RESIDENT_REFERENCE),
        .sends_transcript = config_options_switch(s->config, CONFIG_PRIVACY_SEND_TRANSCRIPT),
        .has_alert = text(s, CONFIG_CARER_ALERT_NAME)[0] != '\0',
        .duplicate_minutes = number(s, CONFIG_CONVERSATION_DUPLICATE_MINUTES),
        .news_from = config_options_time(s->config, CONFIG_NEWS_HOURS_FROM),
        .news_to = config_options_time(s->config, CONFIG_NEWS_HOURS_TO),
        .news_repeat_minutes = number(s, CONFIG_NEWS_REPEAT_MINUTES),
        .search_hours = number(s, CONFIG_NEWS_SEARCHING_HOURS),
        .end_silence_ms = number(s, CONFIG_AUDIO_END_SILENCE_MS),
        .habits = keepsake_load_habits(&s->keepsake),
        .kinds = keepsake_load_kinds(&s->keepsake),
        .has_button = s->has_button,
        .is_without_earcons = !config_options_switch(s->config, CONFIG_AUDIO_EARCONS),
        .is_moderated = config_territory_is_moderated(s->territory),
        .speech =
            {
                .voice = voice_settings(s),
                .volume = number(s, CONFIG_VOICE_VOLUME),
                .night_volume_max = number(s, CONFIG_VOICE_NIGHT_VOLUME_MAX),
                .night_from = config_options_time(s->config, CONFIG_VOICE_NIGHT_FROM),
                .night_to = config_options_time(s->config, CONFIG_VOICE_NIGHT_TO),
                .stored_folder = s->bundle,
            },
        .cannot_understand = s->cannot_understand};
    struct assistant_parts parts = {s->clock, s->voice, s->phrasing, s->worker, s->learning};
    struct assistant_events events = speaker_assistant_events(s);

    if (bundle_folder(settings.language, s->bundle, sizeof(s->bundle)) < 0)
        settings.speech.stored_folder = NULL;
    return speaker_cannot(s, assistant_create(&settings, &parts, &events, &s->assistant),
                          "the conversation");
}

static int make_ears(struct speaker *s)
{
    struct listener_options options = {
        .wake = s->language.wake,
        .complete_silence_ms = number(s, CONFIG_AUDIO_COMPLETE_SILENCE_MS),
    };
    struct listener_events events = assistant_listener_events(s->assistant);
    int r = s->cannot_understand
                ? 0
                : interpreter_create(s->language.recogniser, s->language.understander,
                                     text(s, CONFIG_WAKE_PHRASE), &s->interpreter);

    if (r < 0)
        return speaker_cannot(s, r, "the understanding");
    options.interpreter = s->interpreter;
    audio_endpointer_settings_default(&options.endpoint);
    options.endpoint.preroll_ms = number(s, CONFIG_AUDIO_PREROLL_MS);
    options.endpoint.end_silence_ms = number(s, CONFIG_AUDIO_END_SILENCE_MS);
    options.endpoint.max_ms = number(s, CONFIG_AUDIO_MAX_UTTERANCE_S) * 1000;
    options.endpoint.no_speech_ms = number(s, CONFIG_CONVERSATION_ANSWER_TIMEOUT_S) * 1000;
    return speaker_cannot(s, listener_create(&options, &events, &s->listener), "the listening");
}

static int open_soundcard(struct speaker *s)
{
    struct soundcard_options options = {
        .capture_name = text(s, CONFIG_AUDIO_CAPTURE_DEVICE),
        .playback_name = text(s, CONFIG_AUDIO_PLAYBACK_DEVICE),
        .clock = s->clock,
        .player_events = assistant_player_events(s->assistant),
    };
    struct soundcard_events events = speaker_soundcard_events(s);
    int r;

    audio_player_settings_default(&options.player);
    options.player.volume = number(s, CONFIG_VOICE_VOLUME);
    options.player.gate_ms = number(s, CONFIG_AUDIO_GATE_REOPEN_MS);
    r = soundcard_create(s->loop, &options, &events, &s->soundcard, &s->error);
    if (r == SOUNDCARD_NO_LOUDSPEAKER)
        return EXIT_NO_SERVICE;
    if (r == 0)
        assistant_join(s->assistant, s->listener, soundcard_player(s->soundcard));
    return speaker_cannot(s, r, "the sound");
}

static bool is_key(const struct speaker *s, enum config_key key)
{
    return button_key_code(text(s, key)) >= 0;
}

/* Before anybody is told how to press it. */
static int look_at_button(struct speaker *s)
{
    static const char remedy[] = "is no key: write KEY_ENTER for example, or its number";

    s->has_button = text(s, CONFIG_BUTTON_DEVICE)[0] && is_key(s, CONFIG_BUTTON_KEY);
    if (!is_key(s, CONFIG_BUTTON_KEY))
        refuse_setting(s, CONFIG_BUTTON_KEY, remedy);
    if (text(s, CONFIG_BUTTON_MUTE_KEY)[0] && !is_key(s, CONFIG_BUTTON_MUTE_KEY))
        refuse_setting(s, CONFIG_BUTTON_MUTE_KEY, remedy);
    return 0;
}

/* Without those keys that are none. */
static int open_button(struct speaker *s)
{
    struct button_options options = {
        .device = s->has_button ? text(s, CONFIG_BUTTON_DEVICE) : "",
        .key = s->has_button ? text(s, CONFIG_BUTTON_KEY)
                             : config_option(CONFIG_BUTTON_KEY)->default_text,
        .mute_key = is_key(s, CONFIG_BUTTON_MUTE_KEY) ? text(s, CONFIG_BUTTON_MUTE_KEY) : "",
        .long_press_ms = number(s, CONFIG_BUTTON_LONG_PRESS_MS),
        .clock = s->clock,
    };
    struct button_events events = speaker_button_events(s);
    return speaker_cannot(s, button_create(s->loop, &options, &events, &s->button), "the button");
}

static int make_all(struct speaker *s, const struct speaker_options *options)
{
    int (*const steps[])(struct speaker *) = {
        speaker_open_language, open_voice,     look_at_button,    open_worker,
        open_learning,         make_assistant, make_ears,         speaker_open_control,
        open_soundcard,        open_button,    speaker_start_loop};
    int status = make_state_folder(s);

    if (status == 0)
        status = load_territory(s, options->territories_folder);
    if (status == 0 && trace_create(options->trace_path, s->clock, &s->trace) < 0) {
        base_strbuf_addf(&s->error, "the trace %s cannot be written", options->trace_path);
        status = EXIT_NO_STATE;
    }
    if (status == 0)
        status = speaker_cannot(s, base_loop_create(&s->loop), "the event loop");
    for (size_t i = 0; status == 0 && i < sizeof(steps) / sizeof(steps[0]); i++)
        status = steps[i](s);
    return status;
}

int speaker_create(const struct speaker_options *options, struct speaker **ret_speaker)
{
    struct speaker *s = calloc(1, sizeof(*s));
    int status;

    if (!s)
        return EXIT_SOFTWARE;
    s->config = options->config;
    s->clock = options->clock;
    s->started_at_ms = s->clock->monotonic_ms(s->clock);
    base_strbuf_init(&s->error);
    keepsake_init(&s->keepsake, text(s, CONFIG_STATE_FOLDER));
    status = make_all(s, options);
    if (status != 0) {
        log_error("start-failed", "%s",
                  s->error.length ? base_strbuf_text(&s->error) : "memory is short");
        speaker_destroy(s);
        return status;
    }
    if (!keepsake_is_marked(&s->keepsake, KEEPSAKE_INTRODUCED))
        assistant_introduce(s->assistant);
    if (keepsake_is_marked(&s->keepsake, KEEPSAKE_MUTED))
        assistant_set_muted(s->assistant, true);
    if (options->announcement)
        assistant_announce(s->assistant, options->announcement);
    if (s->is_wordless)
        assistant_announce(s->assistant, "speech.failed");
    if (s->is_setting_refused)
        assistant_announce(s->assistant, "config.part");
    *ret_speaker = s;
    return 0;
}

void speaker_destroy(struct speaker *s)
{
    if (!s)
        return;
    control_destroy(s->control);
    own_bundle_destroy(s->own_bundle);
    watchdog_destroy(s->watchdog);
    button_destroy(s->button);
    base_watch_destroy(s->worker_watch);
    soundcard_destroy(s->soundcard);
    listener_destroy(s->listener);
    interpreter_destroy(s->interpreter);
    assistant_destroy(s->assistant);
    matching_worker_destroy(s->worker);
    phrasing_destroy(s->phrasing);
    tts_voice_destroy(s->voice);
    learning_destroy(s->learning);
    language_close(&s->language);
    trace_destroy(s->trace);
    config_catalogue_destroy(s->catalogue);
    config_territory_destroy(s->territory);
    base_loop_destroy(s->loop);
    base_strbuf_finish(&s->error);
    free(s);
}

int speaker_run(struct speaker *s)
{
    int r;

    log_notice("listening", "ready after %lld ms",
               (long long)(s->clock->monotonic_ms(s->clock) - s->started_at_ms));
    base_notify("READY=1");
    trace_ready(s->trace);
    own_bundle_start(s->own_bundle);
    r = base_loop_run(s->loop);
    base_notify("STOPPING=1");
    return r < 0 ? EXIT_SOFTWARE : s->exit_status;
}

bool speaker_is_as_configured(const struct speaker *s)
{
    return !s->is_setting_refused && !s->cannot_understand;
}

const char *speaker_left_untold(const struct speaker *s)
{
    return s->exit_status == SPEAKER_MENDED && assistant_is_deafness_told(s->assistant)
               ? "language.back"
               : NULL;
}
