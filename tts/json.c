/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tts/json.h"

#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "base/paths.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_BYTES (1024u * 1024u)

static int path_of(const char *folder, const char *language, const char *name,
                   char ret_path[PATH_MAX])
{
    char root[PATH_MAX];
    int r = base_paths_data(root, sizeof(root));
    int n;

    if (r < 0)
        return r;
    if (!*language || strspn(language, "abcdefghijklmnopqrstuvwxyz-") != strlen(language))
        return -ENOENT;
    n = snprintf(ret_path, PATH_MAX, "%s/%s/%s/%s", root, folder, language, name);
    return n < 0 || n >= PATH_MAX ? -ENAMETOOLONG : 0;
}

bool tts_json_exists(const char *folder, const char *language, const char *name)
{
    char path[PATH_MAX];

    return path_of(folder, language, name, path) == 0 && access(path, R_OK) == 0;
}

int tts_json_load(const char *folder, const char *language, const char *name, json_t **ret_root)
{
    char path[PATH_MAX], *text;
    json_error_t error;
    json_t *root;
    size_t n;
    int r = path_of(folder, language, name, path);

    if (r == 0)
        r = base_file_read(path, MAX_BYTES, &text, &n);
    if (r < 0) {
        log_error("language-missing", "no %s/%s for the language %s: %s", folder, name, language,
                  strerror(-r));
        return base_trace(r);
    }
    root = json_loadb(text, n, JSON_REJECT_DUPLICATES, &error);
    free(text);
    if (!root || !json_is_object(root)) {
        log_error("language-bad", "%s:%d:%d: %s", path, root ? 1 : error.line,
                  root ? 1 : error.column, root ? "no object" : error.text);
        json_decref(root);
        return base_trace(-EINVAL);
    }
    *ret_root = root;
    return 0;
}

void tts_json_fill(const char *template, const struct tts_mark *marks, size_t n_marks,
                   struct base_strbuf *out)
{
    while (*template) {
        size_t n = strcspn(template, "{");

        base_strbuf_add_n(out, template, n);
        template += n;
        if (!*template)
            return;
        template ++;
        n = strcspn(template, "}");
        for (size_t i = 0; i < n_marks; i++) {
            if (strlen(marks[i].name) == n && strncmp(marks[i].name, template, n) == 0)
                base_strbuf_add(out, marks[i].text);
        }
        template += n + (template[n] == '}');
    }
}
