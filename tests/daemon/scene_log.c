/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/daemon/scene_log.h"

#include "base/log.h"

#include <ctype.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Shorter ones are in English words, too. */
#define WORD_LEAST 6
/* A word that the resident says, and an event of the conversation. */
#define ALSO_AN_EVENT "silence"

static void need(bool is_good)
{
    if (is_good)
        return;
    perror("scenes: the log");
    exit(1);
}

void scene_log_begin(struct scene_log *log)
{
    char path[] = "/tmp/voisine-scene-log-XXXXXX";

    log->file = mkstemp(path);
    log->stderr_before = dup(STDERR_FILENO);
    need(log->file >= 0 && log->stderr_before >= 0 && unlink(path) == 0 &&
         dup2(log->file, STDERR_FILENO) >= 0);
    base_log_open(BASE_LOG_DEBUG, BASE_LOG_HUMAN, NULL);
}

void scene_log_end(struct scene_log *log, struct base_strbuf *ret_text)
{
    char piece[4096];
    ssize_t n;

    base_log_open(BASE_LOG_ERROR, BASE_LOG_HUMAN, NULL);
    need(dup2(log->stderr_before, STDERR_FILENO) >= 0 && lseek(log->file, 0, SEEK_SET) == 0);
    base_strbuf_init(ret_text);
    while ((n = read(log->file, piece, sizeof(piece))) > 0)
        base_strbuf_add_n(ret_text, piece, (size_t)n);
    need(n == 0 && !ret_text->error);
    close(log->file);
    close(log->stderr_before);
}

static bool is_letter(char c)
{
    return isalpha((unsigned char)c) || (unsigned char)c >= 0x80;
}

/* As a word of its own, whatever its case. */
static bool holds(const char *text, const char *word, size_t n)
{
    for (const char *at = text; *at; at++) {
        if (strncasecmp(at, word, n) == 0 && !is_letter(at[n]) &&
            (at == text || !is_letter(at[-1])))
            return true;
    }
    return false;
}

static int look_for(const char *folder, const char *text, const char *words, size_t least)
{
    int n_found = 0;

    for (const char *at = words; at && *at;) {
        size_t n = 0;

        while (is_letter(at[n]))
            n++;
        if (n >= least && holds(text, at, n) && strncasecmp(at, ALSO_AN_EVENT, n) != 0) {
            fprintf(stderr, "%s: the log holds \"%.*s\"\n", folder, (int)n, at);
            n_found++;
        }
        at += n > 0 ? n : 1;
    }
    return n_found;
}

int scene_log_n_leaks(const char *folder, const char *text)
{
    char path[4096];
    json_t *scene, *turn, *kind;
    const char *name;
    int n_found = 0;
    size_t i;

    snprintf(path, sizeof(path), "%s/scene.json", folder);
    scene = json_load_file(path, 0, NULL);
    need(scene != NULL);
    json_array_foreach(json_object_get(scene, "turns"), i, turn)
    {
        const json_t *news = json_object_get(turn, "news");

        n_found += look_for(folder, text, json_string_value(json_object_get(turn, "resident")),
                            WORD_LEAST);
        n_found +=
            look_for(folder, text, json_string_value(json_object_get(news, "first_name")), 1);
    }
    json_object_foreach(json_object_get(json_object_get(scene, "settings"), "names"), name, kind)
    {
        n_found += look_for(folder, text, name, 1);
    }
    n_found += look_for(
        folder, text,
        json_string_value(json_object_get(json_object_get(scene, "settings"), "alert_name")), 1);
    json_decref(scene);
    return n_found;
}
