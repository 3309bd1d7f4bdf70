/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tts/respelling.h"

#include "base/error.h"
#include "base/utf8.h"
#include "tts/json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define WORD_MAX 200

struct tts_respelling {
    json_t *root; /* NULL: nothing to change */
};

int tts_respelling_load(const char *voice_name, struct tts_respelling **ret_respelling)
{
    struct tts_respelling *respelling = calloc(1, sizeof(*respelling));
    char language[16];
    int r = respelling ? 0 : -ENOMEM;

    snprintf(language, sizeof(language), "%.*s", (int)strcspn(voice_name, "-+"), voice_name);
    if (r == 0 && tts_json_exists("tts", language, "respelling.json"))
        r = tts_json_load("tts", language, "respelling.json", &respelling->root);
    if (r < 0) {
        free(respelling);
        return base_trace(r);
    }
    *ret_respelling = respelling;
    return 0;
}

void tts_respelling_destroy(struct tts_respelling *respelling)
{
    if (!respelling)
        return;
    json_decref(respelling->root);
    free(respelling);
}

static const char *pair_at(const json_t *pair, size_t i)
{
    const char *text = json_string_value(json_array_get(pair, i));

    return text ? text : "";
}

/* Replaces the first ending that fits. */
static void change_ending(const json_t *endings, struct base_strbuf *word)
{
    const json_t *pair;
    size_t i;

    json_array_foreach(endings, i, pair)
    {
        size_t n = strlen(pair_at(pair, 0));

        if (n == 0 || n >= word->length ||
            strcmp(word->text + word->length - n, pair_at(pair, 0)) != 0)
            continue;
        word->length -= n;
        word->text[word->length] = '\0';
        base_strbuf_add(word, pair_at(pair, 1));
        return;
    }
}

static void change_letters(const json_t *letters, const char *word, struct base_strbuf *out)
{
    while (*word) {
        const json_t *pair;
        size_t i, n_taken = 0;

        json_array_foreach(letters, i, pair)
        {
            size_t n = strlen(pair_at(pair, 0));

            if (n_taken || n == 0 || strncmp(word, pair_at(pair, 0), n) != 0)
                continue;
            base_strbuf_add(out, pair_at(pair, 1));
            n_taken = n;
        }
        if (!n_taken)
            base_strbuf_add_n(out, word, 1);
        word += n_taken ? n_taken : 1;
    }
}

static void add_word(const struct tts_respelling *respelling, const char *word,
                     tts_is_foreign_fn *is_foreign, struct base_strbuf *out)
{
    const json_t *words = json_object_get(respelling->root, "words");
    struct base_strbuf ended, changed;
    char lower[WORD_MAX];
    const char *known;

    if (base_utf8_lowercase(word, lower, sizeof(lower)) < 0 || !is_foreign(word)) {
        base_strbuf_add(out, word);
        return;
    }
    known = json_string_value(json_object_get(words, lower));
    base_strbuf_init(&ended);
    base_strbuf_init(&changed);
    base_strbuf_add(&ended, lower);
    if (ended.text)
        change_ending(json_object_get(respelling->root, "endings"), &ended);
    change_letters(json_object_get(respelling->root, "letters"), base_strbuf_text(&ended),
                   &changed);
    if (known)
        base_strbuf_add(out, known);
    else
        base_strbuf_add(out,
                        is_foreign(base_strbuf_text(&changed)) ? word : base_strbuf_text(&changed));
    base_strbuf_finish(&ended);
    base_strbuf_finish(&changed);
}

/* Bytes of the word that begins here: letters, and hyphens between them. */
static size_t word_length(const char *text)
{
    const char *p = text, *after = text;
    uint32_t c;

    while ((c = base_utf8_next(&after)) != 0 && (base_utf8_is_letter(c) || (c == '-' && p != text)))
        p = after;
    return (size_t)(p - text);
}

void tts_respelling_apply(const struct tts_respelling *respelling, const char *text,
                          tts_is_foreign_fn *is_foreign, struct base_strbuf *out)
{
    if (!respelling || !respelling->root || !is_foreign(text)) {
        base_strbuf_add(out, text);
        return;
    }
    while (*text) {
        char word[WORD_MAX];
        size_t n = word_length(text);
        const char *after = text;

        if (n == 0 || n >= sizeof(word)) {
            (void)base_utf8_next(&after);
            n = n ? n : (size_t)(after - text);
            base_strbuf_add_n(out, text, n);
        } else {
            memcpy(word, text, n);
            word[n] = '\0';
            add_word(respelling, word, is_foreign, out);
        }
        text += n;
    }
}
