/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/kinds.h"

#include <stdio.h>
#include <string.h>

#define NONE_SAID "-"

void kinds_add(struct kinds *kinds, const char *id, const char *kind)
{
    if (kinds->n == KINDS_MAX)
        memmove(&kinds->kept[0], &kinds->kept[1], --kinds->n * sizeof(kinds->kept[0]));
    snprintf(kinds->kept[kinds->n].id, sizeof(kinds->kept[0].id), "%s", id);
    snprintf(kinds->kept[kinds->n].kind, sizeof(kinds->kept[0].kind), "%s", kind);
    kinds->n++;
}

const char *kinds_find(const struct kinds *kinds, const char *id)
{
    for (size_t i = kinds->n; i-- > 0;) {
        if (strcmp(kinds->kept[i].id, id) == 0)
            return kinds->kept[i].kind;
    }
    return NULL;
}

void kinds_print(const struct kinds *kinds, struct base_strbuf *text)
{
    for (size_t i = 0; i < kinds->n; i++) {
        const char *kind = kinds->kept[i].kind;

        base_strbuf_addf(text, "%s %s\n", kinds->kept[i].id, *kind ? kind : NONE_SAID);
    }
}

void kinds_parse(const char *text, struct kinds *ret_kinds)
{
    *ret_kinds = (struct kinds){0};
    for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
        size_t n_id = strcspn(line, " \n");
        const char *word = line + n_id + (line[n_id] == ' ');
        size_t n_kind = strcspn(word, " \n");
        char id[MATCHING_ID_SIZE], kind[DRAFT_KIND_MAX];

        if (n_id != MATCHING_ID_SIZE - 1 || line[n_id] != ' ' || n_kind == 0 ||
            n_kind >= DRAFT_KIND_MAX)
            continue;
        snprintf(id, sizeof(id), "%.*s", (int)n_id, line);
        snprintf(kind, sizeof(kind), "%.*s", (int)n_kind, word);
        kinds_add(ret_kinds, id, strcmp(kind, NONE_SAID) == 0 ? "" : kind);
    }
}
