/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tts/spelling.h"

#include "base/error.h"
#include "base/utf8.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define WORD_MAX 128

struct tts_spelling {
    json_t *grammar;     /* NULL: the language has none */
    json_t *lists;       /* the lexicon's lists that the rules name */
    const json_t *rules; /* borrowed */
};

static const char *text_at(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text ? text : "";
}

static int keep(json_t *lists, const json_t *lexicon, const char *name)
{
    json_t *list = json_object_get(lexicon, name);

    return list && json_object_set(lists, name, list) < 0 ? -ENOMEM : 0;
}

/* The lexicon is large; only the lists in use stay. */
static int load_lists(struct tts_spelling *spelling, const char *language)
{
    const char *genders = json_string_value(json_object_get(spelling->rules, "genders"));
    const json_t *row;
    json_t *lexicon = NULL;
    size_t i;
    int r = tts_json_load("intents", language, "lexicon.json", &lexicon);

    json_array_foreach(json_object_get(spelling->rules, "articles"), i, row)
    {
        if (r == 0)
            r = keep(spelling->lists, lexicon, text_at(row, "list"));
    }
    if (r == 0 && genders)
        r = keep(spelling->lists, lexicon, genders);
    json_decref(lexicon);
    return r;
}

/* Much of it is for the understanding alone. */
static int load_grammar(struct tts_spelling *spelling, const char *language)
{
    static const char *const names[] = {"vowels", "no_elision",        "elide_h",  "elide_y",
                                        "elide",  "elide_only_before", "contract", "agree"};
    json_t *whole = NULL;
    int r = tts_json_load("intents", language, "grammar.json", &whole);

    spelling->grammar = r == 0 ? json_object() : NULL;
    if (r == 0 && !spelling->grammar)
        r = -ENOMEM;
    for (size_t i = 0; r == 0 && i < sizeof(names) / sizeof(names[0]); i++) {
        json_t *member = json_object_get(whole, names[i]);

        if (member && json_object_set(spelling->grammar, names[i], member) < 0)
            r = -ENOMEM;
    }
    json_decref(whole);
    return r;
}

int tts_spelling_load(const char *language, const json_t *rules, struct tts_spelling **ret_spelling)
{
    struct tts_spelling *spelling = calloc(1, sizeof(*spelling));
    int r = spelling ? 0 : -ENOMEM;

    if (r == 0) {
        spelling->rules = rules;
        spelling->lists = json_object();
        r = spelling->lists ? 0 : -ENOMEM;
    }
    if (r == 0 && tts_json_exists("intents", language, "grammar.json"))
        r = load_grammar(spelling, language);
    if (r == 0 && tts_json_exists("intents", language, "lexicon.json"))
        r = load_lists(spelling, language);
    if (r < 0) {
        tts_spelling_destroy(spelling);
        return base_trace(r);
    }
    *ret_spelling = spelling;
    return 0;
}

void tts_spelling_destroy(struct tts_spelling *spelling)
{
    if (!spelling)
        return;
    json_decref(spelling->grammar);
    json_decref(spelling->lists);
    free(spelling);
}

static const json_t *grammar(const struct tts_spelling *spelling, const char *name)
{
    return json_object_get(spelling->grammar, name);
}

/* The first word in lower case, without what comes after an apostrophe or hyphen. */
static void first_word(const char *text, char ret_word[WORD_MAX])
{
    char lower[WORD_MAX];

    (void)base_utf8_lowercase(text, lower, sizeof(lower)); /* cut is fine: a word is shorter */
    snprintf(ret_word, WORD_MAX, "%.*s", (int)strcspn(lower, " '-.,;:?!"), lower);
}

static bool is_in(const json_t *list, const char *word)
{
    const json_t *entry;
    size_t i;

    json_array_foreach(list, i, entry)
    {
        const char *text = json_string_value(entry);

        if (text && strcmp(text, word) == 0)
            return true;
    }
    return false;
}

static bool begins_with_vowel_sound(const struct tts_spelling *spelling, const char *text)
{
    const char *vowels = json_string_value(grammar(spelling, "vowels"));
    char word[WORD_MAX];
    const char *rest = word;
    char letter[5] = "";
    uint32_t c;

    first_word(text, word);
    c = base_utf8_next(&rest);
    if (c == 0 || is_in(grammar(spelling, "no_elision"), word))
        return false;
    if (c == 'h')
        return json_is_true(grammar(spelling, "elide_h"));
    if (c == 'y')
        return is_in(grammar(spelling, "elide_y"), word);
    letter[base_utf8_put(c, letter)] = '\0';
    return vowels && strstr(vowels, letter) != NULL;
}

/* Where the last word of `text` begins, before its one trailing space. NULL: there is none. */
static const char *last_word(const char *text, size_t length)
{
    size_t i = length;

    if (length < 2 || text[length - 1] != ' ')
        return NULL;
    for (i = length - 1; i > 0 && text[i - 1] != ' ' && text[i - 1] != '\''; i--)
        ;
    return text + i;
}

/* The elided form of a word before `next`, or NULL. */
static const char *elided(const struct tts_spelling *spelling, const char *word, const char *next)
{
    const char *form = json_string_value(json_object_get(grammar(spelling, "elide"), word));
    const json_t *only = json_object_get(grammar(spelling, "elide_only_before"), word);
    char first[WORD_MAX];

    if (!form || !begins_with_vowel_sound(spelling, next))
        return NULL;
    first_word(next, first);
    return !only || is_in(only, first) ? form : NULL;
}

static void cut_to(struct base_strbuf *out, size_t length)
{
    out->length = length;
    if (out->text)
        out->text[length] = '\0';
}

/* "de" + "le marché": the contracted form and what is left of the text. NULL: none. */
static const char *contracted(const struct tts_spelling *spelling, const char *word,
                              const char **text)
{
    char pair[2 * WORD_MAX], first[WORD_MAX];
    const char *form;

    first_word(*text, first);
    if ((*text)[strlen(first)] != ' ')
        return NULL;
    snprintf(pair, sizeof(pair), "%s %s", word, first);
    form = json_string_value(json_object_get(grammar(spelling, "contract"), pair));
    if (form)
        *text += strlen(first);
    return form;
}

void tts_spelling_append(const struct tts_spelling *spelling, const char *text,
                         struct base_strbuf *out)
{
    const char *start = out->text ? last_word(out->text, out->length) : NULL;
    char word[WORD_MAX], lower[WORD_MAX];
    const char *form;

    if (start && spelling->grammar) {
        size_t n = out->length - 1 - (size_t)(start - out->text);

        snprintf(word, sizeof(word), "%.*s", (int)n, start);
        (void)base_utf8_lowercase(word, lower, sizeof(lower));
        form = contracted(spelling, lower, &text);
        if (!form)
            form = elided(spelling, lower, text);
        if (form) {
            cut_to(out, (size_t)(start - out->text));
            base_strbuf_add(out, form);
        }
    }
    base_strbuf_add(out, text);
}

/* The mark after an entry's last space: "m", "f", "mp", "fp"; "" when it has none. Its word's
 * length goes to ret_n. */
static const char *entry_mark(const char *entry, size_t *ret_n)
{
    const char *space = strrchr(entry, ' ');

    *ret_n = space ? (size_t)(space - entry) : strlen(entry);
    return space ? space + 1 : "";
}

/* The mark of the longest entry of a list that begins the thing and ends with a word of it, so long
 * as it is longer than *ret_n, which takes its length; else NULL: "betteraves" of "betteraves
 * cuites", as what follows a noun does not change its article. */
static const char *find_head(const json_t *list, const char *thing, size_t *ret_n)
{
    const char *found = NULL;
    const json_t *entry;
    size_t i, n;

    json_array_foreach(list, i, entry)
    {
        const char *text = json_string_value(entry);
        const char *mark = text ? entry_mark(text, &n) : "";

        if (!text || n <= *ret_n || strncmp(text, thing, n) != 0 || thing[n] != ' ')
            continue;
        *ret_n = n;
        found = mark;
    }
    return found;
}

/* The mark of a thing in a list, or NULL. as_beginning: the entry ends in "de" and only begins the
 * thing. */
static const char *find_mark(const json_t *list, const char *word, bool as_beginning)
{
    const json_t *entry;
    size_t i, n;

    json_array_foreach(list, i, entry)
    {
        const char *text = json_string_value(entry);
        const char *mark = text ? entry_mark(text, &n) : "";

        if (!text || n < 2)
            continue;
        if (as_beginning) {
            n -= 1; /* "kilo de" also begins "kilo d'oranges" */
            if (strncmp(text, word, n) == 0 && (word[n] == text[n] || word[n] == '\''))
                return mark;
        } else if (strlen(word) == n && strncmp(text, word, n) == 0) {
            return mark;
        }
    }
    return NULL;
}

/* The row of "articles" of the longest noun that begins the thing, and its mark. Returns: NULL when
 * none does. */
static const json_t *find_head_article(const struct tts_spelling *spelling, const char *thing,
                                       const char **ret_mark)
{
    const json_t *row, *found = NULL;
    size_t i, n = 0;

    json_array_foreach(json_object_get(spelling->rules, "articles"), i, row)
    {
        const json_t *list = json_object_get(spelling->lists, text_at(row, "list"));
        const char *mark =
            json_is_true(json_object_get(row, "begins")) ? NULL : find_head(list, thing, &n);

        if (!mark)
            continue;
        found = row;
        *ret_mark = mark;
    }
    return found;
}

/* The row of "articles" for the thing and its mark. Returns: NULL when none knows it. */
static const json_t *find_article(const struct tts_spelling *spelling, const char *item,
                                  const char **ret_mark)
{
    char lower[WORD_MAX];
    const json_t *row;
    size_t i;

    if (base_utf8_lowercase(item, lower, sizeof(lower)) < 0)
        return NULL;
    json_array_foreach(json_object_get(spelling->rules, "articles"), i, row)
    {
        const json_t *list = json_object_get(spelling->lists, text_at(row, "list"));

        *ret_mark = find_mark(list, lower, json_is_true(json_object_get(row, "begins")));
        if (*ret_mark)
            return row;
    }
    return find_head_article(spelling, lower, ret_mark);
}

/* The article's form before the thing. Returns: NULL when the language has none. */
static const char *article_form(const struct tts_spelling *spelling, const json_t *row,
                                const char *mark, const char *item)
{
    const json_t *forms = json_object_get(grammar(spelling, "agree"), text_at(row, "agree"));
    bool plural = json_is_true(json_object_get(row, "plural")) || strchr(mark, 'p');
    const char *form = NULL;
    char key[8];

    snprintf(key, sizeof(key), "%c%s", *mark, plural ? "p" : "v");
    if (plural || begins_with_vowel_sound(spelling, item))
        form = json_string_value(json_object_get(forms, key));
    return form ? form : json_string_value(json_object_get(forms, mark));
}

/* Whether it begins with a number, in digits or in words. */
static bool has_number(const struct tts_spelling *spelling, const char *item)
{
    char word[WORD_MAX];

    first_word(item, word);
    return (*item >= '0' && *item <= '9') ||
           is_in(json_object_get(spelling->rules, "determiners"), word);
}

bool tts_spelling_knows_item(const struct tts_spelling *spelling, const char *item)
{
    const char *mark;

    return has_number(spelling, item) || find_article(spelling, item, &mark);
}

void tts_spelling_add_item(const struct tts_spelling *spelling, const char *item,
                           struct base_strbuf *out)
{
    const char *mark, *form = NULL;
    const json_t *row = has_number(spelling, item) ? NULL : find_article(spelling, item, &mark);

    if (row)
        form = article_form(spelling, row, mark, item);
    if (form) {
        base_strbuf_add(out, form);
        if (form[0] && form[strlen(form) - 1] != '\'')
            base_strbuf_add(out, " ");
    }
    base_strbuf_add(out, item);
}

bool tts_spelling_is_feminine(const struct tts_spelling *spelling, const char *first_name)
{
    const char *list = json_string_value(json_object_get(spelling->rules, "genders"));
    char lower[WORD_MAX];
    const char *mark;

    if (!list || base_utf8_lowercase(first_name, lower, sizeof(lower)) < 0)
        return false;
    mark = find_mark(json_object_get(spelling->lists, list), lower, false);
    return mark && *mark == 'f';
}

static uint32_t upper(uint32_t c)
{
    if ((c >= 'a' && c <= 'z') || (c >= 0xE0 && c <= 0xFE && c != 0xF7))
        return c - 32;
    return c == 0x153 ? 0x152 : c;
}

void tts_spelling_tidy(struct base_strbuf *text)
{
    struct base_strbuf out;
    const char *p = base_strbuf_text(text);
    bool at_start = true;
    uint32_t c, before = ' ';

    base_strbuf_init(&out);
    while ((c = base_utf8_next(&p)) != 0) {
        char bytes[4];

        if (c == ' ' && (before == ' ' || *p == '.' || *p == ',' || *p == '\0'))
            continue;
        if (at_start && base_utf8_is_letter(c)) {
            c = upper(c);
            at_start = false;
        } else if (c == '.' || c == '?' || c == '!') {
            at_start = true;
        } else if (c != ' ') {
            at_start = false;
        }
        before = c;
        base_strbuf_add_n(&out, bytes, base_utf8_put(c, bytes));
    }
    if (!out.error) {
        base_strbuf_finish(text);
        *text = out;
        return;
    }
    text->error = out.error;
    base_strbuf_finish(&out);
}
