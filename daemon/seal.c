/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/seal.h"

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SEAL     "seal"
#define SEAL_MAX 65536

/* Returns: 0 or -errno. */
static int hash_file(const char *folder, const char *name, uint32_t *ret_hash)
{
    char path[PATH_MAX], piece[16384];
    uint32_t hash = BASE_HASH_START;
    int r = base_file_join(folder, name, path, sizeof(path));
    FILE *file = r == 0 ? fopen(path, "re") : NULL;
    size_t n;

    if (!file)
        return r < 0 ? r : -errno;
    while ((n = fread(piece, 1, sizeof(piece), file)) > 0)
        hash = base_hash_bytes(hash, piece, n);
    r = ferror(file) ? -EIO : 0;
    fclose(file);
    *ret_hash = hash;
    return r;
}

static int is_sealed(const struct dirent *entry)
{
    return entry->d_name[0] != '.' && strcmp(entry->d_name, SEAL) != 0;
}

int seal_put(const char *folder)
{
    char path[PATH_MAX];
    struct dirent **entries = NULL;
    struct base_strbuf lines;
    int n = scandir(folder, &entries, is_sealed, alphasort), r = n < 0 ? -errno : 0;

    base_strbuf_init(&lines);
    for (int i = 0; i < n; i++) {
        uint32_t hash = 0;

        if (r == 0)
            r = hash_file(folder, entries[i]->d_name, &hash);
        base_strbuf_addf(&lines, "%08x %s\n", hash, entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    if (r == 0)
        r = lines.error;
    if (r == 0)
        r = base_file_join(folder, SEAL, path, sizeof(path));
    if (r == 0)
        r = base_file_replace(path, base_strbuf_text(&lines), lines.length, 0644);
    base_strbuf_finish(&lines);
    return base_trace(r);
}

static bool is_whole(const char *folder, const char *line, const char **ret_name)
{
    char *end;
    unsigned long wanted = strtoul(line, &end, 16);
    uint32_t hash;

    *ret_name = *end == ' ' ? end + 1 : SEAL;
    return *end == ' ' && hash_file(folder, end + 1, &hash) == 0 && hash == wanted;
}

int seal_check(const char *folder, struct base_strbuf *ret_name)
{
    char path[PATH_MAX], *text, *rest;
    size_t n;
    int r = base_file_join(folder, SEAL, path, sizeof(path));

    if (r == 0)
        r = base_file_read(path, SEAL_MAX, &text, &n);
    if (r < 0)
        return r == -ENOENT ? 0 : base_trace(r);
    for (char *line = strtok_r(text, "\n", &rest); line && r == 0;
         line = strtok_r(NULL, "\n", &rest)) {
        const char *name;

        if (is_whole(folder, line, &name))
            continue;
        base_strbuf_add(ret_name, name);
        r = SEAL_BROKEN;
    }
    free(text);
    return r;
}
