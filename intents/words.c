/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "intents/words.h"

#include "base/utf8.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct splitter {
    struct intents_words *words;
    size_t n_stored;
};

static bool is_digit(uint32_t c)
{
    return c >= '0' && c <= '9';
}

static void store(struct splitter *splitter, size_t start, size_t end)
{
    struct intents_words *words = splitter->words;
    size_t n = end - start;

    if (n == 0 || words->n == INTENTS_WORDS_MAX ||
        splitter->n_stored + n + 1 > sizeof(words->storage))
        return;
    words->word[words->n] = words->storage + splitter->n_stored;
    words->start[words->n] = (unsigned short)start;
    words->end[words->n] = (unsigned short)end;
    words->n++;
    memcpy(words->storage + splitter->n_stored, words->line + start, n);
    words->storage[splitter->n_stored + n] = '\0';
    base_utf8_ligate(words->storage + splitter->n_stored);
    splitter->n_stored += n + 1;
}

/* How many bytes of `p` are one of the words that stay whole: 0 when none. */
static size_t whole_length(const char *p, const char *const *whole)
{
    for (; whole && *whole; whole++) {
        size_t n = strlen(*whole);
        const char *behind = p + n;

        if (strncmp(p, *whole, n) == 0 && !base_utf8_is_letter(base_utf8_next(&behind)))
            return n;
    }
    return 0;
}

/* Moves behind one word that begins at `p`; an apostrophe ends it and belongs to it. */
static const char *word_end(const char *p)
{
    bool is_number = is_digit((unsigned char)*p);

    for (;;) {
        const char *q = p;
        uint32_t c = base_utf8_next(&q);

        if (!is_number && c == '\'')
            return q;
        if (is_number ? !is_digit(c) : !base_utf8_is_letter(c))
            return p;
        p = q;
    }
}

void intents_words_split(const char *text, const char *const *whole,
                         struct intents_words *ret_words)
{
    struct splitter splitter = {.words = ret_words};
    const char *p = ret_words->line;

    ret_words->n = 0;
    base_utf8_lowercase(text, ret_words->line, sizeof(ret_words->line));
    while (*p) {
        const char *q = p;
        uint32_t c = base_utf8_next(&q);
        size_t n;

        if (!base_utf8_is_letter(c) && !is_digit(c)) {
            p = q;
            continue;
        }
        n = whole_length(p, whole);
        q = n ? p + n : word_end(p);
        store(&splitter, (size_t)(p - ret_words->line), (size_t)(q - ret_words->line));
        p = q;
    }
}

/* How many bytes of a text fit without half a letter. */
static size_t whole_letters(const char *text, size_t n_max)
{
    const char *p = text, *q = text;

    while (base_utf8_next(&q) != 0 && (size_t)(q - text) <= n_max)
        p = q;
    return (size_t)(p - text);
}

size_t intents_words_quote(const struct intents_words *words, size_t first, size_t last,
                           char *ret_text, size_t size)
{
    size_t start = words->start[first], n;

    while (last > first && words->end[last] - start >= size)
        last--;
    n = words->end[last] - start;
    if (n >= size)
        n = whole_letters(words->line + start, size - 1);
    memcpy(ret_text, words->line + start, n);
    ret_text[n] = '\0';
    return n;
}

struct intents_words intents_words_part(const struct intents_words *words, size_t from, size_t to)
{
    struct intents_words part = *words;

    part.n = to - from;
    memmove(part.word, words->word + from, part.n * sizeof(part.word[0]));
    memmove(part.start, words->start + from, part.n * sizeof(part.start[0]));
    memmove(part.end, words->end + from, part.n * sizeof(part.end[0]));
    return part;
}
