/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/service/html.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

void html_text(struct base_strbuf *out, const char *text)
{
    for (; *text; text++) {
        switch (*text) {
        case '&':
            base_strbuf_add(out, "&amp;");
            break;
        case '<':
            base_strbuf_add(out, "&lt;");
            break;
        case '>':
            base_strbuf_add(out, "&gt;");
            break;
        case '"':
            base_strbuf_add(out, "&quot;");
            break;
        case '\'':
            base_strbuf_add(out, "&#39;");
            break;
        default:
            base_strbuf_add_n(out, text, 1);
        }
    }
}

static int digit(char c)
{
    return isdigit((unsigned char)c)    ? c - '0'
           : isxdigit((unsigned char)c) ? tolower((unsigned char)c) - 'a' + 10
                                        : -1;
}

/* Decodes a part in place. Returns: whether it could be. */
static bool decode(char *part)
{
    char *to = part;

    for (; *part; part++) {
        if (*part == '%') {
            int high = digit(part[1]), low = high >= 0 ? digit(part[2]) : -1;

            if (low < 0 || (high == 0 && low == 0))
                return false;
            *to++ = (char)(high << 4 | low);
            part += 2;
        } else {
            *to++ = *part == '+' ? ' ' : *part;
        }
    }
    *to = '\0';
    return true;
}

bool html_form_read(const char *body, size_t n_body, struct html_form *ret_form)
{
    char *rest, *pair, *value;

    memset(ret_form, 0, sizeof(*ret_form));
    if (strlen(body) != n_body || !(ret_form->text = strdup(body)))
        return false;
    rest = ret_form->text;
    while ((pair = strsep(&rest, "&")) != NULL) {
        if (!*pair)
            continue;
        value = pair + strcspn(pair, "=");
        if (*value)
            *value++ = '\0';
        if (ret_form->n == HTML_FIELDS_MAX || !decode(pair) || !decode(value)) {
            html_form_finish(ret_form);
            return false;
        }
        ret_form->names[ret_form->n] = pair;
        ret_form->values[ret_form->n++] = value;
    }
    return true;
}

void html_form_finish(struct html_form *form)
{
    free(form->text);
    memset(form, 0, sizeof(*form));
}

const char *html_form_value(const struct html_form *form, const char *name)
{
    for (size_t i = 0; i < form->n; i++) {
        if (strcmp(form->names[i], name) == 0)
            return form->values[i];
    }
    return "";
}
