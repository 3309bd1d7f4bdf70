/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is wrong with a configuration or a data file, kept as findings that a person can act on.
 *
 * A finding is a level, a message of the table in problems.c with its arguments, and a place. The
 * English text stands in that table; the text for carers in another language comes from
 * config/<language>/carer.json by the message's code, so that no word of it stands in C.
 *
 * Order: create, hand to the functions that read files, print, destroy. Thread: any, one owner.
 */
#ifndef CONFIG_PROBLEMS_H
#define CONFIG_PROBLEMS_H

#include <stddef.h>
#include <stdio.h>

enum config_level { CONFIG_NOTE, CONFIG_WARNING, CONFIG_ERROR };

/* Positive results shared by the functions of this folder that read files. */
enum {
    CONFIG_INVALID = 1, /* the file was read and is wrong: the findings say how */
    CONFIG_MISSING = 2, /* there is no such file: a finding says so */
};

enum config_message {
    CONFIG_FILE_MISSING,
    CONFIG_FILE_UNREADABLE,
    CONFIG_FILE_TOO_LARGE,
    CONFIG_SYNTAX,
    CONFIG_NOT_OBJECT,
    CONFIG_UNKNOWN_KEY,
    CONFIG_UNKNOWN_KEY_NEAR,
    CONFIG_GROUP_NOT_OBJECT,
    CONFIG_WRONG_TYPE,
    CONFIG_OUT_OF_RANGE,
    CONFIG_NOT_A_CHOICE,
    CONFIG_BAD_TIME,
    CONFIG_BAD_URL,
    CONFIG_BAD_PATH,
    CONFIG_TEXT_TOO_LONG,
    CONFIG_TEXT_UNSAFE,
    CONFIG_BAD_NAME_ENTRY,
    CONFIG_TOO_MANY_NAMES,
    CONFIG_USING_LAST_GOOD,
    CONFIG_USING_DEFAULTS,
    CONFIG_TERRITORY_UNKNOWN,
    CONFIG_TERRITORY_FIELD,
    CONFIG_TERRITORY_OTHER_ID,
    CONFIG_TERRITORY_NO_SERVICE,
    CONFIG_SERVICE_FIELD,
    CONFIG_SERVICE_OTHER_ID,
    CONFIG_NO_LANGUAGE,
    CONFIG_NO_MODEL,
    CONFIG_NO_PROMPTS,
    CONFIG_NO_VOICE,
    CONFIG_WAKE_UNSPEAKABLE,
    CONFIG_WAKE_SHORT,
    CONFIG_WAKE_COMMON,
    CONFIG_NO_SERVICE_URL,
    CONFIG_PLACEHOLDER_URL,
    CONFIG_NO_CREDENTIAL,
    CONFIG_SECRET_MODE,
    CONFIG_SECRET_EMPTY,
    CONFIG_CERT_WITHOUT_KEY,
    CONFIG_STATE_UNWRITABLE,
    CONFIG_ALL_TERRITORIES,
    CONFIG_BUTTON_MISSING,
    CONFIG_KEY_UNKNOWN,
    /* of `voisine doctor` */
    CONFIG_BUNDLE_UNUSABLE,
    CONFIG_DENOISER_BAD,
    CONFIG_MODEL_CHANGED,
    CONFIG_NO_DAEMON,
    CONFIG_DAEMON_FORBIDDEN,
    CONFIG_DAEMON_RUNS,
    CONFIG_ORGAN_STUCK,
    CONFIG_MIC_MISSING,
    CONFIG_MIC_NO_SOUND,
    CONFIG_MIC_ZERO,
    CONFIG_MIC_FAINT,
    CONFIG_MIC_LOUD,
    CONFIG_MIC_MUTED,
    CONFIG_MIC_HEARS,
    CONFIG_NO_LOUDSPEAKER,
    CONFIG_NO_NETWORK,
    CONFIG_TLS_REFUSED,
    CONFIG_CLOCK_WRONG,
    CONFIG_IDENTITY_REFUSED,
    CONFIG_IDENTITY_UNREADABLE,
    CONFIG_NOT_THE_SERVICE,
    CONFIG_SERVICE_TROUBLED,
    CONFIG_SERVICE_ANSWERS,
    CONFIG_OUTBOX_UNREADABLE,
    CONFIG_OUTBOX_DAMAGED,
    CONFIG_OUTBOX_WAITS,
    CONFIG_OUTBOX_GOOD,
    CONFIG_DISK_LOW,
    CONFIG_WRONG_OWNER,
    /* of `voisine pair` and `voisine renew` */
    CONFIG_PAIRED,
    CONFIG_RENEWED,
    CONFIG_PAIR_MISTYPED,
    CONFIG_PAIR_REFUSED,
    CONFIG_PAIR_NAME_TAKEN,
    CONFIG_PAIR_LATER,
    CONFIG_PAIR_PROGRAM,
    CONFIG_PAIR_UNKNOWN,
    CONFIG_PAIR_NO_TOKEN,
    CONFIG_PAIR_UNKEPT,
    CONFIG_GOOD,
    CONFIG_N_MESSAGES
};

/* file NULL: no file is meant; line and column 0: not known. */
struct config_place {
    const char *file;
    int line;
    int column;
};

struct config_problems;

/* Returns: 0 or -ENOMEM. Owns: the caller. */
int config_problems_create(struct config_problems **ret_problems);
/* Accepts NULL. */
void config_problems_destroy(struct config_problems *problems);

/*
 * Adds a finding. args: name, value, name, value, ..., NULL, as the message's {name} marks want
 * them; everything is copied. problems may be NULL: nothing is kept then.
 */
void config_problems_add(struct config_problems *problems, enum config_level level,
                         enum config_message message, struct config_place place,
                         const char *const args[]);

size_t config_problems_count(const struct config_problems *problems);
/* How many are at this level or above. */
size_t config_problems_count_from(const struct config_problems *problems, enum config_level level);
enum config_level config_problems_level(const struct config_problems *problems, size_t i);
enum config_message config_problems_message(const struct config_problems *problems, size_t i);
/* The message's stable code, as the log shows it. */
const char *config_problems_code(const struct config_problems *problems, size_t i);

/* "file:line:column: text" in English. Returns: NULL when memory is short. Owns: the caller. */
char *config_problems_text(const struct config_problems *problems, size_t i);

/* Logs each finding with its code. */
void config_problems_log(const struct config_problems *problems);

/* The table itself. Returns: constants, for 0 <= message < CONFIG_N_MESSAGES. */
const char *config_message_code(enum config_message message);
const char *config_message_english(enum config_message message);

/* Texts for carers in one language, from config/<language>/carer.json. */
struct config_carer_texts;

/* Returns: 0, CONFIG_INVALID, CONFIG_MISSING, -errno. Owns: the caller. */
int config_carer_texts_load(const char *language, struct config_carer_texts **ret_texts);
void config_carer_texts_destroy(struct config_carer_texts *texts);
/* A message's template, or an option's help. Returns: NULL when there is none. Owns: texts. */
const char *config_carer_texts_message(const struct config_carer_texts *texts,
                                       enum config_message message);
const char *config_carer_texts_help(const struct config_carer_texts *texts, const char *key);
/* A finding in that language, without its place. Returns: NULL when there is no text. Owns: the
 * caller. */
char *config_carer_texts_problem(const struct config_carer_texts *texts,
                                 const struct config_problems *problems, size_t i);

#endif
