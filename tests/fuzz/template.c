/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A template of the language data: its forms written out, parsed, or refused with a column inside
 * the text. */
#include "intents/template.h"
#include "intents/forms.h"
#include "tests/check.h"
#include "tests/fuzz/target.h"

static void check_place(const struct intents_template_error *error, const char *text)
{
    REQUIRE(error->message && error->column >= 1 && (size_t)error->column <= strlen(text) + 1);
}

static void parse(const char *text)
{
    struct intents_template_error error = {0};
    struct intents_node *node = NULL;

    if (intents_template_parse(text, &node, &error) < 0)
        check_place(&error, text);
    else
        REQUIRE(intents_node_count(node, 1000) >= 1);
    intents_node_destroy(node);
}

static void parse_forms(const char *text)
{
    struct intents_template_error error = {0};
    struct base_strbuf written;
    int n_forms = 1;

    base_strbuf_init(&written);
    for (int form = 0; form < n_forms; form++) {
        n_forms = intents_forms_write(text, form, &written, &error);
        if (n_forms < 0)
            check_place(&error, text);
        else
            parse(base_strbuf_text(&written));
    }
    base_strbuf_finish(&written);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);

    REQUIRE(text);
    memcpy(text, data, size);
    text[size] = '\0';
    parse(text);
    parse_forms(text);
    free(text);
    return 0;
}
