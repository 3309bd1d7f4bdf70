/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/log.h"
#include "base/clock.h"
#include "base/file.h"
#include "tests/check.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

struct stream {
    int kept_stderr, pipe[2];
};

static void a_line_in_the_file_is_json_and_names_the_request(void)
{
    char path[] = "/tmp/voisine-log-XXXXXX", *data;
    size_t n;

    REQUIRE(mkstemp(path) >= 0);
    REQUIRE(base_log_open(BASE_LOG_INFO, BASE_LOG_HUMAN, path) == 0);
    base_log(BASE_LOG_NOTICE, "outbox-kept", "1-2", "quote: \"%s\"\nsecond", "a\tb");
    log_debug("hidden", "below the level");
    base_log_close();
    REQUIRE(base_file_read(path, 4096, &data, &n) == 0);
    CHECK(strstr(data, "\"code\":\"outbox-kept\",\"request\":\"1-2\","
                       "\"message\":\"quote: \\\"a\\u0009b\\\" second\"}\n"));
    CHECK(!strstr(data, "hidden"));
    free(data);
    unlink(path);
}

static size_t count(const char *text, const char *what)
{
    size_t n = 0;

    for (text = strstr(text, what); text; text = strstr(text + 1, what))
        n++;
    return n;
}

/* R51: a microphone that is missing for an hour, looked for each five seconds, beside another cause
 * that comes as often; each request's fault stands for itself. */
static void a_cause_that_stays_is_told_once_a_minute(void)
{
    struct base_clock_manual clock;
    char path[] = "/tmp/voisine-log-XXXXXX", *data;
    size_t n;

    base_clock_manual_init(&clock, 0);
    base_clock_manual_advance(&clock, 1000); /* since the machine started */
    base_log_clock(&clock.base);
    REQUIRE(mkstemp(path) >= 0);
    REQUIRE(base_log_open(BASE_LOG_INFO, BASE_LOG_JSON, path) == 0);
    REQUIRE(freopen("/dev/null", "w", stderr));
    for (int i = 0; i < 3600 / 5; i++) {
        log_error("mic-missing", "no microphone");
        log_warning("sound-restart", "no-frames: %d", -5);
        base_log_fault(BASE_LOG_NOTICE, "outbox-mark", "1-2", "cannot be marked");
        base_log_fault(BASE_LOG_NOTICE, "outbox-mark", "1-3", "cannot be marked");
        base_clock_manual_advance(&clock, 5000);
    }
    base_log_close();
    base_log_clock(NULL);
    REQUIRE(base_file_read(path, 1024 * 1024, &data, &n) == 0);
    CHECK_INT(count(data, "mic-missing"), 60);
    CHECK_INT(count(data, "no microphone (and 11 times since the last)"), 59);
    CHECK_INT(count(data, "sound-restart"), 60);
    CHECK_INT(count(data, "outbox-mark"), 120);
    free(data);
    unlink(path);
}

/* Whatever its level: each call for help of a bad night is one. */
static void what_happens_is_told_each_time(void)
{
    struct base_clock_manual clock;
    char path[] = "/tmp/voisine-log-XXXXXX", *data;
    size_t n;

    base_clock_manual_init(&clock, 0);
    base_log_clock(&clock.base);
    REQUIRE(mkstemp(path) >= 0);
    REQUIRE(base_log_open(BASE_LOG_INFO, BASE_LOG_JSON, path) == 0);
    REQUIRE(freopen("/dev/null", "w", stderr));
    for (int i = 0; i < 20; i++) {
        base_log(BASE_LOG_ERROR, "request-not-noted", NULL, "cannot be stored");
        base_log(BASE_LOG_WARNING, "emergency", NULL, "emergency words were heard");
        log_info("wake", "wake phrase heard");
        base_clock_manual_advance(&clock, 3000);
    }
    base_log_close();
    base_log_clock(NULL);
    REQUIRE(base_file_read(path, 1024 * 1024, &data, &n) == 0);
    CHECK_INT(count(data, "request-not-noted"), 20);
    CHECK_INT(count(data, "emergency words were heard"), 20);
    CHECK_INT(count(data, "wake phrase heard"), 20);
    CHECK_INT(count(data, "times since the last"), 0);
    free(data);
    unlink(path);
}

static void the_file_stays_bounded(void)
{
    char path[] = "/tmp/voisine-log-XXXXXX", older[64];
    struct stat now, before;

    REQUIRE(mkstemp(path) >= 0);
    REQUIRE(base_log_open(BASE_LOG_INFO, BASE_LOG_JSON, path) == 0);
    REQUIRE(freopen("/dev/null", "w", stderr));
    for (int i = 0; i < 60000; i++)
        log_info("filler", "%080d", i);
    base_log_close();
    snprintf(older, sizeof(older), "%s.1", path);
    REQUIRE(stat(path, &now) == 0 && stat(older, &before) == 0);
    CHECK(now.st_size + before.st_size <= 4 * 1024 * 1024 + 1024);
    unlink(path);
    unlink(older);
}

/* Standard error becomes a pipe, as systemd would make it a stream; JOURNAL_STREAM names it. */
static void begin_stream(struct stream *stream, bool is_named)
{
    struct stat st;
    char name[64];

    stream->kept_stderr = dup(STDERR_FILENO);
    REQUIRE(stream->kept_stderr >= 0 && pipe2(stream->pipe, O_CLOEXEC | O_NONBLOCK) == 0);
    REQUIRE(dup2(stream->pipe[1], STDERR_FILENO) >= 0 && fstat(STDERR_FILENO, &st) == 0);
    snprintf(name, sizeof(name), "%llu:%llu", (unsigned long long)st.st_dev,
             (unsigned long long)st.st_ino + !is_named);
    setenv("JOURNAL_STREAM", name, 1);
}

static void end_stream(struct stream *stream, char *ret_text, size_t size)
{
    ssize_t n;

    fflush(stderr);
    n = read(stream->pipe[0], ret_text, size - 1);
    ret_text[n > 0 ? n : 0] = '\0';
    dup2(stream->kept_stderr, STDERR_FILENO);
    close(stream->kept_stderr);
    close(stream->pipe[0]);
    close(stream->pipe[1]);
    unsetenv("JOURNAL_STREAM");
}

/* Plays journald on a socket of its own. */
static int play_journal(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
    unlink(path);
    REQUIRE(fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0);
    return fd;
}

static void receive(int fd, char *ret_text, size_t size)
{
    ssize_t n = recv(fd, ret_text, size - 1, 0);

    ret_text[n > 0 ? n : 0] = '\0';
}

static void run_by_systemd_it_writes_fields(void)
{
    char folder[] = "/tmp/voisine-journal-XXXXXX", path[64], got[4096], error[4096];
    struct stream stream;
    int fd;

    REQUIRE(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/socket", folder);
    fd = play_journal(path);
    base_log_journal_at(path);
    begin_stream(&stream, true);
    base_log_open(BASE_LOG_INFO, BASE_LOG_AUTO, NULL);
    base_log(BASE_LOG_WARNING, "request-kept", "1-2", "cause: %s\nPRIORITY=0", "timeout");
    receive(fd, got, sizeof(got));
    CHECK_STR(got, "PRIORITY=4\nSYSLOG_IDENTIFIER=voisined\nVOISINE_CODE=request-kept\n"
                   "VOISINE_REQUEST=1-2\nMESSAGE=request-kept: cause: timeout PRIORITY=0\n");
    log_error("mic-lost", "no-frames");
    receive(fd, got, sizeof(got));
    CHECK_STR(got, "PRIORITY=3\nSYSLOG_IDENTIFIER=voisined\nVOISINE_CODE=mic-lost\n"
                   "MESSAGE=mic-lost: no-frames\n");

    close(fd); /* journald is started anew */
    fd = play_journal(path);
    log_notice("after", "a restart");
    receive(fd, got, sizeof(got));
    CHECK(strstr(got, "VOISINE_CODE=after\n"));

    close(fd); /* and is gone: nothing is lost */
    unlink(path);
    log_notice("without", "a journal");
    base_log_close();
    end_stream(&stream, error, sizeof(error));
    CHECK(strstr(error, "\"code\":\"without\""));
    CHECK(!strstr(error, "mic-lost"));
    rmdir(folder);
}

static void a_terminal_that_systemd_started_is_no_journal(void)
{
    char error[4096];
    struct stream stream;

    begin_stream(&stream, false);
    base_log_open(BASE_LOG_INFO, BASE_LOG_AUTO, NULL);
    log_notice("listening", "ready");
    base_log_close();
    end_stream(&stream, error, sizeof(error));
    CHECK(strstr(error, "\"code\":\"listening\""));
}

CHECK_MAIN(run_by_systemd_it_writes_fields, a_terminal_that_systemd_started_is_no_journal,
           a_line_in_the_file_is_json_and_names_the_request,
           a_cause_that_stays_is_told_once_a_minute, what_happens_is_told_each_time,
           the_file_stays_bounded)
