/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/matching/scene.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

void scene_folder(char ret_path[64])
{
    const char *top = getenv("TMPDIR");

    snprintf(ret_path, 64, "%.40s/voisine-XXXXXX", top ? top : "/tmp");
    if (!mkdtemp(ret_path)) {
        perror(ret_path);
        exit(1);
    }
}

void scene_remove(const char *folder)
{
    DIR *dir = opendir(folder);
    const struct dirent *entry;

    while (dir && (entry = readdir(dir)) != NULL) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            unlinkat(dirfd(dir), entry->d_name, 0);
    }
    if (dir)
        closedir(dir);
    rmdir(folder);
}

struct matching_request scene_request(const char *service)
{
    static const char *const items[] = {"du pain", "des œufs"};

    return (struct matching_request){
        .kind = service ? MATCHING_KIND_REQUEST : MATCHING_KIND_CALLBACK,
        .service = service,
        .when = {"2026-06-16", "morning", ""},
        .items = items,
        .n_items = 2,
        .language = "fr",
        .spoken_at = "2026-06-15T09:30:00+02:00",
        .territory = "pessac",
        .device = "device-1",
        .resident = "R-17",
    };
}

char *scene_body(const char *service, char ret_id[MATCHING_ID_SIZE])
{
    struct matching_request request = scene_request(service);
    char *body;
    size_t n;

    if (matching_id_make(ret_id) != 0 ||
        matching_request_encode(&request, ret_id, &body, &n) != 0) {
        fprintf(stderr, "no request could be made\n");
        exit(1);
    }
    return body;
}

double scene_now_ms(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

long long scene_io_bytes(const char *counter)
{
    long long n = -1;
    char line[128];
    size_t n_counter = strlen(counter);
    FILE *f = fopen("/proc/self/io", "re");

    while (f && fgets(line, sizeof(line), f)) {
        if (strncmp(line, counter, n_counter) == 0 && line[n_counter] == ':')
            n = strtoll(line + n_counter + 1, NULL, 10);
    }
    if (f)
        fclose(f);
    return n;
}
