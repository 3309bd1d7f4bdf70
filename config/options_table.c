/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one option table. The help for carers in another language stands in config/<lang>/carer.json.
 */
#include "config/options.h"
#include "config/words.h"

#include <string.h>

#define R true  /* needs a restart */
#define L false /* taken over live */

/* clang-format off */
#define TEXT(k, d, max, restart, help_) {.key = k, .type = CONFIG_TEXT, .default_text = d, .to = max, \
        .unit = "", .choices = "", .needs_restart = restart, .help = help_}
#define PATH(k, d, help_) {.key = k, .type = CONFIG_PATH, .default_text = d, .to = 1000, .unit = "", \
        .choices = "", .needs_restart = R, .help = help_}
#define NUMBER(k, d, lo, hi, u, restart, voice, help_) {.key = k, .type = CONFIG_NUMBER, \
        .default_text = #d, .from = lo, .to = hi, .unit = u, .choices = "", .needs_restart = restart, \
        .by_voice = voice, .help = help_}
#define SWITCH(k, d, help_) {.key = k, .type = CONFIG_SWITCH, .default_text = d, .unit = "", \
        .choices = "", .needs_restart = R, .help = help_}
#define CHOICE(k, d, c, help_) {.key = k, .type = CONFIG_CHOICE, .default_text = d, .unit = "", \
        .choices = c, .needs_restart = R, .help = help_}
#define TIME(k, d, help_) {.key = k, .type = CONFIG_TIME, .default_text = d, .unit = "", .choices = "", \
        .needs_restart = L, .help = help_}

static const struct config_option table[CONFIG_N_KEYS] = {
    [CONFIG_TERRITORY] = {"territory", CONFIG_WORD, "all", 0, 40, "", "", R, false,
        "Where the speaker is: decides the services on offer. `voisine check` lists the known ones."},
    [CONFIG_LANGUAGE] = {"language", CONFIG_WORD, "fr", 2, 8, "", "", R, false,
        "The language spoken and understood: a folder of intents/ and of tts/."},
    [CONFIG_DEVICE_ID] = TEXT("device.id", "", 64, R,
        "This speaker's name at the matching service. Empty: made once and kept in the state folder."),
    [CONFIG_RESIDENT_REFERENCE] = TEXT("resident.reference", "", 64, R,
        "What the matching service calls the resident. No name or address belongs here."),
    [CONFIG_SERVICE_URL] = {"service.url", CONFIG_URL, "", 0, 300, "", "", R, false,
        "The address of the matching service, https only. Empty: the territory's."},
    [CONFIG_SERVICE_CA_FILE] = PATH("service.ca_file", "",
        "Certificates of the authority that the service's certificate is checked against. Empty: the system's."),
    [CONFIG_SERVICE_TOKEN_FILE] = PATH("service.token_file", "",
        "A file, mode 0600, that holds this speaker's token on one line. Empty: the one that `voisine pair` writes."),
    [CONFIG_SERVICE_CLIENT_CERT_FILE] = PATH("service.client_cert_file", "",
        "This speaker's certificate (PEM), instead of a token."),
    [CONFIG_SERVICE_CLIENT_KEY_FILE] = PATH("service.client_key_file", "",
        "The key of that certificate (PEM), mode 0600."),
    [CONFIG_SERVICE_CONNECT_TIMEOUT_S] = NUMBER("service.connect_timeout_s", 10, 1, 60, "s", R, false,
        "How long to wait for a connection."),
    [CONFIG_SERVICE_TIMEOUT_S] = NUMBER("service.timeout_s", 30, 5, 120, "s", R, false,
        "How long a request to the service may take in all."),
    [CONFIG_SERVICE_NEWS_WAIT_S] = NUMBER("service.news_wait_s", 50, 5, 110, "s", R, false,
        "How long the service may hold the question for news before it answers that there is none."),
    [CONFIG_SERVICE_OUTBOX_MAX] = NUMBER("service.outbox_max", 200, 1, 10000, "requests", R, false,
        "How many requests may wait to be sent; more are refused aloud."),
    [CONFIG_SERVICE_BOOT_SPLAY_S] = NUMBER("service.boot_splay_s", 300, 0, 3600, "s", R, false,
        "After a start, what waited from before is sent within this time, at random, so that many speakers do not call at once."),
    [CONFIG_AUDIO_CAPTURE_DEVICE] = TEXT("audio.capture_device", "", 200, R,
        "The microphone, or a part of its name (`voisine devices` lists them). Empty: the system's choice."),
    [CONFIG_AUDIO_PLAYBACK_DEVICE] = TEXT("audio.playback_device", "", 200, R,
        "The loudspeaker, likewise."),
    [CONFIG_AUDIO_END_SILENCE_MS] = NUMBER("audio.end_silence_ms", 1500, 300, 4000, "ms", L, false,
        "How much silence ends what the resident says. More for somebody who pauses."),
    [CONFIG_AUDIO_COMPLETE_SILENCE_MS] = NUMBER("audio.complete_silence_ms", 700, 200, 4000, "ms", L, false,
        "The same once the words are a whole answer or request, so that a \"yes\" is answered at once."),
    [CONFIG_AUDIO_PREROLL_MS] = NUMBER("audio.preroll_ms", 400, 0, 2000, "ms", R, false,
        "How much sound before the detected beginning is kept, so that no first syllable is lost."),
    [CONFIG_AUDIO_MAX_UTTERANCE_S] = NUMBER("audio.max_utterance_s", 15, 5, 15, "s", R, false,
        "The longest that is listened to in one go."),
    [CONFIG_AUDIO_GATE_REOPEN_MS] = NUMBER("audio.gate_reopen_ms", 400, 0, 2000, "ms", L, false,
        "How long after the speaker's own words have been played the microphone is opened."),
    [CONFIG_AUDIO_EARCONS] = SWITCH("audio.earcons", "true",
        "Whether a short low sound tells that listening begins and ends."),
    [CONFIG_WAKE_PHRASE] = TEXT("wake.phrase", "", 60, R,
        "The words that call the speaker: two words of four to six syllables work best. Empty: the language's own."),
    [CONFIG_WAKE_SENSITIVITY] = NUMBER("wake.sensitivity", 50, 0, 100, "", R, false,
        "How readily it hears them: more misses fewer calls and wakes oftener by mistake."),
    [CONFIG_VOICE_NAME] = TEXT("voice.name", "", 40, R,
        "The espeak-ng voice: fr, fr-be, fr-ch, with a variant like fr+f2. Empty: the language's own."),
    [CONFIG_VOICE_RATE_WPM] = NUMBER("voice.rate_wpm", 150, 100, 260, "words a minute", L, true,
        "How fast it speaks. Older listeners understand 140 to 165 best."),
    [CONFIG_VOICE_PITCH] = NUMBER("voice.pitch", 50, 0, 100, "", L, true,
        "How high it speaks; 50 is the voice's own. Lower is easier with a hearing loss."),
    [CONFIG_VOICE_VOLUME] = NUMBER("voice.volume", 80, 10, 100, "%", L, true,
        "How loud it speaks."),
    [CONFIG_VOICE_NIGHT_VOLUME_MAX] = NUMBER("voice.night_volume_max", 60, 10, 100, "%", L, false,
        "The loudest at night. Emergency sentences are not held back."),
    [CONFIG_VOICE_NIGHT_FROM] = TIME("voice.night_from", "21:30", "When that begins."),
    [CONFIG_VOICE_NIGHT_TO] = TIME("voice.night_to", "07:30", "When it ends."),
    [CONFIG_CONVERSATION_ANSWER_TIMEOUT_S] = NUMBER("conversation.answer_timeout_s", 10, 3, 60, "s", L, false,
        "How long it waits for an answer before it asks again."),
    [CONFIG_CONVERSATION_DUPLICATE_MINUTES] = NUMBER("conversation.duplicate_minutes", 10, 0, 1440, "minutes", L, false,
        "Within how long the same request counts as asked already. 0: never."),
    [CONFIG_NEWS_HOURS_FROM] = TIME("news.hours_from", "08:30", "News are spoken from this time on."),
    [CONFIG_NEWS_HOURS_TO] = TIME("news.hours_to", "20:30", "And not after this time."),
    [CONFIG_NEWS_REPEAT_MINUTES] = NUMBER("news.repeat_minutes", 30, 0, 1440, "minutes", L, false,
        "When nobody reacted to news, they are told once more after this time. 0: never."),
    [CONFIG_NEWS_SEARCHING_HOURS] = NUMBER("news.searching_hours", 24, 0, 168, "hours", L, false,
        "When nobody has taken a request after this time, the resident is told that the service still looks. 0: never."),
    [CONFIG_NAMES] = {"names", CONFIG_NAMELIST, "[]", 0, 50, "", "dog cat pet friend family volunteer carer",
        R, false, "Pets and people the resident speaks of: {\"name\": \"Rex\", \"kind\": \"dog\"}."},
    [CONFIG_CARER_ALERT_NAME] = TEXT("carer.alert_name", "", 40, L,
        "Whom the service alerts at emergency words, as it is spoken. Empty: nobody."),
    [CONFIG_BUTTON_DEVICE] = TEXT("button.device", "", 200, R,
        "The input device of the button: a path, such as /dev/input/by-id/..., or a part of its name. Empty: no button."),
    [CONFIG_BUTTON_KEY] = TEXT("button.key", "KEY_ENTER", 32, R,
        "Its key, as the kernel calls it or by number: a short press calls or means yes, a long one cancels."),
    [CONFIG_BUTTON_LONG_PRESS_MS] = NUMBER("button.long_press_ms", 1200, 500, 5000, "ms", R, false,
        "From how long a press is a long one."),
    [CONFIG_BUTTON_MUTE_KEY] = TEXT("button.mute_key", "", 32, R,
        "The key that switches the microphone off and on. Empty: none."),
    [CONFIG_PRIVACY_SEND_TRANSCRIPT] = SWITCH("privacy.send_transcript", "false",
        "Whether the words of a request go to the service with it. Only with the resident's consent."),
    [CONFIG_PRIVACY_LEARN_VOICE] = SWITCH("privacy.learn_voice", "false",
        "Whether the recogniser may adapt to the resident's voice, on the speaker itself. The speaker asks the resident first; nothing is learned without a spoken yes."),
    [CONFIG_MODELS_FOLDER] = PATH("models.folder", "",
        "Where the acoustic models are. Empty: the installed ones."),
    [CONFIG_STATE_FOLDER] = PATH("state.folder", "/var/lib/voisine",
        "Where requests and settings made by voice are kept."),
    [CONFIG_CONTROL_SOCKET] = PATH("control.socket", "",
        "The socket that `voisine status` and others use. Empty: control.sock in the state folder."),
    [CONFIG_LOG_LEVEL] = CHOICE("log.level", "info", "error warning notice info debug",
        "The least important lines that are written."),
    [CONFIG_LOG_FORM] = CHOICE("log.form", "auto", "auto human json journal",
        "How they are written; auto looks where they go."),
    [CONFIG_LOG_FILE] = PATH("log.file", "",
        "A file that gets them too, for `voisine log`. Empty: none, which spares the memory card."),
};
/* clang-format on */

const struct config_option *config_option(enum config_key key)
{
    return &table[key];
}

enum config_key config_option_find(const char *dotted_key)
{
    enum config_key key = 0;

    while (key < CONFIG_N_KEYS && strcmp(table[key].key, dotted_key) != 0)
        key++;
    return key;
}

const char *config_option_nearest(const char *dotted_key)
{
    const char *nearest = NULL;
    /* A third of the letters may be wrong; a right name in the wrong group or its beginning is
     * near too. */
    int best = (int)strlen(dotted_key) / 3 + 1;
    const char *last = strrchr(dotted_key, '.');

    last = last ? last + 1 : dotted_key;
    for (size_t i = 0; i < CONFIG_N_KEYS; i++) {
        const char *name = strrchr(table[i].key, '.');
        int distance = config_words_distance(table[i].key, dotted_key);

        if (strcmp(name ? name + 1 : table[i].key, last) == 0 ||
            strncmp(table[i].key, dotted_key, strlen(dotted_key)) == 0)
            distance = distance < 1 ? distance : 1;
        if (distance < best) {
            best = distance;
            nearest = table[i].key;
        }
    }
    return nearest;
}
