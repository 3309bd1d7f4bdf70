/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "intents/template.h"

#include "base/utf8.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct parser {
    const char *p;
    int column;
    int depth;
    bool allows_nothing;
    struct intents_template_error *error;
};

static int parse_choice(struct parser *parser, char closing, struct intents_node **ret_node);

static int fail(struct parser *parser, int column, const char *message)
{
    parser->error->column = column;
    parser->error->message = message;
    return -EINVAL;
}

static void advance(struct parser *parser)
{
    base_utf8_next(&parser->p);
    parser->column++;
}

static struct intents_node *make(enum intents_node_kind kind, int column)
{
    struct intents_node *node = calloc(1, sizeof(*node));

    if (node) {
        node->kind = kind;
        node->column = column;
    }
    return node;
}

/* Returns: NULL when memory is short. */
static struct intents_node *make_with_text(enum intents_node_kind kind, int column,
                                           const char *start, const char *end)
{
    struct intents_node *node = make(kind, column);

    if (!node)
        return NULL;
    node->text = strndup(start, (size_t)(end - start));
    if (!node->text) {
        intents_node_destroy(node);
        return NULL;
    }
    return node;
}

static int add_child(struct intents_node *node, struct intents_node *child)
{
    struct intents_node **grown;

    if (!child)
        return -ENOMEM;
    grown = reallocarray(node->children, node->n_children + 1, sizeof(*grown));
    if (!grown) {
        intents_node_destroy(child);
        return -ENOMEM;
    }
    node->children = grown;
    node->children[node->n_children++] = child;
    return 0;
}

static bool is_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

static bool is_word(const char *p)
{
    const char *q = p;
    uint32_t c = base_utf8_next(&q);

    return base_utf8_is_letter(c) || c == '\'' || c == '-' || (c >= '0' && c <= '9');
}

/* {name} or <name>, the parser standing on the opening sign. */
static int parse_name(struct parser *parser, enum intents_node_kind kind, char closing,
                      struct intents_node **ret_node)
{
    int column = parser->column;
    const char *start;
    struct intents_node *node;

    advance(parser);
    start = parser->p;
    while (is_name(*parser->p))
        advance(parser);
    if (parser->p == start)
        return fail(parser, parser->column, "a name of small letters, digits and _ is wanted here");
    if (*parser->p != closing)
        return fail(parser, column,
                    closing == '}' ? "{ is not closed by }" : "< is not closed by >");
    node = make_with_text(kind, column, start, parser->p);
    if (!node)
        return -ENOMEM;
    advance(parser);
    *ret_node = node;
    return 0;
}

/* A word, or @word. */
static int parse_word(struct parser *parser, enum intents_node_kind kind,
                      struct intents_node **ret_node)
{
    int column = parser->column;
    struct intents_node *node;
    const char *start;

    if (kind == INTENTS_NODE_AGREE)
        advance(parser);
    start = parser->p;
    while (is_word(parser->p))
        advance(parser);
    if (parser->p == start)
        return fail(parser, parser->column, "a word is wanted behind @");
    if (*parser->p == '(' && parser->p[-1] != '\'')
        return fail(parser, parser->column, "endings in brackets have no place here");
    node = make_with_text(kind, column, start, parser->p);
    if (!node)
        return -ENOMEM;
    *ret_node = node;
    return 0;
}

/* [x] or (x|y), the parser standing on the opening sign. */
static int parse_bracket(struct parser *parser, struct intents_node **ret_node)
{
    bool is_optional = *parser->p == '[';
    int column = parser->column;
    char closing = is_optional ? ']' : ')';
    int r;

    if (++parser->depth > INTENTS_TEMPLATE_DEPTH)
        return fail(parser, column, "brackets are nested too deep");
    advance(parser);
    r = parse_choice(parser, closing, ret_node);
    if (r < 0)
        return r;
    parser->depth--;
    if (*parser->p != closing) {
        intents_node_destroy(*ret_node);
        *ret_node = NULL;
        return fail(parser, column, is_optional ? "[ is not closed by ]" : "( is not closed by )");
    }
    advance(parser);
    if (is_optional) {
        r = add_child(*ret_node, make(INTENTS_NODE_SEQUENCE, column));
        if (r < 0) {
            intents_node_destroy(*ret_node);
            *ret_node = NULL;
        }
    }
    return r;
}

static int parse_item(struct parser *parser, struct intents_node **ret_node)
{
    switch (*parser->p) {
    case '[':
    case '(':
        return parse_bracket(parser, ret_node);
    case '{':
        return parse_name(parser, INTENTS_NODE_SLOT, '}', ret_node);
    case '<':
        return parse_name(parser, INTENTS_NODE_FRAGMENT, '>', ret_node);
    case '@':
        return parse_word(parser, INTENTS_NODE_AGREE, ret_node);
    case ']':
    case ')':
        return fail(parser, parser->column, "a bracket is closed that was not opened");
    default:
        if (is_word(parser->p))
            return parse_word(parser, INTENTS_NODE_WORD, ret_node);
        return fail(parser, parser->column, "this sign has no place in a template");
    }
}

static int parse_sequence(struct parser *parser, char closing, struct intents_node **ret_node)
{
    struct intents_node *node = make(INTENTS_NODE_SEQUENCE, parser->column);
    int r = node ? 0 : -ENOMEM;

    while (r == 0) {
        struct intents_node *child = NULL;

        while (*parser->p == ' ')
            advance(parser);
        if (*parser->p == '\0' || *parser->p == '|' || (closing && *parser->p == closing))
            break;
        r = parse_item(parser, &child);
        if (r == 0)
            r = add_child(node, child);
    }
    /* "(x|)" is x or nothing; "[]", "()" and a template of nothing are slips. */
    if (r == 0 && node->n_children == 0 && !parser->allows_nothing && *parser->p != '|')
        r = fail(parser, parser->column, "something is wanted here, not nothing");
    if (r < 0) {
        intents_node_destroy(node);
        return r;
    }
    *ret_node = node;
    return 0;
}

static int parse_choice(struct parser *parser, char closing, struct intents_node **ret_node)
{
    struct intents_node *node = make(INTENTS_NODE_CHOICE, parser->column);
    int r = node ? 0 : -ENOMEM;

    while (r == 0) {
        struct intents_node *child = NULL;

        parser->allows_nothing = closing && node->n_children > 0;
        r = parse_sequence(parser, closing, &child);
        if (r == 0)
            r = add_child(node, child);
        if (r < 0 || *parser->p != '|')
            break;
        advance(parser);
    }
    if (r < 0) {
        intents_node_destroy(node);
        return r;
    }
    *ret_node = node;
    return 0;
}

int intents_template_parse(const char *text, struct intents_node **ret_node,
                           struct intents_template_error *ret_error)
{
    struct parser parser = {.p = text, .column = 1, .error = ret_error};
    struct intents_node *node;
    int r;

    *ret_error = (struct intents_template_error){0};
    if (!base_utf8_is_valid(text) || strlen(text) > INTENTS_TEMPLATE_BYTES)
        return fail(&parser, 1, "a template is valid UTF-8 of at most 4096 bytes");
    r = parse_choice(&parser, '\0', &node);
    if (r < 0)
        return r;
    if (*parser.p != '\0' || node->n_children > 1) {
        intents_node_destroy(node);
        return fail(&parser, parser.column,
                    *parser.p ? "a bracket is closed that was not opened"
                              : "| stands outside of brackets");
    }
    *ret_node = node;
    return 0;
}

void intents_node_destroy(struct intents_node *node)
{
    if (!node)
        return;
    for (size_t i = 0; i < node->n_children; i++)
        intents_node_destroy(node->children[i]);
    free(node->children);
    free(node->text);
    free(node);
}

size_t intents_node_count(const struct intents_node *node, size_t limit)
{
    size_t n = node->kind == INTENTS_NODE_CHOICE ? 0 : 1;

    for (size_t i = 0; i < node->n_children; i++) {
        size_t of_child = intents_node_count(node->children[i], limit);

        n = node->kind == INTENTS_NODE_CHOICE ? n + of_child : n * of_child;
        if (n > limit)
            return limit;
    }
    return n > limit ? limit : n;
}
