/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "intents/checker.h"

#include "intents/expand.h"
#include "intents/forms.h"
#include "intents/language_private.h"

#include <errno.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define DRAWS      8
#define N_KINDS    5
#define NOT_FOR_US "not for us"

struct checker {
    const struct intents_language *language;
    struct intents_expander expander;
    struct base_strbuf text;
    json_t *claims; /* sentence -> who claims it */
    intents_finding_fn *fn;
    void *user;
    const char *where;
    const char *claimant; /* NULL: sentences of this list claim nothing */
    const char *template;
    bool is_told[N_KINDS];
};

const char *intents_finding_name(enum intents_finding_kind kind)
{
    static const char *const names[N_KINDS] = {[INTENTS_FINDING_ELISION] = "elision",
                                               [INTENTS_FINDING_TWICE] = "twice",
                                               [INTENTS_FINDING_CLAIMED] = "claimed",
                                               [INTENTS_FINDING_SHARED] = "shared",
                                               [INTENTS_FINDING_FORMS] = "forms"};

    return names[kind];
}

bool intents_finding_is_error(enum intents_finding_kind kind)
{
    return kind == INTENTS_FINDING_ELISION || kind == INTENTS_FINDING_SHARED ||
           kind == INTENTS_FINDING_FORMS;
}

static void tell(struct checker *checker, enum intents_finding_kind kind, const char *other)
{
    const struct intents_finding finding = {kind, checker->where, checker->template,
                                            base_strbuf_text(&checker->text), other};

    if (!checker->is_told[kind])
        checker->fn(checker->user, &finding);
    checker->is_told[kind] = true;
}

static bool is_elided_form(const json_t *elide, const char *word)
{
    const char *key;
    json_t *value;

    json_object_foreach((json_t *)elide, key, value)
    {
        const char *form = json_string_value(value);

        if (form && strcmp(form, word) == 0)
            return true;
    }
    return false;
}

/* "l'" before a consonant, "que" before a vowel where the table says it loses its own. */
static bool is_bad_pair(const struct intents_grammar *grammar, const char *word, const char *next)
{
    bool is_vocalic = intents_spelling_is_vocalic(grammar, next);

    if (is_elided_form(grammar->elide, word))
        return !is_vocalic;
    return is_vocalic && json_object_get(grammar->elide, word) &&
           !json_object_get(grammar->elide_only_before, word);
}

static bool may_be_doubled(const struct intents_language *language, const char *word)
{
    return intents_grammar_has(json_object_get(language->grammar.root, "doubled"), word);
}

/* Splits at spaces and behind apostrophes, but keeps hyphens: spelling goes by written words. */
static const char *next_word(const char *p, char word[64])
{
    size_t n = 0;

    while (*p == ' ')
        p++;
    while (*p && *p != ' ' && n + 1 < 64) {
        word[n++] = *p++;
        if (p[-1] == '\'')
            break;
    }
    word[n] = '\0';
    return p;
}

static void check_spelling(struct checker *checker)
{
    const struct intents_grammar *grammar = &checker->language->grammar;
    const char *p = base_strbuf_text(&checker->text);
    char word[64], next[64];

    for (p = next_word(p, word); *word; memcpy(word, next, sizeof(word))) {
        p = next_word(p, next);
        if (*next && is_bad_pair(grammar, word, next))
            tell(checker, INTENTS_FINDING_ELISION, NULL);
        if (*next && strcmp(word, next) == 0 && !may_be_doubled(checker->language, word))
            tell(checker, INTENTS_FINDING_TWICE, NULL);
    }
}

static bool are_services(const struct checker *checker, const char *a, const char *b)
{
    return intents_language_find_service(checker->language, a) &&
           intents_language_find_service(checker->language, b);
}

static int check_claim(struct checker *checker)
{
    const char *text = base_strbuf_text(&checker->text);
    const char *other = json_string_value(json_object_get(checker->claims, text));

    if (!checker->claimant)
        return 0;
    if (other && strcmp(other, checker->claimant) != 0)
        tell(checker,
             are_services(checker, other, checker->claimant) ? INTENTS_FINDING_SHARED
                                                             : INTENTS_FINDING_CLAIMED,
             other);
    if (other)
        return 0;
    return json_object_set_new(checker->claims, text, json_string(checker->claimant)) < 0 ? -ENOMEM
                                                                                          : 0;
}

static const char *source_of(const struct intents_entry *entry)
{
    return entry->source ? entry->source : entry->text;
}

/* Two alternatives side by side, or two templates. */
static void check_two(struct checker *checker, const char *a, size_t n_a, const char *b, size_t n_b)
{
    char *other;

    if (!intents_forms_are_one(&checker->language->grammar, a, n_a, b, n_b))
        return;
    other = strndup(b, n_b);
    base_strbuf_clear(&checker->text);
    base_strbuf_add_n(&checker->text, a, n_a);
    tell(checker, INTENTS_FINDING_FORMS, other);
    free(other);
}

/* The alternatives from p up to what closes their bracket, and those of the brackets in them.
 * Returns: where that is. */
static const char *check_alternatives(struct checker *checker, const char *p)
{
    const char *before = NULL, *start = p;
    size_t n_before = 0;

    for (;; p++) {
        if (*p == '(' || *p == '[') {
            p = check_alternatives(checker, p + 1);
            continue;
        }
        if (*p && !strchr("|)]", *p))
            continue;
        if (before)
            check_two(checker, before, n_before, start, (size_t)(p - start));
        if (*p != '|')
            return p;
        before = start;
        n_before = (size_t)(p - start);
        start = p + 1;
    }
}

/* Whether an entry, or it and the one before, write forms of the same words twice. */
static void check_forms(struct checker *checker, const struct intents_list *list, size_t i)
{
    const char *text = source_of(&list->entries[i]);
    const char *before = i > 0 ? source_of(&list->entries[i - 1]) : text;

    check_alternatives(checker, text);
    check_two(checker, before, strlen(before), text, strlen(text));
}

static int check_list(struct checker *checker, const struct intents_list *list,
                      const struct intents_service_data *service, const char *where,
                      const char *claimant)
{
    checker->where = where;
    checker->claimant = claimant;
    for (size_t i = 0; i < list->n; i++) {
        size_t n_ways = intents_node_count(list->entries[i].node, DRAWS);

        checker->template = source_of(&list->entries[i]);
        memset(checker->is_told, 0, sizeof(checker->is_told));
        check_forms(checker, list, i);
        for (size_t k = 0; k < (n_ways < 2 ? 2 : DRAWS); k++) {
            int r;

            intents_expander_begin(&checker->expander, service);
            intents_expander_node(&checker->expander, list->entries[i].node);
            r = intents_expander_end(&checker->expander, &checker->text);
            if (r < 0)
                return r;
            if (r > 0)
                continue;
            check_spelling(checker);
            r = check_claim(checker);
            if (r < 0)
                return r;
        }
    }
    return 0;
}

static int check_service(struct checker *checker, const struct intents_service_data *service)
{
    const struct intents_list *const claiming[] = {&service->phrases, &service->inf, &service->noun,
                                                   &service->subj};
    const char *id = service->info.id;
    int r = 0;

    for (size_t i = 0; r == 0 && i < sizeof(claiming) / sizeof(claiming[0]); i++)
        r = check_list(checker, claiming[i], service, id, id);
    if (r == 0)
        r = check_list(checker, &service->examples, service, id, id);
    if (r == 0)
        r = check_list(checker, &service->reasons, service, id, NULL);
    if (r == 0)
        r = check_list(checker, &service->near_misses, service, id, NOT_FOR_US);
    return r == 0 ? check_list(checker, &service->near_examples, service, id, NOT_FOR_US) : r;
}

static int check_all(struct checker *checker)
{
    const struct intents_language *language = checker->language;
    int r = 0;

    for (size_t i = 0; r == 0 && i < language->n_services; i++)
        r = check_service(checker, &language->services[i]);
    for (size_t i = 0; r == 0 && i < language->n_acts; i++) {
        const struct intents_act_data *act = &language->acts[i];
        const char *name = intents_act_name(act->act);

        r = check_list(checker, &act->phrases, NULL, name, name);
        if (r == 0)
            r = check_list(checker, &act->examples, NULL, name, name);
        if (r == 0)
            r = check_list(checker, &act->near_misses, NULL, name, NOT_FOR_US);
        if (r == 0)
            r = check_list(checker, &act->near_examples, NULL, name, NOT_FOR_US);
    }
    if (r == 0)
        r = check_list(checker, &language->near_examples, NULL, "near_examples", NOT_FOR_US);
    for (size_t i = 0; r == 0 && i < language->background.n; i++)
        r = check_list(checker, &language->background.lists[i], NULL,
                       language->background.lists[i].name, NOT_FOR_US);
    for (size_t i = 0; r == 0 && i < language->fragments.n; i++)
        r = check_list(checker, &language->fragments.lists[i],
                       language->n_services > 0 ? &language->services[0] : NULL,
                       language->fragments.lists[i].name, NULL);
    return r;
}

int intents_check(const struct intents_language *language, intents_finding_fn *fn, void *user)
{
    struct checker *checker = calloc(1, sizeof(*checker));
    int r;

    if (!checker)
        return -ENOMEM;
    checker->language = language;
    checker->fn = fn;
    checker->user = user;
    checker->claims = json_object();
    base_strbuf_init(&checker->text);
    intents_expander_init(&checker->expander, language, 1, INTENTS_FOLD_ALL);
    r = checker->claims ? check_all(checker) : -ENOMEM;
    base_strbuf_finish(&checker->text);
    json_decref(checker->claims);
    free(checker);
    return r;
}
