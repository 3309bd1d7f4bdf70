/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * `voisine log`: the log file for a person: all of it, or what concerns one request or one code.
 * Lines are ours (base/log), flat JSON, so that a field is found by its name without a parser.
 */
#include "daemon/cli.h"
#include "daemon/commands.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "usage: voisine log [--config FILE] [--json] [REQUEST-ID | CODE]\n\n"
    "Prints the log file (log.file), or only the lines of one request or with one code.\n"
    "Under systemd without a log file: journalctl -u voisined.";

/* Copies the text of a member of one of our lines. Returns: whether it is there. */
static bool member(const char *line, const char *name, char *ret_value, size_t size)
{
    char mark[40];
    const char *start;
    size_t n = 0;

    snprintf(mark, sizeof(mark), "\"%s\":\"", name);
    start = strstr(line, mark);
    if (!start)
        return false;
    for (const char *p = start + strlen(mark); *p && *p != '"' && n + 1 < size; p++) {
        if (*p == '\\' && p[1])
            p++;
        ret_value[n++] = *p;
    }
    ret_value[n] = '\0';
    return true;
}

static bool is_wanted(const char *line, const char *word)
{
    char value[64];

    return !word || (member(line, "request", value, sizeof(value)) && strcmp(value, word) == 0) ||
           (member(line, "code", value, sizeof(value)) && strcmp(value, word) == 0);
}

static void print_line(const char *line, bool as_json)
{
    char time[32] = "", level[16] = "", code[64] = "", message[1200] = "", request[64] = "";

    if (as_json) {
        fputs(line, stdout);
        return;
    }
    member(line, "time", time, sizeof(time));
    member(line, "level", level, sizeof(level));
    member(line, "code", code, sizeof(code));
    member(line, "message", message, sizeof(message));
    printf("%s %-7s %-20s %s", time, level, code, message);
    if (member(line, "request", request, sizeof(request)))
        printf(" [%s]", request);
    putchar('\n');
}

/* Returns: how many lines, -1 when the file is not there. */
static int print_file(const char *path, const char *word, bool as_json)
{
    FILE *file = fopen(path, "re");
    char *line = NULL;
    size_t size = 0;
    int n = 0;

    if (!file)
        return -1;
    while (getline(&line, &size, file) > 0) {
        if (is_wanted(line, word)) {
            print_line(line, as_json);
            n++;
        }
    }
    free(line);
    fclose(file);
    return n;
}

int cmd_log(int argc, char **argv)
{
    char older[PATH_MAX];
    const char *path, *word;
    struct cli cli;
    int n_older, n, status = cli_begin(argc, argv, usage, 1, &cli);

    if (status >= 0)
        return status;
    path = config_options_text(cli.config, CONFIG_LOG_FILE);
    word = cli.n_words == 1 ? cli.words[0] : NULL;
    status = EXIT_OK;
    snprintf(older, sizeof(older), "%s.1", path);
    if (!*path) {
        fputs("voisine: no log file is configured (log.file); under systemd: journalctl -u "
              "voisined\n",
              stderr);
        status = EXIT_NO_INPUT;
    } else {
        n_older = print_file(older, word, cli.wants_json);
        n = print_file(path, word, cli.wants_json);
        if (n < 0) {
            fprintf(stderr, "voisine: %s: %s\n", path, strerror(errno));
            status = EXIT_NO_INPUT;
        } else if (word && n + (n_older > 0 ? n_older : 0) == 0) {
            fprintf(stderr, "voisine: no line has the request or the code \"%s\"\n", word);
            status = EXIT_PROBLEM;
        }
    }
    cli_finish(&cli);
    return status;
}
