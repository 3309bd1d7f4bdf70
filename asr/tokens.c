/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "asr/tokens.h"

#include "base/utf8.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { N_WORD_MAX = 128 };

static void add_piece(struct base_strbuf *out, const char *piece, size_t n)
{
    if (n == 0)
        return;
    if (out->length > 0)
        base_strbuf_add(out, " ");
    base_strbuf_add_n(out, piece, n);
}

/* Where the first piece of a hyphenated word ends: the longest head whose rest "-xyz" is known. */
static size_t hyphen_cut(const char *word, asr_tokens_lookup lookup, void *user)
{
    for (const char *hyphen = strchr(word + 1, '-'); hyphen; hyphen = strchr(hyphen + 1, '-')) {
        if (lookup(user, hyphen))
            return (size_t)(hyphen - word);
    }
    return 0;
}

static void split_word(const char *word, asr_tokens_lookup lookup, void *user,
                       struct base_strbuf *out)
{
    if (lookup(user, word)) {
        add_piece(out, word, strlen(word));
        return;
    }
    const char *apostrophe = strchr(word, '\'');
    if (apostrophe && apostrophe[1] != '\0') {
        size_t n = (size_t)(apostrophe - word) + 1;
        add_piece(out, word, n);
        split_word(word + n, lookup, user, out);
        return;
    }
    size_t n = word[0] ? hyphen_cut(word, lookup, user) : 0;
    if (n > 0) {
        char head[N_WORD_MAX];
        memcpy(head, word, n);
        head[n] = '\0';
        split_word(head, lookup, user, out);
        add_piece(out, word + n, strlen(word + n));
        return;
    }
    add_piece(out, word, strlen(word));
}

static bool is_word_byte(unsigned char c)
{
    return c >= 0x80 || c == '\'' || c == '-' || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

void asr_tokens_split(const char *text, asr_tokens_lookup lookup, void *user,
                      struct base_strbuf *ret_words)
{
    size_t size = strlen(text) * 2 + 1;
    char *lower = malloc(size);
    if (!lower) {
        ret_words->error = -ENOMEM;
        return;
    }
    base_utf8_lowercase(text, lower, size);
    for (const char *at = lower; *at;) {
        char word[N_WORD_MAX];
        size_t n = 0;
        while (*at && !is_word_byte((unsigned char)*at))
            at++;
        for (; *at && is_word_byte((unsigned char)*at); at++) {
            if (n < sizeof(word) - 1)
                word[n++] = *at;
        }
        word[n] = '\0';
        if (n > 0 && strcmp(word, "-") != 0)
            split_word(word, lookup, user, ret_words);
    }
    free(lower);
}

void asr_tokens_join(struct base_strbuf *text, const char *words)
{
    while (*words) {
        size_t n = text->length, n_word = strcspn(words, " ");
        bool joins = n == 0 || words[0] == '-' || base_strbuf_text(text)[n - 1] == '\'';
        if (!joins)
            base_strbuf_add(text, " ");
        base_strbuf_add_n(text, words, n_word);
        words += n_word + (words[n_word] == ' ');
    }
}
