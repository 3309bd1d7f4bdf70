/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Words of several forms, written once: "tombé(e)" is "tombée" or "tombé", "heureu(se|x)" is
 * "heureuse" or "heureux". The speaker is a woman or a man, and no noun tells which.
 *
 * A template with such words stands for as many templates, an alternative of a bracket for as many
 * alternatives; the words within one agree: "je suis tout(e) seul(e)" is said by her or by him. So
 * what is drawn and matched is what it would be if each had been written out (intents/template.h
 * knows nothing of forms), and so are weights and folds.
 *
 * Only brackets behind a letter are endings: "d'(ordinateur|internet)" is a choice. Thread: any.
 */
#ifndef INTENTS_FORMS_H
#define INTENTS_FORMS_H

#include "base/strbuf.h"

#include <stdbool.h>
#include <stddef.h>

struct intents_grammar;
struct intents_template_error;

/*
 * Writes one of the templates that `text` stands for, the first of them is 0. Returns: how many
 * there are, at least 1; -ENOMEM; -EINVAL with *ret_error filled.
 */
int intents_forms_write(const char *text, int form, struct base_strbuf *ret_text,
                        struct intents_template_error *ret_error);

/* Whether two texts (of so many bytes) differ only in forms of the same words, by the endings that
 * the grammar names: they should be written once. */
bool intents_forms_are_one(const struct intents_grammar *grammar, const char *a, size_t n_a,
                           const char *b, size_t n_b);

#endif
