/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Plays every conversation of tests/daemon/scenes (or the folders named as arguments) and compares
 * what is said and stored; of all of them nothing that was said stands in the log (R11). With
 * --tell, prints the conversations as they go. SCENES_LOG=1 shows the log of the folders named.
 */
#include "base/file.h"
#include "base/log.h"
#include "base/paths.h"
#include "tests/daemon/scene.h"
#include "tests/daemon/scene_log.h"
#include "tests/daemon/scene_private.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int __real_matching_worker_list(struct matching_worker *worker,
                                struct matching_summary **ret_summaries, size_t *ret_n);
int __wrap_matching_worker_list(struct matching_worker *worker,
                                struct matching_summary **ret_summaries, size_t *ret_n);

int __wrap_matching_worker_list(struct matching_worker *worker,
                                struct matching_summary **ret_summaries, size_t *ret_n)
{
    return scene_is_memory_short ? -ENOMEM
                                 : __real_matching_worker_list(worker, ret_summaries, ret_n);
}

int __real_matching_worker_cancel(struct matching_worker *worker, const char *id);
int __wrap_matching_worker_cancel(struct matching_worker *worker, const char *id);

int __wrap_matching_worker_cancel(struct matching_worker *worker, const char *id)
{
    return scene_is_memory_short ? -ENOMEM : __real_matching_worker_cancel(worker, id);
}

static int is_scene(const struct dirent *entry)
{
    return entry->d_name[0] != '.' && !strchr(entry->d_name, '.');
}

static int play(struct scene_stage *stage, const char *folder, FILE *tell)
{
    if (getenv("SCENES_LOG"))
        base_log_open(BASE_LOG_INFO, BASE_LOG_HUMAN, NULL); /* what was told before may be again */
    log_info("scene", "%s", folder);
    if (tell)
        fprintf(tell, "== %s\n", folder);
    return scene_play(stage, folder, tell);
}

/* Returns: how many things went otherwise. */
static int play_and_read_log(struct scene_stage *stage, const char *folder, FILE *tell)
{
    struct scene_log log;
    struct base_strbuf text;
    int n_failed;

    scene_log_begin(&log);
    n_failed = play(stage, folder, tell);
    scene_log_end(&log, &text);
    if (n_failed > 0) /* the log, and what went otherwise */
        fputs(base_strbuf_text(&text), stderr);
    else
        n_failed = scene_log_n_leaks(folder, base_strbuf_text(&text));
    base_strbuf_finish(&text);
    return n_failed;
}

static int play_all(struct scene_stage *stage, FILE *tell)
{
    char root[PATH_MAX], top[PATH_MAX], folder[PATH_MAX];
    struct dirent **entries = NULL;
    int n, n_failed = 0;

    if (base_paths_data(root, sizeof(root)) < 0 ||
        base_file_join(root, "tests/daemon/scenes", top, sizeof(top)) < 0 ||
        (n = scandir(top, &entries, is_scene, alphasort)) <= 0) {
        fprintf(stderr, "no scenes were found\n");
        return 1;
    }
    for (int i = 0; i < n; i++) {
        if (base_file_join(top, entries[i]->d_name, folder, sizeof(folder)) == 0)
            n_failed += play_and_read_log(stage, folder, tell) > 0;
        free(entries[i]);
    }
    free(entries);
    printf("%d conversations, %d went otherwise\n", n, n_failed);
    return n_failed > 0;
}

int main(int argc, char **argv)
{
    struct scene_stage *stage;
    FILE *tell = NULL;
    int first = 1, status = 0;

    setenv("TZ", "Europe/Paris", 1);
    tzset();
    base_log_open(BASE_LOG_ERROR, BASE_LOG_HUMAN, NULL);
    if (argc > first && strcmp(argv[first], "--tell") == 0) {
        tell = stdout;
        first++;
    }
    stage = scene_stage_create();
    if (argc == first)
        status = play_all(stage, tell);
    for (int i = first; i < argc; i++)
        status |= (getenv("SCENES_LOG") ? play : play_and_read_log)(stage, argv[i], tell) > 0;
    scene_stage_destroy(stage);
    base_log_close();
    return status;
}
