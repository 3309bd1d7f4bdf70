/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "intents/forms.h"

#include "intents/spelling.h"
#include "intents/template.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

/* A stem of fewer bytes tells nothing. */
#define STEM_MIN 2

struct writer {
    const char *text; /* the whole template */
    struct base_strbuf *out;
    int depth;
    struct intents_template_error *error;
};

static int write_bracket(struct writer *writer, const char *p, const char **ret_end);

static int fail(struct writer *writer, const char *at, const char *message)
{
    writer->error->column = 1;
    writer->error->message = message;
    for (const char *p = writer->text; p < at; p++)
        writer->error->column += ((unsigned char)*p & 0xc0) != 0x80; /* code points */
    return -EINVAL;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (unsigned char)c >= 0x80;
}

/* A bracket directly behind a letter. */
static bool begins_endings(const struct writer *writer, const char *p)
{
    return *p == '(' && p > writer->text && is_letter(p[-1]);
}

/* The bracket at p: how many endings it has, and what is behind it. "(e)" is with it or without. */
static int count_endings(struct writer *writer, const char *p, const char **ret_end)
{
    const char *start = p++;
    int n = 1;

    for (; *p != ')'; p++) {
        if (*p != '|' && !is_letter(*p))
            return fail(writer, start,
                        "behind a letter, a bracket holds endings, which are letters");
        n += *p == '|';
    }
    *ret_end = p + 1;
    return n > 1 ? n : 2;
}

static void write_ending(struct writer *writer, const char *p, int form)
{
    size_t n;

    for (p++; form > 0 && *p != ')'; form--) {
        p += strcspn(p, "|)");
        p += *p == '|';
    }
    n = strcspn(p, "|)");
    base_strbuf_add_n(writer->out, p, n);
}

static bool ends_alternative(const char *p)
{
    return *p == '\0' || *p == '|' || *p == ')' || *p == ']';
}

/* In how many forms the alternative can be said that begins at p. */
static int count_forms(struct writer *writer, const char *p)
{
    int n_forms = 1, depth = 0;

    while (*p && (depth > 0 || !ends_alternative(p))) {
        if (depth == 0 && begins_endings(writer, p)) {
            const char *start = p;
            int n = count_endings(writer, p, &p);

            if (n < 0)
                return n;
            if (n_forms > 1 && n != n_forms)
                return fail(writer, start, "words that agree have as many endings");
            n_forms = n;
            continue;
        }
        depth += (*p == '(' || *p == '[') - (*p == ')' || *p == ']');
        p++;
    }
    return n_forms;
}

/* Up to what ends the alternative. */
static int write_alternative(struct writer *writer, const char *p, int form, const char **ret_end)
{
    int r = 0;

    while (r >= 0 && !ends_alternative(p)) {
        if (begins_endings(writer, p)) {
            write_ending(writer, p, form);
            r = count_endings(writer, p, &p);
        } else if (*p == '(' || *p == '[') {
            r = write_bracket(writer, p, &p);
        } else {
            base_strbuf_add_n(writer->out, p++, 1);
        }
    }
    *ret_end = p;
    return r < 0 ? r : 0;
}

static int write_alternatives(struct writer *writer, const char *p, const char **ret_end)
{
    int n_forms = count_forms(writer, p), r = n_forms < 0 ? n_forms : 0;

    for (int form = 0; r == 0 && form < n_forms; form++) {
        if (form > 0)
            base_strbuf_add(writer->out, "|");
        r = write_alternative(writer, p, form, ret_end);
        if (writer->out->length > INTENTS_TEMPLATE_BYTES)
            return fail(writer, p, "with its forms written out the template is too long");
    }
    return r;
}

/* The bracket at p, and what is behind it. One that is not closed is left to the parser. */
static int write_bracket(struct writer *writer, const char *p, const char **ret_end)
{
    int r = 0;

    if (++writer->depth > INTENTS_TEMPLATE_DEPTH)
        return fail(writer, p, "brackets are nested too deep");
    do {
        base_strbuf_add_n(writer->out, p, 1);
        r = write_alternatives(writer, p + 1, &p);
    } while (r == 0 && *p == '|');
    writer->depth--;
    if (r == 0 && *p)
        base_strbuf_add_n(writer->out, p++, 1);
    *ret_end = p;
    return r;
}

int intents_forms_write(const char *text, int form, struct base_strbuf *ret_text,
                        struct intents_template_error *ret_error)
{
    struct writer writer = {.text = text, .out = ret_text, .error = ret_error};
    int n_forms, r;

    base_strbuf_clear(ret_text);
    n_forms = count_forms(&writer, text);
    if (n_forms < 0)
        return n_forms;
    r = write_alternative(&writer, text, form, &text);
    base_strbuf_add(ret_text,
                    text); /* a bracket that was not opened, a | outside: left to the parser */
    if (r == 0)
        r = ret_text->error;
    return r < 0 ? r : n_forms;
}

static bool ends_with(const char *word, size_t n, const char *ending, size_t n_ending)
{
    return n >= n_ending + STEM_MIN && memcmp(word + n - n_ending, ending, n_ending) == 0;
}

static bool are_forms(const char *a, size_t n_a, const char *b, size_t n_b, const json_t *endings)
{
    for (size_t i = 0; i < json_array_size(endings); i++) {
        for (size_t k = 0; k < json_array_size(endings); k++) {
            const char *of_a = json_string_value(json_array_get(endings, i)),
                       *of_b = json_string_value(json_array_get(endings, k));
            size_t n_stem;

            if (i == k || !of_a || !of_b || !ends_with(a, n_a, of_a, strlen(of_a)) ||
                !ends_with(b, n_b, of_b, strlen(of_b)))
                continue;
            n_stem = n_a - strlen(of_a);
            if (n_stem == n_b - strlen(of_b) && memcmp(a, b, n_stem) == 0)
                return true;
        }
    }
    return false;
}

static bool is_one_word(const struct intents_grammar *grammar, const char *a, size_t n_a,
                        const char *b, size_t n_b)
{
    const json_t *forms = json_object_get(grammar->root, "forms");

    if (n_a == n_b && memcmp(a, b, n_a) == 0)
        return true;
    for (size_t i = 0; i < json_array_size(forms); i++) {
        if (are_forms(a, n_a, b, n_b, json_array_get(forms, i)))
            return true;
    }
    return false;
}

static size_t word_length(const char *p, size_t n)
{
    const char *space = memchr(p, ' ', n);

    return space ? (size_t)(space - p) : n;
}

bool intents_forms_are_one(const struct intents_grammar *grammar, const char *a, size_t n_a,
                           const char *b, size_t n_b)
{
    if (n_a == n_b && memcmp(a, b, n_a) == 0)
        return false;
    for (;;) {
        size_t word_a = word_length(a, n_a), word_b = word_length(b, n_b);

        if (!is_one_word(grammar, a, word_a, b, word_b))
            return false;
        if (word_a == n_a || word_b == n_b)
            return word_a == n_a && word_b == n_b;
        a += word_a + 1;
        b += word_b + 1;
        n_a -= word_a + 1;
        n_b -= word_b + 1;
    }
}
