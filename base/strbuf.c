/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/strbuf.h"

#include "base/utf8.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void base_strbuf_init(struct base_strbuf *buf)
{
    *buf = (struct base_strbuf){0};
}

void base_strbuf_finish(struct base_strbuf *buf)
{
    free(buf->text);
    base_strbuf_init(buf);
}

void base_strbuf_clear(struct base_strbuf *buf)
{
    buf->length = 0;
    buf->error = 0;
    if (buf->text)
        buf->text[0] = '\0';
}

static int reserve(struct base_strbuf *buf, size_t n_bytes)
{
    size_t need = buf->length + n_bytes + 1, capacity = buf->capacity ? buf->capacity : 64;
    char *text;

    if (buf->error)
        return buf->error;
    if (need <= buf->capacity)
        return 0;
    while (capacity < need)
        capacity *= 2;
    text = realloc(buf->text, capacity);
    if (!text)
        return buf->error = -ENOMEM;
    buf->text = text;
    buf->capacity = capacity;
    return 0;
}

void base_strbuf_add_n(struct base_strbuf *buf, const char *text, size_t n_bytes)
{
    if (reserve(buf, n_bytes) < 0)
        return;
    memcpy(buf->text + buf->length, text, n_bytes);
    buf->length += n_bytes;
    buf->text[buf->length] = '\0';
}

void base_strbuf_add(struct base_strbuf *buf, const char *text)
{
    base_strbuf_add_n(buf, text, strlen(text));
}

void base_strbuf_addf(struct base_strbuf *buf, const char *format, ...)
{
    va_list args;
    int n;

    va_start(args, format);
    n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (n < 0 || reserve(buf, (size_t)n) < 0)
        return;
    va_start(args, format);
    vsnprintf(buf->text + buf->length, (size_t)n + 1, format, args);
    va_end(args);
    buf->length += (size_t)n;
}

void base_strbuf_add_json(struct base_strbuf *buf, const char *text)
{
    uint32_t c;

    base_strbuf_add(buf, "\"");
    while ((c = base_utf8_next(&text)) != 0) {
        char bytes[4];

        if (c == '"' || c == '\\')
            base_strbuf_addf(buf, "\\%c", (int)c);
        else if (c < 0x20 || c == 0x7f)
            base_strbuf_addf(buf, "\\u%04x", (unsigned)c);
        else
            base_strbuf_add_n(buf, bytes, base_utf8_put(c, bytes));
    }
    base_strbuf_add(buf, "\"");
}

const char *base_strbuf_text(const struct base_strbuf *buf)
{
    return buf->text ? buf->text : "";
}

char *base_strbuf_take(struct base_strbuf *buf)
{
    char *text = buf->error ? NULL : buf->text ? buf->text : strdup("");

    if (buf->error)
        free(buf->text);
    base_strbuf_init(buf);
    return text;
}
