/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The ways of a phrase: each word's first one, then those with one word said in another way, then
 * with two. All combinations would be hundreds for six words, and people who drop one schwa in
 * three words are as rare.
 *
 * A way that is another one of the word with a phone more is a liaison ("vous" with its z): it
 * stands only before a vowel, which the dictionary leaves to the decoder.
 */
#include "asr/whole.h"

#include "base/error.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { WORDS_MAX = 16, WAYS_MAX = 12, N_CHANGED_MAX = 2 };

#define JOIN '_'

struct word {
    const char *ways[WAYS_MAX];
    int n_ways;
};

struct phrase {
    struct word words[WORDS_MAX];
    int n_words;
    int chosen[WORDS_MAX];
    int n_found, n_max;
    size_t begin;
    struct base_strbuf *out;
};

static void replace_all(char *text, char from, char to)
{
    for (; *text; text++)
        *text = *text == from ? to : *text;
}

void asr_whole_join(char *words)
{
    replace_all(words, ' ', JOIN);
}

bool asr_whole_is(const char *word)
{
    return strchr(word, JOIN) != NULL;
}

void asr_whole_part(char *word)
{
    replace_all(word, JOIN, ' ');
}

/* Whether `way` is another way of the word and one phone more. */
static bool is_linked(const struct word *word, const char *way)
{
    const char *last = strrchr(way, ' ');
    size_t n = last ? (size_t)(last - way) : 0;
    for (int i = 0; n > 0 && i < word->n_ways; i++) {
        if (strlen(word->ways[i]) == n && memcmp(word->ways[i], way, n) == 0)
            return true;
    }
    return false;
}

/* Takes out the liaisons that nothing follows. A schwa more is none. */
static void drop_liaisons(const struct asr_pronounce *pronounce, struct word *word,
                          const struct word *next)
{
    struct word kept = {.n_ways = 0};
    if (next && asr_pronounce_is_vowel(pronounce, next->ways[0]))
        return;
    for (int i = 0; i < word->n_ways; i++) {
        const char *way = word->ways[i], *last = strrchr(way, ' ');
        if (!is_linked(word, way) || asr_pronounce_is_vowel(pronounce, last + 1))
            kept.ways[kept.n_ways++] = way;
    }
    *word = kept;
}

static bool is_known(const struct phrase *phrase, const char *line)
{
    const char *at = base_strbuf_text(phrase->out) + phrase->begin;
    for (size_t n; *at; at += n + 1) {
        n = strcspn(at, "\n");
        if (n == strlen(line) && memcmp(at, line, n) == 0)
            return true;
    }
    return false;
}

static void add_way(struct phrase *phrase)
{
    char line[512] = "";
    size_t n = 0;
    for (int i = 0; i < phrase->n_words && n < sizeof(line); i++)
        n += (size_t)snprintf(line + n, sizeof(line) - n, "%s%s", i ? " " : "",
                              phrase->words[i].ways[phrase->chosen[i]]);
    if (n >= sizeof(line) || is_known(phrase, line))
        return;
    base_strbuf_addf(phrase->out, "%s\n", line);
    phrase->n_found++;
}

/* Every way with n_changed words from `from` on not said in their first. */
static void add_ways(struct phrase *phrase, int from, int n_changed)
{
    if (n_changed == 0) {
        add_way(phrase);
        return;
    }
    for (int i = from; i < phrase->n_words; i++) {
        for (int k = 1; k < phrase->words[i].n_ways && phrase->n_found < phrase->n_max; k++) {
            phrase->chosen[i] = k;
            add_ways(phrase, i + 1, n_changed - 1);
        }
        phrase->chosen[i] = 0;
    }
}

/* Splits lines of phones in place. */
static void take_ways(struct word *word, char *lines)
{
    char *line;
    while (word->n_ways < WAYS_MAX && (line = strsep(&lines, "\n")) && *line)
        word->ways[word->n_ways++] = line;
}

/* Returns: 1, 0 when a word cannot be pronounced, -ENOMEM. */
static int look_up(struct asr_pronounce *pronounce, const char *whole, struct phrase *phrase,
                   struct base_strbuf lines[WORDS_MAX])
{
    char copy[512], *rest = copy, *word;
    int n = 1;
    if (snprintf(copy, sizeof(copy), "%s", whole) >= (int)sizeof(copy))
        return 0;
    asr_whole_part(copy);
    while (n > 0 && (word = strsep(&rest, " "))) {
        if (phrase->n_words == WORDS_MAX)
            return 0;
        struct base_strbuf *own = &lines[phrase->n_words];
        n = asr_pronounce_word(pronounce, word, own);
        if (n > 0)
            take_ways(&phrase->words[phrase->n_words++], own->text);
    }
    return n < 0 ? n : n > 0;
}

int asr_whole_pronounce(struct asr_pronounce *pronounce, const char *whole, int n_max,
                        struct base_strbuf *ret_lines)
{
    struct base_strbuf lines[WORDS_MAX];
    struct phrase phrase = {.n_max = n_max, .begin = ret_lines->length, .out = ret_lines};
    for (int i = 0; i < WORDS_MAX; i++)
        base_strbuf_init(&lines[i]);
    int r = look_up(pronounce, whole, &phrase, lines);
    for (int i = 0; r > 0 && asr_pronounce_has_liaisons(pronounce) && i < phrase.n_words; i++)
        drop_liaisons(pronounce, &phrase.words[i],
                      i + 1 < phrase.n_words ? &phrase.words[i + 1] : NULL);
    for (int n = 0; r > 0 && n <= N_CHANGED_MAX && phrase.n_found < n_max; n++)
        add_ways(&phrase, 0, n);
    for (int i = 0; i < WORDS_MAX; i++)
        base_strbuf_finish(&lines[i]);
    if (r < 0)
        return base_trace(r);
    return ret_lines->error ? base_trace(ret_lines->error) : phrase.n_found;
}
