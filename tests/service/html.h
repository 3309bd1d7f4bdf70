/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text into HTML, and forms out of request bodies. Thread: any. */
#ifndef TESTS_SERVICE_HTML_H
#define TESTS_SERVICE_HTML_H

#include "base/strbuf.h"

#include <stdbool.h>
#include <stddef.h>

/* Adds text so that it can be nothing but text, in an element or in a quoted attribute. */
void html_text(struct base_strbuf *out, const char *text);

enum { HTML_FIELDS_MAX = 48 };

/* A form as a browser sends it (application/x-www-form-urlencoded), decoded in place. */
struct html_form {
    char *text; /* owned */
    const char *names[HTML_FIELDS_MAX], *values[HTML_FIELDS_MAX];
    size_t n;
};

/* Returns: whether it is one: within the limits, without a NUL or a broken escape. */
bool html_form_read(const char *body, size_t n_body, struct html_form *ret_form);
void html_form_finish(struct html_form *form);
/* The first field of that name, "" when there is none. */
const char *html_form_value(const struct html_form *form, const char *name);

#endif
