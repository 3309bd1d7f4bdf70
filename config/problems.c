/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/problems.h"

#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "base/paths.h"
#include "base/strbuf.h"
#include "config/json.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define MAX_ARGS 8

struct message {
    const char *code;
    const char *english;
};

static const struct message messages[CONFIG_N_MESSAGES] = {
    [CONFIG_FILE_MISSING] = {"config-file-missing",
                             "there is no file {file}: write it, or name another one"},
    [CONFIG_FILE_UNREADABLE] = {"config-file-unreadable",
                                "{file} cannot be read ({why}): check its owner and mode"},
    [CONFIG_FILE_TOO_LARGE] = {"config-file-too-large",
                               "{file} is over one megabyte: it is no file of ours"},
    [CONFIG_SYNTAX] = {"config-syntax", "this is no JSON ({why}): check the quotes, commas and "
                                        "brackets here and on the line above"},
    [CONFIG_NOT_OBJECT] = {"config-not-object",
                           "the file must be one JSON object: begin it with {{ and end it with }}"},
    [CONFIG_UNKNOWN_KEY] = {"config-unknown-key",
                            "there is no key \"{key}\": take it out, or see the list of keys"},
    [CONFIG_UNKNOWN_KEY_NEAR] = {"config-unknown-key",
                                 "there is no key \"{key}\": did you mean \"{nearest}\"?"},
    [CONFIG_GROUP_NOT_OBJECT] = {"config-group", "\"{key}\" is a group: write {{ }} with its keys "
                                                 "inside"},
    [CONFIG_WRONG_TYPE] = {"config-wrong-type", "\"{key}\" must be {wanted}, not {got}"},
    [CONFIG_OUT_OF_RANGE] = {"config-out-of-range",
                             "\"{key}\" is {got}: it must be from {from} to {to} {unit}"},
    [CONFIG_NOT_A_CHOICE] = {"config-not-a-choice",
                             "\"{key}\" is \"{got}\": it must be one of {choices}"},
    [CONFIG_BAD_TIME] = {"config-bad-time",
                         "\"{key}\" is \"{got}\": write a time as \"08:30\", from 00:00 to 23:59"},
    [CONFIG_BAD_URL] = {"config-bad-url", "\"{key}\" must begin with https:// and name a host"},
    [CONFIG_BAD_PATH] = {"config-bad-path",
                         "\"{key}\" is \"{got}\": write the whole path, from / on"},
    [CONFIG_TEXT_TOO_LONG] = {"config-text-too-long",
                              "\"{key}\" is too long: at most {to} characters"},
    [CONFIG_TEXT_UNSAFE] = {"config-text-unsafe",
                            "\"{key}\" holds a control character or <, >, [, ]: take it out"},
    [CONFIG_BAD_NAME_ENTRY] = {"config-bad-name",
                               "\"{key}\" must be a list of {wanted}; kind is one of {choices}"},
    [CONFIG_TOO_MANY_NAMES] = {"config-too-many-names",
                               "\"{key}\" has too many entries: at most {to}"},
    [CONFIG_USING_LAST_GOOD] = {"config-last-good",
                                "the configuration is wrong: going on with the last good one"},
    [CONFIG_USING_DEFAULTS] = {"config-defaults",
                               "the configuration is wrong: going on with the default settings"},
    [CONFIG_TERRITORY_UNKNOWN] = {"config-territory-unknown",
                                  "there is no territory \"{territory}\": take one of {known}"},
    [CONFIG_TERRITORY_FIELD] = {"config-territory-field",
                                "\"{field}\" of a territory must be {wanted}"},
    [CONFIG_TERRITORY_OTHER_ID] = {"config-territory-id",
                                   "the territory's id is \"{id}\": it must be the file's name"},
    [CONFIG_TERRITORY_NO_SERVICE] = {"config-territory-service",
                                     "the territory offers \"{service}\", but intents/{language}/"
                                     "services/{service}.json is missing or wrong"},
    [CONFIG_SERVICE_FIELD] = {"config-service-field", "\"{field}\" of a service must be {wanted}"},
    [CONFIG_SERVICE_OTHER_ID] = {"config-service-id",
                                 "the service's id is \"{id}\": it must be the file's name"},
    [CONFIG_NO_LANGUAGE] = {"config-no-language",
                            "there is no language \"{language}\": no folder {file}"},
    [CONFIG_NO_MODEL] = {"config-no-model", "the acoustic model is missing ({file}): run "
                                            "tools/setup --models, or set models.folder"},
    [CONFIG_NO_PROMPTS] = {"config-no-prompts",
                           "the sentences of language \"{language}\" are missing or wrong ({why})"},
    [CONFIG_NO_VOICE] = {"config-no-voice",
                         "espeak-ng has no voice \"{got}\": `espeak-ng --voices` "
                         "lists them"},
    [CONFIG_WAKE_UNSPEAKABLE] = {"config-wake-unspeakable",
                                 "nobody can say \"{got}\": set wake.phrase to words"},
    [CONFIG_WAKE_SHORT] = {"config-wake-short",
                           "the wake phrase \"{got}\" is short: it will be missed and heard "
                           "where nobody called; take two words of four to six syllables in all"},
    [CONFIG_WAKE_COMMON] = {"config-wake-common",
                            "\"{got}\" is said in everyday talk: each time the speaker would "
                            "answer; take words that people do not say to each other"},
    [CONFIG_NO_SERVICE_URL] = {"config-no-service-url",
                               "\"service.url\" is not set: requests stay on the speaker"},
    [CONFIG_PLACEHOLDER_URL] = {"config-placeholder-url",
                                "\"{got}\" is only a placeholder: set \"service.url\" to the "
                                "address that the town or landlord gave"},
    [CONFIG_NO_CREDENTIAL] = {"config-no-credential",
                              "this speaker has no token yet and no client certificate: the "
                              "service cannot know it; `voisine pair` gets one"},
    [CONFIG_SECRET_MODE] = {"config-secret-mode",
                            "{file} can be read by others (mode {got}): chmod 600 {file}"},
    [CONFIG_SECRET_EMPTY] = {"config-secret-empty",
                             "{file} is empty: put the token that the service gave into it"},
    [CONFIG_CERT_WITHOUT_KEY] = {"config-cert-without-key",
                                 "\"service.client_cert_file\" and \"service.client_key_file\" go "
                                 "together: set both or neither"},
    [CONFIG_STATE_UNWRITABLE] = {"config-state-unwritable",
                                 "the state folder {file} cannot be written ({why}): make it and "
                                 "give it to the user that runs voisined"},
    [CONFIG_ALL_TERRITORIES] = {"config-all-territories",
                                "\"territory\" is not set: every service is offered; take one of "
                                "{known}"},
    [CONFIG_BUTTON_MISSING] = {"config-button-missing",
                               "the button \"{got}\" is not there ({why}): plug it in, or set "
                               "button.device to a path under /dev/input/by-id"},
    [CONFIG_KEY_UNKNOWN] =
        {"config-key-unknown",
         "\"{key}\" is \"{got}\", which is no key: write KEY_ENTER for example, or its number"},
    [CONFIG_BUNDLE_UNUSABLE] =
        {"doctor-bundle",
         "what is needed to understand speech cannot be used ({why}): run `voisine bundle`; where "
         "that does not help, install Voisine again"},
    [CONFIG_DENOISER_BAD] = {"doctor-denoiser",
                             "the file asr/{language}/denoiser.bin is damaged or gone: the speaker "
                             "hears worse beside a television; install Voisine again"},
    [CONFIG_MODEL_CHANGED] = {"doctor-model",
                              "a file of the acoustic model models/{language} is damaged or gone: "
                              "the speaker hears worse; install Voisine again"},
    [CONFIG_NO_DAEMON] = {"doctor-no-daemon",
                          "the speaker's program does not run ({why}): systemctl start voisined"},
    [CONFIG_DAEMON_FORBIDDEN] =
        {"doctor-forbidden",
         "the speaker's program may not be asked by this user: run sudo voisine doctor"},
    [CONFIG_DAEMON_RUNS] = {"doctor-runs",
                            "the speaker's program runs: {up} h, called {wakes} times, "
                            "{utterances} sentences heard, {stored} requests noted"},
    [CONFIG_ORGAN_STUCK] =
        {"doctor-stuck",
         "the speaker's program runs, but this stands still: {what}; systemctl restart voisined"},
    [CONFIG_MIC_MISSING] = {"doctor-mic-missing",
                            "no microphone can be opened ({why}): plug it in, or set "
                            "audio.capture_device to a name of `voisine devices`"},
    [CONFIG_MIC_NO_SOUND] =
        {"doctor-mic-no-sound",
         "the microphone is open, but sends no sound: unplug it and plug it in again"},
    [CONFIG_MIC_ZERO] = {"doctor-mic-zero",
                         "the microphone sends nothing but digital silence: look for a switch on "
                         "it, and at its level in alsamixer"},
    [CONFIG_MIC_FAINT] = {"doctor-mic-faint", "the microphone is very faint ({got} dB): raise its "
                                              "level in alsamixer (F4), or move it nearer"},
    [CONFIG_MIC_LOUD] =
        {"doctor-mic-loud",
         "the microphone is far too loud ({got} dB): lower its level in alsamixer (F4)"},
    [CONFIG_MIC_MUTED] = {"doctor-mic-muted", "the microphone was switched off by its button or by "
                                              "voice: press the button to switch it on"},
    [CONFIG_MIC_HEARS] = {"doctor-mic-hears", "the microphone hears: level {got} dB"},
    [CONFIG_NO_LOUDSPEAKER] = {"doctor-no-loudspeaker",
                               "no loudspeaker can be opened ({why}): plug it in, or set "
                               "audio.playback_device to a name of `voisine devices`"},
    [CONFIG_NO_NETWORK] = {"doctor-no-network",
                           "{url} cannot be reached ({why}): is the internet box on, and its cable "
                           "or password right? Requests are kept and sent later"},
    [CONFIG_TLS_REFUSED] = {"doctor-tls",
                            "{url} does not prove that it is the service ({why}): ask the service "
                            "for its certificate, and set service.ca_file"},
    [CONFIG_CLOCK_WRONG] =
        {"doctor-clock",
         "the clock of the speaker is wrong ({got}): timedatectl set-ntp true, then wait a minute"},
    [CONFIG_IDENTITY_REFUSED] = {"doctor-identity",
                                 "the service does not know this speaker ({got}): ask it for a "
                                 "pairing code, then run voisine pair"},
    [CONFIG_IDENTITY_UNREADABLE] =
        {"doctor-identity-unreadable",
         "the token or the key of this speaker is missing or cannot be used: ask the service for a "
         "pairing code, then run voisine pair"},
    [CONFIG_NOT_THE_SERVICE] =
        {"doctor-not-the-service",
         "{url} answers, but not as a matching service does ({got}): check service.url"},
    [CONFIG_SERVICE_TROUBLED] = {"doctor-service-troubled",
                                 "{url} has a fault of its own ({got}): try again later, then tell "
                                 "the service. Requests are kept and sent later"},
    [CONFIG_SERVICE_ANSWERS] = {"doctor-service", "{url} answers and knows this speaker"},
    [CONFIG_OUTBOX_UNREADABLE] =
        {"doctor-outbox",
         "the requests kept in {file} cannot be read ({why}): call support, and change nothing"},
    [CONFIG_OUTBOX_DAMAGED] =
        {"doctor-outbox-damaged",
         "{got} kept requests were damaged by the disk: call support; the memory card may be worn"},
    [CONFIG_OUTBOX_WAITS] = {"doctor-outbox-waits",
                             "{got} requests wait to be sent, the oldest for {hours} h: see what "
                             "is said of the service"},
    [CONFIG_OUTBOX_GOOD] = {"doctor-outbox-good",
                            "requests kept: {got}, waiting to be sent: {waiting}"},
    [CONFIG_DISK_LOW] = {"doctor-disk",
                         "only {got} MB are free for {file}: delete what is not needed"},
    [CONFIG_WRONG_OWNER] =
        {"doctor-owner",
         "{file} belongs to user {got}, its folder to {wanted}: chown {wanted} {file}"},
    [CONFIG_PAIRED] = {"pair-done", "paired: {got}"},
    [CONFIG_RENEWED] = {"pair-renewed", "renewed: {got}"},
    [CONFIG_PAIR_MISTYPED] = {"pair-mistyped", "this is no pairing code; one looks like K7QM-4XTP"},
    [CONFIG_PAIR_REFUSED] = {"pair-refused",
                             "the service does not accept this code: it is mistyped, used or too "
                             "old; ask the coordinator for a new one"},
    [CONFIG_PAIR_NAME_TAKEN] = {"pair-name-taken",
                                "the service knows another speaker of this name; the coordinator "
                                "can revoke it, or set \"device.id\" to another name"},
    [CONFIG_PAIR_LATER] =
        {"pair-later",
         "the service is busy, or there were too many tries: try again in a quarter of an hour"},
    [CONFIG_PAIR_PROGRAM] = {"pair-program",
                             "the service does not accept what this program sends: call support"},
    [CONFIG_PAIR_UNKNOWN] = {"pair-unknown",
                             "the service does not know this speaker's token, or has revoked it: "
                             "ask the coordinator for a code, then run voisine pair"},
    [CONFIG_PAIR_NO_TOKEN] =
        {"pair-no-token",
         "a client certificate is set (\"service.client_cert_file\"): this speaker needs no code"},
    [CONFIG_PAIR_UNKEPT] =
        {"pair-unkept",
         "{file} cannot be written ({why}): run this as root, or as the user that runs voisined"},
    [CONFIG_GOOD] = {"config-good", "{what}: good"},
};

struct problem {
    enum config_level level;
    enum config_message message;
    char *file;
    int line;
    int column;
    char *names[MAX_ARGS];
    char *values[MAX_ARGS];
    size_t n_args;
};

struct config_problems {
    struct problem *list;
    size_t n;
    size_t n_lost; /* for want of memory; counted as errors */
};

int config_problems_create(struct config_problems **ret_problems)
{
    struct config_problems *problems = calloc(1, sizeof(*problems));

    if (!problems)
        return -ENOMEM;
    *ret_problems = problems;
    return 0;
}

static void problem_finish(struct problem *problem)
{
    free(problem->file);
    for (size_t i = 0; i < problem->n_args; i++) {
        free(problem->names[i]);
        free(problem->values[i]);
    }
}

void config_problems_destroy(struct config_problems *problems)
{
    if (!problems)
        return;
    for (size_t i = 0; i < problems->n; i++)
        problem_finish(&problems->list[i]);
    free(problems->list);
    free(problems);
}

void config_problems_add(struct config_problems *problems, enum config_level level,
                         enum config_message message, struct config_place place,
                         const char *const args[])
{
    struct problem *larger, *problem;

    if (!problems)
        return;
    larger = realloc(problems->list, (problems->n + 1) * sizeof(*larger));
    if (!larger) {
        problems->n_lost += level == CONFIG_ERROR;
        return;
    }
    problems->list = larger;
    problem = &larger[problems->n++];
    *problem = (struct problem){.level = level, .message = message};
    problem->file = place.file ? strdup(place.file) : NULL;
    problem->line = place.line;
    problem->column = place.column;
    for (size_t i = 0; args && args[2 * i] && i < MAX_ARGS; i++) {
        problem->names[i] = strdup(args[2 * i]);
        problem->values[i] = strdup(args[2 * i + 1] ? args[2 * i + 1] : "");
        problem->n_args = i + 1;
    }
}

size_t config_problems_count(const struct config_problems *problems)
{
    return problems->n;
}

size_t config_problems_count_from(const struct config_problems *problems, enum config_level level)
{
    size_t n = problems->n_lost;

    for (size_t i = 0; i < problems->n; i++)
        n += problems->list[i].level >= level;
    return n;
}

enum config_level config_problems_level(const struct config_problems *problems, size_t i)
{
    return problems->list[i].level;
}

enum config_message config_problems_message(const struct config_problems *problems, size_t i)
{
    return problems->list[i].message;
}

const char *config_problems_code(const struct config_problems *problems, size_t i)
{
    return messages[problems->list[i].message].code;
}

static const char *argument(const struct problem *problem, const char *name, size_t n)
{
    for (size_t i = 0; i < problem->n_args; i++) {
        if (problem->names[i] && strlen(problem->names[i]) == n &&
            strncmp(problem->names[i], name, n) == 0)
            return problem->values[i] ? problem->values[i] : "";
    }
    return "";
}

struct config_carer_texts {
    struct config_json json;
};

static const char *look_up(const struct config_carer_texts *texts, const char *group,
                           const char *key)
{
    return json_string_value(json_object_get(json_object_get(texts->json.root, group), key));
}

/* A unit or a system's reason in the carer's language, where there is one. */
static const char *in_words(const struct config_carer_texts *texts, const char *value)
{
    const char *words = texts ? look_up(texts, "terms", value) : NULL;

    return words ? words : value;
}

/* {name} becomes the argument; {{ and }} are braces. */
static void fill_in(const char *template, const struct problem *problem,
                    const struct config_carer_texts *texts, struct base_strbuf *out)
{
    while (*template) {
        size_t n = strcspn(template, "{}");

        base_strbuf_add_n(out, template, n);
        template += n;
        if (template[0] && template[1] == template[0]) {
            base_strbuf_add_n(out, template, 1);
            template += 2;
        } else if (*template == '{') {
            n = strcspn(template, "}");
            base_strbuf_add(out, in_words(texts, argument(problem, template + 1, n - 1)));
            template += n + (template[n] == '}');
        } else if (*template) {
            template ++;
        }
    }
    while (out->length > 0 && out->text && out->text[out->length - 1] == ' ')
        out->text[--out->length] = '\0';
}

char *config_problems_text(const struct config_problems *problems, size_t i)
{
    const struct problem *problem = &problems->list[i];
    struct base_strbuf text;

    base_strbuf_init(&text);
    if (problem->file && problem->line > 0)
        base_strbuf_addf(&text, "%s:%d:%d: ", problem->file, problem->line, problem->column);
    else if (problem->file)
        base_strbuf_addf(&text, "%s: ", problem->file);
    fill_in(messages[problem->message].english, problem, NULL, &text);
    return base_strbuf_take(&text);
}

void config_problems_log(const struct config_problems *problems)
{
    static const enum base_log_level levels[] = {
        [CONFIG_NOTE] = BASE_LOG_INFO,
        [CONFIG_WARNING] = BASE_LOG_WARNING,
        [CONFIG_ERROR] = BASE_LOG_ERROR,
    };

    for (size_t i = 0; i < problems->n; i++) {
        char *text = config_problems_text(problems, i);

        base_log(levels[problems->list[i].level], config_problems_code(problems, i), NULL, "%s",
                 text ? text : "memory is short");
        free(text);
    }
}

const char *config_message_code(enum config_message message)
{
    return messages[message].code;
}

const char *config_message_english(enum config_message message)
{
    return messages[message].english;
}

int config_carer_texts_load(const char *language, struct config_carer_texts **ret_texts)
{
    char root[PATH_MAX], path[PATH_MAX], name[64];
    struct config_carer_texts *texts = calloc(1, sizeof(*texts));
    int r = texts ? base_paths_data(root, sizeof(root)) : -ENOMEM;

    if (r == 0 && strspn(language, "abcdefghijklmnopqrstuvwxyz") != strlen(language))
        r = CONFIG_MISSING;
    if (r == 0) {
        snprintf(name, sizeof(name), "config/%s/carer.json", language);
        r = base_file_join(root, name, path, sizeof(path));
    }
    if (r == 0)
        r = config_json_read(path, NULL, &texts->json);
    if (r != 0) {
        config_carer_texts_destroy(texts);
        return r < 0 ? base_trace(r) : r;
    }
    *ret_texts = texts;
    return 0;
}

void config_carer_texts_destroy(struct config_carer_texts *texts)
{
    if (!texts)
        return;
    config_json_finish(&texts->json);
    free(texts);
}

const char *config_carer_texts_message(const struct config_carer_texts *texts,
                                       enum config_message message)
{
    /* The one code with two forms: with and without a near key. */
    if (message == CONFIG_UNKNOWN_KEY_NEAR)
        return look_up(texts, "messages", "config-unknown-key-near");
    return look_up(texts, "messages", messages[message].code);
}

const char *config_carer_texts_help(const struct config_carer_texts *texts, const char *key)
{
    return look_up(texts, "options", key);
}

char *config_carer_texts_problem(const struct config_carer_texts *texts,
                                 const struct config_problems *problems, size_t i)
{
    const char *template = config_carer_texts_message(texts, problems->list[i].message);
    struct base_strbuf text;

    if (!template)
        return NULL;
    base_strbuf_init(&text);
    fill_in(template, &problems->list[i], texts, &text);
    return base_strbuf_take(&text);
}
