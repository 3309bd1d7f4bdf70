/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The options: one table (options_table.c) of key, type, default, range and help, from which
 * loading, checking, saving and docs/configuration.md are made.
 *
 * In the file an option "voice.rate_wpm" is {"voice": {"rate_wpm": 150}}. What a file does not name
 * keeps its default; where that depends on the language (the wake phrase, the voice) it comes from
 * config/<language>/defaults.json. A file with an error changes nothing: the last good copy is used
 * instead, or the defaults, so that a slip of the carer never silences the speaker (R42).
 *
 * Two layers: the carer's file, and what the resident changed by voice ("plus fort"), kept in the
 * state folder and loaded after it.
 *
 * Order: create, load (the daemon: start and, once the speaker stands, keep), (load the layer by
 * voice, which daemon/keepsake.h writes), read; set as wanted; destroy. Thread: any, one owner.
 */
#ifndef CONFIG_OPTIONS_H
#define CONFIG_OPTIONS_H

#include "base/date.h"
#include "config/problems.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define CONFIG_DEFAULT_PATH "/etc/voisine/voisine.json"

enum config_key {
    CONFIG_TERRITORY,
    CONFIG_LANGUAGE,
    CONFIG_DEVICE_ID,
    CONFIG_RESIDENT_REFERENCE,
    CONFIG_SERVICE_URL,
    CONFIG_SERVICE_CA_FILE,
    CONFIG_SERVICE_TOKEN_FILE,
    CONFIG_SERVICE_CLIENT_CERT_FILE,
    CONFIG_SERVICE_CLIENT_KEY_FILE,
    CONFIG_SERVICE_CONNECT_TIMEOUT_S,
    CONFIG_SERVICE_TIMEOUT_S,
    CONFIG_SERVICE_NEWS_WAIT_S,
    CONFIG_SERVICE_OUTBOX_MAX,
    CONFIG_SERVICE_BOOT_SPLAY_S,
    CONFIG_AUDIO_CAPTURE_DEVICE,
    CONFIG_AUDIO_PLAYBACK_DEVICE,
    CONFIG_AUDIO_END_SILENCE_MS,
    CONFIG_AUDIO_COMPLETE_SILENCE_MS,
    CONFIG_AUDIO_PREROLL_MS,
    CONFIG_AUDIO_MAX_UTTERANCE_S,
    CONFIG_AUDIO_GATE_REOPEN_MS,
    CONFIG_AUDIO_EARCONS,
    CONFIG_WAKE_PHRASE,
    CONFIG_WAKE_SENSITIVITY,
    CONFIG_VOICE_NAME,
    CONFIG_VOICE_RATE_WPM,
    CONFIG_VOICE_PITCH,
    CONFIG_VOICE_VOLUME,
    CONFIG_VOICE_NIGHT_VOLUME_MAX,
    CONFIG_VOICE_NIGHT_FROM,
    CONFIG_VOICE_NIGHT_TO,
    CONFIG_CONVERSATION_ANSWER_TIMEOUT_S,
    CONFIG_CONVERSATION_DUPLICATE_MINUTES,
    CONFIG_NEWS_HOURS_FROM,
    CONFIG_NEWS_HOURS_TO,
    CONFIG_NEWS_REPEAT_MINUTES,
    CONFIG_NEWS_SEARCHING_HOURS,
    CONFIG_NAMES,
    CONFIG_CARER_ALERT_NAME,
    CONFIG_BUTTON_DEVICE,
    CONFIG_BUTTON_KEY,
    CONFIG_BUTTON_LONG_PRESS_MS,
    CONFIG_BUTTON_MUTE_KEY,
    CONFIG_PRIVACY_SEND_TRANSCRIPT,
    CONFIG_PRIVACY_LEARN_VOICE,
    CONFIG_MODELS_FOLDER,
    CONFIG_STATE_FOLDER,
    CONFIG_CONTROL_SOCKET,
    CONFIG_LOG_LEVEL,
    CONFIG_LOG_FORM,
    CONFIG_LOG_FILE,
    CONFIG_N_KEYS
};

enum config_type {
    CONFIG_TEXT,     /* one line, at most `to` characters, nothing that a voice or a shell minds */
    CONFIG_PATH,     /* whole, from "/"; "" none */
    CONFIG_URL,      /* https only; "" none */
    CONFIG_WORD,     /* lower-case letters, digits, - and _ : becomes part of a path */
    CONFIG_NUMBER,   /* whole, from `from` to `to` */
    CONFIG_SWITCH,   /* true or false */
    CONFIG_CHOICE,   /* one of `choices` */
    CONFIG_TIME,     /* "08:30" */
    CONFIG_NAMELIST, /* [{"name": "Rex", "kind": "dog"}, ...] */
};

/* One row of the table. */
struct config_option {
    const char *key;
    enum config_type type;
    const char *default_text; /* as the reference shows it */
    int from;
    int to;
    const char *unit;    /* "" none */
    const char *choices; /* "one two three" */
    bool needs_restart;
    bool by_voice; /* the resident may change it */
    const char *help;
};

/* Somebody or something with a name that the recogniser must know. */
struct config_name {
    const char *name;
    const char *kind; /* "dog", "cat", "pet", "friend", "family", "volunteer", "carer" */
};

struct config_options;

/* Returns: a row, key < CONFIG_N_KEYS. */
const struct config_option *config_option(enum config_key key);
/* Returns: the key of "voice.rate_wpm", or CONFIG_N_KEYS. */
enum config_key config_option_find(const char *dotted_key);
/* The most like it, or NULL when none is like it at all. Returns: a constant. */
const char *config_option_nearest(const char *dotted_key);

/* All defaults. Returns: 0 or -ENOMEM. Owns: the caller. */
int config_options_create(struct config_options **ret_options);
/* Accepts NULL. */
void config_options_destroy(struct config_options *options);

/*
 * Takes over a file, all of it or nothing. Returns: 0, CONFIG_INVALID, CONFIG_MISSING (each with
 * findings), -errno.
 */
int config_options_load(struct config_options *options, const char *path,
                        struct config_problems *problems);

/*
 * Takes over what is right in a file and reports the rest: for checking, where one fault must not
 * hide the next. Never for running: a half-taken configuration is nobody's. Returns: as above.
 */
int config_options_load_right_part(struct config_options *options, const char *path,
                                   struct config_problems *problems);

/* What config_options_start ended up with, in the order in which it tries. */
enum config_source { CONFIG_FROM_FILE, CONFIG_FROM_LAST_GOOD, CONFIG_FROM_DEFAULTS };

/*
 * The daemon's way: loads `path`; when that is wrong, the copy at last_good_path; when that is
 * wrong too, the defaults. It begins with `first`: what comes before could be read, and the speaker
 * could not be made with it. Findings tell all that was met; a missing file at the default path
 * counts as an empty one. Once, after create. Returns: 0 or -errno (memory only).
 */
int config_options_start(struct config_options *options, const char *path,
                         const char *last_good_path, enum config_source first,
                         struct config_problems *problems, enum config_source *ret_source);
/* The speaker was made with it: the copy is renewed if it differs. Nothing unless start took the
 * file itself. */
void config_options_keep(const struct config_options *options, const char *last_good_path);

/*
 * Sets one option from text, as a command line has it: "150", "true", "Claire", "08:30".
 * Returns: 0, CONFIG_INVALID (with a finding), -ENOMEM.
 */
int config_options_set(struct config_options *options, enum config_key key, const char *text,
                       struct config_problems *problems);

/* Typed reading; asking with the wrong type ends the program. Texts are never NULL. Owns: options,
 * until the next change. */
const char *config_options_text(const struct config_options *options, enum config_key key);
int config_options_number(const struct config_options *options, enum config_key key);
bool config_options_switch(const struct config_options *options, enum config_key key);
struct base_time config_options_time(const struct config_options *options, enum config_key key);
const struct config_name *config_options_names(const struct config_options *options, size_t *ret_n);

/* Whether a file or config_options_set named it. */
bool config_options_is_set(const struct config_options *options, enum config_key key);

/* The reference, docs/configuration.md, in Markdown; carer's help from `texts` when not NULL. */
void config_options_print_reference(FILE *file, const struct config_carer_texts *texts);

#endif
