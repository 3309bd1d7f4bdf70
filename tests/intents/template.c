/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "intents/template.h"

#include "tests/check.h"

#include <errno.h>

static int parse(const char *text, struct intents_template_error *error)
{
    struct intents_node *node = NULL;
    int r = intents_template_parse(text, &node, error);

    intents_node_destroy(node);
    return r;
}

static size_t ways(const char *text)
{
    struct intents_template_error error;
    struct intents_node *node;
    size_t n;

    REQUIRE(intents_template_parse(text, &node, &error) == 0);
    n = intents_node_count(node, 1000);
    intents_node_destroy(node);
    return n;
}

static void counts_ways(void)
{
    CHECK_INT(ways("un"), 1);
    CHECK_INT(ways("un [deux]"), 2);
    CHECK_INT(ways("(un|deux|trois) [quatre]"), 6);
    CHECK_INT(ways("(un [deux]|trois|)"), 4);
    CHECK_INT(ways("@mon {pets} <ask>"), 1);
    CHECK_INT(ways("[a] [b] [c] [d] [e] [f] [g] [h] [i] [j] [k] [l]"), 1000);
}

static void names_the_column(void)
{
    static const struct {
        const char *text;
        int column;
    } wrong[] = {
        {"", 1},       {"[]", 2},
        {"()", 2},     {"a (b", 3},
        {"é [b", 3},   {"a ]", 3},
        {"a|b", 4},    {"{Pain}", 2},
        {"{pain", 1},  {"<ask", 1},
        {"a, b", 2},   {"@", 2},
        {"@{x}", 2},   {"a (b|c]", 7},
        {"(a|b))", 6}, {"le prix : 3", 9},
        {"né(e)", 3},  {"d'(a|b) c(d|e)", 10},
        {"{}", 2},     {"a [b (c|d] e)", 10},
    };

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct intents_template_error error;

        CHECK_INT(parse(wrong[i].text, &error), -EINVAL);
        CHECK(error.message != NULL);
        if (error.column != wrong[i].column)
            fprintf(stderr, "\"%s\": %s\n", wrong[i].text, error.message);
        CHECK_INT(error.column, wrong[i].column);
    }
}

static void depth_is_limited(void)
{
    struct intents_template_error error;
    char text[256];

    memset(text, '[', 200);
    memcpy(text + 200, "a", 2);
    CHECK_INT(parse(text, &error), -EINVAL);
}

/* Seeds of the fuzz target, and all their beginnings: nothing crashes, every error has a place. */
static void survives_anything(void)
{
    static const char *const seeds[] = {
        "bonjour [madame|monsieur] (je voudrais|j'aimerais) {noun} [{when}] <polite_end>",
        "@mon @petit {pets} (a|) [[b] c] (d|(e|f)) aujourd'hui presqu'île",
        "((((((((((a))))))))))|||[[[]]]{{{}}}<<<>>>@@@",
        "\xff\xfe [\xc3\x28] {\xe2\x82}",
        "(((((((((((((((((((((((((((((((((((((((((((((((((((((((",
        "{a}{b}{c}<d><e>@f[g](h)",
    };

    for (size_t i = 0; i < sizeof(seeds) / sizeof(seeds[0]); i++) {
        for (size_t n = strlen(seeds[i]);; n--) {
            struct intents_template_error error;
            char *beginning = strndup(seeds[i], n);

            REQUIRE(beginning != NULL);
            if (parse(beginning, &error) < 0)
                CHECK(error.message && error.column > 0);
            free(beginning);
            if (n == 0)
                break;
        }
    }
}

CHECK_MAIN(counts_ways, names_the_column, depth_is_limited, survives_anything)
