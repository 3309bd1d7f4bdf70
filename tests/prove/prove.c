/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/prove/prove.h"

#include "base/log.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static struct {
    int argc;
    char **argv;
    int n_failed;
    time_t told_s;
} proof;

void prove_init(int argc, char **argv)
{
    proof.argc = argc;
    proof.argv = argv;
    if (access("/dev/shm", W_OK) == 0 && !getenv("PROVE_ON_DISK"))
        setenv("TMPDIR", "/dev/shm", 1);
    signal(SIGPIPE, SIG_IGN);
    setvbuf(stdout, NULL, _IOLBF, 0);
    /* What goes wrong on purpose is not worth a line. */
    if (!getenv("PROVE_LOG") && !freopen("/dev/null", "w", stderr))
        exit(1);
    (void)base_log_open(getenv("PROVE_LOG") ? BASE_LOG_DEBUG : BASE_LOG_ERROR, BASE_LOG_HUMAN,
                        NULL);
}

unsigned long prove_count(const char *name, unsigned long otherwise)
{
    size_t n = strlen(name);

    for (int i = 1; i < proof.argc; i++) {
        if (strncmp(proof.argv[i], name, n) == 0 && proof.argv[i][n] == '=')
            return strtoul(proof.argv[i] + n + 1, NULL, 10);
    }
    return otherwise;
}

void prove_go_on(const char *what, unsigned long n, unsigned long n_all)
{
    time_t now_s = time(NULL);

    if (now_s < proof.told_s + 10)
        return;
    proof.told_s = now_s;
    if (n_all)
        printf("PROGRESS %s: %lu of %lu\n", what, n, n_all);
    else
        printf("PROGRESS %s: %lu\n", what, n);
}

void prove_tell(const char *promise, unsigned long n_cases, unsigned long n_failed,
                const char *what, ...)
{
    char text[256];
    va_list args;

    va_start(args, what);
    vsnprintf(text, sizeof(text), what, args);
    va_end(args);
    printf("PROOF {\"promise\": \"%s\", \"what\": \"%s\", \"cases\": %lu, \"failed\": %lu}\n",
           promise, text, n_cases, n_failed);
    proof.n_failed += n_failed > 0 || n_cases == 0;
}

void prove_figure(const char *name, double value, const char *unit)
{
    printf("FIGURE {\"name\": \"%s\", \"value\": %.6g, \"unit\": \"%s\"}\n", name, value, unit);
}

int prove_end(void)
{
    return proof.n_failed > 0;
}
