/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "intents/plain.h"

#include "base/log.h"
#include "intents/language_private.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

#define RUN_MAX 6

static void write_words(const json_t *map, struct intents_plain_word *words, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const char *other = json_string_value(json_object_get(map, words[i].text));

        if (other)
            words[i].text = other[0] ? other : NULL;
    }
}

/* The next word that is still there, from `at` on. */
static size_t next_word(const struct intents_plain_word *words, size_t n, size_t at)
{
    while (at < n && !words[at].text)
        at++;
    return at;
}

static void leave_out_doubled(const json_t *pronouns, struct intents_plain_word *words, size_t n)
{
    bool is_behind_noun = false;

    for (size_t i = next_word(words, n, 0); i < n; i = next_word(words, n, i + 1)) {
        if (is_behind_noun && intents_grammar_has(pronouns, words[i].text))
            words[i].text = NULL;
        is_behind_noun = words[i].text && words[i].is_noun;
    }
}

/* Returns: how many words of the run stand at `at`, with their places; 0 when they do not. */
static size_t match_run(const json_t *run, const struct intents_plain_word *words, size_t n,
                        size_t at, size_t places[RUN_MAX])
{
    size_t n_run = json_array_size(run);

    for (size_t i = 0; i < n_run; i++, at++) {
        const char *text = json_string_value(json_array_get(run, i));

        at = next_word(words, n, at);
        if (at == n || !text || words[at].text[0] != text[0] || strcmp(words[at].text, text) != 0)
            return 0;
        places[i] = at;
    }
    return n_run;
}

static void write_runs(const json_t *runs, struct intents_plain_word *words, size_t n)
{
    for (size_t at = next_word(words, n, 0); at < n; at = next_word(words, n, at + 1)) {
        for (size_t k = 0; k < json_array_size(runs); k++) {
            const json_t *rule = json_array_get(runs, k), *other = json_array_get(rule, 1);
            size_t places[RUN_MAX];
            size_t n_run = match_run(json_array_get(rule, 0), words, n, at, places);

            for (size_t i = 0; i < n_run; i++)
                words[places[i]].text = json_string_value(json_array_get(other, i));
            if (n_run > 0)
                break;
        }
    }
}

int intents_plain_check(const struct intents_language *language)
{
    const json_t *runs = json_object_get(json_object_get(language->grammar.root, "plain"), "runs");

    for (size_t i = 0; i < json_array_size(runs); i++) {
        const json_t *rule = json_array_get(runs, i);
        size_t n_run = json_array_size(json_array_get(rule, 0));

        if (n_run > 0 && n_run <= RUN_MAX && json_array_size(json_array_get(rule, 1)) <= n_run)
            continue;
        log_error("language-bad",
                  "grammar.json: \"runs\" of plain, number %zu: 1 to %d words are wanted, and no "
                  "more of them in their place",
                  i + 1, RUN_MAX);
        return -EINVAL;
    }
    return 0;
}

void intents_plain_apply(const struct intents_language *language, struct intents_plain_word *words,
                         size_t n)
{
    const json_t *rules = json_object_get(language->grammar.root, "plain");

    if (!rules)
        return;
    write_words(json_object_get(rules, "words"), words, n);
    leave_out_doubled(json_object_get(rules, "after_noun"), words, n);
    write_runs(json_object_get(rules, "runs"), words, n);
}
