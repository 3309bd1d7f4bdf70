/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The template language of docs/language-data.md as a tree: `[x]`, `(x|y)`, `{slot}`, `<fragment>`,
 * `@word`, and plain words.
 *
 * This module only parses, and what it parses has its forms ("tombé(e)") written out already
 * (intents/forms.h); names are bound to lists by intents/bind.c, a sentence is drawn by
 * intents/expand.c, and intents/match.c matches words against the same tree, so that what is said
 * and what is understood come from one text.
 *
 * Invariant: a NODE_CHOICE has at least one child, a NODE_WORD a text without space; brackets are
 * at most INTENTS_TEMPLATE_DEPTH deep. Thread: any; a parsed tree is never changed but for `list`
 * and `builtin`, when it is bound.
 */
#ifndef INTENTS_TEMPLATE_H
#define INTENTS_TEMPLATE_H

#include <stddef.h>

#define INTENTS_TEMPLATE_DEPTH 24
#define INTENTS_TEMPLATE_BYTES 4096

struct intents_list;

/* Slots whose meaning is given by what is being said, not by a list of the data. */
enum intents_builtin {
    INTENTS_NOT_BUILTIN,
    INTENTS_SLOT_INF, /* of the service being asked for */
    INTENTS_SLOT_SUBJ,
    INTENTS_SLOT_NOUN,
    INTENTS_SLOT_REASON, /* of the service, or a general one */
    INTENTS_SLOT_ITEMS,  /* one to five shopping items as a list */
    INTENTS_SLOT_NUMBER, /* this and the next are number words; they differ in range */
    INTENTS_SLOT_HOUR,
    INTENTS_SLOT_MINUTE,
    INTENTS_SLOT_DAY,
    INTENTS_SLOT_WEEKDAY,
    INTENTS_SLOT_MONTH,
    INTENTS_SLOT_ANY, /* any one word: only matched, never drawn */
};

enum intents_node_kind {
    INTENTS_NODE_WORD,     /* text */
    INTENTS_NODE_SEQUENCE, /* children in order, none: nothing */
    INTENTS_NODE_CHOICE,   /* one of the children */
    INTENTS_NODE_SLOT,     /* {text} */
    INTENTS_NODE_FRAGMENT, /* <text> */
    INTENTS_NODE_AGREE,    /* @text */
};

struct intents_node {
    enum intents_node_kind kind;
    char *text;
    enum intents_builtin builtin;
    const struct intents_list *list; /* what a slot or fragment names; NULL until bound */
    struct intents_node **children;
    size_t n_children;
    int column; /* where it began, from 1, in code points */
};

struct intents_template_error {
    int column;
    const char *message; /* a constant */
};

/*
 * Parses a template. Returns: 0, -ENOMEM, -EINVAL with *ret_error filled. Owns: the caller
 * (intents_node_destroy). Thread: any.
 */
int intents_template_parse(const char *text, struct intents_node **ret_node,
                           struct intents_template_error *ret_error);

/* Accepts NULL. */
void intents_node_destroy(struct intents_node *node);

/* In how many ways the tree can be said, slots and fragments counted as one, at most `limit`. */
size_t intents_node_count(const struct intents_node *node, size_t limit);

#endif
