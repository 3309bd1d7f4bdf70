/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "intents/spelling.h"

#include "base/log.h"
#include "base/strbuf.h"
#include "base/utf8.h"

#include <errno.h>
#include <jansson.h>
#include <stdint.h>
#include <string.h>

#define CONTRACTED_WORDS 3

/* A list of words made into an object, so that looking one up is quick. */
static json_t *make_set(const json_t *list)
{
    json_t *set = json_object();
    const char *word;

    for (size_t i = 0; set && i < json_array_size(list); i++) {
        word = json_string_value(json_array_get(list, i));
        if (word)
            json_object_set_new(set, word, json_true());
    }
    return set;
}

int intents_grammar_init(struct intents_grammar *grammar, json_t *root)
{
    const json_t *whole = json_object_get(root, "whole");
    size_t n_whole = json_array_size(whole);

    *grammar = (struct intents_grammar){
        .root = json_incref(root),
        .elide = json_object_get(root, "elide"),
        .elide_only_before = json_object_get(root, "elide_only_before"),
        .contract = json_object_get(root, "contract"),
        .agree = json_object_get(root, "agree"),
        .no_elision = make_set(json_object_get(root, "no_elision")),
        .elide_y = make_set(json_object_get(root, "elide_y")),
        .vowels = json_string_value(json_object_get(root, "vowels")),
        .elides_h = json_is_true(json_object_get(root, "elide_h")),
    };
    if (!grammar->no_elision || !grammar->elide_y)
        return -ENOMEM;
    if (!grammar->vowels)
        grammar->vowels = "";
    if (n_whole >= sizeof(grammar->whole) / sizeof(grammar->whole[0])) {
        log_error("language-bad", "grammar.json: more than 31 words in \"whole\"");
        return -EINVAL;
    }
    for (size_t i = 0; i < n_whole; i++) {
        grammar->whole[i] = json_string_value(json_array_get(whole, i));
        if (!grammar->whole[i]) {
            log_error("language-bad", "grammar.json: \"whole\" holds more than words");
            return -EINVAL;
        }
    }
    return 0;
}

bool intents_grammar_has(const json_t *array, const char *word)
{
    for (size_t i = 0; i < json_array_size(array); i++) {
        const char *entry = json_string_value(json_array_get(array, i));

        if (entry && strcmp(entry, word) == 0)
            return true;
    }
    return false;
}

void intents_grammar_finish(struct intents_grammar *grammar)
{
    json_decref(grammar->no_elision);
    json_decref(grammar->elide_y);
    json_decref(grammar->root);
    *grammar = (struct intents_grammar){0};
}

bool intents_spelling_is_vocalic(const struct intents_grammar *grammar, const char *word)
{
    const char *p = grammar->vowels;
    const char *w = word;
    uint32_t first = base_utf8_next(&w), c;

    if (first == 0 || json_object_get(grammar->no_elision, word))
        return false;
    if (json_object_get(grammar->elide_y, word))
        return true;
    if (first == 'h')
        return grammar->elides_h;
    while ((c = base_utf8_next(&p)) != 0) {
        if (c == first)
            return true;
    }
    return false;
}

static const char *agreed_form(const struct intents_grammar *grammar, const char *key,
                               enum intents_gender gender, bool before_vowel)
{
    static const char *const names[][2] = {
        [INTENTS_NO_GENDER] = {"m", "mv"},        [INTENTS_MASCULINE] = {"m", "mv"},
        [INTENTS_FEMININE] = {"f", "fv"},         [INTENTS_MASCULINE_PLURAL] = {"mp", "mp"},
        [INTENTS_FEMININE_PLURAL] = {"fp", "fp"},
    };
    const json_t *forms = json_object_get(grammar->agree, key);
    const char *form = NULL;

    if (before_vowel)
        form = json_string_value(json_object_get(forms, names[gender][1]));
    if (!form)
        form = json_string_value(json_object_get(forms, names[gender][0]));
    return form ? form : key;
}

/* From the end to the beginning, as the form of one word hangs on the form of the next. */
static void agree(const struct intents_grammar *grammar, struct intents_token *tokens, size_t n)
{
    enum intents_gender gender = INTENTS_NO_GENDER;

    for (size_t i = n; i-- > 0;) {
        bool before_vowel = i + 1 < n && intents_spelling_is_vocalic(grammar, tokens[i + 1].text);

        if (tokens[i].gender != INTENTS_NO_GENDER)
            gender = tokens[i].gender;
        if (!tokens[i].agrees)
            continue;
        tokens[i].text = agreed_form(grammar, tokens[i].text, gender, before_vowel);
        tokens[i].contracts = true;
    }
}

/* The contraction of up to three tokens from `first` on. Returns: how many it takes, 0: none. */
static size_t find_contraction(const struct intents_grammar *grammar,
                               const struct intents_token *tokens, size_t n, size_t first,
                               const char **ret_text)
{
    char key[128];
    size_t length = 0, n_found = 0;

    for (size_t i = first; i < n && i < first + CONTRACTED_WORDS; i++) {
        size_t n_bytes = strlen(tokens[i].text);
        const char *text;

        if (length + n_bytes + 2 > sizeof(key))
            break;
        if (i > first)
            key[length++] = ' ';
        memcpy(key + length, tokens[i].text, n_bytes + 1);
        length += n_bytes;
        if (i == first || !tokens[first + 1].contracts)
            continue;
        text = json_string_value(json_object_get(grammar->contract, key));
        if (text) {
            *ret_text = text;
            n_found = i - first + 1;
        }
    }
    return n_found;
}

static size_t contract(const struct intents_grammar *grammar, struct intents_token *tokens,
                       size_t n)
{
    size_t n_kept = 0;

    for (size_t i = 0; i < n;) {
        const char *text;
        size_t n_taken = find_contraction(grammar, tokens, n, i, &text);

        tokens[n_kept] = tokens[i];
        if (n_taken > 0)
            tokens[n_kept].text = text;
        i += n_taken > 0 ? n_taken : 1;
        n_kept++;
    }
    return n_kept;
}

/* Whether `word` may lose its vowel before `next`. */
static bool elides_before(const struct intents_grammar *grammar, const char *word, const char *next)
{
    const json_t *only = json_object_get(grammar->elide_only_before, word);

    if (!only)
        return intents_spelling_is_vocalic(grammar, next);
    for (size_t i = 0; i < json_array_size(only); i++) {
        const char *allowed = json_string_value(json_array_get(only, i));

        if (allowed && strcmp(allowed, next) == 0)
            return true;
    }
    return false;
}

static bool ends_elided(const char *word)
{
    size_t n = strlen(word);

    return n > 0 && word[n - 1] == '\'';
}

void intents_spelling_join(const struct intents_grammar *grammar, struct intents_token *tokens,
                           size_t n, struct base_strbuf *ret_text)
{
    base_strbuf_clear(ret_text);
    agree(grammar, tokens, n);
    n = contract(grammar, tokens, n);
    for (size_t i = 0; i < n; i++) {
        const char *word = tokens[i].text, *next = i + 1 < n ? tokens[i + 1].text : "";
        const char *elided = json_string_value(json_object_get(grammar->elide, word));

        if (elided && *next && elides_before(grammar, word, next))
            word = elided;
        base_strbuf_add(ret_text, word);
        if (*next && !ends_elided(word))
            base_strbuf_add(ret_text, " ");
    }
}
