/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/utf8.h"

#include <errno.h>
#include <string.h>

#define INVALID 0xFFFDu

uint32_t base_utf8_next(const char **text)
{
    static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
    const unsigned char *p = (const unsigned char *)*text;
    int n_more = p[0] < 0x80 ? 0 : p[0] >= 0xF0 ? 3 : p[0] >= 0xE0 ? 2 : 1;
    uint32_t c;

    if (p[0] == 0)
        return 0;
    *text += 1;
    if (n_more == 0)
        return p[0];
    if (p[0] < 0xC2 || p[0] > 0xF4)
        return INVALID;
    c = p[0] & (0x3Fu >> n_more);
    for (int i = 1; i <= n_more; i++) {
        if ((p[i] & 0xC0) != 0x80)
            return INVALID;
        c = (c << 6) | (p[i] & 0x3F);
    }
    if (c < least[n_more] || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
        return INVALID;
    *text += n_more;
    return c;
}

size_t base_utf8_put(uint32_t c, char ret_bytes[4])
{
    if (c < 0x80) {
        ret_bytes[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        ret_bytes[0] = (char)(0xC0 | (c >> 6));
        ret_bytes[1] = (char)(0x80 | (c & 0x3F));
        return 2;
    }
    if (c < 0x10000) {
        ret_bytes[0] = (char)(0xE0 | (c >> 12));
        ret_bytes[1] = (char)(0x80 | ((c >> 6) & 0x3F));
        ret_bytes[2] = (char)(0x80 | (c & 0x3F));
        return 3;
    }
    ret_bytes[0] = (char)(0xF0 | (c >> 18));
    ret_bytes[1] = (char)(0x80 | ((c >> 12) & 0x3F));
    ret_bytes[2] = (char)(0x80 | ((c >> 6) & 0x3F));
    ret_bytes[3] = (char)(0x80 | (c & 0x3F));
    return 4;
}

bool base_utf8_is_valid(const char *text)
{
    while (*text) {
        const char *start = text;

        /* A written U+FFFD takes three bytes, a wrong byte one. */
        if (base_utf8_next(&text) == INVALID && text - start == 1)
            return false;
    }
    return true;
}

bool base_utf8_is_letter(uint32_t c)
{
    if (c < 0x80)
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return (c >= 0xC0 && c <= 0x17F && c != 0xD7 && c != 0xF7);
}

static uint32_t lower(uint32_t c)
{
    if (c < 0x80)
        return c >= 'A' && c <= 'Z' ? c + 32 : c;
    if (c >= 0xC0 && c <= 0xDE && c != 0xD7)
        return c + 32;
    if (c == 0x178)
        return 0xFF;
    if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17E))
        return c % 2 ? c + 1 : c;
    if (c >= 0x100 && c <= 0x177)
        return c % 2 ? c : c + 1;
    return c;
}

/* The letters under an accent, for U+00C0 to U+00FF in lower case, then the few beyond. */
static const char *fold_letter(uint32_t c)
{
    static const char *const latin1[] = {"a", "a",  "a", "a", "a", "a", "ae", "c", "e",  "e", "e",
                                         "e", "i",  "i", "i", "i", "d", "n",  "o", "o",  "o", "o",
                                         "o", NULL, "o", "u", "u", "u", "u",  "y", NULL, "y"};

    if (c >= 0xE0 && c <= 0xFF)
        return latin1[c - 0xE0];
    if (c == 0xDF)
        return "ss";
    if (c == 0x153)
        return "oe";
    return NULL;
}

static uint32_t plain(uint32_t c)
{
    return c == 0x2019 || c == 0x2018 || c == 0x02BC ? '\'' : lower(c);
}

static int convert(const char *text, char *ret_text, size_t size, bool fold)
{
    size_t n = 0;
    uint32_t c;

    while ((c = base_utf8_next(&text)) != 0) {
        char bytes[4];
        const char *folded = fold ? fold_letter(plain(c)) : NULL;
        size_t length = folded ? strlen(folded) : base_utf8_put(plain(c), bytes);

        if (n + length + 1 > size)
            break;
        memcpy(ret_text + n, folded ? folded : bytes, length);
        n += length;
    }
    if (size > 0)
        ret_text[n] = '\0';
    return c == 0 && size > 0 ? 0 : -ENOBUFS;
}

int base_utf8_lowercase(const char *text, char *ret_text, size_t size)
{
    return convert(text, ret_text, size, false);
}

int base_utf8_fold(const char *text, char *ret_text, size_t size)
{
    return convert(text, ret_text, size, true);
}

void base_utf8_ligate(char *word)
{
    for (char *p = word; (p = strstr(p, "oe")); p += 2) {
        if (p[2] == 'u' || (p == word && strncmp(p, "oeil", 4) == 0))
            memcpy(p, "\xc5\x93", 2);
    }
}

size_t base_utf8_n_words(const char *text)
{
    size_t n = *text != '\0';

    for (; *text; text++)
        n += *text == ' ';
    return n;
}
