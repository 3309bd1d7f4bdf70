/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A string that grows. A failed allocation is remembered and every later append does nothing, so
 * that a run of appends is checked once, at the end. Thread: any, one owner.
 */
#ifndef BASE_STRBUF_H
#define BASE_STRBUF_H

#include <stddef.h>

struct base_strbuf {
    char *text; /* never NULL to a reader: use base_strbuf_text */
    size_t length;
    size_t capacity;
    int error; /* 0 or -ENOMEM */
};

void base_strbuf_init(struct base_strbuf *buf);
void base_strbuf_finish(struct base_strbuf *buf);
/* Empty again, and a failed allocation is forgotten: what is added next may well find room. */
void base_strbuf_clear(struct base_strbuf *buf);
void base_strbuf_add(struct base_strbuf *buf, const char *text);
void base_strbuf_add_n(struct base_strbuf *buf, const char *text, size_t n_bytes);
void base_strbuf_addf(struct base_strbuf *buf, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Adds the text as a JSON string, quotes included; bytes that are no valid UTF-8 become U+FFFD. */
void base_strbuf_add_json(struct base_strbuf *buf, const char *text);
/* Returns: the text, "" when empty; valid until the next change. */
const char *base_strbuf_text(const struct base_strbuf *buf);
/* Gives the text away and leaves the buffer empty. Returns: the text, or NULL after an error. Owns:
 * the caller (free). */
char *base_strbuf_take(struct base_strbuf *buf);

#endif
