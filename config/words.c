/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/words.h"

#include "base/strbuf.h"

#include <stdlib.h>
#include <string.h>

#define MAX_LETTERS 63

void config_words_add(struct config_words *words, const char *word, size_t n_bytes)
{
    char **larger, *copy;

    for (size_t i = 0; i < words->n_words; i++) {
        if (strlen(words->words[i]) == n_bytes && memcmp(words->words[i], word, n_bytes) == 0)
            return;
    }
    copy = strndup(word, n_bytes);
    larger = realloc(words->words, (words->n_words + 1) * sizeof(words->words[0]));
    if (larger)
        words->words = larger;
    if (copy && larger)
        words->words[words->n_words++] = copy;
    else
        free(copy);
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

void config_words_sort(struct config_words *words)
{
    if (words->n_words > 1)
        qsort(words->words, words->n_words, sizeof(words->words[0]), compare);
}

char *config_words_join(const struct config_words *words, const char *between)
{
    struct base_strbuf text;

    base_strbuf_init(&text);
    for (size_t i = 0; i < words->n_words; i++) {
        base_strbuf_add(&text, i ? between : "");
        base_strbuf_add(&text, words->words[i]);
    }
    return base_strbuf_take(&text);
}

void config_words_finish(struct config_words *words)
{
    for (size_t i = 0; i < words->n_words; i++)
        free(words->words[i]);
    free(words->words);
    *words = (struct config_words){0};
}

static int least(int a, int b)
{
    return a < b ? a : b;
}

int config_words_distance(const char *a, const char *b)
{
    int n_a = (int)strnlen(a, MAX_LETTERS), n_b = (int)strnlen(b, MAX_LETTERS);
    int d[MAX_LETTERS + 1][MAX_LETTERS + 1];

    for (int i = 0; i <= n_a; i++) {
        for (int j = 0; j <= n_b; j++) {
            if (i == 0 || j == 0) {
                d[i][j] = i + j;
                continue;
            }
            d[i][j] = least(least(d[i - 1][j], d[i][j - 1]) + 1,
                            d[i - 1][j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                d[i][j] = least(d[i][j], d[i - 2][j - 2] + 1);
        }
    }
    return d[n_a][n_b];
}
