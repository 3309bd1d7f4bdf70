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

#define SEAL        "seal"
#define SEAL_MAX    65536
#define PREFIX_SIZE 32

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

/* What is only read by people may be left out of an installation. */
static int is_sealed(const struct dirent *entry)
{
    return entry->d_name[0] != '.' && strcmp(entry->d_name, SEAL) != 0 &&
           strncmp(entry->d_name, "README", 6) != 0 && strncmp(entry->d_name, "LICENSE", 7) != 0;
}

/* A line for each file. part: "", or its name and a slash. */
static int add_lines(struct base_strbuf *lines, const char *folder, const char *part)
{
    struct dirent **entries = NULL;
    int n = scandir(folder, &entries, is_sealed, alphasort), r = n < 0 ? -errno : 0;

    for (int i = 0; i < n; i++) {
        uint32_t hash = 0;

        if (r == 0)
            r = hash_file(folder, entries[i]->d_name, &hash);
        base_strbuf_addf(lines, "%08x %s%s\n", hash, part, entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    return r;
}

int seal_put(const char *folder, const struct seal_part *parts, size_t n_parts)
{
    char path[PATH_MAX], prefix[PREFIX_SIZE];
    struct base_strbuf lines;
    int r;

    base_strbuf_init(&lines);
    r = add_lines(&lines, folder, "");
    for (size_t i = 0; r == 0 && i < n_parts; i++) {
        snprintf(prefix, sizeof(prefix), "%s/", parts[i].name);
        r = add_lines(&lines, parts[i].folder, prefix);
        r = r == -ENOENT ? 0 : r;
    }
    if (r == 0)
        r = lines.error;
    if (r == 0)
        r = base_file_join(folder, SEAL, path, sizeof(path));
    if (r == 0)
        r = base_file_replace(path, base_strbuf_text(&lines), lines.length, 0644);
    base_strbuf_finish(&lines);
    return base_trace(r);
}

/* Whether a line is kept: of another part, or its file as it was. */
static bool holds(const char *line, const char *part, const char *folder, const char **ret_name)
{
    char *end;
    unsigned long wanted = strtoul(line, &end, 16);
    size_t n_part = strlen(part);
    const char *slash;
    uint32_t hash;

    *ret_name = SEAL;
    if (*end != ' ')
        return false;
    *ret_name = end + 1;
    slash = strchr(*ret_name, '/');
    if ((slash ? (size_t)(slash - *ret_name) : 0) != n_part ||
        strncmp(*ret_name, part, n_part) != 0)
        return true;
    return hash_file(folder, slash ? slash + 1 : *ret_name, &hash) == 0 && hash == wanted;
}

static int check(const char *folder, const struct seal_part *part, struct base_strbuf *ret_name)
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

        if (holds(line, part->name, part->folder, &name))
            continue;
        base_strbuf_add(ret_name, name);
        r = SEAL_BROKEN;
    }
    free(text);
    return r;
}

int seal_check(const char *folder, struct base_strbuf *ret_name)
{
    const struct seal_part own = {"", folder};

    return check(folder, &own, ret_name);
}

int seal_check_part(const char *folder, const struct seal_part *part, struct base_strbuf *ret_name)
{
    return check(folder, part, ret_name);
}
