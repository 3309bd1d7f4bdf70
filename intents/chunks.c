/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "intents/chunks.h"

#include <string.h>

static bool has_role(const struct intents_chunk_word *words, size_t n, size_t at,
                     enum intents_chunk_role role)
{
    return at < n && words[at].role == role;
}

static size_t skip_fillers(const struct intents_chunk_word *words, size_t n, size_t at)
{
    while (has_role(words, n, at, INTENTS_ROLE_FILLER))
        at++;
    return at;
}

static size_t skip_articles(const struct intents_chunk_word *words, size_t n, size_t at)
{
    while (at < n && (words[at].role == INTENTS_ROLE_ARTICLE ||
                      words[at].role == INTENTS_ROLE_FILLER || words[at].may_open))
        at++;
    return at;
}

/* A noun phrase at a word. Returns: its end, `at` when there is none. */
static size_t match_phrase(const struct intents_chunk_word *words, size_t n, size_t at,
                           const char **ret_class)
{
    size_t noun = skip_articles(words, n, at), end = noun;
    const char *class = NULL;

    while (has_role(words, n, end, INTENTS_ROLE_CONTENT)) {
        size_t next = end + 1;

        class = class ? class : words[end].class;
        /* Words of one class stand together: "pommes de terre", "lave linge". */
        if (class && has_role(words, n, next, INTENTS_ROLE_CONTENT) && words[next].class == class)
            end = next;
        else if (has_role(words, n, next, INTENTS_ROLE_INNER) &&
                 has_role(words, n, skip_articles(words, n, next + 1), INTENTS_ROLE_CONTENT))
            end = skip_articles(words, n, next + 1);
        else {
            end = next;
            break;
        }
    }
    if (end == noun || (noun == at && !class))
        return at;
    /* An adjective behind a known noun, before what cannot belong to it. */
    if (class && has_role(words, n, end, INTENTS_ROLE_CONTENT) && !words[end].class &&
        !has_role(words, n, end + 1, INTENTS_ROLE_CONTENT))
        end++;
    *ret_class = class ? class : "";
    return end;
}

size_t intents_chunks_make(const struct intents_chunk_word *words, size_t n,
                           struct intents_chunk *ret_chunks)
{
    struct intents_chunk *last = NULL;
    size_t n_chunks = 0;

    for (size_t at = skip_fillers(words, n, 0); at < n; at = skip_fillers(words, n, at)) {
        size_t from = last && last->kind != 'w' ? at : n, end;
        const char *class = NULL;

        /* Behind a phrase, another one of its class makes a list, "et" or not. */
        while (has_role(words, n, from, INTENTS_ROLE_JOIN) ||
               has_role(words, n, from, INTENTS_ROLE_FILLER))
            from++;
        end = from < n ? match_phrase(words, n, from, &class) : from;
        if (from < n && end > from && class[0] && strcmp(class, last->text) == 0) {
            last->kind = 'l';
            at = end;
            continue;
        }
        end = match_phrase(words, n, at, &class);
        last = &ret_chunks[n_chunks++];
        *last = end > at ? (struct intents_chunk){class, 'n'}
                         : (struct intents_chunk){words[at].text, 'w'};
        at = end > at ? end : at + 1;
    }
    return n_chunks;
}
