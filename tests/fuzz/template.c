/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A template of the language data: parsed, or refused with a column inside the text. */
#include "intents/template.h"
#include "tests/check.h"
#include "tests/fuzz/target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct intents_template_error error = {0};
    struct intents_node *node = NULL;
    char *text = malloc(size + 1);
    int r;

    REQUIRE(text);
    memcpy(text, data, size);
    text[size] = '\0';
    r = intents_template_parse(text, &node, &error);
    if (r == 0)
        REQUIRE(intents_node_count(node, 1000) >= 1);
    else
        REQUIRE(error.message && error.column >= 1 && (size_t)error.column <= strlen(text) + 1);
    if (r == 0)
        intents_node_destroy(node);
    free(text);
    return 0;
}
