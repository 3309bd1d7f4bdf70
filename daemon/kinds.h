/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whom the last requests were said to be for, by their ids: "my cat" asked for before a restart is
 * a cat after it, in news, status answers and cancellations. The service is never told, so the
 * outbox, which holds what the service is told, does not keep it. Kept as a few lines of text; an
 * id and a kind, no name. Pure: no clock, no file. Thread: main.
 */
#ifndef DAEMON_KINDS_H
#define DAEMON_KINDS_H

#include "base/strbuf.h"
#include "daemon/draft.h"
#include "matching/event.h"

enum { KINDS_MAX = 32 }; /* the oldest is forgotten */

struct kinds {
    struct {
        char id[MATCHING_ID_SIZE];
        char kind[DRAFT_KIND_MAX]; /* "": none was said */
    } kept[KINDS_MAX];
    size_t n;
};

/* A request was asked for; `kind` may be "". */
void kinds_add(struct kinds *kinds, const char *id, const char *kind);
/* Returns: NULL when it is not known any more. */
const char *kinds_find(const struct kinds *kinds, const char *id);

void kinds_print(const struct kinds *kinds, struct base_strbuf *text);
/* Broken lines are left out: the general kind is spoken of then. */
void kinds_parse(const char *text, struct kinds *ret_kinds);

#endif
