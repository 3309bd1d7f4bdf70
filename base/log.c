/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/log.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/hash.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define LOG_LINE_MAX 1024
#define LOG_FILE_MAX (4 * 1024 * 1024L)
#define REPEATED_MAX 16
#define REPEATED_MS  60000

/* A fault that may come again. */
struct repeated {
    uint32_t what; /* hash of code, id and message; 0: none */
    int64_t told_at_ms;
    unsigned n_held; /* since then */
};

/* See the header for why this state is file-scope. `lock` guards the file and the order of lines.
 */
static struct {
    pthread_mutex_t lock;
    enum base_log_level level;
    enum base_log_form form;
    FILE *file;
    char path[512];
    struct sockaddr_un journal;
    int journal_fd;
    const struct base_clock *clock; /* NULL: the system's */
    struct repeated repeated[REPEATED_MAX];
} log_state = {
    .lock = PTHREAD_MUTEX_INITIALIZER,
    .level = BASE_LOG_INFO,
    .form = BASE_LOG_HUMAN,
    .journal = {AF_UNIX, "/run/systemd/journal/socket"},
    .journal_fd = -1,
};

struct log_entry {
    enum base_log_level level;
    const char *code;
    const char *id;
    const char *message;
    char when[32];
    double since_boot_s;
};

static const char *const level_names[] = {"error", "warning", "notice", "info", "debug"};

int base_log_level_parse(const char *name, enum base_log_level *ret_level)
{
    for (int i = BASE_LOG_ERROR; i <= BASE_LOG_DEBUG; i++) {
        if (strcmp(name, level_names[i]) == 0) {
            *ret_level = (enum base_log_level)i;
            return 0;
        }
    }
    return -EINVAL;
}

int base_log_form_parse(const char *name, enum base_log_form *ret_form)
{
    static const char *const names[] = {"auto", "human", "json", "journal"};

    for (int i = BASE_LOG_AUTO; i <= BASE_LOG_JOURNAL; i++) {
        if (strcmp(name, names[i]) == 0) {
            *ret_form = (enum base_log_form)i;
            return 0;
        }
    }
    return -EINVAL;
}

static int journal_open(void)
{
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    if (fd >= 0 &&
        connect(fd, (const struct sockaddr *)&log_state.journal, sizeof(log_state.journal)) < 0) {
        close(fd);
        fd = -1;
    }
    return fd;
}

/* systemd names the device and inode of the stream it gave us; the variable is inherited by what
 * others start in a terminal, whose standard error is another one (systemd.exec(5)). */
static bool is_stderr_of_journal(void)
{
    const char *stream = getenv("JOURNAL_STREAM");
    unsigned long long device, inode;
    struct stat st;

    return stream && sscanf(stream, "%llu:%llu", &device, &inode) == 2 &&
           fstat(STDERR_FILENO, &st) == 0 && st.st_dev == device && st.st_ino == inode;
}

void base_log_clock(const struct base_clock *clock)
{
    log_state.clock = clock;
}

void base_log_journal_at(const char *path)
{
    snprintf(log_state.journal.sun_path, sizeof(log_state.journal.sun_path), "%s", path);
}

int base_log_open(enum base_log_level level, enum base_log_form form, const char *path)
{
    int r = 0;

    base_log_close();
    pthread_mutex_lock(&log_state.lock);
    log_state.level = level;
    memset(log_state.repeated, 0, sizeof(log_state.repeated));
    if (form == BASE_LOG_AUTO) {
        form = is_stderr_of_journal()  ? BASE_LOG_JOURNAL
               : isatty(STDERR_FILENO) ? BASE_LOG_HUMAN
                                       : BASE_LOG_JSON;
    }
    if (form == BASE_LOG_JOURNAL && (log_state.journal_fd = journal_open()) < 0)
        form = BASE_LOG_JSON;
    log_state.form = form;
    if (path) {
        snprintf(log_state.path, sizeof(log_state.path), "%s", path);
        log_state.file = fopen(path, "ae");
        if (!log_state.file)
            r = -errno;
    }
    pthread_mutex_unlock(&log_state.lock);
    return r;
}

void base_log_close(void)
{
    pthread_mutex_lock(&log_state.lock);
    if (log_state.file)
        fclose(log_state.file);
    log_state.file = NULL;
    if (log_state.journal_fd >= 0)
        close(log_state.journal_fd);
    log_state.journal_fd = -1;
    pthread_mutex_unlock(&log_state.lock);
}

static void json_escape(char *out, size_t size, const char *text)
{
    size_t n = 0;

    for (const unsigned char *p = (const unsigned char *)text; *p && n + 7 < size; p++) {
        if (*p == '"' || *p == '\\') {
            out[n++] = '\\';
            out[n++] = (char)*p;
        } else if (*p < 0x20 || *p == 0x7f) {
            n += (size_t)snprintf(out + n, size - n, "\\u%04x", *p);
        } else {
            out[n++] = (char)*p;
        }
    }
    out[n] = '\0';
}

static void write_human(FILE *f, const struct log_entry *e)
{
    fprintf(f, "%s %-7s %-20s %s%s%s%s\n", e->when, level_names[e->level], e->code, e->message,
            e->id ? " [" : "", e->id ? e->id : "", e->id ? "]" : "");
}

static void write_json(FILE *f, const struct log_entry *e)
{
    char message[LOG_LINE_MAX * 2], id[128];

    json_escape(message, sizeof(message), e->message);
    fprintf(f, "{\"time\":\"%s\",\"up_s\":%.3f,\"level\":\"%s\",\"code\":\"%s\"", e->when,
            e->since_boot_s, level_names[e->level], e->code);
    if (e->id) {
        json_escape(id, sizeof(id), e->id);
        fprintf(f, ",\"request\":\"%s\"", id);
    }
    fprintf(f, ",\"message\":\"%s\"}\n", message);
    fflush(f);
}

/* The journal's native protocol: KEY=value lines in one datagram (systemd.journal-fields(7)).
 * Returns: whether the journal took it. */
static bool write_journal(const struct log_entry *e)
{
    static const int syslog_priority[] = {3, 4, 5, 6, 7};
    char datagram[LOG_LINE_MAX * 2];
    int n =
        snprintf(datagram, sizeof(datagram),
                 "PRIORITY=%d\nSYSLOG_IDENTIFIER=voisined\nVOISINE_CODE=%s\n%s%s%sMESSAGE=%s: %s\n",
                 syslog_priority[e->level], e->code, e->id ? "VOISINE_REQUEST=" : "",
                 e->id ? e->id : "", e->id ? "\n" : "", e->code, e->message);

    if (n < 0 || (size_t)n >= sizeof(datagram))
        return false;
    if (write(log_state.journal_fd, datagram, (size_t)n) == n)
        return true;
    close(log_state.journal_fd); /* a journal that was started anew has another socket */
    log_state.journal_fd = journal_open();
    return write(log_state.journal_fd, datagram, (size_t)n) == n;
}

static void rotate_when_full(void)
{
    char older[sizeof(log_state.path) + 2];
    struct stat st;

    if (fstat(fileno(log_state.file), &st) < 0 || st.st_size < LOG_FILE_MAX / 2)
        return;
    snprintf(older, sizeof(older), "%s.1", log_state.path);
    fclose(log_state.file);
    (void)rename(log_state.path, older);
    log_state.file = fopen(log_state.path, "ae");
}

static void write_line(const struct log_entry *e)
{
    if (log_state.form == BASE_LOG_HUMAN)
        write_human(stderr, e);
    else if (log_state.form == BASE_LOG_JSON || !write_journal(e))
        write_json(stderr, e);
    if (log_state.file) {
        write_json(log_state.file, e);
        rotate_when_full();
    }
}

/* Returns: whether the fault was told within the last minute; else how often it was held. */
static bool is_held(const struct log_entry *e, int64_t now_ms, unsigned *ret_n_held)
{
    uint32_t what = base_hash_field(base_hash_field(BASE_HASH_START, e->code), e->message);
    struct repeated *known = &log_state.repeated[0];

    what = base_hash_field(what, e->id ? e->id : "") | 1;
    for (size_t i = 0; i < REPEATED_MAX && known->what != what; i++) {
        if (log_state.repeated[i].what == what ||
            log_state.repeated[i].told_at_ms < known->told_at_ms)
            known = &log_state.repeated[i];
    }
    if (known->what == what && now_ms - known->told_at_ms < REPEATED_MS) {
        known->n_held++;
        return true;
    }
    *ret_n_held = known->what == what ? known->n_held : 0;
    *known = (struct repeated){what, now_ms, 0};
    return false;
}

static void vwrite(enum base_log_level level, bool is_fault, const char *code, const char *id,
                   const char *format, va_list args) __attribute__((format(printf, 5, 0)));

static void vwrite(enum base_log_level level, bool is_fault, const char *code, const char *id,
                   const char *format, va_list args)
{
    char message[LOG_LINE_MAX];
    struct log_entry entry = {level, code, id, message, "", 0};
    const struct base_clock *clock = log_state.clock ? log_state.clock : base_clock_system();
    int64_t now_ms = clock->monotonic_ms(clock);
    unsigned n_held = 0;
    size_t n;

    if (level > log_state.level)
        return;
    vsnprintf(message, sizeof(message), format, args);
    for (char *p = message; *p; p++) {
        if (*p == '\n')
            *p = ' ';
    }
    base_clock_format_utc(clock->wall_ms(clock), entry.when);
    entry.since_boot_s = (double)now_ms / 1000.0;

    pthread_mutex_lock(&log_state.lock);
    if (!is_fault || !is_held(&entry, now_ms, &n_held)) {
        n = strlen(message);
        if (n_held > 0)
            snprintf(message + n, sizeof(message) - n, " (and %u times since the last)", n_held);
        write_line(&entry);
    }
    pthread_mutex_unlock(&log_state.lock);
}

void base_log(enum base_log_level level, const char *code, const char *id, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vwrite(level, false, code, id, format, args);
    va_end(args);
}

void base_log_fault(enum base_log_level level, const char *code, const char *id, const char *format,
                    ...)
{
    va_list args;

    va_start(args, format);
    vwrite(level, true, code, id, format, args);
    va_end(args);
}

int base_trace_at(int r, const char *file, int line, const char *function)
{
    if (r < 0)
        log_debug("trace", "%s:%d %s: %s", file, line, function, strerror(-r));
    return r;
}
