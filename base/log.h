/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The log: one line an event, for support staff who have nothing else.
 *
 * Every line that support may look for has a stable code ("outbox-kept", "mic-lost");
 * docs/log-codes.md lists them. A message is lower case, "problem: value". What a person said,
 * names and addresses never stand in a line, at any level: give ids, counts and codes instead.
 *
 * Three forms, chosen at open: HUMAN on a terminal, JSON lines on a file or pipe, JOURNAL (native
 * fields over the journal's socket) when systemd started us. All carry wall time, seconds since
 * boot, level, code and the request's id where there is one.
 *
 * A line is an event or a fault, whatever its level. An event happened, and each one is written: a
 * second call for help within a minute is another call. A fault is a cause that stays and is met
 * again and again, as a microphone that is not there: the same one is written once a minute, with
 * how often it came meanwhile, so that a device that is missing for a day does not fill the log
 * (R51).
 *
 * Order: base_log_open once at start (before it, lines go to stderr in human form), then
 * base_log anywhere. The log is the one place with file-scope state: a line must be
 * writable from any depth without handing a handle through every call.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

enum base_log_level {
    BASE_LOG_ERROR,
    BASE_LOG_WARNING,
    BASE_LOG_NOTICE,
    BASE_LOG_INFO,
    BASE_LOG_DEBUG,
};

enum base_log_form {
    BASE_LOG_AUTO, /* JOURNAL when $JOURNAL_STREAM is our standard error, HUMAN on a terminal, else
                      JSON */
    BASE_LOG_HUMAN,
    BASE_LOG_JSON,
    BASE_LOG_JOURNAL,
};

/*
 * Sets the least important level that is written and the form, to standard error. `path`, when not
 * NULL, is a file that gets every line in JSON too (`voisine log` reads it); it is kept under
 * 4 MiB, the older half in `path`.1. Returns: 0, or -errno when the file cannot be opened (the
 * log then goes to standard error alone). Thread: main, before other threads start.
 */
int base_log_open(enum base_log_level level, enum base_log_form form, const char *path);

/* The clock of the lines, in place of the system's; NULL: that again. For tests. Thread: main,
 * while no other writes. */
struct base_clock;
void base_log_clock(const struct base_clock *clock);

/* Where the journal listens, in place of systemd's own path: for tests. Thread: main, before
 * base_log_open. */
void base_log_journal_at(const char *path);

/* Closes the file and the journal socket. Thread: main, after other threads ended. */
void base_log_close(void);

/*
 * Writes one line of an event. `code` is its stable name; `id` the request it concerns or NULL;
 * then printf's arguments. Thread: any but RT.
 */
void base_log(enum base_log_level level, const char *code, const char *id, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* The same of a fault: what differs in code, id or message is another one. Thread: any but RT. */
void base_log_fault(enum base_log_level level, const char *code, const char *id, const char *format,
                    ...) __attribute__((format(printf, 4, 5)));

/* Faults, of no request in particular. */
#define log_error(code, ...)   base_log_fault(BASE_LOG_ERROR, (code), NULL, __VA_ARGS__)
#define log_warning(code, ...) base_log_fault(BASE_LOG_WARNING, (code), NULL, __VA_ARGS__)
/* Events, of no request in particular. */
#define log_notice(code, ...) base_log(BASE_LOG_NOTICE, (code), NULL, __VA_ARGS__)
#define log_info(code, ...)   base_log(BASE_LOG_INFO, (code), NULL, __VA_ARGS__)
#define log_debug(code, ...)  base_log(BASE_LOG_DEBUG, (code), NULL, __VA_ARGS__)

/* Reads "error", "warning", ... Returns: 0, or -EINVAL. Thread: any. */
int base_log_level_parse(const char *name, enum base_log_level *ret_level);
/* Reads "auto", "human", "json", "journal". Returns: 0, or -EINVAL. Thread: any. */
int base_log_form_parse(const char *name, enum base_log_form *ret_form);

#endif
